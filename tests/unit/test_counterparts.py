"""Which report in another language tells the same event, and how an alert says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.decide.counterparts import (
    ABOUT_AS_NEAR,
    ALIKE,
    APART,
    UNLIKE,
    WORDED,
    both,
    counterpart,
    is_another_language,
    link_of,
)
from alerts.decide.event_evidence import PER_HOUR
from alerts.decide.same_event import COMPARED, EventWindow
from alerts.decide.wordings import Wordings, packed
from alerts.event import Act, Counterpart, EventMention, Link, Report
from alerts.line.counterparts import counterparts_of
from alerts.line.event_threads import add_wordings, refresh
from alerts.render.form import FORMS
from alerts.render.sheet import sheet
from alerts.rule import EventSettings
from alerts.store import decisions, event_reports
from alerts.store.snapshot import dump, load
from tests.unit.desk import NOW, desk, rule
from tests.unit.event_desk import ANY, ARABIC, EVENTS, FIRST, LISTS
from tests.unit.settled import ALERT, SENT, step

SETTINGS = EventSettings(
    developments=frozenset({"strike", "kill"}),
    by_target=frozenset({"strike", "kill"}),
    labels={"us": "US", "iran": "Iran", "erbil": "Erbil", "strike": "strike"},
)
STRIKE = Act("strike", "happened", ("iran",), ("us",))
HOUR = timedelta(hours=1)


def report(
    seq: int, lang: str, hours: float = 0, *acts: Act, places: tuple[str, ...] = ("erbil",), killed: int = 0
) -> Report:
    acts = acts or (STRIKE,)
    names = (*(name for act in acts for name in (*act.by, *act.on)), *places)
    # each language has words of its own, as in life
    mention = EventMention(acts, names, places, (), (f"{lang}-word",), {"killed": killed} if killed else {})
    return Report(seq, f"s{seq}", f"t{seq}", f"w{seq}", "", NOW + hours * HOUR, mention, lang)


def window(*reports: Report) -> EventWindow:
    known = EventWindow(SETTINGS)
    for each in reports:
        known.add(each)
    return known


def test_the_same_deed_place_and_toll_in_another_language_is_a_counterpart() -> None:
    english, arabic = report(1, "en", killed=3), report(2, "ar", 0.2, killed=3)
    near = counterpart(window(english, arabic), arabic)
    assert near is not None
    assert near.earlier is english
    assert both(near, arabic, SETTINGS).endswith("3 killed")
    assert link_of(near, arabic, SETTINGS).seq == english.seq
    assert "Erbil" in both(near, arabic, SETTINGS)


@pytest.mark.parametrize(
    "arabic",
    [
        report(2, "en", 0.2),
        report(2, "ar", APART / HOUR + 0.1),
        report(2, "ar", 0.2, places=("basra",)),
        report(2, "ar", 0.2, Act("strike", "happened", ("us",), ("iran",))),
        report(2, "ar", 0.2, Act("visit", "happened", ("iran",), ("us",))),
    ],
    ids=["the same language", "too late", "another place", "roles the other way round", "another deed"],
)
def test_what_is_no_counterpart(arabic: Report) -> None:
    assert counterpart(window(report(1, "en"), arabic), arabic) is None


def test_each_is_the_nearest_of_the_other_in_its_language() -> None:
    english, closer = report(1, "en", killed=3), report(2, "ar", 0.1, killed=3)
    further = report(3, "ar", 0.2, STRIKE, Act("kill", "happened", (), ("iran",)))
    known = window(english, closer, further)
    assert counterpart(known, further) is None  # the English report has a nearer one in Arabic
    near = counterpart(known, closer)
    assert near is not None
    assert near.earlier is english
    # a third language has its own nearest
    persian = report(4, "fa", 0.3, killed=3)
    known.add(persian)
    assert counterpart(known, persian) is not None


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("en", "ar", True),
        ("fa", "ar", True),
        ("en", "en", False),
        ("en", "Arabic", True),
        ("Latin", "Arabic", True),
        ("fa", "Arabic", False),  # which of its languages is not known
        ("en", "Latin", False),
        ("", "ar", False),  # of a report kept before languages were
    ],
)
def test_languages_that_differ_for_sure(one: str, other: str, *, differ: bool) -> None:
    assert is_another_language(one, other) is differ
    assert is_another_language(other, one) is differ


def test_an_alert_names_its_counterpart(line: Connection, tmp_path: Path) -> None:
    config = desk(tmp_path, rule(ANY), f"freshness: 48h, {EVENTS}", LISTS)
    (first,) = step(line, config, "one", FIRST, 0).decided
    done = step(line, config, "two", ARABIC, 12)
    (later,) = done.decided
    english, arabic = first[0].placement.story, later[0].placement.story
    (other,) = decisions.load_alert(line, arabic, 1).counterparts
    assert (other.story, other.lang, other.title, other.apart) == (english, "Latin", FIRST, 12)
    assert load(dump(decisions.load_alert(line, arabic, 1))).counterparts == (other,)
    # and the other way round, for whatever is told of the English story from then on
    (back,) = counterparts_of(line, english)
    assert (back.story, back.lang, back.title) == (arabic, "ar", ARABIC)
    assert back.share == other.share
    # it points and holds nothing back: as much is decided as for a report in the same language that repeats it
    assert [len(made) for _, _, made in done.decided] == [1]


def test_a_counterpart_that_expired_is_named_no_more(line: Connection, tmp_path: Path) -> None:
    config = desk(tmp_path, rule(ANY), f"freshness: 48h, {EVENTS}", LISTS)
    step(line, config, "one", FIRST, 0)
    (later,) = step(line, config, "two", ARABIC, 12).decided
    assert event_reports.expire(line, NOW + event_reports.KEPT + timedelta(minutes=1)) == 1
    assert counterparts_of(line, later[0].placement.story) == ()


def test_of_a_report_that_is_edited_all_day_the_newest_links_are_read(line: Connection) -> None:
    event_reports.add_report(line, report(1, "en"), "", None)
    edits = range(2, event_reports.LINKS_AT_MOST + 12)
    for seq in edits:
        edited = replace(report(seq, "ar"), story="s2")
        event_reports.add_report(line, edited, "", Link(1, "strike, Erbil", 0.9))
    found = [ours.seq for ours, _, _ in event_reports.links_of(line, "s2")]
    assert found == list(reversed(edits))[: event_reports.LINKS_AT_MOST]


OTHER = Counterpart("s9", "ar", "Dijla", "قصف على قاعدة", NOW, "strike, Erbil, 2 wounded", 12, 0.715)


def test_the_line_says_who_when_and_why() -> None:
    told = sheet(SENT, replace(ALERT, counterparts=(OTHER,)), "UTC")
    (line,) = told.languages
    assert line.startswith("Same event, Arabic: \u2068قصف على قاعدة\u2069 (Dijla ")
    assert line.endswith(", s9; both: strike, Erbil, 2 wounded; 12 min apart; likeness 0.71)")


@pytest.mark.parametrize(
    ("lang", "said"),
    [("fa", "Persian"), ("Latin", "in Latin script"), ("Arabic", "in Arabic script"), ("sw", "in sw")],
)
def test_the_line_names_a_language_or_else_the_script(lang: str, said: str) -> None:
    (line,) = sheet(SENT, replace(ALERT, counterparts=(replace(OTHER, lang=lang),)), "UTC").languages
    assert line.startswith(f"Same event, {said}: ")


def test_no_likeness_is_shown_as_certain() -> None:
    english, arabic = report(1, "en", killed=3), report(2, "ar", 0.1, killed=3)
    near = counterpart(window(english, arabic), arabic)
    assert near is not None
    assert near.score > 8
    assert f"{link_of(near, arabic, SETTINGS).share:.2f}" == "0.99"


@pytest.mark.parametrize("form", sorted(FORMS))
def test_each_form_shows_it_beside_a_headline_that_its_reader_cannot_read(form: str) -> None:
    english = replace(OTHER, lang="en", title="Base struck in Erbil")
    message = FORMS[form].alert(SENT, replace(ALERT, counterparts=(english,), foreign=True), "UTC")
    said = message.body.splitlines()
    (at,) = [n for n, words in enumerate(said) if words.startswith("Same event, English: Base struck in Erbil (Dijla ")]
    assert ALERT.article.title in said[at - 1]
    if form == "watchmail":
        assert message.html.index("Same event, English") < message.html.index(">Published")
    assert form != "watchslack" or "Base struck in Erbil" in str(message.blocks)


def test_what_is_the_news_of_neither_makes_no_counterpart() -> None:
    many = ("erbil", "harir", "duhok", "zakho", "soran", "akre")  # so that they have most in common all the same
    english = report(1, "en", 0, Act("visit", "happened"), STRIKE, places=many)
    arabic = report(2, "ar", 0.2, Act("deploy", "happened"), STRIKE, places=many)
    assert counterpart(window(english, arabic), arabic) is None
    told = report(3, "ar", 0.3, STRIKE, Act("deploy", "happened"), places=many)
    assert counterpart(window(english, told), told) is not None


def vectors(known: EventWindow, **wording: tuple[int, int]) -> EventWindow:
    for name, each in wording.items():
        known.wordings.add(int(name[1:]), bytes(each))
    return known


DONE, JUDGED = Act("strike", "happened"), Act("strike", "opinion")
FAR = ("erbil", "harir", "duhok", "zakho", "soran", "akre", "kalar", "koya", "dukan", "raniya", "halabja")


def test_each_hour_between_them_is_evidence_against() -> None:
    english, soon, late = report(1, "en", 0, DONE), report(2, "ar", 0.5, JUDGED), report(3, "ar", 12, JUDGED)
    near = counterpart(window(english, soon), soon)
    assert near is not None
    assert ALIKE < near.score < ALIKE - 11.5 * PER_HOUR
    assert counterpart(window(english, late), late) is None


def test_second_outlet_that_tells_it_about_as_near_is_linked_too() -> None:
    arabic, first = report(1, "ar", killed=3), report(2, "en", 0.1, killed=3)
    second = report(3, "en", 4, killed=3)
    known = window(arabic, first, second)
    near = counterpart(known, second)
    assert near is not None
    assert near.earlier is arabic
    late = report(4, "en", 1.1 - ABOUT_AS_NEAR / PER_HOUR, killed=3)
    known.add(late)
    assert counterpart(known, late) is None


def test_what_a_text_begins_with_is_not_compared_with_a_headline() -> None:
    english, arabic = report(1, "en", killed=3), report(2, "ar", 0.2, killed=3)
    lead = replace(arabic, mention=replace(arabic.mention, from_lead=True))
    assert counterpart(window(english, arabic), arabic) is not None
    assert counterpart(window(english, lead), lead) is None


def test_wording_adds_to_the_same_sum_or_takes_from_it() -> None:
    english, arabic = report(1, "en", 0, DONE), report(2, "ar", 0.5, JUDGED, places=FAR)
    alike = report(3, "ar", 0.5, JUDGED)
    assert counterpart(window(english, arabic), arabic) is None  # too little in common by itself
    near = counterpart(vectors(window(english, arabic), s1=(100, 0), s2=(100, 0)), arabic)
    assert near is not None
    assert near.wording == pytest.approx(1.0)
    assert both(near, arabic, SETTINGS).endswith("; wording alike 1.00")
    assert 0.8 < link_of(near, arabic, SETTINGS).share < 1.0  # it is shown as a likeness
    # and one that is worded as another event is none, however much it names
    bare = counterpart(window(english, alike), alike)
    assert bare is not None
    worded = counterpart(vectors(window(english, alike), s1=(100, 0), s3=(100, 0)), alike)
    assert worded is not None
    assert worded.score == pytest.approx(bare.score + WORDED * (1 - UNLIKE))
    assert counterpart(vectors(window(english, alike), s1=(100, 0), s3=(60, 80)), alike) is None
    assert counterpart(vectors(window(english, alike), s1=(100, 0)), alike) is not None  # one alone says nothing


def test_vectors_are_kept_in_a_byte_a_dimension_at_any_scale() -> None:
    known = Wordings()
    known.add(1, packed([0.03, -0.04]))
    known.add(2, packed([3.0, -4.0]))
    known.add(3, packed([0.04, 0.03]))
    known.add(4, packed([0.0, 0.0]))
    known.add(5, b"\x01")
    assert (len(known), packed([]), packed([0.0])) == (4, b"", b"")
    assert known.likeness(1, 2) == pytest.approx(1.0, abs=0.001)
    assert known.likeness(1, 3) == pytest.approx(0.0, abs=0.01)
    assert (known.likeness(1, 4), known.likeness(1, 5), known.likeness(1, 9)) == (None, None, None)
    assert (known.packed(1), known.packed(9)) == (bytes([95, 129]), None)
    known.forget(2)
    assert known.likeness(1, 2) is None


def test_vector_that_comes_later_is_stored_and_links(line: Connection) -> None:
    reports = [report(1, "en", 0, DONE), report(2, "ar", 0.5, JUDGED, places=FAR)]
    known = EventWindow(SETTINGS)
    for each in reports:
        event_reports.add_report(line, each, "", None)
    assert {each.seq for each in event_reports.unworded_since(line, NOW, 9)} == {1, 2}
    assert [each.seq for each in event_reports.unworded_since(line, NOW + HOUR / 4, 9)] == [2]
    assert add_wordings(line, known, {1: bytes([100, 0])}, reports, NOW + HOUR) == 0
    assert add_wordings(line, known, {2: bytes([100, 0])}, reports, NOW + HOUR) == 1
    [(ours, other, link)] = event_reports.links_of(line, "s2")
    assert (ours.seq, other.seq, ours.wording) == (2, 1, bytes([100, 0]))
    assert link.both.endswith("; wording alike 1.00")
    assert add_wordings(line, known, {2: bytes([100, 0])}, reports, NOW + HOUR) == 0  # it has one
    assert event_reports.unworded_since(line, NOW, 9) == []
    # another window, as after a restart, reads them from the store
    anew = EventWindow(SETTINGS)
    refresh(line, anew, NOW + HOUR)
    assert anew.wordings.likeness(1, 2) == pytest.approx(1.0)


def test_other_reports_of_its_own_language_push_no_counterpart_out() -> None:
    """A storm of one language: as many reports of the same names as are compared come between the two."""
    english = report(1, "en", killed=3)
    storm = [report(seq, "ar", 0.1, Act("strike", "happened", ("us",), ("iran",))) for seq in range(2, COMPARED + 9)]
    arabic = report(COMPARED + 9, "ar", 0.2, killed=3)
    near = counterpart(window(english, *storm, arabic), arabic)
    assert near is not None
    assert near.earlier is english
