"""Entries of a poll -> drafts with the keys they are known by, oldest first, and the parts they are stored in. Pure.

Dates and shared keys are judged over the whole poll, so that a part means what it would mean in one commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from crawler.article import Entry
from crawler.parse.normalise import Draft, believed, draft
from crawler.parse.provenance import credit
from crawler.sources.source import Source

PART = 250  # entries in one commit: thousands that are nearly alike would hold the writer lane for a minute
Keyed = tuple[tuple[str, ...], Draft]


def drafts_of(source: Source, entries: Sequence[Entry], now: datetime) -> list[Keyed]:
    """Normalise the entries of a poll, oldest first (feeds put the newest first), each with its keys."""
    credited = [credit(entry, source) for entry in reversed(entries)]
    drafts = believed([draft(entry, now, whose) for entry, whose in credited], now)
    shared = _shared_keys(drafts)
    return [(_keys(made, shared, outlet_of(made, source)), made) for made in drafts]


def in_parts(drafts: Sequence[Keyed], most: int = PART) -> list[Sequence[Keyed]]:
    """Return the drafts in order, in parts of at most `most`; one empty part where there are none."""
    return [drafts[at : at + most] for at in range(0, len(drafts), most)] or [()]


def outlet_of(made: Draft, source: Source) -> str:
    """Return whose article a draft is: the outlet that its source credits, or else the source's own."""
    return made.credit.outlet if made.credit else source.outlet


def _keys(made: Draft, shared: frozenset[str], outlet: str) -> tuple[str, ...]:
    """Return the keys an entry is known by, strongest first; a key of its text if it has neither GUID nor own URL.

    The last two, with its outlet and time of publication, are its headline and its text: the same article, whatever
    its link.
    """
    own = tuple(key for key in (made.guid_key, made.url_key) if key and key not in shared)
    return (*(own or (f"t:{made.content_key}",)), *made.named_keys(outlet))


def _shared_keys(drafts: Iterable[Draft]) -> frozenset[str]:
    """Return GUIDs and links that different entries of one poll share (a home page): they identify nothing."""
    contents: dict[str, set[str]] = defaultdict(set)
    for made in drafts:
        # the same entry twice in a feed shares its key rightly, so contents are compared
        contents[made.guid_key].add(made.content_key)
        contents[made.url_key].add(made.content_key)
    return frozenset(key for key, seen in contents.items() if key and len(seen) > 1)
