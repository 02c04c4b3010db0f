"""Name the kinds of site that a headline's attack hit: an airport, a refinery, an embassy, a base. Pure.

No list names most of them, and a city, a state and a deed are the same for two attacks on two sites of a city.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from alerts.decide.event_acts import CLAIM, alike, attacks_of, is_within
from alerts.decide.event_facts import done
from alerts.decide.once import once
from alerts.event import Report
from alerts.rule import EventSettings
from crawler.text.folding import fold

_NAMES = {
    "base": (
        "base bases airbase barracks camp camps outpost compound headquarters hq قاعدة قواعد معسكر ثكنة مقر مقار پایگاه"
        " اردوگاه پادگان قرارگاه بنکەی بنکە سەربازگەی سەربازگە بارەگای بارەگا"
    ),
    "airport": "airport airports مطار مطارات فرودگاه فڕۆکەخانەی فڕۆکەخانە",
    "embassy": "embassy consulate سفارة قنصلية سفارت کنسولگری سەفارەتی باڵیۆزخانەی باڵیۆزخانە کونسوڵخانەی کونسوڵخانە",
    "oil or gas site": "oil gas نفط نفطي نفطية غاز نفت نفتی گاز نەوت نەوتی",
    "refinery": "refinery refineries مصفاة مصافي پالایشگاه پاڵاوگەی پاڵاوگە",
    "oil or gas field": "oilfield oilfields gasfield حقل حقول",
    "pipeline": "pipeline pipelines أنبوب لوله",
    "port": "port ports harbour harbor ميناء موانئ بندر بندری بەندەری بەندەر",
    "power plant": "electricity desalination كهرباء كهربائية برق نیروگاه کارەبا کارەبای",
    "hospital": "hospital hospitals clinic مستشفى مستشفيات بیمارستان نەخۆشخانەی نەخۆشخانە",
    "school": "school schools مدرسة مدارس مدرسه قوتابخانەی قوتابخانە",
    "university": "university universities جامعة دانشگاه زانکۆی زانکۆ",
    "tower": "tower towers skyscraper برج أبراج بورج تاوەری",
    "ministry": "ministry وزارة وزارت وزارتخانه وەزارەتی وەزارەت",
    "mission": "mission بعثة",
    "market": "market سوق بازار بازاڕی بازاڕ",
    "hotel": "hotel فندق هتل هوتێل هوتێلی",
    "checkpoint": "checkpoint حاجز ایست بازگەی بازگە",
    "bridge": "bridge bridges جسر جسور پل پردی پرد",
    "ship": "ship ships tanker tankers vessel vessels سفينة سفن ناقلة ناقلات کشتی نفتکش کەشتی کەشتییەک",
}
_KIND = {word: kind for kind, words in _NAMES.items() for word in fold(words).split()}
_JOINED = re.compile("^(?:و?(?:ال|بال|لل)|[وبل])")  # to an Arabic noun: "and the", "at the", "to the"
_A = re.compile("ي$")  # the Persian "a", joined to its noun
_OIL, _FIELD, _TOWER, _BASE, _EMBASSY = "oil or gas site", "oil or gas field", "tower", "base", "embassy"
_OF_OIL = frozenset({"refinery", _FIELD, "pipeline"})  # what a site of oil or gas may be
_FIELDS = frozenset(fold("field fields میدان کێڵگەی کێڵگە").split())  # of oil or gas only beside these words
_POWER = re.compile(" power (?:plants?|stations?|grid) ")
_MINISTRY, _MISSION = "ministry", "mission"  # the one is mostly who says so, the other what soldiers do
_AT = frozenset(
    fold(
        "on at near outside hit hits strike strikes struck target targets targeting attack attacks bomb bombs"
        " على تستهدف يستهدف استهدف استهدفت استهداف قصف تقصف يقصف مبنى مقر به ساختمان سەر"
    ).split()
)
_SAYS = frozenset({"says", "said", "say", "announces", "announced", "confirms", "reports", "statement"})
_AT_REACH = 3  # words before a ministry: "on the oil ministry"
_OURS = frozenset(
    fold(
        "us american washington coalition nato un unami"
        " أميركية أمريكية الأميركية الأمريكية التحالف للتحالف الأمم للأمم الناتو واشنطن"
        " آمریکا آمریکایی امریکا ائتلاف ملل ناتو ئەمریکا ئەمریکی ئەمەریکا هاوپەیمانان"
    ).split()
)
_OUR_SITES = frozenset({_BASE, _EMBASSY, _MISSION})
_OF = (["of"], ["housing"], ["hosting"])
_BETWEEN = frozenset(
    fold(
        "of the housing hosting air military army naval forces troops led"
        " عسكرية العسكرية جوية الجوية نظامی هوایی سەربازی"
    ).split()
)
_VICTIMS = {
    word: kind
    for kind, words in {
        "soldiers": (
            "soldier soldiers troops servicemember servicemembers servicemen marine marines جندي جنديان جنديين جنود"
            " عسكري عسكريين سرباز سربازان نظامی نظامیان سەرباز سەربازی"
        ),
        "contractors": "contractor contractors متعاقد متعاقدان متعاقدين متعاقدون پیمانکار پیمانکاران بەڵێندەر",
        "diplomats": "diplomat diplomats دبلوماسي دبلوماسيان دبلوماسيين دیپلمات دیپلماتهای دیپلۆمات",
        "journalists": "journalist journalists reporter reporters صحفي صحفيين صحفيان خبرنگار خبرنگاران ڕۆژنامەنووس",
    }.items()
    for word in fold(words).split()
}
_HURT = frozenset({"kill", "wound", "die"})
_OF_IT = frozenset({"wound", "die", "fall", CLAIM})  # deeds that name no site of their own beside an attack
_HEADLINES = 4_096


def other_sites(
    later: Report, known: Iterable[Report], elsewhere: Iterable[Report], settings: EventSettings
) -> list[str]:
    """Return in words the attack on a site of a kind that no report known of that attack names, if one names another.

    An embassy, a base or a mission of the US, the coalition or the UN is another also where they name no site. So are
    victims of another kind. A headline that tells more than an attack says nothing by its sites ("airport shut as base
    is hit"), and one that was told `elsewhere` of the same name is no other.
    """
    deeds, known, elsewhere = attacks_of(later.mention, settings), list(known), list(elsewhere)
    telling = [each for each in known if deeds & attacks_of(each.mention, settings)]
    for of in (sites_hit, victims_hit):
        kinds = of(later, settings)
        before = [found for each in telling if (found := of(each, settings))]
        ours = of is sites_hit and _is_ours_first(later, telling, known, settings)
        if not kinds or not (ours or (before and not any(_alike(kinds, each) for each in before))):
            continue
        others = [each for each in elsewhere if not ours or _our_sites(each.title)]
        if any(_alike(kinds, of(each, settings)) and _share_a_name(each, later, settings) for each in others):
            continue
        (deed, *_) = sorted(deeds)
        return [f"{done(deed)}: {', '.join(sorted(kinds))}"]
    return []


@once
def sites_hit(report: Report, settings: EventSettings) -> frozenset[str]:
    """Return the kinds of site that a headline names which tells an attack as news, and nothing else."""
    attacks = attacks_of(report.mention, settings)
    others = {alike(each, settings) for each in report.mention.acts if each.standing != "background"} - attacks
    return frozenset() if not attacks or report.mention.from_lead or others - _OF_IT else sites_in(report.title)


@once
def victims_hit(report: Report, settings: EventSettings) -> frozenset[str]:
    """Return the kinds of victim that a headline names which tells that somebody was killed or hurt."""
    hurt = attacks_of(report.mention, settings) & _HURT
    words = fold(report.title).split() if hurt and not report.mention.from_lead else ()
    return frozenset(_VICTIMS[bare] for word in words for bare in _bare(word) if bare in _VICTIMS)


def _is_ours_first(later: Report, telling: list[Report], known: list[Report], settings: EventSettings) -> bool:
    """Return whether a headline names an embassy, a base or a mission of ours that no report known names in any way.

    Who told that US forces were hit has told of their base.
    """
    ours = _our_sites(later.title)
    if not telling or not ours or any(ours & _our_sites(each.title) for each in known):
        return False
    if _EMBASSY in ours:  # one of which nobody says whose it is may be another
        return True
    if any(ours & sites_in(each.title) for each in known):
        return False
    struck = {name for each in telling for act in each.mention.acts for name in act.on} - {
        *later.mention.places,
        *(place for each in telling for place in each.mention.places),
    }
    return _MISSION in ours or not any(is_within(a, b, settings.wider) for a in struck for b in later.mention.names)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one & other) or any(_OIL in a and b & _OF_OIL for a, b in ((one, other), (other, one)))


def _bare(word: str) -> tuple[str, ...]:
    return word, _JOINED.sub("", word), _A.sub("", word)


@lru_cache(_HEADLINES)
def sites_in(title: str) -> frozenset[str]:
    """Return the kinds of site that a headline names."""
    found = {kind for _, kind in _placed(title)}
    words = fold(title)
    if _OIL in found:
        found |= {_FIELD} if any(not _FIELDS.isdisjoint(_bare(word)) for word in words.split()) else set()
        found -= {_OIL} if found & _OF_OIL else set()
    return frozenset(found | ({"power plant"} if _POWER.search(words) else set()))


def _placed(title: str) -> Iterator[tuple[int, str]]:
    """Yield each word of a title that names a kind of site, by its number, with the kind."""
    words = fold(title).split()
    for number, word in enumerate(words):
        kind = next((_KIND[bare] for bare in _bare(word) if bare in _KIND), "")
        if kind == _TOWER and words[number + 1 : number + 2] == ["22"]:
            kind = _BASE
        before = words[max(0, number - _AT_REACH) : number]
        is_hit = kind != _MINISTRY or not (_AT.isdisjoint(before) or _SAYS.intersection(words[number + 1 : number + 2]))
        if kind and is_hit and (kind != _MISSION or _is_ours(number, words)):
            yield number, kind


def _our_sites(title: str) -> frozenset[str]:
    words = fold(title).split()
    return frozenset(kind for number, kind in _placed(title) if kind in _OUR_SITES and _is_ours(number, words))


def _is_ours(number: int, words: list[str]) -> bool:
    """Return whether a word beside a site says that it is ours: "US air base", "base housing US troops"."""
    behind = words[number + 1 :]
    beside = behind if not words[number].isascii() or behind[:1] in _OF else words[:number][::-1]
    return next((word in _OURS for word in beside if word not in _BETWEEN), False)


def _share_a_name(one: Report, other: Report, settings: EventSettings) -> bool:
    return any(is_within(a, b, settings.wider) for a in one.mention.names for b in other.mention.names)
