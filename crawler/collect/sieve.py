"""Sift the entries of a source that keeps only what a rule matches: what is stored, and numbers of the rest."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.article import Article, Entry
from crawler.parse.normalise import Draft, article, believed, draft
from crawler.parse.provenance import credit
from crawler.sources.source import Source
from crawler.store.db import Database
from crawler.store.identities import identified
from crawler.store.passed import number_of, passed

log = logging.getLogger(__name__)
Matches = Callable[[Article], bool]


@dataclass(frozen=True, slots=True)
class Sifted:
    """What of a poll is stored, the numbers of what no rule matches, and how many items were passed before.

    `again` are the numbers of those that were not yet shown today.
    """

    kept: tuple[Entry, ...]
    passed: tuple[int, ...] = ()
    known: int = 0
    again: tuple[int, ...] = ()


def sift(database: Database, source: Source, entries: Sequence[Entry], now: datetime, matches: Matches) -> Sifted:
    """Return the entries that a rule matches, or that are articles already; runs in a thread, and only reads.

    An article that matching fails on is kept: triage tells the admin of it.
    """
    credited = [credit(entry, source) for entry in entries]
    drafts = believed([draft(entry, now, whose) for entry, whose in credited], now)
    numbers = [number_of(_key(made), source.id, made.content_key) for made in drafts]
    with database.read() as connection:
        before = passed(connection, numbers)
        stored = {each.key for each in identified(connection, {key for made in drafts for key in _keys(made)})}
    kept, gone, known = [], [], 0
    for entry, made, number in zip(entries, drafts, numbers, strict=True):
        if number in before:
            known += 1
        elif not stored.isdisjoint(_keys(made)) or _is_matched(article(made, source, "", now), matches):
            kept.append(entry)
        else:
            gone.append(number)
    again = tuple(number for number, day in before.items() if day < now.toordinal())
    # an item that stands twice in one list is known the second time
    return Sifted(tuple(kept), tuple(dict.fromkeys(gone)), known + len(gone) - len(set(gone)), again)


def _keys(made: Draft) -> tuple[str, ...]:
    return tuple(key for key in (made.guid_key, made.url_key) if key)


def _key(made: Draft) -> str:
    return next(iter(_keys(made)), "t:")


def _is_matched(found: Article, matches: Matches) -> bool:
    try:
        return matches(found)
    except Exception:
        log.exception("article not matched, kept url=%s", found.url)
        return True
