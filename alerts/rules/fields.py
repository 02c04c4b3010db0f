"""The reading of an article goes in; that of its title, lead or body alone comes out. Pure."""

from __future__ import annotations

from alerts.rule import LEAD_WORDS
from alerts.rules.reading import Reading


def narrowed(field: str, reading: Reading) -> Reading:
    """Return the reading of one field only: title, body, or lead (the body's first words)."""
    known: Reading | None = reading.known.get(field)
    if known is None:
        known = reading.known[field] = _narrowed(field, reading)
    return known


def _narrowed(field: str, reading: Reading) -> Reading:
    if field == "lead":
        return reading.only(
            lambda each: each.field == "body" and reading.word(each) < LEAD_WORDS, ("body",), LEAD_WORDS
        )
    return reading.only(lambda each: each.field == field, (field,))
