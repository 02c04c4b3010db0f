"""What a command imports, and what it leaves behind when its process ends."""

from __future__ import annotations

import subprocess
import sys

import pytest

# what is registered before the commands are imported runs after what they register
ENDS = "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count())); import alerts.cli"
LOADED = "import sys, alerts.cli.{}; print(*sys.modules)"
# what reads rules from YAML, what matches by them, and the dialect of a database that this store is not in
UNNEEDED = {"yaml", "alerts.rules.lexicon", "alerts.rules.match", "sqlalchemy.dialects.postgresql"}
LOADS = "import sys, alerts.cli.{}; print(*(each for each in sys.modules if each.startswith('alerts.rules.')))"


def said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_process_ends_without_a_look_for_garbage_through_all_it_imported() -> None:
    assert int(said(ENDS)) > 10_000


@pytest.mark.parametrize("command", ["log", "status"])
def test_command_that_needs_no_rules_imports_nothing_that_reads_or_matches_them(command: str) -> None:
    assert said(LOADS.format(command)).split() == []


@pytest.mark.parametrize("command", ["handover", "stories", "deliveries", "sources", "silence"])
def test_command_that_shows_what_is_stored_imports_nothing_that_matches(command: str) -> None:
    assert UNNEEDED & set(said(LOADED.format(command)).split()) == set()
