"""What libyaml says of a syntax fault goes in; our words for it come out, and the text mended where reading can go on.

It knows the parser's messages, and not the parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.config.problems import Place, Problems

INDICATORS = {
    "*": "YAML reads a bare * as a reference",
    "&": "YAML reads a bare & as an anchor",
    "!": "YAML reads a bare ! as a tag",
    "@": "YAML reserves a bare @",
    "`": "YAML reserves a bare back-tick",
    "%": "YAML reads a bare % as a directive",
    "?": "YAML reads a bare ? as a key",
}
# parts of libyaml's messages and our words for them; the first that fits is used. PyYAML's own parser words them
# otherwise, so they go with CSafeLoader of yamlfile.py
_SYNTAX = (
    (
        "mapping values are not allowed",
        'a ":" where none may stand; put the text in quotes, or check the indentation',
    ),
    (
        "found character that cannot start any token",
        "a tab, or a character no text may begin with; indent with spaces, and put such text in quotes",
    ),
    (
        "could not find expected ':'",
        'this line is neither a key nor a list item; write "key: value" or "- item"',
    ),
    (
        "did not find expected alphabetic or numeric character",
        "no text may begin with * or &; put it in quotes",
    ),
    ("found unexpected end of stream", "a quote is opened here and never closed"),
    ("found unexpected document indicator", "a quote is opened here and never closed"),
    (
        "did not find expected ',' or ']'",
        "a list opened with [ goes wrong here; a comma, a quote or the ] is missing",
    ),
    (
        "did not find expected ',' or '}'",
        "a mapping opened with { goes wrong here; a comma, a quote or the } is missing",
    ),
    (
        "did not find expected key",
        "wrong indentation, or a quote missing here or above; keys of a level share a column",
    ),
    (
        "did not find expected '-' indicator",
        "wrong indentation; items of one list start in one column, each with -",
    ),
    ("did not find expected node content", "a value is missing here, or one comma is too many"),
    ("found unknown directive", "a line that starts with % is a directive to YAML; put the text in quotes"),
    ("found unknown escape character", 'a backslash in "double quotes" starts an escape; use single quotes'),
    ("did not find expected <document start>", 'text where a new key should start; write "key: value"'),
)
_KEY = re.compile(r"[^\s#-][^\n]*?:(?:\s|$)")  # a line that starts with a key


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in libyaml's words, where it was noticed, and where what it is in was opened: index, line and column."""

    said: str
    at: tuple[int, int, int] | None
    opened: tuple[int, int, int] | None


def repair(text: str, file: str, fault: Fault, problems: Problems) -> str | None:
    """Add a problem for a syntax fault.

    Return the text with the stray character overwritten if that is all that is wrong, so that reading can go on; None
    if the rest cannot be read.
    """
    mark = fault.at or fault.opened
    index = min(mark[0] if mark else 0, max(len(text) - 1, 0))
    char = text[index : index + 1]
    if char in {"@", "`", "%"}:
        word = word_at(text, index)
        problems.add(place_of(file, text, index), f'write "{word}" in quotes; {INDICATORS[char]}')
        # a letter of the same length, so that later problems keep their line and column
        return f"{text[:index]}x{text[index + 1 :]}"
    if char == "\t":
        problems.add(place_of(file, text, index), "a tab; indent with spaces")
        return None
    said = fault.said
    # an open quote is noticed only at the end of the file: the place where it was opened helps more
    if "end of stream" in said or "document indicator" in said:
        mark = fault.opened or mark
    words = next((ours for theirs, ours in _SYNTAX if theirs in said), said)
    if "expected '-'" in said and _KEY.match(text, index):
        words = "wrong indentation; this key should stand in the column of its neighbours, the keys above and below it"
    place = Place(file, *mark[1:]) if mark else Place(file, 1, 1)
    problems.add(place, words)
    return None


def word_at(text: str, index: int) -> str:
    """Return the text from an index to the end of the list item or line: what the writer should have quoted."""
    return re.split(r"[,\]}\n]", text[index : index + 200], maxsplit=1)[0].strip()


def place_of(file: str, text: str, index: int) -> Place:
    """Return the place of an index of a text."""
    return Place(file, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))
