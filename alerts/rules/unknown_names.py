"""Find the $names in conditions that stand for nothing, also in the YAML of those that could not be read. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from alerts.rule import Condition
from alerts.rules.event_standing import STANDING
from crawler.config.keys import nearest
from crawler.config.yamlfile import Node, Place, Problems, Scalar, Sequence


def check_names(condition: Condition | Node, names: Collection[str], problems: Problems) -> None:
    """Add a problem for each $name of a condition that is none of these names.

    A condition that could not be read is given as its YAML, so that its fault does not hide its names.
    """
    told = {each.place for each in problems}
    for term, place in _terms(condition):
        is_cue = term.startswith(f"${STANDING}")  # of an event: without the list no word shows that standing
        if term.startswith("$") and not is_cue and term[1:] not in names and place not in told:
            near = nearest(term[1:], names, "$")
            problems.add(place, f'"{term}" names no entity, kind or list{near}; define it under entities or lists')


def _terms(part: Condition | Node) -> Iterator[tuple[str, Place]]:
    if isinstance(part, Condition):
        yield part.term, part.place
        inner: tuple[Condition | Node, ...] = tuple(part.children)
    elif isinstance(part, Scalar):
        yield part.text, part.place
        inner = ()
    elif isinstance(part, Sequence):
        inner = tuple(part.items)
    else:
        inner = tuple(value for _, value in part.pairs)
    for each in inner:
        yield from _terms(each)
