"""A second attack on one target rings, told half a day after the first in the same words, whatever was said between."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.rule import Config
from tests.unit.desk import desk, rule
from tests.unit.event_desk import reasons
from tests.unit.settled import step

HOUR = 60
SILENT = {"repeats", "told", "possibly_same"}
LISTS = """\
  deed-strike: ["strike~", "hit~", "قصف/يقصف/قصف~", "حمله کردن~", "=حمله", "هدف قرار دادن~"]
  standing-background: ["after", "condemn*", "يدين*", "بعد", "پس از"]
  party-iran: ["Iran*", "إيران*", "ایران*"]
  party-us: ["=US", "American*", "أميركي*", "آمریکا*"]
  party-kuwait: ["Kuwait*", "الكويت", "کویت"]
  party-jordan: ["Jordan*"]
"""
EVENTS = "events: {developments: [strike], by_target: [strike]}"
ANY = "[strike*, hit, hits, قصف, تقصف, للقصف, حمله, هدف]"
# the first attack, who only names it then, and a second one
IN_EACH = [
    pytest.param(
        "Iran strikes US base in Kuwait",
        "Kuwait condemns Iran strike on US base",
        "US base in Kuwait hit by Iran, residents say",
        id="en",
    ),
    pytest.param(
        "إيران تقصف قاعدة أميركية في الكويت",
        "الكويت بعد قصف إيران قاعدة أميركية تستدعي السفير",
        "سكان الكويت: قاعدة أميركية تعرضت للقصف من إيران",
        id="ar",
    ),
    pytest.param(
        "ایران به پایگاه آمریکا در کویت حمله کرد",
        "کویت پس از حمله ایران به پایگاه آمریکا سفیر را فراخواند",
        "ساکنان کویت می‌گویند پایگاه آمریکا هدف قرار گرفت و ایران حمله کرد",
        id="fa",
    ),
]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return desk(tmp_path, rule(ANY), f"freshness: 48h, {EVENTS}", LISTS)


@pytest.mark.parametrize(("first", "named", "second"), IN_EACH)
def test_a_second_attack_rings_though_the_first_is_spoken_of_all_day(
    line: Connection, config: Config, first: str, named: str, second: str
) -> None:
    assert reasons(step(line, config, "one", first, 0)) == ["first_article"]
    for number, hours in enumerate((2, 5, 8, 11)):
        step(line, config, f"later{number}", f"{named}, {hours}", hours * HOUR)
    assert reasons(step(line, config, "two", second, 11 * HOUR + 30)) == ["repeats"]
    assert reasons(step(line, config, "three", f"{second} 2", 13 * HOUR)) == ["another"]
    assert reasons(step(line, config, "four", f"{second} 3", 14 * HOUR)) == ["repeats"], "it was told"


def test_who_was_told_of_a_reaction_since_is_told_of_the_second_attack(line: Connection, config: Config) -> None:
    step(line, config, "one", "Iran strikes US base in Kuwait", 0)
    (reason,) = reasons(
        step(line, config, "two", "Jordan shuts its skies after Iran strike on US base in Kuwait", 6 * HOUR)
    )
    assert reason not in SILENT, "the reaction itself must ring here"
    assert reasons(step(line, config, "three", "US base in Kuwait hit by Iran", 7 * HOUR)) == ["repeats"]
    (reason,) = reasons(step(line, config, "four", "US base in Kuwait hit by Iran, residents say", 13 * HOUR))
    assert reason == "another"


def test_outlets_that_tell_an_attack_at_once_after_a_quiet_ring(line: Connection, config: Config) -> None:
    """The target heard a toll of the first in between, in words that tell the attack as well."""
    step(line, config, "one", "Iran strikes US base in Kuwait", 0)
    toll = "Iran strike kills 3 at US base in Kuwait"
    assert reasons(step(line, config, "two", toll, 8 * HOUR)) == ["development"]
    said = [
        "US base in Kuwait hit by Iran",
        "Base of US troops in Kuwait is hit by Iran",
        "Kuwait: Iran hits a US base there",
    ]
    again = [reasons(step(line, config, f"x{at}", title, 13 * HOUR + 5 * at)) for at, title in enumerate(said)]
    assert again[:2] == [["repeats"], ["repeats"]]
    assert again[2][0] not in SILENT
    assert reasons(step(line, config, "late", "Iran hits the base of the US in Kuwait", 13 * HOUR + 20)) == ["repeats"]
