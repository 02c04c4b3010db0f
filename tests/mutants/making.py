"""Source of a module -> all one-place mutants of it that may change what it does. Pure.

Left out, as they cannot change a decision: annotations, docstrings, decorators, imports, `__all__`, calls of a logger, and
what an exception says.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

COMPARED = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
    "in": "not in", "not in": "in", "is": "is not", "is not": "is",
}  # fmt: skip
COUNTED = {"+": "-", "-": "+", "*": "/", "/": "*", "//": "*", "%": "*", "**": "*", "|": "&", "&": "|"}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
Span = tuple[int, int]  # offsets of the source, in code points


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one place: the text from `start` to `end` becomes `new`."""

    kind: str
    line: int
    start: int
    end: int
    new: str

    def applied(self, source: str) -> str:
        return source[: self.start] + self.new + source[self.end :]

    def shown(self, source: str) -> tuple[str, str]:
        """Return the line before and after."""
        before, after = source.splitlines(), self.applied(source).splitlines()
        return before[self.line - 1].strip(), after[self.line - 1].strip()


def mutants(source: str) -> list[Mutant]:
    """Return every mutant of a module that is still Python, in the order of its lines."""
    made = _Maker(source).made()
    return sorted((each for each in made if _compiles(each.applied(source))), key=lambda each: (each.line, each.start))


def _compiles(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


class _Maker:
    """Walks a module once; `_at` turns (line, byte) of a node into an offset."""

    def __init__(self, source: str) -> None:
        self._source, self._tree = source, ast.parse(source)
        self._lines = source.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        found = tokenize.generate_tokens(io.StringIO(source).readline)
        self._tokens = [(self._starts[each.start[0] - 1] + each.start[1], each.string) for each in found if each.string]

    def made(self) -> Iterator[Mutant]:
        yield from self._below(self._tree)

    def _at(self, line: int, byte: int) -> int:
        text = self._lines[line - 1].encode()[:byte].decode()
        return self._starts[line - 1] + len(text)

    def _span(self, node: ast.expr | ast.stmt) -> Span:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)

    def _text(self, node: ast.expr) -> str:
        start, end = self._span(node)
        return self._source[start:end]

    def _mutant(self, kind: str, span: Span, new: str) -> Mutant:
        return Mutant(kind, self._source.count("\n", 0, span[0]) + 1, *span, new)

    def _below(self, node: ast.AST) -> Iterator[Mutant]:
        for child in _children(node):
            if not _is_left_out(child):
                made = _MADE.get(type(child))
                if made:
                    yield from made(self, child)
                yield from self._below(child)

    def _operator(self, left: ast.expr, right: ast.expr, known: dict[str, str], kind: str) -> Iterator[Mutant]:
        """Exchange the operator between two operands; `not in` and `is not` are two tokens."""
        start, end = self._span(left)[1], self._span(right)[0]
        words = [(at, word) for at, word in self._tokens if start <= at < end and (word in known or word == "not")]
        name = " ".join(word for _, word in words)
        if name in known:
            last, word = words[-1]
            yield self._mutant(kind, (words[0][0], last + len(word)), known[name])

    def compare(self, node: ast.Compare) -> Iterator[Mutant]:
        operands = [node.left, *node.comparators]
        for left, right in pairwise(operands):
            yield from self._operator(left, right, COMPARED, "comparison")

    def boolean(self, node: ast.BoolOp) -> Iterator[Mutant]:
        for left, right in pairwise(node.values):
            yield from self._operator(left, right, {"and": "or", "or": "and"}, "and, or")

    def binary(self, node: ast.BinOp) -> Iterator[Mutant]:
        yield from self._operator(node.left, node.right, COUNTED, "arithmetic")

    def unary(self, node: ast.UnaryOp) -> Iterator[Mutant]:
        if isinstance(node.op, ast.Not | ast.USub):
            yield self._mutant("sign or not", self._span(node), self._text(node.operand))

    def constant(self, node: ast.Constant) -> Iterator[Mutant]:
        if isinstance(node.value, bool):
            yield self._mutant("constant", self._span(node), str(not node.value))
        elif isinstance(node.value, int | float):
            yield self._mutant("constant", self._span(node), repr(node.value + 1))

    def branch(self, node: ast.If | ast.While) -> Iterator[Mutant]:
        yield self._mutant("condition", self._span(node.test), f"not ({self._text(node.test)})")

    def swapped(self, node: ast.IfExp) -> Iterator[Mutant]:
        yield self._mutant("branches", self._span(node.test), f"not ({self._text(node.test)})")

    def picked(self, node: ast.comprehension) -> Iterator[Mutant]:
        for each in node.ifs:
            yield self._mutant("filter", self._span(each), "True")

    def call(self, node: ast.Call) -> Iterator[Mutant]:
        if isinstance(node.func, ast.Name) and node.func.id in CALLED:
            yield self._mutant("function", self._span(node.func), CALLED[node.func.id])
        values = [*node.args, *(each.value for each in node.keywords)]
        for each in node.keywords:
            if each.arg and len(values) > 1:
                yield self._mutant("argument", self._dropped(each.value, f"{each.arg}="), "")

    def _dropped(self, value: ast.expr, before: str) -> Span:
        """Return the span of an argument or element with the comma behind it."""
        start, end = self._span(value)
        comma = next(((at, word) for at, word in self._tokens if at >= end and word in {",", ")", "}"}), (end, ""))
        return start - len(before), comma[0] + 1 if comma[1] == "," else end

    def elements(self, node: ast.Set) -> Iterator[Mutant]:
        for each in node.elts if len(node.elts) > 1 else ():
            yield self._mutant("element", self._dropped(each, ""), "")

    def returned(self, node: ast.Return) -> Iterator[Mutant]:
        if node.value is not None and not isinstance(node.value, ast.Constant):
            yield self._mutant("return", self._span(node.value), "None")

    def ended(self, node: ast.Continue | ast.Break) -> Iterator[Mutant]:
        yield self._mutant("loop", self._span(node), "break" if isinstance(node, ast.Continue) else "continue")


_MADE: dict[type[ast.AST], Callable[[_Maker, Any], Iterator[Mutant]]] = {
    ast.Compare: _Maker.compare,
    ast.BoolOp: _Maker.boolean,
    ast.BinOp: _Maker.binary,
    ast.UnaryOp: _Maker.unary,
    ast.Constant: _Maker.constant,
    ast.If: _Maker.branch,
    ast.While: _Maker.branch,
    ast.IfExp: _Maker.swapped,
    ast.comprehension: _Maker.picked,
    ast.Call: _Maker.call,
    ast.Set: _Maker.elements,
    ast.Return: _Maker.returned,
    ast.Continue: _Maker.ended,
    ast.Break: _Maker.ended,
}


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is below a node, without annotations and decorators."""
    for name, value in ast.iter_fields(node):
        if name not in {"annotation", "returns", "decorator_list", "type_params"}:
            yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, ast.AST))


def _is_left_out(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Raise | ast.Assert | ast.JoinedStr):
        return True
    if isinstance(node, ast.Expr):
        called = node.value.func if isinstance(node.value, ast.Call) else None
        logs = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "log"
        return logs or isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):  # a type alias, or `__all__`
        return any(isinstance(each, ast.Name) and each.id == "__all__" for each in node.targets)
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in _GENERIC


_GENERIC = {"tuple", "list", "dict", "set", "frozenset", "Mapping", "Sequence", "Iterable", "Iterator", "Callable"}
