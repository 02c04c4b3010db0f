"""Matched revisions go in; what each commit decides on comes out: flash first, then in order. And the marks of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from alerts.alert import Severity
from alerts.rules.match import Finding
from alerts.store import decisions
from crawler.article import Revision
from crawler.store import articles as archive

SLICE = 50  # matching revisions in one commit: other writes, so claims too, wait for the lane no longer than it takes
TRIAGED = "triaged"  # the mark that holds the `seq` of the last revision decided on
AHEAD = "triaged_ahead"  # the mark that holds, as JSON, every `seq` behind that one that was decided on before its turn
Matched = list[tuple[Revision, Finding]]


def slices(matched: Matched, upto: int) -> Iterator[tuple[Matched, int]]:
    """Yield what each commit decides on and its `upto`, as `settle` takes them: what is flash first, then in order.

    A story's revisions stay in their order: those before a flash one come with it.
    """
    urgent: dict[str, int] = {}  # story -> its last flash revision
    for revision, finding in matched:
        if any(match.severity is Severity.FLASH for match in finding.matches):
            urgent[revision.placement.story] = revision.seq
    first = [each for each in matched if each[0].seq <= urgent.get(each[0].placement.story, 0)]
    rest = [each for each in matched if each[0].seq > urgent.get(each[0].placement.story, 0)]
    yield from ((part, 0) for part in _cut(first))
    parts = list(_cut(rest))
    # the last one moves the mark over what was decided ahead, also where nothing is left to decide
    yield from ((part, part[-1][0].seq) for part in parts[:-1])
    yield parts[-1] if parts else [], upto


def ours_first(matched: Matched) -> Matched:
    """Return what one commit decides on, of each story what its outlets published themselves before what was carried.

    So the link and the words of an outlet's own feed are told, where an aggregator brought the same story just before.
    """
    own = {each.placement.story for each, _ in matched if not each.article.carrier}
    late = [each for each in matched if each[0].article.carrier and each[0].placement.story in own]
    if not late:
        return matched
    last = {each.placement.story: number for number, (each, _) in enumerate(matched) if not each.article.carrier}
    order = {id(each): number for number, each in enumerate(matched)}
    return sorted(
        matched,
        key=lambda each: (
            max(order[id(each)], last[each[0].placement.story])
            if each[0].article.carrier and each[0].placement.story in own
            else order[id(each)],
            bool(each[0].article.carrier),
        ),
    )


def _cut(matched: Matched) -> Iterator[Matched]:
    """Yield parts with at most SLICE matching revisions."""
    part, many = Matched(), 0
    for each in matched:
        if many == SLICE:
            yield part
            part, many = [], 0
        part.append(each)
        many += bool(each[1].matches)
    if part:
        yield part


def decided_ahead(connection: Connection) -> frozenset[int]:
    """Return each `seq` behind the mark TRIAGED that was decided on before its turn."""
    return frozenset(json.loads(decisions.get_mark(connection, AHEAD) or "[]"))


def undecided(connection: Connection) -> tuple[int, datetime | None]:
    """Return how many revisions are not decided on, and when the oldest of them was stored."""
    mark, ahead = int(decisions.get_mark(connection, TRIAGED) or 0), decided_ahead(connection)
    behind = archive.revisions_after(connection, mark, len(ahead) + 1)
    oldest = next((each.seen for each in behind if each.seq not in ahead), None)
    return archive.last_seq(connection) - mark - len(ahead), oldest


def move_mark(connection: Connection, done: list[int], upto: int) -> None:
    """Move the mark TRIAGED to `upto`; with 0, note what was done as decided on ahead of its turn."""
    ahead = decided_ahead(connection)
    if upto:
        decisions.set_mark(connection, TRIAGED, str(upto))
    left = {each for each in ahead if each > upto} if upto else ahead.union(done)
    if left != ahead:
        decisions.set_mark(connection, AHEAD, json.dumps(sorted(left)))
