"""The stories that are at one place, on a map and in a list beside it; as GeoJSON too."""

from __future__ import annotations

import json
from itertools import islice

from alerts.board.page import Asked, Document, Page, Record
from alerts.board.places import Spot, collection, spots
from alerts.board.projection import HEIGHT, WIDTH
from alerts.board.ranges import FILTERS, chosen_range, span_of
from alerts.run.told_list import describe_told, read_told
from alerts.store.latest import Span, latest_told

MOST = 500  # stories: the newest of the range
DEFAULT = "24h"


def read(asked: Asked) -> Record:
    """Return the places of the stories told in a range, and how many stories are at none."""
    span = span_of(asked.query, asked.now, asked.config.timezone, DEFAULT)
    found, looked = _spots(asked, span)
    placed = sum(len(each.stories) for each in found)
    records = [each.record for each in found]
    return {
        "since": span.since,
        "until": span.until,
        "spots": records,
        "off": sum(each["x"] is None for each in records),
        "placed": placed,
        "unplaced": looked - placed,
        "cut": looked == MOST,
        "width": WIDTH,
        "height": HEIGHT,
        "chosen": chosen_range(asked.query, DEFAULT),
    }


def geojson(asked: Asked) -> str:
    """Return the same stories as GeoJSON."""
    span = span_of(asked.query, asked.now, asked.config.timezone, DEFAULT)
    return json.dumps(collection(_spots(asked, span)[0]), ensure_ascii=False)


def _spots(asked: Asked, span: Span) -> tuple[list[Spot], int]:
    told = islice(latest_told(asked.connection, span), MOST)
    revisions = [(story, revision) for story, revision, _ in told]
    stories = read_told(asked.connection, asked.config, asked.now, revisions)
    placed = ((each.alert.where, describe_told(each, asked.now)) for each in stories if each.alert.where)
    return spots(placed), len(stories)


PAGE = Page("map", "/map", "Map", read, menu="Map", key="m", filters=FILTERS)
DOCUMENTS = (Document("/map.geojson", "Stories at one place, as GeoJSON", "application/geo+json", geojson, FILTERS),)
