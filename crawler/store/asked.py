"""Ask for many values a part at a time: a statement holds so many of them, 32,766 where SQLite is as it is built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Value = TypeVar("Value")
ASKED = 500  # values in one statement


def parts(values: Iterable[Value]) -> Iterator[list[Value]]:
    """Yield the values in lists of at most ASKED, none where there are none."""
    left = iter(values)
    while part := list(islice(left, ASKED)):
        yield part
