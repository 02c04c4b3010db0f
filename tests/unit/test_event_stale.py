"""A deed of another time, of a plan, of a witness or of arms in general is no new attack; a real one stays one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.article import Article
from tests.unit.shipped import graded, matcher, read

STALE = [  # a headline, a deed in it, and how that stands
    # when it was
    ("Tanker hit by Iran last week towed to port", "assault", "background"),
    ("Ship hit in Red Sea last month sinks", "assault", "background"),
    ("Iran shows wreck of US drone downed last week", "intercept", "background"),
    ("Iran struck Kuwait three weeks ago, report says", "strike", "background"),
    ("US soldiers killed in 2024 in Iraq", "kill", "background"),
    ("Israel marks 2020 strike on Natanz", "strike", "background"),
    ("غارة الأسبوع الماضي على بندر عباس قتلت قائدا", "strike", "background"),
    ("هفته گذشته آمریکا به بندرعباس حمله کرد", "assault", "background"),
    # what is counted over a war
    ("55 killed, 600 hurt in US attacks on Iran since June", "attack", "background"),
    ("Iran hit by 900 strikes since start of war", "strike", "background"),
    ("إيران: 55 قتيلا في الهجمات الأميركية منذ حزيران", "attack", "background"),
    # a plan
    ("Trump vows to seize Kharg terminals, launch new strikes on Iran", "strike", "expected"),
    ("Trump threatens to end truce, bomb Iranian bridges", "strike", "expected"),
    ("Iran threatens to close strait, attack US bases in Gulf", "attack", "expected"),
    # told by one who was there, who says so with "I"
    ('"I heard the blast and ran": night of strikes in Isfahan', "strike", "opinion"),
    ("'My hands were shaking': sailor tells of missile hitting tanker off Oman", "assault", "opinion"),
    ("Killing of US soldiers at Jordan base shows Iran's reach", "kill", "background"),
    # where it was, and what is done with it
    ("Residents speak of fire near where US jet was downed in Iran", "intercept", "background"),
    ("Truce holds after Israeli strikes made Iran stop", "strike", "background"),
    ("Iran returns seized ship to owners", "seize", "background"),
    ("الموقع المستهدف في أصفهان مركز للأبحاث", "strike", "background"),
    ("Airstrikes may have destroyed Iran's last submarines", "strike", "background"),
    ("ترمب يقرر تجميد الضربات على إيران", "strike", "denied"),
    ("آمریکا حملات به ایران را متوقف کرد", "assault", "denied"),
    ("شهود يروون لحظات القصف الإسرائيلي على طهران", "strike", "background"),
]
NEW = [
    ("US strikes Iran after base was hit last month", "strike"),
    ("US strikes Iran over last week's attack", "strike"),
    ("Iran hits Kuwait, killing 5 in first attack since June", "assault"),
    ("Iran fires 40 missiles at Israel in largest strike since war began", "launch"),
    ("Iran strikes Israel 2026 times", "strike"),
    ("Iran attacks Kuwait, threatens to close strait", "attack"),
    ("Trump vows to end truce, strikes Iran", "strike"),
    ("Trump threatens to end truce, Israel bombs Tehran", "strike"),
    ("'We hit back hard': Iran strikes US base in Qatar", "strike"),
    ("'I gave the order': Trump says US has struck Iran", "strike"),
    # of many, a form without -s may be what they did
    ("Houthis threaten to sink ships, fire missiles at US carrier", "launch"),
    ("Houthis renew vows to sink ships, fire missiles at US carrier", "launch"),
    ("Militants vow to fight on, kill three US soldiers", "kill"),
    # behind the words of one who was there a verb tells what happened
    ("'Let me out': rockets hit Ain al-Asad base, two US soldiers dead", "strike"),
    ("'Save me': rocket attack on Ain al-Asad base", "attack"),
    ("'I could not sleep': night of fear as missiles hit US base in Qatar", "assault"),
    # who or what was hit is said in the first report too
    ("Man shot dead in Baghdad was senior Kataib Hezbollah commander", "kill"),
    ("Fighter jet downed over Iraq was US F-16, pilot missing", "intercept"),
    ("Helicopter downed near Erbil was US Black Hawk, four dead", "intercept"),
    # the ninth is new, and a participle or a place has a time of its own
    ("Rocket kills 2 US soldiers at Ain al-Asad, 9th attack since ceasefire", "kill"),
    ("Israel hits Beirut with 40 bombs in eighth strike since January", "assault"),
    ("Air strike kills 3 soldiers, bringing toll since January to 16", "kill"),
    ("مقتل 3 جنود في الهجوم التاسع منذ كانون الثاني", "kill"),
    ("Israel kills IRGC commander named last month", "kill"),
    ("Rockets hit US base reopened last year in Iraq", "strike"),
    ("Rockets hit Camp Victoria, built in 2003, in Baghdad", "strike"),
    ("Militia chief sanctioned in 2020 killed in Baghdad drone strike", "kill"),
    ("هجوم بمسيرة يقتل جنديين أميركيين في قاعدة أعيد افتتاحها العام الماضي في أربيل", "kill"),
    ("US strike hits militia base opened in 2024 in Iraq", "strike"),
    ("Drone strike kills 2 US soldiers in Iraq, where US has had troops since 2003", "kill"),
    ("Hotel where envoys met was hit by drone in Erbil", "assault"),
    ("Deadly Iranian strike hits Tel Aviv", "kill"),
    ("Iran cluster bomb strike on Israel kills two", "kill"),
    ("US bombs strike Isfahan", "strike"),
    ("Tanker hit by drone off Oman is on fire", "assault"),
    ("US base was hit by drones in Kuwait", "assault"),
    ("US base hit by drones, two soldiers were wounded", "assault"),
    ("قصف إسرائيلي جديد على طهران", "strike"),
    ("القوات المسلحة تقصف قاعدة أميركية في الكويت", "strike"),
    ("آمریکا به بندرعباس حمله کرد", "assault"),
]


@pytest.mark.parametrize(("title", "deed", "standing"), STALE)
def test_it_is_no_new_deed(title: str, deed: str, standing: str) -> None:
    assert {act.standing for act in read(title).acts if act.deed == deed} == {standing}


@pytest.mark.parametrize(("title", "deed"), NEW)
def test_it_happened(title: str, deed: str) -> None:
    assert {act.standing for act in read(title).acts if act.deed == deed} == {"happened"}


def test_a_jet_that_is_known_to_be_down_is_no_alarm() -> None:
    new = ("US jet downed over Iran, pilot missing", "Iran shoots down US F-15", "US F-35 lost over Iran with its crew")
    assert graded("US rescues airman whose F-15 was downed in Iran") in {"priority", "routine"}
    assert {graded(title) for title in new} <= {"immediate", "flash"}


@pytest.mark.parametrize(
    "title", ["Iranian missiles show deadly precision", "Drones prove deadly weapon against US bases"]
)
def test_deadly_arms_kill_nobody(title: str) -> None:
    assert graded(title) not in {"flash", "immediate"}
    assert "kill" not in {act.deed for act in read(f"{title}; ship hit").acts}


def test_a_year_is_past_by_the_date_of_the_article() -> None:
    title = "US soldiers killed in 2024 in Iraq"
    event = matcher().event(Article("a1", "wire", title, datetime(2024, 3, 1, tzinfo=UTC)))
    assert event is not None
    assert {act.standing for act in event.acts if act.deed == "kill"} == {"happened"}
