"""Places, forces and topics of the shipped desk: forms that must be found, everyday words that must not be taken for them."""

from __future__ import annotations

import pytest

from tests.unit.shipped import fired, named_in

FORMS = [
    ("هجوم على قاعدة العديد الجوية", "al-udeid"),
    ("پایگاه هوایی العدید قطر", "al-udeid"),
    ("أمن البصرة وبصرةُ الخير", "basra"),
    ("انفجار در بصره", "basra"),
    ("بندر بصره عراق", "basra"),
    ("بالرمادي والفلوجة", "ramadi"),
    ("درگیری در رمادی", "ramadi"),
    ("وبالعمارة مركز ميسان", "maysan"),
    ("العماره در میسان عراق", "maysan"),
    ("والقائم في الأنبار", "al-qaim"),
    ("بمعبر إبراهيم الخليل", "ibrahim-khalil"),
    ("مرز ابراهیم‌خلیل", "ibrahim-khalil"),
    ("Safwan crossing shut, Kuwait says", "safwan"),
    ("بسفوان", "safwan"),
    ("والكوت بلا كهرباء", "wasit"),
    ("للديوانية", "diwaniyah"),
    ("استان دیوانیه", "diwaniyah"),
    ("بجبال قنديل", "qandil"),
    ("کوه‌های قندیل", "qandil"),
    ("والآسايش تحقق", "asayish"),
    ("لقوات أسايش", "asayish"),
    ("ئاسایش", "asayish"),
    ("لواء فاطميون الأفغاني", "fatemiyoun"),
    ("تیپ فاطمیون در سوریه", "fatemiyoun"),
    ("لتنظيم القاعدة", "al-qaeda"),
    ("گروه القاعده", "al-qaeda"),
    ("حماس وإسرائيل", "hamas"),
    ("وقيادة العمليات المشتركة", "iraqi-joint-operations"),
    ("بزاخو", "zakho"),
    ("زاخۆ", "zakho"),
    ("بالعمادية", "amedi"),
    ("وحلبجة", "halabja"),
    ("حلبچه", "halabja"),
    ("هەڵەبجە", "halabja"),
    ("بجمجمال", "chamchamal"),
    ("چەم و چمچمال", "chamchamal"),
    ("بحقل جمجمال الغازي", "chamchamal"),
    ("وسيدكان", "soran"),
    ("بقضاء مخمور", "makhmur"),
    ("وداقوق", "daquq"),
    ("بالشرقاط", "sharqat"),
    ("بقضاء حديثة", "haditha"),
    ("صحراء الرطبة غربي الأنبار", "rutba"),
    ("والنخيب", "nukhayb"),
    ("بأبو غريب", "abu-ghraib"),
    ("للطارمية", "tarmiyah"),
    ("وسط بعقوبة", "baqubah"),
    ("وبعقوبة بديالى", "baqubah"),
    ("أهالي بعقوبة", "baqubah"),
    ("بعقوبة الجديدة", "baqubah"),
    ("کرمان ایران", "kerman"),
    ("وجلولاء", "jalawla"),
    ("بالحسكة", "hasakah"),
    ("وقامشلی", "hasakah"),
    ("لدير الزور", "deir-ez-zor"),
    ("بمطار كركوك الدولي", "kirkuk"),
    ("ومطار السليمانية", "sulaymaniyah"),
    ("بحقل الأحدب", "ahdab"),
    ("ومصفى لاناز", "lanaz-kar"),
    ("بمعاهدة حظر الانتشار النووي", "npt"),
    ("جزیره‌ی قشم", "qeshm"),
    ("بندر چابهار", "jask"),
    ("موشک خیبرشکن", "kheibar-shekan"),
    ("وحرس الحدود العراقي", "iraqi-border-guards"),
    ("لجهاز المخابرات الوطني", "iraqi-intelligence"),
]


@pytest.mark.parametrize(("text", "entity"), FORMS)
def test_places_are_found_as_they_are_written(text: str, entity: str) -> None:
    assert entity in named_in(text)


EVERYDAY = [  # the words, and what was taken for a name of ours
    ("many", "العديد من القرى", "al-udeid"),
    ("many, attached", "وللعديد من الناس", "al-udeid"),
    ("his sight", "فقد بصره في الحادث", "basra"),
    ("grey", "سماء بلون رمادي", "ramadi"),
    ("the grey", "اللون الرمادي يعود", "ramadi"),
    ("architecture", "معرض العمارة الحديثة", "maysan"),
    ("architecture, in the other's letters", "دانشکده معماری و العماره", "maysan"),
    ("chargé d'affaires", "القائم بالأعمال في سوريا", "al-qaim"),
    ("the status quo", "الوضع القائم على الحدود", "al-qaim"),
    ("a man named Ibrahim Khalil", "الفنان إبراهيم خليل", "ibrahim-khalil"),
    ("the same in Persian", "ابراهیم خلیل بازیگر", "ibrahim-khalil"),
    ("a man named Safwan", "Safwan Masri lectures in Amman", "safwan"),
    ("Ivory Coast", "منتخب الكوت ديفوار", "wasit"),
    ("a parlour", "ديوانية كويتية", "diwaniyah"),
    ("a family of Egypt", "هشام قنديل رئيس وزراء مصر", "qandil"),
    ("a lamp", "قنديل زيت", "qandil"),
    ("comfort", "آسایش مردم", "asayish"),
    ("the Fatimids", "الفاطميون في القاهرة", "fatemiyoun"),
    ("the base, beside another's organisation", "القاعدة الجوية وتنظيم داعش", "al-qaeda"),
    ("the base, of a party", "القاعدة الشعبية لكل تنظيم", "al-qaeda"),
    ("enthusiasm", "حماس الجماهير أمام إيران", "hamas"),
    ("Gaza's joint room", "غرفة العمليات المشتركة في غزة", "iraqi-joint-operations"),
    ("to mobilise", "بسیج منابع کشور", "basij"),
    ("modern", "أسلحة حديثة", "haditha"),
    ("wetlands", "الأراضي الرطبة في تونس", "rutba"),
    ("drunk", "سائق مخمور", "makhmur"),
    ("under penalty of death", "يواجه المتهم بعقوبة الإعدام", "baqubah"),
    ("by a penalty", "التهديد بعقوبة مالية", "baqubah"),
    ("by a new penalty", "تلوح واشنطن بعقوبة جديدة", "baqubah"),
    ("sentenced to a penalty", "أصدر القاضي حكما بعقوبة", "baqubah"),
    ("a president named Amedi", "الرئيس نزار ئاميدي يستقبل وفدا", "amedi"),
    ("a woman named Rania", "الفنانة رانية", "raniya"),
    ("a place name in a scandal", "Abu Ghraib abuse trial in Virginia", "abu-ghraib"),
]


@pytest.mark.parametrize(("name", "text", "entity"), EVERYDAY, ids=[row[0] for row in EVERYDAY])
def test_everyday_words_are_not_taken_for_a_place(name: str, text: str, entity: str) -> None:
    assert entity not in named_in(text), name


FALSE_ALARMS = [
    "هجوم بمسيرات على العديد من المواقع في سوريا",
    "صواريخ تستهدف العديد من القرى في أوكرانيا وسقوط قتلى",
    "غارة بلون رمادي فوق مدينة أوروبية",
    "غرفة العمليات المشتركة في غزة تعلن قصف مستوطنة",
    "حمله هوایی آسایش مردم را گرفت",
]


@pytest.mark.parametrize("title", FALSE_ALARMS)
def test_everyday_words_ring_nobody(title: str) -> None:
    assert fired(title) == set()
