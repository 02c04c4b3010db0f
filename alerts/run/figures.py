"""The parts of a running daemon and its store go in; the figures of `metrics.py` come out. Called in a thread."""

from __future__ import annotations

import math
import os
import platform
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from alerts.decide.roles import JUDGE, KEEPER, TARGET, Role, takes
from alerts.line import judging_order
from alerts.rule import Config
from alerts.run.backup_thread import folder_of, newest
from alerts.run.canary import Canary, Line
from alerts.run.metrics import Figures
from alerts.run.stored import last_reload
from alerts.run.watch import Watch
from alerts.store import decisions, notices, outbox_counts
from crawler.sources.health import SourceHealth, health_of
from crawler.sources.shares import HOSTS
from crawler.sources.source import OutcomeName
from crawler.store import articles as archive
from crawler.store import pages_wanted
from crawler.store.db import DATABASE, Database
from crawler.store.errors import StoreError
from crawler.store.leases import standing
from crawler.store.sizes import measure
from crawler.store.source_states import load_states

COUNTED_EVERY = 60.0  # seconds between two counts of all deliveries
GONE = "gone"  # the service of a target that left rules.yaml
Of = dict[tuple[str, ...], float]  # the figures of one metric by its labels
Found = dict[str, Mapping[tuple[str, ...], float]]


class Gauges:
    """Gathers the figures of one daemon."""

    def __init__(self, database: Database, state_dir: Path, watch: Watch, canary: Canary, line: Line) -> None:
        self._database, self._state_dir = database, state_dir
        self._watch, self._canary, self._line = watch, canary, line
        self._sent: tuple[float, Of] = (-COUNTED_EVERY, {})
        self._kept: tuple[float, Found] = (-COUNTED_EVERY, {})

    def gather(self, config: Config) -> Figures:
        """Return all figures; without those of the store while it cannot be read."""
        found = self._of_process(time.monotonic())
        if self._database.sqlite and time.monotonic() - self._kept[0] > COUNTED_EVERY:
            self._kept = (time.monotonic(), backups_of(config, self._state_dir, datetime.now(UTC)))
        found |= self._kept[1] | {"watchfloor_disk_free_bytes": _free(config, self._state_dir)}
        try:
            with self._database.read() as connection:
                found |= of_store(connection, config, datetime.now(UTC))
                found |= _shared(connection) if self._database.shared else _alone(config)
                if not self._database.sqlite and (size := measure(connection, datetime.now(UTC))):
                    found["watchfloor_store_bytes"] = {("database",): float(size.file)}
                now = time.monotonic()
                if now - self._sent[0] > COUNTED_EVERY:
                    self._sent = (now, deliveries_of(connection, config))
            found["watchfloor_deliveries"] = self._sent[1]
            found["watchfloor_queue_length"] = {**found["watchfloor_queue_length"], ("write",): self._line.lane.waiting}
            found["watchfloor_store_readable"] = {(): 1}
        except SQLAlchemyError:
            found["watchfloor_store_readable"] = {(): 0}
        return found

    def _of_process(self, now: float) -> Found:
        canary, line, watch = self._canary, self._line, self._watch
        trace, collecting = canary.trace, line.collecting
        missing = bool(canary.missing(now))
        found: Found = {
            "watchfloor_well": {(): watch.well(now) and not missing},
            "watchfloor_life_age_seconds": {
                ("loop",): now - watch.beats.loop,
                ("tick",): now - watch.beats.tick,
                ("writer",): now - line.lane.answered,
                ("watch",): now - watch.looked,
            },
            "watchfloor_polls_total": {(each.value,): collecting.outcomes[each.value] for each in OutcomeName},
            "watchfloor_polls_running": {(): collecting.running},
            "watchfloor_network_down": {(): collecting.network.down},
            "watchfloor_direct_notices_total": {(): watch.direct},
            "watchfloor_sends_hung": {(name,): n for name, n in line.deliver.hung().items()},
            "watchfloor_send_oldest_seconds": line.deliver.send_ages(now),
            "watchfloor_children_replaced_total": {(): sum(each.died for each in line.pools)},
            "watchfloor_store_bytes": _sizes(self._state_dir),
            "watchfloor_memory_bytes": _memory(),
            # prometheus_client's own figures of a process need /proc/stat, which our unit hides
            "watchfloor_open_files": {(): len(os.listdir("/proc/self/fd"))},  # noqa: PTH208 - names are enough
            "watchfloor_threads": {(): threading.active_count()},
            "watchfloor_cpu_seconds_total": {(): time.process_time()},
        }
        if canary.every:
            found["watchfloor_canary_age_seconds"] = {(): now - (trace.arrived or canary.began)}
            found["watchfloor_canary_took_seconds"] = {(): canary.took}
            found["watchfloor_canary_missing"] = {(): missing}
        return found


