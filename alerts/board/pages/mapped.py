"""The stories that are at one place, on a map and by their events in a list beside it; as GeoJSON too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any

from alerts.board.events import events_shown
from alerts.board.page import Asked, Document, Page, Record
from alerts.board.places import Spot, collection, spots
from alerts.board.projection import HEIGHT, WIDTH
from alerts.board.ranges import FILTERS, chosen_range, span_of
from alerts.board.shapes import EVENT, FLAG, NUMBER, PLACE, RANGE, SEVERITY, STORY, TIME, WHOLE, each, keys, none_or
from alerts.run.told_list import Told, describe_told, read_told
from alerts.store.latest import Span, latest_told

MOST = 500  # stories: the newest of the range
DEFAULT = "24h"


def read(asked: Asked) -> Record:
    """Return the places of the stories told in a range, and how many stories are at none."""
    span = span_of(asked.query, asked.now, asked.config.timezone, DEFAULT)
    told = _told(asked, span)
    found = _spots(asked, told)
    placed = sum(len(each.stories) for each in found)
    records = [each.record | {"events": _events(asked, told, each)} for each in found]
    return {
        "since": span.since,
        "until": span.until,
        "spots": records,
        "off": sum(each["x"] is None for each in records),
        "placed": placed,
        "events": len({each["thread"] for spot in found for each in spot.stories}),
        "unplaced": len(told) - placed,
        "cut": len(told) == MOST,
        "width": WIDTH,
        "height": HEIGHT,
        "chosen": chosen_range(asked.query, DEFAULT),
    }


def geojson(asked: Asked) -> str:
    """Return the same stories as GeoJSON."""
    span = span_of(asked.query, asked.now, asked.config.timezone, DEFAULT)
    return json.dumps(collection(_spots(asked, _told(asked, span))), ensure_ascii=False)


def _told(asked: Asked, span: Span) -> dict[str, Told]:
    """Return the newest stories of a range by their ids, the newest first."""
    found = islice(latest_told(asked.connection, span), MOST)
    revisions = [(story, revision) for story, revision, _ in found]
    return {each.alert.story: each for each in read_told(asked.connection, asked.config, asked.now, revisions)}


def _spots(asked: Asked, told: Mapping[str, Told]) -> list[Spot]:
    return spots((each.alert.where, describe_told(each, asked.now)) for each in told.values() if each.alert.where)


def _events(asked: Asked, told: Mapping[str, Told], spot: Spot) -> list[dict[str, Any]]:
    return events_shown([told[each["story"]] for each in spot.stories], spot.stories, asked.config.timezone)


SPOT = keys(
    "Place on the map", place=PLACE, severity=SEVERITY, stories=each(STORY), events=each(EVENT),
    x=none_or(NUMBER), y=none_or(NUMBER), r=NUMBER,
)  # fmt: skip
ANSWER = keys(
    since=TIME, until=none_or(TIME), spots=each(SPOT), off=WHOLE, placed=WHOLE, events=WHOLE, unplaced=WHOLE, cut=FLAG,
    width=WHOLE, height=WHOLE, chosen=RANGE,
)  # fmt: skip
PAGE = Page("map", "/map", "Map", read, ANSWER, menu="Map", key="m", filters=FILTERS)
DOCUMENTS = (Document("/map.geojson", "Stories at one place, as GeoJSON", "application/geo+json", geojson, FILTERS),)
