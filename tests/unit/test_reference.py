"""The engine against the slow reference, on rules and texts that hypothesis makes in three scripts; and what never
changes a verdict. CI tries 500 cases; WATCHFLOOR_CASES=50000 before a release.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.alert import Receiver, Severity, Target
from alerts.rule import Condition, Config, Entity, Rule, TermList
from alerts.rules.match import Matcher
from crawler.article import Article
from crawler.config.problems import Place
from tests.unit.desk import NOW
from tests.unit.reference import Reference

CASES = int(os.environ.get("WATCHFLOOR_CASES", "300"))
HERE = Place("rules.yaml", 1, 1)
# Small vocabularies that go together, so that terms meet, near misses are many, and each case says something.
TOPICS = [
    (["US", "us", "troops", "U.S.", "the", "said."], ["us troops", "=US", "troops", "the", "us", "=US troops"]),
    (["militia", "Militias", "base", "the", "Iraq", "."], ["militia", "militia*", "m?litia", "base", "$bases", "$pmf", "the"]),
    (["Iran-backed", "Iran", "backed", "Hezbollah", "Kata'ib", "x"], ["iran backed", "ir*", "$kh", "kataib hezbollah", "backed", "*ah"]),
    (["الحشد", "والحشد", "للحشد", "حشد", "الشعبي", "قال."], ["الحشد الشعبي", "حشد", "الحشد", "$pmf", "$group", "الشعبي", "قال"]),
    (["کتائب", "حزب‌الله", "حزب", "الله", "وحزب", "و"], ["حزب الله", "كتائب*", "$kh", "حزب", "الله", "$group"]),
    (["نظامی", "نظامیان", "نظامی‌ها", "نیروی", "نیرو", "ببغداد"], ["نظامی", "بغداد", "نظامی*", "*اد", "نیرو"]),
]  # fmt: skip
ENTITIES = {
    "pmf": Entity("pmf", HERE, ("=PMF", "الحشد الشعبي", "militia"), ("group",)),
    "kh": Entity("kh", HERE, ("Kata'ib Hezbollah", "کتائب حزب‌الله"), ("group",)),
}
LISTS = {"bases": TermList("bases", HERE, ("base", "Iraq base"))}


def term(word: str) -> Condition:
    return Condition("term", HERE, term=word)


def trees(terms: list[str]) -> st.SearchStrategy[Condition]:
    """Make conditions over a vocabulary, near and same as often as the rest."""
    leaf = st.sampled_from(terms).map(term)
    leaves = st.one_of(
        leaf, leaf, st.lists(leaf, min_size=1, max_size=2).map(lambda c: Condition("any", HERE, tuple(c)))
    )
    pair = st.lists(leaves, min_size=2, max_size=3).map(tuple)
    near = st.builds(
        lambda children, within, ordered: Condition(
            "near", HERE, children, options={"within": within, "ordered": ordered}
        ),
        pair,
        st.integers(1, 4),
        st.booleans(),
    )
    same = st.builds(
        lambda children, unit: Condition("same", HERE, children, options={"unit": unit}),
        pair,
        st.sampled_from(["sentence", "paragraph"]),
    )
    at_least = st.builds(
        lambda children, k: Condition("at_least", HERE, children, options={"k": k}), pair, st.integers(1, 2)
    )
    flat = st.one_of(leaf, near, near, same, same, at_least)
    return st.recursive(
        flat,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda c: Condition("all", HERE, tuple(c))),
            st.lists(inner, min_size=1, max_size=3).map(lambda c: Condition("any", HERE, tuple(c))),
            inner.map(lambda c: Condition("none", HERE, (c,))),
            st.tuples(st.sampled_from(["title", "body"]), inner).map(lambda p: Condition(p[0], HERE, (p[1],))),
        ),
        max_leaves=3,
    )


def texts(words: list[str]) -> st.SearchStrategy[str]:
    parts = st.lists(st.tuples(st.sampled_from(words), GAPS), max_size=9)
    return parts.map(lambda parts: "".join(word + gap for word, gap in parts))


GAPS = st.sampled_from([" ", " ", " ", "\n", "\n\n", ", ", " - "])
MASKS = st.lists(st.sampled_from(["US troops", "militias", "الحشد الشعبي", "Iraq base"]), max_size=1).map(tuple)
CASES_MADE = st.sampled_from(TOPICS).flatmap(lambda topic: st.tuples(trees(topic[1]), texts(topic[0]), texts(topic[0])))


def desk(tree: Condition, masks: tuple[str, ...] = ()) -> Config:
    rule = Rule("r", HERE, "R", tree, Severity.PRIORITY, ("c",), "v", masks=masks)
    receivers = {"c": Receiver("c", (Target("c#1", "c", "console://", "console"),))}
    empty = Config("rules.yaml", "v", "UTC", NOW - NOW, NOW - NOW, "c", "", (), (), receivers, ENTITIES, LISTS, (rule,))
    return replace(empty)


def article(title: str, body: str) -> Article:
    return Article("a", "s", title, NOW, text=body)


@pytest.mark.timeout(max(120, CASES // 5))  # 30 s a thousand on a busy core
@settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CASES_MADE, MASKS)
def test_engine_agrees_with_the_reference(made: tuple[Condition, str, str], masks: tuple[str, ...]) -> None:
    tree, title, body = made
    config = desk(tree, masks)
    given_article = article(title, body)
    expected = Reference(config, given_article).holds(config.rules[0])
    assert bool(Matcher(config).match(given_article)) is expected


def _wrapped(text: str) -> str:
    return text.replace(" ", "\n").replace("\n\n\n", "\n \n") if "\n" not in text else text


def _disguised(text: str) -> str:
    return "".join(f"{char}\u200b\u0301" if char.isascii() and char.isalpha() else char for char in text)


UNCHANGING = [str.upper, str.lower, _wrapped, _disguised, lambda text: text.replace("ا", "ا\u0640").replace("ل", "لِ")]
CASELESS = [
    (words, [each for each in terms if not each.startswith("=") and each not in {"$pmf", "$group"}])
    for words, terms in TOPICS
]
UNCASED = st.sampled_from(CASELESS).flatmap(
    lambda topic: st.tuples(st.lists(st.sampled_from(topic[1]), min_size=2, max_size=3), texts(topic[0]))
)


@settings(max_examples=max(300, CASES // 5), deadline=None)
@given(UNCASED, st.sampled_from(UNCHANGING))
def test_case_marks_wraps_and_invisible_characters_change_nothing(made: tuple[list[str], str], change: object) -> None:
    assert callable(change)
    terms, text = made
    tree = Condition("same", HERE, (term(terms[0]), term(terms[-1])), options={"unit": "sentence"})
    for condition in (Condition("any", HERE, tuple(term(each) for each in terms)), tree):
        matcher = Matcher(desk(condition))
        assert bool(matcher.match(article(text, ""))) is bool(matcher.match(article(change(text), "")))
