"""A folder and a pattern of `include` go in; the files that fit it come out."""

from __future__ import annotations

import fnmatch
from pathlib import Path


def is_pattern(text: str) -> bool:
    """Return whether a name under `include` stands for the files that fit it."""
    return "*" in text


def matching(home: Path, pattern: str) -> tuple[str, ...]:
    """Return the files of one folder that fit a pattern, by name; hidden ones, as editors leave them, are none."""
    if Path(pattern).is_absolute():
        return ()
    # fnmatch and not Path.glob: that raises for some patterns, and its "**" is nothing an admin needs here
    files = (file.relative_to(home) for file in (home / pattern).parent.glob("*") if file.is_file())
    fitting = [each for each in files if fnmatch.fnmatchcase(str(each), pattern)]
    return tuple(sorted(str(each) for each in fitting if not any(part.startswith(".") for part in each.parts)))
