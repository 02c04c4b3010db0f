"""Each sentence that docs/troubleshooting.md quotes is still one that the code prints."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUOTED = re.findall(r"^> (.+)$", (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8"), re.MULTILINE)
HOLE = "\0"  # what changes, in a sentence of the code


@cache
def sentences() -> str:
    """Return all texts of the code, a hole for each value put into one."""
    found = []
    for path in (*(ROOT / "alerts").rglob("*.py"), *(ROOT / "crawler").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.append(
                    "".join(str(each.value) if isinstance(each, ast.Constant) else HOLE for each in node.values)
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(re.sub(r"%[.\d]*[sdrf]", HOLE, node.value))
    return "\n".join(found)


@pytest.mark.parametrize("quoted", QUOTED)
def test_quoted_sentence_is_in_the_code(quoted: str) -> None:
    pieces = [each for each in re.split(r"\s*\.\.\.\s*", quoted) if len(each) > 2]
    assert pieces
    pattern = r"[^\n]*".join(re.escape(each) for each in pieces)
    assert re.search(pattern, sentences()), quoted


def test_a_sentence_that_is_nowhere_is_found_out() -> None:
    assert not re.search(re.escape("the daemon has gone for a walk"), sentences())
