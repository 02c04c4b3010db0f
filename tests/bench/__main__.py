"""Run all benchmarks, or those named: python -m tests.bench [--keep | --quick] [timeline latency seed weight ...]

--keep writes the figures to docs/figures and from there into docs/benchmarks.md; --quick runs QUICK and says which figures moved since they were kept.
"""

from __future__ import annotations

import os
import platform
import sys

import alerts.cli  # noqa: F401 - it sets the garbage collector, as for the daemon and each command
from tests.bench import (
    aggregator,
    board,
    cases,
    channel,
    claims,
    commands,
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
    polling,
    search,
    seed,
    sieve,
    slack,
    state,
    stories,
    stories_stress,
    stories_window,
    storm,
    timeline,
    translating,
    triage,
    weight,
    workers,
)

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
    "matching": matching.run,
    "event-cost": event_cost.run,
    "latency": latency.run,
    "load": load.run,
    "stories": stories.run,
    "stories-stress": stories_stress.run,
    "stories-window": stories_window.run,
    "identity": identity.run,
    "polls": polling.costs,
    "polling": polling.run,
    "june": june.run,
    "timeline": timeline.run,
    "extraction": extraction.run,
    "evidence": evidence.run,
    "claims": claims.run,
    "workers": workers.run,
    "triage": triage.run,
    "translating": translating.run,
    "commands": commands.run,
    "commands-growth": commands.growth,
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


QUICK = ("claims", "triage", "latency", "drain", "commands", "event-cost", "cases")  # what changes most often move


def main() -> None:
    options = {each for each in sys.argv[1:] if each in {"--keep", "--quick"}}
    names = [each for each in sys.argv[1:] if each not in options]
    wanted = names or list(QUICK if "--quick" in options else BENCHES)
    unknown = [name for name in wanted if name not in BENCHES]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    for name in wanted:
        print(f"\n== {name}", flush=True)
        lines = figures.printed(BENCHES[name], sys.stdout)
        if "--quick" in options:
            _compare(name, lines)
        if "--keep" in options:
            figures.keep(name, lines)
            figures.TOLD.write_text(figures.into(figures.TOLD.read_text(encoding="utf-8")), encoding="utf-8")


def _compare(name: str, lines: list[str]) -> None:
    kept = figures.last(name)
    if kept is None:
        print("  nothing was kept of it: --keep")
        return
    found = list(figures.moved(kept["lines"], lines))
    print(f"  since {kept['commit']} ({kept['at']}, load {kept['load']}; now {os.getloadavg()[0]:.1f}): ", end="")
    print(f"{len(found)} figures moved by more than a tenth" if found else "nothing moved by more than a tenth")
    for each in found:
        print(f"    {each}")


if __name__ == "__main__":
    main()
