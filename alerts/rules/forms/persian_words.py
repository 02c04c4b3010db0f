"""What Persian verbs are known by: their present stems, whether they have a passive, and forms that mean another word.

Keys are written with Persian letters, without the zero-width non-joiner: "عقب نشینی", not with it inside.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Infinitive/present stem. A stem whose vowel takes a -y- before an ending is written with it: گوی gives گوید.
# Verbs in -یدن and -ندن drop that ending; of these only exceptions, and those that take a preverb, are listed.
_STEMS = """
کردن/کن شدن/شو دادن/ده گرفتن/گیر زدن/زن بردن/بر آوردن/آور رفتن/رو آمدن/آی داشتن/دار نمودن/نمای ساختن/ساز
خواستن/خواه گفتن/گوی دیدن/بین خوردن/خور یافتن/یاب گذاشتن/گذار گذشتن/گذر گشتن/گرد گردیدن/گرد نشستن/نشین
بستن/بند شکستن/شکن پیوستن/پیوند جستن/جوی شستن/شوی دانستن/دان توانستن/توان نگریستن/نگر گریستن/گری زیستن/زی
گسستن/گسل کاستن/کاه خاستن/خیز آراستن/آرای پیراستن/پیرای رستن/ره ایستادن/ایست افتادن/افت فرستادن/فرست نهادن/نه
زادن/زای ربودن/ربای افزودن/افزای گشودن/گشای آزمودن/آزمای فرمودن/فرمای ستودن/ستای سرودن/سرای آلودن/آلای
پیمودن/پیمای آسودن/آسای زدودن/زدای بخشودن/بخشای گنجاندن/گنجان کشتن/کش نوشتن/نویس کاشتن/کار
گماشتن/گمار انباشتن/انبار افراشتن/افراز انگاشتن/انگار پنداشتن/پندار نگاشتن/نگار انداختن/انداز باختن/باز
تاختن/تاز پرداختن/پرداز نواختن/نواز گداختن/گداز سوختن/سوز آموختن/آموز اندوختن/اندوز افروختن/افروز دوختن/دوز
فروختن/فروش گریختن/گریز ریختن/ریز آمیختن/آمیز آویختن/آویز انگیختن/انگیز پختن/پز شناختن/شناس گسیختن/گسل
پذیرفتن/پذیر شتافتن/شتاب تافتن/تاب کوفتن/کوب روفتن/روب فریفتن/فریب آشفتن/آشوب شکافتن/شکاف بافتن/باف خفتن/خواب
 شکفتن/شکف مردن/میر سپردن/سپار شمردن/شمار فشردن/فشار آزردن/آزار گستردن/گستر پروردن/پرور افسردن/افسر
