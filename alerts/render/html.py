"""Build HTML that cannot contain anything active: every text is escaped, tags and attributes are ours. Pure."""

from __future__ import annotations

import html
from dataclasses import dataclass

from alerts.render.words import ISOLATE, ISOLATED, POP, RUN

VOID = {"meta", "br", "hr"}


@dataclass(frozen=True, slots=True)
class Html:
    """HTML written by us. A `str` is never HTML, it is text to be escaped."""

    text: str


Content = Html | str


def tag(name: str, /, *content: Content, **attributes: str) -> Html:
    """Return an element with this content and attributes; `class_` stands for class, `http_equiv` for http-equiv."""
    named = "".join(f' {key.rstrip("_").replace("_", "-")}="{html.escape(said)}"' for key, said in attributes.items())
    if name in VOID:
        return Html(f"<{name}{named}>")
    return Html(f"<{name}{named}>{joined(*content).text}</{name}>")


def joined(*content: Content) -> Html:
    """Return pieces one after the other; those that are texts are escaped."""
    return Html("".join(each.text if isinstance(each, Html) else html.escape(each) for each in content))


def lines(*content: Content) -> Html:
    """Return pieces on lines of their own, so that no line of the HTML source gets long."""
    return Html("\n".join(joined(each).text for each in content))


def isolates(text: str) -> Html:
    """Return a line of ours that quotes others, each quote in an element with its own text direction.

    What the plain text isolates with characters is one quote; otherwise each run of right-to-left words is.
    """
    pieces = ISOLATED.split(text)  # every second one was isolated
    return joined(*(tag("bdi", piece, dir="auto") if at % 2 else _runs(piece) for at, piece in enumerate(pieces)))


def _runs(text: str) -> Html:
    pieces = RUN.split(text)
    return joined(*(tag("bdi", piece, dir="auto") if at % 2 else piece for at, piece in enumerate(pieces)))


def bare(text: str) -> str:
    """Return a text without its isolating characters, for an element that has a direction of its own."""
    return text.replace(ISOLATE, "").replace(POP, "")
