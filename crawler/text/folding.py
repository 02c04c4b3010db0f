"""Fold text to what different spellings of the same words share, with a map back to the original.

Folded text is lower-case tokens with one space between, before and after (" us troops at taqaddum "), so that
a phrase in spaces is found on word boundaries by plain search. Folding is NFKC (UAX #15) with marks dropped,
Arabic, Persian and Kurdish letter variants joined, look-alike Cyrillic and Greek letters read as Latin (after
UTS #39), invisible characters dropped, digits as ASCII, character references decoded, dots of acronyms and
apostrophes inside a word removed. `fold` is fast; the map is only worked out where a hit asks for it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right

ZWNJ = "\u200c"
APOSTROPHES = "'\u2018\u2019\u201b\u02bc\u02bb\u02bf\u02be\u02b9\u2032`\u00b4\uff07"
LETTERS = {
    "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ێ": "ي", "ے": "ي", "ک": "ك", "ڪ": "ك", "ة": "ه", "ۀ": "ه", "ە": "ه",
    "ہ": "ه", "ھ": "ه", "ۃ": "ه", "ۆ": "و", "ۇ": "و", "ڵ": "ل", "ڕ": "ر", "ڤ": "ف", "ـ": "",
    "а": "a", "в": "b", "е": "e", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c", "т": "t", "у": "y",
    "х": "x", "і": "i", "ј": "j", "ѕ": "s", "ԁ": "d", "ӏ": "l", "ո": "n", "α": "a", "ε": "e", "ι": "i", "κ": "k",
    "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "χ": "x", "ν": "v", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d",
    "æ": "ae", "œ": "oe", "þ": "th",
}  # fmt: skip
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ACRONYM_DOT = re.compile(
    r"\.(?<=(?<!\w)[^\W\d_]\.)(?=[^\W\d_](?!\w))"  # between two single letters: the first dot of U.S.
    r"|\.(?<=(?<!\w)[^\W\d_]\.[^\W\d_]\.)"  # behind the last of them
)
_ACRONYM = re.compile(r"(?<!\w)[^\W\d_](?:\.[^\W\d_])+$")
_POSSESSIVE = re.compile(r"'(?=s(?!\w))")
_JOINER = re.compile(rf"(?<=[\u0600-\u06ff]){ZWNJ}+(?=[\u0600-\u06ff])")
# Kurdish before its letter ae was in fonts: heh with a ZWNJ, which parts no words, in a text with a letter, ending or
# a word ("in") that Persian has not
_KURDISH_AE = re.compile(rf"(?<=[\u0600-\u06ff]){ZWNJ}+(?<!ه{ZWNJ})(?=[\u0600-\u06ff])")
SHORT = 240  # characters of a text whose map is made in one
_PIECE = re.compile(rf".{{{SHORT}}}\S*\s*|.+", re.DOTALL)  # of a longer one: no rule of folding looks across a space
_OLD_KURDISH = re.compile(rf"[ێۆڕڵە]|ه{ZWNJ}ى|(?<!\w)له{ZWNJ}(?!\w)")


class _FoldTable(dict[int, str]):
    """Table for `str.translate`: code point -> folded text. Each entry is made when it is first asked for."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def _fold_character(char: str) -> str:
    if char == ZWNJ:
        return ZWNJ
    if char in APOSTROPHES:
        return "'"
    # decomposed, so that a marked letter and its base fold to one
    pieces = unicodedata.normalize("NFKD", char).casefold()
    if not pieces.isascii():
        pieces = unicodedata.normalize("NFKD", pieces)
    return "".join(_fold_piece(piece) for piece in pieces)


def is_look_alike(char: str) -> bool:
    """Return whether a character is a letter of another script that looks like a Latin one, as Cyrillic "a"."""
    return char.casefold() in LETTERS and not unicodedata.name(char, "").startswith(("LATIN", "ARABIC"))


def _fold_piece(piece: str) -> str:
    if piece in LETTERS:
        return LETTERS[piece]
    if piece == ".":
        return "."
    category = unicodedata.category(piece)
    if category[0] == "M" or category in {"Cf", "Sk"}:
        return ""
    if category == "Nd":
        return str(unicodedata.digit(piece))
    return piece if category[0] in "LN" else " "


_TABLE = _FoldTable()


Span = tuple[int, int]


class Folded:
    """Folded text and, on demand, where each of its characters came from."""

    __slots__ = ("_spans", "original", "text")

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = fold(original)
        self._spans: _Spans | None = None

    def span(self, start: int, end: int) -> Span:
        """Return the offsets in the original of folded characters start..end, with marks and an acronym's dot."""
        if self._spans is None:
            self._spans = _Spans(self.original)
        first, last = self._spans[start][0], self._spans[end - 1][1]
        # marks and the last dot of an acronym fold to nothing, so no span reaches them
        while last < len(self.original) and unicodedata.category(self.original[last])[0] == "M":
            last += 1
        if self.original[last : last + 1] == "." and _ACRONYM.search(self.original, first, last):
            last += 1
        return first, last

    def within(self, first: int, last: int) -> tuple[int, int]:
        """Return the offsets in folded text of the words that stand between two offsets of the original."""
        if self._spans is None:
            self._spans = _Spans(self.original)
        spans, some = self._spans, self._spans.around(first, last, len(self.text))
        inside = [at for at in some if first <= spans[at][0] and spans[at][1] <= last and self.text[at] != " "]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)


