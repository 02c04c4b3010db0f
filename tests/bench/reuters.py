"""The Reuters part of the captured articles with its labelled pairs, and precision, recall and F1 over pairs.

The pairs are split in halves by a hash of their ids: limits are tuned on half 0, half 1 is reported.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.bench.shared import SHARED

CORPUS = SHARED / "articles" / "dev.jsonl.gz"
PAIRS = SHARED / "articles" / "reuters-pairs-dev.tsv"
PREFIX = "reuters21578:"
SAME_STORY = frozenset({"duplicate", "update"})


@dataclass(frozen=True, slots=True)
class Document:
    """One article of the corpus."""

    id: int
    title: str
    text: str
    published: datetime


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled pair, the earlier article first."""

    earlier: Document
    later: Document
    label: str
    half: int


def documents() -> list[Document]:
    """Give the Reuters part of the corpus in the order it was sent."""
    found = []
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for raw in map(json.loads, lines):
            if raw["url"].startswith(PREFIX) and raw["published"]:
                at = datetime.fromisoformat(raw["published"]).astimezone(UTC)
                found.append(Document(int(raw["url"].removeprefix(PREFIX)), raw["title"], raw["text"], at))
    return sorted(found, key=lambda each: (each.published, each.id))


def pairs(corpus: Iterable[Document]) -> list[Pair]:
    """Give the labelled pairs that are not ambiguous."""
    known = {each.id: each for each in corpus}
    found = []
    for line in PAIRS.read_text(encoding="utf-8").splitlines()[1:]:
        one, other, label, _ = line.split("\t")
        if label == "ambiguous":
            continue
        first, second = sorted((known[int(one)], known[int(other)]), key=lambda each: (each.published, each.id))
        half = hashlib.sha256(f"{one}-{other}".encode()).digest()[0] % 2
        found.append(Pair(first, second, label, half))
    return found


def scores(rows: Iterable[tuple[bool, bool]]) -> tuple[float, float, float]:
    """Give precision, recall and F1 of (predicted, true) pairs."""
    found = list(rows)
    both = sum(said and true for said, true in found)
    precision = both / max(1, sum(said for said, _ in found))
    recall = both / max(1, sum(true for _, true in found))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)
