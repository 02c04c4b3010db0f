"""Two wordings -> the toll that the later one says has risen. Pure.

Outlets tell a new toll in a few lines under a headline of their own, and next to nothing of the earlier report's
wording is left. What is left is the place, the deed, and the words that say it is no other attack: "toll rises to".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from crawler.stories.wording import STOP, Wording

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
    """Say whether one of some folded words tells of people killed, hurt, missing or held."""
    return any(_has(word, HARMED) for word in words)


def subject(told: Wording) -> frozenset[str]:
    """Give the words of a headline that say where and what, not its toll; what was done is one word for all deeds."""
    return frozenset("attack" if _has(word, _DEEDS) else word for word in told.topic if not _of_toll(word))


def new_toll(earlier: Wording, later: Wording) -> str:
    """Give "3 -> 5 killed" where the later text says that the dead of the earlier one's event are more, else ""."""
    before, named = next(_dead(earlier), (0, ""))
    after = next(_risen(later), 0)
    if not before or not before < after <= before * TENFOLD or not _one_event(earlier, later):
        return ""
    return f"{before} -> {after} {named}"


def _of_toll(word: str) -> bool:
    return word in PEOPLE or _has(word, (*HARMED, *_COUNTED, *_RISES))


def _has(word: str, stems: Sequence[str]) -> bool:
    return any(word.startswith(stem) if stem.isascii() else stem in word for stem in stems)


def _opening(told: Wording) -> tuple[tuple[str, ...], ...]:
    return (told.title, *told.sentences[:SENTENCES])


def _dead(told: Wording) -> Iterator[tuple[int, str]]:
    """Give the numbers of dead that a text opens with, each with the word that says so: the nearest one that harms."""
    for words in _opening(told):
        for at, word in enumerate(words):
            if word.isdecimal():
                around = sorted(range(max(0, at - BESIDE), min(len(words), at + BESIDE + 1)), key=lambda i: abs(i - at))
                nearest = next((words[i] for i in around if _has(words[i], HARMED)), "")
                if _has(nearest, DEAD):
                    yield int(word), nearest


def _risen(told: Wording) -> Iterator[int]:
    """Give the numbers to which a text says that a toll of dead rose."""
    for words in _opening(told):
        counted = [at for at, word in enumerate(words) if _has(word, _COUNTED)]
        rises = [at for at, word in enumerate(words) if _has(word, _RISES)]
        if counted and rises and any(_has(word, DEAD) for word in (*told.title, *words)):
            yield from (int(word) for word in words[min(*counted, *rises) :] if word.isdecimal())


def _one_event(earlier: Wording, later: Wording) -> bool:
    """Say whether all that the later headline says of place and deed stands in the opening of the earlier text."""
    known = {word for words in _opening(earlier) for word in words if word not in STOP}
    said = subject(later)
    places = [word for word in said if not _has(word, _DEEDS)]
    return len(said) > 1 and bool(places) and all(_stands(word, known) for word in places)


def _stands(word: str, known: Set[str]) -> bool:
    """Say whether a word stands among others in some form: strike and strikes, and Arabic with its prefixes."""
    for each in known:
        shorter, longer = sorted((word, each), key=len)
        if len(shorter) > 2 and (longer.startswith(shorter) or (not shorter.isascii() and longer.endswith(shorter))):
            return True
    return word in known
