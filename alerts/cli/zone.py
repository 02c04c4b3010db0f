"""A rules file and a state directory go in; the zone of the desk comes out, in which commands print every time.

Where a daemon left it there, nothing else is imported: reading YAML is a tenth of a command that lists something.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

KEPT = "rules.wordless.json"  # FILE of alerts/run/wordless.py, which imports all values of a desk


def desk_zone(rules: Path, state: Path | None = None) -> str:
    """Return `settings.timezone` of a rules file. UTC if it names none, or cannot be read.

    Nothing else is read: a command that looks back works while the rules have errors. Where the file is the one that
    was last in force, the zone is the one kept in `state`.
    """
    try:
        zone = (state and _kept(rules, state)) or _written(rules)
        return ZoneInfo(zone).key if zone else "UTC"
    except (ZoneInfoNotFoundError, ValueError):  # `check` and a reload name this error, with its line
        return "UTC"


def _kept(rules: Path, state: Path) -> str:
    """Return the zone that a daemon kept of the very same file, "" where it kept none."""
    try:
        kept = json.loads((state / KEPT).read_bytes())
        same = rules.is_file() and kept["main"] == hashlib.sha256(rules.read_bytes()).hexdigest()
        return str(kept["of"]["timezone"]) if same else ""
    except (OSError, ValueError, TypeError, LookupError):  # the rules themselves say it
        return ""


def _written(rules: Path) -> str:
    yamlfile, problems = (importlib.import_module(f"crawler.config.{each}") for each in ("yamlfile", "problems"))
    _, root = yamlfile.read_file(rules, problems.Problems())
    settings = root.get("settings") if isinstance(root, yamlfile.Mapping) else None
    zone = settings.get("timezone") if isinstance(settings, yamlfile.Mapping) else None
    return str(zone.text) if isinstance(zone, yamlfile.Scalar) else ""
