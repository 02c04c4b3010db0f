"""A number and a noun go in, both come out as people write them. Pure."""

from __future__ import annotations


def counted(n: int, one: str) -> str:
    """Return a number with its noun, given in the singular: "1 story", "2 stories"."""
    # the nouns we print need no more grammar than this: story, match, message
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}es" if one.endswith("ch") else f"{one}s"
    return f"{n} {one if n == 1 else many}"
