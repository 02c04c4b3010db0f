"""When what waits for a target goes: quiet hours, digests, threads, the rate and storms; nothing is ever dropped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.alert import Hours, Kind, Reason, Receiver, Severity
from alerts.decide.pacing import Bucket, Pace, Plan, grown, joined, plan, slot_after, takes_in, window_name
from alerts.decision import Decision
from alerts.delivery import Delivery, DeliveryState
from tests.unit.desk import NOW

ROUTINE, PRIORITY, IMMEDIATE, FLASH = Severity
FLOOR = Receiver("floor", ())
NIGHT = replace(FLOOR, quiet=Hours(time(11), time(13)))  # NOW is 12:00 UTC
ONE = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
KEPT = 3.0  # tokens: a sixth of the 18 that a rate of 24 has at once


def waits(
    name: str = "d1",
    severity: Severity = PRIORITY,
    kind: Kind = Kind.ALERT,
    thread: str = "",
    due: datetime = NOW,
    held: str = "",
    attempts: int = 0,
) -> Delivery:
    state = DeliveryState.HELD if held else DeliveryState.QUEUED
    made = Delivery(name, f"s-{name}", kind, 1, "t", "floor", severity, Reason.FIRST_ARTICLE, state, NOW, due)
    return replace(made, thread=thread, held=held, attempts=attempts)


def said(made: Plan, waiting: list[Delivery]) -> dict[str, object]:
    others = joined(made.sends[0], waiting) if made.sends else ()
    return {
        "send": made.sends[0].id if made.sends else None,
        "joined": [each.id for each in others],
        "holds": {each.delivery: (each.why, round((each.until - NOW) / MINUTE)) for each in made.holds},
        "folds": [(each.reason.value, [one.id for one in each.deliveries]) for each in made.folds],
    }


NOTHING: dict[str, object] = {"send": None, "joined": [], "holds": {}, "folds": []}
ROUTINE_DIGEST = replace(FLOOR, digest=(time(7), time(19)))
PINGED = Pace(pinged={"t1": {"other": NOW - 4 * MINUTE}})
CASES = [
    ("goes at once", FLOOR, Pace(), [waits()], {"send": "d1"}),
    ("the most urgent first", FLOOR, Pace(), [waits("a"), waits("b", FLASH)], {"send": "b"}),
    ("not before its time", FLOOR, Pace(), [waits(due=NOW + MINUTE)], {}),
    ("routine waits for the hour", FLOOR, Pace(), [waits(severity=ROUTINE)], {"holds": {"d1": ("digest", 60)}}),
    ("or for the receiver's time", ROUTINE_DIGEST, Pace(), [waits(severity=ROUTINE)], {"holds": {"d1": ("digest", 420)}}),
    ("and is told in a digest", FLOOR, Pace(), [waits("a", ROUTINE, held="digest"), waits("b", ROUTINE, held="digest")],
     {"folds": [("routine", ["a", "b"])]}),
    ("alone it waits for company", FLOOR, Pace(), [waits("a", ROUTINE, held="digest")], {"holds": {"a": ("digest", 60)}}),
    ("stories of one event are one line", FLOOR, Pace(), [waits("a", ROUTINE, thread="t1", held="digest"),
     waits("b", ROUTINE, thread="t1", held="digest")], {"holds": {"a": ("digest", 60), "b": ("digest", 60)}}),
    ("six hours at most", FLOOR, Pace(), [replace(waits("a", ROUTINE, held="digest"), queued=NOW - 6 * ONE)],
     {"folds": [("routine", ["a"])]}),
    ("a grave repeat alone is listed", FLOOR, Pace(),
     [replace(waits("a", IMMEDIATE, held="digest"), reason=Reason.REPEATS)], {"folds": [("repeats", ["a"])]}),
    ("also alone", ROUTINE_DIGEST, Pace(), [waits("a", ROUTINE, held="digest")], {"folds": [("scheduled", ["a"])]}),
    ("quiet hours hold", NIGHT, Pace(), [waits(severity=IMMEDIATE)], {"holds": {"d1": ("quiet hours", 60)}}),
    ("and flash breaks them", NIGHT, Pace(), [waits(severity=FLASH)], {"send": "d1"}),
    ("or what the admin says", replace(NIGHT, breach=PRIORITY), Pace(), [waits()], {"send": "d1"}),
    ("a retry is not held again", NIGHT, Pace(), [waits(attempts=1)], {"send": "d1"}),
    ("an edit pings nobody", NIGHT, Pace(), [waits(kind=Kind.EDIT)], {"send": "d1"}),
    ("a notice is held too", NIGHT, Pace(), [waits(kind=Kind.NOTICE)], {"holds": {"d1": ("quiet hours", 60)}}),
    ("what was held is told together", FLOOR, Pace(), [], {}),
    ("quiet hours over", replace(FLOOR, quiet=Hours(time(1), time(12))), Pace(),
     [waits("a", held="quiet hours"), waits("b", IMMEDIATE, held="quiet hours")], {"folds": [("quiet_hours", ["a", "b"])]}),
    ("one alone goes as it is", replace(FLOOR, quiet=Hours(time(1), time(12))), Pace(), [waits("a", held="quiet hours")],
     {"send": "a"}),
    ("another story of a thread just told", FLOOR, PINGED, [waits(thread="t1")], {"holds": {"d1": ("thread", 6)}}),
    ("the pause counts from the thread's last ping", FLOOR, Pace(pinged={"t1": {"x": NOW - 9 * MINUTE, "y": NOW - 2 * MINUTE}}),
     [waits(thread="t1")], {"holds": {"d1": ("thread", 8)}}),
    ("ten minutes after it, no more", FLOOR, Pace(pinged={"t1": {"x": NOW - 10 * MINUTE}}), [waits(thread="t1")], {"send": "d1"}),
    ("half an hour after its own", FLOOR, Pace(pinged={"t1": {"s-d1": NOW - 30 * MINUTE}}),
     [waits(kind=Kind.UPDATE, thread="t1")], {"send": "d1"}),
    ("what a person sends again does not wait", FLOOR, Pace(pinged={"t1": {"s-d1": NOW - MINUTE}}),
     [replace(waits(kind=Kind.UPDATE, thread="t1"), reason=Reason.RESENT)], {"send": "d1"}),
    ("nor a raised severity", FLOOR, Pace(pinged={"t1": {"s-d1": NOW - MINUTE}}),
     [replace(waits(kind=Kind.UPDATE, thread="t1"), reason=Reason.SEVERITY_RAISED)], {"send": "d1"}),
    ("nor first deaths", FLOOR, Pace(pinged={"t1": {"s-d1": NOW - MINUTE}}),
     [replace(waits(kind=Kind.UPDATE, thread="t1"), reason=Reason.FIRST_DEATHS)], {"send": "d1"}),
    ("a second attack waits for no room", FLOOR, PINGED, [replace(waits(thread="t1"), reason=Reason.ANOTHER)], {"send": "d1"}),
    ("it is no line under the first", FLOOR, Pace(), [waits("b", thread="t1"),
     replace(waits("a", thread="t1"), reason=Reason.ANOTHER)], {"send": "b"}),
    ("nor is another under it", FLOOR, Pace(), [waits("b", thread="t1", due=NOW + MINUTE),
     replace(waits("a", thread="t1"), reason=Reason.ANOTHER)], {"send": "a"}),
    ("what may repeat another event is listed", FLOOR, Pace(),
     [replace(waits("a", IMMEDIATE, held="digest"), reason=Reason.POSSIBLY_SAME)], {"folds": [("repeats", ["a"])]}),
    ("a notice knows no thread", FLOOR, PINGED, [waits(kind=Kind.NOTICE, thread="t1")], {"send": "d1"}),
    ("what the quiet hours held knows none either", FLOOR, PINGED, [waits(thread="t1", held="quiet hours")], {"send": "d1"}),
    ("nor a group", replace(FLOOR, group_wait=2 * MINUTE), Pace(), [waits(held="quiet hours")], {"send": "d1"}),
    ("a group that waited", replace(FLOOR, group_wait=2 * MINUTE), Pace(),
     [replace(waits(), queued=NOW - 2 * MINUTE)], {"send": "d1"}),
    ("an escalation at night", NIGHT, Pace(), [replace(waits(severity=IMMEDIATE, kind=Kind.ESCALATION), reason=Reason.ESCALATED)],
     {"send": "d1"}),
    ("a digest at its hour", NIGHT, Pace(), [replace(waits(kind=Kind.DIGEST), reason=Reason.SCHEDULED)], {"send": "d1"}),
    ("of two in quiet hours one is routine", replace(FLOOR, quiet=Hours(time(1), time(12))), Pace(),
     [waits("a", held="quiet hours"), waits("b", ROUTINE, held="digest"), waits("c", ROUTINE, held="digest")],
     {"send": "a", "folds": [("routine", ["b", "c"])]}),
    ("the older of two", FLOOR, Pace(), [waits("a"), replace(waits("b"), queued=NOW - MINUTE)], {"send": "b"}),
    ("an edit after the others", FLOOR, Pace(), [replace(waits("a", kind=Kind.EDIT), queued=NOW - MINUTE), waits("b")], {"send": "b"}),
    ("but flash", FLOOR, PINGED, [waits(severity=FLASH, thread="t1")], {"send": "d1"}),
    ("an update soon after its story rang", FLOOR, Pace(pinged={"t1": {"s-d1": NOW - 4 * MINUTE}}),
     [waits(kind=Kind.UPDATE, thread="t1")], {"holds": {"d1": ("story", 26)}}),
    ("what is more urgent is never a line of another", FLOOR, Pace(), [waits("a", thread="t1"),
     waits("b", IMMEDIATE, thread="t1", held="thread", due=NOW + MINUTE)], {"send": "a"}),
    ("that somebody cannot be told is said at night", NIGHT, Pace(), [waits(severity=IMMEDIATE, kind=Kind.NOTICE)],
     {"send": "d1"}),
    ("the same story", FLOOR, Pace(pinged={"t1": {"s-d1": NOW - MINUTE}}), [waits(thread="t1")], {"send": "d1"}),
    ("stories of a thread share a message", FLOOR, Pace(), [waits("a", thread="t1"), waits("b", thread="t1"), waits("c")],
     {"send": "a", "joined": ["b"]}),
    ("one that waited goes along", FLOOR, Pace(), [waits("a", IMMEDIATE, thread="t1"),
     waits("b", thread="t1", held="thread", due=NOW + MINUTE)], {"send": "a", "joined": ["b"]}),
    ("flash is not listed, it goes", FLOOR, Pace(), [waits("a", FLASH, thread="t1"), waits("b", FLASH, thread="t1")],
     {"send": "a"}),
    ("priority waits for its group", replace(FLOOR, group_wait=2 * MINUTE), Pace(), [waits()], {"holds": {"d1": ("group", 2)}}),
    ("immediate does not", replace(FLOOR, group_wait=2 * MINUTE), Pace(), [waits(severity=IMMEDIATE)], {"send": "d1"}),
    ("no token", FLOOR, Pace(Bucket(KEPT, NOW)), [waits()], {"holds": {"d1": ("rate", 0)}}),
    ("one kept for flash", FLOOR, Pace(Bucket(KEPT, NOW)), [waits(severity=FLASH)], {"send": "d1"}),
    ("an edit leaves half", FLOOR, Pace(Bucket(8, NOW)), [waits(kind=Kind.EDIT)], {"holds": {"d1": ("rate", 0)}}),
]  # fmt: skip


@pytest.mark.parametrize("listed", [Reason.REPEATS, Reason.POSSIBLY_SAME])
def test_what_is_listed_and_brings_news_no_longer_waits(listed: Reason) -> None:
    waiting = replace(waits("a", IMMEDIATE, held="digest", due=NOW + ONE), reason=listed)
    made = Decision("floor/0", "floor", Kind.UPDATE, IMMEDIATE, Reason.UPDATED, queue=True, rules=("r",))
    told = grown(waiting, made, 2, NOW)
    assert (told.reason, told.due, told.held) == (Reason.UPDATED, NOW, "")
    again = grown(waiting, replace(made, reason=listed), 2, NOW)
    assert (again.reason, again.due, again.held) == (listed, NOW + ONE, "digest")


@pytest.mark.parametrize("reason", [Reason.FIRST_DEATHS, Reason.CORRECTED, Reason.SEVERITY_RAISED])
def test_a_second_attack_that_waits_stays_one(reason: Reason) -> None:
    waiting = replace(waits("a", IMMEDIATE, kind=Kind.UPDATE, due=NOW + ONE), reason=Reason.ANOTHER)
    made = Decision("floor/0", "floor", Kind.UPDATE, FLASH, reason, queue=True, rules=("r",))
    told = grown(waiting, made, 2, NOW)
    assert (told.reason, told.due) == (Reason.ANOTHER, NOW)


@pytest.mark.parametrize(("name", "receiver", "lane", "waiting", "expected"), CASES, ids=[row[0] for row in CASES])
def test_paces(name: str, receiver: Receiver, lane: Pace, waiting: list[Delivery], expected: dict[str, object]) -> None:
    assert said(plan(waiting, receiver, lane, NOW), waiting) == {**NOTHING, **expected}, name


def test_bucket_fills_by_a_quarter_of_the_rate_a_minute_up_to_three_quarters() -> None:
    assert Bucket().filled(24, NOW) == Bucket(4.0).filled(24, NOW) == 18
    for seconds, tokens in ((-60, 4), (0, 4), (60, 10), (140, 18), (141, 18)):
        assert Bucket(4.0, NOW).filled(24, NOW + timedelta(seconds=seconds)) == tokens


@pytest.mark.parametrize(
    ("severity", "kind", "tokens", "goes"),
    [
        (FLASH, Kind.ALERT, 1, True),
        (FLASH, Kind.ALERT, 0.9, False),
        (PRIORITY, Kind.ALERT, 4, True),
        (PRIORITY, Kind.ALERT, 3.9, False),
        (PRIORITY, Kind.EDIT, 9, True),
        (PRIORITY, Kind.EDIT, 8.9, False),
    ],
)
def test_tokens_that_must_be_there(severity: Severity, kind: Kind, tokens: float, goes: bool) -> None:
    made = plan([waits(severity=severity, kind=kind)], FLOOR, Pace(Bucket(tokens, NOW)), NOW)
    assert (bool(made.sends), made.tokens) == (goes, tokens)
    assert goes or 0 < (made.holds[0].until - NOW).total_seconds() <= 2


def test_digest_windows_are_named_by_their_end() -> None:
    assert window_name(NOW) == "2026-06-14T12:00Z"
    routine = plan(
        [waits("a", ROUTINE, held="digest", due=NOW - MINUTE), waits("b", ROUTINE, held="digest")], FLOOR, Pace(), NOW
    )
    assert [each.window for each in routine.folds] == ["2026-06-14T12:00Z"]
    late = plan([replace(waits(name, ROUTINE), queued=NOW - 3 * ONE) for name in "ab"], FLOOR, Pace(), NOW)
    assert [each.window for each in late.folds] == ["2026-06-14T10:00Z"]  # that of the hour it came in
    morning = [waits(name, held="quiet hours", due=NOW - age * MINUTE) for name, age in (("a", 5), ("b", 0))]
    (fold,) = plan(morning, replace(FLOOR, quiet=Hours(time(1), time(12))), Pace(), NOW).folds
    assert fold.window == "quiet-2026-06-14T12:00Z"
    (storm,) = plan([waits(f"d{n}") for n in range(11)], FLOOR, Pace(Bucket(0, NOW)), NOW).folds
    assert storm.window == "storm-2026-06-14T12Z"


def test_slot_is_the_receivers_next_or_the_end_of_the_hour_or_of_its_quiet_hours() -> None:
    assert slot_after(ROUTINE_DIGEST, NOW) == NOW + 7 * ONE
    assert slot_after(FLOOR, NOW) == NOW + ONE
    assert slot_after(FLOOR, NOW + MINUTE) == NOW + ONE
    assert slot_after(replace(FLOOR, quiet=Hours(time(12, 30), time(15))), NOW) == NOW + 3 * ONE


STORM = [
    ("an edit", waits("x", kind=Kind.EDIT), False),
    ("a flash", waits("x", FLASH), False),
    ("one that was tried", waits("x", attempts=1), False),
    ("one that the rate held", waits("x", held="rate", due=NOW + MINUTE), True),
    ("one that something else held", waits("x", held="thread", due=NOW + MINUTE), False),
]


@pytest.mark.parametrize(("name", "other", "swept"), STORM, ids=[row[0] for row in STORM])
def test_storm_is_of_what_rings_and_was_not_tried(name: str, other: Delivery, swept: bool) -> None:
    made = plan([*(waits(f"d{n}") for n in range(10)), other], FLOOR, Pace(Bucket(0, NOW)), NOW)
    assert bool(made.folds) is swept, name


JOINED = [
    ("of its thread", waits("b", thread="t1"), True),
    ("of another", waits("b", thread="t2"), False),
    ("the same story", replace(waits("b", thread="t1"), subject="s-a"), False),
    ("an edit", waits("b", kind=Kind.EDIT, thread="t1"), False),
    ("an update", waits("b", kind=Kind.UPDATE, thread="t1"), True),
    ("routine", waits("b", ROUTINE, thread="t1"), False),
    ("as urgent", waits("b", IMMEDIATE, thread="t1"), True),
    ("more urgent", waits("b", FLASH, thread="t1"), False),
    ("one that was tried", waits("b", thread="t1", attempts=1), False),
]


@pytest.mark.parametrize(("name", "other", "along"), JOINED, ids=[row[0] for row in JOINED])
def test_what_is_told_along(name: str, other: Delivery, along: bool) -> None:
    send = waits("a", IMMEDIATE, thread="t1")
    assert joined(send, [send, other]) == ((other,) if along else ()), name
    assert joined(replace(send, kind=Kind.NOTICE), [other]) == ()
    assert joined(replace(send, thread=""), [replace(other, thread="")]) == ()


def test_token_comes_back_when_the_hold_ends() -> None:
    made = plan([waits()], FLOOR, Pace(Bucket(KEPT, NOW)), NOW)
    later = made.holds[0].until
    assert plan([waits(held="rate", due=later)], FLOOR, Pace(Bucket(made.tokens, NOW)), later).sends


def test_much_that_waits_for_the_rate_is_told_together_and_flash_is_not() -> None:
    empty = Pace(Bucket(0, NOW))
    many = [waits(f"d{n}") for n in range(10)]
    assert plan(many, FLOOR, empty, NOW).folds == ()
    more = [*many, waits("e", IMMEDIATE), waits("f", FLASH), waits("g", kind=Kind.NOTICE)]
    made = plan(more, FLOOR, empty, NOW)
    (fold,) = made.folds
    assert (fold.reason, {each.id for each in fold.deliveries}) == (
        Reason.STORM,
        {each.id for each in [*many, more[-3]]},
    )
    assert {each.delivery: each.why for each in made.holds} == {"f": "rate", "g": "rate"}


@pytest.mark.parametrize("rate", [4, 24, 60])
def test_no_minute_has_more_messages_than_the_rate(rate: int) -> None:
    receiver, bucket, sent = replace(FLOOR, rate=rate), Bucket(), []
    for second in range(600):
        now = NOW + timedelta(seconds=second)
        while (made := plan([waits(f"d{second}", FLASH)], receiver, Pace(bucket), now)).sends:
            sent.append(second)
            bucket = Bucket(made.tokens - 1, now)
    worst = max(sum(start <= at < start + 60 for at in sent) for start in range(540))
    assert rate * 0.75 <= worst <= rate


def test_first_word_that_waits_takes_in_what_follows() -> None:
    assert takes_in(waits(severity=FLASH), Kind.EDIT)
    assert takes_in(waits(kind=Kind.UPDATE), Kind.UPDATE)
    assert takes_in(waits(kind=Kind.EDIT), Kind.EDIT)
    assert takes_in(waits(), Kind.UPDATE)
    assert not takes_in(waits(kind=Kind.UPDATE), Kind.EDIT)
    assert not takes_in(waits(kind=Kind.EDIT), Kind.UPDATE)
    assert not takes_in(waits(kind=Kind.NOTICE), Kind.ALERT)


def test_message_that_grows_keeps_its_age_and_goes_at_once_if_it_is_more_urgent() -> None:
    waiting = replace(waits(due=NOW + ONE, held="quiet hours"), rules=("a",))
    made = Decision("t", "floor", Kind.UPDATE, PRIORITY, Reason.NEW_RULE, queue=True, rules=("b",), due=NOW + 2 * ONE)
    later = grown(waiting, made, 2, NOW + MINUTE)
    assert (later.due, later.held, later.queued, later.rules) == (NOW + ONE, "quiet hours", NOW, ("a", "b"))
    assert grown(waiting, replace(made, rules=("a", "b")), 2, NOW).rules == ("a", "b")
    soon = grown(replace(waiting, due=NOW), replace(made, severity=FLASH), 2, NOW + MINUTE)
    assert (soon.due, soon.state) == (NOW, DeliveryState.QUEUED)
    lower = grown(replace(waiting, severity=IMMEDIATE), made, 2, NOW + MINUTE)
    assert (lower.severity, lower.held) == (IMMEDIATE, "quiet hours")
    urgent = grown(waiting, replace(made, severity=FLASH), 2, NOW + MINUTE)
    assert (urgent.due, urgent.held, urgent.severity, urgent.revision) == (NOW + MINUTE, "", FLASH, 2)


WAITING = st.builds(
    waits,
    name=st.uuids().map(str),
    severity=st.sampled_from(Severity),
    kind=st.sampled_from([Kind.ALERT, Kind.UPDATE, Kind.EDIT, Kind.NOTICE, Kind.DIGEST]),
    thread=st.sampled_from(["", "t1", "t2"]),
    due=st.integers(-60, 60).map(lambda minutes: NOW + minutes * MINUTE),
    held=st.sampled_from(["", "", "digest", "quiet hours", "thread", "rate"]),
    attempts=st.sampled_from([0, 0, 0, 2]),
)


@settings(max_examples=300, deadline=None)
@given(
    waiting=st.lists(WAITING, max_size=30, unique_by=lambda each: each.id),
    receiver=st.sampled_from([FLOOR, NIGHT, ROUTINE_DIGEST, replace(FLOOR, rate=4, group_wait=MINUTE)]),
    tokens=st.floats(0, 18),
)
def test_all_that_is_due_goes_is_folded_or_has_its_time(
    waiting: list[Delivery], receiver: Receiver, tokens: float
) -> None:
    """In one plan each is named at most once; carried out again and again, nothing is left and nothing goes twice."""
    made = plan(waiting, receiver, Pace(Bucket(tokens, NOW)), NOW)
    named = [each.id for each in made.sends] + [each.delivery for each in made.holds]
    named += [each.id for fold in made.folds for each in fold.deliveries]
    assert len(named) == len(set(named))
    assert all(each.until > NOW for each in made.holds)
    open_, now, bucket, rounds = {each.id: each for each in waiting}, NOW, Bucket(tokens, NOW), 0
    while open_:
        rounds += 1
        assert rounds < 3_000
        made = plan(list(open_.values()), receiver, Pace(bucket), now)
        for hold in made.holds:
            open_[hold.delivery] = replace(open_[hold.delivery], due=hold.until, held=hold.why)
        for gone in (each for fold in made.folds for each in fold.deliveries):
            del open_[gone.id]
        if made.sends:
            for gone in joined(made.sends[0], open_.values()):
                del open_[gone.id]
            del open_[made.sends[0].id]
            bucket = Bucket(made.tokens - 1, now)
        elif not made.folds and open_:
            now = min(each.due for each in open_.values())
