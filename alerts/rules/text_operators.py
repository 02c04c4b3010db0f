"""The operators that look at the text or at a property of the article, and at no terms: how each is read and tested."""

from __future__ import annotations

import fnmatch
import re
from functools import cache
from itertools import accumulate
from typing import Any

import flpc

from alerts.rule import Condition
from alerts.rules.headline import MARKS, is_like, marks, parts
from alerts.rules.likeness import profile, similarity
from alerts.rules.reading import FIELDS, Mention, Mentions, Reading
from crawler.config.keys import Key, ListOf, Table
from crawler.config.values import IDENT, MISSING, Number, Text
from crawler.config.yamlfile import Node, Problems, Sequence
from crawler.text.folding import fold

LONGEST_PATTERN = 500  # characters of a regex
SHOWN_OF_PATTERN = 20  # characters of a faulty one from the fault on
_ANY_CASE = "(?i)"
_WORD_CLASS = re.compile(r"(?<!\\)((?:\\\\)*)\\w")
_NO_SPACE = r"\1[^\\x20]"
LIKE = Table(
    (Key("examples", ListOf(Text(what="an example"), "a list of texts")), Key("min_similarity", Number(0.05, 1), 0.5)),
    "like",
)


def read_values(op: str, node: Node, problems: Problems) -> Condition | None:
    """Read patterns for a property of the article: one text or a list, with * and ? as wildcards."""
    items = node.items if isinstance(node, Sequence) else (node,)
    reader = Text(what=f"a text for {op}")
    values = tuple(value for item in items if (value := reader.read(item, problems)) is not MISSING)
    if not items:
        problems.add(node.place, f'an empty list under "{op}"')
    return Condition(op, node.place, options={"values": values}) if values and len(values) == len(items) else None


def read_regex(op: str, node: Node, problems: Problems) -> Condition | None:
    text = Text(what="a regular expression").read(node, problems)
    if text is MISSING:
        return None
    if fault := _regex_fault(text):
        problems.add(node.place, f'"{text[:60]}" {fault}')
        return None
    return Condition(op, node.place, options={"pattern": text})


def _regex_fault(text: str) -> str:
    """Return why a pattern cannot be used, in words to stand behind it; "" if it can."""
    if len(text) > LONGEST_PATTERN:
        return f"is longer than {LONGEST_PATTERN} characters; write two rules or a list"
    try:
        empty = flpc.search(compiled(text), "")
    except (ValueError, OverflowError) as error:
        return _said_by_engine(str(error), text)
    return "matches the empty text, so every article; ask for at least one character" if empty else ""


def _said_by_engine(error: str, text: str) -> str:
    """Return the cause in the engine's words, and where in the pattern as it is written."""
    why = " ".join(error.rpartition("error: ")[2].split())[:160]
    # it shows the pattern, indented by four, and carets below what is wrong
    shown = re.search(r"\n {4}.*\n {4}( *)\^+\nerror: ", error)
    if not shown:
        return f"cannot be used as a regular expression: {why}"
    lengths = accumulate(len(_folded(char)) for char in text)
    behind = len(shown[1]) - len(_ANY_CASE)
    at = next((number for number, length in enumerate(lengths) if length > behind), len(text) - 1)
    place = f', at character {at + 1}: "{text[at : at + SHOWN_OF_PATTERN]}"'
    if "not supported" in why:
        return f"asks for what a search in linear time cannot do: {why}{place}"
    return f"is no regular expression: {why}{place}"


def read_like(op: str, node: Node, problems: Problems) -> Condition | None:
    values = LIKE.read(node, problems)
    if values is MISSING:
        return None
    options = {name: value for name, value in values.items() if name}
    return Condition(op, node.place, options={**options, "min_similarity": float(options["min_similarity"])})


# these match by a property and not by words, so they hold with no mention: () and not None
def test_value(condition: Condition, reading: Reading) -> Mentions | None:
    value = (getattr(reading.article, condition.op) or "").casefold()
    patterns = condition.options["values"]
    assert isinstance(patterns, tuple)
    return () if any(fnmatch.fnmatchcase(value, str(each).casefold()) for each in patterns) else None