class _Spans(dict[int, Span]):
    """Where each character of a folded text came from, by its offset there.

    That costs thirty times as much as folding, and few characters are asked for: an original is cut into pieces, and
    one is traced when it is first asked for (decision 8).
    """

    def __init__(self, original: str) -> None:
        super().__init__()
        self._original = original
        whole = _REFERENCE.sub(_dereference, original) if "&" in original else original
        self._joiner = _joiner(whole) if ZWNJ in whole else _JOINER
        self._firsts, self._starts = [0], [0]  # of each piece, in the original and in folded text
        start = 0  # of the piece to come; one without a word belongs to the piece before it
        for found in _PIECE.finditer(original) if len(original) > SHORT else ():
            length = len(fold(found[0], self._joiner).rstrip())
            if length and start:
                self._firsts.append(found.start())
                self._starts.append(start)
            start += length

    def __missing__(self, at: int) -> Span:
        number = bisect_right(self._starts, at) - 1
        start, is_last = self._starts[number], number + 1 == len(self._starts)
        if number and at == start:  # the space between two pieces
            follows = self[at + 1][0]
            self[at] = min(self[at - 1][1], follows), follows
            return self[at]
        first = self._firsts[number]
        piece = self._original[first:] if is_last else self._original[first : self._firsts[number + 1]]
        traced = [(first + begin, first + end) for begin, end in _trace(piece, self._joiner)]
        own = traced[bool(number) : len(traced) if is_last else -1]
        self.update(enumerate(own, start + bool(number)))
        return self[at]

    def around(self, first: int, last: int, end: int) -> range:
        """Return the characters of the pieces that hold a part of an original; `end` is how many there are."""
        begin, stop = bisect_right(self._firsts, first) - 1, bisect_left(self._firsts, last)
        return range(self._starts[begin], [*self._starts, end][stop])


def fold(text: str, joiner: re.Pattern[str] | None = None) -> str:
    """Fold text into space-separated tokens with a space at both ends.

    Of a part of a text `joiner` is what finds the ZWNJ that part words in the whole.
    """
    if "&" in text:
        text = _REFERENCE.sub(_dereference, text)
    given, text = text, text.translate(_TABLE)
    if "." in text:
        text = _ACRONYM_DOT.sub("", text).replace(".", " ")
    if "'" in text:
        text = _POSSESSIVE.sub(" ", text).replace("'", "")
    if ZWNJ in text:
        text = (joiner or _joiner(given)).sub(" ", text).replace(ZWNJ, "")
    return f" {' '.join(text.split())} "


def _joiner(text: str) -> re.Pattern[str]:
    """Return what finds the ZWNJ of a text that part words."""
    return _KURDISH_AE if _OLD_KURDISH.search(text) else _JOINER


def _dereference(match: re.Match[str]) -> str:
    return html.unescape(match[0])


def _trace(text: str, joiner: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return, for every character of the folded text, its (start, end) in the original.

    It repeats `fold` step by step, so the two must be changed together.
    """
    chars, spans = _translated(text)
    for pattern, instead, literal, default in (
        (_ACRONYM_DOT, "", ".", " "),
        (_POSSESSIVE, " ", "'", ""),
        (joiner, " ", ZWNJ, ""),
    ):
        if literal in chars:
            chars, spans = _substituted(chars, spans, pattern, instead)
            chars, spans = _substituted(chars, spans, re.compile(re.escape(literal)), default)
    return _collapsed(chars, spans)


def _translated(text: str) -> tuple[str, list[tuple[int, int]]]:
    chars: list[str] = []
    spans: list[tuple[int, int]] = []
    position = 0
    for match in _REFERENCE.finditer(text):
        _translate_plain(text, position, match.start(), chars, spans)
        for char in _dereference(match):
            folded = _TABLE[ord(char)]
            chars.append(folded)
            spans.extend([match.span()] * len(folded))
        position = match.end()
    _translate_plain(text, position, len(text), chars, spans)
    return "".join(chars), spans


def _translate_plain(text: str, start: int, end: int, chars: list[str], spans: list[tuple[int, int]]) -> None:
    part = text[start:end]
    if all(len(_TABLE[ord(char)]) == 1 for char in set(part)):  # the usual text: character for character
        chars.append(part.translate(_TABLE))
        spans.extend(zip(range(start, end), range(start + 1, end + 1), strict=True))
        return
    for position, char in enumerate(part, start):
        folded = _TABLE[ord(char)]
        chars.append(folded)
        spans.extend([(position, position + 1)] * len(folded))


def _substituted(
    chars: str, spans: list[tuple[int, int]], pattern: re.Pattern[str], instead: str
) -> tuple[str, list[tuple[int, int]]]:
    """Return the text with every match replaced by `instead` (at most one character), and the spans that then hold."""
    kept: list[tuple[int, int]] = []
    position = 0
    for match in pattern.finditer(chars):
        kept += spans[position : match.start()]
        if instead:
            kept.append((spans[match.start()][0], spans[match.end() - 1][1]))
        position = match.end()
    kept += spans[position:]
    return pattern.sub(instead, chars), kept


def _collapsed(chars: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    edge = (spans[0][0], spans[0][0]) if spans else (0, 0)
    collapsed = [edge]
    for word in re.finditer(r"\S+", chars):
        if len(collapsed) > 1:
            follows = spans[word.start()][0]
            collapsed.append((min(collapsed[-1][1], follows), follows))
        collapsed += spans[word.start() : word.end()]
    end = spans[-1][1] if spans else 0
    return [*collapsed, (end, end)]
