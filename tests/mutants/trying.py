"""A mutant -> killed, survived or out of time: the tests of its room against a copy of the tree that has the mutant.

The libraries are imported once; each mutant is a fork of that process, so that its run costs its tests and little more.
"""

from __future__ import annotations

import compileall
import importlib
import os
import py_compile
import select
import shutil
import signal
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("alerts", "crawler", "deploy", "docs", "tests", "pyproject.toml", "README.md", "CHANGELOG.md", "rules.yaml")
HEAVY = ("pytest", "hypothesis", "sqlalchemy", "alembic", "apprise", "requests", "feedparser", "rapidfuzz", "lxml.html")
LIMIT = 90.0  # seconds a mutant
CASES = "150"  # of the test against the reference; the whole suite has more
WORDS = (
    "-x",
    "-q",
    "-p",
    "no:cacheprovider",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)  # of what is preloaded


class End(StrEnum):
    """How the run of a mutant ended."""

    KILLED = "killed"
    SURVIVED = "survived"
    TIMED_OUT = "timed out"


def copy_tree(place: Path) -> Path:
    """Copy what the tests need; compiled files are checked by hash, as a mutant may keep time and size."""
    tree = place / "tree"
    tree.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, tree / name)
    for package in ("alerts", "crawler"):
        mode = py_compile.PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(tree / package, quiet=2, invalidation_mode=mode)
    return tree


def preload() -> None:
    """Import the libraries that tests use, but nothing of ours."""
    for name in HEAVY:
        importlib.import_module(name)
    ours = {name for name in sys.modules if name.partition(".")[0] in {"alerts", "crawler"}}
    assert not ours, ours


def attempt(tree: Path, tests: Sequence[str], limit: float = LIMIT) -> End:
    """Run tests in a copy of the tree and say how that ended."""
    child = os.fork()
    if not child:
        code = 1
        try:
            code = _run(tree, tests)
        finally:
            os._exit(code)
    ended, _, _ = select.select([process := os.pidfd_open(child)], [], [], limit)
    os.close(process)
    if not ended:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not ended:
        return End.TIMED_OUT
    return End.SURVIVED if os.waitstatus_to_exitcode(status) == 0 else End.KILLED


def _run(tree: Path, tests: Sequence[str]) -> int:
    """Run tests in this process, with the tree's modules in place of the checkout's; return pytest's exit code."""
    silent = os.open(os.environ.get("MUTANTS_OUTPUT", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    os.chdir(tree)
    os.environ["WATCHFLOOR_CASES"] = CASES
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    sys.path[:] = [str(tree), *(each for each in sys.path if each not in {"", str(ROOT)})]
    sys.meta_path[:] = [each for each in sys.meta_path if "editable" not in repr(each)]
    _hasten()
    pytest = importlib.import_module("pytest")
    return int(pytest.main([*WORDS, *tests]))


def _hasten() -> None:
    """Let hypothesis end at the first example that fails, and always try the same ones."""
    hypothesis = importlib.import_module("hypothesis")
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases, derandomize=True, database=None, deadline=None)
    hypothesis.settings.load_profile("mutants")
