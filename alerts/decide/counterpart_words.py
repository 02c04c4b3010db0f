"""What two headlines call what was hit, held or agreed on, and which part of a place: what cannot be one. Pure.

Names and deeds are the desk's; these are everyday words that tell two events of one day from each other: a car and a
flat, a tanker and a cargo ship, spies and smugglers, the south and the west. Each kind stands in English, Arabic,
Persian and Kurdish; a headline that names none of a group says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from crawler.text.folding import fold

# Kinds of one group; where each of two headlines names kinds of a group and none is the same, they tell of two things.
# What may be said of one thing in two ways stands in one kind, and a word for any of them ("ship", "site") in none.
_GROUPS: Mapping[str, Mapping[str, str]] = {
    "ship": {
        "tanker": "tanker tankers ناقلة ناقلات ناقلتي ناقلتين نفتکش نفتکشی نەوتهەڵگر نەوتهەڵگرێک نەوتهەڵگرێکی",
        "cargo ship": "cargo freighter container bulk شحن حاويات بضائع باری کانتینری کانتینربر فله‌بر بارهەڵگر",
        "boat": "boat boats speedboat speedboats dhow زورق زوارق قارب قوارب قایق بەلەم بەلەمی",
    },
    "target": {
        "vehicle": (
            "car vehicle vehicles truck trucks motorcycle convoy سيارة سيارات مركبة مركبات عجلة شاحنة شاحنات دراجة رتل"
            " خودرو خودروی خودروها خودرویی کامیون موتورسیکلت کاروان ئۆتۆمبێل ئۆتۆمبێلێک ئۆتۆمبێلێکی ئوتومبێل"
        ),
        "home": (
            "apartment apartments houses homes residential شقة شقق منزل منازل سكني سكنية"
            " آپارتمان آپارتمانی مسکونی منازل خانوو خانوویەک شوقە شوقەیەک"
        ),
        "hotel": "hotel hotels فندق فنادق هتل هتلی هوتێل هۆتێل",
        "hospital": "hospital hospitals clinic مستشفى مستشفيات بیمارستان بیمارستانی نەخۆشخانە نەخۆشخانەی",
        "school": "school schools مدرسة مدارس مدرسه قوتابخانە قوتابخانەی",
        "port": "port ports harbour harbor ميناء موانئ بندر بنادر بەندەر بەندەری",
        "airport": "airport airports airbase مطار مطارات فرودگاه فرودگاهی فڕۆکەخانە فڕۆکەخانەی",
        "power": "electricity power كهرباء كهربائية الطاقة نیروگاه برق کارەبا",
        "oil": "refinery refineries oilfield pipeline مصفى مصفاة مصافي أنبوب پالایشگاه پالایشگاهی پاڵاوگە پاڵاوگەی",
        "radar": "radar radars رادار رادارات راداری ڕادار",
        "launcher": "launcher launchers launchpad منصات منصة راجمات سکوی سکوهای پرتابگر سەکۆی",
        "headquarters": "headquarters مقر مقرات مقار مقرا ستاد مقرهای بارەگا بارەگای",
        "bridge": "bridge bridges جسر جسور پل پلی پرد پردی",
        "checkpoint": "checkpoint checkpoints patrol نقطة حاجز دورية دوريات ایست گشتی پاسگاه خاڵی دەوریە",
        "market": "market restaurant cafe سوق مطعم مقهى بازار رستوران چێشتخانە",
    },
    "held": {
        "jihadist": "terrorist terrorists isis jihadist إرهابي إرهابيين إرهابيا الإرهابيين داعش تروریست داعشی تیرۆریست",
        "smuggler": (
            "smuggler smugglers trafficker traffickers drug drugs smuggling مخدرات مهرب مهربين تهريب قاچاق قاچاقچی"
            " قاچاقچیان هۆشبەر"
        ),
        "spy": "spy spies spying espionage جاسوس جواسيس تجسس التجسس بالتجسس جاسوسی جاسوسان سیخوڕ سیخوڕی",
        "protester": (
            "protester protesters demonstrator demonstrators activist activists متظاهر متظاهرين متظاهرا محتجين ناشط"
            " ناشطين معترضان معترضین تظاهرکنندگان خۆپیشاندەر خۆپیشاندەران"
        ),
        "journalist": "journalist journalists reporter صحفي صحفيين صحافي صحفية خبرنگار خبرنگاران ڕۆژنامەنووس",
    },
    "business": {
        "bank": "bank banks مصرف مصارف بنك بنوك بانک بانکی بانکێک",
        "airline": "airline airlines airways طيران الطيران هواپیمایی ایرلاین",
        "gas": "gas غاز گاز غازی",
        "security": "security أمنية أمني امنیتی ئەمنی",
    },
    "terms": {
        "ceasefire": "ceasefire truce هدنة آتش‌بس ئاگربەست ئاگربڕ",
        "blockade": "blockade حصار محاصره گەمارۆ",
    },
}
_SIDES: Mapping[str, str] = {
    "north": "north northern شمال شمالي الشمال الشمالي الشمالية شمالی باکوور باکووری",
    "south": "south southern جنوب جنوبي الجنوب الجنوبي الجنوبية جنوبی باشوور باشووری",
    "east": "east eastern شرق شرقي الشرق الشرقي الشرقية شرقی رۆژهەڵات رۆژهەڵاتی ڕۆژهەڵاتی",
    "west": "west western غرب غربي الغرب الغربي الغربية غربی رۆژئاوا رۆژئاوای ڕۆژئاوای",
}
# names in which such a word says nothing of the kind
_NAMES = (
    *("middle east", "west bank", "west asia", "north korea", "south korea", "south africa", "north africa"),
    *("car bomb", "car bombing"),
    *map(fold, ("الشرق الأوسط", "شرق الأوسط", "كوريا الشمالية", "كوريا الجنوبية", "شمال أفريقيا", "سيارة مفخخة")),
    *map(fold, ("بسيارة مفخخة", "بندر عباس", "کره شمالی", "کره جنوبی", "خودروی بمب‌گذاری")),
)
_HEADLINES = 4_096
_JOINED = ("\u0648", "\u0628", "\u0644")  # "and", "in" and "for", joined to the Arabic word behind them
_ARTICLE = "ال"


def _by_word(kinds: Mapping[str, str]) -> dict[str, str]:
    return {fold(word).strip(): kind for kind, words in kinds.items() for word in words.split()}


_KINDS = {group: _by_word(kinds) for group, kinds in _GROUPS.items()}
_SIDE = _by_word(_SIDES)


def other_things(one: str, other: str) -> str:
    """Return in words what two headlines name that cannot be one thing, "" where they name none such."""
    ours, theirs = things_named(one), things_named(other)
    for group in ours.keys() & theirs.keys():
        if not ours[group] & theirs[group]:
            return f"{min(ours[group])} and {min(theirs[group])}"
    return ""


def other_sides(one: str, other: str) -> str:
    """Return the parts of a place that two headlines name where each names one, and they are two; else ""."""
    ours, theirs = _sides_named(one), _sides_named(other)
    if len(ours) == len(theirs) == 1 and ours != theirs:
        return f"{min(ours)} and {min(theirs)}"
    return ""


@lru_cache(_HEADLINES)
def things_named(title: str) -> Mapping[str, frozenset[str]]:
    """Return the kinds of things that a headline names, by group."""
    words = _words(title)
    found = {group: frozenset(kinds[each] for each in words if each in kinds) for group, kinds in _KINDS.items()}
    return {group: kinds for group, kinds in found.items() if kinds}


@lru_cache(_HEADLINES)
def _sides_named(title: str) -> frozenset[str]:
    return frozenset(_SIDE[each] for each in _words(title) if each in _SIDE)


def _words(title: str) -> set[str]:
    """Return the words of a headline, each also without what Arabic joins to it, and each two that stand together."""
    text = f" {' '.join(fold(title).split())} "
    for name in _NAMES:
        text = text.replace(f" {name.strip()} ", " ")
    words = text.split()
    bare = {word[1:] if word.startswith(_JOINED) else word for word in words} | {*words}
    return bare | {word.removeprefix(_ARTICLE) for word in bare} | {" ".join(two) for two in pairwise(words)}
