"""Read YAML into nodes that know their line and column; every fault is a Problem in our own words.

Nodes are Scalar, Sequence and Mapping. What YAML 1.1 would silently turn into something else (aliases, tags, truth
values, numbers, comments) stays visible: a Scalar says what YAML would have made of it.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from crawler.config.problems import ConfigError as ConfigError
from crawler.config.problems import Place as Place
from crawler.config.problems import Problem as Problem
from crawler.config.problems import Problems as Problems
from crawler.config.yamlfaults import INDICATORS, Fault, place_of, repair, word_at

LARGEST_FILE = 1_000_000  # bytes
DEEPEST = 40  # levels of nesting
MOST_REPAIRS = 50  # syntax faults looked past in one file
WANTED = "it needs at least version, sources and rules"  # of the main file
WANTED_OF_INCLUDED = "write what it is to add (sources, entities, lists, rules ...), or delete it"
# all but YAML's printable characters (YAML 1.1, 5.1): libyaml refuses them too, but says no line
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text as written. `kind` is what YAML would make of it: str, bool, null, int, float, timestamp, ..."""

    place: Place
    text: str
    kind: str = "str"


@dataclass(frozen=True, slots=True)
class Sequence:
    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    place: Place
    pairs: tuple[tuple[Scalar, Node], ...]

    def get(self, name: str) -> Node | None:
        return next((value for key, value in self.pairs if key.text == name), None)


Node = Scalar | Sequence | Mapping
# named, as every event is asked for them
_STARTS = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
# first characters of texts that YAML 1.1 may take for something else; none of the others needs its patterns
_GUESSED = frozenset(yaml.resolver.Resolver.yaml_implicit_resolvers)
_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


def kind_of(node: Node) -> str:
    """Return what a node is, for a message: "a list", "a mapping", "nothing" or "a text"."""
    if isinstance(node, Scalar):
        return "nothing" if node.kind == "null" and not node.text else "a text"
    return "a list" if isinstance(node, Sequence) else "a mapping"


def read_file(
    path: Path, problems: Problems, name: str | None = None, *, included: bool = False
) -> tuple[str, Node | None]:
    """Return the text and the root node of a YAML file; ("", None), with a problem added, if it cannot be read.

    `name` is the file's name in problems, its path by default; `included`: another file includes it. It does not block
    on pipes or devices.
    """
    label = name or str(path)
    start = Place(label, 1, 1)
    text = ""
    try:
        mode = path.stat().st_mode
        # reading a pipe or a device could block for ever
        if not stat.S_ISREG(mode):
            what = "a directory" if stat.S_ISDIR(mode) else "no regular file"
            problems.add(start, f"this is {what}; name a YAML file")
            return "", None
        raw = path.read_bytes()
        if len(raw) > LARGEST_FILE:
            problems.add(start, f"{len(raw)} bytes; {LARGEST_FILE} are allowed in one file")
            return "", None
        text = raw.decode("utf-8-sig")  # some editors write a byte order mark
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        problems.add(Place(label, line, column), "a byte that is no UTF-8; save the file as UTF-8")
        return "", None
    except OSError as error:
        problems.add(start, f"cannot be read: {error.strerror}")
        return "", None
    return text, read_yaml(text, label, problems, WANTED_OF_INCLUDED if included else WANTED)


def read_yaml(text: str, file: str, problems: Problems, wanted: str = WANTED) -> Node | None:
    """Return the root node of a YAML document, None if there is none; every fault that can be found is added.

    `wanted` says what to do where the file is empty. After some faults (a term that lacks its quotes) reading goes on,
    so that one run reports them all.
    """
    if bad := _FORBIDDEN.search(text):
        problems.add(place_of(file, text, bad.start()), f"control character U+{ord(bad[0]):04X}; take it out")
        return None
    # the parser stops at the first fault, so it begins anew after each repair
    for _ in range(MOST_REPAIRS):
        found = Problems()
        try:
            root = _Builder(text, file, found).build()
        except yaml.MarkedYAMLError as error:
            # what this pass found is dropped: the next pass finds it again
            fault = Fault(str(error.problem), _at(error.problem_mark), _at(error.context_mark))
            repaired = repair(text, file, fault, problems)
            if repaired is None:
                return None
            text = repaired
            continue
        for problem in found:
            problems.add(problem.place, problem.message)
        if root is None and not found:
            problems.add(Place(file, 1, 1), f"the file is empty; {wanted}")
        return root
    return None


def _at(mark: yaml.Mark | None) -> tuple[int, int, int] | None:
    return (mark.index, mark.line + 1, mark.column + 1) if mark else None


def _mark(event: yaml.Event) -> yaml.Mark:
    assert event.start_mark is not None  # the parser gives every event its mark
    return event.start_mark  # type: ignore[return-value]


@dataclass(slots=True)
class _OpenCollection:
    """A list or mapping that is still being read."""

    place: Place
    items: list[Node] | None = None
    pairs: list[tuple[Scalar, Node]] = field(default_factory=list)
    key: Scalar | None = None
    seen: dict[str, Place] = field(default_factory=dict)
    instead: Scalar | None = None  # what the writer meant, where YAML saw a collection in a stray ?


