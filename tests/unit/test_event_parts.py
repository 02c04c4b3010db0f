"""Headlines with several verbs: which have one doer, where a part of its own begins, and who is only at a place."""

from __future__ import annotations

import pytest

from alerts.decide.event_clash import clash
from alerts.decide.event_facts import facts_of
from alerts.decide.event_line import describe
from alerts.event import Report
from tests.unit.shipped import NOW, read, shipped

Names = tuple[str, ...]
ROWS: list[tuple[str, str, Names, Names]] = [
    # one doer
    ("Iran closes Strait of Hormuz, attacks US warship", "assault", ("iran",), ("us",)),
    ("Iran closes Strait of Hormuz and attacks US warship", "assault", ("iran",), ("us",)),
    ("Iran closes Strait of Hormuz to all ships, attacks US warship in Gulf", "assault", ("iran",), ("us",)),
    ("Iran seizes tanker, fires at US destroyer", "strike", ("iran",), ("us",)),
    ("Israel bombs Beirut, kills Hezbollah commander", "kill", ("israel",), ("hezbollah",)),
    ("Iran attacks Kuwait, closes Hormuz", "close", ("iran",), ("hormuz",)),
    ("Iran arrests two Americans, seizes ship", "seize", ("iran",), ("ships",)),
    ("Trump threatens Iran, orders strikes", "strike", ("us",), ()),
    ("US sank over 65 Iranian ships, hit 6,000 targets", "assault", ("us",), ()),
    ("French navy, backed by the UK, intercepts Russian oil tanker", "intercept", ("france",), ("russia", "ships")),
    ("Iran attacks US sites in UAE, Bahrain, strikes Israel", "strike", ("iran",), ("israel",)),
    # a part of its own
    ("Iran strikes Israel, US shoots down missiles", "strike", ("iran",), ("israel",)),
    ("Iran strikes Israel, US shoots down missiles", "intercept", ("us",), ()),
    ("US bombs Iran, Iran strikes US base", "strike", ("iran",), ("us",)),
    ("US launches strikes, Iran responds with attacks and seals Hormuz", "close", ("iran",), ("hormuz",)),
    ("Oil hits 3-month low as US, Iran reach peace deal", "agree", ("iran", "us"), ()),
    ("Tehran warns US, Israeli universities; Houthis fire missiles", "threaten", ("iran",), ("us", "israel")),
    # who is at a place suffers what the place does, and does nothing
    ("Rockets hit Iraqi base housing US troops", "assault", (), ("iraq", "us")),
    ("Drones target base hosting US forces in Syria", "assault", (), ("us",)),
    ("Attack on Ain al-Asad base, which hosts US troops", "assault", (), ("ain-al-asad", "us")),
    ("Missiles strike Harir base, home to US troops", "strike", (), ("harir", "us")),
    ("Militia claims drone attack on base used by US troops in Syria", "strike", ("militias",), ("us",)),
    ("Attack on base in Iraq where US troops are stationed", "assault", (), ("us",)),
    ("Drone strike on base in Jordan used by US troops kills three", "strike", (), ("us",)),
    ("Iranian strikes on bases used by US caused $800m in damage", "strike", ("iran",), ("us",)),
    ("Drone strike on base in Jordan used by US troops kills three", "kill", (), ()),
    # whose deed it is, and no place
    ("Three killed in Israel's attack on Beirut suburb", "assault", ("israel",), ("lebanon",)),
    ("15 wounded in Iran’s missile attacks on Tel Aviv", "assault", ("iran",), ("israel",)),
    ("Three killed in Iranian strike on US base", "kill", ("iran",), ("us",)),
]


@pytest.mark.parametrize(("line", "deed", "by", "on"), ROWS)
def test_who_does_what_in_a_headline_of_several_parts(line: str, deed: str, by: Names, on: Names) -> None:
    acts = [(set(act.by), set(act.on)) for act in read(line).acts if act.deed == deed]
    assert (set(by), set(on)) in acts, acts


@pytest.mark.parametrize(
    "line", ["Three killed in Iran's strike on US base in Kuwait", "3 killed in US's strike in Iraq"]
)
def test_whose_deed_it_is_says_no_place(line: str) -> None:
    assert not {"iran", "us"} & {*read(line).places}
    assert " in Iran" not in describe(read(line), shipped().events)


@pytest.mark.parametrize(
    "party",
    ["Russia", "Lebanon", "Iran", "Syria", "Iraq", "Qatar", "Kuwait", "Oman", "Jordan", "Turkey", "Egypt", "Israel"],
)
def test_of_two_readings_of_a_word_the_verb_is_first(party: str) -> None:
    """The order was that of a set, so another process read other news in the same headline."""
    first, second = [act for act in read(f"UK sanctions {party} officials").acts if act.deed == "sanction"]
    assert first.on
    assert not second.on


@pytest.mark.parametrize(
    ("title", "places"),
    [
        ("Rockets strike Balad air base north of Baghdad, three Iraqi soldiers wounded", {"balad", "balad-town"}),
        ("سقوط صواريخ على قاعدة بلد شمالي بغداد", {"balad"}),
        ("Drone hits target north of Baghdad", {"baghdad"}),  # nothing else says where
    ],
)
def test_what_a_place_lies_north_of_is_not_where_it_was_done(title: str, places: set[str]) -> None:
    assert set(read(title).places) == places


def test_an_attack_north_of_a_town_is_none_of_another_there() -> None:
    titles = ("Drone strike on Camp Taji kills two Iraqi soldiers", "Rockets strike Balad air base north of Baghdad")
    one, other = (Report(n, f"s{n}", f"t{n}", f"w{n}", title, NOW, read(title)) for n, title in enumerate(titles))
    assert clash(one, other, shipped().events).startswith("other places")


@pytest.mark.parametrize(
    "title", ["Iraqi forces foil rocket attack on Ain al-Asad", "إحباط هجوم بالصواريخ على مطار بغداد"]
)
def test_a_foiled_attack_denies_no_other(title: str) -> None:
    event = read(title)
    assert {act.standing for act in event.acts if act.deed in {"strike", "assault"}} == {"foiled"}
    assert not [fact for fact in facts_of(event, shipped().events) if fact.what.startswith("no ")]
    denied = read("Coalition denies rocket attack on Ain al-Asad")
    assert "foiled" not in {act.standing for act in denied.acts}
