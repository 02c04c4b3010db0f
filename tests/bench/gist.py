"""What titles say in English of headlines in another script that the shipped desk tells.

"a deed": what was done, to whom or where; "hedged": that it was denied, asked, feared, remembered ...; both are a gist.
"about": no deed was read, so only the subject of the rule and who or where. False ones are counted in
tests/unit/test_gist.py. Captured articles are read as in service, with their text, and by their headline alone; of Persian
none was captured, so that is measured on headlines of our own, those to tune by.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from alerts.alert import Alert
from alerts.decide.event_line import describe, hedge_of
from alerts.decide.glosses import who_or_where
from alerts.event import UNREAD
from alerts.line.new_alert import causes_of
from alerts.render.title import lead
from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.match import Matcher
from crawler.article import Article
from crawler.text.scripts import is_foreign
from tests.bench.persian_kurdish import FILES
from tests.bench.shared import ROOT, SHARED, missing

ARTICLES = SHARED / "articles" / "dev.jsonl.gz"
NOW = datetime(2026, 8, 14, tzinfo=UTC)


def run() -> None:
    config = load(ROOT / "rules.yaml", environ={})
    matcher = Matcher(config)
    if not missing(ARTICLES):
        captured = list(_captured(config))
        _print("Arabic, captured, with their text", captured, matcher, config)
        for outlet in sorted({each.outlet for each in captured}):
            _print(f"of these of {outlet}", [each for each in captured if each.outlet == outlet], matcher, config)
        bare = [replace(each, text="", summary="") for each in captured]
        _print("Arabic, captured, the headline alone", bare, matcher, config)
    lines = FILES["tuning"].read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, filter(str.strip, lines)) if row["lang"] == "fa"]
    ours = [Article(str(row["id"]), "s", row["title"], NOW, outlet="s", lang="fa") for row in rows]
    _print("Persian, ours, the headline alone", ours, matcher, config)


def _captured(config: Config) -> Iterator[Article]:
    """Yield the captured articles in another script, each headline once."""
    titles = set()
    with gzip.open(ARTICLES, "rt", encoding="utf-8") as handle:
        for line in handle:
            item = json.loads(line)
            if item["title"] in titles or not is_foreign(item["title"], config.language):
                continue
            titles.add(item["title"])
            yield Article(
                "a",
                item["source"],
                item["title"],
                NOW,
                text=item.get("text") or "",
                summary=item.get("summary") or "",
                outlet=item["source"],
                lang=item["lang"],
            )


def _print(name: str, articles: Iterable[Article], matcher: Matcher, config: Config) -> None:
    """Print how many of the articles are told, and how many of those have a gist."""
    found, bare, read = Counter[str](), 0, 0
    for article in articles:
        read += 1
        finding = matcher.find(article)
        if not finding.matches:
            continue
        hedge = hedge_of(finding.event)
        alert = Alert(
            "s",
            "t",
            1,
            max(match.severity for match in finding.matches),
            NOW,
            article,
            causes_of(config, finding.matches),
            place=who_or_where(finding.matches, config, finding.event),
            foreign=True,
            event=finding.event,
            event_line=describe(finding.event, config.events) if finding.event else "",
            hedge=hedge,
        )
        found["about" if hedge == UNREAD else "hedged" if hedge else "a deed"] += 1
        bare += not lead(alert)
    told = sum(found.values())
    shares = ", ".join(f"{kind} {count} ({count / told:.2f})" for kind, count in found.most_common())
    gist = 1 - found["about"] / told
    print(f"{name}: {read} headlines, {told} told, {gist:.3f} of them with a gist: {shares}; without any words {bare}")
