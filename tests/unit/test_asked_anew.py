"""What a receiver's settings held is asked anew by those now in force: at a reload, a start, and from who had it before."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Kind
from alerts.decide.pacing import BY_SETTINGS
from alerts.delivery import DeliveryState
from alerts.store import claims
from tests.unit.desk import NOW
from tests.unit.floor import BOMB, M, desk, everything, ids, turn
from tests.unit.settled import step

URL = "json://127.0.0.1:9/x"
NIGHT = ', quiet_hours: "11:00-13:00"'  # NOW is 12:00
KEPT = [
    ("shorter quiet hours", "priority", NIGHT, ', quiet_hours: "11:00-12:01"', Kind.ALERT),
    ("none", "immediate", NIGHT, "", Kind.ALERT),
    ("a severity that may ring", "immediate", NIGHT, f"{NIGHT}, breach: immediate", Kind.ALERT),
    ("a shorter pause", "priority", ", group_wait: 1h", ", group_wait: 1m", Kind.ALERT),
    ("another time of the digest", "routine", ', digest: ["19:00"]', ', digest: ["12:01"]', Kind.DIGEST),
    ("the same again", "priority", NIGHT, NIGHT, None),
    ("longer quiet hours", "priority", NIGHT, ', quiet_hours: "11:00-14:00"', None),
    ("the same digest", "routine", ', digest: ["19:00"]', ', digest: ["19:00"]', None),
]


@pytest.mark.parametrize(("name", "severity", "before", "after", "goes"), KEPT, ids=[each[0] for each in KEPT])
def test_held_message_follows_the_settings_in_force(
    tmp_path: Path, line: Connection, name: str, severity: str, before: str, after: str, goes: Kind | None
) -> None:
    old = desk(tmp_path, URL, severity=severity, more=f", timezone: UTC{before}")
    step(line, old, "one", BOMB, 0)
    assert turn(line, old, 0) is None
    [held] = everything(line)
    assert held.state is DeliveryState.HELD
    new = desk(tmp_path, URL, severity=severity, more=f", timezone: UTC{after}")
    assert turn(line, new, 2) is None, "nobody has asked anew"
    assert claims.ask_anew(line, BY_SETTINGS, NOW + 2 * M, "another#1") == 0
    assert claims.ask_anew(line, BY_SETTINGS, NOW + 2 * M, ids(new)[0]) == 1
    claimed = turn(line, new, 2)
    assert (claimed.kind if claimed else None) is goes
    if goes is None:
        [still] = everything(line)
        longer = 60 * M if name == "longer quiet hours" else 0 * M
        assert (still.state, still.held, still.due) == (held.state, held.held, held.due + longer)
