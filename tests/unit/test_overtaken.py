"""A number that was corrected, or that a newer report has overtaken, is told to nobody afterwards."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Alert, Kind, Reason, SendResult, Severity
from alerts.decide.attempt import judge_attempt
from alerts.decide.what_to_tell import changes
from alerts.decision import Told
from alerts.delivery import Delivery, DeliveryState
from alerts.line.next_delivery import OVERTAKEN, next_delivery
from alerts.rule import Config
from alerts.store import claims, decisions, outbox, targets
from tests.unit.desk import NOW, desk, rule
from tests.unit.event_desk import ANY, EVENTS, FIRST, LISTS, STRIKE_EVENTS, STRIKES
from tests.unit.settled import step

TWO = "Iran attack on US base in Kuwait, 2 killed"
FOUR = "Toll rises: Iran attack on US base in Kuwait, 4 killed"
CORRECTION = "CORRECTED: three US soldiers killed in attack by Iran on US base in Kuwait, not four"


class Desk:
    """A receiver whose messages all arrive, and what they were."""

    def __init__(self, connection: Connection, config: Config) -> None:
        self.connection, self.config = connection, config
        self.receiver = config.receivers["console"]
        (self.target,) = self.receiver.targets

    def send_all(self, minutes: int) -> list[tuple[Delivery, Alert]]:
        """Send what is due then, and return it."""
        now, sent = NOW + timedelta(minutes=minutes), []
        while made := next_delivery(self.connection, self.target.id, self.receiver, now):
            before = targets.state_of_target(self.connection, self.target.id)
            result = SendResult(ok=True, handle="h")
            claims.settle(self.connection, made, judge_attempt(made, result, before, now), result, now)
            sent.append((made, decisions.load_alert(self.connection, made.subject, made.revision)))
        return sent

    def hear(self, source: str, title: str, minutes: int) -> list[tuple[Delivery, Alert]]:
        """Settle an article and send what is due then, and return that."""
        step(self.connection, self.config, source, title, minutes)
        return self.send_all(minutes)


@pytest.fixture
def watch(line: Connection, tmp_path: Path) -> Desk:
    graded = rule('{title: ["strike*", "attack*"]}', severity="flash")
    return Desk(line, desk(tmp_path, graded, f"freshness: 48h, {STRIKE_EVENTS}", STRIKES))


def test_a_toll_that_waits_is_not_told_after_its_correction(watch: Desk) -> None:
    ((first, _),) = watch.hear("one", TWO, 0)
    assert watch.hear("one", FOUR, 8) == []  # it waits for the pause
    (held,) = outbox.untried(watch.connection, first.subject, watch.target.id)
    ((told, _),) = watch.hear("two", CORRECTION, 12)
    assert told.subject != first.subject
    assert any(each.startswith(OVERTAKEN) and first.subject in each for each in told.notes)
    assert not any("4" in each.replace(first.subject, "") for each in told.notes)
    folded = outbox.find(watch.connection, held.id)
    assert folded is not None
    assert folded.state is DeliveryState.FOLDED
    assert watch.send_all(60) == []


def test_what_stood_beside_a_wrong_toll_is_told_with_its_correction(line: Connection, tmp_path: Path) -> None:
    rules = rule(ANY, severity="immediate")
    watch = Desk(line, desk(tmp_path, rules, f"freshness: 48h, {EVENTS}", LISTS))
    watch.hear("one", f"{FIRST}, two killed", 0)
    assert watch.hear("two", "Kuwait arrests two after Iran strike on US base that left four killed", 3) == []
    title = "CORRECTED: three killed in strike by Iran on US base in Kuwait, not four"
    ((told, alert),) = watch.hear("three", title, 5)  # what it corrects waited for no pause, so it does not either
    assert (alert.corrects, told.kind, told.reason) == (True, Kind.UPDATE, Reason.CORRECTED)
    assert any(each.startswith("It told as well: ") and "arrest" in each for each in told.notes), told.notes
    assert watch.send_all(60) == []


def test_the_next_update_begins_at_what_was_told(watch: Desk) -> None:
    ((first, _),) = watch.hear("one", TWO, 0)
    watch.hear("one", FOUR, 8)
    watch.hear("two", CORRECTION, 12)
    known = decisions.told_of(watch.connection, first.subject)[watch.target.id]
    assert (known.untold, known.pinged) == ((), NOW + timedelta(minutes=12))


def test_a_toll_that_waits_is_not_told_after_a_higher_one(watch: Desk) -> None:
    watch.hear("one", TWO, 0)
    watch.hear("one", FOUR, 8)
    ((told, alert),) = watch.hear("two", "US mourns: seven killed as Iran carried out attack in Kuwait", 12)
    assert (told.reason, alert.changes[0]) == (Reason.DEVELOPMENT, "4 -> 7 killed")
    assert watch.send_all(60) == []


def test_a_correction_of_another_number_leaves_what_waits(watch: Desk) -> None:
    watch.hear("one", TWO, 0)
    watch.hear("one", FOUR, 8)
    watch.hear("two", "CORRECTED: five wounded in attack by Iran on US base in Kuwait", 12)
    ((late, alert),) = watch.send_all(60)
    assert (late.kind, late.severity, alert.changes) == (Kind.UPDATE, Severity.FLASH, ("2 -> 4 killed",))


def test_a_number_corrected_on_its_own_story_while_it_waits_is_told_as_it_stands() -> None:
    waits = Told(frozenset(), Severity.FLASH, 1, NOW + timedelta(minutes=9), ("2 -> 4 killed",))
    assert changes(waits, "CORRECTED: 4 -> 3 killed", NOW) == ("2 -> 3 killed",)
    sent = Told(frozenset(), Severity.FLASH, 1, NOW)
    assert changes(sent, "CORRECTED: 4 -> 3 killed", NOW) == ("CORRECTED: 4 -> 3 killed",)


def test_a_correction_on_its_own_story_rings_at_once(watch: Desk) -> None:
    watch.hear("one", TWO, 0)
    ((told, alert),) = watch.hear("one", "CORRECTED: Toll: Iran attack on US base in Kuwait, 3 killed", 5)
    assert (told.kind, told.reason, alert.changes) == (Kind.UPDATE, Reason.CORRECTED, ("CORRECTED: 2 -> 3 killed",))


def test_a_correction_takes_along_an_update_of_its_story_that_waits(watch: Desk) -> None:
    watch.hear("one", TWO, 0)
    assert watch.hear("one", FOUR, 5) == []
    ((told, alert),) = watch.hear("one", "CORRECTED: Toll: Iran attack on US base in Kuwait, 3 killed", 9)
    assert (told.kind, told.reason, alert.changes) == (Kind.UPDATE, Reason.CORRECTED, ("2 -> 3 killed",))
    assert watch.send_all(60) == []
