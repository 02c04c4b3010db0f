"""Told stories go in as the store lists them, and words; those come out of which an article has the words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from alerts.board.page import Asked, BadQuery
from alerts.rules.searching import HOW, Unsearchable, read_search
from alerts.store.latest import Place
from crawler.store.search import narrowed
from crawler.store.searched import stories_with

LOOKED_AT = 500  # stories looked through at a time
FILTER = {"q": f"of an article of the story, as /search has it: {HOW}"}
Listed = Iterator[tuple[str, int, Place]]


def worded(asked: Asked, told: Listed) -> Listed:
    """Yield the stories that have the words of `q`, in their order; all where there are none. Raises BadQuery."""
    words = asked.query.one("q")
    if not words:
        return told
    try:
        search = narrowed(asked.connection, read_search(words, asked.config))
    except Unsearchable as error:
        raise BadQuery(f"q: {error}") from error

    def having() -> Listed:
        while part := list(islice(told, LOOKED_AT)):
            found = stories_with(asked.connection, search, [story for story, _, _ in part])
            yield from (each for each in part if each[0] in found)

    return having()
