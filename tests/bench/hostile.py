"""Servers that misbehave, for each kind of source: what each is named, and whether the well ones are on time."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import closing

from tests.e2e.hostile_kinds import GOOD, MUTATED, OTHERS, TIMEOUT, Ended, misbehaving, polled
from tests.e2e.servers import Outlet

ROWS = {
    "hang": "never answers",
    "drip": "a byte each 0.1 s",
    "endless": "never ends",
    "bomb": "gzip, 30 MB of blanks",
    "image": "an image",
    "login": "a login page",
    "consent": "a consent page",
    "challenge": "a challenge page",
    "empty": "no body",
    "cut": "half of a good body",
    "utf16": "UTF-16, called Latin-1",
    "latin": "bytes of no encoding",
    "typed": "good, as octet-stream",
}


def run() -> None:
    """Print a table: what is answered, by kind what it is named; then how long the well sources beside them took."""
    found: dict[str, dict[str, Ended]] = {}
    for kind in GOOD:
        with closing(Outlet()) as outlet:
            found[kind] = polled(kind, misbehaving(outlet, kind))
    print(f"| answer | {' | '.join(found)} |")
    print("|---" * (len(found) + 1) + "|")
    for name, words in ROWS.items():
        print(f"| {words} | {' | '.join(ended[name].outcome for ended in found.values())} |")
    print(f"| {MUTATED} mutated pages | {' | '.join(_mutated(ended) for ended in found.values())} |")
    print(f"| {OTHERS} others on time | {' | '.join(_on_time(ended) for ended in found.values())} |")
    print(
        f"on time: read before the first of those that hang is given up, after {TIMEOUT:.0f} s; load {os.getloadavg()[0]:.1f}"
    )


def _mutated(ended: dict[str, Ended]) -> str:
    many = Counter(ended[f"m{n}"].outcome for n in range(MUTATED))
    return ", ".join(f"{count} {name}" for name, count in many.most_common())


def _on_time(ended: dict[str, Ended]) -> str:
    others = [ended[f"other{n}"] for n in range(OTHERS)]
    well = all(each.outcome == "ok" and each.seconds < TIMEOUT for each in others)
    return f"{'yes' if well else 'NO'}, {max(each.seconds for each in others):.1f} s"
