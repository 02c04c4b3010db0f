"""Find out whether one text says that the toll of another has risen. Pure.

Outlets report a new toll in a few lines under a headline of their own, with next to none of the earlier wording. What
remains is the place, the deed, and words that say it is the same event: "toll rises to".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from crawler.stories.casualties import KILLED, counted
from crawler.stories.harm_words import PEOPLE, is_counted, is_dead, is_deed, is_harm, is_of_toll, is_rise
from crawler.stories.unharmed import unharmed
from crawler.stories.wording import Wording
from crawler.text.stopwords import STOP

TENFOLD = 10  # a toll that grew by more is another one: of a war, of a year
SENTENCES = 2  # of a body, in which a toll is told


def harms(words: Iterable[str]) -> bool:
    """Return whether one of some folded words is about people killed, hurt, missing or arrested."""
    return any(map(is_harm, words))


def subject(text: Wording) -> frozenset[str]:
    """Return the words of a headline that say where and what, without its toll. All deeds become "attack"."""
    return frozenset("attack" if is_deed(word) else word for word in text.topic if not _of_toll(word))


def new_toll(earlier: Wording, later: Wording) -> str:
    """Return "3 -> 5 killed" where the later text reports more dead of the same event, else ""."""
    after = next(_risen(later), 0)  # first, since few texts say so
    before, named = next(_dead(earlier), (0, "")) if after else (0, "")
    if not before or not before < after <= before * TENFOLD or not _one_event(earlier, later):
        return ""
    return f"{before} -> {after} {named}"


def new_harm(before: Wording, after: Wording) -> str:
    """Return "1 killed; 2 -> 5 wounded" for what a text tells of people harmed beyond an earlier one of it, else "".

    Of headline and first sentence: what stands below is most often told of other events. A headline that says that
    nobody was hurt takes back what was told: "2 -> 0 wounded".
    """
    known, told = _harmed(before), _harmed(after)
    none = [f"{known[kind]} -> 0 {kind}" for kind in sorted(unharmed(" ".join(after.title))) if known.get(kind)]
    if none and not _counts(after.title):
        return "; ".join(none)
    more = {kind: number for kind, number in told.items() if number > known.get(kind, 0)}
    return "; ".join(
        f"{known[kind]} -> {number} {kind}" if kind in known else f"{number} {kind}" for kind, number in more.items()
    )


def put_right(before: Wording, after: Wording) -> str:
    """Return "2 -> 1 killed; 5 -> 3 wounded" for each number of people harmed that a correction replaces, else ""."""
    known, told = _harmed(before), _harmed(after)
    return "; ".join(
        f"{known[kind]} -> {number} {kind}" for kind, number in told.items() if known.get(kind, number) != number
    )


def _counts(words: tuple[str, ...]) -> bool:
    """Return whether words of a text tell a number of people harmed."""
    return any(not each.past for each in counted(words))


def _harmed(text: Wording) -> dict[str, int]:
    """Return how many are killed, wounded, missing and held, each by the first words that tell it."""
    found: dict[str, int] = {}
    for words in (text.title, *text.sentences[:1]):
        told: dict[str, int] = {}
        for each in counted(words):
            if not each.past and not each.at_least:
                told[each.kind] = max(each.number, told.get(each.kind, 0))
        found = told | found
    return found


def _of_toll(word: str) -> bool:
    return word in PEOPLE or is_of_toll(word)


def _opening(text: Wording) -> tuple[tuple[str, ...], ...]:
    return (text.title, *text.sentences[:SENTENCES])


def _dead(text: Wording) -> Iterator[tuple[int, str]]:
    """Yield the numbers of dead that a text opens with, each with the word that says so.

    One that is only implied counts too: "soldier killed" is one.
    """
    for words in _opening(text):
        yield from ((each.number, each.harm) for each in counted(words) if each.kind == KILLED)


def _risen(text: Wording) -> Iterator[int]:
    """Yield the numbers to which a text says that a toll of dead has risen."""
    for words in _opening(text):
        rises = [at for at, word in enumerate(words) if is_rise(word)]
        tolls = [at for at, word in enumerate(words) if is_counted(word)] if rises else []
        if tolls and any(map(is_dead, (*text.title, *words))):
            yield from (int(word) for word in words[min(*tolls, *rises) :] if word.isdecimal())


def _one_event(earlier: Wording, later: Wording) -> bool:
    """Return whether every place and target in the later headline also appears in the opening of the earlier text."""
    known = {word for words in _opening(earlier) for word in words if word not in STOP}
    said = subject(later)
    places = [word for word in said if not is_deed(word)]
    return len(said) > 1 and bool(places) and all(_stands(word, known) for word in places)


def _stands(word: str, known: Set[str]) -> bool:
    """Return whether a word is among `known` in some form: strike and strikes, or Arabic with an attached prefix."""
    for each in known:
        shorter, longer = sorted((word, each), key=len)
        if len(shorter) > 2 and (longer.startswith(shorter) or (not shorter.isascii() and longer.endswith(shorter))):
            return True
    return word in known
