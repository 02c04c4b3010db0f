"""JSON Schema of what the pages' records hold, in short words; the OpenAPI document is made of it (openapi.py).

A shape with a title stands in the document once, under components. All keys of an object are always there: null means
absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alerts.alert import Severity
from alerts.status import COUNTED

Shape = Mapping[str, Any]

TEXT: Shape = {"type": "string"}
WHOLE: Shape = {"type": "integer"}
NUMBER: Shape = {"type": "number"}
FLAG: Shape = {"type": "boolean"}
TIME: Shape = {"type": "string", "format": "date-time"}


def keys(title: str = "", /, **shapes: Shape) -> Shape:
    """Return the shape of an object that has these keys. One with a title is named in the document."""
    made = {"type": "object", "properties": shapes, "required": list(shapes)}
    return {"title": title, **made} if title else made


def more(shape: Shape, /, **shapes: Shape) -> Shape:
    """Return the shape of an object with further keys."""
    return keys(**{**shape["properties"], **shapes})


def each(shape: Shape) -> Shape:
    """Return the shape of a list."""
    return {"type": "array", "items": shape}


def none_or(shape: Shape) -> Shape:
    """Return the shape of what may be absent."""
    if isinstance(shape.get("type"), str) and "properties" not in shape:
        words = {"enum": [*shape["enum"], None]} if "enum" in shape else {}
        return {**shape, "type": [shape["type"], "null"], **words}
    return {"anyOf": [shape, {"type": "null"}]}


def by_name(shape: Shape) -> Shape:
    """Return the shape of an object whose keys are names of the desk: of sources, of states."""
    return {"type": "object", "additionalProperties": shape}


def one_of(words: Sequence[str]) -> Shape:
    """Return the shape of a text that is one of some words."""
    return {"type": "string", "enum": list(words)}


TEXTS = each(TEXT)
SEVERITY = one_of([severity.word for severity in sorted(Severity, reverse=True)])
BY_SEVERITY = keys("Counts by severity", **{word: each(WHOLE) for word in SEVERITY["enum"]})
COUNTS = keys("What became of alerts", **dict.fromkeys(COUNTED, WHOLE))
# words of a text, and whether they are what was found
PIECE: Shape = {"type": "array", "items": {"type": ["string", "boolean"]}, "minItems": 2, "maxItems": 2}
PIECES = each(PIECE)
NAMED = keys("Choice", id=TEXT, title=TEXT)
RANGE = keys("Range", range=TEXT, since=TEXT, until=TEXT)
TRANSLATION = keys("Machine translation", text=TEXT, does_not_name=TEXTS, does_not_say=TEXTS)
# of a headline in a script that readers cannot read, else ""; `translated` is the line on the translation
KNOWN: Mapping[str, Shape] = {"gist": TEXT, "translation": none_or(TRANSLATION), "translated": TEXT}
PLACE = keys(
    "Place", id=TEXT, label=TEXT, lat=NUMBER, lon=NUMBER, reach_km=NUMBER, geo=TEXT, map=none_or(TEXT),
)  # fmt: skip
ACK = keys("Acknowledgement", story=TEXT, at=TIME, by=TEXT, via=TEXT, revision=WHOLE)
SILENCE = keys(
    "Silence", id=TEXT, scope=TEXT, value=TEXT, author=TEXT, reason=TEXT, begins=TIME, ends=TIME, ended_by=TEXT,
    in_force=FLAG,
)  # fmt: skip
JUDGEMENT = keys(
    "Judgement", story=TEXT, by=TEXT, at=TIME, via=TEXT, relevant=FLAG, reason=TEXT, revision=WHOLE, told=TIME,
    title=TEXT, rules=TEXTS,
)  # fmt: skip
CAUSE = keys("Rule that matched", rule=TEXT, title=TEXT, severity=SEVERITY, why=TEXT)
STORY = keys(
    "Story",
    story=TEXT, thread=TEXT, revision=WHOLE, severity=SEVERITY, headline=TEXT, language=none_or(TEXT), gist=TEXT,
    translation=none_or(TRANSLATION), translated=TEXT, event=TEXT, deeds=TEXTS, changes=TEXTS, outlet=TEXT,
    url=none_or(TEXT), outlets=TEXTS, owners=TEXTS, reports=WHOLE, languages=TEXTS, first=TIME, last=TIME,
    told=none_or(TIME), changed=TIME, status=one_of(COUNTED), status_words=TEXT, reliability=TEXT, rated=TEXT,
    rules=each(CAUSE), toll=TEXT, place=none_or(PLACE), ack=none_or(ACK), earlier_ack=none_or(ACK),
    silences=each(SILENCE), siblings=WHOLE,
)  # fmt: skip
EVENT = keys(
    "Event",
    thread=TEXT, severity=SEVERITY, lead=TEXT, newest=TEXT, stories=TEXTS, elsewhere=WHOLE, outlets=TEXTS,
    owners=TEXTS, languages=TEXTS, rules=each(CAUSE), first=TIME, last=TIME, status=one_of(COUNTED), status_words=TEXT,
    unacknowledged=TEXTS,
)  # fmt: skip
DELIVERY = keys(
    "Delivery",
    id=TEXT, queued=TIME, due=TIME, sent=none_or(TIME), receiver=TEXT, target=TEXT, kind=TEXT, severity=SEVERITY,
    subject=TEXT, revision=WHOLE, what=TEXT, state=TEXT, reason=TEXT, held=TEXT, attempts=WHOLE, repeat=FLAG,
    detail=TEXT,
)  # fmt: skip
