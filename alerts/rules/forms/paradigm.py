"""Read a term with "~", which names a word with all its forms: `strike~`, `missile~noun`, `رد/يرد/رد~`, `حمله~fa noun`.

What stands before "~" are the principal parts, split at "/": mostly one, more where the forms cannot be known from it.
After it may stand `noun` (a verb otherwise) and a language, where the script does not tell it: en, ar, fa, ckb.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol

from alerts.rules.forms import Form, FormError, arabic, english, kurdish, persian
from alerts.rules.forms.kurdish_words import LETTERS as KURDISH
from crawler.config.nearest import nearest

MARK = "~"
_NOUN = "noun"


class _Inflect(Protocol):
    def __call__(self, *parts: str) -> tuple[Form, ...]: ...


_VERBS: dict[str, _Inflect] = {
    "en": english.forms,
    "ar": arabic.forms,
    "fa": persian.forms,
    "ckb": kurdish.forms,
}
_NOUNS: dict[str, _Inflect] = {
    "en": english.noun_forms,
    "ar": arabic.noun_forms,
    "fa": persian.noun_forms,
    "ckb": kurdish.noun_forms,
}
_DENIED: dict[str, _Inflect] = {"fa": persian.negated, "ckb": kurdish.negated}
ARABIC_SCRIPT = re.compile(r"[\u0600-\u06ff]")
_PERSIAN = re.compile("[پچژگکی\u200c]")  # letters that Arabic does not write
_INFINITIVE = re.compile("[دت]ن$")


def is_persian(word: str) -> bool:
    """Return whether a word has a letter that Arabic does not write."""
    return _PERSIAN.search(word) is not None


def is_paradigm(term: str) -> bool:
    """Return whether a term names a word with all its forms."""
    return MARK in term


@lru_cache(maxsize=4096)
def inflect(term: str) -> tuple[Form, ...]:
    """Return the forms that a term with "~" stands for, the one it is written with first. Raise FormError."""
    parts, language, is_noun = _read(term)
    try:
        return (_NOUNS if is_noun else _VERBS)[language](*parts)
    except FormError as error:
        if language == "fa" and not term.partition(MARK)[2] and not is_persian(parts[0]):
            raise FormError(f'{error}; an Arabic verb that ends so is written "{term}ar"') from error
        raise


@lru_cache(maxsize=4096)
def denied(term: str) -> tuple[Form, ...]:
    """Return the forms that say the deed was not done, where a language has such forms (Persian, Kurdish)."""
    parts, language, is_noun = _read(term)
    if is_noun or language not in _DENIED:
        return ()
    return _DENIED[language](*parts)


def forget() -> None:
    """Let go of the forms that are kept for whoever asks again: a process that lives on has them compiled."""
    inflect.cache_clear()
    denied.cache_clear()


def _read(term: str) -> tuple[tuple[str, ...], str, bool]:
    """Return the principal parts of a term, its language, and whether it is a noun."""
    written, _, after = term.partition(MARK)
    marks = after.split()
    parts = tuple(part.strip() for part in written.split("/"))
    _check_marks(marks)
    if not all(parts):
        raise FormError(f'no word before "{MARK}"; write it as strike{MARK}')
    languages = [mark for mark in marks if mark != _NOUN] or [_language(parts)]
    return parts, languages[0], _NOUN in marks


def _check_marks(marks: list[str]) -> None:
    """Raise FormError for words after "~" that are not known, or that say one thing twice."""
    known = (_NOUN, *_VERBS)
    for mark in marks:
        if mark not in known:
            raise FormError(
                f'"{mark}" after "{MARK}" is not known{nearest(mark, known)}; there may stand nothing (a verb), '
                f"or: {', '.join(known)}"
            )
    if marks.count(_NOUN) > 1 or len([mark for mark in marks if mark != _NOUN]) > 1:
        raise FormError(f'"{MARK}{" ".join(marks)}" says too much; write at most {_NOUN} and one language')


def _language(parts: tuple[str, ...]) -> str:
    word, *others = parts
    if not ARABIC_SCRIPT.search(word):
        return "en"
    if KURDISH.search(word):
        return "ckb"
    # the present of an Arabic verb ends as its past does (هادن/يهادن), the stem of a Persian one does not (کشتن/کش)
    arabic_present = any(_INFINITIVE.search(each) for each in others)
    return "fa" if is_persian(word) or (_INFINITIVE.search(word) and not arabic_present) else "ar"
