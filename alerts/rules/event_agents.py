"""Words that name the doer of a deed in Arabic, Persian and Kurdish: "killed by fire of", verb and doer. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from alerts.rules.clause_words import AGENT_PAIRS, AGENTS, ARABIC_PREPOSITIONS, ARMS, LINKS, TIMES, TROOPS
from alerts.rules.event_clause import ends_clause, has_comma
from alerts.rules.event_marks import is_last_verb, is_placed
from alerts.rules.event_told import Event
from alerts.rules.reading import Mention, Reading

_REACH = 12  # words from a deed to who did it, with whom it was done to between the two
_ATTACKS = frozenset(("حمله", "حملات", "یورش", "هێرشی", "هێرشە"))  # whose doer stands right behind
_AIM = frozenset(("هدف", "مورد", "اماج", "آماج"))  # before the noun of a deed that its subject suffers
_BECAME = re.compile(r" (?:قرار (?:گرفت|مي ?گير|گرفته)|شد|واقع شد)")
_AIM_REACH = 4
_UPON = frozenset(("به", "علیه", "بر", "در", "بە"))  # of a deed: who stands behind it suffers it
_PARTICLES = ("و", "ب", "ل", "ف", "ك")  # begin a word that is no plain noun, where an Arabic particle may be attached


def agents_of(
    deed: Mention, near: Sequence[tuple[str, Mention]], reading: Reading, *, passive: bool
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the doers and targets where words such as "by fire of" name the doer; None where there are no such words.

    Whoever else is named on that side of the deed suffers it.
    """
    if deed.alias.isascii():
        return None
    if (aim := _aimed(deed, near, reading)) or not passive:
        return aim
    text = reading.folded[deed.field].text
    last = is_last_verb(deed)  # whose clause stands before it
    side = [pair for pair in near if (pair[1].end <= deed.start if last else pair[1].start >= deed.end)]
    doers = [name for name, each in side if _is_agent(text[: each.start] if last else text[deed.end : each.start])]
    if not doers:
        return None
    begin = min(each.start for name, each in side if name in doers)
    return tuple(doers), tuple(name for name, each in side if each.start < begin)


def _is_agent(before: str) -> bool:
    """Return whether words that end so stand before the name of a doer: "... by fire of the forces of"."""
    words = before.split()
    if len(words) > _REACH:
        words = words[-_REACH:]
    while words and words[-1] in TROOPS:
        words.pop()
    return not AGENTS.isdisjoint(words[-1:]) or tuple(words[-2:]) in AGENT_PAIRS


def has_object(deed: Mention, doer: Mention | None, reading: Reading, told: Sequence[Event]) -> bool:
    """Return whether a plain noun behind a name makes the name the doer of an Arabic verb: "attacked Daesh a post".

    A time, a weapon ("hit the base drones") and another deed are no such noun.
    """
    if doer is None or deed.alias.isascii() or is_last_verb(deed) or deed.kind not in {"active", "either"}:
        return False
    text = reading.folded[deed.field].text
    between, behind = text[deed.end : doer.start].split(), text[doer.end :].split()[:1]
    # a noun of a deed may be spelt as its verb: it takes a word such as "forces" to tell
    if not TROOPS.issuperset(between) or (deed.kind == "either" and not between):
        return False
    if not behind or ends_clause(doer, reading) or has_comma(doer, _at(doer, text), reading):
        return False
    word = behind[0]
    if word in ARABIC_PREPOSITIONS | LINKS | TIMES | ARMS or word.startswith(("ال", *_PARTICLES)) or word.isascii():
        return False
    start = text.index(word, doer.end)
    return not any(each.deed.start == start and each.deed.field == deed.field for each in told)


def _at(doer: Mention, text: str) -> Mention:
    """Return the word behind a name as a mention."""
    begin = doer.end + len(text[doer.end :]) - len(text[doer.end :].lstrip())
    return Mention("", "", doer.field, begin, begin + 1)


def _aimed(
    deed: Mention, near: Sequence[tuple[str, Mention]], reading: Reading
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the doers and targets of a Persian deed that its subject suffers: "the base" + "aim of attack" + "became".

    The doer stands behind the noun of the deed. None where the deed is told in another way.
    """
    text = reading.folded[deed.field].text
    if _AIM.isdisjoint((*text[: deed.start].split()[-1:], *text[deed.start : deed.end].split()[:1])):
        return None
    behind = text[deed.end :]
    became = _BECAME.search(behind)
    if became is None or len(behind[: became.start()].split()) > _AIM_REACH:
        return None
    end = deed.end + became.start()
    by = tuple(name for name, each in near if deed.end <= each.start and each.end <= end)
    return by, tuple(name for name, each in near if each.end <= deed.start and not is_placed(each, reading))


def is_persian_attack(deed: Mention) -> bool:
    """Return whether the noun of a deed has its doer right behind it, in Persian and Kurdish."""
    first, *others = deed.alias.replace("\u200c", " ").split()
    return first in _ATTACKS and _UPON.isdisjoint(others)
