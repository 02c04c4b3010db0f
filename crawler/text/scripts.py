"""Tell the script a text is mostly written in, the script a language is written in, and whether a text is in it."""

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


_ONLY = {"Hebrew": "he"}  # scripts of one language of SCRIPTS
# letters that the others do not write: teh marbuta, alef maksura, alef with hamza; Farsi yeh, keheh, gaf, peh, tcheh,
# jeh; Kurdish ae, e, oe, rr, ll
_OWN_LETTERS: Mapping[str, str] = {
    "ar": "\u0629\u0649\u0623\u0625",
    "fa": "\u06cc\u06a9\u06af\u067e\u0686\u0698",
    "ckb": "\u06d5\u06ce\u06c6\u0695\u06b5",
}
SURE = 3  # such letters, against a source that names another language of the same script


def script_of(text: str) -> str:
    """Return the script that most letters of a text are in, "" where it has none."""
    if text.isascii():  # as most are
        return "Latin" if any(map(str.isalpha, text)) else ""
    found: Counter[str] = Counter()
    for char, n in Counter(text).items():  # each letter once
        if char.isalpha():
            found[_script(char)] += n
    return found.most_common(1)[0][0] if found else ""


def is_foreign(text: str, language: str) -> bool:
    """Return whether a text is mostly in another script than `language`, a key of SCRIPTS, is written in."""
    script = script_of(text)
    return bool(script) and script != SCRIPTS[language]


def language_of(text: str, said: str | None) -> str | None:
    """Return the language that a source says a text is in, unless its letters are another's.

    Those of the Arabic script are told apart by letters that only one language has. None where nothing tells which
    other language it is.
    """
    script, code = script_of(text), (said or "").partition("-")[0].lower()
    if not script or (said and code not in SCRIPTS):
        return said
    is_its_script = SCRIPTS.get(code) == script
    if script != "Arabic":
        return said if is_its_script else _ONLY.get(script)
    found = Counter({each: sum(map(text.count, letters)) for each, letters in _OWN_LETTERS.items()})
    likely, letters = found.most_common(1)[0]
    if is_its_script and (found.get(code, 1) or letters < SURE):
        return said
    return likely if letters else None


def _script(letter: str) -> str:
    return next((name for name, first, last in _BLOCKS if first <= letter <= last), OTHER)
