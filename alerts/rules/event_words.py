"""The words of a headline that are neither names nor deeds, as stems, by which two headlines are compared. Pure."""

from __future__ import annotations

from alerts.rules.reading import Mention, Reading
from crawler.text.folding import fold
from crawler.text.stopwords import STOP

_SUFFIXES = ("ings", "ing", "ies", "ied", "es", "ed", "s", "ly")
_PREFIXES = ("وال", "بال", "لل", "فال", "كال", "ال", "و")
_ENDINGS = ("ات", "ين", "ون", "ها", "يه", "ه", "ي")


def words_of(reading: Reading, field: str, end_at: int, taken: list[Mention]) -> tuple[str, ...]:
    """Return the stems of the words of a field up to a place of its folded text, but for those of the mentions `taken`.

    Stop words and the outlet's name are left out.
    """
    text, outlet = reading.folded[field].text[:end_at], set(fold(reading.article.outlet).split())
    found, start = [], 0
    for word in text.split(" "):
        end = start + len(word)
        known = word in STOP or word in outlet or any(each.start < end and start < each.end for each in taken)
        if len(word) > 1 and not known:
            found.append(stem(word))
        start = end + 1
    return tuple(dict.fromkeys(found))


def stem(word: str) -> str:
    """Return a folded word without its most common endings and attached prefixes, for comparing two headlines only.

    It is coarse on purpose: where two words become one by mistake, they are one of many that are compared.
    """
    if word.isascii():
        return next((word[: -len(end)] for end in _SUFFIXES if word.endswith(end) and len(word) - len(end) > 2), word)
    word = next((word[len(at) :] for at in _PREFIXES if word.startswith(at) and len(word) - len(at) > 2), word)
    return next((word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) > 2), word)
