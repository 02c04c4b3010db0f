"""A base that a militia holds is in Iraq, and who strikes it attacks no US forces unless they are named there."""

from __future__ import annotations

import pytest

from tests.unit.shipped import fired, graded

ON_US = "attacks-on-us-forces"


@pytest.mark.parametrize(
    "title",
    [
        "Air strike hits Camp Kalsu",
        "Drone hits Camp Saqr in Baghdad",
        "Rockets hit Camp Ashraf",
        "Explosions heard at Jurf al-Sakhar",
        "غارة تستهدف معسكر كالسو",
        "حمله پهپادی به پایگاه کالسو",
    ],
)
def test_a_strike_on_a_base_of_a_militia_is_none_on_us_forces(title: str) -> None:
    assert "strikes-on-militias" in fired(title)
    assert ON_US not in fired(title)
    assert graded(title) == "immediate"


@pytest.mark.parametrize(
    ("title", "severity"),
    [
        ("US soldiers killed in attack on Camp Kalsu", "flash"),
        ("Two US troops wounded at Camp Saqr", "flash"),
        ("Attack on US troops at Camp Kalsu", "immediate"),
        ("Rockets hit Ain al-Asad", "immediate"),
        ("صواريخ تستهدف القوات الأمريكية في معسكر كالسو", "immediate"),
    ],
)
def test_us_forces_are_attacked_where_they_are_named_or_have_a_base(title: str, severity: str) -> None:
    assert ON_US in fired(title)
    assert graded(title) == severity


def test_who_shares_a_base_of_a_militia_with_it_is_told() -> None:
    assert "us-militia-coexistence" in fired("US troops share Camp Saqr with militia")
    assert "us-militia-coexistence" in fired("US troops and militia fighters share Kalsu base, Pentagon says")
