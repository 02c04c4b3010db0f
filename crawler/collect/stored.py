"""What a poll added to the store, in numbers and by article."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from crawler.article import Relation
from crawler.sources.source import SourceState


@dataclass(slots=True)
class Stored:
    """What a poll added, or a part of it. entries = new + known + revised + rejected + passed."""

    entries: int = 0
    new: int = 0
    known: int = 0
    revised: int = 0
    passed: int = 0  # looked at by a source that keeps only what a rule matches
    rejected: Counter[str] = field(default_factory=Counter)
    placed: list[tuple[Relation, str]] = field(default_factory=list)  # new | known | revised, and the article
    state: SourceState | None = None  # of the source, as stored

    def amounts(self) -> dict[str, int]:
        """Return what was counted, by name in the ledger."""
        plain = {"entries": self.entries, "new": self.new, "known": self.known, "revised": self.revised}
        plain["passed"] = self.passed
        return plain | {f"rejected:{reason}": n for reason, n in self.rejected.items()}

    def __iadd__(self, other: Stored) -> Stored:
        self.entries += other.entries
        self.new += other.new
        self.known += other.known
        self.revised += other.revised
        self.passed += other.passed
        self.rejected += other.rejected
        self.placed += other.placed
        self.state = other.state or self.state
        return self
