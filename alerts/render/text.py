"""Render a sheet as plain text, for the console, generic receivers and the text part of mails. Pure.

The title makes sense alone on a lock screen; the first lines below it are the most telling ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.alert import Alert, Message
from alerts.delivery import Delivery
from alerts.render.digest import LINK_SHOWN, DigestSheet, digest_sheet
from alerts.render.sheet import Sheet, sheet
from alerts.render.title import TITLE_LIMIT, marked
from alerts.render.words import cut, isolated, ours

DIVIDER = "---- details ----"  # before what an officer need not read


def render_alert(delivery: Delivery, alert: Alert, timezone: str) -> Message:
    """Return the text of an alert."""
    told = sheet(delivery, alert, timezone)
    return message(delivery, told.title, alert_lines(told))


def render_digest(delivery: Delivery, alerts: Sequence[Alert], timezone: str) -> Message:
    """Return the text of a digest."""
    told = digest_sheet(delivery, alerts, timezone)
    return message(delivery, told.title, digest_lines(told))


def render_notice(delivery: Delivery) -> Message:
    """Return the text of what the system says about itself."""
    payload = delivery.payload or {}
    said = f"WATCHFLOOR {payload.get('title', '')}"
    title = marked(said) if delivery.repeat else said
    # line by line, because `plain` makes a space of each line break
    body = "\n".join(ours(line) for line in str(payload.get("body", "")).splitlines())
    return message(delivery, cut(ours(title), TITLE_LIMIT), f"{body}\n\nNotice, delivery {delivery.id}")


def message(delivery: Delivery, title: str, body: str) -> Message:
    """Return a message with this title and body for a delivery."""
    return Message(
        title,
        body,
        key=delivery.id,
        topic=delivery.subject,
        severity=delivery.severity,
        kind=delivery.kind,
        repeat=delivery.repeat,
    )


def alert_lines(told: Sheet) -> str:
    """Return the lines of an alert's sheet as one text."""
    quote = isolated("".join(words for words, _ in told.quote))
    # what its reader can read stands beside a headline in another script
    said = [told.event, told.headline, told.translation, *told.languages] if told.foreign else [told.headline]
    url = told.url or "(the source gave no link)"
    lines = [
        # a phone shows the first two or three lines
        *told.changes,
        *said,
        *([f'"{quote}"'] if quote else ()),
        *told.notes,
        None,
        told.outlet,
        told.rated,
        told.times,
        *([url] if len(url) <= LINK_SHOWN else ()),
        *([f"Map: {told.where}, {told.map}"] if told.map else ()),
        None,
        *([] if told.foreign else [told.event]),
        *told.why,
        *told.glosses,
        told.also,
        *([] if told.foreign else told.languages),
        told.siblings,
        *told.told_here,
        told.reason,
        told.ack,
        *([f"On the board: {told.board}"] if told.board else ()),
        None,
        DIVIDER,
        *told.details,
        *([f"Link: {url}"] if len(url) > LINK_SHOWN else ()),
    ]
    # None stands for an empty line; "" is left out
    return "\n".join(line or "" for line in lines if line is None or line)


def digest_lines(told: DigestSheet) -> str:
    """Return the lines of a digest's sheet as one text."""
    lines = [*told.notes, told.intro]
    for heading, items in told.groups:
        lines += ["", heading]
        for each in items:
            lines += [f"- {each.precedence}{':' if each.age else ''} {each.whole}"]
            lines += [f"  {said}" for said in (each.translation, each.line) if said]
    if told.more:
        lines += ["", told.more]
    return "\n".join([*lines, "", told.footer])
