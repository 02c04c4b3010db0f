"""Words as people type them go in, a search of the archive comes out: words, "phrases", -not, $names. Pure.

A word is found in the spellings in which rules find it: with the particles and endings that Arabic, Persian and Kurdish
write joined to it, and an English word in its plural. In quotation marks it is found as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from alerts.rule import Config
from alerts.rules.automaton import spelling
from alerts.rules.lexicon import expand
from crawler.config.values import nearest
from crawler.text.folding import fold
from crawler.text.searching import Search, Sought

LONGEST = 500  # characters of a search
MOST_WORDS = 20
MOST_PHRASES = 600_000  # spellings of all words together: the largest lists of a desk have half a million
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02", '"'))
_PART = re.compile(r'(-|\u2212)?(?:"([^"]*)"?|([^\s"]+))')
_PLURAL_FROM = 3  # letters of an English word
_LATIN = re.compile("[a-z]+")
HOW = 'write words, "a phrase" or -not: drone "Ain al-Asad" -football; $name stands for a name of rules.yaml'


class Unsearchable(Exception):
    """The words are no search; the message says why and what is one."""


def read_search(text: str, config: Config | None = None) -> Search:
    """Return the search that these words ask for. Raises Unsearchable.

    `config` says what $names stand for; without it they are words.
    """
    if len(text) > LONGEST:
        raise Unsearchable(f"a search has at most {LONGEST} characters; this one has {len(text)}")
    wanted: list[Sought] = []
    unwanted: list[Sought] = []
    left = MOST_PHRASES
    for minus, phrase, word in _PART.findall(text.translate(_QUOTES)):
        phrases = tuple(dict.fromkeys(islice(_phrases(phrase, word, config), left + 1)))
        left -= len(phrases)
        if left < 0:
            raise Unsearchable("the words stand for too many spellings; leave out a $name")
        if phrases:
            (unwanted if minus else wanted).append(Sought(phrases))
    if not wanted:
        raise Unsearchable("nothing to find is among these words; " + HOW)
    if len(wanted) + len(unwanted) > MOST_WORDS:
        raise Unsearchable(f"a search has at most {MOST_WORDS} words or phrases")
    return Search(tuple(wanted), tuple(unwanted))


def _phrases(phrase: str, word: str, config: Config | None) -> Iterator[str]:
    if not word:
        yield from filter(None, [fold(phrase).strip()])
    elif word.startswith("$") and config is not None:
        yield from _named(word, config)
    else:
        yield from spellings(word)


def _named(word: str, config: Config) -> Iterator[str]:
    """Yield the spellings of all that a $name stands for. Raises Unsearchable for an unknown one."""
    if word[1:] not in config.lists and not config.kinds.members(word[1:]):
        known = (*config.lists, *config.entities, *(kind for each in config.entities.values() for kind in each.is_a))
        raise Unsearchable(f'rules.yaml has no list, entity or kind "{word[1:]}"{nearest(word[1:], known)}; {HOW}')
    for meaning in expand(config, word):
        yield from spellings(meaning.alias)


def spellings(written: str) -> Iterator[str]:
    """Yield the folded spellings by which a word or a name is found, none for one without a letter or digit."""
    plain = fold(written.lstrip("=").replace("*", " ").replace("?", " ")).strip()
    if not plain:
        return
    yield plain
    made = spelling(written) if not set(written) & set("*?=") else None
    if made and made.core:
        # not each with each: a particle before and an ending behind belong to different languages
        yield from (f"{before}{made.core}" for before in sorted(made.prefixes))
        plainly = sorted(made.prefixes & {"", "ال"})
        yield from (f"{before}{made.core}{after}" for before in plainly for after in sorted(made.suffixes))
    elif _LATIN.fullmatch(plain) and len(plain) >= _PLURAL_FROM and not written.isupper():
        yield plain.removesuffix("s") if plain.endswith("s") and not plain.endswith("ss") else f"{plain}s"
