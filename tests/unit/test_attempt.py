"""What becomes of a delivery and of its target: retries, rests, the breaker, edits, why a message is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.alert import Kind, Reason, SendResult, Severity
from alerts.decide.attempt import TargetState, answered, failed, judge_attempt
from alerts.decide.edits import EditAction, edit_action, first_handle
from alerts.decide.lateness import why_late
from alerts.delivery import Delivery, DeliveryState
from tests.unit.desk import NOW

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SENT = Delivery(
    "d1",
    "s1",
    Kind.ALERT,
    1,
    "x#1",
    "x",
    Severity.PRIORITY,
    Reason.FIRST_ARTICLE,
    DeliveryState.SENDING,
    NOW,
    NOW,
    attempts=1,
    tried=NOW,
)
WELL = TargetState("x#1")
FAILED = SendResult(ok=False, retry=True, detail="error=500")

OUTCOMES = [
    ("taken", SendResult(ok=True), SENT, DeliveryState.SENT),
    ("refused for good", SendResult(ok=False, detail="error=404"), SENT, DeliveryState.DEAD),
    ("failed", FAILED, SENT, DeliveryState.QUEUED),
    ("lost on the way back", replace(FAILED, uncertain=True), SENT, DeliveryState.UNKNOWN),
    ("failed until too old", FAILED, replace(SENT, tried=NOW - 37 * HOUR), DeliveryState.DEAD),
    ("failed as often as you like", FAILED, replace(SENT, attempts=500), DeliveryState.QUEUED),
    ("held for a day, then failed", FAILED, replace(SENT, queued=NOW - 50 * HOUR), DeliveryState.QUEUED),
]


@pytest.mark.parametrize(("name", "result", "delivery", "state"), OUTCOMES, ids=[row[0] for row in OUTCOMES])
def test_result_decides_what_becomes_of_a_delivery(
    name: str, result: SendResult, delivery: Delivery, state: DeliveryState
) -> None:
    made = judge_attempt(delivery, result, WELL, NOW)
    assert made.state is state, name
    assert (made.due is not None and made.due > NOW) == (state in {DeliveryState.QUEUED, DeliveryState.UNKNOWN})


def test_age_limit_is_by_severity() -> None:
    for severity, hours in zip(Severity, (24, 36, 48, 72), strict=True):
        limit = hours * HOUR
        young = replace(SENT, severity=severity, tried=NOW - limit)
        assert judge_attempt(young, FAILED, WELL, NOW).state is DeliveryState.QUEUED
        assert judge_attempt(young, FAILED, WELL, NOW + SECOND).state is DeliveryState.DEAD


ASKED = [(17 * SECOND, 17 * SECOND), (3 * HOUR, HOUR), (timedelta(0), SECOND)]


@pytest.mark.parametrize(("wait", "rest"), ASKED)
def test_asked_rest_is_kept_to_the_second_and_counts_as_no_failure(wait: timedelta, rest: timedelta) -> None:
    before = failed(WELL, NOW, "error=500")
    made = judge_attempt(SENT, replace(FAILED, wait=wait), before, NOW)
    assert (made.due, made.target_state.rests_until) == (NOW + rest, NOW + rest)
    assert (made.target_state.failures, made.target_state.asked) == (1, True)


def broken(at: datetime = NOW, failures: int = 5, over: timedelta = 40 * SECOND) -> TargetState:
    """Fail so often, evenly over a time that begins at `at`."""
    condition = WELL
    for n in range(failures):
        condition = failed(condition, at + over * n / (failures - 1), "error=500")
    return condition


def test_breaker_opens_after_five_failures_over_half_a_minute() -> None:
    assert not broken(failures=4).is_down
    assert not broken(over=29 * SECOND).is_down
    opened = broken()
    assert (opened.is_down, opened.down_from) == (True, NOW)
    assert opened.rests(NOW + 69 * SECOND)
    assert not opened.rests(NOW + 70 * SECOND)


def test_each_failure_says_since_when_for_how_long_and_why() -> None:
    asked = replace(WELL, asked=True, detail="error=429")
    first = failed(asked, NOW, "error=500")
    assert first == replace(asked, failures=1, failing_since=NOW, detail="error=500")
    fourth = broken(failures=4)
    quick = failed(replace(fourth, failing_since=NOW + 11 * SECOND), NOW + 40 * SECOND, "error=500")
    assert (quick.rests_until, quick.asked, quick.is_down) == (NOW + 45 * SECOND, False, False)  # it may be restarting
    opened = failed(replace(fourth, asked=True, down_until=NOW), NOW + 30 * SECOND, "error=500")
    assert (opened.down_from, opened.down_until, opened.asked) == (NOW, None, False)
    assert opened.rests_until == NOW + 60 * SECOND
    longer = failed(opened, NOW + 100 * SECOND, "error=500")
    assert longer.rests_until == NOW + 150 * SECOND  # half of the outage so far
    assert not failed(replace(WELL, failures=7), NOW, "x").is_down  # since when is not known


def test_target_of_which_nothing_is_known_is_well() -> None:
    assert (WELL.failures, WELL.asked, WELL.is_down, WELL.detail) == (0, False, False, "")
    assert not WELL.rests(NOW)


def test_answer_that_asks_for_a_rest_is_no_success_and_a_refusal_changes_nothing() -> None:
    before = failed(WELL, NOW, "error=500")
    refused = judge_attempt(SENT, SendResult(ok=False, detail="error=404"), before, NOW)
    assert (refused.target_state, refused.due) == (before, None)
    rested = judge_attempt(SENT, replace(FAILED, wait=17 * SECOND, detail="error=429"), before, NOW).target_state
    assert rested == replace(before, rests_until=NOW + 17 * SECOND, asked=True, detail="error=429")
    resting = judge_attempt(SENT, replace(FAILED, uncertain=True), broken(), NOW + 40 * SECOND)
    assert (resting.state, resting.due) == (DeliveryState.UNKNOWN, resting.target_state.rests_until)


def test_pauses_of_a_target_that_stays_down_grow_to_five_minutes() -> None:
    condition, now, pauses = broken(), NOW + 40 * SECOND, []
    for _ in range(12):
        assert condition.rests_until is not None
        pauses.append(condition.rests_until - now)
        now = condition.rests_until
        condition = failed(condition, now, "error=500")
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (30 * SECOND, 5 * MINUTE)


def test_one_answer_closes_the_breaker_and_says_until_when_it_was_open() -> None:
    closed = answered(broken(), NOW + HOUR)
    assert (closed.is_down, closed.failures, closed.failing_since) == (False, 0, None)
    assert (closed.down_from, closed.down_until) == (NOW, NOW + HOUR)
    assert answered(closed, NOW + 2 * HOUR).down_until == NOW + HOUR


def test_transitions_are_told_once() -> None:
    nearly = broken(failures=4)
    late = NOW + MINUTE
    opened = judge_attempt(SENT, FAILED, nearly, late)
    assert opened.opened(nearly)
    again = judge_attempt(SENT, FAILED, opened.target_state, late + MINUTE)
    assert not again.opened(opened.target_state)
    back = judge_attempt(SENT, SendResult(ok=True), again.target_state, late + HOUR)
    assert back.closed(again.target_state)
    assert not judge_attempt(SENT, SendResult(ok=True), back.target_state, late + HOUR).closed(back.target_state)


EDIT = replace(SENT, id="d9", kind=Kind.EDIT, revision=3)
FIRST = replace(SENT, state=DeliveryState.SENT, sent=NOW, handle="C1/17.5")
TURNS = [
    ("its message was sent", [FIRST], True, False),
    ("a newer edit waits", [FIRST, replace(EDIT, id="d8", revision=4, state=DeliveryState.QUEUED)], False, False),
    ("a newer edit was sent", [FIRST, replace(EDIT, id="d8", revision=4, state=DeliveryState.SENT)], False, False),
    ("an older edit waits", [FIRST, replace(EDIT, id="d8", revision=2, state=DeliveryState.QUEUED)], True, False),
    ("its message still waits", [replace(SENT, state=DeliveryState.UNKNOWN)], False, True),
    ("its message was given up", [replace(SENT, state=DeliveryState.DEAD)], True, False),
    ("its message has no name", [replace(FIRST, handle="")], False, False),
    ("a digest told the story", [replace(SENT, state=DeliveryState.FOLDED)], False, False),
    ("nothing but the story's digest", [], False, False),
]


@pytest.mark.parametrize(("name", "story", "goes", "waits"), TURNS, ids=[row[0] for row in TURNS])
def test_edit_goes_waits_or_is_folded(name: str, story: list[Delivery], goes: bool, waits: bool) -> None:
    turn = edit_action(EDIT, story, NOW)
    assert (not turn.later and not turn.folded, turn.later is not None) == (goes, waits), name


def test_edit_waits_for_the_first_message_that_is_due_and_half_a_minute_at_least() -> None:
    for minutes, later in (((5, 9), 5 * MINUTE), ((0, 9), 30 * SECOND)):
        waiting = [replace(SENT, id=f"d{n}", due=NOW + n * MINUTE, state=DeliveryState.QUEUED) for n in minutes]
        assert edit_action(EDIT, waiting, NOW).later == NOW + later


def into(turn: EditAction) -> str:
    return turn.folded.words if turn.folded else ""


def test_edit_that_is_folded_says_into_what() -> None:
    newer = [replace(EDIT, id=f"d{n}", revision=n, state=DeliveryState.QUEUED) for n in (4, 5)]
    assert into(edit_action(EDIT, newer, NOW)) == "told in alert 5"
    assert edit_action(EDIT, [replace(newer[0], state=DeliveryState.DEAD), FIRST], NOW).folded is None
    assert edit_action(EDIT, [replace(EDIT, id="d8", revision=3, state=DeliveryState.SENT), FIRST], NOW).folded is None
    nameless = [replace(FIRST, handle=""), replace(FIRST, id="d2", handle="")]
    assert into(edit_action(EDIT, nameless, NOW)) == "told in d2, which its service cannot change"
    given_up = [replace(SENT, state=DeliveryState.FOLDED), replace(SENT, id="d3", state=DeliveryState.CANCELLED)]
    assert edit_action(EDIT, given_up, NOW).folded is None
    assert into(edit_action(EDIT, given_up[:1], NOW)) == "told in a digest"


def test_edit_waits_no_longer_than_it_is_worth() -> None:
    stuck = [replace(SENT, state=DeliveryState.UNKNOWN)]
    assert edit_action(EDIT, stuck, NOW + 37 * HOUR).folded


def test_first_handle_is_of_the_message_sent_first() -> None:
    later = replace(FIRST, id="d2", kind=Kind.UPDATE, sent=NOW + HOUR, handle="C1/18.0")
    assert first_handle([later, FIRST, replace(EDIT, handle="C1/9", sent=NOW)]) == "C1/17.5"
    assert first_handle([]) == ""


AT = datetime(2026, 6, 14, 3, 10, tzinfo=UTC)
LATE = [
    ("on time", replace(SENT, due=AT, tried=AT), WELL, AT + MINUTE, []),
    (
        "tried before",
        replace(SENT, due=AT, tried=AT, attempts=3, detail="error=500"),
        WELL,
        AT + MINUTE,
        ["Tried since 14 Jun 03:10 UTC; the last answer: error=500"],
    ),
    (
        "down, and the first to be told again",
        replace(SENT, due=AT, tried=AT + HOUR),
        replace(WELL, down_from=AT - HOUR),
        AT + HOUR,
        ["This receiver did not answer from 14 Jun 02:10 UTC until this message."],
    ),
    (
        "down while it came due",
        replace(SENT, due=AT, tried=AT + HOUR),
        replace(WELL, down_from=AT - HOUR, down_until=AT + HOUR),
        AT + HOUR,
        ["This receiver did not answer from 14 Jun 02:10 UTC until 14 Jun 04:10 UTC."],
    ),
    (
        "down before it came due",
        replace(SENT, due=AT, tried=AT),
        replace(WELL, down_from=AT - HOUR, down_until=AT - MINUTE),
        AT + 5 * MINUTE,
        [],
    ),
    (
        "rested as asked",
        replace(SENT, due=AT, tried=AT + 30 * MINUTE),
        replace(WELL, rests_until=AT + 30 * MINUTE, asked=True),
        AT + 30 * MINUTE,
        ["Rested until 14 Jun 03:40 UTC at the receiver's request."],
    ),
    (
        "rested before it came due",
        replace(SENT, due=AT, tried=AT + 30 * MINUTE),
        replace(WELL, rests_until=AT - MINUTE, asked=True),
        AT + 30 * MINUTE,
        [],
    ),
    (
        "maybe sent",
        replace(SENT, due=AT, tried=AT, repeat=True, attempts=2),
        WELL,
        AT,
        ["An earlier attempt may have arrived: its end was not seen."],
    ),
    (
        "of a restored store",
        replace(SENT, due=AT, tried=AT, repeat=True, attempts=1),
        WELL,
        AT,
        ["The store was restored from a backup: this may have been sent before, which the backup does not know."],
    ),
    ("sent again on request", replace(SENT, due=AT, repeat=True, attempts=2, reason=Reason.RESENT), WELL, AT, []),
]


def test_two_minutes_are_late_and_the_last_answer_is_cut() -> None:
    down = replace(WELL, down_from=AT)
    assert why_late(replace(SENT, due=AT, tried=AT), down, AT + 2 * MINUTE, "UTC")
    assert not why_late(replace(SENT, due=AT, tried=AT), down, AT + 2 * MINUTE - SECOND, "UTC")
    (said,) = why_late(replace(SENT, due=AT, tried=AT, attempts=2, detail="x" * 200), WELL, AT, "UTC")
    assert said.endswith(" " + "x" * 120)
    assert not why_late(replace(SENT, due=AT, tried=AT, detail="error=500"), WELL, AT, "UTC")
    again = replace(SENT, due=AT - HOUR, tried=AT, attempts=2)  # late is counted from its first attempt
    assert not why_late(again, down, AT + MINUTE, "UTC")
    resting = replace(WELL, rests_until=AT + HOUR, asked=True)
    assert not why_late(replace(SENT, due=AT), resting, AT + HOUR - SECOND, "UTC")
    assert why_late(replace(SENT, due=AT), resting, AT + HOUR, "UTC")
    assert not why_late(replace(SENT, due=AT), replace(resting, asked=False), AT + HOUR, "UTC")


@pytest.mark.parametrize(("name", "delivery", "state", "now", "lines"), LATE, ids=[row[0] for row in LATE])
def test_late_message_says_why(
    name: str, delivery: Delivery, state: TargetState, now: datetime, lines: list[str]
) -> None:
    assert list(why_late(delivery, state, now, "UTC")) == lines, name
