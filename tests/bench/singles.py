"""How the shipped rules do on 360 invented items by a hand that saw no rules (tests/labels/singles.jsonl).

Tune on the items of half A; of half B, by a hash of their ids, the totals are asked for, before and after. With
`SINGLES=A` in the environment each item of half A that is told otherwise than its label is printed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from alerts.alert import Severity
from alerts.rules.config import load
from alerts.rules.labels import read_severity
from alerts.rules.match import Matcher
from alerts.run.article_lines import read_lines
from tests.bench.shared import ROOT

LABELS = ROOT / "tests" / "labels" / "singles.jsonl"
NOTHING = 0  # of what is not told, below every severity


@dataclass(frozen=True, slots=True)
class Single:
    """An item: what it says, how gravely it should be told, how it is told, and by which rules."""

    title: str
    language: str
    seed_like: bool
    right: int
    told: int
    rules: tuple[str, ...]


def run() -> None:
    matcher = Matcher(load(ROOT / "rules.yaml", environ=os.environ))
    halves: dict[str, list[Single]] = {"A": [], "B": []}
    for text in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(text)
        halves["AB"[hashlib.sha256(row["id"].encode()).digest()[0] % 2]].append(_single(row, matcher))
    for name, items in halves.items():
        print(f"half {name}, {len(items)} items: {_figures(items)}")
    if os.environ.get("SINGLES") == "A":
        for each in sorted(halves["A"], key=lambda item: (item.right, item.told)):
            if each.told != each.right:
                print(f"  {_word(each.right)}, told {_word(each.told)}: {each.title} ({', '.join(each.rules)})")


def _single(row: dict[str, str], matcher: Matcher) -> Single:
    item = {"id": row["id"], "lang": row["lang"], "title": row["title"], "summary": row["summary"]}
    (line,) = read_lines([json.dumps(item)], print)
    found = matcher.match(line.article)
    told = max((match.severity for match in found), default=NOTHING)
    right = read_severity(row["severity"]) or NOTHING
    return Single(row["title"], row["lang"], bool(row["seed_like"]), right, told, tuple(match.rule for match in found))


def _figures(items: list[Single]) -> str:
    """Return the table of issue 14 for a half, in a line; each share as "so many of all"."""
    wanted = [each for each in items if each.right]
    grave = [each for each in wanted if each.right >= Severity.IMMEDIATE]
    rung = [each for each in items if each.told >= Severity.IMMEDIATE]
    languages = ", ".join(
        f"{name} {_share((each for each in wanted if each.language == name), _matched)}"
        for name in ("en", "ar", "fa", "ckb")
    )
    return "; ".join(
        (
            f"seed-like matched {_share((each for each in wanted if each.seed_like), _matched)}",
            f"all that is to be told {_share(wanted, _matched)} ({languages})",
            f"grave and told as such {_share(grave, lambda each: each.told >= Severity.IMMEDIATE)}",
            f"told as grave rightly {_share(rung, lambda each: each.right >= Severity.IMMEDIATE)}",
            f"not to be told, matched {_share((each for each in items if not each.right), _matched)}",
        )
    )


def _matched(item: Single) -> bool:
    return item.told > NOTHING


def _share(items: Iterable[Single], holds: Callable[[Single], bool]) -> str:
    held = [holds(each) for each in items]
    return f"{sum(held)}/{len(held)}"


def _word(step: int) -> str:
    return Severity(step).name.lower() if step else "none"
