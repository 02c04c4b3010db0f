"""Run the campaign: python -m tests.faults [--only WORDS] [--jobs N] [--kill-points N ...]; prints the table row by row."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

from tests.faults import kills, outside, parts, several, stores
from tests.faults.fault import Counts, Row, run_fault

HEAD = (
    "| fault | times | published | accepted | LOST | DUP | SPURIOUS | marked repeats | told within s | by | besides |\n|"
    + "---|" * 11
)
FAULTS = (*kills.FAULTS, *stores.FAULTS, *outside.FAULTS, *parts.FAULTS, *several.FAULTS)


def line(row: Row) -> str:
    """Return a row of the table."""
    made = row.verdict
    numbers = (
        (made.published, made.accepted, len(made.lost), len(made.doubled), len(made.spurious), made.marked)
        if made
        else ("-",) * 6
    )
    seconds, way = (f"{row.told[0]:.1f}", row.told[1]) if row.told else ("-", "NOBODY" if row.must_tell else "")
    words = "; ".join([*row.faults, row.note])
    return f"| {row.name} | {row.times} | {' | '.join(map(str, numbers))} | {seconds} | {way} | {words} |".replace(
        "\n", " "
    )


def main() -> None:
    """Run what the command line asks for; exit with 1 where something does not hold."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(prog="tests.faults")
    parser.add_argument("--only", default="", help="faults whose name has these words, separated by commas")
    parser.add_argument("--jobs", type=int, default=2, help="faults at a time, each on a floor of its own")
    for each in fields(Counts):
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=type(each.default), default=each.default)
    given = vars(parser.parse_args())
    only, jobs = given.pop("only").split(","), given.pop("jobs")
    wanted = [each for each in FAULTS if any(words in each.name for words in only)]
    counts = Counts(**given)
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {counts}\n")
    print(HEAD, flush=True)
    held = True
    with ThreadPoolExecutor(jobs) as pool:
        for row in pool.map(lambda fault: run_fault(fault, counts), wanted):
            print(line(row), flush=True)
            held = held and row.holds
            if row.verdict and not row.verdict.holds:
                for named in (row.verdict.lost, row.verdict.doubled, row.verdict.spurious):
                    print("   ", *named[:10], file=sys.stderr)
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
