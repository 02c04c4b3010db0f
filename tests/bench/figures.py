"""What a benchmark printed goes in; its figures are kept as JSON, and what moved since they were last kept comes out.

A figure is a number in a line that the benchmark prints; the line without its numbers names it. Kept beside it are the
machine, its load and the commit, without which it says little.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

KEPT = Path(__file__).parents[2] / "docs" / "figures"
MOVED = 0.1  # of a figure: less is noise
SMALL = 0.05  # figures below differ by their rounding
_NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?")


class Both(StringIO):
    """Keeps what is printed, and prints it."""

    def __init__(self, out: TextIO) -> None:
        super().__init__()
        self._out = out

    def write(self, text: str) -> int:
        self._out.write(text)
        self._out.flush()
        return super().write(text)


def printed(work: Any, out: TextIO) -> list[str]:
    """Run a benchmark and return the lines it printed, which go to `out` as well."""
    with redirect_stdout(Both(out)) as kept:
        work()
    return [line for line in kept.getvalue().splitlines() if line.strip()]


def keep(name: str, lines: Sequence[str]) -> None:
    """Write what a benchmark printed, with where and when, in place of what was kept of it."""
    KEPT.mkdir(exist_ok=True)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    content = {
        "benchmark": name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
        "commit": commit.stdout.strip(),
        "lines": list(lines),
    }
    (KEPT / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def last(name: str) -> Mapping[str, Any] | None:
    """Return what was last kept of a benchmark, None if nothing was."""
    path = KEPT / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def moved(before: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    """Yield each figure that moved by more than MOVED, that is new, or that is gone, in words."""
    old, new = dict(map(_figures, before)), dict(map(_figures, now))
    for name, figures in new.items():
        if name not in old:
            yield f"new: {name}"
            continue
        for was, found in zip(old[name], figures, strict=True):
            if abs(found - was) > max(MOVED * was, SMALL):
                yield f"{was:g} -> {found:g} ({found / was if was else 0:.2f} x): {name}"
    yield from (f"gone: {name}" for name in old if name not in new)


def _figures(line: str) -> tuple[str, tuple[float, ...]]:
    numbers = tuple(float(each.replace(",", "")) for each in _NUMBER.findall(line))
    return _NUMBER.sub("#", line).strip(), numbers
