"""Which shipped rules match the seed story and stories unlike it, and by which words."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime

from alerts.rules.config import load
from alerts.rules.match import Matcher
from crawler.article import Article
from tests.bench.shared import ROOT, SHARED, missing

UNLIKE = (
    "Iraq beat Iran 2-1 to reach the Asian Cup final in Baghdad",
    "Michigan militia leader sentenced over plot",
    "Isfahan tourism back to record numbers",
)


def run() -> None:
    matcher = Matcher(load(ROOT / "rules.yaml", environ=os.environ))
    path = SHARED / "seed" / "coexistence.txt"
    if not missing(path):
        title, _, body = path.read_text(encoding="utf-8").strip().partition("\n")
        _tell(matcher, "the seed story", title, body.strip())
    for title in UNLIKE:
        _tell(matcher, title, title, "")


def _tell(matcher: Matcher, name: str, title: str, body: str) -> None:
    matches = matcher.match(Article("bench", "bench", title, datetime.now(UTC), text=body))
    if not matches:
        print(f"{name}: no rule matches")
    for match in matches:
        counted = Counter((hit.term, hit.text) for hit in match.hits)
        words = ", ".join(f'"{text}" ({term}) x {n}' for (term, text), n in counted.most_common(8))
        print(f"{name}: {match.rule} ({match.severity.word}) by {words}")
