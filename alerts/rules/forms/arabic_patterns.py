"""Tell the pattern of an Arabic verb from the spelling of its past, and derive its present and its masdar from it."""

from __future__ import annotations

import re

from alerts.rules.forms import FormError
from alerts.rules.forms.arabic_words import EIGHTH_IN_S
from crawler.text.folding import fold

REMEDY = "write past/present/masdar, as رد/يرد/رد"
UNKNOWN, QUADRILITERAL = 0, 11  # beside the forms I to X: three letters that may be I or II; سيطر and تدهور
AFTER_I = {"ى": "ي", "أ": "ئ"}  # how a last letter is written after a short i
# spelling of a past of four letters or more -> form, the first that fits
_PATTERNS = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        ("است...?", 10),  # of five letters it is doubled (استرد), EIGHTH_IN_S excepted
        ("ا.ت..|ا[صضط]ط..|ازد..", 8),
        ("ا(?:ت..|.ت.|[صض]ط.|ط.ع|دعى|دخر)", 8),  # اتهم, احتل, اصطف, اطلع, ادعى
        ("ان...|ان.[^ىأ]", 7),  # انسحب, انضم
        ("[أا]...", 4),
        ("ت.ا..", 6),
        ("ت....", QUADRILITERAL),
        ("ت...", 5),
        (".ا.[^ة]", 3),
        ("..[^اويىة][^اويىة]", QUADRILITERAL),
    )
)
_DOUBLED = {1: 2, 4: 3, 7: 4, 10: 5}  # form -> letters of its past where the root is doubled


def form_of(past: str, present: str = "", *masdars: str) -> int:
    """Return the form, I to X as a number, of a past; one of three letters needs the present and the masdar.

    Raise FormError where the spelling does not show the form, or is that of no past.
    """
    if len(past) < 4:
        return _form_of_three(past, present, masdars)
    if past in EIGHTH_IN_S:
        return 8
    for pattern, form in _PATTERNS:
        if pattern.fullmatch(past):
            return 9 if form == 4 and is_doubled(past, 9, masdars) else form  # احمر/يحمر/احمرار
    raise FormError(f"{past} is spelt like no past of a verb: name a verb by its past, as قصف, and a noun as a noun")


def _form_of_three(past: str, present: str, masdars: tuple[str, ...]) -> int:
    if len(past) == 2:
        return 1
    if past[-1] == "ة":
        raise FormError(f"{past} is a noun: name a verb by its past, as قصف, and a noun as a noun")
    if fold(second_masdar(past)) in map(fold, masdars) or (past[0] == "و" and present == f"ي{past}"):
        return 2
    if past[0] == "آ" or (past[0] == "أ" and present == f"ي{past[1:]}"):
        return 4  # آمن, أعد
    irregular = past[0] in "أو" or past[1] in "اأ" or past[2] in "اىيأء"
    if irregular and not present:
        raise FormError(f"the spelling of {past} does not show its present: {REMEDY}")
    return 1 if masdars or irregular else UNKNOWN


def is_doubled(past: str, form: int, masdars: tuple[str, ...] = ()) -> bool:
    """Return whether the last two letters of the root are the same and written once: رد, احتل, استرد."""
    if fold(f"{past}ا{past[-1]}") in map(fold, masdars):
        return True
    if form == 8:
        return len(past) == 4 and past[1] not in "تد" and past != "اطلع"
    return len(past) == _DOUBLED.get(form) and past[0] != "آ" and past[-1] != "ى"


def second_present(past: str) -> str:
    """Return the present of form II without its prefix."""
    return f"{'ؤ' if past[0] == 'أ' else past[0]}{past[1]}{AFTER_I.get(past[2], past[2])}"


def second_masdar(past: str) -> str:
    """Return the masdar of form II: تهديد, تصفية, تهدئة."""
    return f"ت{past[:2]}{AFTER_I[past[2]]}ة" if past[2] in AFTER_I else f"ت{past[:2]}ي{past[2]}"


def present_of(past: str, form: int) -> str:
    """Return the present without its prefix, of a past whose form its spelling shows."""
    if form in {UNKNOWN, 1, 5, 6} or (form == QUADRILITERAL and past[0] == "ت"):
        return f"{past[:-1]}ى" if past[-1] == "ي" else past
    stem = past if form in {3, QUADRILITERAL} else past[1:]
    if form in {4, 10} and stem[-2] == "ا":
        return f"{stem[:-2]}ي{stem[-1]}"
    return f"{stem[:-1]}{AFTER_I.get(stem[-1], stem[-1])}"


def masdar_of(past: str, form: int) -> str:
    """Return the regular masdar of a form from II to X, or "" for one that must be given."""
    if form in {UNKNOWN, 1, 9} or past[0] == "آ":
        return ""
    if form == 2:
        return second_masdar(past)
    if form == 3:
        return f"م{past[:-1]}اة" if past[-1] == "ى" else f"م{past}ة"
    if form == QUADRILITERAL and past[0] != "ت":
        return f"{past}ة"
    if form in {5, 6, QUADRILITERAL}:
        return f"{past[:-1]}{ {'ى': 'ي', 'أ': 'ؤ'}.get(past[-1], past[-1]) }"
    return _masdar_in_a(past, form)


def _masdar_in_a(past: str, form: int) -> str:
    """Return the masdar of IV, VII, VIII or X, which has a long a before its last letter: انسحاب, إعلان."""
    begun = f"إ{past[1:]}" if form == 4 else past
    first = 3 if form == 10 else 1  # where a first radical w- turns to y-: إيقاف, استيلاء
    if form in {4, 10} and begun[first] == "و":
        begun = f"{begun[:first]}ي{begun[first + 1 :]}"
    if begun[3:4] == "أ" and len(begun) > 4:
        begun = f"{begun[:3]}ئ{begun[4:]}"  # استئناف
    if begun[-2] == "ا":  # hollow: إصابة, استعادة, but اغتيال, انهيار
        return f"{begun}ة" if form in {4, 10} else f"{begun[:-2]}يا{begun[-1]}"
    if begun[-1] in "ىأ":
        return f"{begun[:-1]}اء"
    return f"{begun}ا{begun[-1]}" if is_doubled(past, form) else f"{begun[:-1]}ا{begun[-1]}"
