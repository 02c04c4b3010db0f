"""Name the towns and the everyday things that a headline tells of and no list of the desk holds: Doha, a tanker. Pure.

A list reads Tehran as Iran, whose capital it is; which town was hit parts and joins reports all the same. Things are
what a deed was done to or is about, by words of four languages: a prime minister, a tanker, wages, a store of arms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from crawler.text.folding import fold

_HEADLINES = 4_096
ATTEMPT, SHIP, BORDER = "attempt on a life", "ship", "border"
# of towns that stand for those who govern there, each needs a word that says where
_CAPITALS: Mapping[str, str] = {
    "tehran": "tehran طهران تهران تاران",
    "tel-aviv": "tel_aviv تل_أبيب تل‌آویو تل_آویو تەل_ئەبیب",
    "doha": "doha الدوحة دوحه دۆحە",
    "abu-dhabi": "abu_dhabi أبوظبي أبو_ظبي ابوظبی ئەبوزەبی",
    "manama": "manama المنامة منامه مەنامە",
    "riyadh": "riyadh الرياض ریاض ڕیاز",
    "muscat": "muscat مسقط مەسقەت",
    "amman": "amman عەممان",
    "beirut": "beirut بيروت بیروت بەیرووت بەیروت",
    "damascus": "damascus دمشق دیمەشق",
    "jerusalem": "jerusalem القدس قدس اورشلیم",
    "kuwait-city": "kuwait_city",
    "baghdad": "iraqi_capital العاصمة_العراقية پایتخت_عراق",
}
_TOWNS: Mapping[str, str] = {
    "dubai": "dubai دبي دبی دوبەی",
    "fujairah": "fujairah fujeirah الفجيرة فجیره فوجەیرە فوجێرە",
}
_MORE = {  # what people call a capital where they name the state
    "tehran": "iranian_capital العاصمة_الإيرانية پایتخت_ایران",
    "doha": "qatari_capital العاصمة_القطرية",
    "damascus": "syrian_capital العاصمة_السورية",
    "beirut": "lebanese_capital العاصمة_اللبنانية",
    "abu-dhabi": "emirati_capital",
    "manama": "bahraini_capital",
    "riyadh": "saudi_capital",
}
_WHERE = frozenset(
    fold(
        "in into over near at outside around across above inside of hit hits rock rocks rocked strike strikes struck"
        " shake shakes pound pounds bomb bombs target targets central north south east west northern southern eastern"
        " western southwestern southeastern northwestern northeastern northeast northwest southeast southwest downtown"
        " greater on toward towards"
        " في سماء فوق قرب وسط شرق شرقي غرب غربي شمال شمالي جنوب جنوبي محيط ضواحي ضاحية بمحيط بضواحي تهز هز يهز على"
        " داخل مطار ميناء أحياء حي باتجاه نحو قلب أجواء قصف تقصف"
        " در شرق غرب شمال جنوب مرکز نزدیکی حوالی آسمان فراز بازار اطراف به"
        " لە ناوەندی ڕۆژهەڵاتی ڕۆژئاوای باکووری باشووری نزیک سەر ئاسمانی"
    ).split()
)
_BEHIND = frozenset(["airport", "bazaar", "port", "district", "suburb", "suburbs", "residents", "skies", "sky"])
_S = frozenset({"s"})  # "Tehran's District 18", folded
_REACH, _REACH_FAR = 1, 4  # words before a capital; where a noun has what it belongs to behind it
_FRIEND = re.compile(
    r"\bpro-\w|\w-(?:backed|aligned|linked|allied|bound|affiliated|friendly|sponsored)\b"
    r"|(?:مدعوم|موالي|مقرب|مرتبط|متحالف)\S* (?:من|ل|ب|مع)|وابسته به|نزدیک به|مورد حمایت|حامی|نزیک لە|سەر بە",
    re.IGNORECASE,
)

_THINGS: Mapping[str, str] = {
    "head of government": (
        "prime_minister premier prime_ministers pm رئيس_الوزراء رئيس_الحكومة نخست‌وزیر نخست_وزیر سەرۆکوەزیران"
        " سەرۆک_وەزیران"
    ),
    "minister": (
        "deputy_minister defence_minister defense_minister deputy_defence_minister defense_official"
        " نائب_وزير وزير_الدفاع وزير_الداخلية معاون_وزیر وزیر_دفاع وزیری_بەرگری"
    ),
    "commander": (
        "commander commanders figure leader قيادي القيادي قائد قياديا فرمانده فرماندهان سرکرده فەرماندە فەرماندەیەکی"
    ),
    "judge": "judge judges قاض قاضي قاضیا القاضي قاضی دادوەر",
    "scholar": ("researcher academic scholar analyst باحث باحثة الباحثة الباحث أكاديمي أكاديمية پژوهشگر استاد توێژەر"),
    "journalist": "journalist reporter صحفي صحفية صحافي صحافية الصحفية خبرنگار ڕۆژنامەنووس",
    SHIP: (
        "tanker tankers vessel vessels ship ships suezmax freighter carrier ناقلة ناقلات سفينة السفينة سفن"
        " نفتکش کشتی شناور کەشتی نەوتهەڵگر"
    ),
    "helicopter": "helicopter chopper black_hawk مروحية المروحية هليكوبتر بالگرد هلیکوپتر هەلیکۆپتەر هێلیکۆپتەر",
    "aircraft": "jet plane aircraft طائرة_حربية مقاتلة جنگنده هواپیما فڕۆکە",
    "store of arms": (
        "ammunition munitions munition ammo arms_depot weapons_depot arms_dump weapons_cache ammunition_store"
        " عتاد العتاد ذخيرة ذخائر أكداس كدس مهمات انبار_مهمات زاغه تەقەمەنی جبەخانە"
    ),
    "pay": ("salaries salary wages wage unpaid pay paid رواتب راتب رواتبهم الرواتب حقوق دستمزد مووچە مووچەی"),
    "law": "bill law legislation draft_law قانون القانون لایحه یاسا یاسای",
    "arms": (
        "disarm disarmament disarms heavy_weapons missiles_over weapons arms سلاح السلاح سلاحه سلاحها سلاح‌ها تسلیح"
        " چەک چەکەکان"
    ),
    "staff": (
        "staff diplomats personnel families employees workers موظفين الموظفين موظفيها دبلوماسيين دبلوماسييها کارکنان"
        " دیپلمات‌ها کارمەندان"
    ),
    "troops": "soldiers troops soldier reinforcements جنود جندي جنديين قوات تعزيزات نیرو نیروی نیروهای سرباز سەرباز",
    BORDER: "border frontier الحدود حدود الحدودي حدودية مرز مرزی سنوور سنووری",
    "radar": "radar radars رادار الرادار رادارات رادار راداری ڕادار",
    "convoy": "convoy motorcade رتل موكب قافلة کاروان کاروانی",
    "terminal": "terminal petroleum storage_tanks oil_zone berths خزانات النفطية ترمینال مخازن_نفت",
    "factory": "factory plant industrial مصنع معمل کارخانه صنعتی کارگە",
    "talks": "talks negotiations meeting round مفاوضات محادثات جولة مذاکرات گفت‌وگوها دانوستان گفتوگۆ",
    "flights": "flights airport planes airspace الملاحة الرحلات مطار المطار فرودگاه پروازها پرواز فڕۆکەخانە",
    "shots": "gunmen shots shot gunfire مسلحون مسلحين تیراندازی افراد_مسلح چەکدار",
    ATTEMPT: (
        "assassination_attempt assassination_bid survives escapes unharmed محاولة_اغتيال نجاة سوءقصد سوء_قصد"
        " هەوڵی_تیرۆر"
    ),
    "court": "court sentence sentenced verdict محكمة المحكمة حكم دادگاه حکم دادگا",
    "handover": "hand_over hands_over handing_over handover تسليم تسلم يتسلم يسلم تحویل",
    "evacuation": "evacuate evacuation flee leave إخلاء بالإخلاء تخلیه چۆڵکردن",
}
_JOINED = re.compile("^(?:و?(?:ال|بال|لل)|[وبلك])")


def _table(kinds: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Return the words of each kind, as a headline is read: several words in a row are joined by a low line."""
    return {
        tuple(fold(words.replace("_", " ")).split()): kind for kind, all_ in kinds.items() for words in all_.split()
    }


