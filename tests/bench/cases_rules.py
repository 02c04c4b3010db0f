"""Cases of rules: conditions that never hold, forms of words, silences, files, addresses that `check` refuses."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from alerts.rules.config import load
from alerts.rules.match import Matcher
from crawler.article import Article
from tests.bench.cases_line import played_desk
from tests.bench.shared import ROOT
from tests.e2e.running import daemon
from tests.e2e.servers import rss
from tests.e2e.starting import start

Case = tuple[str, Callable[[], str]]
RULES = """\
version: 1
settings: {{admin: log}}
sources: [{{id: wire, name: Wire, url: "https://wire.example/rss.xml"}}]
receivers: {{log: {{urls: ["{url}"]}}}}
rules:
  - id: r
    title: R
    severity: priority
    notify: [log]
    match: {match}
    {more}
    tests: {{match: [], no_match: []}}
"""
NEVER = (
    ("'^militia'", "militia"),
    ("'hits$'", "hits"),
    ("'F-16'", "f 16"),
    (r"'\bU\.S\.'", "us"),
    ('"kata\'ib"', "kataib"),
    ('"آتش\\u200cبس"', "اتش بس"),
)
FORMS = (  # a term as a rule writes it, and the form that is left open
    ("پایگاه", "پایگاهی"),
    ("نیرو", "نیروهایشان"),
    ("قاعدة", "بقاعدتهم"),
    ("فصائل", "فصائلهم"),
    ("F-16", "F16"),
    ("F16", "F-16"),
    ('"=US"', "\uff35\uff33"),
)
LONG = 20_000  # words


def never() -> Iterator[Case]:
    for pattern, looks in NEVER:
        yield f"regex {pattern}", partial(_named, f"{{regex: {pattern}}}", "", looks)
    yield "an except that swallows the match", lambda: _named("[militia]", 'except: ["militia*"]', "masks all")


def _check(match: str, more: str = "", url: str = "log://", timeout: float = 60) -> tuple[int, str]:
    """Run the real `watchfloor check` on a rule, and return its exit code and what it says."""
    Path("rules.yaml").write_text(RULES.format(match=match, more=more, url=url), encoding="utf-8")
    done = start("alerts", "check", place=Path.cwd(), environ={"PYTHONPATH": str(ROOT)}, timeout=timeout)
    return done.returncode, done.stdout + done.stderr


def _named(match: str, more: str, looks: str) -> str:
    _, said = _check(match, more)
    found = [each for each in said.split("\n") if "can never" in each or "masks all" in each]
    return "" if found and looks in found[0] else f"check says {said!r}"


def forms() -> Iterator[Case]:
    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    for term, form in FORMS:
        yield f"{term} in {form}", partial(_found, term, form, written)


def _found(term: str, form: str, written: str) -> str:
    Path("rules.yaml").write_text(RULES.format(match=f"[{term}]", more="", url="log://"), encoding="utf-8")
    matcher = Matcher(load(Path("rules.yaml"), environ={}))
    if matcher.match(Article("a", "wire", f"1 {form} 2", datetime.now(UTC))) or form in written:
        return ""
    return "no match, and docs/rules.md does not say so"


def silences() -> Iterator[Case]:
    for text in ("الحشد", "قاعدة"):
        yield f"silence add --text {text}", partial(_silenced, text)


def _silenced(text: str) -> str:
    with played_desk() as desk:
        desk.rules.write_text(desk.rules.read_text().replace("any: [militia,", "any: [والحشد, القاعدة,"))
        now = datetime.now(UTC).replace(microsecond=0)
        desk.rounds(now.isoformat())
        desk.run("silence", "add", "--text", text, "--for", "2h", "--by", "Noor", "--reason", "drill")
        desk.outlet.serve("/a.xml", rss({"title": "مقتل والحشد في القاعدة", "guid": "1"}))
        desk.rounds((datetime.now(UTC)).replace(microsecond=0).isoformat())
        told = [title for title in desk.hook.titles() if "WATCHFLOOR" not in title]
        return f"told all the same: {told}" if told else ""


def watched() -> Iterator[Case]:
    yield "a new include with a typo, mended in that file alone", _mended


def _mended() -> str:
    with played_desk() as desk:
        more = desk.place / "more.yaml"
        with daemon(desk) as running:
            more.write_text("lists: {boats: [7]}\n", encoding="utf-8")
            desk.rules.write_text(desk.rules.read_text() + "include: [more.yaml]\n", encoding="utf-8")
            if not running.says("rules not reloaded"):
                return "the typo was not refused"
            more.write_text("lists: {boats: [trawler]}\n", encoding="utf-8")
            return "" if running.says("rules reloaded") else "never reloaded"


def logins() -> Iterator[Case]:
    yield "matrix by password", lambda: _refused("matrix://noor:p4ssw0rd@127.0.0.1/#room", "access token")


def _refused(url: str, words: str) -> str:
    code, said = _check("[militia]", url=url)
    return "" if code and words in said else f"check ends with {code}: {said!r}"


def smaller() -> Iterator[Case]:
    yield "msteams://", lambda: _refused("msteams://a/b/c", "Workflow")
    yield "rules.yaml that others may write, reloaded", _exposed
    yield f"a term of {LONG} equal words", _long_term


def _exposed() -> str:
    with played_desk() as desk, pytest.MonkeyPatch.context() as environ:
        environ.delenv("INVOCATION_ID", raising=False)
        desk.rules.chmod(0o644)
        with daemon(desk) as running:
            desk.rules.write_text(desk.rules.read_text() + "# changed\n", encoding="utf-8")
            desk.rules.chmod(0o666)
            return "" if running.says("others may write this file") else "reloaded without a word"


def _long_term() -> str:
    begun = time.monotonic()
    code, said = _check(json.dumps([" ".join(["word"] * LONG)]), timeout=120)
    took = time.monotonic() - begun
    return "" if took < 60 else f"check took {took:.0f} s, ended with {code}: {said[:80]!r}"
