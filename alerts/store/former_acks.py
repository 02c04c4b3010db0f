"""SQL on acks that are stored no more: the log keeps each that was replaced or taken back, and gives it back.

Every function takes the connection of its commit.
"""

from __future__ import annotations

import re
from dataclasses import replace

from sqlalchemy import Connection

from alerts.alert import Ack
from alerts.store import audit

FOLLOWED = "another followed, of what was told since"  # why an ack is stored no more
TAKEN_BACK = "taken back since"
BY_COMMAND = "command"  # `via` of an ack whose time is known; else it names the service
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
    of_story = (log.what == audit.What.ACK.value, log.title.startswith(f"{ack.story} acknowledged", autoescape=True))
    replaced: dict[int, Ack] = {}
    for entry in audit.entries_that(connection, *of_story):
        covered = next((found for each in entry.lines if (found := _COVERED.fullmatch(each))), None)
        title = _TITLE.fullmatch(entry.title)
        if covered is None or title is None:
            continue
        revision = int(covered[1])
        if FOLLOWED in entry.lines:
            replaced[revision] = replace(ack, at=entry.at, by=entry.who, via=title[1] or BY_COMMAND, revision=revision)
        elif revision in replaced and replaced[revision].by == entry.who:
            del replaced[revision]
    # one that replaces another covers more: what an ack replaced is of an earlier alert
    earlier = [revision for revision in replaced if revision < ack.revision]
    return replaced[max(earlier)] if earlier else None
