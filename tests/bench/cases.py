"""Cases from outside (../shared/cases): how many come out right, by kind, and each that does not.

Dates are read, headlines go through the shipped desk, changing feeds are served on loopback and polled by the real
command four times, a quarter of an hour apart. What is right stands in the tables below, after the README of each kind.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from alerts.alert import Severity
from alerts.demo.sinks import MailSink
from alerts.rules.config import load
from alerts.rules.match import Matcher
from crawler.article import Article
from crawler.text.dates import read_date
from tests.bench import cases_alerting
from tests.bench.shared import ROOT, SHARED, missing
from tests.e2e.conftest import Desk
from tests.e2e.servers import Hook, Outlet

CASES = SHARED / "cases"
NOW = datetime.fromisoformat("2026-11-28T15:00:00Z")
POLLS = [f"2026-11-28T06:{minute}:00Z" for minute in ("00", "15", "30", "45")]

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
# changing feeds: how many alerts four polls make
FEEDS = {
    **dict.fromkeys(("m_media", "m_session", "m_session_sum", "m_source_param", "m_pm", "m_slashes", "m_lessthan"), 1),
    **dict.fromkeys(("m_guid_changes", "m_reordered", "m_bumped", "m_http_https", "m_slug_fixed", "m_returns"), 1),
    **dict.fromkeys(("m_weak", "m_undated", "m_feed_moves_html_then_back"), 1),
    **dict.fromkeys(("m_same_guid", "m_noguid_same_link", "m_guid_reused_link_new", "m_template_guid", "m_future"), 2),
    **dict.fromkeys(("m_slots", "m_one_banner"), 3),
    "m_304_body": 0,  # a 304 has no content (RFC 9110 15.4.5): curl reads none either, and the source is told as silent
}


def run() -> None:
    if missing(CASES):
        return
    for kind, verdicts in (("dates", _dates()), ("desk", _desk()), ("feeds", _feeds()), *cases_alerting.kinds()):
        told = list(verdicts)
        wrong = [words for words in told if words]
        print(f"{kind}: {len(told) - len(wrong)} of {len(told)} right")
        for words in wrong:
            print(f"    {words}")


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


def _feeds() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "serve.py", str(port)], cwd=CASES / "collecting")
    try:
        _await(port)
        for name, right in FEEDS.items():
            alerts = _alerts(f"http://127.0.0.1:{port}/{name}")
            yield "" if alerts == right else f"{name}: {alerts} alerts, not {right}"
    finally:
        server.kill()
        server.wait()


def _await(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("serve.py does not answer")


def _alerts(url: str) -> int:
    with tempfile.TemporaryDirectory() as place:
        desk = Desk(Path(place), Outlet(), Hook(), MailSink())
        try:
            desk.write("/x")
            text = desk.rules.read_text(encoding="utf-8").replace(f"{desk.outlet.base}/x", url)
            desk.rules.write_text(text.replace("every: 5m", "every: 10m"), encoding="utf-8")
            desk.rounds(*POLLS)
            return len(desk.hook.accepted)
        finally:
            for each in (desk.outlet, desk.hook, desk.mail):
                each.close()
