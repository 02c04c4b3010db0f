"""Which reports join the one open event that they tell in other words, and which stay alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from alerts.alert import Severity
from alerts.decide.event_facts import Fact, is_known, known_facts
from alerts.decide.open_events import open_event
from alerts.decide.same_event import EventWindow
from alerts.decide.told_again import repeats
from alerts.decide.unheard import unheard
from alerts.event import Report
from alerts.line.event_threads import _known_event
from alerts.store.event_reports import dump_mention, load_mention
from alerts.store.heard import Heard
from tests.unit.shipped import NOW, read, shipped

Item = tuple[str, str]  # headline and text


def report(item: Item, seq: int, minutes: int) -> Report:
    title, text = item
    return Report(
        seq, f"s{seq}", f"t{seq}", f"w{seq}", title, NOW + timedelta(minutes=minutes), read(title, text), "en"
    )


def joins(later: Item, *earlier: Item, minutes: int = 30) -> str:
    """Return the headline whose event a report joins that comes so long after others, "" where none."""
    window = EventWindow(shipped().events)
    for seq, each in enumerate(earlier):
        window.add(report(each, seq, 0))
    ours = report(later, 99, minutes)
    fit = open_event(ours, window.since(NOW), window.rarity_of, window.settings)
    return fit.earlier.title if fit else ""


BASE = ("Rockets land near Ain al-Asad", "Two rockets fell by the fence, an officer said.")
BALAD = ("Rockets land near Balad air base", "Three fell by the runway, the army said.")
STATE = ("Base in Iraq comes under rocket fire", "The rockets aimed at Ain al-Asad fell short, an official said.")
PROVINCE = ("Rocket fire on air base in Anbar", "")
CITY = ("Gunmen storm bank in Baghdad", "They left with the money, police said.")


@pytest.mark.parametrize(
    ("later", "earlier", "expected"),
    [
        (STATE, (BASE, BALAD), BASE),  # the text says which base
        (PROVINCE, (BASE, BALAD), BASE),  # the province around it
        (("Base in Iraq comes under rocket fire", ""), (BASE, BALAD), None),  # either
        (("Base in Iraq comes under rocket fire", "BALAD, Iraq (Wire) - It fell short."), (BASE, BALAD), None),
        (BALAD, (BASE,), None),  # another base
        (("Two held in raid in Baghdad", ""), (("Embassy in Baghdad sends staff home", ""),), None),  # only a city
        (("US forces strike target", ""), (("US forces strike militants", ""),), None),  # only a state
        (("Kuwait opens talks on border", ""), (BASE,), None),
        (("US soldiers leave Ain al-Asad", ""), (BASE,), None),  # one site, and no deed of both
        # what the text says went before is no place of the new one
        (
            ("Base in Iraq comes under drone attack", "Drones struck Harir hours after rockets hit Ain al-Asad."),
            (BASE,),
            None,
        ),
    ],
)
def test_only_the_one_event_that_fits_is_joined(later: Item, earlier: tuple[Item, ...], expected: Item | None) -> None:
    assert joins(later, *earlier) == (expected[0] if expected else "")


def test_half_a_day_later_none_is_open() -> None:
    assert joins(STATE, BASE, minutes=60)
    assert not joins(STATE, BASE, minutes=13 * 60)


def test_the_evidence_is_said() -> None:
    window = EventWindow(shipped().events)
    window.add(report(BASE, 0, 0))
    ours = report(STATE, 1, 25)
    fit = open_event(ours, window.since(NOW), window.rarity_of, window.settings)
    assert fit is not None
    words = fit.words(ours, window.settings)
    assert words.startswith("likely the same event as s0, and no other fits: both Ain al-Asad air base, attack, rocket")
    assert "; 25 min apart; likelihood " in words


@pytest.mark.parametrize(
    ("later", "minutes", "expected"),
    [
        (STATE, 30, True),
        (("Drone hits Ain al-Asad", ""), 30, False),  # another weapon is another attack
        (STATE, 180, False),  # in these hours, on the same base, another attack may come
        (("French base in Iraq comes under rocket fire", STATE[1]), 30, False),  # somebody new
        (("Official denies rocket attack on Ain al-Asad", ""), 30, False),  # as it was not told
        (("Troops at Ain al-Asad on alert after rocket attack", ""), 30, False),  # the news is another, and not read
    ],
)
def test_what_tells_the_same_deed_as_it_stands_is_a_repeat(later: Item, minutes: int, expected: bool) -> None:
    window = EventWindow(shipped().events)
    known = [report(BASE, 0, 0)]
    window.add(known[0])
    assert repeats(report(later, 1, minutes), known, window.rarity_of, window.settings) is expected


@pytest.mark.parametrize(("severity", "alike"), [(Severity.IMMEDIATE, True), (Severity.FLASH, False)])
def test_evidence_alone_takes_no_flash_for_a_repeat(severity: Severity, alike: bool) -> None:
    window = EventWindow(shipped().events)
    known, ours = report(BASE, 0, 0), report(STATE, 1, 30)
    window.add(known)
    heard = {"s0": Heard(Severity.FLASH, 1)}
    event = _known_event(window, ours, [known], [], heard, severity)
    assert event.alike is alike


def test_what_a_text_begins_with_is_known() -> None:
    settings = shipped().events
    one = report(("Rockets hit base in Iraq", "They fell on Ain al-Asad, which houses US troops."), 0, 0)
    known = known_facts([one], settings)
    assert is_known(Fact("strike", "ain-al-asad"), known, settings)
    assert not is_known(Fact("strike", "balad"), known, settings)
    later = report(("Rockets hit US troops in Iraq", ""), 1, 5)
    assert not unheard(later, [one], [], Severity.IMMEDIATE, settings)
    bare = report(("Rockets hit base in Iraq", "They fell on Ain al-Asad."), 2, 0)
    assert unheard(later, [bare], [], Severity.FLASH, settings)


def test_whom_a_raid_befell_is_held() -> None:
    settings = shipped().events
    known = known_facts([report(("Iraqi troops raid militia office, arrest 14", ""), 0, 0)], settings)
    assert is_known(Fact("arrest", "militias"), known, settings)
    assert not is_known(Fact("arrest", "kuwait"), known, settings)


def test_a_report_of_an_older_version_has_no_names_of_its_text() -> None:
    mention = read(*STATE)
    assert mention.lead == ("ain-al-asad",) == mention.lead_places
    raw = json.loads(dump_mention(mention))
    assert load_mention(raw) == mention
    del raw["lead"], raw["lead_places"]
    assert load_mention(raw).lead == ()
