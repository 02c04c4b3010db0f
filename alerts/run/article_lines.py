"""JSON Lines, or a text file whose first line is the title, go in; articles come out. The keys are a contract."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

from crawler.article import Article

LISTED, LONGEST = 3, 200  # lines, and characters of one: what a list of headlines has at the least and at the most
TEXT_KEYS = ("title", "text", "summary", "url", "source", "lang")


class LineError(Exception):
    """A line that cannot be read as an article; the message says which line, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Line:
    """An article read from a line.

    `explicit_id`: the line has an id, as opposed to one made from its url or number. `at`: its first_seen, else its
    published, else None.
    """

    article: Article
    explicit_id: bool
    at: datetime | None


def read_lines(handle: Iterable[str], faulty: Callable[[LineError], None]) -> Iterator[Line]:
    """Yield an article for each line that is not blank. For a line that is not one, call `faulty` and go on."""
    for number, text in enumerate(handle, 1):
        if text.strip():
            try:
                line = _line(text, number)
            except LineError as error:
                faulty(error)
            else:
                yield line


def read_given(handle: Iterable[str], faulty: Callable[[LineError], None]) -> Iterator[Line]:
    """Yield the articles that somebody writes or pipes: JSON lines if the first line is an object, else headlines."""
    lines = iter(handle)
    kept: list[str] = []
    for text in lines:
        kept.append(text.lstrip("\ufeff"))
        if kept[-1].strip():
            break
    every = chain(kept, lines)
    if kept and kept[-1].lstrip().startswith("{"):
        yield from read_lines(every, faulty)
        return
    for number, text in enumerate(every, 1):
        if text.strip():
            yield headline(text.strip(), f"line:{number}")


def headline(text: str, name: str) -> Line:
    """Return an article of a headline alone."""
    return Line(Article(name, "", text, _now_unknown()), explicit_id=False, at=None)


def read_headlines(text: str) -> list[Line]:
    """Return an article for each line of a text that is a list of headlines; [] where it is the text of one article.

    A list has at least LISTED lines with no empty one between them, none too long for a headline, that neither go on
    from the line before nor end as sentences do. Where its lines are wrapped, an article has some that do.
    """
    lines = text.strip().splitlines()
    is_list = len(lines) >= LISTED and all(
        0 < len(each.strip()) <= LONGEST and not each.strip()[0].islower() and not each.rstrip().endswith(".")
        for each in lines
    )
    return [headline(each.strip(), f"line:{n}") for n, each in enumerate(lines, 1)] if is_list else []


def read_text(text: str, name: str) -> Line:
    """Return the article in a plain text; its first line that is not blank is the title. Raises LineError if empty."""
    title, _, body = text.strip().partition("\n")
    if not title:
        raise LineError(f"{name}: the file is empty; its first line should be the headline")
    return Line(Article(name, "", title.strip(), _now_unknown(), text=body.strip()), explicit_id=False, at=None)


def open_lines(path: Path) -> IO[str]:
    """Open a file of lines as UTF-8, decompressed if its name ends in .gz."""
    if path.suffix == ".gz":
        return cast("IO[str]", gzip.open(path, "rt", encoding="utf-8"))
    return path.open(encoding="utf-8")


def _line(text: str, number: int) -> Line:
    try:
        raw: Any = json.loads(text)
    except ValueError as error:
        raise LineError(f"line {number}: not JSON ({error}); one object a line is expected") from error
    if not isinstance(raw, dict):
        raise LineError(f"line {number}: {type(raw).__name__} instead of an object with at least a title")
    fields = {key: _text(raw, key, number) for key in TEXT_KEYS}
    if not isinstance(raw.get("title"), str):
        raise LineError(f'line {number}: no "title"; it is the one key that is needed')
    identity = _identity(raw, number)
    published, first_seen = _time(raw, "published", number), _time(raw, "first_seen", number)
    article = Article(
        id=identity or fields["url"] or f"line:{number}",
        source=fields["source"],
        title=fields["title"],
        first_seen=first_seen or published or _now_unknown(),
        url=fields["url"] or None,
        summary=fields["summary"],
        text=fields["text"],
        lang=fields["lang"] or None,
        published=published,
    )
    return Line(article, explicit_id=bool(identity), at=first_seen or published)


def _identity(raw: dict[str, Any], number: int) -> str:
    value = raw.get("id")
    if value is not None and not isinstance(value, str | int):
        raise LineError(f'line {number}: "id" is {type(value).__name__}; a string is expected')
    return "" if value is None else str(value)


def _text(raw: dict[str, Any], key: str, number: int) -> str:
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        raise LineError(f'line {number}: "{key}" is {type(value).__name__}; a string is expected')
    return (value or "").encode("utf-8", "replace").decode()  # JSON can hold half a surrogate pair, text cannot


def _time(raw: dict[str, Any], key: str, number: int) -> datetime | None:
    value = _text(raw, key, number)
    if not value:
        return None
    try:
        return parse_time(value)
    except ValueError as error:
        raise LineError(f'line {number}: "{key}" is {value!r}; a time like 2026-06-14T00:00:38Z is expected') from error


def parse_time(text: str) -> datetime:
    """Return an ISO 8601 time in UTC; one without a zone is taken as UTC. Raises ValueError."""
    time = datetime.fromisoformat(text.strip())
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _now_unknown() -> datetime:
    """Return the first_seen of an article that has no time: the clock is not read here."""
    return datetime(1970, 1, 1, tzinfo=UTC)
