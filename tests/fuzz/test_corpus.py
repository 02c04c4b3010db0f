"""Everything in the corpus is read without a fault (`make fuzz` looks for more, and keeps what it finds there)."""

from __future__ import annotations

import pytest

from tests.fuzz.__main__ import fuzz
from tests.fuzz.corpus import CORPUS, cases
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_corpus_is_read_without_a_fault(name: str) -> None:
    for file, body in cases(name):
        try:
            TARGETS[name](body)
        except Exception as error:
            raise AssertionError(f"tests/fuzz/corpus/{name}/{file}: {error!r}") from error


def test_each_folder_of_the_corpus_has_its_target() -> None:
    assert {each.name for each in CORPUS.iterdir()} == set(TARGETS)


def test_fuzzing_finds_a_fault_and_keeps_its_case_by_place() -> None:
    def fails(body: bytes) -> None:
        if b"\xff" in body:
            raise KeyError("planted")

    tried, found = fuzz("dates", fails, 1.0, 1)
    assert tried
    [(what, case)] = found.items()
    assert "KeyError" in what
    assert b"\xff" in case
