"""SQL on what silences withheld: how many messages of which target, and which stories those were.

Every function takes the connection of its commit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Integer, Table, Text, bindparam, delete, select

from alerts.alert import Severity
from alerts.decision import HeldBack
from alerts.render.counting import counted
from alerts.render.title import without_outlet
from alerts.render.words import cut, isolated
from alerts.store.decisions import decisions, metadata
from alerts.store.silences import end_of, silences, silences_named
from crawler.store.articles import articles, articles_of, revisions
from crawler.store.asked import parts
from crawler.store.prepared import Prepared
from crawler.store.saving import add_up

NAMED = 2  # stories of a silence in one message
NAMED_LIMIT = 100  # characters of a headline there
LISTED_BY = "watchfloor silence list --all"  # which command names all of them
# how many messages each silence withheld from a target; the row goes when the target is told
withheld = Table(
    "withheld",
    metadata,
    Column("target", Text, primary_key=True),
    Column("silence", Text, primary_key=True),
    Column("n", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Untold:
    """What a silence withheld and nobody was told of yet: the stories, the gravest first, and how many messages.

    `all_known`: those stories are all. What was withheld before stores kept which silence it was is only a number.
    """

    stories: tuple[HeldBack, ...] = ()
    messages: int = 0
    all_known: bool = True

    @property
    def words(self) -> str:
        """How much it is: stories, each once for all receivers; messages where not all stories are known."""
        return counted(len(self.stories), "story") if self.all_known else counted(self.messages, "message")


def withhold(connection: Connection, target: str, silence: str) -> None:
    """Count one message that a silence withheld from a target."""
    add_up(connection, withheld, [{"target": target, "silence": silence, "n": 1}], "target", "silence")


def take_withheld(connection: Connection, target: str, now: datetime, timezone: str) -> tuple[str, ...]:
    """Return lines for each silence on what it withheld from a target since it was last told; () if nothing.

    The counts are deleted. So the caller must queue the message that has the lines in the same commit.
    """
    rows = [(target, row.silence, row.n) for row in _TAKE.rows(connection, {"wanted": target})]
    if not rows:
        return ()
    untold = _untold(connection, rows)
    lines = []
    for each in silences_named(connection, untold):
        known, by = untold[each.id], f"({each.author}: {each.reason})"
        lines.append(f"{known.words} held back by silence {each.id} {by}, {end_of(each, now, timezone)}")
        if known.stories:
            lines.append(_named(known))
    return tuple(lines)


_TAKE = Prepared(
    delete(withheld).where(withheld.c.target == bindparam("wanted")).returning(withheld.c.silence, withheld.c.n)
)


def _named(untold: Untold) -> str:
    """Return the line that names the gravest of what a silence withheld."""
    first = [f"{each.severity.word} {isolated(cut(each.title, NAMED_LIMIT))}" for each in untold.stories[:NAMED]]
    left = len(untold.stories) - len(first)
    more = f"; and {left} more: {LISTED_BY}" if left else ""
    return f"Held back: {'; '.join(first)}{more}"


def targets_untold(connection: Connection, over: datetime) -> list[str]:
    """Return the targets that were not told yet what a silence withheld that ended at `over` or earlier."""
    ended = select(withheld.c.target).join(silences, silences.c.id == withheld.c.silence).where(silences.c.ends <= over)
    return list(connection.scalars(ended.distinct().order_by(withheld.c.target)))


def withheld_now(connection: Connection) -> Mapping[str, Untold]:
    """Return by silence what it withheld that some target is not told of yet."""
    rows = connection.execute(select(withheld.c.target, withheld.c.silence, withheld.c.n)).all()
    return _untold(connection, [(row.target, row.silence, row.n) for row in rows])


def _untold(connection: Connection, rows: Iterable[tuple[str, str, int]]) -> dict[str, Untold]:
    """Return by silence what is untold; `rows` are a target, a silence, and how many messages."""
    rows = list(rows)
    held: dict[str, list[HeldBack]] = {}
    for one in _each_held(connection, {silence for _, silence, _ in rows}):
        held.setdefault(one.silence, []).append(one)
    found: dict[str, Untold] = {}
    for target, silence, n in rows:
        # by the receiver: a target whose URL was changed has another id
        receiver = target.rpartition("#")[0]
        mine = {(each.seq, each.story): each for each in held.get(silence, ()) if each.receiver == receiver}
        # by when: a flash is decided before lower numbers
        last = sorted(mine.values(), key=lambda each: (each.at, each.seq))[-n:]
        before = found.get(silence, Untold())
        found[silence] = Untold(
            _gravest_first([*before.stories, *last]), before.messages + n, before.all_known and len(last) >= n
        )
    return found


def held_back(connection: Connection, names: Collection[str], since: datetime | None = None) -> list[HeldBack]:
    """Return the stories that each of these silences held back, of each silence once, the gravest first.

    With `since` only what was held back since then.
    """
    every = _each_held(connection, names)
    found: list[HeldBack] = []
    for name in dict.fromkeys(each.silence for each in every):
        mine = (each for each in every if each.silence == name and (since is None or each.at >= since))
        found += _gravest_first(mine)
    return sorted(found, key=_rank)


def _gravest_first(each_held: Iterable[HeldBack]) -> tuple[HeldBack, ...]:
    """Return each story once: as it was gravest, and of those reports by the newest."""
    stories: dict[str, HeldBack] = {}
    for each in sorted(each_held, key=_rank):
        stories.setdefault(each.story, each)
    return tuple(stories.values())


def _rank(held: HeldBack) -> tuple[int, float, int]:
    return -held.severity, -held.at.timestamp(), -held.seq


def _each_held(connection: Connection, names: Collection[str]) -> list[HeldBack]:
    """Return each decision by which one of these silences held something back, in their order."""
    return [_held(connection, row) for part in parts(sorted(names)) for row in _HELD.rows(connection, {"names": part})]


def _held(connection: Connection, row: Any) -> HeldBack:
    title, outlet = row.title, row.outlet
    # a report that released what waited of another story: that is what was held back
    if row.of_story != row.story and (own := articles_of(connection, row.story)):
        title, outlet = own[-1].title, own[-1].outlet
    headline = without_outlet(title, outlet)
    return HeldBack(row.silence, row.story, Severity(row.severity), row.at, row.seq, row.receiver, headline, outlet)


_HELD = Prepared(
    select(
        *(decisions.c[name] for name in ("silence", "story", "severity", "at", "seq", "receiver")),
        revisions.c.title,
        articles.c.outlet,
        articles.c.story.label("of_story"),
    )
    .join(revisions, revisions.c.seq == decisions.c.seq)
    .join(articles, articles.c.id == revisions.c.article)
    .where(decisions.c.silence.in_(bindparam("names", expanding=True)))
    .order_by(decisions.c.seq, decisions.c.story)
)
