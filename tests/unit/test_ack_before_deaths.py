"""An ack covers a higher toll, but nobody's death that was told after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from alerts.alert import Alert, Cause, Kind, Reason, Severity
from alerts.delivery import DeliveryState, NewDelivery
from alerts.line.orders import ORDERS
from alerts.run.log_entries import read_log
from alerts.store import acks, decisions, outbox
from crawler.store import articles as archive
from tests.unit.desk import NOW, article

MINUTE = timedelta(minutes=1)
CAUSES = (Cause("r", "R", "v", Severity.FLASH, ()),)


def tell(line: Connection, story: str, revision: int, minutes: int, *changes: str) -> None:
    """Store an alert revision and its message as sent, an update where it tells changes."""
    at = NOW + minutes * MINUTE
    if story == "s1" and revision == 1:
        line.execute(archive.threads.insert().values(id="t1", opened=at))
    if revision == 1:
        line.execute(archive.stories.insert().values(id=story, thread="t1", opened=at, joined=at))
    decisions.add_alert(
        line, Alert(story, "t1", revision, Severity.FLASH, at, article(f"{story} {revision}"), CAUSES, changes=changes)
    )
    kind, reason = (Kind.UPDATE, Reason.DEVELOPMENT) if changes else (Kind.ALERT, Reason.FIRST_ARTICLE)
    new = NewDelivery("floor#1", "floor", kind, Severity.FLASH, reason, story, revision, thread="t1")
    outbox.queue(line, new, at)
    (sent,) = (each for each in outbox.on_subject(line, story, "floor#1") if each.revision == revision)
    outbox.record(line, sent.id, DeliveryState.SENT, at)


def ack(line: Connection, story: str, by: str, minutes: int) -> dict[str, object]:
    (done,) = ORDERS["ack"](line, {"id": story, "by": by}, NOW + minutes * MINUTE)["acks"]
    return dict(done)


def open_of(line: Connection) -> list[tuple[str, int]]:
    found = acks.unacked(line, NOW, Severity.IMMEDIATE, ["floor#1"])
    return [(each.subject, each.revision) for each in found]


CHANGES = [
    (["1 killed", "3 -> 5 wounded"], True),
    (["1 killed; 3 -> 5 wounded"], True),
    (["3 -> 5 wounded; 1 killed"], True),
    (["killed: US"], True),
    (["claimed by Kataib Hezbollah; killed: Harir air base"], True),
    (["3 -> 5 wounded"], False),
    (["14 -> 17 killed"], False),  # of an ack that was given of fourteen dead
    (["claimed by Kataib Hezbollah"], False),
]


@pytest.mark.parametrize("later", [("s1", 2), ("s2", 1)], ids=["of the story", "of another story of the event"])
@pytest.mark.parametrize(("changes", "graver"), CHANGES)
def test_the_first_dead_need_an_ack_of_their_own(
    line: Connection, later: tuple[str, int], changes: Iterable[str], *, graver: bool
) -> None:
    tell(line, "s1", 1, 0)
    ack(line, "s1", "Noor", 1)
    tell(line, *later, 2, *changes)
    assert open_of(line) == ([later] if graver else [])
    made = ack(line, later[0], "Ali", 3)
    assert (made["by"], made["first"], made["too"]) == (("Ali", True, False) if graver else ("Noor", False, True))
    assert open_of(line) == []
    assert [each.who for each in read_log(line, NOW) if "acknowledged" in each.title] == ["Noor", "Ali"]
    taken = ORDERS["ack-undo"](line, {"id": later[0], "by": "Ali"}, NOW + 4 * MINUTE)["acks"]
    assert [each["by"] for each in taken] == [made["by"]]


def test_what_follows_on_the_first_dead_is_not_covered_either(line: Connection) -> None:
    tell(line, "s1", 1, 0)
    ack(line, "s1", "Noor", 1)
    tell(line, "s1", 2, 2, "1 killed")
    tell(line, "s1", 3, 20, "1 -> 2 killed")
    assert open_of(line) == [("s1", 2), ("s1", 3)]
    assert acks.ack_notes(line, "s1", "UTC") == ("Noor acknowledged the earlier report at 14 Jun 12:01 UTC",)
    ack(line, "s1", "Ali", 21)
    assert acks.ack_notes(line, "s1", "UTC") == ("Acknowledged by Ali at 14 Jun 12:21 UTC",)
    (known, earlier) = acks.acks_and_earlier(line, ["s1"])
    assert (known["s1"].by, earlier["s1"].by) == ("Ali", "Noor")
