"""Name the weapons of an attack as its headline does: "2 drones", "rockets or missiles". Pure.

Only what an attack was done with, and only where nothing speaks against that: no store or site of weapons, none of an
attack that came before, and one attack. In doubt nothing is said. In Arabic one word is rocket and missile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from alerts.decide.event_acts import alike, told
from alerts.event import HAPPENED, EventMention
from alerts.rule import EventSettings
from crawler.text.figures import digits, joined
from crawler.text.folding import fold

DRONE, MISSILE, ROCKET, EITHER, MORTAR = "drone", "missile", "rocket", "rocket or missile", "mortar"
_PLURALS = {EITHER: "rockets or missiles", MORTAR: "mortars"}
_NAMES = {
    DRONE: (
        "drone drones uav uavs مسیرة مسيرات مسيرتين مسيرتان بمسيرة بمسيرات بالمسيرات درون پهپاد پهپادها پهپادهای پهپادی"
        " درۆن درۆنی درۆنێک درۆنێکی درۆنەکان درۆنیی"
    ),
    MISSILE: "missile missiles موشک موشکی موشکها موشکهای موشکباران مووشەک مووشەکی مووشەکێک مووشەکێکی مووشەکباران",
    ROCKET: "rocket rockets katyusha katyushas كاتيوشا راکت راکتی راکتها ڕۆکێت ڕۆکێتی ڕۆکێتێک کاتیۆشا کاتیۆشای",
    EITHER: "صاروخ صاروخا صاروخين صاروخان صواريخ صاروخي صاروخية صاروخيا بصاروخ بصواريخ بالصواريخ وصواريخ",
    MORTAR: "mortar mortars هاون الهاون بالهاون خمپاره خمپاره‌ای هاوەن",
}
_KIND = {word: kind for kind, words in _NAMES.items() for word in fold(words).split()}
_MANY = frozenset(
    fold(
        "drones uavs missiles rockets katyushas mortars مسيرات صواريخ پهپادها پهپادهای موشکها موشکهای راکتها درۆنەکان"
    ).split()
)
_TWO = frozenset(fold("صاروخين صاروخان مسيرتين مسيرتان").split())
_AND = "\u0648"  # "and", joined to the Arabic word behind it
_ARTICLE = "ال"
# what stands right behind an Arabic "rocket" and makes a missile of it
_MISSILE = frozenset(fold("باليستي باليستية باليستيا بالستية كروز مجنح مجنحة فرط").split())
# a store, a site, a maker of weapons; a test, a smuggler, a defence: in English behind a weapon, else before it
_NONE_FIRED = frozenset(
    fold(
        "base bases site sites depot depots stockpile launcher launchers factory plant programme program maker test"
        " unit force commander deal sale parts production storage defence defense defences defenses boat mother"
        " مخزن مخازن مستودع مستودعات منصة منصات قاعدة قواعد مصنع مصانع معمل مدن مدينة ورشة برنامج منظومة بطارية وحدة"
        " قائد خبير شحنة تهريب تصنيع إنتاج تجربة مضاد مضادة سلاح القوة قوة ترسانة قطع تطوير تدريب صفقة لتصنيع زوارق"
        " لغم انبار پایگاه سایت سکو سکوی کارخانه شهر شهرهای زرادخانه برنامه یگان تولید آزمایش سامانه فرمانده قطعات ضد"
        " کۆگا کۆگای بنکەی بنکە کارگە کارگەی سەکۆی بەرنامەی یەکەی فەرماندەی تاقیکردنەوەی دژە سیستمی"
    ).split()
)
_HEADLINES = 4_096
_NEAR = 2
MANY = -1
# what may stand between a number and its weapon: in English adjectives, "20 Iranian ballistic missiles"
_CRAFT = frozenset(fold("طائرات طائرة طائره فروند عدد فڕۆکەی").split())
_ADJECTIVES = 2
_NOT_OF_IT = frozenset(fold("in by with of at on from after as and or for to people soldiers killed wounded").split())
_AGAINST = frozenset(fold("مضاد مضادة تدريب تدريبية انداز").split())  # right behind a weapon, the same
_WITH = "ب"  # joined to an Arabic weapon: what it was done with
# from here on a headline tells what came before its news
_BEFORE_IT = frozenset(
    fold("after following response بعد عقب ردا رد إثر پس پاسخ دنبال دوای وەڵامی پاش following amid وسط").split()
)
_HURT = frozenset({"kill", "wound", "launch", "fall", "claim"})  # beside the attack that did it
_TAKEN = frozenset({"arrest", "seize"})
_DONE = frozenset({HAPPENED, "claimed"})


def weapons_used(title: str, mention: EventMention, settings: EventSettings) -> str:
    """Return what the attack that a headline tells was done with, or what was shot down: "3 drones"; "" in doubt."""
    attacks = (settings.by_target | settings.defences | _HURT) - _TAKEN
    acts = [act for act in mention.acts if act.deed in attacks]
    if mention.from_lead or not acts or told(mention)[0] not in acts:
        return ""
    if any(act.aside or act.standing not in _DONE for act in acts):
        return ""
    # who is hurt in an attack is no second one; another doer, or a defence beside it, is
    deeds = {alike(act, settings) for act in acts if act.deed not in _HURT}
    doers = {act.by for act in acts if act.by and act.deed not in _HURT}
    if len(doers) > 1 or (settings.defences & {act.deed for act in acts} and len(deeds) > 1):
        return ""
    found = list(_named(title))
    if not found or any(kind == "" for kind, _ in found):
        return ""
    counts: dict[str, int] = {}
    for kind, count in found:
        counts[kind] = max((counts.get(kind, 0), count), key=abs)
    return " and ".join(_counted(kind, count) for kind, count in counts.items())


@lru_cache(_HEADLINES)
def weapons_counted(title: str) -> Mapping[str, frozenset[int]]:
    """Return the numbers that a headline gives of drones, of rockets (missiles as well) and of mortars."""
    tokens = digits(fold(joined(title)).split())
    found: dict[str, frozenset[int]] = {}
    for at, token in enumerate(tokens):
        kind = _kind(token)
        if kind and not (token.isascii() and token not in _MANY):  # in English a number may count what stands behind
            count = _count(tokens, at)
            if count > 0:
                group = kind if kind in (DRONE, MORTAR) else ROCKET
                found[group] = found.get(group, frozenset()) | {count}
    return found


@lru_cache(_HEADLINES)
def weapons_in(title: str) -> frozenset[str]:
    """Return the kinds of weapons that a headline's own news names."""
    return frozenset(kind for kind, _ in _named(title)) - {""}


