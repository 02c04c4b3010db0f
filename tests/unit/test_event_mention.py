"""Read what an article tells: acts with who did what to whom, places, things, words; of three languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.rules.config import load
from alerts.rules.event_words import stem
from alerts.rules.match import Matcher
from crawler.article import Article
from tests.unit.desk import NOW
from tests.unit.shipped import read

ROLES = [
    ("Iran strikes US base in Jordan", "strike", ("iran",), ("us",), ("jordan",)),
    ("US base in Jordan struck by Iran", "strike", ("iran",), ("us",), ("jordan",)),
    ("Two US soldiers killed, one missing after Iranian attack in Jordan", "kill", (), ("us",), ("jordan",)),
    ("US strikes on Iran kill nine", "strike", ("us",), ("iran",), ()),
    ("Cargo ship hit by projectile in Strait of Hormuz", "assault", (), ("ships",), ("hormuz",)),
    ("Houthis attack Saudi oil tankers", "assault", ("houthis",), ("saudi", "ships"), ()),
    ("Iran attacks Kuwait and Bahrain", "assault", ("iran",), ("kuwait", "bahrain"), ()),
    ("Iran closes Strait of Hormuz over Israel's raids on Lebanon", "close", ("iran",), ("hormuz",), ()),
    ("قصف أميركي على مواقع في العراق", "strike", ("us",), (), ("iraq",)),
    ("غارات إسرائيلية على العراق", "strike", ("israel",), ("iraq",), ()),
    ("الحوثيون يستهدفون السعودية", "strike", ("houthis",), ("saudi",), ()),
    ("حمله هوایی آمریکا به عراق", "strike", ("us",), ("iraq",), ()),
]


@pytest.mark.parametrize(("title", "deed", "by", "on", "places"), ROLES, ids=[each[0] for each in ROLES])
def test_who_did_what_to_whom(
    title: str, deed: str, by: tuple[str, ...], on: tuple[str, ...], places: tuple[str, ...]
) -> None:
    event = read(title)
    act = next(each for each in event.acts if each.deed == deed)
    assert (act.by, act.on, event.places) == (by, on, places)


@pytest.mark.parametrize(
    ("title", "on"),
    [
        ("Houthis attack Yavne with two drones", ("?yavne",)),
        ("Houthis attack the port of Yavne with two drones", ("?yavne",)),
        ("Houthi attack on tanker off Fujairah", ("ships",)),
        ("Houthis Attack Convoy Passing Through Narrow Waters", ()),  # capitals by style
        ("Houthis attack Monday at dawn", ()),
        ("Houthis attack Norwegian crew at sea", ()),
        ("Houthis attack Saudi airport", ("saudi",)),
        ("Trump attacks Obama's legacy", ()),
    ],
)
def test_a_target_that_no_list_names_is_what_stands_behind_the_deed(title: str, on: tuple[str, ...]) -> None:
    act = next(each for each in read(title).acts if each.deed == "assault")
    assert act.on == on


def test_only_an_attack_has_a_target_that_no_list_names_and_a_listed_name_is_none() -> None:
    visit = next(act for act in read("Iranian envoy visits Samarkand today").acts if act.deed == "visit")
    assert visit.on == ()
    strike = next(act for act in read("Deadly airstrike Kuwait reported at dawn").acts if act.deed == "strike")
    assert strike.on == ()


def test_a_place_off_which_it_was_done_is_one() -> None:
    assert read("Houthis attack tanker off Mokhalla").places == ("?mokhalla",)


@pytest.mark.parametrize(
    "title",
    [
        "Trump says ceasefire with Iran is over",
        "Ceasefire with Iran no longer in effect, Trump says",
        "Iran says truce ended",
        "انهيار وقف إطلاق النار بين إيران وإسرائيل",
        "پایان آتش‌بس میان ایران و اسرائیل",
    ],
)
def test_the_end_of_a_truce_is_one_deed(title: str) -> None:
    assert "lapse" in {act.deed for act in read(title).acts}


@pytest.mark.parametrize(
    ("title", "aside"),
    [
        ("Trump says ceasefire is over after US, Iran trade attacks", True),
        ("Trump says ceasefire is over after raids, Iran attacks Kuwait", False),
        ("Trump says ceasefire is over after talks, Iran attacks Kuwait", False),
    ],
)
def test_a_comma_between_two_names_ends_no_part(title: str, aside: bool) -> None:
    act = next(each for each in read(title).acts if each.deed == "attack")
    assert act.aside is aside


@pytest.mark.parametrize(
    ("title", "standing"),
    [
        ("US-Iran talks postponed as Israel strikes Lebanon", "happened"),
        ("No injuries while drones strike base in Iraq", "happened"),
        ("Israel postpones strikes on Lebanon", "denied"),
        ("No strikes on base in Iraq, army says", "denied"),
        ("On this day in 1991 a panic as missiles strike Baghdad", "remembered"),
    ],
)
def test_what_is_denied_before_a_turn_denies_nothing_behind_it(title: str, standing: str) -> None:
    assert {act.standing for act in read(title).acts if act.deed == "strike"} == {standing}


def test_a_breach_of_a_promise_enters_nothing() -> None:
    title = "Iran closes Strait of Hormuz, calling raids a breach of promise"
    assert "enter" not in {act.deed for act in read(title).acts}


def test_a_town_is_struck_and_strikes_nobody() -> None:
    event = read("پهپادها مقر حزب کومله را در نزدیکی سلیمانیه هدف قرار دادند")
    assert not any("sulaymaniyah" in act.by for act in event.acts)
    assert "sulaymaniyah" in event.places


@pytest.mark.parametrize("title", ["US launches new strikes on Iran", "غارات أميركية جديدة على إيران"])
def test_another_of_a_series_is_told_by_words_beside_it(title: str) -> None:
    assert any(each.again for each in read(title).acts)
    assert not any(each.again for each in read("US strikes on Iran begin, new rules for ships follow").acts)


@pytest.mark.parametrize(
    ("title", "asides"),
    [
        ("Iran closes Strait of Hormuz as Israel strikes Lebanon", {"strike"}),
        ("إيران تغلق مضيق هرمز بعد غارات إسرائيلية على لبنان", {"strike"}),
        ("US bombs Iran after threats, Tehran closes Strait of Hormuz", set()),
        ("As Israel strikes Lebanon, Iran closes Strait of Hormuz", set()),
        ("Iran closes Strait of Hormuz and strikes Kuwait", set()),
    ],
)
def test_what_a_headline_names_beside_its_news(title: str, asides: set[str]) -> None:
    assert {each.deed for each in read(title).acts if each.aside} == asides


def test_talks_set_for_a_day_are_cancelled_now() -> None:
    acts = read("Switzerland says US-Iran talks set for Friday cancelled").acts
    assert [each.standing for each in acts if each.deed == "postpone"] == ["happened"]


def test_a_headline_without_a_deed_leaves_it_to_the_first_sentence() -> None:
    event = read("Baghdad: what the night brought", "Drones struck Erbil airport at dawn. Iran closed its border.")
    assert event.from_lead
    assert {each.deed for each in event.acts} == {"strike"}
    assert not read("Drones strike Erbil airport", "Iran closed its border.").from_lead


def test_words_are_what_is_left_without_the_outlet() -> None:
    assert read("Iran strikes empty warehouses near Erbil | Gulf Wire").words == ("empty", "warehous")


@pytest.mark.parametrize(
    ("one", "other"), [("strikes", "strike"), ("warehouses", "warehouse"), ("الفصائل", "فصائل"), ("والمسلحين", "مسلح")]
)
def test_stems_join_the_forms_of_a_word(one: str, other: str) -> None:
    assert stem(one).startswith(stem(other)) or stem(other).startswith(stem(one))


def test_without_deeds_nothing_is_read(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        'version: 1\nsources: [{id: wire, url: "https://wire.example/feed", every: 5m}]\n'
        'receivers: {console: {urls: ["console://"]}}\n'
        "rules: [{id: a, title: A, match: [militia], severity: routine, notify: [console]}]\n",
        encoding="utf-8",
    )
    plain = Matcher(load(tmp_path / "rules.yaml", environ={}))
    assert plain.find(Article("a1", "wire", "militia strikes base", NOW)).event is None


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Iran strikes base near Irbid - Times of Oman", ("iran", "irbid")),
        ("Iran strikes base near Irbid | Gulf Times", ("iran", "irbid")),
        ("Iran strikes base near Irbid - Jordan army says", ("iran", "irbid", "jordan")),
        ("Iran strikes base - Jordan", ("iran", "jordan")),
    ],
)
def test_a_name_in_that_of_the_outlet_behind_a_headline_is_none(title: str, names: tuple[str, ...]) -> None:
    assert read(title).names == names


@pytest.mark.parametrize(
    ("title", "deeds"),
    [
        ("US and Iran very close to deal, Iran confirms", {"confirm"}),
        ("US and Iran hold talks in Doha", {"negotiate"}),
        ("Iran closes Hormuz", {"close"}),
        ("Police hold Iranian over blast", {"arrest", "assault"}),
        ("Iran and US seal deal", {"deal"}),
        ("Jordan intercepts Iranian drones", {"intercept"}),
    ],
)
def test_an_everyday_phrase_is_no_deed(title: str, deeds: set[str]) -> None:
    assert {act.deed for act in read(title).acts} == deeds


@pytest.mark.parametrize(
    ("title", "is_another"),
    [
        ("Rockets hit Ain al-Asad base for second time today", True),
        ("Rockets target Ain al-Asad base once more", True),
        ("Second wave of rockets hits Ain al-Asad base", True),
        ("Ain al-Asad base hit by rockets hours after first attack", True),
        ("قصف قاعدة عين الأسد مجددا", True),
        ("تجدد القصف على قاعدة عين الأسد", True),
        ("دومین حمله موشکی به پایگاه عین الاسد", True),
        ("Rockets hit Ain al-Asad base in Iraq", False),
        ("US strikes Iran as new round of talks ends", False),
        ("Rockets hit Ain al-Asad base, Pentagon denies attack on Harir again", False),
    ],
)
def test_a_second_attack_on_a_place_is_read_as_another(title: str, is_another: bool) -> None:
    first = next(each for each in read(title).acts if each.deed in {"strike", "assault", "launch"})
    assert first.again is is_another
