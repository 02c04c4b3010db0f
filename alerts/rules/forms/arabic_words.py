"""What the spelling of an Arabic verb does not show: which take no object, and which of their forms are other words.

Verbs are named by their past, third person masculine singular, as `arabic.forms` folds it.
"""

from __future__ import annotations

# no object and no passive: only the subject does the deed
_INTRANSITIVE = """
وقع وصل عاد سقط هرب فر خرج نزح هدأ مات غرق هبط صعد صمد اندلع انتحر استسلم استمر استقال احتشد احتج اجتمع انتهى انتشر
التقى اشتبك اصطدم تقدم توقف توجه تصدى تمركز تدهور ازداد ارتفع انخفض اصطف أخفق نجح فشل
"""
# the object follows a preposition (استولى على, أفرج عن), so no pronoun is joined to the verb
_BY_PREPOSITION = "استولى سيطر هيمن أفرج أغار هجم أطاح ندد اعتدى اتفق وافق رد قبض تخلى التزم أوعز أودى"
# VIII of a root in s-, which looks like X of a doubled root (استرد)
_EIGHTH_IN_S = "استلم استمع استند استبق استتر استعر"

INTRANSITIVE = frozenset(_INTRANSITIVE.split())
BY_PREPOSITION = frozenset(_BY_PREPOSITION.split())
EIGHTH_IN_S = frozenset(_EIGHTH_IN_S.split())

# verb -> forms that are far more often another word in the news, with that word's meaning
LEFT_OUT: dict[str, dict[str, str]] = {
    "أبلغ": {"مبلغ مبلغا": "sum of money"},
    "أحرق": {"محرقة": "holocaust"},
    "أخرج": {"مخرج مخرجا": "way out, director"},
    "أخلى": {"تخلي": "giving up (تخلٍّ)"},
    "أدان": {"مدين مدينا مدينة مدينون مدينين": "city, debtor"},
    "أدخل": {"مدخل مدخلا": "entrance"},
    "أسر": {"أسرا أسره أسرها أسرهم أسرته أسرتها أسرتهم": "family, families"},
    "أسس": {"مؤسسة مؤسسات": "institution"},
    "أسقط": {"مسقط مسقطا": "Muscat"},
    "أصاب": {"نصيب": "share", "مصيب مصيبا مصيبة مصيبون مصيبين مصيبات": "calamity, right"},
    "أصدر": {"مصدر مصدرا مصدرين مصدرون": "source, exporter"},
    "أصر": {"مصر مصرا مصرة مصرين": "Egypt"},
    "أطلق": {"مطلق مطلقا مطلقة": "absolute, absolutely"},
    "أعد": {"يعد تعد نعد": "is considered", "معد معدا معدة معدات": "equipment, stomach"},
    "أعلن": {"إعلانات إعلاناته إعلاناتها إعلاناتهم": "advertisements"},
    "أغار": {"يغير تغير نغير": "changes (غيّر)"},
    "أقر": {"مقر مقرا مقرات مقرين": "headquarters"},
    "أمر": {"أمرا أمره أمرها أمرهم": "matter"},
    "ألقى": {"تلقي": "received (تلقّى)"},
    "أنزل": {"منزل منزلا": "house"},
    "أنشأ": {"منشأ منشأة منشآت": "facility"},
    "أوقع": {"موقع موقعا": "site", "توقع توقعه توقعها توقعهم": "expected (توقّع)"},
    "أوقف": {"موقف موقفا موقفين": "position, stance", "توقف توقفه توقفها توقفهم": "stopped (توقّف)"},
    "ادعى": {"مدعي": "prosecutor"},
    "استعاد": {"يستعد تستعد": "gets ready (استعدّ)"},
    "استقبل": {"مستقبل مستقبلا": "future"},
    "جمع": {"جامع جامعا جامعة جامعات": "mosque, university", "جمعه": "Friday"},
    "حافظ": {"محافظ محافظا محافظة محافظين محافظون محافظات": "governor, province"},
    "حذر": {"حذرا حذره": "cautious"},
    "حرر": {"محرر محررا محررة محررون محررين": "editor"},
    "حرك": {"تحرك تحركه تحركها تحركهم": "moved (تحرّك)"},
    "حكم": {"حاكم حاكما حاكمة حاكمين": "ruler, tried"},
    "حمل": {"حمله": "campaign", "حامل حاملة حاملات": "carrier"},
    "خرج": {"خارج خارجا": "outside"},
    "خطف": {"خاطفة": "lightning-fast"},
    "دخل": {"داخل داخلا": "inside"},
    "دعا": {"يدعى تدعى": "claims (ادّعى)", "دعونا": "let us", "داعية": "preacher"},
    "دمر": {"مدمرة مدمرات": "destroyer, the warship"},
    "سلم": {"مسلم مسلما مسلمة مسلمون مسلمين مسلمات": "Muslim", "تسلم": "received (تسلّم)"},
    "سأل": {"مسؤول مسؤولا مسؤولة مسؤولون مسؤولين": "official"},
    "صادر": {"مصادر مصادرا": "sources", "صادره صادرا": "issued by"},
    "صفى": {"مصفي مصفى مصفاة": "refinery"},
    "ضبط": {"ضابط ضابطا ضابطة ضابطين": "officer"},
    "طالب": {"طالبا طالبه مطالب مطالبا": "student, demands"},
    "طلب": {"طالب طالبا طالبة طالبات": "student, demanded", "طلبه": "students"},
    "عاد": {"عائدات": "revenues"},
    "فجر": {"فجرا": "at dawn"},
    "قاتل": {"مقاتلات": "fighter jets"},
    "قاد": {"قائد قائدا": "commander", "قاده": "leaders", "قيد قيدا": "under way, limit"},
    "قدم": {"تقدم تقدمه تقدمها تقدمهم": "progress (تقدّم)"},
    "قرر": {"مقرر مقررا مقررة": "due, scheduled"},
    "نشر": {"نشره": "bulletin", "ناشر ناشرون ناشرين": "publisher", "منشور منشورا منشورات": "leaflet, post"},
    "نظم": {"منظمة منظمات": "organisation"},
    "نفذ": {"منفذ منفذا": "border crossing"},
    "نفى": {"منفي": "exile"},
    "نقل": {"ناقلة ناقلات": "tanker"},
    "هدأ": {"هادئ هادئا هادئة": "calm, the Pacific"},
    "وجه": {"توجه توجهه توجهها توجههم": "went to (توجّه)"},
    "وصل": {"واصل واصلا": "went on (III)"},
    "وقع": {"يقع تقع": "is situated", "توقع توقعه توقعها توقعهم": "expected (توقّع)",
        "واقع واقعا واقعة واقعين": "reality, situated", "موقع موقعا": "site"},
}  # fmt: skip