def named_by_both(one: str, other: str) -> tuple[str, ...] | None:
    """Return the kinds of weapons that two headlines both name; None where neither names any."""
    ours, theirs = weapons_in(one), weapons_in(other)
    if not ours and not theirs:
        return None
    # "rocket or missile" of an Arabic headline is what the other calls either
    loose = {kind for kind in (MISSILE, ROCKET) if EITHER in ours | theirs and kind in ours | theirs}
    return tuple(sorted((ours & theirs) | loose))


def _named(title: str) -> Iterator[tuple[str, int]]:
    """Yield each weapon of a headline's own news with how many of it, "" for one unfired.

    0 where no number says it, MANY where the word is a plural.
    """
    tokens = digits(fold(joined(title)).split())
    for at, token in enumerate(tokens):
        if token in _BEFORE_IT:
            return
        kind = _kind(token)
        if not kind:
            continue
        if _is_unfired(tokens, at):
            yield "", 0
            continue
        behind = tokens[at + 1] if at + 1 < len(tokens) else ""
        before = _kind(tokens[at - 1]) if at else ""
        if kind == ROCKET and before == EITHER:
            continue  # Arabic says "Katyusha" behind its word for rocket or missile
        exact = MISSILE if behind in _MISSILE else ROCKET if _kind(behind) == ROCKET else kind
        yield (exact if kind == EITHER else kind), _count(tokens, at)


def _is_unfired(tokens: Sequence[str], at: int) -> bool:
    behind = tokens[at + 1 : at + 1 + _NEAR]
    if tokens[at].isascii():
        return not _NONE_FIRED.isdisjoint(behind[:1])
    if tokens[at].startswith(_WITH):
        return False
    before = map(_bare, tokens[max(0, at - _NEAR) : at])
    return not _NONE_FIRED.isdisjoint(before) or not _AGAINST.isdisjoint(behind[:1])


def _kind(token: str) -> str:
    return _KIND.get(token) or _KIND.get(_bare(token), "")


def _bare(token: str) -> str:
    return token.removeprefix(_AND).removeprefix(_ARTICLE)


def _count(tokens: Sequence[str], at: int) -> int:
    """Return the number that counts the weapon at a position, MANY where only its plural does, else 0."""
    word = tokens[at]
    if _bare(word) in _TWO:
        return 2
    for before in reversed(tokens[max(0, at - 1 - _ADJECTIVES) : at]):
        [number] = digits([before.removeprefix(_AND)])
        if number.isdecimal():
            return int(number)
        if before in _NOT_OF_IT or not (before in _CRAFT or (word.isascii() and before.isascii())):
            break
    return MANY if {word, _bare(word), word.removeprefix(_WITH).removeprefix(_ARTICLE)} & _MANY else 0


def _counted(kind: str, count: int) -> str:
    """Return "3 drones", "drones", "drone" or "rocket or missile"; a number stands beside what it counts only."""
    many = _PLURALS.get(kind, f"{kind}s") if count != 1 and count else kind
    return f"{count} {many}" if count > 1 else many
