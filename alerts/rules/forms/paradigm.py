"""Read a term with "~", which names a word with all its forms: `strike~`, `missile~noun`, `رد/يرد/رد~`, `حمله~fa noun`.

What stands before "~" are the principal parts, split at "/": mostly one, more where the forms cannot be known from it.
After it may stand `noun` (a verb otherwise) and a language, where the script does not tell it: en, ar, fa, ckb.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from alerts.rules.forms import Form, FormError, arabic, english, kurdish, persian

MARK = "~"
_NOUN = "noun"
_VERBS: dict[str, Callable[..., tuple[Form, ...]]] = {
    "en": english.forms,
    "ar": arabic.forms,
    "fa": persian.forms,
    "ckb": kurdish.forms,
}
_NOUNS: dict[str, Callable[..., tuple[Form, ...]]] = {
    "en": english.noun_forms,
    "ar": arabic.noun_forms,
    "fa": persian.noun_forms,
    "ckb": kurdish.noun_forms,
}
_ARABIC_SCRIPT = re.compile(r"[\u0600-\u06ff]")
_KURDISH = re.compile("[ۆێەڕڵ]")
_PERSIAN = re.compile("[پچژگکی\u200c]|[دت]ن$")  # letters that Arabic does not write, or an infinitive


def is_paradigm(term: str) -> bool:
    """Return whether a term names a word with all its forms."""
    return MARK in term


@lru_cache(maxsize=4096)
def inflect(term: str) -> tuple[Form, ...]:
    """Return the forms that a term with "~" stands for, the one it is written with first. Raise FormError."""
    parts, language, is_noun = _read(term)
    return (_NOUNS if is_noun else _VERBS)[language](*parts)


@lru_cache(maxsize=4096)
def denied(term: str) -> tuple[str, ...]:
    """Return the forms that say the deed was not done, where a language has such forms (Persian, Kurdish)."""
    parts, language, is_noun = _read(term)
    if is_noun or language not in {"fa", "ckb"}:
        return ()
    return tuple(each.text for each in (persian if language == "fa" else kurdish).negated(*parts))


def _read(term: str) -> tuple[tuple[str, ...], str, bool]:
    """Return the principal parts of a term, its language, and whether it is a noun."""
    written, _, after = term.partition(MARK)
    marks = after.split()
    parts = tuple(part.strip() for part in written.split("/"))
    unknown = [mark for mark in marks if mark != _NOUN and mark not in _VERBS]
    if unknown:
        known = ", ".join((_NOUN, *_VERBS))
        raise FormError(
            f'"{MARK}{" ".join(unknown)}" is not known; after "{MARK}" may stand nothing (a verb), or: {known}'
        )
    if not all(parts):
        raise FormError(f'no word before "{MARK}"; write it as strike{MARK}')
    languages = [mark for mark in marks if mark != _NOUN] or [_language(parts[0])]
    return parts, languages[0], _NOUN in marks


def _language(word: str) -> str:
    if not _ARABIC_SCRIPT.search(word):
        return "en"
    if _KURDISH.search(word):
        return "ckb"
    return "fa" if _PERSIAN.search(word.strip()) else "ar"
