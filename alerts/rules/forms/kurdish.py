"""Inflect a Sorani Kurdish noun, or a verb compounded with کردن, into the third-person forms that news prose writes.

Only what is regular: the past of a transitive verb marks its doer on the noun (هێرشی کرد, هێرشیان کرد), and the passive
has a stem of its own (هێرش کرا). Other verbs are refused; their forms are to be written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from alerts.rules.forms import Form, FormError, Kind
from crawler.text.folding import ZWNJ, fold

_COMPOUND = re.compile(rf"(\S.*?)[\s{ZWNJ}]*کردن", re.DOTALL)
_LETTERS = str.maketrans("يىك", "ییک")
_WORD = re.compile(r"[ء-غف-يپچژکگیەێۆڵڕڤھ]+")
_VOWELS = "اەیێۆو"  # nouns that end in one join their endings in several ways; -و may be a consonant, but need not
_REMEDY = "write its forms out in a list, or name a noun alone"

# The past stands behind a noun that carries the doer (-ی he, -یان they), or bare where another word carries it.
_ACTIVE_PAST = ("کرد", "کردە", "کردووە")
_ACTIVE = ("دەکات", "دەکەن", "بکات", "بکەن")
_PASSIVE_PAST = ("کرا", "کران", "کرایە", "کراوە", "کراون")
_PASSIVE = ("دەکرێت", "دەکرێن", "بکرێت", "بکرێن")
_DENIED_PAST = ("نەکرد", "نەکردە", "نەکردووە")
_DENIED = ("ناکات", "ناکەن", "نەکات", "نەکەن")
_DENIED_PASSIVE_PAST = ("نەکرا", "نەکران", "نەکرایە", "نەکراوە", "نەکراون")
_DENIED_PASSIVE = ("ناکرێت", "ناکرێن", "نەکرێت", "نەکرێن")


def forms(*parts: str) -> tuple[Form, ...]:
    """Return the forms of a compound in کردن, the infinitive first, written apart and joined; the passive included.

    `parts` is the infinitive alone (هێرش کردن). Raise `FormError` for any other verb.
    """
    noun = _compounded(parts)
    return _told(
        *_apart_or_joined(noun, ("کردن",), "noun"),
        *_pasts(noun, _ACTIVE_PAST),
        *_apart(noun, _ACTIVE, "active"),
        *_apart_or_joined(noun, _PASSIVE_PAST, "passive"),
        *_apart(noun, _PASSIVE, "passive"),
    )


def negated(*parts: str) -> tuple[Form, ...]:
    """Return the forms that say the deed is not done, for the same `parts` as `forms`."""
    noun = _compounded(parts)
    return _told(
        *_pasts(noun, _DENIED_PAST),
        *_apart(noun, _DENIED, "active"),
        *_apart_or_joined(noun, _DENIED_PASSIVE_PAST, "passive"),
        *_apart(noun, _DENIED_PASSIVE, "passive"),
        *_apart_or_joined(noun, ("نەکردن",), "noun"),
    )


def noun_forms(*parts: str) -> tuple[Form, ...]:
    """Return a noun bare, definite, indefinite and plural, each with and without the -ی that joins what follows.

    `parts` is one noun that ends in a consonant, in -ا or in -ە. Raise `FormError` for any other.
    """
    word = parts[0].translate(_LETTERS).strip() if len(parts) == 1 else ""
    if not _WORD.fullmatch(word) or (word.endswith(tuple(_VOWELS)) and not word.endswith(("ا", "ە"))):
        raise FormError(f"{'/'.join(parts)!r} is no Kurdish noun ending in a consonant, -ا or -ە; {_REMEDY}")
    endings = ("کە", "کان", "یەک") if word.endswith(("ا", "ە")) else ("ەکە", "ەکان", "ێک", "ان")
    return _told(*(Form(f"{word}{each}{link}", "noun") for each in ("", *endings) for link in ("", "ی")))


def _compounded(parts: tuple[str, ...]) -> str:
    """Return the word before کردن."""
    match = _COMPOUND.fullmatch(parts[0].translate(_LETTERS).strip()) if len(parts) == 1 else None
    noun = match[1].rstrip(ZWNJ) if match else ""
    if not noun or not all(_WORD.fullmatch(word) for word in re.split(rf"[\s{ZWNJ}]+", noun)):
        raise FormError(f"{'/'.join(parts)!r} is no Kurdish verb in کردن, as هێرش کردن; {_REMEDY}")
    return noun


def _pasts(noun: str, verbs: Iterable[str]) -> list[Form]:
    """Return the past by all its doers: هێرشی کرد, هێرشیان کرد, دەستگیر کرد."""
    verbs = tuple(verbs)
    carried = [form for doer in ("ی", "یان") for form in _apart(f"{noun}{doer}", verbs, "active")]
    return carried + _apart_or_joined(noun, verbs, "active")


def _apart(noun: str, verbs: Iterable[str], kind: Kind) -> list[Form]:
    return [Form(f"{noun} {verb}", kind) for verb in verbs]


def _apart_or_joined(noun: str, verbs: Iterable[str], kind: Kind) -> list[Form]:
    return [Form(f"{noun}{join}{verb}", kind) for verb in verbs for join in (" ", "")]


def _told(*found: Form) -> tuple[Form, ...]:
    """Return forms, one of each that folding makes equal."""
    return tuple({fold(form.text): form for form in reversed(found)}.values())[::-1]
