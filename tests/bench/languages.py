"""One event in two languages: how many links between Arabic and English reports are right, and how many are found.

The pairs were pooled from other methods' best candidates and lie beside the checkout (keys and labels). A link that none
of those methods proposed is judged by tests/labels/links.tsv, where two readers labelled every link that this desk made
at first and on 1 December 2026. Two whole weeks were read by a reader as well (languages_weeks). The halves are by the
key of the Arabic item: thresholds were set on half A. All articles are read, matched or not: in service only what a
rule matched has a report, so there are fewer.

With the language model, where it is installed: by the daemon's own child process. It reads the headlines that have NEAR
in common with one in the other language; less than that makes no link, unless they are worded all but alike.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psutil

from alerts.decide.counterparts import APART, counterpart, is_another_language
from alerts.decide.same_event import SPAN, EventWindow
from alerts.decide.wordings import Wordings
from alerts.event import Report
from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.run.encoder import Encoder
from alerts.run.extras import is_installed
from crawler.article import Article
from tests.bench.languages_fresh import print_fresh, sample
from tests.bench.languages_held import print_held
from tests.bench.languages_own import print_own
from tests.bench.languages_proposed import print_agreement, print_proposed
from tests.bench.languages_weeks import print_weeks, weeks
from tests.bench.shared import ROOT, SHARED, missing

PAIRS = SHARED / "cases" / "languages" / "pairs.tsv"
ARTICLES = SHARED / "articles" / "dev.jsonl.gz"
OURS = ROOT / "tests" / "labels" / "links.tsv"
DATASETS = {"mena-newsstand-2026-06", "iran-dashboard-2026", "iraq-arabic-2026-07", "iran-digest-2026-08-07"}
SINCE = datetime(2026, 6, 5, tzinfo=UTC)
RIGHT = {"same", "related"}
NEAR = 0.3


def run() -> None:
    if missing(PAIRS) or missing(ARTICLES):
        return
    config = load(ROOT / "rules.yaml", environ={})
    matcher = Matcher(config)
    reports, matched = _reports(matcher)
    labels = {**_labels(OURS), **_labels(PAIRS)}
    print_held()
    print_agreement()
    print_own(matcher, config)
    print("without the language model:")
    _print(EventWindow(config.events), reports, labels)
    of_weeks = {key: reports[key] for key in matched}
    _print_weeks(EventWindow(config.events), of_weeks)
    if not is_installed():
        print("with it: skipped, as the extra watchfloor[languages] is not installed")
        return
    wanted = _near(EventWindow(config.events), reports.values()) | (_keys_of_weeks() & reports.keys())
    vectors, each_ms = asyncio.run(_read({each: reports[each].title for each in wanted}))
    told = len(matched) / len(reports)
    print(
        f"an alert costs one headline, {each_ms:.1f} ms; an article of this news {told * each_ms:.1f}, as rules match {told:.2f}"
    )
    window = EventWindow(config.events)
    for key, vector in vectors.items():
        window.wordings.add(reports[key].seq, vector)
    print("with the language model:")
    _print(window, reports, labels)
    _print_weeks(_with(window.wordings, EventWindow(config.events)), of_weeks)


def _print(window: EventWindow, reports: Mapping[str, Report], labels: Mapping[tuple[str, str], str]) -> None:
    began = time.process_time()
    links = set(_links(window, reports.values()))
    spent = time.process_time() - began
    print(f"{len(reports)} reports, {1000 * spent / len(reports):.2f} ms of processor time each to compare them")
    for half in "AB":
        _print_half(half, {each for each in links if half_of(each[0]) == half}, labels, reports)
    fresh = sample().arabic
    for half in "AB":
        print_fresh(f"fresh C-{half}", links, reports, {each for each in fresh if half_of(each) == half})
    print_fresh("fresh", links, reports, fresh)


def _print_weeks(window: EventWindow, reports: Mapping[str, Report]) -> None:
    """Print the links among the reports of what rules match, as in service, for each half of the labelled weeks."""
    links = set(_links(window, reports.values()))
    print_proposed(links)
    arabic = weeks().arabic
    for half in "AB":
        print_weeks(f"two weeks, half {half}", links, reports, {each for each in arabic if half_of(each) == half})
    print_weeks("two weeks", links, reports, arabic)


def _keys_of_weeks() -> frozenset[str]:
    return weeks().arabic | weeks().english


def _with(wordings: Wordings, window: EventWindow) -> EventWindow:
    window.wordings = wordings
    return window


def _near(window: EventWindow, reports: Iterable[Report]) -> set[str]:
    """Return the keys of the reports that have NEAR in common with one in another language."""
    found = set()
    for each in sorted(reports, key=lambda each: (each.at, each.seq)):
        window.forget(each.at - SPAN)
        window.add(each)
        for other in window.compared(each, lambda other, each=each: _may_be_linked(each, other)):  # type: ignore[misc]
            if other.share >= NEAR:
                found |= {each.story, other.earlier.story}
    return found


def _may_be_linked(one: Report, other: Report) -> bool:
    return abs(one.at - other.at) <= APART and is_another_language(one.lang, other.lang)


async def _read(headlines: Mapping[str, str]) -> tuple[dict[str, bytes], float]:
    """Return the vectors of headlines and the ms of processor time that one took; print what the process costs."""
    encoder = Encoder()
    began = time.monotonic()
    await encoder.start()
    loaded = time.monotonic() - began
    child = psutil.Process(encoder.pid)
    before, began = child.cpu_times(), time.monotonic()
    vectors = {key: await encoder.encode(title) for key, title in headlines.items()}
    took, after = time.monotonic() - began, child.cpu_times()
    spent = after.user + after.system - before.user - before.system
    memory = child.memory_full_info()
    await encoder.close()
    each_ms = 1000 * spent / len(headlines)
    print(
        f"the model: loaded in {loaded:.1f} s; {len(headlines)} headlines, each {each_ms:.1f} ms of"
        f" processor time, {1000 * took / len(headlines):.0f} ms by the clock, {len(next(iter(vectors.values())))} bytes"
        f" stored; its process has {memory.rss / 1e6:.0f} MB, {memory.uss / 1e6:.0f} MB of them its own"
    )
    return vectors, each_ms


def _links(window: EventWindow, reports: Iterable[Report]) -> Iterator[tuple[str, str]]:
    """Yield the keys of each Arabic and English report that are linked, as the later one of them comes in."""
    for each in sorted(reports, key=lambda each: (each.at, each.seq)):
        window.forget(each.at - SPAN)
        window.add(each)
        if near := counterpart(window, each):
            pair = sorted((each, near.earlier), key=lambda one: one.lang)
            if [one.lang for one in pair] == ["ar", "en"]:
                yield pair[0].story, pair[1].story


def _print_half(
    half: str, links: set[tuple[str, str]], labels: Mapping[tuple[str, str], str], reports: Mapping[str, Report]
) -> None:
    """Print for a half how many links are right, and of the Arabic items with a labelled English one those linked."""
    judged = Counter(labels.get(each, "unlabelled") for each in links)
    right, wrong = sum(judged[each] for each in RIGHT), judged["different"]
    told = {
        arabic
        for (arabic, english), label in _labels(PAIRS).items()
        if label == "same"
        and half_of(arabic) == half
        and {arabic, english} <= reports.keys()
        and abs(reports[arabic].at - reports[english].at) <= APART
    }
    found = {arabic for arabic, english in links if labels.get((arabic, english)) == "same"}
    share = f"{right / (right + wrong):.2f}" if right + wrong else "-"
    print(
        f"half {half}: {len(links)} links, {dict(judged)}: P(same or related) {share} of {right + wrong};"
        f" recall(same) {len(found & told)}/{len(told)}"
    )


def half_of(key: str) -> str:
    """Return "A" or "B" by the last bit of the SHA-256 of a key."""
    return "AB"[hashlib.sha256(key.encode()).digest()[-1] % 2]


def key_of(title: str) -> str:
    """Return the first 12 hex digits of a title's SHA-256, as in pairs.tsv."""
    return hashlib.sha256(title.encode()).hexdigest()[:12]