def test_source(condition: Condition, reading: Reading) -> Mentions | None:
    """Return () if the id or the outlet's name of the article's source is like one of the patterns, else None."""
    names = {reading.article.source.casefold(), reading.article.outlet.casefold()}
    patterns = condition.options["values"]
    assert isinstance(patterns, tuple)
    return () if any(fnmatch.filter(names, str(each).casefold()) for each in patterns) else None


def test_headline_part(condition: Condition, reading: Reading) -> Mentions | None:
    patterns = condition.options["values"]
    assert isinstance(patterns, tuple)
    return () if any(is_like(part, patterns) for part in parts(reading.article.title)) else None


def read_marks(op: str, node: Node, problems: Problems) -> Condition | None:
    condition = read_values(op, node, problems)
    values = condition.options["values"] if condition else ()
    assert isinstance(values, tuple)
    unknown = [str(each) for each in values if each not in MARKS]
    for each in unknown:
        problems.add(node.place, f'"{each}" is no mark of a headline; allowed: {", ".join(MARKS)}')
    return None if unknown else condition


def test_headline_mark(condition: Condition, reading: Reading) -> Mentions | None:
    values = condition.options["values"]
    assert isinstance(values, tuple)
    return None if marks(reading.article.title).isdisjoint(map(str, values)) else ()


def test_regex(condition: Condition, reading: Reading) -> Mentions | None:
    """Return where the pattern matches folded text, in which case and marks do not count; None if nowhere."""
    written = str(condition.options["pattern"])
    found: list[Mention] = []
    for field in FIELDS:
        text = reading.visible(field)
        for match in flpc.finditer(compiled(written), text):
            first, last = match.start(0), match.end(0)
            assert first is not None
            assert last is not None
            # folded text has a space on each side of every word, which a pattern may take in
            start, end = _trimmed(text, first, last)
            if start < end:
                found.append(Mention(f"/{written}/", text[start:end], field, start, end))
    return tuple(found) or None


@cache
def compiled(text: str) -> Any:
    """Return a pattern compiled for folded text: its letters outside ASCII are folded as the text is."""
    # Rust's engine: linear time, and \b and \w that know Arabic (decision 13)
    written = _ANY_CASE + "".join(map(_folded, text))
    try:
        # in folded text \w is what is no space; as the letters of all scripts it takes megabytes where it is repeated
        return flpc.compile(_WORD_CLASS.sub(_NO_SPACE, written))
    except ValueError:  # told of as it was written; and a pattern of bytes, (?-u), has no such class
        return flpc.compile(written)


def _folded(char: str) -> str:
    return char if char.isascii() else fold(char).strip() or char


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    return start, end


def test_like(condition: Condition, reading: Reading) -> Mentions | None:
    likeness, words = most_like(condition, reading)
    asked = condition.options["min_similarity"]
    assert isinstance(asked, float)
    if likeness < asked:
        return None
    return tuple(
        Mention(f"like ({likeness:.2f})", word, field, match.start(), match.end())
        for field in FIELDS
        for word in words
        # the first place of each word is enough: it is shown, not counted
        for match in [re.search(rf"(?<= ){re.escape(word)}(?= )", reading.folded[field].text)]
        if match
    )


def read_kind(op: str, node: Node, problems: Problems) -> Condition | None:
    """Read the kind of examples; `rulebook` later sees that there are lists of them."""
    kind = IDENT.read(node, problems)
    return None if kind is MISSING else Condition(op, node.place, options={"kind": kind})


def test_reads_like(condition: Condition, reading: Reading) -> Mentions | None:
    return () if reading.sense.reads_like(str(condition.options["kind"])) else None


def most_like(condition: Condition, reading: Reading) -> tuple[float, tuple[str, ...]]:
    """Return the similarity to the most similar example, and the words shared with it."""
    examples = condition.options["examples"]
    assert isinstance(examples, tuple)
    article = profile(f"{reading.article.title}\n{reading.article.body}")
    return max((similarity(profile(each), article) for each in examples), key=lambda found: found[0])
