"""Make random one-place mutants of the deciding rooms, run their tests against each, and list those that survive.

python -m tests.mutants [--seed N] [--count N] [--room NAME]...   The checkout is never changed.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from pathlib import Path

from tests.mutants.making import Mutant, mutants
from tests.mutants.rooms import ROOMS, Room
from tests.mutants.trying import ROOT, End, attempt, copy_tree, preload


def sample(room: Room, count: int, seed: int) -> list[tuple[Path, Mutant]]:
    """Return so many mutants of a room, of different lines, always the same for the same seed and sources."""
    made = [(path, each) for path in room.modules(ROOT) for each in mutants(path.read_text(encoding="utf-8"))]
    random.Random(seed).shuffle(made)
    chosen = {(path, each.line): (path, each) for path, each in reversed(made)}  # of each line the first drawn
    return list(chosen.values())[-count:][::-1]


def try_room(name: str, tree: Path, count: int, seed: int) -> Counter[End]:
    """Try a sample of a room's mutants one by one in a copy of the tree; print each that is not killed."""
    room, ends = ROOMS[name], Counter[End]()
    tests = room.tested_by(tree)
    if attempt(tree, tests) is not End.SURVIVED:
        raise SystemExit(f"{name}: its tests do not pass, or not in time, without a mutant")
    for path, mutant in sample(room, count, seed):
        source = path.read_text(encoding="utf-8")
        mutated = tree / path.relative_to(ROOT)
        mutated.write_text(mutant.applied(source), encoding="utf-8")
        end = attempt(tree, tests)
        mutated.write_text(source, encoding="utf-8")
        ends[end] += 1
        if end is not End.KILLED:
            before, after = mutant.shown(source)
            print(
                f"{end.value} {path.relative_to(ROOT)}:{mutant.line} {mutant.kind}: {before}  ->  {after}", flush=True
            )
    print(f"{name}: {told(ends)}", flush=True)
    return ends


def told(ends: Counter[End]) -> str:
    """Say in words how many were killed; a mutant that hangs its tests is noticed, too."""
    noticed = ends[End.KILLED] + ends[End.TIMED_OUT]
    return (
        f"{noticed} of {ends.total()} noticed ({ends[End.TIMED_OUT]} by the time limit), {ends[End.SURVIVED]} survived"
    )


def main() -> None:
    """Try `--count` mutants, as many in each room."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200, help="mutants in all rooms together")
    parser.add_argument("--room", action="append", choices=list(ROOMS), help="only this room; may be repeated")
    given = parser.parse_args()
    names = given.room or list(ROOMS)
    preload()
    ends = Counter[End]()
    with tempfile.TemporaryDirectory() as place:
        tree = copy_tree(Path(place))
        for name in names:
            ends += try_room(name, tree, given.count // len(names), given.seed)
    print(f"all: {told(ends)}")


if __name__ == "__main__":
    main()
