"""Cut a field into clauses: the part between two breaks in which a deed stands. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from alerts.rules.reading import Mention, Reading

_COMMAS = frozenset(",\u060c")
_ASKS = frozenset("?\u061f")
_BEFORE_VERB = 1  # words before a verb that still begins its clause: "urgent", "the news agency"
# no dot of "U.S." or another initial
_BREAK = re.compile(r"[;:|\u061b\u2026\u2014]|\s[-\u2013]\s|[!?\u061f](?=\s|$)|(?<!\b\w)\.(?=\s|$)")
_CLAUSE_CHARS = 400  # a clause ends there at the latest, so that a text without full stops costs no more


@dataclass(frozen=True, slots=True)
class Clause:
    """The part of a field between two breaks in which a deed stands, as offsets of the original text."""

    start: int
    end: int

    def has(self, each: Mention, reading: Reading) -> bool:
        start, end = reading.folded[each.field].span(each.start, each.end)
        return self.start <= start and end <= self.end


def clause_of(deed: Mention, reading: Reading) -> Clause:
    """Return the part of the field around a deed, between a colon, dash, semicolon or full stop and the next."""
    known: Clause | None = reading.known.get((Clause, deed))
    if known is None:
        known = reading.known[Clause, deed] = _clause_of(deed, reading)
    return known


def _clause_of(deed: Mention, reading: Reading) -> Clause:
    folded = reading.folded[deed.field]
    first, last = folded.span(deed.start, deed.end)
    begin = max(0, first - _CLAUSE_CHARS)
    before = [match.end() for match in _BREAK.finditer(folded.original, begin, first)]
    after = _BREAK.search(folded.original, last, last + _CLAUSE_CHARS)
    return Clause(before[-1] if before else begin, after.start() if after else last + _CLAUSE_CHARS)


def has_comma(first: Mention, second: Mention, reading: Reading) -> bool:
    """Return whether a comma stands between two mentions of a field."""
    return not _COMMAS.isdisjoint(_between(first, second, reading))


def has_question(first: Mention, second: Mention, reading: Reading) -> bool:
    """Return whether a question ends between two mentions of a field."""
    return not _ASKS.isdisjoint(_between(first, second, reading))


def _between(first: Mention, second: Mention, reading: Reading) -> str:
    folded = reading.folded[first.field]
    return folded.original[folded.span(first.start, first.end)[1] : folded.span(second.start, second.end)[0]]


def is_question(deed: Mention, reading: Reading) -> bool:
    """Return whether the clause ends with a question mark: "Will Iran strike Kuwait?" tells of no strike."""
    folded = reading.folded[deed.field]
    _, last = folded.span(deed.start, deed.end)
    ends = _BREAK.search(folded.original[last:])
    return ends is not None and ends[0].strip() in _ASKS


def ends_clause(deed: Mention, reading: Reading) -> bool:
    """Return whether nothing of its clause stands behind a deed."""
    _, last = reading.folded[deed.field].span(deed.start, deed.end)
    return not reading.folded[deed.field].original[last : clause_of(deed, reading).end].strip()


def begins_clause(deed: Mention, reading: Reading) -> bool:
    """Return whether a deed begins its clause, but for a word such as "urgent"."""
    folded = reading.folded[deed.field]
    start = clause_of(deed, reading).start
    return len(folded.original[start : folded.span(deed.start, deed.end)[0]].split()) <= _BEFORE_VERB
