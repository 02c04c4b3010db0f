"""Where one verdict ends and the next begins: each limit at its value and one step beside it.

Texts are made of words that mean nothing, so that a case differs in what its limit counts and in nothing else.
"""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import product

import pytest

from crawler.article import Placement, Relation
from crawler.stories.compare import compare
from crawler.stories.identity import similar_headlines
from crawler.stories.placing import Candidate, place
from crawler.stories.sketch import sketch
from crawler.stories.verdict import Side, judge
from crawler.stories.wording import sentence_number, shingles, wording
from tests.unit.desk import NOW
from tests.unit.reports import TEXT, TITLE

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
MADE = ["".join(letters) for letters in product("bdfglmnrst", "aeiou", "kpvz", "aeiou", "bdfglmnrst")]
WORDS = random.Random(1).sample(MADE, 600)
FERRY, BUDGET = "Ferry runs again from harbour", "Council votes down school budget"
FERRY_ON, BUDGET_ON = (
    f"{said} {WORDS[3]} {WORDS[4]}" for said in ("Ferry pier", "Council budget")
)  # of the text's words
NEWER = slice(400, 600)  # words that no earlier text has


def prose(words: list[str]) -> str:
    """Write words as sentences of ten."""
    return " ".join(" ".join(words[at : at + 10]) + "." for at in range(0, len(words), 10))


def text(count: int, start: int = 0) -> str:
    return prose(WORDS[start : start + count])


def reworded(count: int, *places: int) -> str:
    """Write a text of so many words in which those at some places are other ones."""
    words = WORDS[:count]
    for number, place_ in enumerate(places):
        words[place_] = WORDS[NEWER][number]
    return prose(words)


def numbered(count: int, *numbers: int) -> str:
    """Write a text of so many words in which every fifth, from the second on, is one of these numbers."""
    words = WORDS[:count]
    for at, number in enumerate(numbers):
        words[1 + 5 * at] = str(number)
    return prose(words)


def side(title: str, body: str = "", *, name: str = "a1", source: str = "one", at: timedelta = 0 * HOUR) -> Side:
    return Side(name, source, source.title(), source, None, NOW + at, wording(title, body, source.title()))


