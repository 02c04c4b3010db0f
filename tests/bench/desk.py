"""What the shipped rules catch on captured news: how many headlines a day by rule and severity; a sample to read.

`WATCHFLOOR_SAMPLE=DIR` writes, per rule, 40 matches drawn with a fixed seed and, for recall, the headlines with broad
words that no rule caught, into DIR (never into the project: the news is not ours).
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from alerts.alert import Match
from alerts.rules.config import load
from alerts.rules.match import Matcher
from crawler.article import Article
from crawler.parse.feeds import read_feed
from tests.bench.shared import ROOT, SHARED, missing, unpack_timeline

TIMELINES = ("june-2026-dev", "july-2026-shafaq-dev")
DATASETS = ("iraq-arabic-2026-07", "reuters-21578-1987", "isot-true-2017", "agnews-test-2004")
BROAD = re.compile(
    r"iraq|baghdad|erbil|militia|faction|hashd|kurdistan|العراق|عراقي|بغداد|أربيل|الفصائل|فصيل|الحشد|ميليشي|مليشي|كوردستان|عراق",
    re.IGNORECASE,
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def run() -> None:
    matcher = Matcher(load(ROOT / "rules.yaml", environ=os.environ))
    with tempfile.TemporaryDirectory() as place:
        for name in TIMELINES:
            unpacked = unpack_timeline(name, Path(place))
            if unpacked is not None:
                _tell(matcher, name, _days(unpacked), list(_headlines(unpacked)))
    for name in DATASETS:
        articles = list(_stored(name))
        if articles:
            _tell(matcher, name, None, articles)


def _days(timeline: Path) -> float:
    polls = json.loads((timeline / "manifest.json").read_text(encoding="utf-8"))["polls"]
    first, last = (datetime.fromisoformat(poll["time"]) for poll in (polls[0], polls[-1]))
    return (last - first).total_seconds() / 86400


def _headlines(timeline: Path) -> Iterator[Article]:
    """Give each headline of a timeline once, with the summary it first came with."""
    seen: set[str] = set()
    for path in sorted(timeline.glob("polls/*/*.xml")):
        for entry in read_feed(path.read_bytes(), None, "http://outlet.example/").entries:
            if entry.title not in seen:
                seen.add(entry.title)
                yield Article(
                    str(len(seen)), path.stem, entry.title, NOW, text=entry.text or entry.summary, url=entry.url
                )


def _stored(dataset: str) -> Iterator[Article]:
    path = SHARED / "articles" / "dev.jsonl.gz"
    if missing(path):
        return
    seen: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            if line["dataset"] == dataset and line["title"] not in seen:
                seen.add(line["title"])
                text = line["text"] or line["summary"]
                yield Article(
                    line["url"] or line["title"], line["source"], line["title"], NOW, text=text, lang=line["lang"]
                )


def _tell(matcher: Matcher, name: str, days: float | None, articles: list[Article]) -> None:
    matched = [(article, matches) for article in articles if (matches := matcher.match(article))]
    print(f"{name}: {len(articles):,} headlines, {len(matched)} caught", end="")
    print(f", {len(matched) / days:.1f} a day over {days:.1f} days" if days else "")
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for _, matches in matched:
        for match in matches:
            counted[match.rule][match.severity.word] += 1
    for rule, words in sorted(counted.items(), key=lambda pair: -pair[1].total()):
        rate = f"{words.total() / days:6.2f} a day" if days else ""
        print(f"  {rule:32}{words.total():5} {rate}  {', '.join(f'{n} {word}' for word, n in words.most_common())}")
    _sample(name, articles, matched)


def _sample(name: str, articles: Iterable[Article], matched: list[tuple[Article, tuple[Match, ...]]]) -> None:
    place = os.environ.get("WATCHFLOOR_SAMPLE")
    if not place:
        return
    draw = random.Random(41)
    by_rule: dict[str, list[str]] = defaultdict(list)
    for article, matches in matched:
        for match in matches:
            where = "" if any(hit.field == "title" for hit in match.hits) else f" ## {article.body[:200]}"
            by_rule[match.rule].append(f"{match.severity.word[:4]} {article.title}{where}")
    caught = {article.title for article, _ in matched}
    missed = [article.title for article in articles if article.title not in caught and BROAD.search(article.title)]
    for rule, lines in (*by_rule.items(), ("missed", missed)):
        draw.shuffle(lines)
        path = Path(place) / f"{name}.{rule}.txt"
        path.write_text("\n".join(lines[: 100 if rule == "missed" else 40]) + "\n", encoding="utf-8")
