"""What events cost: of an article that no rule touches, and with 1,000 rules, each beside the same without events.

Times are of the processor, best of several turns that the two sides take one after the other, so that a busy machine
weighs on both. The captured articles lie beside the checkout; ours are drawn from words of the shipped rules.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from alerts.rule import Condition, Config, Rule
from alerts.rules.config import load
from alerts.rules.events import asking
from alerts.rules.forms.paradigm import is_paradigm
from alerts.rules.match import Matcher
from crawler.article import Article
from tests.bench.matching import words_of
from tests.bench.shared import ROOT, SHARED, missing

ARTICLES = SHARED / "articles" / "dev.jsonl.gz"
EVERY = 15  # of the captured articles one in so many
OURS = 1_500
NAMES = 2_000  # invented, of which our articles are made beside everyday words
TURNS = 3
RULES = 1_000
GOAL_US, GOAL_SHARE = 50.0, 0.1
NOW = datetime(2026, 6, 1, tzinfo=UTC)
HEAD = """\
version: 1
sources: [{id: bench, url: "https://bench.example/rss"}]
receivers: {console: {urls: ["console://"]}}
"""
_FILLER = (
    "minister", "school", "market", "river", "football", "budget", "weather", "bridge", "harvest", "museum", "opens",
    "visits", "says", "plans", "new", "old", "after", "will", "in", "of", "the", "to", "on", "for", "with", "as",
    "وزير", "مدرسة", "سوق", "نهر", "ميزانية", "طقس", "جسر", "يفتتح", "يزور", "قال", "بعد", "في", "من", "على",
    "وزیر", "مدرسه", "بازار", "رودخانه", "بودجه", "هوا", "پل", "در", "از", "به", "را", "کرد",
)  # fmt: skip


def run() -> None:
    config = load(ROOT / "rules.yaml", environ=os.environ)
    ours = synthetic(config)
    captured = [] if missing(ARTICLES) else sample()
    made = Matcher(config), Matcher(without(config, as_words)), Matcher(without(config, dropped))
    for name, articles in (("captured", captured), ("ours", ours)):
        if articles:
            untouched(name, made, articles)
    with tempfile.TemporaryDirectory() as place:
        for name, articles in (("captured", captured), ("ours", ours)):
            if articles:
                thousand(name, Path(place), config, articles)


def sample() -> list[Article]:
    with gzip.open(ARTICLES, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for number, line in enumerate(lines) if number % EVERY == 0]
    return [
        Article(
            f"a{number}",
            row["source"] or "",
            row["title"],
            NOW,
            text=row["text"] or row["summary"] or "",
            lang=row["lang"],
        )
        for number, row in enumerate(rows)
    ]


def synthetic(config: Config) -> list[Article]:
    """Return headlines with a text, of everyday words and now and then a word of the rules."""
    draw = random.Random(14)
    known = sorted({term.rstrip("*") for each in config.lists.values() for term in each.terms if not is_paradigm(term)})

    names = ["".join(draw.choice("bdfgklmnrstz") + draw.choice("aeiou") for _ in range(4)) for _ in range(NAMES)]

    def words(number: int) -> str:
        drawn = (draw.choices((_FILLER, names, known), (80, 15, 5))[0] for _ in range(number))
        return " ".join(draw.choice(some) for some in drawn)

    return [Article(f"s{number}", "bench", words(9), NOW, text=words(60)) for number in range(OURS)]


def untouched(name: str, made: tuple[Matcher, Matcher, Matcher], articles: Sequence[Article]) -> None:
    """Print what an article that no rule touches costs; `made` has the shipped rules, their words alone, no events."""
    full, _, _ = made
    quiet = [each for each in articles if not full.match(each)]
    with_events, as_lists, none = best(made, quiet)
    [total] = best([full], articles)
    print(
        f"{name}: {len(quiet)} of {len(articles)} articles that no rule touches: {with_events:.0f} us each with events"
    )
    print(f"  the same words without reading events: {as_lists:.0f} us, events cost {with_events - as_lists:+.0f} us")
    print(
        f"  no conditions on events at all: {none:.0f} us, {with_events - none:+.0f} us (goal: under {GOAL_US:.0f} us)"
    )
    print(f"  of all {len(articles)}, matching ones included: {total:.0f} us")


def thousand(name: str, place: Path, config: Config, articles: Sequence[Article]) -> None:
    """Print the rate of 1,000 rules with events and paradigms, and of as many without either."""
    (place / "words.yaml").write_text(_lists(), encoding="utf-8")
    made = [Matcher(_rules(place, articles, events=events)) for events in (True, False)]
    with_events, reference = best(made, articles)
    more = with_events / reference - 1
    print(
        f"{name}: {RULES} rules with events and paradigms: {with_events:.0f} us an article, {1e6 / with_events:,.0f}/s"
    )
    print(
        f"  as many without: {reference:.0f} us, {1e6 / reference:,.0f}/s: {more:+.0%} (goal: within {GOAL_SHARE:.0%})"
    )


def best(matchers: Sequence[Matcher], articles: Sequence[Article]) -> list[float]:
    """Return microseconds of the processor an article for each matcher, the best of its turns."""
    times = [float("inf")] * len(matchers)
    for _ in range(TURNS):
        for number, matcher in enumerate(matchers):
            started = time.process_time()
            for each in articles:
                matcher.match(each)
            times[number] = min(times[number], time.process_time() - started)
    return [seconds / len(articles) * 1e6 for seconds in times]


Replace = Callable[[Condition], Condition | None]


def without(config: Config, instead: Replace) -> Config:
    """Return a config whose rules have no conditions on events; a rule of which nothing is left is left out."""
    rules = [made for rule in config.rules if (made := _stripped(rule, instead))]
    lists = {name: each for name, each in config.lists.items() if not name.startswith("standing-")}
    if instead is dropped:  # the event that is told in messages is read by these
        lists = {name: each for name, each in lists.items() if not name.startswith("deed-") or _uses(rules, name)}
    return replace(config, rules=tuple(rules), lists=lists)


def as_words(event: Condition) -> Condition | None:
    """Return an event as its words: the deed and each party must be found."""
    return Condition("all", event.place, asking(event))


def dropped(_: Condition) -> Condition | None:
    return None


def _stripped(rule: Rule, instead: Replace) -> Rule | None:
    match = _tree(rule.match, instead)
    masking = tuple(made for each in rule.masking if (made := _tree(each, instead)))
    scale = tuple(replace(row, condition=made) for row in rule.scale if (made := _tree(row.condition, instead)))
    score = rule.score
    if score is not None:
        boosts = [replace(each, condition=made) for each in score.boosts if (made := _tree(each.condition, instead))]
        score = replace(score, boosts=tuple(boosts))
    return None if match is None else replace(rule, match=match, masking=masking, scale=scale, score=score)


def _tree(condition: Condition, instead: Replace) -> Condition | None:
    if condition.op == "event":
        return instead(condition)
    children = [made for child in condition.children if (made := _tree(child, instead))]
    # what must hold beside an event goes with it, or the rule would match more than it did
    if condition.children and (
        not children or (condition.op not in {"any", "none"} and len(children) < len(condition.children))
    ):
        return None
    return replace(condition, children=tuple(children))


def _uses(rules: Sequence[Rule], name: str) -> bool:
    def names(condition: Condition) -> bool:
        return condition.term == f"${name}" or any(map(names, condition.children))

    return any(names(rule.match) for rule in rules)


_DEEDS = {
    "strike": ("strike~", "bomb~", "قصف/يقصف/قصف~"),
    "seize": ("seize~", "capture~", "احتجز~"),
    "arrest": ("arrest~", "detain~", "اعتقل~"),
    "open": ("open~", "launch~", "افتتح~"),
    "meet": ("meet~", "visit~", "زار/يزور/زيارة~"),
}
_PLAIN = {
    "strike": ("strikes", "bombs", "قصف"),
    "seize": ("seizes", "captures", "احتجاز"),
    "arrest": ("arrests", "detains", "اعتقال"),
    "open": ("opens", "launches", "افتتاح"),
    "meet": ("meets", "visits", "زيارة"),
}
_CUES = {"expected": ("will", "to", "may"), "denied": ("denies", "not", "ينفي"), "background": ("after", "بعد")}


def _lists() -> str:
    rows = [f"  deed-{name}: {json.dumps(words, ensure_ascii=False)}" for name, words in _DEEDS.items()]
    rows += [f"  standing-{name}: {json.dumps(words, ensure_ascii=False)}" for name, words in _CUES.items()]
    return "lists:\n" + "\n".join(rows) + "\n"


def _rules(place: Path, articles: Sequence[Article], *, events: bool) -> Config:
    """Return 1,000 rules of ten words each; `events` asks for a deed and its target, else for words that stand near."""
    draw = random.Random(3)
    words = words_of(articles)
    names = sorted(_DEEDS)
    lines = []
    for number in range(RULES):
        one, two, three, four, five, six = (json.dumps(draw.choice(words), ensure_ascii=False) for _ in range(6))
        deed = draw.choice(names)
        plain = json.dumps(_PLAIN[deed], ensure_ascii=False)
        told = (
            f"{{event: {{deed: [{deed}], on: [{five}, {six}]}}}}"
            if events
            else f"{{near: {{terms: [{plain}, [{five}, {six}]], within: 8}}}}"
        )
        match = f"{{any: [{{near: {{terms: [{one}, {two}], within: 20}}}}, {{all: [{three}, {four}]}}, {told}]}}"
        lines.append(f"  - {{id: r{number}, title: T, match: {match}, severity: routine, notify: [console]}}\n")
    path = place / f"rules-{'events' if events else 'plain'}.yaml"
    include = "include: [words.yaml]\n" if events else ""
    path.write_text(f"{HEAD}{include}rules:\n{''.join(lines)}", encoding="utf-8")
    return load(path, environ={})