_PLACES = {**_table(_CAPITALS), **_table(_TOWNS)}
_CALLED = {tuple(fold(words.replace("_", " ")).split()): town for town, all_ in _MORE.items() for words in all_.split()}
_NAMED = _table(_THINGS)
_LONGEST = max(map(len, (*_PLACES, *_CALLED, *_NAMED)))

VICTIMS = frozenset({"head of government", "minister", "commander", "judge", "scholar", "journalist"})
# of whom a headline is told that reads no deed; some of them no list of the desk names
_NATIONS: Mapping[str, str] = {
    "us": "us american washington pentagon state_department أميركا أمريكا أميركي أمريكي الأميركية الأمريكية واشنطن"
    " البنتاغون آمریکا واشنگتن ئەمریکا ئەمەریکا",
    "uk": "uk britain british london بريطانيا بريطاني البريطانية لندن بریتانیا انگلیس بەریتانیا",
    "germany": "germany german berlin ألمانيا ألماني الألمانية آلمان ئەڵمانیا",
    "france": "france french paris فرنسا فرنسي الفرنسية فرانسه فەڕەنسا",
    "italy": "italy italian rome إيطاليا إيطالي الإيطالية ایتالیا ئیتالیا",
    "canada": "canada canadian ottawa كندا كندي الكندية كندية کانادا کەنەدا",
    "australia": "australia australian canberra أستراليا أسترالي الأسترالية استرالیا",
    "spain": "spain spanish madrid إسبانيا إسباني الإسبانية اسپانیا",
    "netherlands": "netherlands dutch هولندا هولندي الهولندية هلند",
    "poland": "poland polish بولندا بولندي لهستان",
    "japan": "japan japanese tokyo اليابان ياباني اليابانية ژاپن",
    "india": "india indian delhi الهند هندي الهندية هند",
    "pakistan": "pakistan pakistani islamabad باكستان باكستاني الباكستانية پاکستان",
    "china": "china chinese beijing الصين صيني الصينية چین",
    "russia": "russia russian moscow روسيا روسي الروسية موسكو روسیه ڕووسیا",
    "turkey": "turkey turkish ankara تركيا تركي التركية أنقرة ترکیه تورکیا",
    "kuwait": "kuwait kuwaiti الكويت كويتي الكويتية کویت کوەیت",
    "bahrain": "bahrain bahraini البحرين بحريني البحرينية بحرین بەحرەین",
    "qatar": "qatar qatari doha قطر قطري القطرية الدوحة قەتەر دوحه",
    "uae": "uae emirates emirati الإمارات إماراتي الإماراتية امارات",
    "saudi": "saudi السعودية سعودي عربستان سعوودیە",
    "jordan": "jordan jordanian amman الأردن أردني الأردنية اردن ئوردن",
    "egypt": "egypt egyptian cairo مصر مصري المصرية القاهرة",
    "oman": "oman omani muscat عمان عماني العمانية مسقط",
    "lebanon": "lebanon lebanese beirut لبنان لبناني اللبنانية بيروت لوبنان",
}
_NATION = _table(_NATIONS)
TOWNS = frozenset({*_CAPITALS, *_TOWNS})


