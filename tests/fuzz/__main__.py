"""Fuzz: python -m tests.fuzz [TARGET ...] [--seconds N] [--seed N]; a case that breaks something is kept in the corpus."""

from __future__ import annotations

import argparse
import hashlib
import logging
import random
import sys
import time
import traceback
import warnings
from collections.abc import Callable

from tests.fuzz.corpus import CORPUS, alarm, cases
from tests.fuzz.mutating import mutated
from tests.fuzz.targets import TARGETS

MOST_FOUND = 5  # different faults of a target, after which it is left


def fuzz(name: str, run: Callable[[bytes], None], seconds: float, seed: int) -> tuple[int, dict[str, bytes]]:
    """Give a target changed cases for some seconds; return how many, and one case for each place that failed."""
    draw, seeds = random.Random(f"{name} {seed}"), [body for _, body in cases(name)]
    found: dict[str, bytes] = {}
    tried, ends = 0, time.monotonic() + seconds
    while time.monotonic() < ends and len(found) < MOST_FOUND:
        body = mutated(draw, seeds)
        tried += 1
        try:
            with alarm():
                run(body)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} at {last.filename.rsplit('/', 1)[-1]}:{last.lineno}: {error}"[:200]
            known = f"{type(error).__name__} at {last.filename}:{last.lineno}"
            if all(not each.startswith(known) for each in found):
                found[f"{known} {where}"] = body
    return tried, found


def main() -> None:
    """Fuzz each target in turn; exit with 1 where a case was found."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(prog="tests.fuzz")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=[])
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    broken = 0
    for name in given.targets or TARGETS:
        tried, found = fuzz(name, TARGETS[name], given.seconds, given.seed)
        print(f"{name}: {tried} cases in {given.seconds:g} s, seed {given.seed}: {len(found)} faults", flush=True)
        for what, body in found.items():
            kept = CORPUS / name / f"found-{hashlib.sha256(body).hexdigest()[:12]}"
            kept.write_bytes(body)
            print(f"  {what}\n  kept as tests/fuzz/corpus/{name}/{kept.name}", flush=True)
        broken += len(found)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
