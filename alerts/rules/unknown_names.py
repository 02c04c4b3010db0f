"""Find the $names in conditions that stand for nothing, also in the YAML of those that could not be read. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from alerts.rule import Condition
from alerts.rules.event_cues import STANDING
from alerts.rules.events import DEED
from crawler.config.values import nearest
from crawler.config.yamlfile import Node, Place, Problems, Scalar, Sequence


def check_names(condition: Condition | Node, names: Collection[str], problems: Problems) -> None:
    """Add a problem for each $name of a condition that is none of these names.

    A condition that could not be read is given as its YAML, so that its fault does not hide its names.
    """
    told = {each.place for each in problems}
    for term, place in _terms(condition):
        is_cue = term.startswith(f"${STANDING}")  # of an event: without the list no word shows that standing
        if term.startswith("$") and not is_cue and term[1:] not in names and place not in told:
            problems.add(place, _unknown(term[1:], names))


def _unknown(name: str, names: Collection[str]) -> str:
    if not name.startswith(DEED):
        near = nearest(name, names, "$")
        return f'"${name}" names no entity, kind or list{near}; define it under entities or lists'
    deed = name.removeprefix(DEED)
    near = nearest(deed, [each.removeprefix(DEED) for each in names if each.startswith(DEED)])
    how = f"write its words under lists as {name}, or include those of deploy/desk/deeds.yaml"
    return f'the deed "{deed}" needs a list named {name}, which is not there{near}; {how}'


def _terms(part: Condition | Node) -> Iterator[tuple[str, Place]]:
    if isinstance(part, Condition):
        yield part.term, part.place
        # a filter is checked where it stands
        inner: tuple[Condition | Node, ...] = () if part.op == "filter" else part.children
    elif isinstance(part, Scalar):
        yield part.text, part.place
        inner = ()
    elif isinstance(part, Sequence):
        inner = tuple(part.items)
    else:
        inner = tuple(value for _, value in part.pairs)
    for each in inner:
        yield from _terms(each)
