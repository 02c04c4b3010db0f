"""Lines go in; on a terminal they come out folded to its width, elsewhere whole. Nothing is ever cut.

Width is that of a terminal's cells: an Arabic headline has marks of none, a Chinese one letters of two.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from typing import TextIO

import click

from alerts.render.words import ISOLATE, POP

COLUMNS = "WATCHFLOOR_COLUMNS"  # set by who runs a command for somebody else's terminal, and prints its answer there
FALLBACK = (80, 24)  # columns and lines of a terminal that does not say its size
LEAST = 40  # columns: in fewer, the indents alone would fill a line
_NONE = {"Mn", "Me", "Cf", "Cc"}  # marks on a letter, joiners and bidi controls
# what is never broken: a time, with its zone and UTC, and a word
_PIECES = re.compile(
    r"\d\d \w{3} (?:\d{4} )?\d\d:\d\d [\w /-]{1,30}(?:\((?:\d\d \w{3} )?\d\d:\d\d UTC\)|(?<=UTC))\S*|\S+"
)
_CELLS = re.compile(r"(?<=\S) {2,}(?=\S)")


def show(*lines: str, err: bool = False) -> None:
    """Print lines on standard output, or on standard error, folded if it is a terminal."""
    width = _width(sys.stderr if err else sys.stdout)
    parts = [part for line in lines for part in (fold(line, width) if width else (line,))]
    if parts:
        click.echo("\n".join(parts), err=err)  # at once: each echo is written by itself


def _width(out: TextIO) -> int | None:
    """Return the columns to fold to, None for whole lines."""
    told = os.environ.get(COLUMNS, "")
    if told.isdecimal():
        return max(int(told), LEAST)
    return max(shutil.get_terminal_size(FALLBACK).columns, LEAST) if out.isatty() else None


def columns(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    return sum(
        0 if unicodedata.category(each) in _NONE else 1 + (unicodedata.east_asian_width(each) in "WF") for each in text
    )


def fold(text: str, width: int) -> Iterator[str]:
    """Yield a text, which may have several lines, as lines of at most `width` columns; what follows is indented by two.

    They are broken between the cells of a row, which stand two spaces apart, else between words, and never within one:
    an id or an address stays whole, though it be wider.
    """
    for line in text.split("\n"):
        yield from _isolated(_fold_line(line, width)) if columns(line) > width else (line,)


def _fold_line(line: str, width: int) -> Iterator[str]:
    indent = " " * (len(line) - len(line.lstrip(" ")))
    further = f"{indent}  "
    made, apart = indent, ""
    for cell in _CELLS.split(line.strip(" ")):
        fits = columns(further) + columns(cell) <= width
        # a cell that needs more than a line begins where the last one ended
        for piece in [cell] if fits else _PIECES.findall(cell):
            if made.strip() and columns(made) + columns(apart) + columns(piece) > width:
                yield made
                made, apart = further, ""
            made, apart = f"{made}{apart}{piece}", " "
        apart = "  "
    yield made


def _isolated(lines: Iterator[str]) -> Iterator[str]:
    """Yield lines, each with its isolates closed (UAX #9): a line break ends them, and the next line needs its own."""
    open_ = 0
    for line in lines:
        text = line.lstrip(" ")  # the indent stays outside: within, it would stand at the right
        begun = f"{line[: len(line) - len(text)]}{ISOLATE * open_}{text}"
        open_ = max(0, begun.count(ISOLATE) - begun.count(POP))
        yield f"{begun}{POP * open_}"