LIMITS = [
    # name, (headline, text), (headline, text), source and age of the later one, relation
    ("14 words are no text: headlines decide", (FERRY, text(14)), (BUDGET, text(14)), "two", HOUR, "new"),
    ("15 words are one", (FERRY_ON, text(15)), (BUDGET_ON, text(15)), "two", HOUR, "related"),
    ("14 words with two numbers are one", (FERRY, numbered(14, 21, 35)), (BUDGET, numbered(14, 21, 35)), "two", HOUR, "related"),
    ("14 words with one number are none", (FERRY, numbered(14, 21)), (BUDGET, numbered(14, 21)), "two", HOUR, "new"),
    ("14 words of a longer text are none either", (FERRY, text(80)), (BUDGET, text(14)), "two", HOUR, "new"),
    ("29 words under another headline are another report", (FERRY_ON, text(29)), (BUDGET_ON, text(29)), "two", HOUR, "related"),
    ("149 words that tell of neither headline", (FERRY, text(149)), (BUDGET, text(149)), "two", HOUR, "new"),
    ("150 words are a text whatever the headlines", (FERRY, text(150)), (BUDGET, text(150)), "two", HOUR, "duplicate"),
    ("30 words are the same one", (FERRY_ON, text(30)), (BUDGET_ON, text(30)), "two", HOUR, "duplicate"),
    ("in 59 words each word counts", (FERRY, text(59)), (FERRY, reworded(59, 44)), "two", HOUR, "related"),
    ("in 60 words one may differ", (FERRY, text(60)), (FERRY, reworded(60, 44)), "two", HOUR, "duplicate"),
    ("seven words more of one owner are an edit", (FERRY, text(80)), (FERRY, f"{text(80)} {text(7, 400)}"), "one", HOUR, "duplicate"),
    ("eight are an update", (FERRY, text(80)), (FERRY, f"{text(80)} {text(8, 400)}"), "one", HOUR, "updated"),
    ("of another owner they are a repeat", (FERRY, text(80)), (FERRY, f"{text(80)} {text(8, 400)}"), "two", HOUR, "duplicate"),
    ("rewritten by one owner", (FERRY, text(80)), (FERRY, reworded(80, 34, 44, 54, 64, 74)), "one", HOUR, "updated"),
    ("rewritten by another", (FERRY, text(80)), (FERRY, reworded(80, 34, 44, 54, 64, 74)), "two", HOUR, "duplicate"),
    ("hardly rewritten", (FERRY, text(80)), (FERRY, reworded(80, 44, 54, 64)), "one", HOUR, "duplicate"),
    ("six numbers agree and one differs", (FERRY, numbered(45, 21, 22, 23, 24, 25, 26, 27)),
     ("Ferry halts at quay", numbered(45, 21, 22, 23, 24, 25, 26, 29)), "two", HOUR, "updated"),
    ("of another subject", (FERRY, numbered(45, 21, 22, 23, 24, 25, 26, 27)),
     (BUDGET, numbered(45, 21, 22, 23, 24, 25, 26, 29)), "two", HOUR, "related"),
    ("five agree", (FERRY, numbered(45, 22, 23, 24, 25, 26, 27)),
     ("Ferry halts at quay", numbered(45, 22, 23, 24, 25, 26, 29)), "two", HOUR, "related"),
    ("a source's equal text, just under 12 hours later", (FERRY, text(20)), (FERRY, text(20)), "one", 12 * HOUR - SECOND, "duplicate"),
    ("at 12 hours it is the next of a series", (FERRY, text(20)), (FERRY, text(20)), "one", 12 * HOUR, "new"),
    ("a long text is none", (FERRY, text(60)), (FERRY, text(60)), "one", 12 * HOUR, "duplicate"),
    ("a source's equal stub, just under 12 hours later", (FERRY, text(5)), (FERRY, text(5)), "one", 12 * HOUR - SECOND, "duplicate"),
    ("and at 12 hours", (FERRY, text(5)), (FERRY, text(5)), "one", 12 * HOUR, "new"),
    ("equal headlines at 12 hours", (FERRY, ""), (FERRY, ""), "two", 12 * HOUR, "duplicate"),
    ("and after", (FERRY, ""), (FERRY, ""), "two", 12 * HOUR + SECOND, "related"),
    ("one event at 48 hours", (FERRY, ""), (f"{FERRY} pier", ""), "two", 48 * HOUR, "related"),
    ("and after", (FERRY, ""), (f"{FERRY} pier", ""), "two", 48 * HOUR + SECOND, "new"),
    ("the same source leaves words out of its headline", (f"{FERRY} pier quay", ""), (f"{FERRY} pier", ""), "one", HOUR, "related"),
    ("another source does", (f"{FERRY} pier quay", ""), (f"{FERRY} pier", ""), "two", HOUR, "duplicate"),
    ("but not of four words", (f"{FERRY} pier", ""), (FERRY, ""), "two", HOUR, "related"),
    ("two words shared of two", ("Ferry harbour", ""), ("Ferry harbour runs", ""), "two", HOUR, "new"),
    ("three of five", ("Ferry runs harbour pier", ""), ("Ferry runs harbour budget", ""), "two", HOUR, "related"),
    ("four of seven", ("Ferry runs again harbour pier", ""), ("Ferry runs again harbour school budget", ""), "two", HOUR, "new"),
    ("five of ten", ("Ferry runs again harbour pier quay dock", ""), ("Ferry runs again harbour pier council votes school", ""), "two", HOUR, "related"),
    ("a toll of headlines over texts of their own", ("Blast in Karrada market kills 14", text(20)),
     ("Blast in Karrada market kills 17", text(20, 100)), "two", HOUR, "updated"),
    ("and no toll", ("Army moves 14 tanks to Karrada market", text(20)),
     ("Army moves 17 tanks to Karrada market", text(20, 100)), "two", HOUR, "related"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "first", "later", "source", "age", "relation"), LIMITS)
