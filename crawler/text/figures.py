"""Replace spelled numbers by digits, in English, Arabic, Persian and Kurdish; works on folded tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

POINT = "point"  # between the digits of 4.5, which folding would part: "4point5"
SOFT_HYPHEN = "\u00ad"  # a mark where a line may break, also inside a number
# the sign first and then what stands before it: a search goes from sign to sign, not from letter to letter
_THOUSANDS = re.compile(r"[,\u066c](?<=\d.)(?=\d{3}(?!\d))")
_DECIMAL = re.compile(r"[.\u066b](?<=\d.)(?=\d)")
_UNITS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "dozen": 12,
    "ثلاثه": 3, "اربعه": 4, "خمسه": 5, "سته": 6, "سبعه": 7, "ثمانيه": 8, "تسعه": 9, "عشره": 10, "ثلاث": 3, "اربع": 4,
    "خمس": 5, "ست": 6, "سبع": 7, "ثماني": 8, "تسع": 9, "عشر": 10, "اثنان": 2, "اثنين": 2, "اثنتان": 2, "اثنتين": 2,
    "دو": 2, "سه": 3, "چهار": 4, "پنج": 5, "شش": 6, "هفت": 7, "هشت": 8, "نه": 9, "ده": 10, "يازده": 11, "دوازده": 12,
    "سيزده": 13, "چهارده": 14, "پانزده": 15, "شانزده": 16, "هفده": 17, "هجده": 18, "نوزده": 19,
    "دوو": 2, "چوار": 4, "پينج": 5, "شهش": 6, "حهوت": 7, "ههشت": 8, "يانزه": 11, "دوانزه": 12, "سيانزه": 13,
    "چوارده": 14, "پازده": 15, "پانزه": 15, "شازده": 16, "شانزه": 16, "حهفده": 17, "ههژده": 18,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "عشرون": 20, "عشرين": 20, "ثلاثون": 30, "ثلاثين": 30, "اربعون": 40, "اربعين": 40, "خمسون": 50, "خمسين": 50,
    "ستون": 60, "ستين": 60, "سبعون": 70, "سبعين": 70, "ثمانون": 80, "ثمانين": 80, "تسعون": 90, "تسعين": 90,
    "چل": 40, "پهنجا": 50, "شهست": 60, "حهفتا": 70, "ههشتا": 80, "نهوهد": 90,
    "بيست": 20, "سي": 30, "چهل": 40, "پنجاه": 50, "شصت": 60, "هفتاد": 70, "هشتاد": 80, "نود": 90,
}  # fmt: skip
# Kurdish numbers that fold to another word of Persian (thirty, new), and the Persian ones of the same number
_ALIKE = {"سێ": "سه", "نۆ": "نه"}
_ALIKE_WORD = re.compile(rf"(?<!\w)(?:{'|'.join(_ALIKE)})(?!\w)")
_AND = {"و"}  # Persian joins tens and units by it; Arabic joins units and tens with it attached (_ARABIC)
_ARABIC = {f"و{word}": tens for word, tens in _TENS.items() if word.endswith(("ون", "ين"))}
_TEEN = {"عشر", "عشره"}
_SPELLED = frozenset((*_UNITS, *_TENS))


def joined(text: str) -> str:
    """Return a text whose numbers stay one token when folded: 1,200 -> 1200, 4.5 -> 4point5.

    Kurdish "three" and "nine" become the Persian ones: folded they would be other words.
    """
    if not text.isascii():
        text = _ALIKE_WORD.sub(lambda match: _ALIKE[match[0]], text)
    return _DECIMAL.sub(POINT, _THOUSANDS.sub("", text.replace(SOFT_HYPHEN, "")))


def is_number(token: str) -> bool:
    return token[0].isdigit() if token else False


def shown(token: str) -> str:
    """Return a number token as people write it."""
    return token.replace(POINT, ".")


def digits(tokens: Sequence[str]) -> list[str]:
    """Return tokens with spelled numbers below 100 as digits; every other token stays as it is."""
    if _SPELLED.isdisjoint(tokens):
        return list(tokens)
    return [written for written, _, _ in numbered(tokens)]


def numbered(tokens: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield each token, or the digits of those that spell a number, with the positions where it begins and ends."""
    position = 0
    while position < len(tokens):
        value, used = _spelled(tokens, position)
        last = position + (used or 1)
        yield str(value) if used else tokens[position], position, last
        position = last


def is_spelled(token: str) -> bool:
    """Return whether a token alone spells a number."""
    return token in _SPELLED


def _spelled(tokens: Sequence[str], at: int) -> tuple[int, int]:
    """Return the number spelled at a position and how many tokens it takes; (0, 0) if there is none."""
    first = tokens[at]
    if first not in _SPELLED:
        return 0, 0
    second, third = (*tokens[at + 1 : at + 3], "", "")[:2]
    if first in _TENS:
        return _tens(_TENS[first], second, third)
    unit = _UNITS[first]
    if unit < 10 and second in _ARABIC:
        return unit + _ARABIC[second], 2
    return (unit + 10, 2) if unit < 10 and second in _TEEN else (unit, 1)


def _tens(tens: int, second: str, third: str) -> tuple[int, int]:
    if _UNITS.get(second, 10) < 10:
        return tens + _UNITS[second], 2
    if second in _AND and _UNITS.get(third, 10) < 10:
        return tens + _UNITS[third], 3
    return tens, 1
