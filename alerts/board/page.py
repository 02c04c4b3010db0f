"""What the board's pages are made of: a request as a page reads it, and what a page, a document or an order is.

A page reads the store and returns a record: values of JSON, dataclasses and times. Its template lays the record out,
and /api/v1 returns the same record, so the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from alerts.board.shapes import Shape
from alerts.rule import Config

Record = Mapping[str, Any]
API = "/api/v1"  # before the path of a page: its record as JSON


class NotFound(Exception):
    """What a page was asked for is not there; the message says so to the reader."""


class BadQuery(Exception):
    """A value in the query of a page cannot be used; the message says which, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Query:
    """The query of an address: each name with its values, in order."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def one(self, name: str, default: str = "") -> str:
        """Return the last value of a name that is not empty, else the default."""
        return next((each.strip() for each in reversed(self.values.get(name, ())) if each.strip()), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Return the values of a name, each once; "flash,immediate" is two."""
        given = (part.strip() for each in self.values.get(name, ()) for part in each.split(","))
        return tuple(dict.fromkeys(each for each in given if each))

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """Return the value of a name. Raises BadQuery where it is none of those allowed."""
        given = self.one(name, default)
        if given not in allowed:
            raise BadQuery(f'{name} is "{given}"; it is one of {", ".join(filter(None, allowed))}')
        return given


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the name that orders are signed with, "" for one who may only read."""

    name: str = ""

    @property
    def writes(self) -> bool:
        return bool(self.name)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a page reads it. All that is read over the connection is of one moment of the store."""

    config: Config
    state_dir: Path
    connection: Connection
    now: datetime
    query: Query = Query()
    parts: Mapping[str, str] = field(default_factory=dict)  # of the path, by name: {"story": "s626..."}
    reader: Reader = Reader()
    command: Callable[[Sequence[str]], str] = lambda _: ""  # what a command that reads prints; the daemon runs it


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its template is templates/NAME.html, its JSON is at /api/v1 and its path; `answer` is the shape of that.

    `menu` is its word in the menu, "" for none, `key` the letter that opens it after "g". `filters` are the names that
    its query may have, with a sentence on each: for the OpenAPI document.
    """

    name: str
    path: str
    title: str
    read: Callable[[Asked], Record]
    answer: Shape
    menu: str = ""
    key: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """Something that is read but is no page: a feed, a file. `read` returns its text."""

    path: str
    title: str
    content_type: str
    read: Callable[[Asked], str]
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """What a form of a page asks of the daemon.

    `request` makes the request for the control socket from the path, the form and the reader's name; or raises
    BadQuery, or NotFound. `done` says in words what the daemon's answer means, `answer` is its shape. The reader goes
    back to the page of the form. `within` are the seconds that the daemon has for it.
    """

    path: str
    title: str
    request: Callable[[Mapping[str, str], Query, str], Mapping[str, Any]]
    done: Callable[[Mapping[str, Any]], str]
    answer: Shape
    fields: Mapping[str, str] = field(default_factory=dict)
    within: float = 15.0


@dataclass(frozen=True, slots=True)
class Tool:
    """What a form of a page asks the board itself to do, for any reader; nothing that is stored changes by it.

    `run` begins it and returns the address of the page that shows what comes of it; or raises BadQuery, NotFound.
    """

    path: str
    title: str
    run: Callable[[Asked, Query], str]
    fields: Mapping[str, str] = field(default_factory=dict)