def test_verdict_at_its_limit(
    name: str, first: tuple[str, str], later: tuple[str, str], source: str, age: timedelta, relation: str
) -> None:
    verdict = judge(side(*first), side(*later, name="a2", source=source, at=age))
    assert verdict.relation.value == relation, (name, verdict.evidence)


FIRST = ("Three killed in drone attack on Kirkuk base", "Guards put out the fire at the base.")
NOT_RISEN = [
    ("it rises, but nothing counts the dead", "Drone attack on Kirkuk base", "Smoke rises after five killed."),
    ("the dead are counted, but do not rise", "Drone attack on Kirkuk base", "The death toll is five."),
    ("what rises is no toll of dead", "Attack on Kirkuk base", "The number of drones rises to five."),
    ("a number before it", "Drone attack on Kirkuk base", "At 5 in the morning the death toll rises."),
]


@pytest.mark.parametrize(("name", "title", "body"), NOT_RISEN, ids=[row[0] for row in NOT_RISEN])
def test_no_toll_rose(name: str, title: str, body: str) -> None:
    assert judge(side(*FIRST), side(title, body, name="a2", source="two", at=HOUR)).change == "", name


@pytest.mark.parametrize(
    ("words", "change"),
    [("of its best killed", "14 -> 15 killed"), ("of its very best and also most seasoned killed", "")],
)
def test_number_counts_the_dead_who_are_named_within_six_words(words: str, change: str) -> None:
    first = side(f"Blast in Kirkuk market, 14 {words}")
    assert (
        judge(first, side("Kirkuk market blast death toll rises to 15", name="a2", source="two", at=HOUR)).change
        == change
    )


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ("", "3 -> 5 killed"),
        ("Smoke stood over the town. ", ""),
    ],
)
def test_toll_is_told_in_the_first_two_sentences(before: str, change: str) -> None:
    body = f"It was a long night. {before}The death toll rises to five."
    later = side("Drone attack on Kirkuk base", body, name="a2", source="two", at=HOUR)
    assert judge(side(*FIRST), later).change == change


AGENCIES = [
    ("behind the headline", "Bridge opens in Hilla - Reuters", "", "reuters"),
    ("before it and behind", "AFP: Bridge opens in Hilla - Reuters", "", "afp"),
    ("in the dateline", FERRY, "HILLA (Reuters) - The bridge opened.", "reuters"),
    ("in the first words", FERRY, "The bridge opened, a minister told Reuters on Monday.", "reuters"),
    ("in the last ones", FERRY, "The bridge opened. " * 30 + "Reporting by Reuters.", "reuters"),
    ("at the end, in brackets", FERRY, "The bridge opened. " * 30 + "(AFP)", "afp"),
    ("in the middle", FERRY, "The bridge opened. " * 30 + "He told Reuters so. " + "The bridge opened. " * 30, ""),
    ("plain words like an agency's", FERRY, "They met in petra (petra) at noon.", ""),
    ("none", FERRY, "The bridge opened.", ""),
]


@pytest.mark.parametrize(("name", "title", "body", "agency"), AGENCIES, ids=[row[0] for row in AGENCIES])
def test_agency_is_named(name: str, title: str, body: str, agency: str) -> None:
    assert wording(title, body).agency == agency, name


def test_toll_grows_to_ten_times_and_not_beyond() -> None:
    told = [
        judge(side(*FIRST), side(f"Kirkuk drone attack death toll rises to {toll}", name="a2", source="two", at=HOUR))
        for toll in (3, 4, 30, 31)
    ]
    assert [each.change for each in told] == ["", "3 -> 4 killed", "3 -> 30 killed", ""]


