"""Generate the forms of an English verb (`forms`) or noun (`noun_forms`) as news writes them, British and American.

Rules of spelling make the regular forms; what they cannot know is in the tables of english_words.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

from alerts.rules.forms import Form, FormError, Kind
from alerts.rules.forms.english_words import (
    ALSO_BASES,
    ALWAYS_S,
    ALWAYS_Z,
    BOTH,
    COUNTED,
    DOUBLED,
    HEADED,
    INTRANSITIVE,
    IRREGULAR,
    KEEPS_E,
    KEEPS_OR_DROPS_E,
    LEFT_OUT,
    NOT_MEN,
    NOUN_PHRASES,
    NOUNS,
    PLURAL_ENDS,
    PLURALS,
    SINGLE,
    UNCOUNTED,
    UNINFLECTED,
)

Pairs = Iterator[tuple[str, Kind]]

_HEAD = re.compile(
    r"(?P<before>(?:.*?[ -])??)(?P<word>[a-z]+)"
    r"(?P<after>[ -](?:at|by|for|from|in|of|on|to|with|without)[ -].*|[ -]by| d'.*)?"
)
_LETTERS = re.compile(r"[a-z]+(?:\|[a-z]+)*")
_CLOSED = re.compile(r"(?:^|[^aeiou]|qu)[aeiou][bdfgklmnprstvz]$")  # one vowel, one consonant: may double
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")
_SHORTEST = 3  # letters of a word: go, do and be are in every text


# -- verbs --------------------------------------------------------------------------------------------------------


def forms(*parts: str) -> tuple[Form, ...]:
    """Return the forms of a verb, or of a phrase that begins with one: "shoot down" gives "shot down".

    `parts` are its base, and for a verb that the tables lack its past and participle: "strike", "struck", "stricken".
    """
    if not 1 <= len(parts) <= 3:
        raise FormError('a verb has up to three parts: base/past/participle, as in "strike/struck/stricken~"')
    split = [_split(part.strip().lower()) for part in parts]
    before, base, after = split[0]
    if any((each[0], each[2]) != (before, after) for each in split):
        raise FormError(
            f'Repeat the rest of the phrase in each part, as in "shoot{after or " down"}/shot{after or " down"}~"'
        )
    given = tuple(tuple(each[1].split("|")) for each in split[1:])
    _check_base(base, given=bool(given))
    kinds: dict[str, set[Kind]] = {}
    for word, kind in _conjugated(base, after, given):
        if before or after or given or (base, word) not in LEFT_OUT:
            kinds.setdefault(f"{before}{word}{after}", set()).add(kind)
    return tuple(Form(text, found.pop() if len(found) == 1 else "either") for text, found in kinds.items())


def _split(part: str) -> tuple[str, str, str]:
    """Return what stands before the inflected word ("re-" of "re-open"), the word, and what stands after it."""
    first, space, rest = part.partition(" ")
    before, hyphen, word = first.rpartition("-")
    if not _LETTERS.fullmatch(word) or re.search(r"[*?$=~/]", part):
        raise FormError(f'"{part}~" is no English word with forms; "~" goes with letters only, without wildcards')
    if min(map(len, word.split("|"))) < _SHORTEST:
        raise FormError(f'"{word}~" is too short and too common; write out the forms that you mean')
    return before + hyphen, word, space + " ".join(rest.split())


def _check_base(base: str, *, given: bool) -> None:
    """Raise FormError for a word that is no base of a verb, with the base if the tables have it."""
    if base in UNINFLECTED:
        raise FormError(f'"{base}~" is in every text; name the verb that says what is done')
    if "|" in base:
        raise FormError(f'"{base}~" names several verbs; write each with a "~" of its own')
    if given or base in IRREGULAR or base in NOUNS or base in ALSO_BASES:
        return
    if found := _verbs_by_past().get(base):
        raise FormError(f'"{base}" is a form of "{found}"; write "{found}~"')
    if _looks_inflected(base):
        raise FormError(f'"{base}" is not the base of a verb; write it as after "to": "bomb~", not "bombing~"')


@cache
def _verbs_by_past() -> dict[str, str]:
    """Return the first of the irregular verbs that has a past form, by the form: each verb of a desk is looked up."""
    found: dict[str, str] = {}
    for verb, pasts in IRREGULAR.items():
        for word in chain.from_iterable(pasts):
            found.setdefault(word, verb)
    return found


def _looks_inflected(word: str) -> bool:
    many = len(_syllables(word)) > 1
    if word.endswith("s"):
        return not word.endswith(("ss", "us")) and word not in BOTH | {"gas", "canvas"}
    return many and (word.endswith("ing") or (word.endswith("ed") and not word.endswith("eed") and word not in DOUBLED))


def _conjugated(base: str, after: str, given: tuple[tuple[str, ...], ...]) -> Pairs:
    phrase = f"{base}{after}"
    own: Kind = "active" if phrase in INTRANSITIVE else "passive"
    for verb in [base] if given or base in IRREGULAR else _spellings(base):
        pasts = given or IRREGULAR.get(verb) or (tuple(_past(verb)),)
        yield from _present(verb, phrase)
        yield from ((word, "active") for word in pasts[0])
        yield from ((word, own) for word in pasts[-1])
        yield from _gerunds(verb, set(pasts[0]), counted=phrase in COUNTED, named=phrase in UNCOUNTED)


def _present(verb: str, phrase: str) -> Pairs:
    doubled = verb[-1] in "sz" and _stems(verb) == (f"{verb}{verb[-1]}",)  # gasses, quizzes
    yield verb, "either" if phrase in NOUNS | NOUN_PHRASES else "active"
    yield _with_s(f"{verb}{verb[-1]}" if doubled else verb), "either" if phrase in NOUNS else "active"


def _gerunds(verb: str, pasts: set[str], *, counted: bool, named: bool) -> Pairs:
    for word in _ing(verb, pasts):
        yield word, "either" if counted or named else "active"
    if counted:
        yield from ((f"{word}s", "noun") for word in _ing(verb, pasts))


def _spellings(verb: str) -> list[str]:
    """Return a verb as it is written, and its other spelling where -ise and -ize, or -yse and -yze, are both in use."""
    if verb.endswith("yse") or (verb.endswith("ise") and verb not in ALWAYS_S and len(_syllables(verb)) > 2):
        return [verb, f"{verb[:-2]}ze"]
    if verb.endswith(("yze", "ize")) and verb not in ALWAYS_Z:
        return [verb, f"{verb[:-2]}se"]
    return [verb]


def _past(verb: str) -> Iterator[str]:
    if verb.endswith("e"):
        yield f"{verb}d"
    elif re.search("[^aeiou]y$", verb):
        yield f"{verb[:-1]}ied"
    else:
        yield from (f"{stem}ed" for stem in _stems(verb))


def _ing(verb: str, pasts: Iterable[str]) -> Iterator[str]:
    if verb in KEEPS_OR_DROPS_E:
        yield from (f"{verb[:-1]}ing", f"{verb}ing")
    elif verb.endswith("ie"):
        yield f"{verb[:-2]}ying"
    elif verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and verb not in KEEPS_E:
        yield f"{verb[:-1]}ing"
    else:
        # a past that the rule names shows whether the consonant doubles
        shown = [stem for stem in (f"{verb}{verb[-1]}", verb) if f"{stem}ed" in pasts]
        yield from (f"{stem}ing" for stem in shown or _stems(verb))


def _stems(verb: str) -> tuple[str, ...]:
    """Return what -ed and -ing are added to: the verb, the verb with its last consonant doubled, or both."""
    doubled = f"{verb}{verb[-1]}"
    closed, short = _CLOSED.search(verb), len(_syllables(verb)) == 1
    if verb.endswith("ic"):
        return (f"{verb}k",)
    if verb in BOTH or (closed and not short and verb.endswith("l") and verb not in DOUBLED | SINGLE):
        return doubled, verb  # British travelled, American traveled
    return (doubled,) if verb in DOUBLED or (closed and short) else (verb,)


def _syllables(word: str) -> list[str]:
    return re.findall("[aeiou]+|(?<![aeiou])y(?![aeiou])", word.replace("qu", "q"))  # "lay-er", "try"


def _with_s(word: str) -> str:
    if re.search("[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if _SIBILANT.search(word) or re.search("[^aeiou]o$", word) else f"{word}s"


# -- nouns --------------------------------------------------------------------------------------------------------


def noun_forms(*parts: str) -> tuple[Form, ...]:
    """Return the singular and the plural of a noun, each of kind "noun". `parts` is the singular alone.

    Of a phrase the last word is inflected, or the one before "of", "in", ...: "chiefs of staff".
    """
    if len(parts) != 1:
        raise FormError(f'"{"/".join(parts)}" has parts, which an English noun has not; write its singular alone')
    written = " ".join(parts[0].lower().split())
    match = _HEAD.fullmatch(written)
    if match is None or re.search(r"[*?$=~/|]", written) or len(match["word"]) < _SHORTEST:
        raise FormError(f'"{parts[0]}~" is no English noun of three letters or more; "~" takes no wildcards')
    before, word, after = match["before"], match["word"], match["after"] or ""
    if word == "general" and before[:-1] in HEADED:
        before, word, after = "", before[:-1], f"{before[-1]}general"
    texts = dict.fromkeys(f"{before}{each}{after}" for each in (word, *_plurals(word)))
    return tuple(Form(text, "noun") for text in texts)


def _plurals(word: str) -> tuple[str, ...]:
    if word in PLURALS:
        return PLURALS[word][0]
    _check_singular(word)
    for end, plural in PLURAL_ENDS.items():
        if word.endswith(end) and word not in NOT_MEN:
            return tuple(f"{word.removesuffix(end)}{each}" for each in plural.split("|"))
    if word.endswith("sis"):
        return (f"{word[:-2]}es",)
    return (f"{word}s",) if word.endswith("o") else (_with_s(word),)


def _check_singular(word: str) -> None:
    found = next((one for one, plurals in PLURALS.items() if word in plurals[0]), "")
    for one, plural in PLURAL_ENDS.items():
        if word.endswith(end := plural.partition("|")[0]) and word not in NOT_MEN:
            found = f"{word.removesuffix(end)}{one}"
    if found:
        raise FormError(f'"{word}" is the plural of "{found}"; write "{found}~"')
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        raise FormError(
            f'"{word}" looks like a plural; write its singular, as in "drone~", or leave out "~" if it has none'
        )
