"""Tell Persian "oil" from Arabic "she denied", which are written alike, by the language of the text. Pure."""

from __future__ import annotations

from functools import lru_cache

from alerts.rules.forms.paradigm import is_persian
from crawler.text.folding import fold

_DENIED = "نفت"
_PERSIAN = "fa"
_PERSIAN_WORDS = frozenset(
    fold(
        "را از در به با که های ها است شد شدند کرد کردند داد دادند می گرفت گرفتند زد زدند قرار"
        " پالایشگاه میدان لوله چاه انبار پایانه صادرات قیمت بهای تولید فروش وزیر تأسیسات خام"
    ).split()
)
_ARABIC_WORDS = frozenset(fold("في من على عن إلى أن أي بعد بين أنباء تقارير مقتل").split())
_ARABIC_ENDS, _ARTICLE, _STEM = ("ة", "ى"), "ال", 3  # Persian writes none of the ends, and the article only in names
_TEXTS = 16  # the forms of one text are asked about one after the other


def is_of_another_language(alias: str, kind: str, text: str, lang: str | None) -> bool:
    """Return whether a form of a paradigm is another word in the language of this text: "oil", and not "she denied".

    What is written out, and so of no `kind`, is meant as the list that writes it means it.
    """
    return alias == _DENIED and bool(kind) and _is_persian(text, (lang or "").partition("-")[0].lower())


@lru_cache(_TEXTS)
def _is_persian(text: str, lang: str) -> bool:
    """Return whether a text is Persian: by its small words and endings, then by what its source says, then letters."""
    folded = fold(text).split()
    persian = sum(word in _PERSIAN_WORDS for word in folded)
    arabic = sum(word in _ARABIC_WORDS for word in folded) + sum(_looks_arabic(word) for word in text.split())
    if persian != arabic:
        return persian > arabic
    return lang == _PERSIAN if lang else is_persian(text)


def _looks_arabic(word: str) -> bool:
    return word.endswith(_ARABIC_ENDS) or (word.startswith(_ARTICLE) and len(word) >= len(_ARTICLE) + _STEM)
