"""How the shipped rules do on 360 invented items by a hand that saw no rules (tests/labels/singles.jsonl).

Tune on the items of half A; of half B, by a hash of their ids, the totals are asked for, before and after. With
`SINGLES=A` in the environment each item of half A that is told otherwise than its label is printed. Where the extra
watchfloor[languages] is installed the same is printed with what the headlines read like, and what it costs.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from alerts.alert import Severity
from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.labels import read_severity
from alerts.rules.match import Matcher
from alerts.rules.nearness import Likeness
from alerts.run.article_lines import read_lines
from alerts.run.comparing import Comparing
from alerts.run.encoder import Encoder
from alerts.run.extras import is_installed
from crawler.article import Article
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
    config = load(ROOT / "rules.yaml", environ=os.environ)
    matcher = Matcher(config)
    rows = [(each, _article(each)) for each in map(json.loads, LABELS.read_text(encoding="utf-8").splitlines())]
    _report("", [_single(row, article, matcher) for row, article in rows])
    if not is_installed():
        print("skipped: with the language model; the extra watchfloor[languages] is not installed")
        return
    config = replace(config, languages=config.rules[0].place)  # as settings.languages: model
    matcher = Matcher(config)
    open_ones = {article.id: article for _, article in rows if matcher.find(article).asks}
    alike = asyncio.run(_compared(config, open_ones))
    _report(
        ", with the language model", [_single(row, article, matcher, alike.get(article.id)) for row, article in rows]
    )


def _report(how: str, items: list[tuple[str, Single]]) -> None:
    for name in "AB":
        half = [single for of, single in items if of == name]
        print(f"half {name}, {len(half)} items{how}: {_figures(half)}")
        if os.environ.get("SINGLES") == name == "A":
            for each in sorted(half, key=lambda item: (item.right, item.told)):
                if each.told != each.right:
                    print(f"  {_word(each.right)}, told {_word(each.told)}: {each.title} ({', '.join(each.rules)})")


async def _compared(config: Config, articles: dict[str, Article]) -> dict[str, Likeness | None]:
    """Return what the headlines of articles read like, by their ids, and print what that costs."""
    encoder, known = Encoder(), Comparing(config)
    try:
        known.add({each: await encoder.encode(each) for each in known.unread}, datetime.now(UTC))
        vectors = {each.id: await encoder.encode(each.title) for each in articles.values()}
    finally:
        await encoder.close()
    read = len(known.sentences) + len(vectors)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.process_time()
    found = {name: known.likeness(each, vectors[name]) for name, each in articles.items()}
    took = time.process_time() - began
    print(
        f"{len(vectors)} headlines compared with {len(known.sentences)} examples: "
        f"{(used.ru_utime + used.ru_stime) / read * 1000:.0f} ms of processor time to read a text, "
        f"{took / len(vectors) * 1000:.1f} ms to compare one"
    )
    return found


def _article(row: dict[str, str]) -> Article:
    item = {"id": row["id"], "lang": row["lang"], "title": row["title"], "summary": row["summary"]}
    (line,) = read_lines([json.dumps(item)], print)
    return line.article


def _single(
    row: dict[str, str], article: Article, matcher: Matcher, likeness: Likeness | None = None
) -> tuple[str, Single]:
    """Return the half that an item is in, and how it is told."""
    found = matcher.find(article, likeness).matches
    told = max((match.severity for match in found), default=NOTHING)
    right, rules = read_severity(row["severity"]) or NOTHING, tuple(match.rule for match in found)
    half = "AB"[hashlib.sha256(row["id"].encode()).digest()[0] % 2]
    return half, Single(row["title"], row["lang"], bool(row["seed_like"]), right, told, rules)


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
