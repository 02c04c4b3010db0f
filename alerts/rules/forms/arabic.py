"""Conjugate Arabic verbs and inflect Arabic nouns in the unvowelled spelling of the news.

A verb is named by its past, third person masculine singular (استهدف), and where its spelling does not show the pattern
by "past/present/masdar" (رد/يرد/رد). Forms II to X follow from the past where it has four letters or more. Prefixes
that the search knows (wa-, fa-, bi-, li-, ka-, al-) are not generated. Left out are the first person singular, the
second person, the feminine plural and the duals of participles, which news hardly uses, and what LEFT_OUT lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from alerts.rules.forms import Form, FormError, Kind
from alerts.rules.forms.arabic_endings import declined, duals, joined, participle, plural
from alerts.rules.forms.arabic_patterns import (
    AFTER_I,
    QUADRILITERAL,
    REMEDY,
    UNKNOWN,
    form_of,
    is_doubled,
    masdar_of,
    present_of,
    second_masdar,
    second_present,
)
from alerts.rules.forms.arabic_words import BY_PREPOSITION, INTRANSITIVE, LEFT_OUT
from crawler.text.folding import fold

_LETTERS = re.compile("[\u0621-\u063a\u0641-\u064a]{2,}")
_PERSIAN = str.maketrans({"ی": "ي", "ک": "ك", "ٱ": "ا", "ـ": None})
_SHADDA = "\u0651"
_SHORTEST = 3  # letters of a form; the citation form alone may have two (رد)
_INTRANSITIVE = frozenset(map(fold, INTRANSITIVE))
_PREPOSITIONAL = frozenset(map(fold, BY_PREPOSITION))
_LEFT_OUT = {fold(verb): {fold(form) for forms in table for form in forms.split()} for verb, table in LEFT_OUT.items()}


@dataclass(frozen=True, slots=True)
class _Verb:
    past: str  # third person masculine singular
    present: str  # without the prefix ي
    masdars: tuple[str, ...]
    form: int  # 1 to 10, QUADRILITERAL or UNKNOWN
    doubled: bool
    passive: bool
    prepositional: bool  # its object follows a preposition, so its passive has one person (أفرج عنهم)
    followed: bool  # by words of its own, as in أطلق النار
    pronouns: bool  # whether a pronoun may be joined to it

    @property
    def hollow(self) -> bool:
        return self.past[-2] == "ا" and self.form in {1, 4, 7, 8, 10}


def forms(*parts: str) -> tuple[Form, ...]:
    """Return the written forms of a verb, the citation form first, from "past" or "past/present/masdar/..." split.

    Words that follow the verb in its first part (أطلق النار) follow every form, and no pronoun is then joined to it.
    Raise FormError for what is no past of a verb, and for one whose pattern its spelling does not show.
    """
    words, rest = _words(parts)
    verb = _verb(words, followed=bool(rest))
    # the words that follow tell a form from its namesake (مطلق النار)
    return _merged(_conjugated(verb), rest, set() if rest else _LEFT_OUT.get(fold(verb.past), set()))


def noun_forms(*parts: str) -> tuple[Form, ...]:
    """Return the written forms of a noun, the citation form first, from "singular" or "singular/plural/..." split.

    The plural in -at of a singular in -a need not be given. Raise FormError for what is no Arabic word of three
    letters or more.
    """
    words, rest = _words(parts)
    singular, *plurals = words
    if len(singular) < _SHORTEST:
        raise FormError(f"{singular} is too short to be told from other words: write its forms one by one")
    if singular.endswith("ة"):
        plurals.append(f"{singular[:-1]}ات")
    texts = [*declined(singular, pronouns=not rest), *duals(singular)]
    for each in plurals:
        texts += plural(each, pronouns=not rest)
    return _merged([(text, "noun") for text in texts], rest, set())


def _words(parts: tuple[str, ...]) -> tuple[list[str], str]:
    """Return the word to inflect of every part, without marks, and the words that follow it in the first."""
    if not parts:
        raise FormError(f"no word is given: {REMEDY}")
    first = re.sub(r"ی(?=\s|$)", "ى", parts[0])  # a Persian keyboard has one letter for both: تبنی
    marked = [unicodedata.normalize("NFC", part.translate(_PERSIAN)) for part in (first, *parts[1:])]
    split = [part.strip().partition(" ") for part in marked]
    words = ["".join(char for char in word if unicodedata.category(char) != "Mn") for word, _, _ in split]
    for part, word in zip(parts, words, strict=True):
        if not _LETTERS.fullmatch(word):
            raise FormError(f"{part!r} is not an Arabic word: {REMEDY}")
    if len(words) == 1 and len(words[0]) == 3 and split[0][0].find(_SHADDA) == 2:  # هدّد: the mark shows form II
        words += [f"ي{second_present(words[0])}", second_masdar(words[0])]
    return words, split[0][2].strip()


def _verb(words: list[str], *, followed: bool) -> _Verb:
    past, *others = words
    if len(past) > 3 and past[-1] == "ي" and past[0] != "ت":  # a sloppy ى; but توفي is a past of its own
        past = f"{past[:-1]}ى"
    form = form_of(past, *others)
    if form == 4:
        past = re.sub("^ا", "أ", past)
    present = _given_present(past, others[0]) if others else present_of(past, form)
    masdars = tuple(dict.fromkeys(each for each in (*others[1:], masdar_of(past, form)) if each))
    intransitive = form in {7, 9} or (form != 2 and fold(past) in _INTRANSITIVE)
    prepositional = form != 2 and fold(past) in _PREPOSITIONAL
    pronouns = not (followed or form == 6 or intransitive or prepositional)
    doubled = is_doubled(past, form, masdars)
    return _Verb(past, present, masdars, form, doubled, not intransitive, prepositional, followed, pronouns)


def _given_present(past: str, present: str) -> str:
    if not present.startswith("ي") or len(present) < 3:
        raise FormError(f"{present} is not the present of {past}, which begins with ي: {REMEDY}")
    return present[1:]


def _conjugated(verb: _Verb) -> Iterable[tuple[str, Kind]]:
    """Yield every form with its kind, a spelling once for each kind it has."""
    yield from ((text, "active") for text in (*_past(verb.past, verb), *_present(verb.present, verb)))
    passive_past, passive_present = _past(_passive_past(verb), verb), _present(_passive_present(verb), verb)
    if verb.prepositional:
        passive_past, passive_present = passive_past[:1], passive_present[:2]  # أفرج, يفرج and سيفرج
    yield from ((text, "passive") for text in (*passive_past, *passive_present))
    if verb.pronouns:
        for base in _past(verb.past, verb)[:2]:
            yield from ((text, "active") for text in joined(base)[:3])  # a past has one spelling: قرأه, not قرؤه
        for prefix in "يت":
            yield from ((text, "active") for text in joined(f"{prefix}{verb.present}"))
    yield from _participles(verb)
    for masdar in verb.masdars:
        yield from ((text, "noun") for text in _masdar(masdar, verb))


def _passive_past(verb: _Verb) -> str:
    """Return the past passive, or "" where there is none or it is not used."""
    past, form = verb.past, verb.form
    unused = {5: "", 6: "", 3: "و", QUADRILITERAL: "ت"}.get(form, "آ")  # first letter: ووصل would be "and he arrived"
    if not verb.passive or past.startswith(unused):
        return ""
    if verb.hollow:
        return f"{past[:-2]}ي{past[-1]}"  # أصيب
    if form == 3:
        past = f"{past[0]}و{past[2:]}"  # هوجم
    elif form == 10 and past[3] == "أ":
        past = f"{past[:3]}ؤ{past[4:]}"  # استؤنف
    elif form == 1 and past[1] == "أ":
        past = f"{past[0]}ئ{past[2]}"  # سئل
    return f"{past[:-1]}{ {'ى': 'ي', 'ا': 'ي', 'أ': 'ئ'}.get(past[-1], past[-1]) }"


def _passive_present(verb: _Verb) -> str:
    """Return the present passive without its prefix, or "" where there is none or it is not used."""
    stem = verb.present
    loses_w = verb.form == 1 and verb.past[0] == "و" != stem[0]  # its passive, يوقف, is spelt as IV is
    if not _passive_past(verb) or loses_w:
        return ""
    if verb.hollow and verb.form in {1, 4, 10}:
        return f"{stem[:-2]}ا{stem[-1]}"  # يصاب
    return f"{stem[:-1]}{ {'ي': 'ى', 'و': 'ى', 'ئ': 'أ'}.get(stem[-1], stem[-1]) }"


def _past(past: str, verb: _Verb) -> list[str]:
    """Return the past of he, she, they, the duals, and we, from that of he."""
    if not past:
        return []
    last, stem = past[-1], past[:-1]
    if last in "ىا":
        link = "و" if last == "ا" else "ي"
        return [past, f"{stem}ت", f"{stem}وا", f"{stem}{link}ا", f"{stem}تا", f"{stem}{link}نا"]
    if last == "ي":
        return [past, f"{past}ت", f"{stem}وا", f"{past}ا", f"{past}تا", f"{past}نا"]
    if last in "أء":
        return _past_in_hamza(past)
    short = f"{past[:-2]}{last}" if verb.hollow else f"{past}{last}" if verb.doubled else past
    return [past, f"{past}ت", f"{past}وا", f"{past}ا", f"{past}تا", f"{short}{'ا' if last == 'ن' else 'نا'}"]


def _past_in_hamza(past: str) -> list[str]:
    """Return what `_past` does, of a past that ends in a hamza; of جاء without "we" (جئنا), which loses its vowel."""
    last, stem = past[-1], past[:-1]
    if last == "أ":
        return [past, f"{past}ت", f"{past}وا", f"{stem}ؤوا", f"{stem}آ", f"{past}تا", f"{past}نا"]
    if past.endswith("يء"):  # جيء
        return [past, *(f"{stem}ئ{ending}" for ending in ("ت", "وا", "ا", "تا"))]
    return [past, f"{past}ت", f"{past}وا", f"{stem}ؤوا", f"{past}ا", f"{past}تا"]


def _present(stem: str, verb: _Verb) -> list[str]:
    """Return the present of he, with sa-, of she and we, of they and the duals, and the jussive where it differs."""
    if not stem:
        return []
    last, body = stem[-1], stem[:-1]
    many = {"ي": [body], "ى": [body], "و": [body], "أ": [stem, f"{body}ؤ"]}.get(last, [stem])
    dual = {"ى": f"{body}يان", "أ": f"{body}آن"}.get(last, f"{stem}ان")
    if last == "ء":  # يجيئون, يشاؤون
        many, dual = ([f"{body}ؤ"], dual) if body[-1] == "ا" else ([f"{body}ئ"], f"{body}ئان")
    found = [f"{prefix}{stem}" for prefix in ("ي", "سي", "ت", "ست", "ن", "سن")]
    found += [form for each in many for form in (f"ي{each}ون", f"ي{each}وا", f"سي{each}ون")]
    found += [f"ي{dual}", f"ت{dual}"]
    jussive = body if last in "يوى" else f"{stem[:-2]}{last}" if verb.hollow else stem
    # with three letters (يعد, ينه) it is mostly another word
    return found + ([f"ي{jussive}", f"ت{jussive}"] if jussive != stem and len(jussive) >= _SHORTEST else [])


def _participles(verb: _Verb) -> Iterable[tuple[str, Kind]]:
    if verb.form == 1 and verb.masdars:
        yield from ((text, "active") for text in _first_active(verb))
        yield from ((text, "passive") for text in _first_passive(verb))
    if verb.form in {UNKNOWN, 1}:  # without a masdar, three letters may be I or II
        return
    stem = f"م{verb.present}"
    yield from ((text, "active") for text in participle(f"{stem[:-1]}{AFTER_I.get(stem[-1], stem[-1])}"))
    if verb.passive and not verb.prepositional and (verb.form == 5 or _passive_past(verb)):
        yield from ((text, "passive") for text in participle(f"م{_passive_present(verb) or verb.present}"))


def _first_active(verb: _Verb) -> list[str]:
    """Return the active participle of form I: قاتل, آمر, عائد. A doubled one (راد) is not used in the news."""
    past = verb.past
    if verb.doubled or past[1:] == "اء":
        return []
    first = "آ" if past[0] == "أ" else f"{past[0]}ا"
    middle = "ئ" if past[1] in "اأ" else past[1]
    if past[2] in "ىاي":
        return [f"{first}{middle}يا", f"{first}{middle}ية"]  # without an ending (ناف, داع) it is rare
    return participle(f"{first}{middle}{AFTER_I.get(past[2], past[2])}")


def _first_passive(verb: _Verb) -> list[str]:
    """Return the passive participle of form I: مقتول, منفي, مدعو. Doubled and hollow ones are rare in the news."""
    past = verb.past
    if not verb.passive or verb.prepositional or verb.doubled or verb.hollow:
        return []
    ending = {"ى": "ي", "ي": "ي", "ا": "و", "أ": "وء"}.get(past[2], f"و{past[2]}")
    middle = {"و": "ؤ", "ي": "ئ"}[ending[0]] if past[1] == "أ" else past[1]  # مسؤول, مرئي
    base = f"م{past[0]}{middle}{ending}"
    return [base, *(f"{base}{each}" for each in ("ا", "ة", "ون", "ين", "ات"))]


def _masdar(masdar: str, verb: _Verb) -> list[str]:
    """Return a masdar with its endings; a regular one of II to X also in the plural, and where used in the dual."""
    found = declined(masdar)
    regular = masdar == masdar_of(verb.past, verb.form) and masdar[-1] not in "يؤ"
    if verb.form == QUADRILITERAL or verb.followed or not regular:
        return found
    pair = [] if verb.form in {3, 5, 6} else duals(masdar)
    return [*found, *pair, *plural(f"{masdar.removesuffix('ة')}ات")]


def _merged(found: Iterable[tuple[str, Kind]], rest: str, left_out: set[str]) -> tuple[Form, ...]:
    """Return each spelling once, as folding tells them apart; one that has several kinds is "either"."""
    kinds: dict[str, tuple[str, Kind]] = {}
    for text, kind in found:
        folded = fold(text)
        first, before = kinds.get(folded, (text, kind))
        if folded in kinds or not kinds or (folded not in left_out and len(text) >= _SHORTEST):
            kinds[folded] = (first, kind if kind == before else "either")
    return tuple(Form(f"{text} {rest}".strip(), kind) for text, kind in kinds.values())
