"""What titles say in English of captured headlines in another script that the shipped desk tells.

"a deed": what was done, to whom or where; "hedged": that it was denied, asked, feared, remembered ...; "about": no deed
was read, so only the subject of the rule and who or where. False ones are counted in tests/unit/test_gist.py.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, datetime

from alerts.alert import Alert
from alerts.decide.event_line import describe, hedge_of
from alerts.decide.glosses import who_or_where
from alerts.event import UNREAD
from alerts.line.new_alert import causes_of
from alerts.render.title import lead
from alerts.rules.config import load
from alerts.rules.match import Matcher
from crawler.article import Article
from crawler.text.scripts import is_foreign
from tests.bench.shared import ROOT, SHARED, missing

ARTICLES = SHARED / "articles" / "dev.jsonl.gz"
NOW = datetime(2026, 8, 14, tzinfo=UTC)


def run() -> None:
    if missing(ARTICLES):
        return
    config = load(ROOT / "rules.yaml", environ={})
    matcher, found, bare = Matcher(config), Counter[str](), 0
    titles = set()
    with gzip.open(ARTICLES, "rt", encoding="utf-8") as handle:
        for line in handle:
            item = json.loads(line)
            if item["title"] in titles or not is_foreign(item["title"], config.language):
                continue
            titles.add(item["title"])
            article = Article("a", item["source"], item["title"], NOW, outlet=item["source"], lang=item["lang"])
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
    shares = ", ".join(f"{name} {count} ({count / told:.2f})" for name, count in found.most_common())
    print(f"{len(titles)} headlines in another script, {told} told: {shares}; without any words {bare}")
