"""Replace halves of surrogate pairs, which JSON can hold and no text that is stored or sent can."""

from __future__ import annotations

import re

_LONE = re.compile(r"[\ud800-\udfff]")


def paired(text: str) -> str:
    """Return a text in which each lone half of a surrogate pair is the replacement character."""
    return _LONE.sub("\ufffd", text)
