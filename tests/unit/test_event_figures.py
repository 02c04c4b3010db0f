"""Words of war that are figures of speech, by what they are done to, in three languages; and the deeds they are not."""

from __future__ import annotations

import pytest

from alerts.decide.event_line import describe
from alerts.rules.event_figure import WARLIKE
from crawler.article import Article
from tests.unit.desk import NOW
from tests.unit.shipped import matcher, read, shipped

FIGURES = [
    "European leaders seize G7 summit to address Hormuz reopening",
    "Iran seizes initiative in Hormuz talks",
    "Iraq PM seizes the chance to disarm militias",
    "US seizes on Iran remarks to press sanctions",
    "Iran and US strike a deal",
    "Iran strikes defiant tone on US",
    "Iran, US strike a balance in talks",
    "Trump's speech strikes a chord in Iraq",
    "Iraq oil exports hit target",
    "US-Iran talks hit a snag",
    "Iraqi exports hit milestone",
    "Trump fires defence secretary over Iran",
    "Iraq PM fires oil minister",
    "Iran blasts US sanctions",
    "US hits Iran with sanctions",
    "US strike kills hopes of Iran deal",
    "Iran missile chief attacks Trump's policy",
    "Israel kills Hamas talks in Doha",
    "Iraq launches campaign of reforms",
    "هاجم نتنياهو الاتفاق مع إيران",
    "يهاجم النواب القانون في بغداد",
    "إيران تطلق حملة لمكافحة الفساد",
    "إيران تطلق حملة إعلامية ضد إسرائيل",
    "العراق يطلق تحقيق",
    "Iran blasts UN over report",
    "Iraqi parliament shoots down proposal on US troops",
    "Reporters bombard Trump with questions on Iran",
    "US launches campaign to win over Iraqis",
    "Iraq launches website for visas",
    "Democrats attack Trump's Iran policy",
    "Iraq targets inflation",
    "Israel kills hopes of Iran deal",
    "Iran captures headlines at UN",
    "الولايات المتحدة ضربت مثلا في الحوار مع إيران",
    "البنك المركزي العراقي يستهدف التضخم",
    "استهداف التضخم أولوية العراق",
    "إيران تضرب عرض الحائط بقرارات الأمم المتحدة",
    "العراق يطلق حملة لزراعة الأشجار",
    "إطلاق مبادرة عراقية للحوار بين إيران وأمريكا",
    "ترامب يهاجم الاتفاق مع إيران",
    "العراق يطلق منصة إلكترونية للتأشيرات",
    "ایران به سیاست آمریکا حمله کرد",
    "ترامپ به توافق ایران حمله کرد",
    "بانک مرکزی عراق تورم را هدف قرار داد",
    "نماینده عراقی به قانون عفو حمله کرد",
    "ئێران بە یاسا هێرشی کرد",
]
DEEDS = [
    ("Iran seizes ship near Hormuz", "seize"),
    ("Iran seizes tanker ahead of G7 summit", "seize"),
    ("US strikes tankers", "strike"),
    ("Israel strikes Lebanon despite deal", "strike"),
    ("IRGC hits target in Erbil with missiles", "assault"),
    ("Iran fires missiles at US base", "launch"),
    ("Iran bombards US base with missiles", "strike"),
    ("Israel shoots down Iranian drone", "intercept"),
    ("Iraq launches military campaign against ISIS", "launch"),
    ("US launches strikes on Iran", "launch"),
    ("Gunmen kill Iraqi minister", "kill"),
    ("Iraq launches military campaign in Anbar", "launch"),
    ("Iran launches campaign of missile strikes on US bases", "launch"),
    ("Iran's navy seizes tanker with two million barrels off Fujairah", "seize"),
    ("US seizes tanker with sanctions record", "seize"),
    ("Houthis attack ship with record of Israel ties", "assault"),
    ("Israel bombs talks in Doha", "strike"),
    ("Israel bombards Hamas talks in Doha", "strike"),
    ("Missile hits talks in Doha", "assault"),
    ("إيران تطلق حملة صواريخ على القواعد الأميركية في الكويت", "launch"),
    ("إيران تطلق حملة صاروخية على إسرائيل", "launch"),
    ("إيران تطلق حملة واسعة بالصواريخ على إسرائيل", "launch"),
    ("الفصائل تطلق حملة مسيرات على قواعد أميركية في العراق", "launch"),
    ("إسرائيل تقصف محادثات حماس في الدوحة", "strike"),
    ("مسيرة تستهدف مقر المفاوضات في بغداد", "strike"),
    ("طائرة مسيرة تستهدف وفد المفاوضات في بغداد", "strike"),
    ("هاجم مسلحون مقر المفاوضات في بغداد", "assault"),
    ("مسلحون يغتالون قاضي تحقيق في بغداد", "kill"),
    ("Strait of Hormuz remains open as Guards seize tanker", "seize"),
    ("Two blasts hit Basra", "assault"),
    ("Missile hits summit venue in Baghdad", "assault"),
    ("العراق يطلق حملة عسكرية ضد داعش", "launch"),
    ("إسرائيل تقصف لبنان رغم اتفاق الهدنة", "strike"),
    ("قصف إسرائيلي يخرق اتفاق وقف إطلاق النار في لبنان", "strike"),
    ("إيران تطلق صواريخ على قاعدة أمريكية", "launch"),
    ("إيران تستهدف قاعدة أمريكية بعد المحادثات", "strike"),
    ("اسرائیل با نقض توافق لبنان را بمباران کرد", "strike"),
    ("ایران پایگاه آمریکا را هدف قرار داد", "strike"),
    ("پس از مذاکرات ایران به پایگاه آمریکا حمله کرد", "assault"),
]


def deeds(title: str) -> set[str]:
    event = matcher().event(Article("a1", "wire", title, NOW))
    return {act.deed for act in event.acts} if event else set()


@pytest.mark.parametrize("title", FIGURES)
def test_a_figure_of_speech_is_no_deed(title: str) -> None:
    assert not deeds(title) & WARLIKE


@pytest.mark.parametrize(("title", "deed"), DEEDS)
def test_a_deed_beside_such_a_word_is_one(title: str, deed: str) -> None:
    assert deed in deeds(title)


@pytest.mark.parametrize(
    ("title", "line"),
    [
        (
            "Strait of Hormuz remains open as Guards seize tanker",
            "seize; by Islamic Revolutionary Guard Corps; on Ships",
        ),
        ("Hormuz still open after Iran attacks tanker", "assault; by Iran; on Ships"),
        ("Strait of Hormuz remains open, Iran says", ""),
        ("Iran denies attack as Guards seize tanker", "deny assault; by Iran"),
        ("Kataib Hezbollah dissolves truce, attacks US base", "assault; by Kataib Hezbollah; on US"),
        ("Kataib Hezbollah dissolves, US says", "dissolve; on Kataib Hezbollah"),
        ("Kataib Hezbollah disbands, US troops leave base", "dissolve; on Kataib Hezbollah"),
        ("Kataib Hezbollah dissolves under pressure from allies", "dissolve; on Kataib Hezbollah"),
    ],
)
def test_the_line_says_the_deed_and_not_the_word_beside_it(title: str, line: str) -> None:
    assert describe(read(title), shipped().events) == line
