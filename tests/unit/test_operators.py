"""Operators, scores and spellings at their limits: what just holds, what just does not, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from alerts.alert import Severity
from alerts.rules.likeness import profile, similarity
from alerts.rules.match import Matcher
from alerts.rules.translit import Name, NameIndex, skeleton
from crawler.article import Article
from crawler.config.problems import ConfigError
from crawler.text.folding import fold
from tests.unit.desk import NOW, desk, rule


def matched(
    place: Path, match: str, text: str, *, more: str = "", severity: str = "priority", **words: str
) -> list[str]:
    """Return what was found by each match of one rule, in order."""
    written = rule(match, severity=severity).replace("mode:", f"{more}, mode:" if more else "mode:")
    title, _, body = text.partition(" | ")
    article = Article("a1", "wire", title, NOW, text=body, **{"outlet": "The Wire", **words})  # type: ignore[arg-type]
    return [f"{hit.text}@{hit.field}" for found in Matcher(desk(place, written)).match(article) for hit in found.hits]


HITS = [
    ("near takes each place", "{near: {terms: [a1, b1], within: 1}}", "a1 b1 x x x b1 a1 | a1 x b1", "a1 b1 b1 a1"),
    ("near of three, far end just within", "{near: {terms: [a1, b1, c1], within: 4}}", "a1 x b1 x c1", "a1 b1 c1"),
    ("near of three, far end just beyond", "{near: {terms: [a1, b1, c1], within: 3}}", "a1 x b1 x c1", ""),
    ("near of a phrase counts from its end", "{near: {terms: ['a1 a2 a3', b1], within: 2}}", "a1 a2 a3 x b1", "a1 a2 a3 b1"),
    ("near in order over a choice", "{near: {terms: [a1, b1, c1], within: 9, ordered: true}}", "b1 a1 c1 b1 c1", "a1 b1 c1"),
    ("near in order, wrong at the end", "{near: {terms: [a1, b1, c1], within: 9, ordered: true}}", "a1 c1 b1", ""),
    ("one mention is not two", "{near: {terms: [a1, [a1, b1]], within: 9}}", "a1", ""),
    ("two mentions of one are two", "{near: {terms: [a1, [a1, b1]], within: 9}}", "a1 a1", "a1 a1"),
    ("same sentence in the title", "{same: {unit: sentence, terms: [a1, b1]}}", "a1 b1 | a1. b1.", "a1 b1"),
    ("same in each sentence", "{same: {unit: sentence, terms: [a1, b1]}}", "x | a1 b1. c1. b1 a1.", "a1 b1 b1 a1"),
    ("same needs each group", "{same: {unit: paragraph, terms: [a1, b1]}}", "x | a1. a1.", ""),
    ("at least two tells all", "{at_least: {k: 2, of: [a1, b1, c1]}}", "a1 b1 c1", "a1 b1 c1"),
    ("at least all", "{at_least: {k: 3, of: [a1, b1, c1]}}", "a1 c1 b1", "a1 c1 b1"),
    ("any tells all it found", "{any: [a1, b1, c1]}", "c1 a1", "c1 a1"),
    ("all", "{all: [a1, b1]}", "b1 a1 a1", "b1 a1 a1"),
    ("all lacks one", "{all: [a1, b1]}", "a1 a1", ""),
    ("any and none", "{any: [a1], none: [b1, c1]}", "a1 c1", ""),
    ("lead of the title", "{lead: [a1]}", "a1 | x", ""),
    ("regex in both fields, trimmed", "{regex: ' ?a\\d ?'}", "x a1 y | a2", "a1 a2"),
    ("regex of Persian letters", "{regex: 'کتائب'}", "كتائب", "كتائب"),
    ("regex in the lead only", "{lead: {regex: 'b1'}}", "b1 | " + "x " * 80 + "b1", ""),
    ("url", "{url: ['*/world/*'], any: [a1]}", "a1", "a1"),
    ("url in other case", "{url: ['*/WORLD/*'], any: [a1]}", "a1", "a1"),
    ("one of two urls", "{url: ['*/sport/*', '*/world/*'], any: [a1]}", "a1", "a1"),
    ("another url", "{url: ['*/sport/*'], any: [a1]}", "a1", ""),
    ("author", "{author: 'b?b', any: [a1]}", "a1", "a1"),
    ("source by id", "{source: wire, any: [a1]}", "a1", "a1"),
    ("source by outlet", "{source: 'the wire', any: [a1]}", "a1", "a1"),
    ("language", "{lang: [ar, en], any: [a1]}", "a1", "a1"),
    ("another language", "{lang: [ar], any: [a1]}", "a1", ""),
    ("designation with its hyphen", "[F16]", "an F-16 | MQ-9", "F-16"),
    ("designation without its hyphen", "[F-16, MQ-9]", "an F16 | MQ9, F-1, F-160", "F16 MQ9"),
    ("exact letters, full-width", "['=US']", "a ＵＳ base, ｕｓ | us", "ＵＳ"),
    ("exact letters written full-width", "['=ＵＳ']", "a US base | us", "US"),
    ("what somebody owns, in Persian", "[نیرو]", "حمله به نیروهایشان | نیروهایش", "نیروهایشان نیروهایش"),
    ("what likeness found", "{like: {examples: ['Militia drones strike base near Erbil'], min_similarity: 0.6}}",
     "Drones of a militia strike | a base at Erbil", "Drones militia strike base Erbil"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "match", "text", "hits"), HITS, ids=[row[0] for row in HITS])
def test_hits_of_an_operator(tmp_path: Path, name: str, match: str, text: str, hits: str) -> None:
    words = {"url": "https://x.example/world/1", "author": "Bob", "lang": "en"}
    found = matched(tmp_path, match, text, **words)
    assert " ".join(each.partition("@")[0] for each in found) == hits, name


REFUSED = [
    ("{near: {terms: [a1, b1, c1, d1, e1, f1, g1], within: 3}}", '"near" takes 2 to 6 terms or lists, found 7'),
    ("{same: {unit: sentence, terms: [a1]}}", '"same" takes 2 to 6 terms or lists, found 1'),
    ("{at_least: {k: 2, of: a1}}", '"of" of "at_least" takes a list of terms or conditions'),
    ("{any: a1}", '"any" takes a list, as in any:'),
    ("{any: []}", 'an empty list under "any"'),
    ("{source: [], any: [a1]}", 'an empty list under "source"'),
    ("{}", "an empty condition; write one of any, all"),
    ("{term: a1}", 'unknown operator "term"'),
    ("{regex: 'a{501}'}".replace("a{501}", "a" * 501), "longer than 500 characters"),
    ("['a?']", "has too few letters to be searched for; write at least"),
    ("{none: [a1]}", 'has only "none"'),
    ("{all: [{none: [a1]}, {none: [b1]}]}", 'has only "none"'),
    ("{any: [a1, {none: [b1]}]}", 'has only "none"'),
]


@pytest.mark.parametrize(("match", "words"), REFUSED)
def test_what_could_not_work_is_refused(tmp_path: Path, match: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        desk(tmp_path, rule(match))
    assert words in str(caught.value)


ALLOWED = [
    "{near: {terms: [a1, b1, c1, d1, e1, f1], within: 3}}",
    "{at_least: {k: 2, of: [a1, b1]}}",
    "{regex: 'REGEX'}".replace("REGEX", "a" * 500),
    "{all: [a1, {none: [b1]}]}",
    "['ab?']",
]


@pytest.mark.parametrize("match", ALLOWED)
def test_what_just_works_is_allowed(tmp_path: Path, match: str) -> None:
    assert desk(tmp_path, rule(match)).rules


SCORES = [
    # text, score
    ("militia militia", 8.0),
    ("militia | militia", 5.0),
    ("x | " + "y " * 79 + "militia", None),
    ("x | militia " + "y " * 78 + "militia", 2.0),
    ("x | militia " + "y " * 79 + "militia militia", 2.0),
    ("shia militia | x", 4.0),
    ("militia killed", 7.0),
    ("militia killed wounded", 7.0),
    ("militia | killed", 4.0),
    ("militia base quiz", None),
]


@pytest.mark.parametrize(("text", "total"), SCORES)
def test_score_of_places_and_boosts(tmp_path: Path, text: str, total: float | None) -> None:
    score = (
        "score: {title: 4, lead: {words: 80, weight: 1}, body: 0.5, boosts: [{if: {title: [killed, wounded]}, add: 3}]}"
    )
    match = "{any: [militia, 'shia militia'], none: [quiz]}"
    config = desk(tmp_path, rule(match, severity="{routine: 2, immediate: 4.5}").replace("mode:", f"{score}, mode:"))
    title, _, body = text.partition(" | ")
    found = Matcher(config).match(Article("a1", "wire", title, NOW, text=body))
    assert [each.score for each in found] == ([] if total is None else [total])
    assert [each.severity for each in found] == [
        Severity.IMMEDIATE if (each.score or 0) >= 4.5 else Severity.ROUTINE for each in found
    ]


def test_rule_that_is_off_and_a_language_unknown(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[a1]", mode="off") + rule("[a1]", name="s", mode="shadow"))
    found = Matcher(config)
    article = Article("a1", "wire", "a1", NOW)
    assert [each.rule for each in found.match(article)] == ["s"]
    arabic = Matcher(desk(tmp_path, rule("[a1]").replace("mode:", "lang: [ar], mode:")))
    told = {lang: bool(arabic.match(replace(article, lang=lang))) for lang in (None, "ar", "ar-IQ", "fa", "arz")}
    assert told == {None: True, "ar": True, "ar-IQ": True, "fa": False, "arz": False}


def test_likeness_weighs_words_by_length_and_number() -> None:
    weights = profile("Militia drones strike a base, a BASE of 14 x")
    assert {word: round(weight, 3) for word, weight in weights.items()} == {
        "militia": 2.079, "drones": 1.946, "strike": 1.946, "base": 2.725,
    }  # fmt: skip
    example = profile("Militia drones strike base near Erbil today quickly")
    share, words = similarity(example, profile("drones strike militia base near erbil today"))
    assert (round(share, 3), words) == (0.843, ("militia", "drones", "strike", "erbil", "today"))
    assert similarity({}, weights) == (0.0, ())
    assert similarity(weights, weights)[0] == 1


SKELETONS = [
    ("hezbollah", "hsbl"), ("hizbullah", "hsbl"), ("taqqadum", "tkdm"), ("mohandes", "mhnds"), ("khamenei", "kmn"),
    ("ghalib", "glb"), ("asad", "asd"), ("iran", "arn"), ("yazd", "asd"), ("shah", "s"), ("ph", "f"), ("h", "h"),
    ("djaafari", "jfr"), ("chabahar", "sbhr"), ("vahdat", "whdt"), ("al", ""), ("ash", ""), ("كتائب", ""), ("m4", ""),
]  # fmt: skip


@pytest.mark.parametrize(("word", "bones"), SKELETONS)
def test_skeleton_is_the_consonants_as_they_sound(word: str, bones: str) -> None:
    assert skeleton(word) == bones


SPELLINGS = [
    # alias, its own ratio, not like, text, what is found
    ("Taqaddum", None, (), "at al-Taqqadum base", "taqqadum"),
    ("al-Taqaddum", None, (), "at Taqqadum base", "taqqadum"),
    ("Kataib Hezbollah", None, (), "the Ketaeb Hizbullah men", "ketaeb hizbullah"),
    ("Kataib Hezbollah", None, (), "the Ketaeb al-Hizbullah men", "ketaeb al hizbullah"),
    ("Kataib Hezbollah", None, (), "Ketaeb and Hizbullah", ""),
    ("Kataib Hezbollah", None, (), "Kataib Hezbolla and Katai Hezbollah", "kataib hezbolla katai hezbollah"),
    ("Khamenei", None, ("Khomeini",), "Khamanei", "khamanei"),
    ("Khamenei", None, ("Khomeini",), "Khomeini", ""),
    ("Muhandis", 85.0, (), "Mohandes", ""),
    ("Muhandis", 75.0, (), "Mohandes", "mohandes"),
    ("Asad", None, (), "Esad Assad", ""),  # too short to be told from other words
    ("Yazidi", None, (), "Yezidi", "yezidi"),
]


@pytest.mark.parametrize(("alias", "ratio", "not_like", "text", "found"), SPELLINGS)
def test_spelling_that_is_near_enough(
    alias: str, ratio: float | None, not_like: tuple[str, ...], text: str, found: str
) -> None:
    folded = fold(text)
    folded = f" {folded.strip()} "
    spans = sorted({(start, end) for _, start, end in NameIndex([Name(alias, "e", ratio, not_like)]).find(folded)})
    assert " ".join(folded[start:end] for start, end in spans) == found


def test_config_of_no_names_finds_none() -> None:
    assert list(NameIndex([]).find(" hezbollah ")) == []
