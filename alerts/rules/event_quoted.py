"""Whether a headline begins with the words of one who was there: "'I heard the blast': night of strikes". Pure."""

from __future__ import annotations

import re

from alerts.rules.reading import Mention, Reading

_QUOTED = re.compile(
    r"""\s*(?:["'\u201c\u2018\u00ab])(?=[^:]*?\b(?:I|me|[Mm]y|[Pp]lease)\b)[^:]{3,120}?["'\u201d\u2019\u00bb]\s*[:,\u2013\u2014-]\s*"""
)


def is_told_by_one(deed: Mention, reading: Reading) -> bool:
    """Return whether a deed of the headline is only what somebody tells of; not if a known name is who says it."""
    if deed.field != "title" or not (quoted := _QUOTED.match(reading.article.title)):
        return False
    folded = reading.folded["title"]
    if folded.span(deed.start, deed.end)[0] < quoted.end():
        return True
    return not any(
        folded.span(each.start, each.end)[0] == quoted.end()
        for term, mentions in reading.mentions.items()
        for each in mentions
        if each.field == "title" and (each.entity or term.startswith("$party-"))
    )
