"""Members of a thread and the sources' letters -> its standing: origins, best reliability, automatic credibility.

Admiralty system (STANAG 2511): the letter grades the source, the number the information. The letter is the admin's;
the number is automatic and says no more than how many origins report: 2 two or more origins agree, 3 one origin,
6 the origin is unknown. 1 (confirmed) is only ever set by a person. The two are never folded into one score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts.rule import When
from crawler.article import Member

UNKNOWN = "F"
AGREE, SINGLE, NOT_JUDGED = 2, 3, 6


@dataclass(frozen=True, slots=True)
class Standing:
    """How far what is told is reported: who it comes from, in the order they were seen, and how good the best is."""

    origins: tuple[str, ...] = ()
    letter: str = UNKNOWN

    @property
    def number(self) -> int:
        return AGREE if len(self.origins) > 1 else SINGLE if self.origins else NOT_JUDGED

    def __str__(self) -> str:
        """Write it as alerts print it: "B3, automatic: one origin (reuters)"."""
        if not self.origins:
            return f"{self.letter}{self.number}, automatic: origin unknown"
        count = "one origin" if len(self.origins) == 1 else f"{len(self.origins)} origins"
        return f"{self.letter}{self.number}, automatic: {count} ({', '.join(self.origins)})"


def standing_of(members: Iterable[Member], letters: Mapping[str, str]) -> Standing:
    """Give the standing of a thread; `letters` is the reliability of each source by id."""
    listed = tuple(members)
    origins = tuple(dict.fromkeys(each.origin for each in listed if each.origin))
    return Standing(origins, min((letters.get(each.source, UNKNOWN) for each in listed), default=UNKNOWN))


def holds(when: When | None, standing: Standing) -> bool:
    """Say whether a rule's conditions on the thread hold."""
    if when is None:
        return True
    return len(standing.origins) >= when.origins and standing.letter <= when.reliability


def lacking(when: When, standing: Standing) -> str:
    """Say what a rule waits for, "" where nothing is lacking."""
    parts = []
    if len(standing.origins) < when.origins:
        parts.append(f"{len(standing.origins)} of {when.origins} origins")
    if standing.letter > when.reliability:
        parts.append(f"best reliability {standing.letter}, asks for {when.reliability} or better")
    return "; ".join(parts)
