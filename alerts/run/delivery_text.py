"""A delivery goes in; its text comes out, as `deliveries show` prints it and the board shows it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection

from alerts.alert import Kind, Target
from alerts.delivery import Delivery
from alerts.line.compose import compose
from alerts.render.digest import digest_sheet
from alerts.render.text import digest_lines
from alerts.rule import Config
from alerts.store import digests, translations


def message_of(connection: Connection, config: Config, delivery: Delivery) -> tuple[str, str]:
    """Return title and body of a message as plain text. Slack and mail show the same in forms of their own.

    A digest lists all its stories here, also those that a message leaves out for its length.
    """
    # A target without URL and schema is rendered as plain text; nothing is sent, so no secret is needed.
    target = Target(delivery.target, delivery.receiver, "", "")
    # as of when it was sent: what it says of lateness and acknowledgements depends on that
    message = compose(connection, config, target, delivery, delivery.sent or datetime.now(UTC))
    if delivery.kind is not Kind.DIGEST:
        return message.title, message.body
    listed = digests.digest_of(connection, delivery.subject, delivery.target)
    stories = translations.with_translations(connection, config.language, listed)
    whole = digest_sheet(delivery, stories, config.timezone, shown=len(stories))
    return message.title, digest_lines(whole)
