"""How the shipped rules do on items that readers have labelled, both halves: the table of `check --labels`.

And of half A what is told too gravely or not gravely enough, counted by the row of the scale that decided. The labels
are ours or lie beside the checkout; the articles always do, as the news is not ours. Half of the items of
`drawn.tsv` were drawn from what this desk once told as flash or immediate, so its shares are not those of a day's news.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from alerts.alert import Severity
from alerts.cli.labels import labelled, report
from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.labels import GRAVE, Label, half
from alerts.rules.match import Matcher
from crawler.article import Article
from tests.bench.shared import ROOT, SHARED, missing

FILES = (
    ROOT / "tests" / "labels" / "articles.tsv",
    SHARED / "labels" / "articles.tsv",
    ROOT / "tests" / "labels" / "drawn.tsv",
)
ARTICLES = SHARED / "articles" / "dev.jsonl.gz"
UNMATCHED = "no rule matches"


def run() -> None:
    if missing(ARTICLES):
        return
    config = load(ROOT / "rules.yaml", environ=os.environ)
    files = [file for file in FILES if not missing(file)]
    for file in files:
        report(config, file, ARTICLES, misses=False)
    print(
        "\nhalf A, flash or immediate by one and not by the other\n| labelled | told | row of the scale | items |\n|---|---|---|---|"
    )
    for (told_as, label, row), count in sorted(wrong(config, files).items(), key=lambda each: (-each[1], each[0])):
        print(f"| {label} | {told_as} | {row} | {count} |")


def wrong(config: Config, files: list[Path]) -> Counter[tuple[str, str, str]]:
    """Return how many items of half A are grave for the desk or the reader only: by how told, labelled, and which row."""
    matcher = Matcher(config)
    judged = (pair for file in files for pair in labelled(file, ARTICLES) if half(pair[0].key) == "A")
    return Counter(found for label, article in judged for found in _wrong(matcher, label, article))


def _wrong(matcher: Matcher, label: Label, article: Article) -> Iterator[tuple[str, str, str]]:
    gravest = max(matcher.match(article), key=lambda each: each.severity, default=None)
    told = gravest.severity if gravest else None
    if _is_grave(told) != _is_grave(label.severity):
        row = gravest.why.partition(" (")[0] or "no row" if gravest else UNMATCHED
        yield _word(told), _word(label.severity), row


def _is_grave(severity: Severity | None) -> bool:
    return severity is not None and severity >= GRAVE


def _word(severity: Severity | None) -> str:
    return severity.word if severity else "none"
