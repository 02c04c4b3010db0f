"""A template and a record go in, HTML comes out. The one file that knows Jinja.

Everything printed is escaped, and cleaned as in messages: what a feed sent cannot forge lines, reorder or hide text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from alerts.board.page import Asked, Page
from alerts.render import words

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


def render_error(title: str, said: str, frame: Mapping[str, Any]) -> str:
    """Return a page that says what is wrong."""
    return _environment().get_template("error.html").render(title=title, said=said, **frame)


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
    made.filters |= {"counted": counted, "language": language, "link": words.link, "iso": iso}
    made.globals |= {"static": static_path}
    return made


def _shown(value: object) -> object:
    """Return what is printed for a value: texts of others cleaned, isolates that we set kept."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return "" if value is None else value
    pieces = words.ISOLATED.split(value)  # every second one was isolated
    return "".join(words.isolated(each) if at % 2 else words.clean(each) for at, each in enumerate(pieces))


def counted(n: int, one: str) -> str:
    """Return a number with its noun, given in the singular: "1 story", "2 stories"."""
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}es" if one.endswith("ch") else f"{one}s"
    return f"{n:,} {one if n == 1 else many}"


def language(code: str | None) -> str:
    """Return the English name of a language by its code, "" where none is known."""
    return words.LANGUAGES.get(code or "") or (code or "")


def iso(at: datetime) -> str:
    """Return a time as an attribute `datetime` has it."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


@cache
def static_path(name: str) -> str:
    """Return the address of a file in static/: it changes with the file, so that browsers may keep it for ever."""
    return f"/static/{hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}/{name}"