class _Builder:
    """Builds nodes from the events of the YAML parser, with a stack of its own instead of recursion.

    Events and not PyYAML's nodes or values, because those have aliases, tags and truth values resolved already.
    """

    def __init__(self, text: str, file: str, problems: Problems) -> None:
        self._text, self._file, self._problems = text, file, problems
        self._resolver = yaml.resolver.Resolver()
        self._stack: list[_OpenCollection] = []
        self._root: Node | None = None
        self._documents = 0
        self._texts: dict[str, str] = {}  # equal ones are one object: a desk names the same things again and again

    def build(self) -> Node | None:
        for event in yaml.parse(self._text, Loader=yaml.CSafeLoader):
            mark = _mark(event)
            place = Place(self._file, mark.line + 1, mark.column + 1)
            if isinstance(event, yaml.ScalarEvent):  # first, as most are
                self._add(self._scalar(event, place))
            elif isinstance(event, _STARTS):
                if not self._open(event, place):
                    return None
            elif isinstance(event, _ENDS):
                self._close()
            elif isinstance(event, yaml.DocumentStartEvent):
                self._documents += 1
                if self._documents == 2:
                    self._problems.add(place, "a second document (---); one file holds one")
            elif isinstance(event, yaml.AliasEvent):
                self._problems.add(place, f'write "*{event.anchor}" in quotes; {INDICATORS["*"]}')
                self._add(Scalar(place, f"*{event.anchor}"))
        return self._root

    def _open(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent, place: Place) -> bool:
        if len(self._stack) >= DEEPEST:
            self._problems.add(place, f"nested more than {DEEPEST} levels deep")
            return False
        # "&militia" before a collection; the collection itself is read all the same
        self._check_properties(event, place)
        sequence = isinstance(event, yaml.SequenceStartEvent)
        index = _mark(event).index
        instead = None
        if not sequence and self._text[index : index + 1] == "?":
            instead = Scalar(place, word_at(self._text, index))
            self._problems.add(place, f'write "{instead.text}" in quotes; {INDICATORS["?"]}')
        self._stack.append(_OpenCollection(place, [] if sequence else None, instead=instead))
        return True

    def _close(self) -> None:
        done = self._stack.pop()
        if done.instead is not None:
            self._add(done.instead)
        elif done.items is not None:
            self._add(Sequence(done.place, tuple(done.items)))
        else:
            self._add(Mapping(done.place, tuple(done.pairs)))

    def _add(self, node: Node) -> None:
        if not self._stack:
            self._root = node if self._documents == 1 else self._root
            return
        top = self._stack[-1]
        if top.items is not None:
            top.items.append(node)
        elif top.key is None:
            top.key = self._key(node, top)
        else:
            top.pairs.append((top.key, node))
            top.key = None

    def _key(self, node: Node, top: _OpenCollection) -> Scalar:
        if not isinstance(node, Scalar):
            self._problems.add(node.place, f"{kind_of(node)} as a key; a key is a word")
            return Scalar(node.place, "")
        if node.text == "<<":
            self._problems.add(node.place, "merge keys are not used here; write the keys out")
        elif node.text in top.seen:
            self._problems.add(
                node.place, f'"{node.text}" stands twice, first in line {top.seen[node.text].line}; keep one'
            )
        top.seen.setdefault(node.text, node.place)
        return node

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Scalar:
        if meant := self._check_properties(event, place):
            return Scalar(place, meant)
        # only a text without quotes is subject to YAML's guesses; its style is "" here
        plain = not event.style
        kind = "str"
        if plain and event.tag is None and event.value[:1] in _GUESSED:
            tag = self._resolver.resolve(yaml.ScalarNode, event.value, (True, False))  # type: ignore[no-untyped-call]
            kind = str(tag).rpartition(":")[2]
        return Scalar(place, self._texts.setdefault(event.value, event.value), kind)

    def _check_properties(self, event: yaml.NodeEvent, place: Place) -> str:
        """Add a problem for an anchor or a tag; return the text that the writer meant, "" if there is neither."""
        if not event.anchor and not getattr(event, "tag", None):
            return ""
        index = _mark(event).index
        char = self._text[index : index + 1]
        if char in {"&", "!"}:
            word = word_at(self._text, index)
            self._problems.add(place, f'write "{word}" in quotes; {INDICATORS[char]}')
            return word
        return ""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a YAML text from `start` to `end`: a scalar, or where a list, a mapping or the document begins or ends.

    `style` is what encloses it: "[" or "{" of a collection in brackets, the quote or the block mark of a scalar, "---"
    of a document; "" where nothing does. `text` is the value of a scalar.
    """

    kind: str  # document, sequence, mapping, end, scalar
    start: int
    end: int
    style: str = ""
    text: str = ""


def spans(text: str) -> Iterator[Span]:
    """Yield the parts of a YAML text in order. `read_yaml` must have found no fault in it."""
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        start, end = _mark(event).index, event.end_mark.index  # type: ignore[union-attr]
        if isinstance(event, yaml.DocumentStartEvent):
            yield Span("document", start, end, "---" if event.explicit else "")
        elif isinstance(event, yaml.SequenceStartEvent):
            yield Span("sequence", start, end, "[" if event.flow_style else "")
        elif isinstance(event, yaml.MappingStartEvent):
            yield Span("mapping", start, end, "{" if event.flow_style else "")
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            yield Span("end", start, end)
        elif isinstance(event, yaml.ScalarEvent):
            yield Span("scalar", start, end, event.style or "", event.value)
