"""How the shipped rules do on items that readers have labelled, both halves: the table of `check --labels`.

The labels are ours or lie beside the checkout; the articles always do, as the news is not ours.
"""

from __future__ import annotations

import os

from alerts.cli.labels import report
from alerts.rules.config import load
from tests.bench.shared import ROOT, SHARED, missing

FILES = (ROOT / "tests" / "labels" / "articles.tsv", SHARED / "labels" / "articles.tsv")
ARTICLES = SHARED / "articles" / "dev.jsonl.gz"


def run() -> None:
    if missing(ARTICLES):
        return
    config = load(ROOT / "rules.yaml", environ=os.environ)
    for file in FILES:
        if not missing(file):
            report(config, file, ARTICLES, misses=False)
