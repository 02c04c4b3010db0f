"""Who leaves, who is dissolved, who is only warned of; and words that one language has for another's deed."""

from __future__ import annotations

import pytest

from alerts.event import Act
from crawler.article import Article
from tests.unit.desk import NOW
from tests.unit.shipped import matcher


def acts(title: str) -> list[Act]:
    event = matcher().event(Article("a1", "wire", title, NOW))
    return list(event.acts) if event else []


@pytest.mark.parametrize(
    ("title", "deed", "by", "on"),
    [
        ("US withdraws last troops from Ain al-Asad", "withdraw", {"us"}, set()),
        ("انسحاب آخر القوات الأمريكية من قاعدة عين الأسد", "withdraw", {"us"}, set()),
        ("انسحاب القوات الأمريكية من العراق", "withdraw", {"us"}, set()),
        ("القوات الأمريكية تنسحب من قاعدة عين الأسد", "withdraw", {"us"}, set()),
        ("خروج آخرین نظامیان آمریکایی از پایگاه عین الاسد", "withdraw", {"us"}, set()),
        ("عقب‌نشینی نیروهای آمریکایی از عراق", "withdraw", {"us"}, set()),
        ("انتشار قوات الحشد الشعبي في سنجار", "deploy", {"pmf"}, set()),
        ("استقرار نیروهای حشد شعبی در مرز سوریه", "deploy", {"pmf"}, set()),
        ("US troops deployed to Kuwait", "deploy", {"us"}, {"kuwait"}),
        ("US embassy staff evacuated from Baghdad", "withdraw", set(), {"us"}),
        ("تخلیه سفارت آمریکا در بغداد", "withdraw", set(), {"us", "us-embassy-baghdad"}),
        ("Iraqi PM dissolves two PMF brigades", "dissolve", {"iraq"}, {"pmf"}),
        ("Iraq's prime minister orders two PMF brigades dissolved", "dissolve", {"iraq"}, {"pmf"}),
        ("Iraqi parliament votes to disband PMF", "dissolve", {"iraq"}, {"pmf"}),
        ("رئيس الوزراء العراقي يأمر بحل لواءين من الحشد الشعبي", "dissolve", {"iraq"}, {"pmf"}),
        ("رئيس الوزراء العراقي يصدر أمرا بحل لواءين في الحشد الشعبي", "dissolve", {"iraq"}, {"pmf"}),
        ("حل لواءين من الحشد الشعبي بأمر من رئيس الوزراء العراقي", "dissolve", {"iraq"}, {"pmf"}),
        ("نخست وزیر عراق دستور انحلال دو تیپ از حشد شعبی را صادر کرد", "dissolve", {"iraq"}, {"pmf"}),
        ("نخست‌وزیر عراق دو تیپ حشد شعبی را منحل کرد", "dissolve", {"iraq"}, {"pmf"}),
        ("انحلال حشد شعبی از سوی نخست‌وزیر عراق", "dissolve", {"iraq"}, {"pmf"}),
        ("دستور انحلال دو تیپ حشد شعبی صادر شد", "dissolve", set(), {"pmf"}),
        ("Iran warns Iraq over Kurdish groups", "threaten", {"iran"}, {"iraq"}),
        ("Iran warns of harsh response to US", "threaten", {"iran"}, {"us"}),
        ("إيران تحذر العراق من إيواء الجماعات الكردية", "threaten", {"iran"}, {"iraq"}),
        ("إيران تحذر من رد قاس", "threaten", {"iran"}, set()),
        ("ایران به عراق هشدار داد", "threaten", {"iran"}, {"iraq"}),
        ("ایران از پاسخ سخت به آمریکا هشدار داد", "threaten", {"iran"}, {"us"}),
    ],
)
def test_who_does_it_by_what_it_means(title: str, deed: str, by: set[str], on: set[str]) -> None:
    assert (by, on) in [(set(act.by), set(act.on)) for act in acts(title) if act.deed == deed], acts(title)


@pytest.mark.parametrize(
    ("title", "deed"),
    [
        ("نيجرفان بارزاني يحذر من عزلة دولية للعراق", "threaten"),
        ("الأمم المتحدة تحذر من كارثة في العراق", "threaten"),
        ("Nechirvan Barzani warns of international isolation of Iraq", "threaten"),
        ("UN warns of famine in Yemen", "threaten"),
        ("بارزانی نسبت به انزوای عراق هشدار داد", "threaten"),
        ("سازمان ملل نسبت به قحطی در عراق هشدار داد", "threaten"),
        ("وزير الدفاع العراقي يجتمع مع قائد سنتكوم", "visit"),
        ("نخست وزیر عراق دستور انحلال دو تیپ از حشد شعبی را صادر کرد", "visit"),
        ("نخست وزیر عراق دستور انحلال دو تیپ از حشد شعبی را صادر کرد", "seize"),
        ("ایران بیانیه‌ای علیه آمریکا صادر کرد", "seize"),
        ("عراق نفت بیشتری صادر کرد", "seize"),
        ("اعتراض ایران به حضور آمریکا در عراق", "intercept"),
        ("انتشار گزارش آمریکا درباره حشد شعبی", "deploy"),
    ],
)
def test_what_only_looks_like_a_deed_is_none(title: str, deed: str) -> None:
    assert deed not in {act.deed for act in acts(title)}


@pytest.mark.parametrize(
    ("title", "deed"),
    [
        ("وزير الخارجية الإيراني يزور بغداد", "visit"),
        ("الحرس الثوري يصادر ناقلة في الخليج", "seize"),
        ("اعتراض صواريخ إيرانية فوق الأردن", "intercept"),
    ],
)
def test_such_a_word_is_read_where_it_is_a_deed(title: str, deed: str) -> None:
    assert deed in {act.deed for act in acts(title)}
