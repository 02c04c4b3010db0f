"""Figures of a running daemon go in; the page that Prometheus reads comes out, made by prometheus_client.

No label takes a value from outside: each is a word of ours, an enum's, or the service of a receiver in rules.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Figures = Mapping[str, Mapping[tuple[str, ...], float]]  # by name of METRICS, and there by the values of its labels


@dataclass(frozen=True, slots=True)
class Kind:
    """What a metric is: its help, the names of its labels, and whether it only grows (from the start, or for ever)."""

    doc: str
    labels: tuple[str, ...] = ()
    counter: bool = False


METRICS: Mapping[str, Kind] = {
    "watchfloor_well": Kind("1 while nothing stands still and no canary is missing"),
    "watchfloor_life_age_seconds": Kind("seconds since a part last showed that it moves", ("part",)),
    "watchfloor_canary_age_seconds": Kind("seconds since a canary last arrived; from the start while none did"),
    "watchfloor_canary_took_seconds": Kind("seconds that the last canary took through the line"),
    "watchfloor_canary_missing": Kind("1 while a canary did not arrive in time"),
    "watchfloor_polls_total": Kind("polls since the start, by how they ended", ("outcome",), counter=True),
    "watchfloor_polls_running": Kind("polls under way"),
    "watchfloor_sources": Kind("sources in the rules, by how they are", ("state",)),
    "watchfloor_network_down": Kind("1 while our own network is down"),
    "watchfloor_entries_total": Kind("entries of feeds, by what they were", ("result",), counter=True),
    "watchfloor_decisions_total": Kind("decisions on a match and a target, by result", ("result",), counter=True),
    "watchfloor_deliveries": Kind("messages stored, by state and the service they go to", ("state", "service")),
    "watchfloor_notices": Kind("notices stored for the admin"),
    "watchfloor_direct_notices_total": Kind("notices past the store since the start", counter=True),
    "watchfloor_queue_length": Kind("what waits, by queue", ("queue",)),
    "watchfloor_queue_oldest_seconds": Kind("how long the oldest of it waits", ("queue",)),
    "watchfloor_sends_hung": Kind("threads of sends that have not ended, by service", ("service",)),
    "watchfloor_send_oldest_seconds": Kind("how long the oldest send under way takes, by receiver kind", ("service",)),
    "watchfloor_children_replaced_total": Kind("parsing children that ended unasked", counter=True),
    "watchfloor_rules_refused": Kind("1 while rules.yaml as it lies on disk is refused"),
    "watchfloor_daemons": Kind("daemons that share the store, by role", ("role",)),
    "watchfloor_leases": Kind("what of the shared work this daemon holds, by kind", ("kind",)),
    "watchfloor_store_bytes": Kind("size of the store's files", ("file",)),
    "watchfloor_disk_free_bytes": Kind("room on the disks that are written to, by what is there", ("place",)),
    "watchfloor_backup_age_seconds": Kind("age of the newest backup; +Inf where there is none, missing where off"),
    "watchfloor_backup_every_seconds": Kind("how often the daemon makes one; missing where that is off"),
    "watchfloor_memory_bytes": Kind("memory of the daemon, by process", ("process",)),
    "watchfloor_open_files": Kind("open files of the daemon itself"),
    "watchfloor_threads": Kind("threads of the daemon itself"),
    "watchfloor_cpu_seconds_total": Kind("processor time of the daemon itself", counter=True),
    "watchfloor_store_readable": Kind("0 while the store cannot be read: what is read from it is missing here then"),
}


class _Collector:
    def __init__(self, gather: Callable[[], Figures]) -> None:
        self._gather = gather

    def collect(self) -> Iterator[Metric]:
        """Yield every metric that there are figures of."""
        figures = self._gather()
        for name, kind in METRICS.items():
            if name in figures:
                made = CounterMetricFamily if kind.counter else GaugeMetricFamily
                family = made(name.removesuffix("_total"), kind.doc, labels=kind.labels)
                for values, figure in sorted(figures[name].items()):
                    family.add_metric(values, figure)
                yield family


class Page:
    """The page of what `gather` returns."""

    def __init__(self, gather: Callable[[], Figures]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Collector(gather))

    def render(self) -> bytes:
        """Return the page as it is now."""
        page: bytes = generate_latest(self._registry)
        return page
