"""The words by which a toll is read: who is harmed and how, in English, Arabic, Persian and Kurdish.

Stems of folded words, without those of DEEDS: Latin ones begin the word, Arabic and Persian ones stand in it, as
prefixes are attached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from functools import lru_cache
from typing import Literal

Kind = Literal["killed", "wounded", "missing", "held"]
KINDS: tuple[Kind, ...] = ("killed", "wounded", "missing", "held")

# of each question on a word: texts ask most for the same few. Of eight times as many a long run keeps 10 MB more, and
# saves no time
WORDS_KEPT = 1 << 11
PEOPLE = frozenset(("people", "persons", "others", "more", "least", "شخص", "اشخاص", "شخصا", "تن", "نفر", "نفرا", "كهس"))
DEAD = (
    "kill", "dead", "death", "dies", "died", "dying", "slain", "fatalit", "martyr",
    "قتل", "قتيل", "شهيد", "شهداء", "استشهاد", "وفاه", "وفيات", "كشته", "جانباخت", "فوتي", "باخت",
    "كوژر", "شههيد",
)  # fmt: skip
HARMED = (
    *DEAD,
    "wound", "injur", "hurt", "casualt", "toll", "missing", "arrest", "detain", "victim",
    "جريح", "جرحي", "اصاب", "مصاب", "ضحايا", "ضحيه", "حصيله", "زخمي", "مجروح", "قرباني", "مصدوم", "تلفات",
    "بريندار",
)  # fmt: skip
COUNTED = ("toll", "number", "casualt", "fatalit", "deaths", "حصيله", "عدد", "شمار", "تعداد", "امار", "ضحايا", "تلفات")
RISES = (
    "rise", "rising", "rose", "climb", "increas", "grow", "grew", "jump", "reach", "updat", "surpass", "exceed",
    "ارتفاع", "ارتفع", "رتفع", "بلغ", "تجاوز", "افزايش", "رسيد", "رسيده",
)  # fmt: skip
DEEDS = (
    "attack", "strike", "struck", "hit", "blast", "explo", "bomb", "raid", "shell", "airstrike", "assault", "ambush",
    "هجوم", "ضربه", "قصف", "انفجار", "تفجير", "غاره", "استهداف", "حمله", "كمين", "هيرش", "تهقينهوه", "بوردومان",
)  # fmt: skip


def stems(*given: str) -> Callable[[str], bool]:
    """Return a function that says whether a folded word has one of these stems, each where its script has it."""
    latin = tuple(each for each in given if each.isascii())
    others = tuple(each for each in given if not each.isascii())

    @lru_cache(WORDS_KEPT)
    def has_stem(word: str) -> bool:
        return word.startswith(latin) or (not word.isascii() and any(each in word for each in others))

    return has_stem


is_dead, is_harm, is_counted, is_rise, is_deed = (stems(*each) for each in (DEAD, HARMED, COUNTED, RISES, DEEDS))
is_of_toll = stems(*HARMED, *COUNTED, *RISES)


# -- how people are harmed, for `casualties`: these also say on which side of the word its number stands ----------

# a number stands behind these: kills 4, مقتل ثلاثة. Latin words are whole, others are stems
BEHIND: dict[Kind, tuple[str, ...]] = {
    "killed": (
        "kill", "kills", "killing", "slay", "slays", "death", "مقتل", "استشهاد", "استشهد", "مصرع", "وفاه", "اغتيال",
        "يقتل", "تقتل", "قتلت", "بقتل", "شهادت", "كوشتني", "كوژراني",
    ),
    "wounded": ("wound", "wounds", "wounding", "injure", "injures", "injuring", "hurts", "hurting", "اصابه", "اصيب"),
    "held": (
        "arrest", "arrests", "arresting", "detain", "detains", "detaining", "detention", "nab", "nabs", "abduct",
        "abducts", "abducting", "kidnap", "kidnaps", "kidnapping", "اعتقال", "اعتقل", "القبض", "احتجاز", "توقيف",
        "اختطاف", "دستگيري",
    ),
    "missing": ("فقدان",),
}  # fmt: skip
# before these: 4 dead, ثلاثة قتلى
BEFORE: dict[Kind, tuple[str, ...]] = {
    "killed": (
        "dead", "die", "dies", "died", "dying", "slain", "fatalities", "martyrs", "martyred", "lives", "قتلي", "قتيل",
        "شهيد", "شهداء", "وفيات", "قتلوا", "استشهدوا", "كوژرا", "كوژران", "كوژراو", "كوژراون",
        "كوژراوه", "شههيد", "گيانيان", "گياني",
    ),
    "wounded": ("injuries", "جريح", "جرحي", "مصاب", "اصيبوا", "بريندار"),
    "held": (
        "held", "hostages", "prisoners", "captives", "معتقل", "محتجز", "موقوف", "مختطف", "مخطوف", "رهائن", "اسير",
        "گروگان",
    ),
    "missing": ("missing", "مفقود"),
}  # fmt: skip
# on either side: 4 killed, killed 4; سه نفر بازداشت شدند, بازداشت سه نفر
EITHER: dict[Kind, tuple[str, ...]] = {
    "killed": ("killed", "deaths", "قتل", "كشته", "جانباخت", "باخت", "فوتي"),
    "wounded": ("wounded", "injured", "hurt", "زخمي", "مجروح", "مصدوم"),
    "held": (
        "arrested", "detained", "captured", "captures", "nabbed", "abducted", "kidnapped", "بازداشت", "دستگير",
        "دهستگير",
    ),
    "missing": ("ناپديد",),
}  # fmt: skip
# words that put no distance between a harm and the number behind it: "kills at least 4", "مقتل ما لا يقل عن 4"
FILLERS_BEHIND = frozenset(
    (
        "at", "least", "more", "than", "about", "some", "nearly", "almost", "over", "around", "up", "to", "another",
        "a", "the", "of", "an", "estimated", "other", "further", "all", "as", "many",
        "نحو", "حوالي", "ما", "لا", "يقل", "عن", "اكثر", "من", "علي", "زهاء", "قرابه", "حدود", "دستكم", "بيش", "از",
        "حداقل", "دست", "كم", "شدن",
    )
)  # fmt: skip
# or between a number and the harm behind it: "4 were reportedly killed"
FILLERS_BEFORE = frozenset(
    (
        "were", "was", "is", "are", "have", "been", "confirmed", "reported", "feared", "reportedly", "found",
        "believed", "being", "remain", "remains", "people", "others", "more", "other", "as", "of",
        "them", "now", "still", "به", "را",
    )
)  # fmt: skip
# who is counted, and may stand between a number and "killed". Latin words without a plural's -s
PERSONS = frozenset(
    (
        "soldier", "troop", "civilian", "people", "person", "fighter", "militant", "member", "child", "children",
        "student", "police", "officer", "guard", "worker", "journalist", "reporter", "resident", "villager",
        "commander", "leader", "official", "militia", "terrorist", "rebel", "peacekeeper", "paramedic", "medic",
        "doctor", "sailor", "crew", "seafarer", "pilot", "personnel", "contractor", "protester", "demonstrator",
        "pilgrim", "passenger", "suspect", "reservist", "boy", "girl", "family", "kid", "teen", "teenager", "other",
        "employee", "aide", "prisoner", "hostage", "lawmaker", "general", "colonel", "captain", "marine", "engineer",
        "driver", "farmer", "shepherd", "palestinian", "iraqi", "iranian", "israeli", "american", "lebanese", "syrian",
        "yemeni", "kurd", "turk", "saudi", "kuwaiti", "jordanian", "indian", "pakistani", "afghan", "russian",
        "ukrainian", "chinese", "filipino", "egyptian", "briton", "peshmerga", "national", "foreigner", "attacker",
        "bomber", "assailant", "spy", "spies", "victim", "migrant", "worshipper", "lawyer", "activist", "operative",
        "scientist", "mourner", "libyan", "sudanese", "pupil", "staff", "expat", "tourist",
        "refugee", "teacher", "nurse", "miner", "fan", "reveller", "dead", "wounded", "body", "bodies",
    )
)  # fmt: skip
PERSON_STEMS = (
    "جندي", "جنود", "مدني", "شخص", "اشخاص", "عنصر", "عناصر", "مقاتل", "ضابط", "ضباط", "منتسب", "مواطن", "عسكري", "طفل",
    "اطفال", "امراه", "نساء", "شاب", "شبان", "رجل", "رجال", "مسلح", "ارهابي", "متهم", "قيادي", "قاده", "عامل", "عمال",
    "زائر", "زوار", "صحفي", "صحافي", "شرطي", "بيشمرگه", "بيشمركه", "مسؤول", "مسوول", "فلسطيني", "عراقي", "ايراني",
    "اميركي", "امريكي", "اسرائيلي", "لبناني", "سوري", "طلاب", "بحار", "افراد", "اخر", "متظاهر", "موظف", "مهندس",
    "مستشار", "حارس", "حراس", "سائق", "فتاه", "لاجئ", "مطلوب", "مشتبه", "نفر", "سرباز", "نيرو", "نظامي", "اعضا",
    "عضو", "مامور", "پليس", "كودك", "شهروند", "فرمانده", "مرزبان", "پاسدار", "رزمنده", "كارگر", "خبرنگار", "مظنون",
    "تروريست", "تن", "زن", "مرد", "سهرباز", "چهكدار", "كهس", "پيشمهرگه", "هاوولاتي", "هاولاتي", "مندال", "ئهفسهر",
    "ئهندام", "فهرمانده", "كريكار", "روژنامهنووس", "پوليس",
)  # fmt: skip
# one of them where no number stands: "US soldier killed", مقتل جندي; with -ين or -ان behind it, two
ONE = frozenset(
    (
        "soldier", "civilian", "fighter", "militant", "man", "woman", "child", "student", "policeman", "officer",
        "worker", "journalist", "commander", "leader", "official", "gunman", "militiaman", "peacekeeper", "paramedic",
        "medic", "sailor", "fisherman", "pilot", "serviceman", "servicewoman", "member", "airman", "trooper",
        "contractor", "protester", "boy", "girl", "general",
        "colonel", "lieutenant", "marine", "engineer", "farmer", "shepherd", "scientist", "lawmaker", "guard", "person",
        "جندي", "شخص", "عنصر", "ضابط", "منتسب", "مواطن", "عسكري", "طفل", "امراه", "شاب", "رجل", "قيادي", "عامل", "زائر",
        "صحفي", "صحافي", "شرطي", "مدني", "مقاتل", "مسؤول", "مسوول", "طالب", "بحار", "فتاه", "مستشار", "حارس", "قائد",
        "سرباز", "كودك", "شهروند", "فرمانده", "مرزبان", "پاسدار", "كارگر", "خبرنگار",
        "سهربازيك", "سهربازيكي", "كهسيك", "چهكداريك", "پيشمهرگهيهك", "ئهفسهريك", "فهرماندهيهك", "فهرماندهيهكي",
        "هاوولاتييهك", "منداليك", "كريكاريك",
    )
)  # fmt: skip
# of these the plural is spelt as the dual is: مدنيين are two civilians or more
SOUND = frozenset(
    (
        "مدني", "مقاتل", "مسلح", "قيادي", "عسكري", "منتسب", "مواطن", "صحفي", "صحافي", "شرطي", "مسؤول", "مسوول",
        "مستشار",
    )
)  # fmt: skip
HARMED_ONE: dict[str, Kind] = {"قتيل": "killed", "شهيد": "killed", "جريح": "wounded"}  # قتيلان: two are killed
# what is counted behind a word of harm and is nobody: "killed 3 years after", إصابة 3 سفن
THINGS = frozenset(
    (
        "year", "day", "hour", "week", "month", "minute", "time", "km", "kilometre", "kilometer", "mile", "metre",
        "meter", "percent", "ship", "vessel", "tanker", "boat", "drone", "missile", "rocket", "vehicle", "car", "truck",
        "house", "home", "building", "base", "jet", "plane", "aircraft", "site", "strike", "attack", "am", "pm", "city",
        "cities", "town", "village", "target", "tank", "helicopter", "warplane", "dollar", "barrel", "ton", "million",
        "billion", "degree", "per", "cent", "airstrike", "raid", "blast", "goal", "point", "day", "mm", "cm", "calibre",
        "caliber", "ft", "feet", "foot", "knot", "mph", "kph", "kmh", "round", "hr", "gmt", "oclock", "nm", "kg",
    )
)  # fmt: skip
THING_STEMS = (
    "سفين", "سفن", "ناقل", "طائر", "صاروخ", "صواريخ", "مسير", "منزل", "منازل", "مركب", "عجل", "سيار", "مبني", "مبان",
    "مواقع", "قاعد", "قواعد", "يوم", "ايام", "ساع", "شهر", "سنه", "سنوات", "اعوام", "عاما", "اشهر", "دباب", "مليون",
    "مليار", "سال", "روز", "ماه", "كشتي", "پهپاد", "موشك", "خانه", "خودرو", "پايگاه", "هواپيما", "فروند", "درصد",
    "دستگاه", "دينار", "دولار", "ملم", "مليمتر", "ميليمتر", "كيلومتر", "كلم", "متر", "امتار", "كيلوغرام", "دقيق",
    "درجه", "بالمي", "بالماي", "ريال", "تومان", "يورو",
)  # fmt: skip
AND = frozenset(("and", "و", "or", "او"))
# before a toll that is paid: "Hormuz toll rises to 3"
TOLL_PAYERS = frozenset(("hormuz", "strait", "transit", "shipping", "road", "bridge", "canal", "passage", "motorway"))
RELATIVES = frozenset(("that", "which", "who", "الذي", "التي", "الذين"))  # "the strike that killed 4": told before
# of another time: "killed 200 last year". Runs of words behind the number or before it
PAST = (
    ("last", "year"), ("last", "month"), ("last", "week"), ("this", "year"), ("this", "month"), ("ago",), ("since",),
    ("so", "far"), ("previously",), ("over", "the", "past"), ("in", "the", "past"), ("anniversary",), ("in", "months"),
    ("العام", "الماضي"), ("الشهر", "الماضي"), ("الاسبوع", "الماضي"), ("منذ",), ("قبل", "عام"), ("قبل", "اعوام"),
    ("قبل", "سنوات"), ("قبل", "اشهر"), ("ذكري",), ("سال", "گذشته"), ("ماه", "گذشته"), ("هفته", "گذشته"),
    ("سالگرد",), ("از", "زمان"), ("از", "ابتداي"), ("سالي", "رابردوو"), ("لهمهوبهر",), ("سالروژي",),
)  # fmt: skip
BACK_TO = frozenset(("after", "following", "despite", "بعد", "عقب", "اثر", "پس"))  # what is older than the deed
# many; how many is not said, but not fewer than so many
VAGUE = {
    "dozens": 24, "scores": 40, "hundreds": 200, "thousands": 2000, "several": 3,
    "عشرات": 20, "العشرات": 20, "مئات": 200, "المئات": 200, "الاف": 2000,
}  # fmt: skip

Side = Literal["before", "either", "behind"]
_SIDES: tuple[tuple[Mapping[Kind, Sequence[str]], Side], ...] = (
    (BEFORE, "before"),
    (EITHER, "either"),
    (BEHIND, "behind"),
)
_WHOLE = {word: (kind, side) for table, side in reversed(_SIDES) for kind, found in table.items() for word in found}
# short Arabic words are parts of many others
_STEMS = {word: found for word, found in _WHOLE.items() if not word.isascii() and len(word) > 3}
_ATTACHED = re.compile(r"(?:[وف]?(?:ال|لل|بال|[بلك])?)(?=...)")  # Arabic particles and the article before a word


@lru_cache(WORDS_KEPT)
def kind_of(word: str) -> tuple[Kind, Side] | None:
    """Return what a folded word says became of people, and on which side of it their number stands."""
    if word.isascii() or word in _WHOLE:
        return _WHOLE.get(word)
    stem = bare(word)
    return next((found for each, found in _STEMS.items() if stem.startswith(each)), None)


@lru_cache(WORDS_KEPT)
def bare(word: str) -> str:
    """Return an Arabic or Persian word without what is attached before it; others as they are."""
    if word.isascii():
        return word
    match = _ATTACHED.match(word)
    return word[match.end() :] if match else word


@lru_cache(WORDS_KEPT)
def is_person(word: str) -> bool:
    """Return whether a folded word names people who can be counted."""
    return word.endswith(("men", "women")) or _is_one_of(word, PERSONS, PERSON_STEMS)


@lru_cache(WORDS_KEPT)
def is_thing(word: str) -> bool:
    """Return whether a folded word names things or times that can be counted."""
    return _is_one_of(word, THINGS, THING_STEMS)


def _is_one_of(word: str, latin: Container[str], stems: Sequence[str]) -> bool:
    if word.isascii():
        return word in latin or word.removesuffix("s") in latin
    stem = bare(word)
    return any(
        each in {stem, word} or (len(each) > 2 and (stem.startswith(each) or word.startswith(each))) for each in stems
    )
