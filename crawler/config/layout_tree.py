"""The text of a YAML file goes in; out come its scalars, lists and mappings, each with the comments that are its."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.config.yamlfile import Span, spans

COMMENT = re.compile(r"#[^\n]*")
GAP = 2  # columns between what stands on a line and its comment


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; on the line of something, `beside` is what stands there before it and `gap` the blanks between."""

    text: str
    beside: str = ""
    gap: int = GAP
    column: int = 0
    after_blank: bool = False


@dataclass(slots=True, eq=False)
class Node:
    """A scalar, list or mapping. `items` are the items of a list, or keys and values of a mapping in turn."""

    span: Span
    raw: str = ""  # a scalar as it is written
    column: int = 0  # of a list or mapping in block style; comments that stand further left are not part of it
    lead: list[str] = field(default_factory=list)  # the lines above: comments, and "" for a blank line
    beside: Comment | None = None  # on its line, of a collection on the line where it opens
    items: list[Node] = field(default_factory=list)
    is_broken_up: bool = False  # written an item a line, whatever room there is
    tail: list[str] = field(default_factory=list)  # the comments below its last item

    @property
    def is_scalar(self) -> bool:
        return self.span.kind == "scalar"

    @property
    def is_block_text(self) -> bool:
        return self.span.style in {"|", ">"}


class Tree:
    """Builds nodes from spans, and gives each comment to the node whose line it shares or above which it stands."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans = list(spans(text))
        self._at = 0
        self._end = 0  # of the last part that is not empty
        self._last: Node | None = None  # what a comment on the same line belongs to
        self._closed = False  # whether `_last` is a collection that has ended
        self._waiting: list[Comment] = []  # comments on lines of their own, for the node below
        self.is_marked = False
        self.tail: list[str] = []

    def read(self) -> Node | None:
        root: Node | None = None
        while self._at < len(self._spans):
            span = self._spans[self._at]
            if span.kind == "document":
                self._enter(span)
                self._at += 1
                self.is_marked = self.is_marked or bool(span.style)
            else:
                root = self._node(0)
        self._collect(len(self._text))
        self.tail = self._taken()
        return root

    def _node(self, outer: int) -> Node:
        """Read the next node; `outer` is the column of the block collection round it, plus one."""
        span = self._spans[self._at]
        self._collect(span.start)
        node = Node(span, self._text[span.start : span.end])
        node.lead = [*self._taken(), *([""] if self._after_blank(span.start) else [])]
        self._at += 1
        self._enter(span, node)
        if node.is_scalar:
            return node
        node.column = max(self._column(span.start), outer) if not span.style else 0
        while self._spans[self._at].kind != "end":
            node.items.append(self._node(node.column + 1))
        self._close(node)
        return node

    def _close(self, node: Node) -> None:
        end = self._spans[self._at]
        self._at += 1
        self._collect(end.start)
        ours = len(self._waiting)
        if not node.span.style:  # a comment further left belongs to what follows
            ours = next((i for i, each in enumerate(self._waiting) if each.column < node.column), ours)
        # an empty one has no item to stand below
        (node.tail if node.items else node.lead).extend(self._taken(ours))
        if end.end > end.start:
            self._enter(end, node)
            self._closed = True

    def _enter(self, span: Span, node: Node | None = None) -> None:
        """Note the part that was read last, unless it is the empty begin of a block collection."""
        self._collect(span.start)
        if span.end > span.start or span.kind == "scalar":
            self._end, self._last, self._closed = max(span.end, self._end), node, False

    def _collect(self, until: int) -> None:
        """Give the comments up to a place to the node on whose line they stand, or let them wait for the next."""
        for found in COMMENT.finditer(self._text, self._end, max(until, self._end)):
            line = self._text.rfind("\n", 0, found.start()) + 1
            before = self._text[line : found.start()]
            comment = Comment(
                found[0].rstrip(),
                before.strip(),
                len(before) - len(before.rstrip()),
                found.start() - line,
                self._after_blank(found.start()),
            )
            is_beside = "\n" not in self._text[self._end : found.start()] and self._end > line
            if self._last is None or not is_beside or not self._hang(self._last, comment):
                self._waiting.append(comment)
        self._end = max(until, self._end)

    def _hang(self, node: Node, comment: Comment) -> bool:
        """Put a comment on the line of a node; of a collection that ended on a later line, of its last item."""
        whole = node
        if self._closed and "\n" in self._text[node.span.start : self._end]:
            while node.items:
                node = node.items[-1]
        if node.beside is None and not node.is_block_text:
            node.beside = comment
        elif whole.items:
            whole.tail.append(comment.text)
        else:
            return False
        return True

    def _taken(self, count: int | None = None) -> list[str]:
        """Return the lines of the comments that wait, and let them wait no more."""
        taken, self._waiting = self._waiting[:count], self._waiting[len(self._waiting[:count]) :]
        return [line for each in taken for line in (*([""] if each.after_blank else []), each.text)]

    def _after_blank(self, place: int) -> bool:
        """Return whether what begins here is the first on its line, and the line above is blank."""
        line = self._text.rfind("\n", 0, place) + 1
        above = self._text.rfind("\n", 0, max(line - 1, 0)) + 1
        if self._last and self._last.is_block_text and "+" in self._last.raw.partition("\n")[0]:
            return False  # the blank lines below are part of that text
        return line > 0 and not self._text[line:place].strip(" -?") and not self._text[above : line - 1].strip()

    def _column(self, place: int) -> int:
        return place - (self._text.rfind("\n", 0, place) + 1)
