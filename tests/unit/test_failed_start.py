"""What a start that failed leaves for `status`, and when it is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.run import failed_start

NOW = datetime(2026, 6, 14, 3, tzinfo=UTC)


def test_failed_start_is_kept_until_a_daemon_shows_life(tmp_path: Path) -> None:
    failed_start.note(tmp_path, "rules.yaml:6:18: no such receiver", NOW)
    assert failed_start.last(tmp_path, None) == (NOW, "rules.yaml:6:18: no such receiver")
    assert failed_start.last(tmp_path, NOW - timedelta(seconds=1)) is not None
    assert failed_start.last(tmp_path, NOW + timedelta(seconds=1)) is None


def test_start_that_succeeds_forgets_the_one_that_failed(tmp_path: Path) -> None:
    state = tmp_path / "var"  # which the first start of all has not made yet
    failed_start.note(state, "why", NOW)
    assert state.stat().st_mode & 0o777 == 0o700
    assert failed_start.last(state, None) == (NOW, "why")
    failed_start.note(tmp_path, "why", NOW)
    failed_start.forget(tmp_path)
    assert failed_start.last(tmp_path, None) is None
    failed_start.forget(tmp_path)  # nothing to forget


def test_start_note_that_cannot_be_taken_away_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / failed_start.FILE).mkdir()
    failed_start.forget(tmp_path)
    assert "stays in status" in caplog.text
