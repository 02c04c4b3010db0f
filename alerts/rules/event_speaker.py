"""Who does a deed behind a colon: "Guards: we struck", "Centcom: our jets hit", "Iran retaliates: missiles hit".

"Says" does for a colon where arms are said to be the speaker's: "Centcom says our jets hit ...". Pure.
"""

from __future__ import annotations

import re

from alerts.rules.clause_words import ARMS, WEAPONS
from alerts.rules.event_marks import is_last_verb
from alerts.rules.event_voice import voice
from alerts.rules.reading import Mention, Reading

_WE = re.compile(r"\bwe(?: have| ve)?$")  # before an English verb
_ARABIC_WE, _PERSIAN_WE = "نا", "يم"  # at the end of a verb, folded
_ANSWERS = re.compile(r" (?:retaliates?|responds?|(?:strikes?|hits?) back|takes? revenge)$")
_SHOTS = frozenset({"barrage", "barrages", "ballistic", "volley", "salvo"})
_OUR = "our"
_OUR_REACH = 3  # words between "our" and a verb
_SAYS = re.compile(r": |\s(?:says?|said|claims?|claimed|confirms?|confirmed|announces?|announced)(?: that)? (?=our )")
_PERSIAN_OUR = re.compile(r" (?:(?:پهپاد|موشك|نيرو|جنگنده|رزمنده|يگان|هواپيما|ناو|قايق) ?هاي|رزمندگان) ما ")
_LIGHT_WE = frozenset({"نفذنا", "شننا", "وجهنا", "اطلقنا"})  # Arabic: "we carried out" strikes
# who acts for whoever says "our"
_FIGHTERS = {
    "jets",
    "jet",
    "aircraft",
    "planes",
    "warplanes",
    "fighters",
    "forces",
    "troops",
    "soldiers",
    "navy",
    "pilots",
}
_FIGHTERS |= {"bombers", "helicopters", "artillery", "warships", "ships", "boats", "units", "men", "army", "force"}
_FIGHTERS |= {"drones", "missiles", "rockets"}
_FIGHTERS |= {"طايراتنا", "قواتنا", "مقاتلونا", "مقاتلاتنا", "صواريخنا", "مسيراتنا", "مجاهدونا", "مدفعيتنا", "وحداتنا"}
_FIGHTERS |= {"سفننا", "زوارقنا", "جنودنا", "بحريتنا"}
_SPEAKER = 6  # words of a name with a rank; more are a sentence


def speaks(party: Mention, deed: Mention, reading: Reading) -> bool:
    """Return whether a name before a colon is the doer of a deed behind it, as the docstring of the module says."""
    folded = reading.folded[deed.field]
    if party.field != deed.field or party.end > deed.start:
        return False
    begin = folded.span(deed.start, deed.end)[0]
    says = [each.start() for each in _SAYS.finditer(folded.original, 0, begin)]
    if not says:
        return False
    said = folded.original[: says[-1]]
    if folded.span(party.start, party.end)[1] > says[-1] or len(said.split()) > _SPEAKER:
        return False
    before = folded.text[slice(*folded.within(says[-1] + 1, begin))].split()
    if _is_first_person(deed, folded.text) or (bool(_ANSWERS.search(said)) and _is_by_arms(deed, before)):
        return True
    return _is_by_ours(deed, before, reading)


def _is_by_ours(deed: Mention, before: list[str], reading: Reading) -> bool:
    """Return whether arms or forces of the speaker do a deed: "our jets struck", Arabic "aircraft-of-ours shelled"."""
    if deed.kind == "noun" or voice(deed, reading) != "active":
        return False
    if deed.alias.isascii():
        near = before[-_OUR_REACH - 1 :]
        ours = near[near.index(_OUR) + 1 :] if _OUR in near else []
        return bool(ours) and ours[-1] in _FIGHTERS
    if is_last_verb(deed):
        return _PERSIAN_OUR.search(f" {' '.join(before)} ") is not None
    behind = reading.folded[deed.field].text[deed.end :].split()[:1]
    return not _FIGHTERS.isdisjoint((*before[-1:], *behind))


def _is_by_arms(deed: Mention, before: list[str]) -> bool:
    """Return whether a clause names nobody before an English deed but what it is done with: "missiles rain on"."""
    return deed.alias.isascii() and bool(before) and (ARMS | WEAPONS | _SHOTS).issuperset(before)


def _is_first_person(deed: Mention, text: str) -> bool:
    if deed.alias.isascii():
        return deed.kind != "noun" and _WE.search(text[: deed.start].rstrip()) is not None
    if not _LIGHT_WE.isdisjoint((*text[: deed.start].split()[-1:], *text[deed.start : deed.end].split()[:1])):
        return True
    ending = _PERSIAN_WE if is_last_verb(deed) else _ARABIC_WE
    return deed.kind in {"active", "either"} and text.endswith(ending, deed.start, deed.end)
