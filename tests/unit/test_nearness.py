"""What a headline reads like, by vectors; and what a rule and the scale make of that."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.alert import Severity
from alerts.decide.wordings import packed
from alerts.rules.config import load
from alerts.rules.explain import explain, lines
from alerts.rules.lint import warnings
from alerts.rules.match import Matcher
from alerts.rules.nearness import MARGIN, Examples, Likeness, Sense, examples
from crawler.article import Article
from crawler.config.problems import ConfigError
from tests.unit.desk import NOW

DESK = """\
version: 1
settings: {languages: model}
sources: [{id: wire, url: "https://wire.example/rss.xml"}]
receivers: {console: {urls: ["console://"]}}
lists:
  example-grave-en: ["Rockets land on camp", "Men shot on road"]
  example-told-en: ["Camp is visited"]
  example-none-en: ["Camp wins cup"]
scale:
  - {severity: routine, why: a drill, if: [drill]}
  - {severity: immediate, why: a blast, if: [blast]}
  - {severity: immediate, why: no word of a deed was known, if: {reads_like: grave}}
  - {severity: priority, why: a camp, if: [camp]}
rules:
  - {id: camp, title: Camp, match: [camp], severity: by-scale, notify: [console], tests: {match: [camp], no_match: [x]}}
  - id: named
    title: Named
    match: {all: [[camp, road], {reads_like: grave}]}
    severity: by-scale
    notify: [console]
    tests: {no_match: ["a road"]}
