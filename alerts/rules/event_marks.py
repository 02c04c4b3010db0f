"""How languages whose verb ends the clause, Persian and Kurdish, mark who does a deed and who suffers it. Pure.

Persian puts "be", "bar" or "alayh" before what a verb is done to, or "ra" behind it; Kurdish puts "sar" or "dij" before
it, and then often behind the verb ("attacked" + "sar" + the base). Without a mark Kurdish names the doer first.
"""

from __future__ import annotations

import re
from functools import lru_cache

from alerts.rules.clause_words import OBJECT
from alerts.rules.event_clause import clause_of
from alerts.rules.forms import kurdish, persian
from alerts.rules.forms.kurdish_words import LETTERS as KURDISH
from alerts.rules.forms.kurdish_words import PREVERBS, VERBS
from alerts.rules.forms.paradigm import is_persian
from alerts.rules.forms.persian_words import NO_DEED, STEMS
from alerts.rules.reading import Mention, Reading

_PERSIAN_END = re.compile(r"\w ن?(?:داد|دهد|دهند|شد|شو|زد|زن|برد|بر|رسید|رفت|خورد|آمد)\w*$")  # هدف قرار داد
_ONTO = frozenset(("به", "بر", "علیه", "عليه"))  # before what a Persian verb is done to
_UPON = frozenset(("سهر", "دژي"))  # and a Kurdish one
_PLACED = {"در", "له"}  # before where it is done
_BESIDE = "نزيك"  # before what it is done near
_WHOSE = {"مورد", "تحت", "وابسته", "همسو", "طرفدار", "حامي", "متحد", "مرتبط"}  # before whose friend a group is
_OBJECT_REACH = 4  # words from such a word to a name
_PLACE_REACH = 2
_NOUNS = {"كشتي", "نيروي", "اعضاي"}  # that end as an adjective does


def is_verb_last(alias: str) -> bool:
    """Return whether a word is of a language whose verb ends the clause: by its letters, or by a verb that ends it."""
    return (
        is_persian(alias) or is_kurdish(alias) or _PERSIAN_END.search(alias) is not None or alias in _simple_verbs()[0]
    )


def is_kurdish(alias: str) -> bool:
    """Return whether a word is Kurdish, by letters that neither Arabic nor Persian has, or as a Kurdish verb."""
    return KURDISH.search(alias) is not None or alias in _simple_verbs()[1]


@lru_cache(maxsize=1)
def _simple_verbs() -> tuple[frozenset[str], frozenset[str]]:
    """Return the forms of Persian and of Kurdish verbs that show it by no letter: بست, داخست."""
    persian_forms = {form.text for verb in STEMS if verb not in NO_DEED for form in persian.forms(verb)}
    kurdish_forms = {form.text for start in ("", *PREVERBS) for verb in VERBS for form in kurdish.forms(start + verb)}
    return frozenset(persian_forms - kurdish_forms), frozenset(
        each for each in kurdish_forms - persian_forms if not is_persian(each)
    )


def is_last_verb(deed: Mention) -> bool:
    """Return whether a deed is a Persian or Kurdish verb, which is the last word of its clause but for its target."""
    return deed.kind not in {"", "noun"} and is_verb_last(deed.alias)


def is_marked_object(party: Mention, reading: Reading, *, kurdish: bool = False) -> bool:
    """Return whether a name is marked as what a verb is done to, as the docstring of the module says."""
    text = reading.folded[party.field].text
    if kurdish:
        return not _UPON.isdisjoint(text[: party.start].split()[-_OBJECT_REACH:])
    # an object that is marked behind ends what "be" stands before
    before = text[: party.start].rpartition(f" {OBJECT} ")[2].split()[-_OBJECT_REACH:]
    behind = text[party.end :].split(maxsplit=2)[:2]
    placed = text[party.end :].split()[: _OBJECT_REACH + 1]  # "the base in Iraq" and the mark
    if placed[:1] and placed[0] in _PLACED and OBJECT in placed[2:]:
        return True
    if placed[:1] and placed[0] in _WHOSE and OBJECT in placed[1:]:
        return True  # "militias backed by Iran" and the mark
    # "a ship foreign" and the mark, and not a doer before "a ship" and the mark
    described = behind[1:] == [OBJECT] and behind[0].endswith("ي") and behind[0] not in _NOUNS
    return behind[:1] == [OBJECT] or described or not _ONTO.isdisjoint(before)


def may_take(role: str, deed: Mention, party: Mention, reading: Reading) -> bool:
    """Return whether a name before an active verb, or behind one, may do the deed ("by") or suffer it ("on")."""
    if party.start >= deed.end:
        return role == "on" and is_aimed_at(deed, party, reading)
    kurdish = is_kurdish(deed.alias)
    marked = is_marked_object(party, reading, kurdish=kurdish)
    # where it is done is struck too: "shelled a camp in Sulaymaniyah", "fell near the consulate of the US"
    placed = is_placed(party, reading) or (kurdish and is_beside(party, reading))
    if role == "by":
        return not (marked or placed)
    if marked or placed:
        return True
    return not (_has_marked_object(deed, reading, kurdish=kurdish) or (kurdish and _comes_first(party, reading)))


def is_placed(party: Mention, reading: Reading) -> bool:
    """Return whether a word such as "in" stands close before a name."""
    return not _PLACED.isdisjoint(reading.folded[party.field].text[: party.start].split()[-_PLACE_REACH:])


def is_beside(party: Mention, reading: Reading) -> bool:
    """Return whether Kurdish "near" stands close before a name."""
    return _BESIDE in reading.folded[party.field].text[: party.start].split()[-_PLACE_REACH:]


def is_aimed_at(deed: Mention, party: Mention, reading: Reading) -> bool:
    """Return whether a name behind a Kurdish verb is what it is done to: "made an attack" + "sar" + the base."""
    text = reading.folded[deed.field].text
    words = text[deed.end : party.start].split()[:_OBJECT_REACH]
    return not _UPON.isdisjoint((*text[deed.start : deed.end].split()[1:], *words))


def _comes_first(party: Mention, reading: Reading) -> bool:
    """Return whether nothing of its clause stands before a name."""
    folded = reading.folded[party.field]
    begin = folded.span(party.start, party.end)[0]
    return not folded.original[clause_of(party, reading).start : begin].strip()


def _has_marked_object(deed: Mention, reading: Reading, *, kurdish: bool) -> bool:
    """Return whether the clause of a verb marks what it is done to."""
    folded = reading.folded[deed.field]
    first = folded.span(deed.start, deed.end)[0]
    clause = clause_of(deed, reading)
    if kurdish:
        text = folded.text
        begin, _ = folded.within(clause.start, clause.start + 1)
        return not _UPON.isdisjoint((*text[begin : deed.start].split(), *text[deed.end :].split()[:1]))
    return not {OBJECT, *_ONTO}.isdisjoint(folded.original[clause.start : first].split())
