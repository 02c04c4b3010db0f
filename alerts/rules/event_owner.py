"""Whose a deed is said to be: "Israel's Beirut strike" is Israel's, and was in Beirut. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.rules.clause_words import CAUSING, DAYS, MODIFIERS, SITES, UPON, VAGUE
from alerts.rules.reading import Mention, Reading
from crawler.text.folding import fold

_OWN = "s"  # an apostrophe and s, as it is folded
_VERBS = {
    "kills",
    "wounds",
    "injures",
    "leaves",
    "draws",
    "prompts",
    "forces",
    "angers",
    "raises",
    "shows",
    "was",
    "is",
}
_VERBS |= {
    "has",
    "had",
    "will",
    "may",
    "could",
    "would",
    "brings",
    "brought",
    "drew",
    "left",
    "set",
    "led",
    "drove",
    "hits",
}
_REACH = 4  # words from it to the deed
_PARTY = "$party-"  # begins the terms that name who acts
_NO_PLACE = {*MODIFIERS, *DAYS, *VAGUE, "operation"}  # words with a capital


def is_owned(deed: Mention, text: str) -> bool:
    """Return whether a form that is also a noun follows a possessor, so that it is none of a verb.

    Behind further words a form is one of a verb ("Israel's jets strike Gaza"), unless another verb follows.
    """
    words = text[: deed.start].split()[-_REACH:]
    if not deed.alias.isascii() or deed.kind != "either" or _OWN not in words:
        return False
    between = words[len(words) - words[::-1].index(_OWN) :]
    if not between or deed.alias.endswith(("s", "ed")):
        return not between and not deed.alias.endswith("ed")
    behind = text[deed.end :].split()[:1]  # a verb, so that the deed is none: "Israel's Beirut strike pushed ..."
    return bool(behind) and is_verb(behind[0])


def is_verb(word: str) -> bool:
    """Return whether a word behind the noun of a deed is a verb: "the strike pushed", "the strike kills"."""
    return word.endswith("ed") or word in _VERBS or word in CAUSING


def owner_of(deed: Mention, named: Sequence[tuple[str, Mention]], reading: Reading) -> tuple[str, Mention] | None:
    """Return whose the noun of a deed is, None where nobody owns it.

    Between the two stand names and words such as "drone" only: "Iran's embassy attack" is not Iran's.
    """
    folded = reading.folded[deed.field]
    if not deed.alias.isascii():
        return None
    before = [pair for pair in named if pair[1].field == deed.field and pair[1].end <= deed.start]
    for name, each in sorted(before, key=lambda pair: -pair[1].start):
        words = folded.text[each.end : deed.start].split()
        if words[:1] == [_OWN] and len(words) <= _REACH and SITES.isdisjoint(words):
            said = folded.original[folded.span(each.start, each.end)[1] : folded.span(deed.start, deed.end)[0]].split()
            if all(word[0].isupper() or fold(word).strip() in MODIFIERS for word in said[1:]):
                return name, each
    return None


def is_no_doer(deed: Mention, owner: Mention, reading: Reading) -> bool:
    """Return whether whose a deed is said to be did not do it: between the two stands a place of theirs, or a name that
    nobody knows, which may be one ("Iran's Malayer attack").

    Not where it is said on whom ("Iran's Malayer attack on Kuwait"), nor where the deed has a capital itself.
    """
    folded = reading.folded[deed.field]
    if owner.field != deed.field or owner.end > deed.start or not deed.alias.isascii():
        return False
    words = folded.text[owner.start : deed.start].split()
    own = len(folded.text[owner.start : owner.end].split())
    if _OWN not in words[own - 1 : own + 1] or len(words) - own > _REACH or not SITES.isdisjoint(words):
        return False
    begin, end = folded.span(owner.start, owner.end)[1], folded.span(deed.start, deed.end)[0]
    said = [each.removeprefix("\u2019s").removeprefix("'s") for each in folded.original[begin:end].split()]
    names = {
        each.entity or term.removeprefix(_PARTY)
        for term, mentions in reading.mentions.items()
        for each in mentions
        if (each.entity or term.startswith(_PARTY))
        and each.field == deed.field
        and owner.end <= each.start
        and each.end <= deed.start
    }
    if names:
        return any(
            name in reading.wider and not parties_of(owner, reading).isdisjoint(reading.wider[name]) for name in names
        )
    if not UPON.isdisjoint(folded.text[deed.end :].split()[:1]) or folded.original[end].isupper():
        return False
    return any(word[0].isupper() and fold(word).strip() not in _NO_PLACE for word in said if word)


def parties_of(owner: Mention, reading: Reading) -> set[str]:
    """Return the names of the lists of those who act that a mention is of: iran of "Iran's"."""
    return {
        term.removeprefix(_PARTY)
        for term, mentions in reading.mentions.items()
        if term.startswith(_PARTY) and any(owner.overlaps(each) for each in mentions)
    }