def _labels(path: Path) -> dict[tuple[str, str], str]:
    """Return by keys of an Arabic and an English headline how they were labelled; {} where there is no such file."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]] if path.exists() else []
    return {(row[0], row[1]): row[-1] for row in rows}


def _reports(matcher: Matcher) -> tuple[dict[str, Report], set[str]]:
    """Return the news of the labelled period by key, and the keys of what a rule matches.

    Each headline is there once, with the event that the desk reads in it.
    """
    labelled = {key for pair in _labels(PAIRS) for key in pair}
    seen: set[str] = set()
    reports, matched = {}, set()
    with gzip.open(ARTICLES, "rt", encoding="utf-8") as handle:
        for number, line in enumerate(handle):
            item = json.loads(line)
            key, at = key_of(item["title"]), _time(item)
            if key in seen or at is None or not (key in labelled or (at >= SINCE and item["dataset"] in DATASETS)):
                continue
            seen.add(key)
            article = _captured(item, at)
            if mention := matcher.event(article):
                reports[key] = Report(number, key, key, item["source"], item["title"], at, mention, item["lang"])
                if item["dataset"] in DATASETS and matcher.match(article):
                    matched.add(key)
    return reports, matched


def _captured(item: Mapping[str, str], at: datetime) -> Article:
    return Article(
        "a",
        item["source"],
        item["title"],
        at,
        text=item.get("text") or "",
        summary=item.get("summary") or "",
        outlet=item["source"],
        lang=item["lang"],
    )


def _time(item: Mapping[str, str]) -> datetime | None:
    published, seen = item.get("published") or "", item.get("first_seen") or ""
    a_day = item["dataset"] == "iran-dashboard-2026" and published[11:19] in {"", "00:00:00"}
    try:
        at = datetime.fromisoformat((seen or published) if a_day else (published or seen))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
