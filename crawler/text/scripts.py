"""Tell the script a text is mostly written in, and the script a language is written in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

# first and last letter of a block; letters outside all of these count as another script
_BLOCKS = (
    ("Latin", "A", "\u024f"),
    ("Latin", "\u1e00", "\u1eff"),
    ("Greek", "\u0370", "\u03ff"),
    ("Cyrillic", "\u0400", "\u052f"),
    ("Armenian", "\u0530", "\u058f"),
    ("Hebrew", "\u0590", "\u05ff"),
    ("Arabic", "\u0600", "\u08ff"),
    ("Arabic", "\ufb50", "\ufdff"),
    ("Arabic", "\ufe70", "\ufeff"),
)
OTHER = "other"
SCRIPTS: Mapping[str, str] = {  # by ISO 639 code: the languages that `settings.language` may name
    "ar": "Arabic",
    "ckb": "Arabic",
    "de": "Latin",
    "en": "Latin",
    "es": "Latin",
    "fa": "Arabic",
    "fr": "Latin",
    "he": "Hebrew",
    "it": "Latin",
    "ku": "Latin",
    "pt": "Latin",
    "ru": "Cyrillic",
    "tr": "Latin",
    "uk": "Cyrillic",
    "ur": "Arabic",
}


def script_of(text: str) -> str:
    """Return the script that most letters of a text are in, "" where it has none."""
    found = Counter(_script(char) for char in text if char.isalpha())
    return found.most_common(1)[0][0] if found else ""


def is_foreign(text: str, language: str) -> bool:
    """Return whether a text is mostly in another script than `language`, a key of SCRIPTS, is written in."""
    script = script_of(text)
    return bool(script) and script != SCRIPTS[language]


def _script(letter: str) -> str:
    return next((name for name, first, last in _BLOCKS if first <= letter <= last), OTHER)
