"""Run all benchmarks, or those named: python -m tests.bench [--keep | --quick | --profile] [timeline latency seed ...]

--keep writes the figures to docs/figures and from there into docs/benchmarks.md; --quick runs `figures.QUICK` and says which
figures moved since they were kept; --profile says where the time of PROFILED went.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Set

import alerts.cli  # noqa: F401 - it sets the garbage collector, as for the daemon and each command
from tests.bench import (
    aggregator,
    board,
    cases,
    channel,
    claims,
    commands,
    daemons,
    delivery,
    delivery_kill,
    desk,
    event_cost,
    events,
    evidence,
    extraction,
    figures,
    gist,
    hostile,
    identity,
    june,
    kinds,
    labels,
    languages,
    latency,
    load,
    mail,
    matching,
    memory,
    persian_kurdish,
    places,
    poll_layers,
    polling,
    search,
    seed,
    sieve,
    singles,
    slack,
    state,
    stores,
    stories,
    stories_stress,
    stories_window,
    storm,
    timeline,
    timelines_own,
    translating,
    triage,
    weight,
    workers,
)
from tests.bench.profiles import profiled
from tests.bench.yardstick import yardstick

BENCHES = {
    "board": board.run,
    "seed": seed.run,
    "desk": desk.run,
    "cases": cases.run,
    "labels": labels.run,
    "languages": languages.run,
    "gist": gist.run,
    "persian-kurdish": persian_kurdish.run,
    "events": events.run,
    "timelines": timelines_own.run,
    "singles": singles.run,
    "matching": matching.run,
    "event-cost": event_cost.run,
    "latency": latency.run,
    "load": load.run,
    "stories": stories.run,
    "stories-stress": stories_stress.run,
    "stories-window": stories_window.run,
    "identity": identity.run,
    "polls": polling.costs,
    "poll-layers": poll_layers.run,
    "polling": polling.run,
    "june": june.run,
    "timeline": timeline.run,
    "extraction": extraction.run,
    "evidence": evidence.run,
    "claims": claims.run,
    "workers": workers.run,
    "daemons": daemons.run,
    "stores": stores.run,
    "triage": triage.run,
    "translating": translating.run,
    "commands": commands.run,
    "commands-growth": commands.growth,
    "commands-profile": commands.profile,
    "placing": stories_window.growth,
    "drain": delivery.throughput,
    "delivery": delivery.run,
    "delivery-kill": delivery_kill.run,
    "storm": storm.run,
    "slack": slack.run,
    "mail": mail.run,
    "memory": memory.run,
    "aggregator": aggregator.run,
    "channel": channel.run,
    "sieve": sieve.run,
    "hostile": hostile.run,
    "kinds": kinds.run,
    "weight": weight.run,
    "state": state.run,
    "places": places.run,
    "search": search.run,
}


PROFILED = ("claims", "triage", "placing", "commands-profile")
OPTIONS = frozenset({"--keep", "--quick", "--profile"})


def main() -> None:
    options = OPTIONS & set(sys.argv[1:])
    names = [each for each in sys.argv[1:] if each not in options]
    wanted = names or list(figures.QUICK if "--quick" in options else PROFILED if "--profile" in options else BENCHES)
    unknown = [name for name in wanted if name not in BENCHES]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    began, spent = time.monotonic(), _spent()
    for name in wanted:
        print(f"\n== {name}", flush=True)
        _run(name, options)
    print(f"\nall took {_spent() - spent:.0f} s of processor time, {time.monotonic() - began:.0f} s by the clock")


def _run(name: str, options: Set[str]) -> None:
    if "--profile" in options and name != "commands-profile":  # that one profiles processes of its own
        print("\n".join(profiled(BENCHES[name])))
        return
    lines = figures.printed(BENCHES[name], sys.stdout)
    if "--quick" in options:
        _compare(name, lines)
    if "--keep" in options:
        figures.keep(name, lines, yardstick())
        figures.TOLD.write_text(figures.into(figures.TOLD.read_text(encoding="utf-8")), encoding="utf-8")


def _spent() -> float:
    """Return the processor seconds of this process and of the children that it has waited for."""
    return sum(os.times()[:4])


def _compare(name: str, lines: list[str]) -> None:
    kept = figures.last(name)
    if kept is None:
        print("  nothing was kept of it: --keep")
        return
    pace = yardstick() / kept["yardstick"] if "yardstick" in kept else 1.0
    found = list(figures.moved(kept["lines"], lines, pace))
    print(f"  since {kept['commit']} ({kept['at']}, load {kept['load']}; now {os.getloadavg()[0]:.1f}", end="")
    print(f", where the same work takes {pace:.2f} x): " if "yardstick" in kept else "): ", end="")
    print(f"{len(found)} figures moved by more than a tenth" if found else "nothing moved by more than a tenth")
    for each in found:
        print(f"    {each}")


if __name__ == "__main__":
    main()
