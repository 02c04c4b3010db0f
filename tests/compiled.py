"""Compiles the tests as pytest does, once and before its workers start: at once and each for itself, all would do it."""

from __future__ import annotations

import compileall
import sys
from itertools import chain
from pathlib import Path

import pytest
from _pytest.assertion.rewrite import (
    PYC_TAIL,
    _read_pyc,
    _rewrite_test,
    _write_pyc,
    assertstate_key,
    get_cache_dir,
    try_makedirs,
)


def compile_tests(config: pytest.Config) -> None:
    """Write the bytecode of each file of the tests to be run that has none or has changed."""
    if sys.dont_write_bytecode:
        return
    state = config.stash[assertstate_key]
    left_out = [Path(each).resolve() for each in config.getoption("ignore") or ()]
    for path in chain.from_iterable(Path(each.partition("::")[0]).resolve().rglob("*.py") for each in config.args):
        if any(path.is_relative_to(each) for each in left_out):
            continue
        if not path.name.startswith(("test_", "conftest")):  # in these alone pytest rewrites each assert
            compileall.compile_file(path, quiet=1)
            continue
        folder = get_cache_dir(path)
        compiled = folder / f"{path.stem}{PYC_TAIL}"
        if not _read_pyc(path, compiled) and try_makedirs(folder):
            found, code = _rewrite_test(path, config)
            _write_pyc(state, code, found, compiled)
