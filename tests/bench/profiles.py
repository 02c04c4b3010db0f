"""A benchmark goes in; the rooms and packages in which its processor time was spent come out, the most costly first.

A profile of what runs in this process: what a child or a thread does is not in it. Profiling itself costs most where
functions are small, so the shares say where to look, and no more.
"""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.shared import ROOT

SHOWN = 6


def profiled(work: Callable[[], object]) -> Iterator[str]:
    """Run a piece of work and yield in lines where its own time went, by room of ours or package of others."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return shares(pstats.Stats(profile))


def shares(stats: pstats.Stats) -> Iterator[str]:
    """Yield the share of each room or package in the time of a profile, with its most costly function."""
    spent: Counter[str] = Counter()
    first: dict[str, tuple[float, str]] = {}
    for (file, _, name), (_, _, own, _, _) in stats.stats.items():  # type: ignore[attr-defined]
        room = room_of(file)
        spent[room] += own
        first[room] = max(
            first.get(room, (0.0, "")), (own, f"{Path(file).name} {name}" if room != "built in" else name)
        )
    whole = sum(spent.values()) or 1.0
    for room, own in spent.most_common(SHOWN):
        yield f"{own / whole:4.0%} {room}, above all {first[room][1]} ({first[room][0] / whole:.0%})"


def room_of(file: str) -> str:
    """Return the room of ours that a file is in, or the package, or the standard library."""
    path = Path(file)
    if path.is_relative_to(ROOT) and ".venv" not in path.parts:
        return str(path.relative_to(ROOT).parent)
    if "site-packages" in path.parts:
        return path.parts[path.parts.index("site-packages") + 1].removesuffix(".py")
    return "the standard library" if path.suffix == ".py" else "built in"
