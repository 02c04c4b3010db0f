"""Whose side is struck, and whose a group is: what a state's name says beside that of a group, in three languages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.decide.event_clash import clash, roles_clash
from alerts.decide.event_line import describe
from alerts.decide.same_event import EventWindow
from alerts.event import Report
from tests.unit.desk import NOW
from tests.unit.shipped import read, shipped

SETTINGS = shipped().events
AT_MILITIAS = [
    "Drone strike hits militia headquarters in east Baghdad",
    "Kataib Hezbollah office in Baghdad bombed",
    "Airstrike on PMF camp in Baghdad leaves dozens wounded",
    "قصف بطائرة مسيرة يستهدف مقرا للحشد الشعبي شرقي بغداد",
    "غارة جوية على مقر كتائب حزب الله في بغداد",
    "قصف مقر لفصيل مسلح في بغداد",
    "مقر جنبش نجباء در شرق بغداد هدف حمله پهپادی قرار گرفت",
    "حمله پهپادی به مقر کتائب حزب‌الله در بغداد",
    "مقر شبه‌نظامیان در بغداد مورد حمله هوایی قرار گرفت",
]
AT_US = [
    "Rocket attack on US embassy in Baghdad's Green Zone",
    "Drone attack on US troops at Victoria base in Baghdad",
    "Rockets hit American diplomatic compound in Baghdad",
    "هجوم صاروخي على السفارة الأمريكية في المنطقة الخضراء ببغداد",
    "قصف قاعدة فيكتوريا التي تضم قوات أمريكية في بغداد",
    "طائرة مسيرة تستهدف القوات الأمريكية في بغداد",
    "راکت باران سفارت آمریکا در منطقه سبز بغداد",
    "حمله پهپادی به پایگاه آمریکا در بغداد",
    "سفارت آمریکا در بغداد هدف حمله راکتی قرار گرفت",
]


def report(title: str, hours: float = 0) -> Report:
    seq = int(hours * 60) + 1
    return Report(seq, f"s{seq}", f"t{seq}", f"wire{seq}", title, NOW + hours * timedelta(hours=1), read(title))


@pytest.mark.parametrize(("earlier", "later"), list(zip(AT_MILITIAS, AT_US, strict=True)))
def test_an_attack_on_the_other_side_is_another_event(earlier: str, later: str) -> None:
    for first, second in ((earlier, later), (later, earlier)):
        assert "opposite sides" in clash(report(first), report(second, 0.1), SETTINGS)
        window = EventWindow(SETTINGS)
        window.add(report(first))
        assert window.nearest(report(second, 4)) is None


@pytest.mark.parametrize("titles", [AT_MILITIAS, AT_US], ids=["militias", "US"])
def test_attacks_on_one_side_are_not_held_apart_by_it(titles: list[str]) -> None:
    assert not [(a, b) for a in titles for b in titles if "opposite" in clash(report(a), report(b, 1), SETTINGS)]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("US strikes PMF after attack on US embassy in Baghdad", "PMF headquarters in Baghdad bombed by US"),
        ("Drone strike in Baghdad", "Drone strike hits PMF base in Baghdad"),
        ("Explosion near US embassy in Baghdad as militia base is hit", "Militia base in Baghdad bombed"),
        ("قصف أمريكي على مقر للحشد الشعبي في بغداد", "القوات الأمريكية تقصف مقر الحشد الشعبي في بغداد"),
        ("آمریکا مقر حشد شعبی در بغداد را بمباران کرد", "بمباران مقر حشد شعبی در بغداد توسط آمریکا"),
    ],
)
def test_who_strikes_is_on_no_side_by_that(earlier: str, later: str) -> None:
    assert "opposite" not in clash(report(earlier), report(later, 1), SETTINGS)


LINES = [
    # whose friend a group is
    ("US strikes Iran-backed militias in al-Qaim", "strike; by US; on Militias; in al-Qaim"),
    ("US strikes militias backed by Iran in Syria", "strike; by US; on Militias; in Syria"),
    ("Our jets struck an arms depot of Iran-backed militias in al-Qaim", "strike; on Militias; in al-Qaim"),
    ("US embassy attacked by Iran-backed militias", "assault; by Militias; on US"),
    ("Pro-Iranian militia headquarters bombed in Basra", "strike; on Militias; in Basra"),
    ("US strikes Iran", "strike; by US; on Iran"),
    ("US strikes Iran base", "strike; by US; on Iran"),
    ("قصفنا مخازن أسلحة للميليشيات المدعومة من إيران في دير الزور", "strike; on Militias; in Deir ez-Zor"),
    ("غارة تستهدف موقعا للفصائل الموالية لإيران في دير الزور", "strike; on Militias; in Deir ez-Zor"),
    ("قصف أمريكي على إيران", "strike; by US; on Iran"),
    (
        "جنگنده‌های ما انبار شبه نظامیان مورد حمایت ایران را در القائم هدف قرار دادند",
        "strike; on Militias; in al-Qaim",
    ),
    ("آمریکا مقر شبه‌نظامیان وابسته به ایران را بمباران کرد", "strike; by US; on Militias"),
    ("آمریکا پایگاه ایران را بمباران کرد", "strike; by US; on Iran"),
    # what a nationality says of a group
    ("IRGC shells Iranian Kurdish parties in Koya", "strike; by Islamic Revolutionary Guard Corps; on Iranian Kurds"),
    (
        "الحرس الثوري يقصف مقار أحزاب كردية إيرانية في كويسنجق",
        "strike; by Islamic Revolutionary Guard Corps; on Iranian Kurds; in Koya",
    ),
    (
        "سپاه دفتر احزاب کرد ایرانی در کویه را گلوله‌باران کرد",
        "strike; by Islamic Revolutionary Guard Corps; on Iranian Kurds; in Koya",
    ),
    ("Lebanese Hezbollah fires rockets at Israel", "strike; by Hezbollah; on Israel"),
    ("حزب الله اللبناني يقصف إسرائيل", "strike; by Hezbollah; on Israel"),
    ("حزب‌الله لبنان اسرائیل را موشک‌باران کرد", "strike; by Hezbollah; on Israel"),
    ("Lebanon, Hezbollah agree truce", "agree; by Hezbollah and Lebanon"),
    # a state within the name of a group, or beside it
    (
        "Islamic Resistance in Iraq attacks US base in Jordan",
        "assault; by Islamic Resistance in Iraq; on US; in Jordan",
    ),
    ("المقاومة الإسلامية في العراق تستهدف قاعدة أمريكية", "strike; by Islamic Resistance in Iraq; on US"),
    ("مقاومت اسلامی عراق به پایگاه آمریکا حمله کرد", "assault; by Islamic Resistance in Iraq; on US"),
    (
        "Iraqi Kataib Hezbollah attacks US base in Syria",
        "assault; by Kataib Hezbollah; on US; in Syria",
    ),
    ("الحشد الشعبي العراقي يقصف داعش", "strike; by Popular Mobilization Forces; on Islamic State"),
    ("Iraq strikes ISIS in Anbar", "strike; by Iraq; on Islamic State; in Anbar"),
    # a body of a state
    ("Iraqi army shells ISIS hideout in Kirkuk", "strike; by Iraqi army; on Islamic State; in Kirkuk"),
    ("هجوم على الجيش العراقي في كركوك", "assault; on Iraqi army; in Kirkuk"),
    ("ارتش عراق مواضع داعش را بمباران کرد", "strike; by Iraqi army; on Islamic State"),
    ("US Treasury sanctions Kataib Hezbollah", "sanction; by US Treasury; on Kataib Hezbollah"),
    # whose a deed is
    ("Israel's Beirut strike pushed Trump to announce Iran deal", "strike; by Israel; in Lebanon"),
    ("Claims Israel's Beirut strike pushed Trump on Iran announcement", "strike; by Israel; in Lebanon; background"),
    ("Turkey's Sinjar drone strike kills two", "strike; by Turkey; in Sinjar; 2 killed"),
    ("Iran's Erbil attack kills two", "assault; by Iran; in Erbil; 2 killed"),
    ("PMF's Kirkuk attack kills two", "assault; by Popular Mobilization Forces; in Kirkuk; 2 killed"),
    ("Iraq's Erbil drone attack kills two", "strike; in Erbil; 2 killed"),
    ("Iraq's Kirkuk attack kills five, Iran condemns", "assault; in Kirkuk; 5 killed"),
    ("Qatar's Al Udeid drone strike wounds three", "strike; in Al Udeid; 3 wounded"),
    ("Kuwait's Ali Al Salem missile strike wounds five", "strike; in Ali Al Salem air base; 5 wounded"),
    ("Iran's Kerman attack kills 80", "assault; in Kerman; 80 killed"),
    ("Iraq's strike on Kirkuk kills ISIS commander", "strike; by Iraq; on Kirkuk; 1 killed"),
    ("Iran's strike forced Israel to close airspace", "strike; by Iran"),
    ("Israel's strike on Beirut kills three", "strike; by Israel; on Lebanon; 3 killed"),
    ("Iran's strikes on Kuwait anger US", "strike; by Iran; on Kuwait"),
    ("Israel's jets strike Beirut", "strike; by Israel; on Lebanon"),
    ("Israel's army attacks Hezbollah in Lebanon", "assault; by Israel; on Hezbollah; in Lebanon"),
    ("Iraq's Kataib Hezbollah attack US base in Syria", "assault; by Kataib Hezbollah; on US; in Syria"),
    ("Iran's forces attack US base", "assault; by Iran; on US"),
    # who is the aim of an attack
    ("پایگاه آمریکا در اربیل هدف حمله موشکی قرار گرفت", "strike; on US; in Erbil"),
    ("پایگاه نیروهای آمریکایی در اردن هدف موشک‌های بالستیک ایران قرار گرفت", "strike; by Iran; on US; in Jordan"),
    ("مواضع حشد شعبی در القائم هدف قرار گرفت", "strike; on Popular Mobilization Forces; in al-Qaim"),
]


@pytest.mark.parametrize(("title", "line"), LINES)
def test_the_line_names_who_was_meant(title: str, line: str) -> None:
    assert describe(read(title), SETTINGS).startswith(line)


@pytest.mark.parametrize("title", [title for title, _ in LINES if " in Iraq" in title or "العراق " in title])
def test_where_a_group_lives_is_not_where_it_struck(title: str) -> None:
    assert "iraq" not in read(title).places


def test_what_a_deed_brought_about_joins_no_attack_elsewhere() -> None:
    opinion, strike = "Israel's Beirut strike pushed Trump on Iran", "Iranian missile strike hits US base in Jordan"
    assert clash(report(opinion), report(strike, 1), SETTINGS).startswith("other places")


def test_an_attack_in_ones_own_land_is_one_event_however_it_is_put() -> None:
    one, other = report("Drone attack in Erbil kills two"), report("Iraq's Erbil drone attack kills two, police say", 1)
    assert roles_clash(one.mention, other.mention, SETTINGS) == ""
    assert {act.by for act in one.mention.acts} == {act.by for act in other.mention.acts} == {()}


@pytest.mark.parametrize("title", ["Iran's {} attack kills two", "Iran's {} Attack Kills Two"])
@pytest.mark.parametrize("site", ["embassy", "Embassy", "school"])
def test_what_is_done_to_a_site_is_not_its_owners(title: str, site: str) -> None:
    assert not [act for act in read(title.format(site)).acts if act.deed == "assault" and act.by]


def test_a_target_that_both_reports_name_is_no_opposite_side() -> None:
    both, one = read("Drones strike PMF and US base in Iraq"), read("Drones strike US base in Iraq")
    assert "us" in {name for act in both.acts for name in act.on} & {name for act in one.acts for name in act.on}
    assert not roles_clash(both, one, SETTINGS)


def test_a_body_is_compared_as_its_state_too() -> None:
    (act, *_) = read("Iraqi army shells ISIS hideout in Kirkuk").acts
    assert set(act.by) == {"iraq", "iraqi-army"}
