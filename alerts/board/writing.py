"""A template and a record go in, HTML comes out. The one file that knows Jinja.

Everything printed is escaped, and cleaned as in messages: what a feed sent cannot forge lines, reorder or hide text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from alerts.board.page import Asked, Page
from alerts.board.ranges import RANGES
from alerts.render import words
from alerts.render.counting import counted

HERE = Path(__file__).parent
STATIC = HERE / "static"


def render(page: Page, asked: Asked, record: Mapping[str, Any], frame: Mapping[str, Any]) -> str:
    """Return a page as HTML. `frame` is what stands round it: the menu, the state of the watch, who reads."""
    template = _environment().get_template(f"{page.name}.html")
    zone, now = asked.config.timezone, asked.now
    return template.render(
        page=page,
        now=now,
        zone=zone,
        time=lambda at: words.time(at, zone, now),
        ago=lambda at: words.ago(at, now),
        **frame,
        **record,
    )


def render_plain(template: str, frame: Mapping[str, Any]) -> str:
    """Return a page that reads nothing of the store: an error, the form to sign in."""
    return _environment().get_template(template).render(**frame)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "counted": counted,
        "iso": iso,
        "keyed": keyed,
        "language": language,
        "link": words.link,
        "moment": moment,
        "with_query": with_query,
    }
    made.globals |= {"static": static_path, "ranges": {name: words for name, (_, words) in RANGES.items()}}
    return made


def _shown(value: object) -> object:
    """Return what is printed for a value: texts of others cleaned, isolates that we set kept."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return "" if value is None else value
    pieces = words.ISOLATED.split(value)  # every second one was isolated
    return "".join(words.isolated(each) if at % 2 else words.clean(each) for at, each in enumerate(pieces))


def language(code: str | None) -> str:
    """Return the English name of a language by its code, "" where none is known."""
    return words.LANGUAGES.get(code or "") or (code or "")


def moment(text: str) -> datetime:
    """Return a time that a record has as text."""
    return datetime.fromisoformat(text)


def with_query(address: str, **values: str) -> str:
    """Return an address with these values in its query, in place of those it has."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in values]
    return urlunsplit(parts._replace(query=urlencode([*kept, *values.items()])))


def keyed(rows: Sequence[Mapping[str, Any]], name: str) -> dict[str, Mapping[str, Any]]:
    """Return rows by what each has under a name."""
    return {str(each[name]): each for each in rows}


def iso(at: datetime) -> str:
    """Return a time as an attribute `datetime` has it."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


@cache
def static_path(name: str) -> str:
    """Return the address of a file in static/: it changes with the file, so that browsers may keep it for ever."""
    return f"/static/{hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}/{name}"
