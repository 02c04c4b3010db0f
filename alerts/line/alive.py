"""The store goes in; one line that the watch runs comes out: polled, matched, silent sources, what waits, the canary.

A quiet night and a broken watch look the same; this line, in each digest and in the message of `settings.alive`, is
what tells them apart.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.rule import Config
from alerts.store import decisions, marks, outbox_counts
from crawler.sources.health import TELLING, health_of, length
from crawler.store.source_states import load_states

WAITS_LONG = timedelta(minutes=10)  # for a message that is due: its receiver is down or asks for a rest


def alive(connection: Connection, config: Config, target: str, since: datetime, now: datetime) -> tuple[str, bool]:
    """Return the line for a target, and whether all in it is well."""
    wanted = {each.id for each in config.sources}
    states = [each for name, each in load_states(connection).items() if name in wanted]
    polled = sum(each.polled is not None and each.polled >= since for each in states)
    ill = Counter(named.value for each in states if (named := health_of(each, now)) in TELLING)
    wrong = ", ".join(f"{n} {word}" for word, n in sorted(ill.items())) or "none of them down, silent or gone"
    matches, stories = decisions.decided_since(connection, target, since)
    due = outbox_counts.oldest_due(connection, now)
    arrived = marks.canary_arrived(connection)
    parts = [
        f"The watch runs: {polled} of {len(wanted)} sources polled, {wrong}",
        f"{matches} matches on {stories} stories",
        f"the oldest message waits for {length(now - due)}" if due else "no message that is due waits",
        _canary(arrived, config.canary, now),
    ]
    late = config.canary and (arrived is None or now - arrived > 2 * config.canary)
    return f"{'; '.join(parts)}.", not (ill or late or (due and now - due > WAITS_LONG))


def _canary(arrived: datetime | None, every: timedelta, now: datetime) -> str:
    if not every:
        return "no canary is sent (settings.canary)"
    if arrived is None:
        return "NO CANARY has arrived yet"
    late = now - arrived > 2 * every
    return f"{'NO CANARY since the last one, which' if late else 'the last canary'} arrived {length(now - arrived)} ago"
