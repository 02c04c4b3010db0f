"""Tell who is only said to be at a place, which suffers a deed and they with it: "base used by US troops". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from alerts.rules.clause_words import FIRED, HELD, HOSTING, INSIDE, RELATIVES, SHARING, STAYING, WEAPONS, WITH
from alerts.rules.reading import Mention, Reading

_STAY_REACH = 4  # words from who stays at a place to "are stationed"


def is_host(one: Mention, other: Mention, reading: Reading) -> bool:
    """Return whether the words between a place or deed and a name say that who is named is at the place."""
    return to_host(one, other, reading) is not None


def to_host(one: Mention, other: Mention, reading: Reading) -> tuple[str, ...] | None:
    """Return the words between a deed and the place where a name is, "on base" for "on base in Iraq used by US troops".

    None where they do not say that who is named is at a place.
    """
    text = reading.folded[one.field].text
    words, behind = text[one.end : other.start].split(), text[other.end :].split()[:_STAY_REACH]
    at = next((n for n in range(len(words)) if _says_who_is_there(words[: n + 1], behind)), None)
    if at is None:
        return None
    return tuple(takewhile(lambda word: word not in INSIDE | RELATIVES | {"where", "home"} | HELD, words[:at]))


def words_behind(deed: Mention, party: Mention, reading: Reading) -> list[str]:
    """Return the words from a deed to a name behind it, without the "with" of who shares a place with whom."""
    words = reading.folded[deed.field].text[deed.end : party.start].split()
    return [each for each in words if each not in WITH] if SHARING.search(deed.alias) else words


def stays_there(each: Mention, reading: Reading) -> bool:
    """Return whether the words right before a name say that it is at a place: "base used by US troops"."""
    return _says_who_is_there(reading.folded[each.field].text[: each.start].split()[-3:], ())


def _says_who_is_there(before: Sequence[str], behind: Sequence[str]) -> bool:
    """Return whether words end in what says who is at a place; whoever uses a weapon is at none."""
    *rest, last = ["", "", *before]
    return (
        last in HOSTING
        or (last == "by" and rest[-1] in HELD and rest[-2] not in WEAPONS | FIRED)
        or (last == "to" and rest[-1] == "home")
        or (last == "where" and not STAYING.isdisjoint(behind))
    )