def differing(before: str, after: str) -> list[str]:
    words = WORDS[:40]
    one, other = (prose([*words[:35], *phrase.split(), *words[35:]]) for phrase in (before, after))
    return [str(each) for each in compare(wording(FERRY, one), wording(FERRY, other)).differing]


DIFFERING = [
    ("the", "kurdish", []),
    ("kurdish", "the", []),
    ("monday", "friday", []),
    ("kurdish", "turkish", ["kurdish / turkish"]),
    ("official", "kurdish", []),
    ("tribe", "tribes", []),
    ("tribal", WORDS[0], []),  # said elsewhere in the other text
    ("al", "all", ["al / all"]),
    ("khomeini", "khamenei", ["khomeini / khamenei"]),
]


@pytest.mark.parametrize(("before", "after", "expected"), DIFFERING)
def test_words_that_differ_in_place(before: str, after: str, expected: list[str]) -> None:
    assert differing(before, after) == expected


def test_subject_of_a_text_without_capitals_recurs() -> None:
    one, other = (
        (f"قتال قرب {place_}", f"قال شهود ان القتال دار قرب {place_} مساء الاحد ولم تعلن اي جهة شيئا")
        for place_ in ("زرقان", "مروة")
    )
    found = compare(wording(*one), wording(*other))
    assert {each.recurs for each in found.differing if each.part != "body"} == {True}
    once = compare(wording(one[0], text(20)), wording(other[0], text(20)))
    assert {each.recurs for each in once.differing} == {False}


def test_article_without_a_headline_shares_none() -> None:
    assert compare(wording("", text(20)), wording(FERRY, text(20))).headline == 0
    assert compare(wording("", text(20)), wording("", text(20))).headline == 0
    assert compare(wording(FERRY, ""), wording(FERRY, "")).headline == 1


def test_an_article_of_another_language_is_never_the_closest() -> None:
    arabic = side("انفجار لغم يستهدف رتلا", "قال المحافظ ان رتلا تعرض لانفجار لغم", name="a8")
    later = side(TITLE, TEXT, name="a9", source="two", at=HOUR)
    candidates = [
        Candidate(each, f"s{each.id}", "t", NOW, "", opens=True) for each in (arabic, side(FERRY, text(80), name="a1"))
    ]
    placed, _ = place(later, candidates, Placement(Relation.NEW, "s9", "t9"))
    assert placed.evidence.startswith("closest a1 ")


def test_headlines_are_similar_from_sixty_percent_on() -> None:
    assert similar_headlines("abcde", "abcxy")
    assert not similar_headlines("abcdef", "abcxyz")
    assert similar_headlines("CONVOY LEAVES BASE!", "base: convoy leaves")
    assert similar_headlines("x" * 300 + "a" * 900, "x" * 300 + "b" * 900)  # the rest is not compared
    assert not similar_headlines("Convoy leaves base at dawn", "Parliament passes the oil law")


def test_numbers_of_words_are_those_that_stores_hold() -> None:
    """Stored keys are compared with those of later processes and versions: another number would part every story."""
    assert shingles(["convoy", "leaves", "base", "dawn"]) == [6886804127791387663, 6467318657677377144]
    assert sentence_number(["convoy", "leaves", "base"]) == 7204672833743651589
    assert keys_of(" ".join(WORDS[:14]), "") == (
        17,
        22963829430445114212,
    )  # pairs of a headline's first twelve words, and two of all
    assert keys_of("", text(80)) == (17, 19547925072170623179)


def keys_of(title: str, body: str) -> tuple[int, int]:
    """Return how many keys an article has, and their sum: one figure that any other key would change."""
    keys = sketch(wording(title, body))
    return len(keys), sum(keys)


def test_a_sentence_that_stands_in_both_texts_is_its_own_partner() -> None:
    short, whole = "Talks resumed. ", "Talks resumed in Muscat on Monday with five envoys of two states."
    found = compare(wording(FERRY, f"{short}{whole}"), wording(FERRY, whole))
    assert (found.aligned, found.added, found.dropped) == (1.0, 0, 2)