def backups_of(config: Config, state_dir: Path, now: datetime) -> Found:
    """Return the age of the newest backup, and how often the daemon makes one; nothing where it makes none."""
    every = config.backup.every.total_seconds()
    if not every:
        return {}
    try:
        last = newest(config.backup, state_dir, now)
    except (OSError, StoreError):  # a folder that cannot be read is no backup
        last = None
    age = (now - last.at).total_seconds() if last else math.inf
    return {"watchfloor_backup_age_seconds": {(): age}, "watchfloor_backup_every_seconds": {(): every}}


def _free(config: Config, state_dir: Path) -> Of:
    """Return the room on the disks of the store, of the backups and of temporary files; without those not there."""
    free: Of = {}
    places = {"state": state_dir, "backups": folder_of(config.backup, state_dir), "temp": Path(tempfile.gettempdir())}
    for name, place in places.items():
        with suppress(OSError):
            found = os.statvfs(place)
            free[name,] = float(found.f_bavail * found.f_frsize)
    return free


def of_store(connection: Connection, config: Config, now: datetime) -> Found:
    """Return the figures that are read from the store at each page: all are read by an index, or from few rows."""
    collected = archive.load_counts(connection, archive.counts)
    decided = archive.load_counts(connection, decisions.counts)
    wanted = {each.id for each in config.sources}
    states = [each for name, each in load_states(connection).items() if name in wanted]
    entries: Of = {(name,): collected.get(name, 0) for name in ("new", "known", "revised", "passed")}
    entries["rejected",] = sum(n for name, n in collected.items() if name.startswith("rejected:"))
    results: Of = {
        (name.removeprefix("suppressed:"),): n for name, n in decided.items() if name.startswith("suppressed:")
    }
    health: Of = {(each.value,): 0 for each in SourceHealth}
    for each in states:
        health[health_of(each, now).value,] += 1
    reload = last_reload(connection)
    lengths, oldest = _queues(connection, now)
    return {
        "watchfloor_sources": health,
        "watchfloor_entries_total": entries,
        "watchfloor_decisions_total": results | {("queued",): decided.get("queued", 0)},
        "watchfloor_notices": {(): notices.count_all(connection)},
        "watchfloor_queue_length": lengths,
        "watchfloor_queue_oldest_seconds": oldest,
        "watchfloor_rules_refused": {(): bool(reload and reload["result"] == "refused")},
    }


def deliveries_of(connection: Connection, config: Config) -> Of:
    """Return the number of deliveries by state and service. It walks through an index of all of them."""
    services = {name: each.schema for name, each in config.targets.items()}
    sent: Counter[tuple[str, ...]] = Counter()
    for (target, state), n in outbox_counts.by_target(connection).items():
        sent[state, services.get(target, GONE)] += n
    return dict(sent)


def _queues(connection: Connection, now: datetime) -> tuple[Of, Of]:
    """Return how many wait in each queue, and for how many seconds the oldest does."""
    undecided, since = judging_order.undecided(connection)
    due, waiting = outbox_counts.oldest_due(connection, now), outbox_counts.count_due(connection, now)
    lengths: Of = {
        ("judge",): undecided,
        ("send",): waiting,
        ("pages",): pages_wanted.count(connection),
    }
    ages = {("judge",): since, ("send",): due}
    return lengths, {name: (now - at).total_seconds() if at else 0.0 for name, at in ages.items()}


def _alone(config: Config) -> Found:
    """Return the same of the one daemon of a store."""
    held = Counter(name.partition("/")[0] for name in takes(config, Role.ALL))
    return _shares([Role.ALL.value], held)


def _shares(roles: Iterable[str], held: Mapping[str, int]) -> Found:
    many = Counter(roles)
    return {
        "watchfloor_daemons": {(role.value,): many[role.value] for role in Role},
        "watchfloor_leases": {(kind,): held.get(kind, 0) for kind in (HOSTS, TARGET, JUDGE, KEEPER)},
    }


def _shared(connection: Connection) -> Found:
    """Return how many daemons share the store by role, and how much of each kind is held by this process."""
    found = standing(connection)
    mine = [name for name, each in found.live.items() if (each.pid, each.host) == (os.getpid(), platform.node())]
    held = Counter(name.partition("/")[0] for each in mine for name in found.of(each))
    return _shares((each.roles for each in found.live.values()), held)


def _memory() -> Of:
    """Return the resident memory of this process, and of its children together."""
    page, own = os.sysconf("SC_PAGE_SIZE"), Path("/proc/self/statm").read_text(encoding="ascii").split()
    children = 0
    for each in _below(os.getpid()):
        with suppress(OSError, IndexError):  # it has just ended
            children += int(Path(f"/proc/{each}/statm").read_text(encoding="ascii").split()[1])
    return {("daemon",): int(own[1]) * page, ("children",): children * page}


def _below(pid: int) -> Iterator[int]:
    """Yield the processes that descend from one."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for each in map(int, task.read_text(encoding="ascii").split()):
                yield each
                yield from _below(each)


def _sizes(state_dir: Path) -> Of:
    sizes: Of = {}
    for end in ("", "-wal"):
        with suppress(OSError):  # not there at this moment
            sizes[f"database{end}",] = float((state_dir / f"{DATABASE}{end}").stat().st_size)
    return sizes
