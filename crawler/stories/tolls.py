"""Find out whether one text says that the toll of another has risen. Pure.

Outlets report a new toll in a few lines under a headline of their own, with next to none of the earlier wording. What
remains is the place, the deed, and words that say it is the same event: "toll rises to".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from crawler.stories.wording import Wording
from crawler.text.stopwords import STOP

BESIDE = 4  # words between a number and the word that says whom it counts
TENFOLD = 10  # a toll that grew by more is another one: of a war, of a year
SENTENCES = 2  # of a body, in which a toll is told
PEOPLE = frozenset(("people", "persons", "others", "more", "least", "شخص", "اشخاص", "شخصا", "تن", "نفر", "نفرا"))
# Stems of folded words: Latin ones begin the word, Arabic and Persian ones stand in it, as prefixes are attached.
DEAD = (
    "kill", "dead", "death", "dies", "died", "dying", "slain", "fatalit", "martyr",
    "قتل", "قتيل", "شهيد", "شهداء", "استشهاد", "وفاه", "وفيات", "كشته", "جانباخت", "فوتي", "باخت",
)  # fmt: skip
HARMED = (
    *DEAD,
    "wound", "injur", "hurt", "casualt", "toll", "missing", "arrest", "detain", "victim",
    "جريح", "جرحي", "اصاب", "مصاب", "ضحايا", "ضحيه", "حصيله", "زخمي", "مجروح", "قرباني", "مصدوم", "تلفات",
)  # fmt: skip
_COUNTED = ("toll", "number", "casualt", "fatalit", "deaths", "حصيله", "عدد", "شمار", "تعداد", "امار", "ضحايا", "تلفات")
_RISES = (
    "rise", "rising", "rose", "climb", "increas", "grow", "grew", "jump", "reach", "updat", "surpass", "exceed",
    "ارتفاع", "ارتفع", "رتفع", "بلغ", "تجاوز", "افزايش", "رسيد", "رسيده",
)  # fmt: skip
_DEEDS = (
    "attack", "strike", "struck", "hit", "blast", "explo", "bomb", "raid", "shell", "airstrike", "assault", "ambush",
    "هجوم", "ضربه", "قصف", "انفجار", "تفجير", "غاره", "استهداف", "حمله", "كمين",
)  # fmt: skip


def harms(words: Iterable[str]) -> bool:
    """Return whether one of some folded words is about people killed, hurt, missing or arrested."""
    return any(_has(word, HARMED) for word in words)


def subject(text: Wording) -> frozenset[str]:
    """Return the words of a headline that say where and what, without its toll. All deeds become "attack"."""
    return frozenset("attack" if _has(word, _DEEDS) else word for word in text.topic if not _of_toll(word))


def new_toll(earlier: Wording, later: Wording) -> str:
    """Return "3 -> 5 killed" where the later text reports more dead of the same event, else ""."""
    before, named = next(_dead(earlier), (0, ""))
    after = next(_risen(later), 0)
    if not before or not before < after <= before * TENFOLD or not _one_event(earlier, later):
        return ""
    return f"{before} -> {after} {named}"


def _of_toll(word: str) -> bool:
    return word in PEOPLE or _has(word, (*HARMED, *_COUNTED, *_RISES))


def _has(word: str, stems: Sequence[str]) -> bool:
    return any(word.startswith(stem) if stem.isascii() else stem in word for stem in stems)


def _opening(text: Wording) -> tuple[tuple[str, ...], ...]:
    return (text.title, *text.sentences[:SENTENCES])


def _dead(text: Wording) -> Iterator[tuple[int, str]]:
    """Yield the numbers of dead that a text opens with, each with the word that says so.

    The nearest word of harm decides what a number counts: in "5 killed, 20 wounded" 20 is no number of dead.
    """
    for words in _opening(text):
        for at, word in enumerate(words):
            if word.isdecimal():
                # by distance from the number, so that the nearest word of harm comes first
                around = sorted(range(max(0, at - BESIDE), min(len(words), at + BESIDE + 1)), key=lambda i: abs(i - at))
                nearest = next((words[i] for i in around if _has(words[i], HARMED)), "")
                if _has(nearest, DEAD):
                    yield int(word), nearest


def _risen(text: Wording) -> Iterator[int]:
    """Yield the numbers to which a text says that a toll of dead has risen."""
    for words in _opening(text):
        counted = [at for at, word in enumerate(words) if _has(word, _COUNTED)]
        rises = [at for at, word in enumerate(words) if _has(word, _RISES)]
        if counted and rises and any(_has(word, DEAD) for word in (*text.title, *words)):
            yield from (int(word) for word in words[min(*counted, *rises) :] if word.isdecimal())


def _one_event(earlier: Wording, later: Wording) -> bool:
    """Return whether every place and target in the later headline also appears in the opening of the earlier text."""
    known = {word for words in _opening(earlier) for word in words if word not in STOP}
    said = subject(later)
    places = [word for word in said if not _has(word, _DEEDS)]
    return len(said) > 1 and bool(places) and all(_stands(word, known) for word in places)


def _stands(word: str, known: Set[str]) -> bool:
    """Return whether a word is among `known` in some form: strike and strikes, or Arabic with an attached prefix."""
    for each in known:
        shorter, longer = sorted((word, each), key=len)
        if len(shorter) > 2 and (longer.startswith(shorter) or (not shorter.isascii() and longer.endswith(shorter))):
            return True
    return word in known
