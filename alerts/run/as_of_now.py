"""Alerts go in as they were made; they come out with the standing and the siblings that their threads have now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from alerts.alert import Alert
from alerts.decide.standing import SIBLINGS_KEPT, siblings_of
from alerts.line.thread_standing import standing_for
from alerts.rule import Config, Wordless
from alerts.standing import Standing
from alerts.store import decisions
from alerts.store.latest import load_alerts
from crawler.article import Member
from crawler.store.asked import parts
from crawler.store.members import members_in, members_of


def as_of_now(connection: Connection, config: Config | Wordless, alerts: Sequence[Alert]) -> Iterator[Alert]:
    """Yield alerts, in their order, with what is known now of their threads: reports came after most were made."""
    threads = {
        name: members
        for part in parts(dict.fromkeys(each.thread for each in alerts))
        for name, members in members_in(connection, part).items()
    }
    # threads are joined too: then an alert names one that is gone, and its story is in another
    for each in alerts:
        members = threads.get(each.thread) or _thread_of(connection, each.story)
        if not members:
            yield each  # its articles were deleted by retention
            continue
        siblings = siblings_of(members, each.story)
        yield replace(
            each,
            thread=members[0].thread,
            standing=standing_for(connection, config, members, each.article, each.event),
            siblings=siblings[-SIBLINGS_KEPT:],
            more_siblings=max(0, len(siblings) - SIBLINGS_KEPT),
        )


def standings_now(connection: Connection, config: Config | Wordless, stories: Iterable[str]) -> dict[str, Standing]:
    """Return by thread how far what was told is confirmed now; of several stories of a thread the first one counts."""
    revisions = [(story, decisions.last_alert_revision(connection, story)) for story in stories]
    found: dict[str, Standing] = {}
    for each in as_of_now(connection, config, load_alerts(connection, revisions)):
        found.setdefault(each.thread, each.standing)
    return found


def _thread_of(connection: Connection, story: str) -> tuple[Member, ...]:
    own = members_of(connection, story)
    return members_of(connection, own[0].thread) if own else ()
