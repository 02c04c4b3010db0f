"""What a person may add where nothing matched: a spelling to a list or a kind of name, or a name as a new entity. Pure.

A list of deeds, or of other words that many rules share, is proposed only where a word much like one of it was seen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from alerts.rule import Config, Entity
from crawler.text.folding import fold

PROPOSED = 2  # lists or kinds of names
NAMES = 2  # names of a headline
DEEDS = ("deed-", "standing-")  # how lists are named that say what was done and how it stands: never a place for a name
_TITLE_CASE = 0.7  # of the longer words of a headline: from this share on a capital letter says nothing
_LONG = 4  # letters
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def extendable(terms: Iterable[str], alike: Iterable[str], config: Config) -> tuple[str, ...]:
    """Return "name (file:line)" of at most PROPOSED lists or kinds of names in which a word may be lacking.

    `terms` are those that were asked for and not found, `alike` those of which a word much like one was seen.
    """
    kinds = [term for term in terms if _is_kind(term, config)]
    named = [term.removeprefix("$") for term in (*alike, *kinds) if term.startswith("$")]
    places = [where(name, config) for name in named if not name.startswith(DEEDS)]
    return tuple(dict.fromkeys(filter(None, places)))[:PROPOSED]


def _is_kind(term: str, config: Config) -> bool:
    return term.startswith("$") and bool(config.kinds.members(term.removeprefix("$")))


def where(name: str, config: Config) -> str:
    """Return "name (file:line)" of a list, an entity, or the last entity of a kind; "" if there is none."""
    found = config.lists.get(name) or config.entities.get(name) or last_of(name, config)
    return f"{name} ({found.place.file}:{found.place.line})" if found else ""


def last_of(kind: str, config: Config) -> Entity | None:
    """Return the last entity of a kind in the file that has most of them, None if there is none."""
    found = [config.entities[each] for each in config.kinds.members(kind)]
    return _last(found)


def _last(found: Sequence[Entity]) -> Entity | None:
    files = Counter(each.place.file for each in found)
    return max(found, key=lambda each: (files[each.place.file], each.place.line), default=None)


def entity_file(terms: Iterable[str], config: Config) -> str:
    """Return "file, as at line N": where an entity is best added, by the kinds of names that a rule asks for."""
    kinds = (last_of(term.removeprefix("$"), config) for term in terms if term.startswith("$"))
    found = next((each for each in kinds if each), None) or _last(list(config.entities.values()))
    return f"{found.place.file}, as at line {found.place.line}" if found else ""


def without_names(unknown: Iterable[str], config: Config) -> tuple[str, ...]:
    """Return the words that no entity's spelling has. One may have them that no rule asks for, only the events."""
    known = {word for entity in config.entities.values() for alias in entity.aliases for word in fold(alias).split()}
    return tuple(each for each in unknown if not known.issuperset(fold(each).split()))


def names_in(headline: str, unknown: Sequence[str]) -> tuple[str, ...]:
    """Return at most NAMES runs of capitalised words of a headline that no rule spells out: "Lashkar Nowhere".

    None for a headline that writes most words with a capital letter, and no first word alone.
    """
    found = list(_WORD.finditer(headline))
    long = [each[0] for each in found if len(each[0]) >= _LONG]
    if long and sum(each[0].isupper() for each in long) >= _TITLE_CASE * len(long):
        return ()
    runs: list[list[int]] = []
    for number, each in enumerate(found):
        if each[0] in unknown and each[0][0].isupper():
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
    names = [headline[found[run[0]].start() : found[run[-1]].end()] for run in runs if run != [0]]
    return tuple(dict.fromkeys(names))[:NAMES]
