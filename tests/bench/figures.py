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
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from math import log
from pathlib import Path
from statistics import fmean
from typing import Any, TextIO

KEPT = Path(__file__).parents[2] / "docs" / "figures"
TOLD = KEPT.parent / "benchmarks.md"  # its text is by hand, the figures between two marks by `into`
# what changes most often move, and what all of them take: three minutes on a quiet machine
QUICK = ("claims", "triage", "placing", "latency", "drain", "commands", "event-cost", "cases")
MOVED = 0.1  # of a figure: less is noise
SMALL = 0.05  # figures below differ by their rounding
_PLACE = re.compile(r"(?P<begin><!-- figures (?P<name>[\w-]+) -->\n).*?(?P<end><!-- end of figures -->)", re.DOTALL)
_BY_THE_CLOCK = re.compile(r" ?\(answered in [^)]*\)")
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


def exponent(costs: Mapping[int, float]) -> float:
    """Return the power of the size with which a cost grows: the slope of the line nearest to their logarithms."""
    sizes, logs = [log(size) for size in costs], [log(cost) for cost in costs.values()]
    middle, mean = fmean(sizes), fmean(logs)
    over = sum((size - middle) * (cost - mean) for size, cost in zip(sizes, logs, strict=True))
    return over / sum((size - middle) ** 2 for size in sizes)


def printed(work: Any, out: TextIO) -> list[str]:
    """Run a benchmark and return the lines it printed, which go to `out` as well."""
    with redirect_stdout(Both(out)) as kept:
        work()
    return [line for line in kept.getvalue().splitlines() if line.strip()]


def keep(name: str, lines: Sequence[str], yardstick: float) -> None:
    """Write what a benchmark printed, with where and when, in place of what was kept of it.

    `yardstick` are the milliseconds that a fixed piece of work took meanwhile.
    """
    KEPT.mkdir(exist_ok=True)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    content = {
        "benchmark": name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
        "commit": commit.stdout.strip(),
        "yardstick": round(yardstick, 2),
        "lines": list(lines),
    }
    (KEPT / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def last(name: str) -> Mapping[str, Any] | None:
    """Return what was last kept of a benchmark, None if nothing was."""
    path = KEPT / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def into(text: str) -> str:
    """Return a document with what was last kept of each benchmark that it has a place for."""
    return _PLACE.sub(lambda place: f"{place['begin']}{_shown(place['name'])}{place['end']}", text)


def _shown(name: str) -> str:
    kept = last(name)
    if kept is None:
        return f"Nothing is kept: `python -m tests.bench --keep {name}`.\n"
    at = datetime.fromisoformat(kept["at"])
    where = f"{at.day} {at:%B %Y}, {kept['machine']}, load {kept['load']}, commit {kept['commit']}"
    lines = "\n".join(kept["lines"])
    return f"`python -m tests.bench {name}`, {where}:\n\n```text\n{lines}\n```\n"


def moved(before: Sequence[str], now: Sequence[str], pace: float = 1.0) -> Iterator[str]:
    """Yield each figure that moved by more than MOVED, that is new, or that is gone, in words.

    `pace` is how much longer the same work takes on the machine now: a figure that moved as it did, or the other way as
    a rate does, is left out. What is measured by the clock, in brackets, is not compared: it tells of the machine.
    """
    old, new = _by_name(before), _by_name(now)
    for name, figures in new.items():
        if name not in old:
            yield f"new: {name[0]}"
            continue
        for was, found in zip(old[name], figures, strict=True):
            if not any(_near(was * factor, found) for factor in (1.0, pace, 1 / pace)):
                yield f"{was:g} -> {found:g} ({found / was if was else 0:.2f} x): {name[0]}"
    yield from (f"gone: {name[0]}" for name in old if name not in new)


def _near(was: float, found: float) -> bool:
    return abs(found - was) <= max(MOVED * was, SMALL)


def _by_name(lines: Sequence[str]) -> dict[tuple[str, int], tuple[float, ...]]:
    """Return the figures of lines by their names; lines of one name are told apart by their order."""
    seen: Counter[str] = Counter()
    found = {}
    for line in lines:
        name, figures = _figures(line)
        seen[name] += 1
        found[name, seen[name]] = figures
    return found


def _figures(line: str) -> tuple[str, tuple[float, ...]]:
    compared = _BY_THE_CLOCK.sub("", line)
    numbers = tuple(float(each.replace(",", "")) for each in _NUMBER.findall(compared))
    return _NUMBER.sub("#", compared).strip(), numbers


if __name__ == "__main__":
    TOLD.write_text(into(TOLD.read_text(encoding="utf-8")), encoding="utf-8")