@lru_cache(_HEADLINES)
def towns_in(title: str) -> frozenset[str]:
    """Return the towns that a headline says something was done in, which lists read as a state."""
    words = fold(title).split()
    found = set[str]()
    for at in range(len(words)):
        for size in range(_LONGEST, 0, -1):
            phrase = tuple(words[at : at + size])
            if phrase in _CALLED:
                found.add(_CALLED[phrase])
            town = _PLACES.get(phrase) or _PLACES.get((_JOINED.sub("", phrase[0]), *phrase[1:]) if phrase else phrase)
            if town and (town in _TOWNS or town == "baghdad" or _is_where(words, at, at + len(phrase))):
                found.add(town)
    return frozenset(found)


def _is_where(words: list[str], begin: int, end: int) -> bool:
    behind = words[end : end + 1]
    return not _WHERE.isdisjoint(
        words[max(0, begin - (_REACH if words[begin].isascii() else _REACH_FAR)) : begin]
    ) or bool(behind and behind[0] in _BEHIND | _S)


@lru_cache(_HEADLINES)
def nations_in(title: str) -> frozenset[str]:
    """Return the nations that a headline names, by the ids that lists of the desk have for those they know."""
    words = fold(title).split()
    found = (
        _NATION.get(tuple(words[at : at + size]))
        or _NATION.get((_JOINED.sub("", words[at]), *words[at + 1 : at + size]))
        for at in range(len(words))
        for size in (1, 2)
    )
    return frozenset(filter(None, found))


@lru_cache(_HEADLINES)
def names_friend(title: str) -> bool:
    """Return whether a headline says of somebody only whose friend it is: "Iran-backed"."""
    return bool(_FRIEND.search(title))


@lru_cache(_HEADLINES)
def things_in(title: str) -> frozenset[str]:
    """Return the kinds of everyday things that a headline names."""
    words = fold(title).split()
    found = set[str]()
    for at in range(len(words)):
        for size in range(1, _LONGEST + 1):
            phrase = tuple(words[at : at + size])
            kind = _NAMED.get(phrase) or _NAMED.get((_JOINED.sub("", phrase[0]), *phrase[1:]))
            if kind:
                found.add(kind)
    return frozenset(found)
