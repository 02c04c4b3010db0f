"""What a tree needs to stand in an article, and that equal conditions of all rules are one: neither changes a match."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.alert import Severity
from alerts.rule import Condition, Config, Rule
from alerts.rules.lexicon import Places
from alerts.rules.match import Matcher
from alerts.rules.operators import evaluate
from alerts.rules.possible import Needs, Seen
from alerts.rules.sharing import shared
from crawler.config.problems import Place
from tests.unit.desk import article, desk, rule

SPAN = timedelta(hours=1)
HERE = Place("rules.yaml", 1, 1)
WORDS = ("alpha", "bravo", "charlie", "delta", "al*", "bra* char*", "alpha bravo")


def term(word: str) -> Condition:
    return Condition("term", HERE, term=word)


def node(op: str, *children: Condition, **options: object) -> Condition:
    return Condition(op, HERE, children, options=options)


def needs(condition: Condition, title: set[str], body: set[str]) -> bool:
    need = Needs().of(condition)
    return need is None or Seen({"title": title, "body": body}).meets(need)


@pytest.mark.parametrize(
    ("condition", "title", "body", "expected"),
    [
        (term("a"), {"a"}, set(), True),
        (term("a"), set(), {"a"}, True),
        (term("a"), set(), set(), False),
        (node("title", term("a")), set(), {"a"}, False),  # it stands in the text only
        (node("lead", term("a")), {"a"}, set(), False),
        (node("title", node("any", term("a"), term("b"))), {"b"}, set(), True),
        (node("all", node("title", term("a")), node("body", term("b"))), {"a"}, {"b"}, True),
        (node("all", node("title", term("a")), node("body", term("b"))), {"b"}, {"a"}, False),
        (node("any", node("title", term("a")), node("body", term("a"))), set(), {"a"}, True),
        (node("all", term("a"), node("none", term("b"))), {"a"}, set(), True),
        (node("any", term("a"), node("none", term("b"))), set(), set(), True),  # it may hold without any word
        (node("none", term("b")), {"b"}, set(), True),  # a mask may hide the word
        (node("at_least", term("a"), term("b"), k=2), {"a"}, set(), True),  # not counted: too many is allowed
    ],
)
def test_need_of_a_condition(condition: Condition, title: set[str], body: set[str], *, expected: bool) -> None:
    assert needs(condition, title, body) is expected


def trees() -> st.SearchStrategy[Condition]:
    def grow(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        several = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            st.builds(lambda op, parts: node(op, *parts), st.sampled_from(["any", "all", "none"]), several),
            st.builds(lambda parts: node("at_least", *parts, k=1), several),
            st.builds(node, st.sampled_from(["title", "lead", "body"]), inner),
            st.builds(lambda one, two: node("near", one, two, within=3, ordered=False), inner, inner),
        )

    return st.recursive(st.sampled_from(WORDS).map(term), grow, max_leaves=8)


TEXTS = st.lists(st.sampled_from((*WORDS[:4], "other")), max_size=9).map(" ".join)


def config_of(conditions: list[Condition]) -> Config:
    rules = tuple(
        Rule(f"r{number}", HERE, "R", each, Severity.ROUTINE, ("console",), "v")
        for number, each in enumerate(conditions)
    )
    return Config("", "", "UTC", SPAN, SPAN, "c", "", (), (), {}, {}, {}, rules)


@settings(max_examples=300)
@given(st.lists(trees(), min_size=1, max_size=4), TEXTS, TEXTS)
def test_dropping_and_sharing_lose_no_match(conditions: list[Condition], title: str, body: str) -> None:
    config = config_of(conditions)
    matcher, told = Matcher(config), article(title, body)
    # each tree on a reading of its own: nothing is known of another's
    alone = {rule.id for rule in config.rules if evaluate(rule.match, matcher.read(told)) is not None}
    assert {match.rule for match in matcher.match(told)} == alone


@pytest.mark.parametrize(
    ("text", "some", "others", "expected"),
    [
        (" alpha bravo ", {"alpha"}, {"bravo"}, True),
        (" alpha x x bravo ", {"alpha"}, {"bravo"}, True),
        (" bravo x x alpha ", {"alpha"}, {"bravo"}, True),
        (" alpha x x x bravo ", {"alpha"}, {"bravo"}, False),
        (" alpha x x x bravo ", {"alpha", "x"}, {"bravo"}, True),
        (" alpha ", {"alpha"}, {"bravo"}, False),
    ],
)
def test_too_far_apart_to_be_near(text: str, some: set[str], others: set[str], *, expected: bool) -> None:
    places = Places(text, {word: [each.span() for each in re.finditer(word, text)] for word in text.split()})
    assert places.beside(some, others, 3) is expected


def test_equal_conditions_are_one_object_and_others_are_not() -> None:
    one, two, other = (
        Rule(name, HERE, "R", node("any", term(word)), Severity.ROUTINE, ("console",), "v")
        for name, word in (("a", "x"), ("b", "x"), ("c", "y"))
    )
    made = shared((one, two, other))
    assert made[0].match is made[1].match
    assert made[0].match is not made[2].match
    assert [each.match.children[0].term for each in made] == ["x", "x", "y"]


def test_a_condition_of_a_matcher_knows_its_anchors() -> None:
    both = node("all", node("any", term("x"), term("y")), term("z"), node("none", term("w")))
    (made,) = shared([Rule("r", HERE, "R", both, Severity.ROUTINE, ("console",), "v")])
    assert made.match.anchors == frozenset({"z"})
    assert [each.anchors for each in made.match.children] == [frozenset({"x", "y"}), frozenset({"z"}), None]


@pytest.mark.parametrize(("title", "rules"), [("ایران کسی را نکشت", ["r"]), ("ایران بازی می‌کند", [])])
def test_a_form_that_denies_a_deed_is_found_by_its_deed(tmp_path: Path, title: str, rules: list[str]) -> None:
    config = desk(tmp_path, rule("{event: {deed: [kill], standing: [any]}}"), lists='  deed-kill: ["کشتن~"]\n')
    assert [each.rule for each in Matcher(config).match(article(title))] == rules
