"""How the shipped rules do on Persian and Kurdish headlines, beside Arabic: told at all, told as gravely as they should be.

Our own headlines lie in two files: one to tune by, one written by other hands and kept from tuning, of which only totals
are printed. Arabic is measured by 40 headlines of our own, written before any result was seen and tuned by nobody, and by
what readers labelled of the captured news, where that lies beside the checkout. A second such set, 30 headlines a language by one hand,
is tuned by nobody either, nor is a third of 30 in Kurdish alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alerts.alert import Severity
from alerts.cli.labels import labelled
from alerts.rules.config import load
from alerts.rules.labels import read_severity
from alerts.rules.match import Matcher
from crawler.article import Article
from tests.bench.shared import ROOT, SHARED, missing

LABELS = ROOT / "tests" / "labels"
FILES = {"tuning": LABELS / "persian-kurdish.jsonl", "held": LABELS / "persian-kurdish-held.jsonl"}
ARABIC = LABELS / "arabic.jsonl"
UNSEEN, OWN = LABELS / "unseen.jsonl", LABELS / "kurdish-own.jsonl"
TABLE, ARTICLES = LABELS / "articles.tsv", SHARED / "articles" / "dev.jsonl.gz"
LANGUAGES = {"fa": "Persian", "ckb": "Kurdish"}
NOW = datetime(2026, 8, 1, tzinfo=UTC)
NOTHING = 0  # of what is not told, below every severity


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one item was told, beside the steps that are right for it: the labelled one and those that will do as well."""

    labelled: int
    right: frozenset[int]
    told: int

    @property
    def must_be_told(self) -> bool:
        return NOTHING not in self.right

    @property
    def too_grave(self) -> bool:
        return self.told > max(self.right)


def run() -> None:
    matcher = Matcher(load(ROOT / "rules.yaml", environ=os.environ))
    for name, file in FILES.items():
        if not file.exists():
            print(f"skipped: {file.name} is not in this checkout")
            continue
        rows = _rows(file)
        for lang, language in LANGUAGES.items():
            _print(f"{language}, {name}", verdicts((row for row in rows if row["lang"] == lang), matcher))
    _print("Arabic, ours, unseen", verdicts(_rows(ARABIC), matcher))
    for lang, language in {"ar": "Arabic", **LANGUAGES}.items():
        rows = [row for row in _rows(UNSEEN) if row["lang"] == lang]
        _print(f"{language}, second unseen set", verdicts(rows, matcher))
    _print("Kurdish, third unseen set", verdicts(_rows(OWN), matcher))
    if not missing(ARTICLES):
        arabic = [pair for pair in labelled(TABLE, ARTICLES) if pair[1].lang == "ar"]
        steps = [(label.severity or NOTHING, _told(article, matcher)) for label, article in arabic]
        _print("Arabic, captured", [Verdict(right, frozenset({right}), told) for right, told in steps])


def _rows(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def verdicts(rows: Iterable[Mapping[str, object]], matcher: Matcher) -> Iterator[Verdict]:
    """Yield how each labelled headline is told."""
    for row in rows:
        own, *others = [read_severity(word) or NOTHING for word in _words(row["severity"]) + _words(row.get("also"))]
        title, lang = str(row["title"]), str(row["lang"])
        told = _told(Article(str(row["id"]), "s", title, NOW, lang=lang), matcher)
        yield Verdict(own, frozenset({own, *others}), told)


def _words(given: object) -> list[str]:
    return [str(each) for each in given] if isinstance(given, list) else str(given or "").replace(",", " ").split()


def _told(article: Article, matcher: Matcher) -> int:
    return max((match.severity for match in matcher.match(article)), default=NOTHING)


def _print(name: str, told: Iterable[Verdict]) -> None:
    every = list(told)
    must = [each for each in every if each.must_be_told]
    grave = [each for each in must if each.labelled >= Severity.IMMEDIATE]
    weighty = [each for each in must if each.labelled >= Severity.PRIORITY]
    other = [each for each in every if not each.must_be_told]
    print(f"{name}: {len(every)} items")
    for words, asked, found in (
        ("to be told, matched", must, [each for each in must if each.told]),
        ("to be told, told at the right severity", must, [each for each in must if each.told in each.right]),
        ("priority or higher, matched", weighty, [each for each in weighty if each.told]),
        ("flash or immediate, told as such", grave, [each for each in grave if each.told >= Severity.IMMEDIATE]),
        ("traps and off-topic, told wrongly", other, [each for each in other if each.too_grave]),
    ):
        share = f" {len(found) / len(asked):.0%}" if asked else ""
        print(f"  {words:42}{f'{len(found)}/{len(asked)}{share}':>14}")
