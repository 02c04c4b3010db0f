"""Run all benchmarks, or those named: python -m tests.bench [timeline latency seed weight ...]"""

from __future__ import annotations

import os
import platform
import sys

from tests.bench import (
    cases,
    delivery,
    delivery_kill,
    desk,
    event_cost,
    events,
    evidence,
    extraction,
    june,
    labels,
    latency,
    load,
    mail,
    matching,
    polling,
    seed,
    slack,
    state,
    stories,
    stories_stress,
    stories_window,
    storm,
    timeline,
    weight,
)

BENCHES = {
    "seed": seed.run,
    "desk": desk.run,
    "cases": cases.run,
    "labels": labels.run,
    "events": events.run,
    "matching": matching.run,
    "event-cost": event_cost.run,
    "latency": latency.run,
    "load": load.run,
    "stories": stories.run,
    "stories-stress": stories_stress.run,
    "stories-window": stories_window.run,
    "polling": polling.run,
    "june": june.run,
    "timeline": timeline.run,
    "extraction": extraction.run,
    "evidence": evidence.run,
    "delivery": delivery.run,
    "delivery-kill": delivery_kill.run,
    "storm": storm.run,
    "slack": slack.run,
    "mail": mail.run,
    "weight": weight.run,
    "state": state.run,
}


def main() -> None:
    wanted = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in wanted if name not in BENCHES]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    for name in wanted:
        print(f"\n== {name}", flush=True)
        BENCHES[name]()


if __name__ == "__main__":
    main()
