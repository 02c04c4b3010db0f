"""A message that was given up: its notice names all that died with it, and the next report of each story alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Kind, Reason, SendResult, Severity
from alerts.decide.attempt import TargetState
from alerts.decision import Told
from alerts.delivery import Delivery, DeliveryState, NewDelivery
from alerts.line.attempt import record_attempt
from alerts.line.delivery_upkeep import DeliveryUpkeep
from alerts.line.next_delivery import next_delivery
from alerts.line.notices import tell_dead
from alerts.line.untold import give_up
from alerts.rule import Config
from alerts.store import claims, decisions, outbox, targets
from tests.unit.desk import NOW
from tests.unit.floor import BOMB, desk, everything, ids, reload, turn
from tests.unit.settled import ALERT, SENT, step

S, M = timedelta(seconds=1), timedelta(minutes=1)
HOOK = "json://127.0.0.1:9/x"
REFUSED = SendResult(ok=False, detail="error=413")


def put(connection: Connection, config: Config, *stories: str) -> None:
    """Queue the first word on stories of one thread."""
    (target,) = config.receivers["floor"].targets
    for each in stories:
        alert = replace(ALERT, story=each, revision=1, article=replace(ALERT.article, title=f"Title of {each}"))
        decisions.add_alert(connection, alert)
        kind, severity, reason = Kind.ALERT, Severity.PRIORITY, Reason.FIRST_ARTICLE
        outbox.queue(
            connection, NewDelivery(target.id, "floor", kind, severity, reason, each, rules=("r",), thread="t1"), NOW
        )
        decisions.save_told(connection, each, target.id, NOW, Told(frozenset({"r"}), Severity.PRIORITY, 1, NOW))


def known(connection: Connection, config: Config, *stories: str) -> list[str]:
    return [each for each in stories if ids(config)[0] in decisions.told_of(connection, each)]


def notice(connection: Connection) -> str:
    (made,) = [each for each in everything(connection) if each.kind is Kind.NOTICE]
    return str((made.payload or {})["body"])


def test_a_dead_first_word_is_told_by_the_next_report(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, HOOK)
    step(line, config, "one", BOMB, 0)
    first = turn(line, config, 0)
    assert first is not None
    record_attempt(line, config, first, REFUSED, NOW + S)
    ((_, _, (made,)),) = step(line, config, "two", BOMB, 60).decided
    assert (made.kind, made.reason, made.queue) == (Kind.ALERT, Reason.FIRST_ARTICLE, True)


def test_a_dead_update_leaves_what_was_told_before(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, HOOK)
    put(line, config, "s1")
    first = turn(line, config, 0)
    assert first is not None
    outbox.record(line, first.id, DeliveryState.SENT, NOW)
    dead = replace(first, id="d9", kind=Kind.UPDATE, revision=2)
    line.execute(outbox.deliveries.update().values(state=DeliveryState.DEAD.value))  # sent again, and refused then
    give_up(line, config, dead, "error=413", NOW + M)
    assert known(line, config, "s1") == ["s1"]


def test_an_edit_that_waits_does_not_count_as_told(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, HOOK)
    put(line, config, "s1")
    first = turn(line, config, 0)
    assert first is not None
    severity, reason = Severity.PRIORITY, Reason.TOLD
    edit = NewDelivery(first.target, "floor", Kind.EDIT, severity, reason, "s1", 2, rules=("r",), thread="t1")
    outbox.queue(line, edit, NOW)
    record_attempt(line, config, first, REFUSED, NOW + S)
    assert known(line, config, "s1") == []


def test_what_was_told_with_a_dead_message_is_named_and_told_again(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, HOOK, severity="priority")
    put(line, config, "s1", "s2", "s3")
    carrier = turn(line, config, 0)
    assert carrier is not None
    assert sum(each.state is DeliveryState.FOLDED for each in everything(line)) == 2
    record_attempt(line, config, carrier, REFUSED, NOW + S)
    assert known(line, config, "s1", "s2", "s3") == []
    others = sorted({"s1", "s2", "s3"} - {carrier.subject})
    assert "with it 2 stories: " in notice(line)
    assert all(f"Title of {each} ({each})" in notice(line) for each in others)


def test_what_a_dead_digest_lists_is_named_and_told_again(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, HOOK, severity="routine", more=', digest: ["19:00"]')
    step(line, config, "one", BOMB, 0)
    assert turn(line, config, 1) is None
    digest = turn(line, config, 24 * 60)
    assert digest is not None
    assert digest.kind is Kind.DIGEST
    record_attempt(line, config, digest, REFUSED, NOW + timedelta(days=1))
    assert f"with it 1 story: {BOMB}" in notice(line)
    ((_, _, (made,)),) = step(line, config, "two", BOMB, 24 * 60 + 5).decided
    assert made.reason is Reason.FIRST_ARTICLE


def test_what_is_too_old_for_a_target_that_is_down_is_given_up_and_told_of(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, HOOK, severity="priority")
    put(line, config, "s1")
    targets.save_target_state(line, TargetState(ids(config)[0], 9, NOW, NOW + 90 * M, down_from=NOW, detail="refused"))
    upkeep = DeliveryUpkeep(config)
    upkeep.run(line, NOW + timedelta(hours=35))
    assert known(line, config, "s1") == ["s1"]
    upkeep.run(line, NOW + timedelta(hours=37))
    (dead,) = [each for each in everything(line) if each.subject == "s1"]
    assert (dead.state, dead.detail) == (
        DeliveryState.DEAD,
        "too old to be sent; the receiver is down: refused",
    )
    assert known(line, config, "s1") == []
    assert "too old to be sent" in notice(line)


def test_what_was_put_off_goes_at_once_when_its_target_answers(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, HOOK, severity="priority")
    put(line, config, "s1", "s2")
    (target,) = ids(config)
    later = {"due": NOW + 60 * M}
    line.execute(outbox.deliveries.update().where(outbox.deliveries.c.subject == "s1").values(attempts=3, **later))
    line.execute(outbox.deliveries.update().where(outbox.deliveries.c.subject == "s2").values(**later))
    claims.hasten(line, target, NOW + M)
    due = {each.subject: each.due for each in everything(line)}
    assert due == {"s1": NOW + M, "s2": NOW + 60 * M}  # what was never tried waits for a reason of its own


def deaths(connection: Connection, config: Config, dead: Delivery, *minutes: int) -> None:
    for each in minutes:
        tell_dead(connection, config, replace(dead, id=f"d-{each}"), "x", NOW + each * M)


@pytest.mark.parametrize("end", [DeliveryState.CANCELLED, DeliveryState.SENT, DeliveryState.FOLDED])
def test_a_notice_that_ended_takes_in_no_later_death(end: DeliveryState, tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, HOOK)
    dead = replace(SENT, target=ids(config)[0], receiver="floor", severity=Severity.PRIORITY)
    deaths(line, config, dead, 0)
    (first,) = everything(line)
    outbox.record(line, first.id, end, NOW)
    deaths(line, config, dead, 60, 61)
    later = [each for each in everything(line) if each.id != first.id]
    assert [(each.payload or {})["title"] for each in later] == ["2 messages to floor could not be delivered"]


def test_notices_of_a_receiver_that_left_go_to_the_new_admin(tmp_path: Path, line: Connection) -> None:
    old, new = (replace(desk(tmp_path, HOOK, name=name), admin=name) for name in ("desk1", "desk2"))
    console = old.receivers["console"].targets[0].id
    dead = replace(SENT, target=console, receiver="console", severity=Severity.PRIORITY)
    deaths(line, old, dead, 0)
    reload(line, new, 1)
    deaths(line, new, dead, 2, 90)
    told = [each for each in everything(line) if each.receiver == "desk2"]
    assert len(told) == 1
    assert (told[0].payload or {})["title"] == "3 messages to console could not be delivered"
    assert next_delivery(line, ids(new, "desk2")[0], new.receivers["desk2"], NOW + 90 * M) is not None
