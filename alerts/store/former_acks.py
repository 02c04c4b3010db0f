"""SQL on acks that are stored no more: the log keeps each that was replaced or taken back, and gives it back.

Every function takes the connection of its commit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from alerts.alert import Ack
from alerts.store import audit

FOLLOWED = "another followed, of what was told since"  # why an ack is stored no more
TAKEN_BACK = "taken back since"
BY_COMMAND = "command"  # `via` of an ack whose time is known; else it names the service
KEPT_BESIDE = timedelta(days=2)  # how long before an ack one that it replaced is looked for
_TITLE = re.compile(r"\S+ acknowledged(?: by (.+))?")
_COVERED = re.compile(r"it was of alert (\d+)")


def logged(made: Ack, since: str) -> audit.Entry:
    """Return the entry of the log on an ack that is stored no more, and what came `since`."""
    lines = (since, f"it was of alert {made.revision}")
    return audit.Entry(made.at, audit.What.ACK, made.by, f"{made.story} acknowledged{through(made)}", lines)


def through(made: Ack) -> str:
    """Return by which service an ack came; nothing of an order, whose giver says whether it was on the board."""
    return "" if made.via == BY_COMMAND else f" by {made.via}"


def replaced_by(connection: Connection, ack: Ack) -> Ack | None:
    """Return the last ack of a story that `ack` or one before it replaced and that was not taken back; None for none.

    Of an ack that an older version of the program logged it is not known what it covered: it is not given back.
    """
    log = audit.audit.c
    of_story = log.title.startswith(f"{ack.story} acknowledged", autoescape=True)
    return _replaced(audit.entries_that(connection, log.what == audit.What.ACK.value, of_story), ack)


def replaced(connection: Connection, given: Collection[Ack]) -> dict[str, Ack]:
    """Return by story what `replaced_by` returns of each of these acks, where there is any."""
    if not given:
        return {}
    log, since = audit.audit.c, min(each.at for each in given) - KEPT_BESIDE
    entries = audit.entries_that(connection, log.what == audit.What.ACK.value, log.at >= since)
    by_story: dict[str, list[audit.Entry]] = {}
    for entry in entries:
        by_story.setdefault(entry.title.partition(" ")[0], []).append(entry)
    return {each.story: found for each in given if (found := _replaced(by_story.get(each.story, ()), each))}


def _replaced(entries: Iterable[audit.Entry], ack: Ack) -> Ack | None:
    before: dict[int, Ack] = {}
    for entry in entries:
        covered = next((found for each in entry.lines if (found := _COVERED.fullmatch(each))), None)
        title = _TITLE.fullmatch(entry.title)
        if covered is None or title is None:
            continue
        revision = int(covered[1])
        if FOLLOWED in entry.lines:
            before[revision] = replace(ack, at=entry.at, by=entry.who, via=title[1] or BY_COMMAND, revision=revision)
        elif revision in before and before[revision].by == entry.who:
            del before[revision]
    # one that replaces another covers more: what an ack replaced is of an earlier alert
    earlier = [revision for revision in before if revision < ack.revision]
    return before[max(earlier)] if earlier else None