شنیدن/شنو چیدن/چین گزیدن/گزین آفریدن/آفرین پژمردن/پژمر ستردن/ستر گزاردن/گزار گماردن/گمار
خواندن/خوان ماندن/مان راندن/ران نشاندن/نشان گرداندن/گردان رساندن/رسان ستاندن/ستان افکندن/افکن کشاندن/کشان
کشیدن/کش پاشیدن/پاش رسیدن/رس
"""
STEMS = dict(pair.split("/") for pair in _STEMS.split())

# Written joined to the verb, but apart from its prefixes: بازگشت, باز می‌گردد. The first three also stand apart always.
APART = ("باز", "فرا", "فرو")
PREVERBS = (*APART, "بر", "در", "وا")

# Auxiliaries and verbs of having: alone they name no deed, and stand in every article.
NO_DEED = _words("کردن نمودن شدن گردیدن بودن دادن داشتن توانستن")

# Simple verbs whose subject alone is touched: they have no passive, alone or with words before them.
INTRANSITIVE = _words("""
    شدن گردیدن رفتن آمدن گشتن نشستن ایستادن افتادن گریختن مردن ماندن رسیدن پیوستن خاستن زیستن گریستن گذشتن شتافتن
    تاختن سوختن رستن خفتن توانستن جنگیدن ترسیدن لرزیدن خزیدن پریدن چرخیدن دویدن کوشیدن غریدن ترکیدن لغزیدن خوابیدن
    گرویدن شوریدن خروشیدن انجامیدن کوچیدن پژمردن افسردن شکفتن رنجیدن نالیدن خندیدن درگرفتن برخوردن
    """)

# Compounds without a passive: the word before the verb, by verb. What is said of someone's own doing has none.
NO_PASSIVE = {
    "کردن": (
        "فرار", "عقب نشینی", "سقوط", "فوت", "حرکت", "عبور", "سفر", "پرواز", "زندگی", "بازگشت", "شرکت", "گریه", "امتناع",
        "کوچ", "مهاجرت", "قیام", "شورش", "تظاهرات", "سکوت", "اصابت", "رشد", "افت", "پیشروی", "پیشرفت", "طغیان", "گیر",
        "اعتصاب", "استعفا", "خودکشی", "هجرت", "صعود", "نزول", "ظهور", "غروب", "طلوع", "توقف", "فروکش", "عطسه", "اقامت",
    ),
    "دادن": ("رخ", "روی", "جان", "تن", "دست", "استعفا"),
    "گرفتن": ("آتش", "پهلو", "اوج", "شدت", "سرچشمه", "جان", "نشات", "پایان"),
    "زدن": ("قدم", "سر باز", "پرسه", "دور", "لنگر", "پلک", "نفس", "زانو"),
    "کشیدن": ("دست", "طول", "نفس", "عقب", "به درازا", "کنار"),
    "بردن": ("رنج", "به سر", "پی", "پناه", "لذت", "سود"),
    "داشتن": ("اعلام", "ابراز", "اظهار", "بیان"),
    "دیدن": ("آموزش", "دوره"),
    "خوردن": ("سوگند", "قسم", "شام", "غصه", "افسوس", "پیوند", "گره"),
}  # fmt: skip

# Compounds whose passive has another verb: هدف قرار داد, هدف قرار گرفت. With کردن and its like it is always شدن.
BECOME = frozenset(("کردن", "نمودن", "ساختن"))
COUNTERPARTS = {
    ("قرار", "دادن"): "گرفتن", ("انجام", "دادن"): "شدن", ("شکست", "دادن"): "خوردن", ("فریب", "دادن"): "خوردن",
    ("تحویل", "دادن"): "شدن", ("از دست", "دادن"): "رفتن", ("ضربه", "زدن"): "خوردن", ("کتک", "زدن"): "خوردن",
    ("به دست", "آوردن"): "آمدن",
    **dict.fromkeys(
        [(noun, "دادن") for noun in _words("پایان خاتمه افزایش کاهش گسترش تغییر انتقال نجات استقرار ارتقا سازمان")],
        "یافتن",
    ),
}  # fmt: skip

# Compounds that are passive by themselves, besides those above and those with شدن.
SUFFERED = frozenset(
    {(noun, verb) for (noun, _), verb in COUNTERPARTS.items() if verb != "رفتن"}
    | {("انجام", "گرفتن"), ("صورت", "گرفتن"), ("آسیب", "دیدن"), ("صدمه", "دیدن"), ("خسارت", "دیدن"), ("لطمه", "دیدن")}
    | {("تیر", "خوردن"), ("گلوله", "خوردن"), ("زخم", "خوردن"), ("تحقق", "یافتن"), ("بهبود", "یافتن")}
)

# Words whose شدن is the subject's own deed: مدعی شد "claimed", خواستار شد "demanded".
OWN_DEED = _words("""
    مدعی خواستار وارد خارج درگیر سوار پیاده نزدیک موفق متعهد آماده منکر متوسل مانع مرتکب یادآور ملحق حاضر عازم تسلیم
    پیروز متحد متفق مخالف موافق جویا متذکر روانه راهی داخل دور قائل عمل نامزد برنده همراه همصدا شریک
    """)

# Compounds of داشتن that take می: نگه می‌دارد, but قصد دارد.
KEEPS = _words("نگه نگاه پنهان گرامی معطوف روا مصون معذور عرضه ارسال اعلام ابراز اظهار بیان مقرر مبذول")

# Past forms that are also the noun of the same deed.
ALSO_NOUN = _words("بازگشت برگشت درگذشت باخت")

# Forms that mostly are another word: left out. Arabic words count, as one search reads both languages.
OTHER_WORDS = {
    "شکست": "defeat, failure",
    "بسته": "package, closed",
    "برد": "range of a weapon, win; Arabic cold",
    "برده": "slave",
    "نبرد": "battle",
    "نزد": "with, near",
    "دید": "view",
    "دیده": "eye",
    "ساخت": "construction, made in",
    "خواسته": "demand",
    "گفته": "according to (به گفته)",
    "خرید": "purchase",
    "سوخت": "fuel",
    "گذشت": "passage of time",
    "گذشته": "last, past",
    "نشست": "meeting",
    "گشت": "patrol",
    "بازداشت": "detention",
    "برداشت": "harvest, understanding",
    "پرداخت": "payment",
    "شناخت": "knowledge",
    "یافته": "finding",
    "مرد": "man",
    "مرده": "dead; Arabic rebels",
    "سپرده": "deposit",
    "نهاد": "institution",
    "کند": "slow; that he do",
    "کنده": "trunk of a tree",
    "آمد": "Arabic duration",
    "آورد": "Arabic reported",
    "برخورد": "clash, treatment",
    "برآورد": "estimate",
    "درآمد": "income",
    "کاشت": "planting",
    "رست": "Arabic anchored",
    "کاست": "cassette",
    "بازیافت": "recycling",
}

# Forms of one verb that mostly are those of another. می‌کشد "kills" is also "draws" and "takes (an hour)".
OTHER_VERBS = {"کشتن": _words("می‌کشد می‌کشند بکشد بکشند نمی‌کشد نمی‌کشند نکشد نکشند")}
