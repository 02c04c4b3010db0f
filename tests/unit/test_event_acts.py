"""What the desk reads in headlines made up for it: the deed, who does it to whom, and how grave it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.decide.event_line import describe
from tests.unit.shipped import graded, read, shipped

ROWS = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("acts.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def fits(asked: str, names: tuple[str, ...]) -> bool:
    return not asked or (not names if asked == "-" else not set(asked.split()).isdisjoint(names))


@pytest.mark.parametrize(("line", "deeds", "by", "on", "grave"), ROWS)
def test_a_deed_is_read_with_who_does_it_to_whom(line: str, deeds: str, by: str, on: str, grave: str) -> None:
    acts = [each for each in read(line).acts if each.deed in deeds.split("|")]
    assert any(fits(by, each.by) and fits(on, each.on) for each in acts), acts
    assert not grave or graded(line) in grave.split("|")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Iran seizes tanker in Gulf of Oman", "seize; by Iran; on Ships"),
        ("IRGC detains foreign tanker carrying fuel", "seize; by Islamic Revolutionary Guard Corps; on Ships"),
        ("Gunmen seize oil field offices in Kirkuk", "seize; in Kirkuk"),
        ("US forces detain militia leader in raid near Tarmiyah", "arrest; by US; on Militias; in Tarmiyah; 1 held"),
        (
            "Iraqi police detain three militiamen in Basra",
            "arrest; by Iraqi Federal Police; on Militias; in Basra; 3 held",
        ),
        ("Iran fires ballistic missiles toward Al Udeid", "launch; by Iran; on Al Udeid"),
        ("Iran fires missiles at US base in Qatar", "strike; by Iran; on US; in Qatar"),
        ("Fire breaks out at Al Udeid base in Qatar", "accident; on Al Udeid"),
        ("Drone strike kills Kataib Hezbollah commander in Baghdad", "kill; on Kataib Hezbollah; in Baghdad"),
        ("US shoots down Iranian drone near carrier", "intercept; by US; on Iran"),
        ("إسرائيل تغتال قائدا في الحرس الثوري", "kill; by Israel; on Islamic Revolutionary Guard Corps"),
        ("آمریکا دو نفتکش ایران را توقیف کرد", "seize; by US; on Ships and Iran"),
    ],
)
def test_the_line_of_an_event_says_its_main_deed(line: str, told: str) -> None:
    assert describe(read(line), shipped().events).startswith(told)
