"""The voice of a deed: whether the words before it do it or suffer it; by its form and the words beside it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from alerts.rules.clause_words import (
    ARABIC_PREPOSITIONS,
    BY_LAM,
    COMPASS,
    LAM_NOUNS,
    OF_DEEDS,
    PREPOSITIONS,
    UNDER,
    UPON,
    WEAPONS,
)
from alerts.rules.event_clause import ends_clause
from alerts.rules.event_marks import is_kurdish, is_verb_last
from alerts.rules.event_owner import is_owned
from alerts.rules.forms.english_words import IRREGULAR
from alerts.rules.forms.paradigm import ARABIC_SCRIPT
from alerts.rules.forms.persian_words import ALSO_NOUN
from alerts.rules.reading import Mention, Reading

Voice = Literal["active", "passive", "noun", "open"]
REACH = 8  # words from a deed to its doer, target or place
_UPON_REACH = 4  # words from the doer of an Arabic noun to "on"
_SUFFERS = {"تعرض", "تعرضت", "تعرضوا", "يتعرض", "تتعرض", "تعرضه", "تعرضها", "لتعرض", "بتعرض"}  # ... لهجوم
_TO_ANY = "لاي"  # لأي هجوم
_BE = {"is", "are", "was", "were", "be", "been", "being", "gets", "got", "comes", "came", "come", "under"}
_BE |= {"تتعرض", "يتعرض", "تعرضت", "تعرض", "شد", "شدند", "شده", "شود"}
_NATION = re.compile(r"(?:ian|can|ish|eli|raqi|audi|aiti|rati|raini|atari|mani|meni|outhi)$")
_PLURALS = {"strikes", "airstrikes", "attacks", "raids", "blasts"}
_VERBS = {"made", "drew", "brought", "drove", "was", "were", "have", "had"}  # none of them begins an object
_KINDS = {"bomb", "shell", "rocket", "mortar", "torpedo", "raid", "ambush"}  # verbs too, but for an attack behind them
_ATTACKS = {"strike", "strikes", "attack", "attacks", "blast", "blasts", "explosion", "assault", "hit"}
_PARTICIPLES = frozenset(word for pasts in IRREGULAR.values() for word in pasts[-1])


def voice(deed: Mention, reading: Reading) -> Voice:
    """Return the voice of a deed by its form, and where one spelling has several, by the words beside it.

    English headlines leave out "was" ("US base hit in drone attack"), so a form that may be a participle and is
    followed by a preposition, or by nothing, is "open". A word written without "~" is taken for a noun.
    """
    text = reading.folded[deed.field].text
    if text[deed.start : deed.end].split()[0] in _BE | UNDER or _is_suffered(deed, text):
        return "passive"  # "come under fire"
    if not UNDER.isdisjoint(text[: deed.start].split()[-2:]) and not _is_participle(deed.alias, arabic=False):
        return "passive"  # "base under drone attack"
    has_be = not _BE.isdisjoint(text[: deed.start].rsplit(maxsplit=2)[-2:])
    if (
        (deed.kind in {"", "noun"} and not has_be)
        or _is_arabic_noun(deed, text)
        or _is_named(deed, reading)
        or is_owned(deed, text)
        or _is_of_noun(deed, text)
        or _has_verb(deed, text)
    ):
        return "noun"
    after = text[deed.end :].split(maxsplit=2)[:2]
    # "two killed, three wounded": who is named before a comma suffered it
    is_placed = (
        not after
        or after[0] in PREPOSITIONS
        or comma_follows(deed, reading)
        or (after[0] in COMPASS and after[1:] == ["of"])
    )
    is_participle = _is_participle(deed.alias)
    if deed.kind == "passive" or (is_participle and has_be) or after[:1] == ["by"]:
        return "passive"
    if deed.kind == "either" and not is_kurdish(deed.alias) and (is_placed or ends_clause(deed, reading)):
        return "open" if is_participle else _plural_or_verb(deed, text)
    return "active"


def _is_of_noun(deed: Mention, text: str) -> bool:
    """Return whether a deed only says of what kind the attack behind it is: "cluster bomb strike on"."""
    return deed.alias in _KINDS and not _ATTACKS.isdisjoint(text[deed.end :].split()[:1])


def _has_verb(deed: Mention, text: str) -> bool:
    """Return whether a plural has a verb behind it, and so is none: "Israeli strikes made Iran stop"."""
    return deed.alias in _PLURALS and not _VERBS.isdisjoint(text[deed.end :].split()[:1])


def _plural_or_verb(deed: Mention, text: str) -> Voice:
    """Return what "hits" is before "near" or "in": a verb behind one weapon ("drone hits near"), else a noun."""
    is_verb = deed.alias == "hits" and not WEAPONS.isdisjoint(text[: deed.start].split()[-1:])
    return "active" if is_verb else "noun"


def _is_arabic_noun(deed: Mention, text: str) -> bool:
    """Return whether an Arabic word that may be a verb is a noun: with an article, or a word such as "in" before it."""
    if deed.kind != "either" or not ARABIC_SCRIPT.search(deed.alias) or is_verb_last(deed.alias):
        return False
    has_article = text.startswith("ال", deed.start) and not deed.alias.startswith(("ال", "إل", "أل"))
    has_particle = deed.attached and text[deed.start] in "بلك"
    return has_article or has_particle or not ARABIC_PREPOSITIONS.isdisjoint(text[: deed.start].split()[-1:])


def _is_named(deed: Mention, reading: Reading) -> bool:
    """Return whether a form that is also the name of its deed is that: a verb of its language would end the clause."""
    named = deed.alias in ALSO_NOUN or (is_kurdish(deed.alias) and deed.kind == "either")
    return named and not ends_clause(deed, reading)


def comma_follows(deed: Mention, reading: Reading) -> bool:
    folded = reading.folded[deed.field]
    end = folded.span(deed.start, deed.end)[1]
    return folded.original[end : end + 1] == ","


def _is_participle(alias: str, *, arabic: bool = True) -> bool:
    """Return whether a form may be a participle: "struck in Erbil" lacks "was", and "strikes in Erbil" is a noun.

    `arabic`: what is said of words in other scripts, whose forms do not tell.
    """
    first = alias.split(maxsplit=1)[0].casefold()
    return (arabic and not first.isascii()) or first.endswith("ed") or first in _PARTICIPLES


def _is_suffered(deed: Mention, text: str) -> bool:
    """Return whether the noun of a deed follows "comes under" in Arabic, with its target between the two."""
    before = text[: deed.start].split()[-REACH:]
    return (deed.attached or before[-1:] == [_TO_ANY]) and not _SUFFERS.isdisjoint(before)


def is_finite(deed: Mention, spoken: Voice) -> bool:
    """Return whether a deed is a finite verb; an Arabic past may be spelt as the noun of the deed."""
    return spoken == "passive" or (
        spoken == "active" and not (deed.kind == "either" and ARABIC_SCRIPT.search(deed.alias))
    )


def is_of_nation(word: str) -> bool:
    """Return whether a word ends as the adjective of a nation around the Gulf does: "Iranian", "Israeli"."""
    return _NATION.search(word) is not None


def has_lam(party: Mention, reading: Reading) -> bool:
    """Return whether Arabic l- is attached to a name: "of", or "to"."""
    return party.attached and reading.folded[party.field].text[party.start] == "\u0644"


def is_doer_of_noun(deed: Mention, party: Mention, spoken: Voice, reading: Reading) -> bool:
    """Return whether Arabic l- marks a name behind the noun of a deed as its doer: "an attack of IS on a checkpoint".

    It does where "on" follows. Without it only behind a noun that takes no object: "shelling of a camp" is done to it.
    """
    text = reading.folded[deed.field].text
    between, behind = text[deed.end : party.start].split(), text[party.end :].split()[:_UPON_REACH]
    nominal = spoken == "noun" or deed.kind == "either"
    if not nominal or party.start < deed.end or is_verb_last(deed.alias):
        return False
    if not has_lam(party, reading):
        if LAM_NOUNS.isdisjoint(between[-1:]):
            return False
        between.pop()
    if len(between) > 1:
        return False  # "an attack on a base of the PMF"
    named = any(
        each.entity and each.field == deed.field and deed.end <= each.start and each.end <= party.start
        for mentions in reading.mentions.values()
        for each in mentions
    )
    noun = text[deed.start : deed.end].split()[0]
    noun = (noun[1:] if deed.attached else noun).removeprefix("\u0627\u0644")
    if noun.startswith(BY_LAM):
        return not named
    return not named and not names_a_thing(between) and not UPON.isdisjoint(behind)


def names_a_thing(between: Iterable[str]) -> bool:
    """Return whether a thing stands between an Arabic deed and a name with l-, so that it belongs to who is named.

    "The targeting of a convoy of the PMF on the border" is done to the PMF; an adjective is no thing: "heavy shelling".
    """
    return any(not word.endswith(("ي", "يه")) and word not in OF_DEEDS for word in between)
