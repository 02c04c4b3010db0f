"""An edit that tells of more people harmed is a change; one that only says it otherwise is none."""

from __future__ import annotations

import pytest

from crawler.stories.material import material
from crawler.stories.wording import wording

LATER = " Officials said that they will say more in the morning."


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("Drone attack on Tower 22 wounds two soldiers", "Drone attack on Tower 22 kills one soldier, wounds five", "1 killed; 2 -> 5 wounded"),
        ("Attack on militia post near Samarra", "Attack on militia post near Samarra kills five fighters", "5 killed"),
        ("هجوم بطائرة مسيرة على قاعدة عين الأسد", "هجوم بطائرة مسيرة على قاعدة عين الأسد يسفر عن مقتل جنديين", "2 killed"),
        ("حمله پهپادی به پایگاه عین‌الاسد", "حمله پهپادی به پایگاه عین‌الاسد؛ سه نفر کشته شدند", "3 killed"),
        ("Rocket attack on base near Erbil", "Rocket attack on base near Erbil, no one killed", ""),
        ("Drone attack on Balad base wounds two", "No casualties in drone attack on Balad base", "2 -> 0 wounded"),
        ("إصابة جنديين بهجوم بمسيرة على قاعدة بلد", "لا إصابات في هجوم بمسيرة على قاعدة بلد", "2 -> 0 wounded"),
        ("Attack on Balad base kills one", "Attack on Balad base kills one, no injuries", ""),
        ("Blast kills 14 at market", "Blast kills 14 at market in Kut", ""),
        ("Five killed in strike on depot", "Strike on depot: five dead", ""),
        ("Strike on depot in Balad", "Strike on depot in Balad, site of attack last year that killed 200", ""),
    ],
)  # fmt: skip
def test_what_an_edit_tells_of_people_harmed(before: str, after: str, change: str) -> None:
    assert material(wording(before, before + "." + LATER), wording(after, after + "." + LATER)) == change


def test_what_stands_further_below_is_of_other_events() -> None:
    told = "Convoy attacked near Taji. Roads were closed for an hour."
    more = f"{told} In Basra, a blast killed nine people."
    assert material(wording("Convoy attacked", told + LATER), wording("Convoy attacked", more + LATER)) == ""
