"""The stories that alerted, told or still held, the newest activity first, by range and filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any

from alerts.alert import Alert, Severity
from alerts.board.events import events_shown
from alerts.board.page import Asked, BadQuery, Page, Query, Record
from alerts.board.plots import arrivals_in
from alerts.board.ranges import FILTERS as RANGE_FILTERS
from alerts.board.ranges import chosen_range, span_of
from alerts.board.shapes import (
    BY_SEVERITY,
    EVENT,
    NAMED,
    RANGE,
    STORY,
    TEXT,
    TEXTS,
    TIME,
    WHOLE,
    each,
    keys,
    more,
    none_or,
)
from alerts.board.worded import FILTER, Listed, worded
from alerts.rules.events import DEED
from alerts.run.told_list import Told, describe_told, read_told
from alerts.store.latest import Place, Span, first_told, latest_told
from crawler.config.values import nearest

SHOWN = 50  # stories of a page
LOOKED_AT = 50  # read at a time, to be filtered
SEVERITIES = tuple(each.word for each in sorted(Severity, reverse=True))
STATES: Mapping[str, Callable[[Told], bool]] = {
    "open": lambda told: not told.ack and not told.silences,
    "acknowledged": lambda told: bool(told.ack),
    "silenced": lambda told: bool(told.silences),
}
FILTERS = (
    RANGE_FILTERS
    | FILTER
    | {
        "severity": f"one or several of {', '.join(SEVERITIES)}",
        "rule": "ids of rules",
        "source": "ids of sources",
        "language": "codes of languages, as ar",
        "place": "ids of places",
        "deed": "deeds of its event, as airstrike",
        "state": f"one or several of {', '.join(STATES)}",
        "after": "what `more` of the page before says: the next page",
    }
)
Wanted = Callable[[Told], bool]


def read(asked: Asked) -> Record:
    """Return the stories of a page, what was asked for, and where the next page begins."""
    span = span_of(asked.query, asked.now, asked.config.timezone)
    found = list(islice(_passing(asked, span, _after(asked.query)), SHOWN + 1))
    choices = _choices(asked)
    if not found:
        _refuse_unknown(asked.query, choices)
    described = [describe_told(each, asked.now) for each in found[:SHOWN]]
    return {
        "arrivals": arrivals_in(_arrived(asked, span), span.since, span.until or asked.now),
        "since": span.since,
        "until": span.until,
        "stories": described,
        "events": events_shown(found[:SHOWN], described, asked.config.timezone),
        "untold": sum(each.status.told is None for each in found[:SHOWN]),
        "more": _place(found[SHOWN - 1].alert) if len(found) > SHOWN else None,
        "chosen": _chosen(asked.query),
        "choices": choices,
    }


def _passing(asked: Asked, span: Span, after: Place | None = None) -> Iterator[Told]:
    """Yield the stories of a span that pass all filters, the newest first; each is read when it is asked for."""
    wanted, told = _wanted(asked.query), _listed(asked, span, after)
    while part := list(islice(told, LOOKED_AT)):
        revisions = [(story, revision) for story, revision, _ in part]
        yield from filter(wanted, read_told(asked.connection, asked.config, asked.now, revisions))


def _listed(asked: Asked, span: Span, after: Place | None = None) -> Listed:
    """Return the stories of a span that pass the filters for which no story need be read: severity and words."""
    return worded(asked, latest_told(asked.connection, span, _severities(asked.query), after))


def _arrived(asked: Asked, span: Span) -> list[tuple[datetime, Severity]]:
    """Return when the stories that pass all filters were first told in a span, and how grave they were then."""
    told = first_told(asked.connection, span)
    if any(asked.query.all(name) for name in (*_HAS, "state")):
        passing = {each.alert.story for each in _passing(asked, span)}
    elif asked.query.all("severity") or asked.query.one("q"):
        passing = {story for story, _, _ in _listed(asked, span)}
    else:
        passing = {story for story, _, _ in told}
    return [(at, severity) for story, at, severity in told if story in passing]


def _severities(query: Query) -> list[Severity]:
    return [Severity.of(each) for each in _known(query, "severity", SEVERITIES)]


def _known(query: Query, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    given = query.all(name)
    if unknown := [each for each in given if each not in allowed]:
        raise BadQuery(f'{name} is "{unknown[0]}"; it is one of {", ".join(allowed)}')
    return given


def _wanted(query: Query) -> Wanted:
    """Return what says whether a story passes the filters: for each name one of the values given must hold."""
    tests: list[Wanted] = []
    for name, values in {name: frozenset(query.all(name)) for name in _HAS}.items():
        if values:
            tests.append(partial(_has_one, name, values))
    if states := _known(query, "state", tuple(STATES)):
        tests.append(lambda told: any(STATES[each](told) for each in states))
    return lambda told: all(test(told) for test in tests)


def _refuse_unknown(query: Query, choices: Mapping[str, Any]) -> None:
    """Raise BadQuery where nothing is found for a value that the desk does not have: what was told may have had it."""
    for name in ("rule", "source", "place", "deed"):
        known = [each["id"] for each in choices[name]]
        for given in query.all(name):
            if given not in known:
                words = f'{name} is "{given}", which neither the desk nor a story in this range has'
                raise BadQuery(f"{words}{nearest(given, known)}")


def _has_one(name: str, values: frozenset[str], told: Told) -> bool:
    return not values.isdisjoint(_HAS[name](told))


_HAS: Mapping[str, Callable[[Told], set[str]]] = {
    "rule": lambda told: {each.rule for each in told.alert.causes},
    "source": lambda told: set(told.sources),
    "language": lambda told: set(told.languages),
    "place": lambda told: {told.alert.where.id} if told.alert.where else set(),
    "deed": lambda told: {act.deed for act in told.alert.event.acts} if told.alert.event else set(),
}


def _place(alert: Alert) -> str:
    return f"{alert.created.isoformat()}~{alert.story}"


def _after(query: Query) -> Place | None:
    """Return where the page before ended, None for the first page. Raises BadQuery."""
    given = query.one("after")
    if not given:
        return None
    at, _, story = given.partition("~")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), story
    except ValueError:
        raise BadQuery(f'after is "{given}"; it is what "more" of the page before says') from None


def _chosen(query: Query) -> dict[str, Any]:
    """Return the filters as they were given, by name: values that are one text stay one."""
    return {
        **chosen_range(query),
        "q": query.one("q"),
        **{name: list(query.all(name)) for name in ("severity", *_HAS, "state")},
    }


def _choices(asked: Asked) -> dict[str, Any]:
    """Return what the filters may be set to."""
    config = asked.config
    places = [{"id": each.id, "title": each.label or each.id} for each in config.entities.values() if each.at]
    deeds = sorted(name.removeprefix(DEED) for name in config.lists if name.startswith(DEED))
    return {
        "severity": list(SEVERITIES),
        "state": list(STATES),
        "rule": [{"id": each.id, "title": each.title} for each in config.rules],
        "source": [{"id": each.id, "title": each.outlet} for each in config.sources],
        "place": sorted(places, key=lambda each: each["title"]),
        "deed": [{"id": name, "title": name.replace("-", " ")} for name in deeds],
    }


ARRIVALS = keys("Arrivals", since=TIME, until=TIME, counts=BY_SEVERITY)
ANSWER = keys(
    arrivals=ARRIVALS, since=TIME, until=none_or(TIME), stories=each(STORY), events=each(EVENT), untold=WHOLE,
    more=none_or(TEXT),
    chosen=more(RANGE, q=TEXT, **dict.fromkeys(("severity", *_HAS, "state"), TEXTS)),
    choices=keys(severity=TEXTS, state=TEXTS, **{name: each(NAMED) for name in ("rule", "source", "place", "deed")}),
)  # fmt: skip
PAGE = Page("stories", "/stories", "Stories", read, ANSWER, menu="Stories", key="s", filters=FILTERS)
