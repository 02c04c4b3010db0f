"""What is mutated and what is not."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from tests.mutants.making import mutants
from tests.mutants.rooms import ROOMS
from tests.mutants.trying import ROOT

MADE = [
    ("comparison", "a < b", ["a <= b"]),
    ("chain", "a < b <= c", ["a <= b <= c", "a < b < c"]),
    ("two words", "a not in b", ["a in b"]),
    ("identity", "a is not b", ["a is b"]),
    ("and, or", "a and b or c", ["a and b and c", "a or b or c"]),
    ("not", "x = not a", ["x = a"]),
    ("number", "x = 3", ["x = 4"]),
    ("truth", "x = True", ["x = False"]),
    ("arithmetic", "a - b", ["a + b"]),
    ("condition", "if a:\n    b()", ["if not (a):\n    b()"]),
    ("branches", "x = a if b else c", ["x = a if not (b) else c"]),
    ("filter", "x = [a for a in b if a]", ["x = [a for a in b if True]"]),
    ("function", "max(a)", ["min(a)"]),
    ("argument", "f(a, b=c)", ["f(a, )"]),
    ("element", "x = {a, b}", ["x = { b}", "x = {a, }"]),
    ("return", "def f() -> A:\n    return a.b", ["def f() -> A:\n    return None"]),
    ("loop", "for a in b:\n    continue", ["for a in b:\n    break"]),
    ("Arabic before it", "x = 'قاعدة' + a", ["x = 'قاعدة' - a"]),
]


@pytest.mark.parametrize(("name", "source", "expected"), MADE, ids=[row[0] for row in MADE])
def test_makes(name: str, source: str, expected: list[str]) -> None:
    assert sorted(each.applied(source) for each in mutants(source)) == sorted(expected), name


LEFT = [
    '"""A docstring of 3 words."""',
    "from __future__ import annotations",
    "x: tuple[int, Literal[3]]",
    "def f(a: list[3]) -> dict[3, 4]:\n    pass",
    "@dataclass(frozen=True, slots=True)\nclass A:\n    pass",
    "__all__ = [1]",
    'log.info("x=%d", 3)',
    "raise Wrong(3)",
    'x = f"{a:.2f} {b + 1}"',
    "Pair = tuple[a | b, c]",
]


@pytest.mark.parametrize("source", LEFT)
def test_leaves_what_decides_nothing(source: str) -> None:
    assert [each.applied(source) for each in mutants(source)] == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_modules_tests_and_mutants_that_are_python(room: str) -> None:
    assert ROOMS[room].tested_by(ROOT)
    paths = list(ROOMS[room].modules(ROOT))
    source = paths[0].read_text(encoding="utf-8")
    made = [each.applied(source) for path in paths[:1] for each in mutants(source)]
    assert len(paths) > 2
    assert source not in made
    assert all(ast.parse(each) for each in made)


def test_room_whose_tests_are_gone_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="test_nowhere"):
        replace(ROOMS["rules"], tests=("nowhere",)).tested_by(ROOT)
