"""Put endings on Arabic nouns, participles and masdars: the accusative, duals, plurals, and pronouns joined to them."""

from __future__ import annotations

import re

_PRONOUNS = ("ه", "ها", "هم")
_DIPTOTE = re.compile("..ا.ي?.")  # صواريخ, قنابل: plurals that take no accusative alif


def joined(base: str) -> list[str]:
    """Return a word with the pronouns joined to it, in every spelling that its ending takes."""
    last, stem = base[-1], base[:-1]
    if base.endswith("اء"):
        hosts = [base, f"{stem}ئ", f"{stem}ؤ"]
    elif last == "ء":  # هدوءه and هدوئه, but only مجيئه
        hosts = [f"{stem}ئ"] if base.endswith("يء") else [base, f"{stem}ئ"]
    elif last == "أ":
        hosts = [base, f"{stem}ؤ"]
    else:
        hosts = [{"ى": f"{stem}ا", "ة": f"{stem}ت"}.get(last, base).replace("أا", "آ")]  # رآه
    return [f"{host}{pronoun}" for host in hosts for pronoun in _PRONOUNS]


def declined(noun: str, *, pronouns: bool = True) -> list[str]:
    """Return a noun, its accusative alif where it takes one, and the pronouns joined to it."""
    bare = noun[-1] in "ةىاأ" or noun.endswith("اء")
    return [noun, *([] if bare else [f"{noun}ا"]), *(joined(noun) if pronouns else ())]


def duals(noun: str) -> list[str]:
    """Return the dual; that of a feminine in -a also as it is written before the noun it belongs to (غارتا, غارتي)."""
    last, stem = noun[-1], noun[:-1]
    if last == "ة":
        return [f"{stem}تان", f"{stem}تين", f"{stem}تا", f"{stem}تي"]
    base = {"ى": f"{stem}ي", "ا": f"{stem}و"}.get(last, noun)
    return [f"{stem}آن" if last == "أ" else f"{base}ان", f"{base}ين"]


def plural(word: str, *, pronouns: bool = True) -> list[str]:
    """Return a sound or broken plural with its endings."""
    stem = word[:-2]
    if word.endswith(("ون", "ين")):
        return [f"{stem}ون", f"{stem}ين", f"{stem}و", f"{stem}ي"]
    if word.endswith("ات") or _DIPTOTE.fullmatch(word):
        return [word, *(joined(word) if pronouns else ())]
    return declined(word, pronouns=pronouns)


def participle(base: str) -> list[str]:
    """Return a participle in the masculine with its accusative, the feminine, and the sound plurals."""
    last, stem = base[-1], base[:-1]
    if last == "ى":
        return [base, f"{stem}اة", f"{stem}ون", f"{stem}ين", f"{stem}يات"]
    if last == "أ":
        return [base, f"{base}ة", f"{base}ون", f"{base}ين", f"{stem}آت"]
    if base.endswith("يء"):  # مسيء
        return [base, *(f"{stem}ئ{ending}" for ending in ("ا", "ة", "ون", "ين", "ات"))]
    many = stem if last == "ي" else base
    return [base, f"{base}ا", f"{base}ة", f"{many}ون", f"{many}ين", f"{base}ات"]