"""
GRAVE = Likeness("grave", "Men shot on road", 0.46, MARGIN + 0.01)


def matcher(place: Path, text: str = DESK) -> Matcher:
    path = place / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return Matcher(load(path, environ={}))


def article(title: str) -> Article:
    return Article("a1", "wire", title, NOW)


# a vector: the first two dimensions say the language, the third a deed, the fourth a visit
def vector(*parts: float) -> bytes:
    return packed(list(parts))


SENTENCES = {
    ("grave", "en"): ("hit",),
    ("told", "en"): ("seen",),
    ("grave", "ar"): ("darb",),
    ("told", "ar"): ("ziyara",),
}
VECTORS = {
    "hit": vector(1, 0, 0.2, 0),
    "seen": vector(1, 0, 0, 0.2),
    "darb": vector(0, 1, 0.2, 0),
    "ziyara": vector(0, 1, 0, 0.2),
}


@pytest.mark.parametrize(
    ("language", "given", "kind"),
    [
        ("en", vector(1, 0, 0.3, 0.05), "grave"),
        ("en", vector(1, 0, 0.05, 0.3), "told"),
        ("ar", vector(0, 1, 0.3, 0.05), "grave"),
        ("ar-IQ", vector(0, 1, 0.05, 0.3), "told"),
    ],
)
def test_language_is_taken_off_and_the_deed_decides(language: str, given: bytes, kind: str) -> None:
    found = Examples(SENTENCES, VECTORS).likeness(given, language)
    assert found is not None
    assert (found.kind, found.margin > MARGIN) == (kind, True)
    assert found.example in {text for (of, _), texts in SENTENCES.items() if of == kind for text in texts}


def test_between_two_kinds_the_margin_is_small() -> None:
    found = Examples(SENTENCES, VECTORS).likeness(vector(1, 0, 0.2, 0.19), "en")
    assert found is not None
    assert 0 <= found.margin <= MARGIN
    assert not Sense(found).reads_like(found.kind)


def test_nothing_is_said_of_an_empty_vector_or_one_of_another_model() -> None:
    known = Examples(SENTENCES, VECTORS)
    assert known.likeness(b"", "en") is None
    assert known.likeness(vector(1, 0), "en") is None
    assert Examples({("grave", "en"): ("hit",)}, VECTORS).likeness(VECTORS["hit"], "en") is None  # nothing to tell from
    unread = Examples(SENTENCES, {**VECTORS, "seen": b""}).likeness(vector(1, 0, 0.1, 0.3), "en")
    assert unread is not None
    assert unread.example != "seen"  # of which the model made nothing


def test_language_without_examples_is_compared_as_english() -> None:
    known = Examples(SENTENCES, VECTORS)
    assert known.likeness(vector(1, 0, 0.3, 0.05), "tr") == known.likeness(vector(1, 0, 0.3, 0.05), "en")


def test_lists_of_examples_are_known_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(DESK, encoding="utf-8")
    config = load(path, environ={})
    assert examples(config.lists)["grave", "en"] == ("Rockets land on camp", "Men shot on road")
    assert {kind for kind, _ in examples(config.lists)} == {"grave", "told", "none"}
    assert [each for each in warnings(config) if "example-" in each.message or "no tests" in each.message] == []


@pytest.mark.parametrize(
    ("title", "asks"),
    [
        ("Camp quiet", True),  # no row of the scale above the question holds
        ("Road quiet", True),  # only a rule that compares might tell it
        ("Blast at camp", False),  # grave by words
        ("Drill at camp", False),  # a row says why it is not grave
        ("Nothing of ours", False),
    ],
)
def test_only_what_the_words_leave_open_is_asked_for(tmp_path: Path, title: str, *, asks: bool) -> None:
    assert matcher(tmp_path).find(article(title)).asks is asks


def test_what_reads_like_a_kind_is_told_so_and_why(tmp_path: Path) -> None:
    known = matcher(tmp_path)
    assert [(each.rule, each.severity) for each in known.match(article("Camp quiet"))] == [("camp", Severity.PRIORITY)]
    found = known.find(article("Camp quiet"), GRAVE)
    assert [(each.rule, each.severity) for each in found.matches] == [
        ("camp", Severity.IMMEDIATE),
        ("named", Severity.IMMEDIATE),
    ]
    assert found.matches[0].why == "no word of a deed was known (reads like: Men shot on road (0.46); row 3)"
    assert not found.asks
    assert [each.rule for each in known.find(article("Road quiet"), GRAVE).matches] == ["named"]


def test_without_the_setting_no_name_calls_for_a_rule_that_compares(tmp_path: Path) -> None:
    known = matcher(tmp_path, DESK.replace("languages: model", "languages: core"))
    assert not known.find(article("Road quiet")).asks
    assert [each.rule for each in known.find(article("Camp quiet"), GRAVE).matches] == ["camp"]
    assert "does not match" in next(iter(lines(explain(known, known.rules[1], article("Road quiet")))))


@pytest.mark.parametrize("alike", [Likeness("told", "Camp is visited", 0.8, 0.5), Likeness("grave", "x", 0.8, MARGIN)])
def test_another_kind_or_too_small_a_margin_changes_nothing(tmp_path: Path, alike: Likeness) -> None:
    known = matcher(tmp_path)
    assert known.find(article("Camp quiet"), alike).matches == known.match(article("Camp quiet"))


def test_a_row_above_decides_whatever_it_reads_like(tmp_path: Path) -> None:
    found = matcher(tmp_path).find(article("Drill at camp"), GRAVE).matches
    assert [(each.rule, each.severity) for each in found] == [("camp", Severity.ROUTINE), ("named", Severity.ROUTINE)]


def test_explain_says_how_far_it_is_or_that_nobody_compared(tmp_path: Path) -> None:
    known = matcher(tmp_path)
    said = "\n".join(lines(explain(known, known.rules[1], article("Road quiet"))))
    assert "reads like an example of grave, not compared: a daemon with settings.languages: model does that" in said
    other = Likeness("told", "Camp is visited", 0.5, 0.2)
    reading = known.read(article("Road quiet"), other)
    assert reading.sense.likeness is other


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        (DESK.replace("{reads_like: grave}]}", "{reads_like: garve}]}"), 'did you mean "grave"?'),
        (DESK.replace("  example-told-en", "  other").replace("  example-none-en", "  more"), "is the only kind"),
    ],
)
def test_kind_without_examples_is_an_error(tmp_path: Path, lists: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        matcher(tmp_path, lists)
    assert said in str(raised.value)


def test_a_rule_of_a_fixed_severity_does_not_answer_how_grave_it_is(tmp_path: Path) -> None:
    fixed = "  - {id: quiet, title: Quiet, match: [quiet], severity: priority, notify: [console], tests: {match: [quiet], no_match: [x]}}\n"
    for text, asks in (("priority", True), ("immediate", False)):  # what is told as grave needs no model
        desk = matcher(tmp_path, DESK + fixed.replace("priority", text))
        assert desk.find(article("Camp quiet, road open at dawn")).asks is (asks)
        assert desk.find(article("Road quiet at dawn")).asks is asks


def test_without_the_setting_nothing_is_asked(tmp_path: Path) -> None:
    scaled = DESK.replace("settings: {languages: model}\n", "")
    assert not matcher(tmp_path, scaled).find(article("Camp quiet at dawn")).asks
    assert matcher(tmp_path).find(article("Camp quiet at dawn")).asks
