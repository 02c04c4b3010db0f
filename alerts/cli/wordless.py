"""A rules file and a state directory go in; what of the rules has no words comes out, for a command that only shows."""

from __future__ import annotations

import importlib
from pathlib import Path

from alerts.rule import Wordless
from alerts.run.wordless import wordless_kept


def wordless_in_force(path: Path, state: Path) -> Wordless:
    """Return what of the rules has no words, as `config_in_force` does; at once where the files are those in force."""
    kept = wordless_kept(state, path)
    if kept is None:
        # only now: with it comes all that reads rules, a quarter of the command
        kept = importlib.import_module("alerts.cli.loading").config_in_force(path, state).wordless
    assert isinstance(kept, Wordless)
    return kept
