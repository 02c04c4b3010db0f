"""The words of a change go in; whether it tells of the first dead comes out. Pure."""

from __future__ import annotations

import re

# as crawler.stories words it where no number was told before, and as alerts.decide.unheard where there is none
_FIRST_DEAD = re.compile(r"(?:^|; )(?:\d+ killed|killed: )")


def tells_first_dead(change: str) -> bool:
    """Return whether a change is that people were killed where nothing told before said that anybody was."""
    return bool(_FIRST_DEAD.search(change))
