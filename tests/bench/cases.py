"""Cases from outside (../shared/cases): how many come out right, by kind, and each that does not.

Dates are read, headlines go through the shipped desk, and every route of the cases' own server is polled by the real
command. What is right stands in tables, here and in the modules of the parts, after the README of each kind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from alerts.alert import Severity
from alerts.rules.config import load
from alerts.rules.match import Matcher
from crawler.article import Article
from crawler.text.dates import read_date
from tests.bench import cases_alerting, cases_also, cases_answers, cases_feeds
from tests.bench.cases_served import CASES, routes
from tests.bench.shared import ROOT, missing

NOW = datetime.fromisoformat("2026-11-28T15:00:00Z")

# the severities a headline may be told with, from the first to the last letter: n(othing) r(outine) p(riority) i f(lash)
DESK: Mapping[str, Mapping[str, str]] = {
    "own-headlines": {
        **dict.fromkeys(("a1", "a2", "a3", "a4", "a5", "b5", "c3", "c4"), "i"),
        **dict.fromkeys(("a6", "a7", "a8", "a9", "b1", "b2"), "p"),
        **dict.fromkeys(("b3", "b4", "b8"), "f"),
        **dict.fromkeys(("b6", "b7"), "if"),
        "b9": "rp",
        "c1": "nr",
        "c2": "nr",
    },
    "severity": {
        "v1": "if",
        "v2": "i",
        "v3": "i",
        "v4": "i",
        "v5": "nrp",
        "v6": "nrp",
        "v7": "r",
        "v8": "n",
        "v9": "i",
        "w1": "if",
        "w2": "i",
        "w3": "pi",
        "w4": "p",
        "w5": "i",
        "w6": "i",
    },
    "attribution": {
        **dict.fromkeys(("1", "2"), "pi"),
        **dict.fromkeys(("3", "4", "5", "6"), "nr"),
        **dict.fromkeys(("7", "8"), "f"),
        **dict.fromkeys(("9", "10", "14", "15", "16"), "i"),
        **dict.fromkeys(("17", "18"), "p"),
    },
    "strikes": dict.fromkeys(map(str, range(1, 7)), "if"),
    "baquba": {"2": "i"},
    "rolling": dict.fromkeys(map(str, range(1, 5)), "i"),
}


def run() -> None:
    if missing(CASES):
        return
    parts: Mapping[str, Callable[[], Iterator[str]]] = {
        "dates": _dates,
        "desk": _desk,
        "feeds": cases_feeds.feeds,
        "pages": cases_feeds.pages,
        "answers": lambda: cases_answers.played(cases_answers.ANSWERS),
        "large": cases_answers.large,
        "sections": lambda: cases_answers.played(cases_answers.SECTIONS),
        "sitemaps": lambda: cases_answers.played(cases_answers.SITEMAPS),
        "carried": cases_also.carried,
        "sites": cases_also.sites,
        "also": cases_also.also,
    }
    for kind, verdicts in (*((kind, part()) for kind, part in parts.items()), *cases_alerting.kinds()):
        told = list(verdicts)
        wrong = [words for words in told if words]
        print(f"{kind}: {len(told) - len(wrong)} of {len(told)} right", flush=True)
        for words in wrong:
            print(f"    {words}")
    left = sorted(set(routes()) - cases_feeds.PLAYED - cases_answers.PLAYED - cases_also.PLAYED)
    print(f"routes that no part plays: {', '.join(left) or 'none'}")


def _dates() -> Iterator[str]:
    lines = (CASES / "collecting" / "dates.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for line in lines:
        written, lang, right, *_ = line.split("\t")
        read = read_date(written, lang)
        is_right = read is not None and read == datetime.fromisoformat(right)
        yield "" if is_right else f"{written} ({lang}): {right}, read as {read}"


def _desk() -> Iterator[str]:
    matcher = Matcher(load(ROOT / "rules.yaml", environ={}))
    for line in (CASES / "desk" / "verbs.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        yield "" if _severity(matcher, case) else f"verbs {case['title']}: matches nothing"
    for name, right in DESK.items():
        for line in (CASES / "desk" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            if not (may := right.get(case["id"])):
                continue
            severity = _severity(matcher, case)
            word = severity.word if severity else "nothing"
            yield "" if word[0] in may else f"{name} {case['id']} is told as {word}, not {may}: {case['title']}"


def _severity(matcher: Matcher, case: Mapping[str, str]) -> Severity | None:
    found = matcher.match(Article("a", "s", case["title"], NOW, text=case.get("text", ""), published=NOW))
    return max((match.severity for match in found), default=None)
