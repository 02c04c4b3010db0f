"""Accidents are told from attacks by what words say brought what about, as the shipped desk reads it."""

from __future__ import annotations

import pytest

from tests.unit.shipped import graded, read

ATTACKS = [  # with an accident named beside, that brought none of it about
    ("Drone strike causes gas leak at Khor Mor gas field", "immediate"),
    ("Rocket attack on Khor Mor sparks electrical fire", "immediate"),
    ("Rockets hit Ain al-Asad base as high temperatures grip Iraq", "immediate"),
    ("Amid soaring temperatures, rockets hit Baghdad airport", "immediate"),
    ("Two US soldiers killed in drone attack on Harir base, gas leak ruled out", "immediate"),
    ("Drone attack hits gas cylinder plant in Erbil", "immediate"),
    ("Iraqi army denies technical fault, says drone hit Harir base", "immediate"),
    ("Explosion at US base in Iraq was caused by drone attack, not technical fault", "immediate"),
    ("Blast at US base in Erbil causes gas leak", "immediate"),
    ("Explosion at Ain al-Asad base in Iraq amid high temperatures", "immediate"),
    ("No technical fault: explosion at Ain al-Asad base in Iraq", "immediate"),
    ("Explosion at Ain al-Asad base in Iraq not due to electrical fault", "immediate"),
    ("US airstrike on PMF depot, not poor storage, caused blast", "flash"),
    ("قصف بمسيرة يتسبب بتسرب غاز في حقل كورمور", "immediate"),
    ("هجوم صاروخي على قاعدة عين الأسد يسبب تماس كهربائي", "immediate"),
]
SEVERE = [  # with a word of accidents in the headline
    ("Two US soldiers killed in rocket attack on Taji base, not accident", "flash"),
    ("Drones crash into Ain al-Asad base in Iraq", "immediate"),
    ("Missile crashes into Harir base in Erbil", "immediate"),
    ("Malfunctioning drone crashes into US base in Erbil", "immediate"),
    ("قصف صاروخي على قاعدة عين الأسد يقتل جنديين أميركيين في حادث هو الأول", "flash"),
    ("US soldiers killed in helicopter crash in Iraq", "immediate"),
    ("US troops hurt in accident at Ain al-Asad base", "priority"),
]
ACCIDENTS = [
    ("Explosion at Ain al-Asad base in Iraq due to electrical fault", "assault"),
    ("Ammunition depot of PMF explodes due to heat", "assault"),
    ("Rocket depot of PMF explodes in high temperatures in Baghdad", "assault"),
    ("US drone crashes in Iraq due to technical failure", "accident"),
    ("Four PMF fighters killed in car accident in Diyala", "kill"),
    ("سقوط مسيرة بسبب خلل فني قرب قاعدة حرير", "fall"),
    ("حريق في معسكر الحشد الشعبي بسبب تماس كهربائي", "accident"),
    ("سه نیروی حشد شعبی در تصادف رانندگی کشته شدند", "accident"),
    ("سه نیروی حشد شعبی در تصادف رانندگی کشته شدند", "kill"),
]


@pytest.mark.parametrize(("title", "severity"), ATTACKS, ids=[each[0] for each in ATTACKS])
def test_an_attack_beside_which_an_accident_is_named_stays_one(title: str, severity: str) -> None:
    assert graded(title) in {severity, "flash"}
    assert "accidental" not in {each.standing for each in read(title).acts if each.deed in {"strike", "assault"}}


@pytest.mark.parametrize(("title", "severity"), SEVERE, ids=[each[0] for each in SEVERE])
def test_a_word_of_accidents_mutes_no_attack(title: str, severity: str) -> None:
    assert graded(title) == severity


@pytest.mark.parametrize(("title", "deed"), ACCIDENTS, ids=[": ".join(reversed(each)) for each in ACCIDENTS])
def test_what_an_accident_brought_about_is_one(title: str, deed: str) -> None:
    assert {each.standing for each in read(title).acts if each.deed == deed} == {"accidental"}


@pytest.mark.parametrize(
    "title", ["Malfunctioning drone crashes into US base in Erbil", "مقتل جنديين أميركيين بنيران صديقة"]
)
def test_what_a_weapon_does_is_no_accident(title: str) -> None:
    assert {each.standing for each in read(title).acts} == {"happened"}
