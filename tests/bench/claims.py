"""What the claim of one delivery costs while 100, 1,000 and 5,000 wait for the same target; the store is a file.

A claim is commit 3 (plan, hold, fold, claim) and the record of the end before it (commit 4), as a lane makes them.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from alerts.alert import Kind, Reason, Receiver, SendResult, Severity, Target
from alerts.decide.attempt import judge_attempt
from alerts.delivery import NewDelivery
from alerts.line.next_delivery import next_delivery
from alerts.store import claims, outbox, targets
from alerts.store.opening import PACKAGES
from crawler.store.db import DATABASE, Database
from tests.bench.figures import exponent

WAITING = (100, 1_000, 5_000)
CLAIMS = 60
NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
TARGET = Target("desk#1", "desk", "json://127.0.0.1:9/", "json", can_edit=False, can_ack=False)
DESK = Receiver("desk", (TARGET,), rate=600)


def run() -> None:
    """Print the processor time of a claim for each number of waiting messages, and how it grows."""
    found = {n: _claims(n) for n in WAITING}
    for n, times in found.items():
        print(f"{n:6} waiting: a claim takes {statistics.median(times) * 1e3:.2f} ms of processor time")
    grows = exponent({n: statistics.median(times) for n, times in found.items()})
    print(f"it grows with the number waiting to the power of {grows:.2f}")


def _claims(waiting: int) -> list[float]:
    times = []
    with tempfile.TemporaryDirectory() as place:
        database = Database.at(Path(place) / DATABASE)
        database.migrate(*PACKAGES)
        with database.write() as connection:
            for n in range(waiting):
                queue(connection, n)
        for n in range(CLAIMS):
            now = NOW + timedelta(minutes=2, seconds=n)
            with database.write() as connection:
                began = time.process_time()
                claimed = next_delivery(connection, TARGET.id, DESK, now)
                assert claimed is not None
                result = SendResult(ok=True, handle="")
                before = targets.state_of_target(connection, TARGET.id)
                claims.settle(connection, claimed, judge_attempt(claimed, result, before, now), result, now)
                times.append(time.process_time() - began)
        database.close()
    return times


def queue(connection: Connection, n: int, target: Target = TARGET) -> None:
    """Queue a message for a target."""
    severity = Severity.IMMEDIATE if n % 3 else Severity.PRIORITY
    made = NewDelivery(
        target.id,
        target.receiver,
        Kind.ALERT,
        severity,
        Reason.FIRST_ARTICLE,
        f"s{n}",
        n + 1,
        ("militia",),
        thread=f"t{n}",
        notes=("The 14th message on it.",),
    )
    outbox.queue(connection, made, NOW + timedelta(milliseconds=n))


if __name__ == "__main__":
    run()
