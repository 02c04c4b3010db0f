"""The engine: articles a second by rules and terms, beside a loop of `re` a rule and a `re.search` a word."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from alerts.alert import Severity
from alerts.rule import Condition, Config, Entity, Rule
from alerts.rules.backtest import run as backtest
from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.rules.translit import Name, NameIndex
from crawler.article import Article
from crawler.config.problems import Place
from crawler.parse.normalise import OLDEST
from crawler.text.folding import fold
from tests.bench.shared import SHARED, missing

HERE, SPAN = Place("bench", 1, 1), timedelta(0)
CORPUS = SHARED / "articles" / "dev.jsonl.gz"
SHORT = 400  # characters of a headline with its summary
RULES = "rules:\n"
HEAD = """\
version: 1
sources: [{id: wire, url: "https://wire.example/rss.xml"}]
receivers: {console: {urls: ["console://"]}}
rules:
"""


def run() -> None:
    if missing(CORPUS):
        return
    english, arabic = corpus()
    print(f"{len(english)} short English articles, {len(arabic)} Arabic headlines; rules of words of the corpus")
    with tempfile.TemporaryDirectory() as place:
        for rules in (100, 1_000, 5_000):
            config = made(Path(place), words_of(english), rules)
            compare(config, rules, english)
        _rate("1,000 Arabic rules on Arabic", made(Path(place), words_of(arabic), 1_000), arabic)
        loading(Path(place), words_of(english))
        config = made(Path(place), words_of(english), 1_000)
        chosen = english[:20_000]
        print(f"backtest of {len(chosen)} articles x 1,000 rules: {_timed(lambda: backtest(config, chosen)):.2f} s")
    fuzzy(english)
    starting()


def corpus() -> tuple[list[Article], list[Article]]:
    """Give the corpus as short English articles and Arabic headlines."""
    english: list[Article] = []
    arabic: list[Article] = []
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            raw = json.loads(line)
            body = (raw["summary"] or raw["text"])[:SHORT]
            article = Article(f"a{number}", "bench", raw["title"], OLDEST, text=body)
            (arabic if raw["lang"] == "ar" else english).append(article)
    return english, arabic


def words_of(articles: Sequence[Article]) -> list[str]:
    """Give words of the corpus in which rules could be written, the commonest left out."""
    counted: dict[str, int] = {}
    for article in articles:
        for word in set(fold(f"{article.title} {article.body}").split()):
            counted[word] = counted.get(word, 0) + 1
    common = len(articles) / 200
    return sorted(word for word, n in counted.items() if 2 <= n <= common and len(word) > 3 and word.isalpha())


def made(place: Path, words: list[str], rules: int) -> Config:
    """Write and load rules of two words a clause, some with near, none and a wildcard: ten terms a rule and so."""
    path = place / "rules.yaml"
    files = [place / f"part{start}.yaml" for start in range(0, rules, 1_000)]
    for number, file in enumerate(files):
        some = range(number * 1_000, min(rules, (number + 1) * 1_000))
        file.write_text("rules:\n" + "".join(_rule(words, each) for each in some), encoding="utf-8")
    names = ", ".join(file.name for file in files)
    path.write_text(f"include: [{names}]\n{HEAD.removesuffix(RULES)}", encoding="utf-8")
    return load(path, environ={})


def _rule(words: list[str], number: int) -> str:
    draw = random.Random(number)
    phrases = [f'"{draw.choice(words)} {draw.choice(words)}"' for _ in range(2)]
    one, two, three, four, five = (json.dumps(draw.choice(words), ensure_ascii=False) for _ in range(5))
    near = f"{{near: {{terms: [{one}, {two}], within: 20}}}}"
    match = f"{{any: [{', '.join(phrases)}, {near}, {{all: [{three}, {four}]}}], none: [{five}]}}"
    return f"  - {{id: r{number}, title: T, match: {match}, severity: routine, notify: [console]}}\n"


def compare(config: Config, rules: int, articles: list[Article]) -> None:
    rate = _rate(f"{rules} rules", config, articles)
    patterns = [_pattern(rule) for rule in _phrases(config)]
    few = articles[:: max(1, len(articles) // (40_000 // rules))]
    loop = len(few) / _timed(lambda: [[each for each in patterns if each.search(a.title + " " + a.body)] for a in few])
    words = [word for rule in _phrases(config) for word in rule]
    least = few[:: max(1, len(few) // 20)]
    taranis = len(least) / _timed(
        lambda: [[w for w in words if re.search(rf"\b{w}\b", a.title + " " + a.body, re.IGNORECASE)] for a in least]
    )
    print(f"    a loop of re, one a rule: {loop:,.0f}/s, we are {rate / loop:,.0f} x; re.search a word:", end=" ")
    print(f"{taranis:,.0f}/s, {rate / taranis:,.0f} x")


def _phrases(config: Config) -> list[list[str]]:
    return [sorted(_terms(rule.match)) for rule in config.rules]


def _terms(condition: object) -> set[str]:
    children = getattr(condition, "children", ())
    own = {getattr(condition, "term", "")} - {""}
    return own.union(*(_terms(child) for child in children))


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(re.escape(word) for word in words)})\b", re.IGNORECASE)


def _rate(name: str, config: Config, articles: list[Article]) -> float:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    matcher = Matcher(config)
    compiled = time.process_time() - started
    hits = 0

    def match_all() -> None:
        nonlocal hits
        hits = sum(len(matcher.match(article)) for article in articles)

    rate = len(articles) / _timed(match_all)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    each = 1e6 / rate
    print(
        f"{name}: {rate:,.0f} articles/s of a core, {each:.0f} us each, {hits} matches; compiled in {compiled:.2f} s, peak RSS +{grown:.0f} MB"
    )
    return rate


def _timed(work: Callable[[], object]) -> float:
    """Return the processor seconds of a piece of work: the machine has other work."""
    started = time.process_time()
    work()
    return time.process_time() - started


def loading(place: Path, words: list[str]) -> None:
    path = place / "rules.yaml"
    path.write_text(HEAD + "".join(_rule(words, number) for number in range(1_000)), encoding="utf-8")
    started = time.process_time()
    config = load(path, environ={})
    loaded = time.process_time()
    Matcher(config)
    done = time.process_time()
    print(f"1,000 rules: {loaded - started:.2f} s to load, {done - loaded:.2f} s to compile")


VARIANTS = (
    ("Hezbollah", "Hizbullah Hizballah Hezballah Hizbollah Hisbollah Hizbulla"),
    ("Taqaddum", "Taqqadum al-Taqaddum Taqadum al-Taqqadom"),
    ("Muhandis", "Mohandes Muhandes Mohandis al-Muhandis"),
    ("Kataib", "Kata'ib Kataeb Katayib Ketaeb"),
    ("Soleimani", "Suleimani Sulaimani Soleymani Sulaymani"),
    ("Khazali", "al-Khazali Khazaali Khazaly"),
    ("Asaib Ahl al-Haq", "Asa'ib Ahl al-Haqq|Asaeb Ahl ul-Haq|Asaib Ahl Haq"),
    ("Muqtada al-Sadr", "Moqtada al-Sadr|Moqtada Sadr|Muqtadha al-Sadr"),
    ("Nujaba", "al-Nujaba Nojaba Nujabaa"),
    ("Habbaniyah", "Habbaniya al-Habbaniyah Habaniyah"),
    ("Sistani", "al-Sistani Seestani Sestani"),
    ("Houthi", "Huthi Houthy al-Houthi"),
    ("Peshmerga", "Pesh-merga Peshmarga Pishmerga"),
    ("Fayyadh", "Fayyad Fayadh al-Fayyadh"),
)
UNLIKE = (
    ("Khamenei", "Khomeini"),
    ("Abadi", "Ebadi"),
    ("Muhandis", "Mahindra"),
    ("Sistani", "Stan"),
    ("Hezbollah", "Hazel"),
    ("Soleimani", "Salmonella"),
    ("Badr", "Bader"),
    ("Amiri", "Emory"),
)


def fuzzy(english: list[Article]) -> None:
    """Measure transliteration: rate with 2,000 aliases, recall on variants, false hits on look-alikes and news."""
    pairs = [(name, each) for name, all_ in VARIANTS for each in (all_.split("|") if "|" in all_ else all_.split())]
    lost = [variant for name, variant in pairs if not _finds(name, variant)]
    wrong = [f"{other} as {name}" for name, other in UNLIKE if _finds(name, other)]
    print(
        f"fuzzy: {len(pairs) - len(lost)} of {len(pairs)} written variants found, not {', '.join(lost) or 'one missed'}"
    )
    print(f"fuzzy: of {len(UNLIKE)} look-alikes without not_like taken: {', '.join(wrong) or 'none'}")
    draw = random.Random(7)
    parts = [
        "ab",
        "kha",
        "dil",
        "far",
        "gha",
        "ham",
        "jaz",
        "kar",
        "lam",
        "mah",
        "naj",
        "qas",
        "ras",
        "sal",
        "tam",
        "waz",
        "yaz",
        "zub",
        "mir",
        "had",
        "din",
        "ul",
        "ah",
    ]
    names = [Name("".join(draw.choice(parts) for _ in range(3)).title(), f"e{number}") for number in range(2_000)]
    index = NameIndex(names)
    texts = [fold(f"{article.title} {article.body}") for article in english]
    hits = 0

    def find_all() -> None:
        nonlocal hits
        hits = sum(len(list(index.find(text))) for text in texts)

    rate = len(texts) / _timed(find_all)
    print(f"fuzzy: {rate:,.0f} articles/s with 2,000 invented names; {hits * 10_000 / len(texts):.0f} false in 10,000")


def _finds(name: str, text: str) -> bool:
    """Say whether a desk with this one fuzzy entity finds a spelling, exactly or by likeness."""
    entity = Entity("e", HERE, (name,), fuzzy=0.0)
    rule = Rule("r", HERE, "R", Condition("term", HERE, term="$e"), Severity.ROUTINE, ("c",), "v")
    config = Config("", "", "UTC", SPAN, SPAN, "c", "", (), (), {}, {"e": entity}, {}, (rule,))
    return bool(Matcher(config).match(Article("a", "bench", f"said {text} today", OLDEST)))


def starting() -> None:
    """Time the start of `watchfloor check`, and name what it did not need to import."""
    code = "import sys, alerts.cli.check; print([m for m in ('scrapy', 'sqlalchemy', 'twisted') if m in sys.modules])"
    before = os.times()
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    after = os.times()
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"watchfloor check starts in {seconds:.2f} s; of scrapy, sqlalchemy, twisted it imports {loaded}")
