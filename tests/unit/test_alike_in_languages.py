"""One headline in English, Arabic and Persian is read as one deed that stands alike, and graded alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.shipped import graded, read, shipped

LINES = (Path(__file__).parent / "languages.tsv").read_text(encoding="utf-8").splitlines()[1:]
ROWS = [line.split("\t") for line in LINES]
CASES = [(*row[:3], title) for row in ROWS for title in row[3:]]


def test_a_row_has_three_languages() -> None:
    assert len(ROWS) >= 25
    assert {len(row) for row in ROWS} == {6}


@pytest.mark.parametrize(("severity", "deeds", "standing", "title"), CASES, ids=[each[3] for each in CASES])
def test_the_language_changes_neither_deed_nor_severity(severity: str, deeds: str, standing: str, title: str) -> None:
    alike = shipped().events.alike
    wanted = {alike.get(deed, deed) for deed in deeds.split("|")}
    found = {each.standing for each in read(title).acts if alike.get(each.deed, each.deed) in wanted}
    assert found == {standing}
    assert graded(title) == severity
