"""Whether a headline begins with the words of one who was there: "'I heard the blast': night of strikes". Pure."""

from __future__ import annotations

import re

from alerts.rules.event_known import is_gerund
from alerts.rules.event_voice import is_finite, voice
from alerts.rules.reading import Mention, Reading

_QUOTED = re.compile(
    r"""\s*(?:["'\u201c\u2018\u00ab])(?=[^:]*?\b(?:I|me|[Mm]y|[Pp]lease)\b)[^:]{3,120}?["'\u201d\u2019\u00bb]\s*[:,\u2013\u2014-]\s*"""
)
_TELLS_OF = re.compile(
    r"\b(?:nights?|days?|hours?|moments?|memor(?:y|ies)|stor(?:y|ies)|horrors?|tells?|speaks?|recalls?) of\b",
    re.IGNORECASE,
)


def is_told_by_one(deed: Mention, reading: Reading) -> bool:
    """Return whether a deed of the headline is only what somebody tells of; not if a known name is who says it.

    Behind the quotation it is so only where words such as "night of" or "tells of" stand before it and no verb tells a
    deed there: "'Let me out': rockets hit base" is the first that is heard of it.
    """
    if deed.field != "title" or not (quoted := _QUOTED.match(reading.article.title)):
        return False
    folded = reading.folded["title"]
    behind = [
        (term, each)
        for term, mentions in reading.mentions.items()
        for each in mentions
        if each.field == "title" and folded.span(each.start, each.end)[0] >= quoted.end()
    ]
    if any(
        folded.span(each.start, each.end)[0] == quoted.end() and (each.entity or term.startswith("$party-"))
        for term, each in behind
    ):
        return False
    start = folded.span(deed.start, deed.end)[0]
    if start < quoted.end():
        return True
    told = [each for term, each in behind if term.startswith("$deed-") and not is_gerund(each)]
    if any((spoken := voice(each, reading)) == "open" or is_finite(each, spoken) for each in told):
        return False
    return _TELLS_OF.search(folded.original, quoted.end(), start) is not None
