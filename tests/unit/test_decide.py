"""What is told to whom, and the name of the reason, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.alert import Kind, Match, Reason, Severity
from alerts.decide.ledger import balance
from alerts.decide.retries import is_spent, retry_at
from alerts.decide.what_to_tell import PING_EVERY, after, changes, decide, is_stale
from alerts.decision import Decision, Told
from alerts.rule import Config
from alerts.standing import Standing
from crawler.article import Relation
from tests.unit.desk import NOW, article, desk, revision, rule

PRIORITY, FLASH = Severity.PRIORITY, Severity.FLASH
TOLD = Told(frozenset({"r"}), PRIORITY, 1)
MINUTE = timedelta(minutes=1)
PINGED = Told(frozenset({"r"}), PRIORITY, 1, NOW - 31 * MINUTE)
JUST_PINGED = Told(frozenset({"r"}), PRIORITY, 1, NOW - 10 * MINUTE)
TOLL = {"relation": Relation.UPDATED, "change": "14 -> 17 killed"}
DEATHS = {"relation": Relation.UPDATED, "change": "1 killed; 2 -> 5 wounded"}
RUNG = Told(frozenset({"r"}), FLASH, 1, NOW - 10 * MINUTE)
AGAIN = {"relation": Relation.DUPLICATE}
OLD = NOW - timedelta(hours=49)
WHEN = rule("[base]", name="when").replace("mode:", "when: {origins: 2}, mode:")
CASES: list[tuple[str, dict[str, Any], dict[str, Any], Told | None, tuple[str, str, bool]]] = [
    ("first article", {}, {}, None, ("alert", "first_article", True)),
    ("told before", {"relation": Relation.DUPLICATE}, {}, TOLD, ("edit", "told", False)),
    ("edited after it was told", {"relation": Relation.REVISED}, {}, TOLD, ("edit", "told", False)),
    ("a further rule", {"relation": Relation.DUPLICATE}, {"rule": "other"}, TOLD, ("update", "new_rule", True)),
    ("severity raised", {"relation": Relation.REVISED}, {"severity": FLASH}, TOLD, ("update", "severity_raised", True)),
    ("updated, the change matters", TOLL, {}, PINGED, ("update", "updated", True)),
    ("edited, the change matters", {**TOLL, "relation": Relation.REVISED}, {}, PINGED, ("update", "updated", True)),
    ("updated without a change that matters", {**TOLL, "change": ""}, {}, PINGED, ("edit", "told", False)),
    ("updated half an hour after it", TOLL, {}, replace(PINGED, pinged=NOW - 30 * MINUTE), ("update", "updated", True)),
    ("a second less", TOLL, {}, replace(PINGED, pinged=NOW - 30 * MINUTE + MINUTE / 60), ("update", "paced", True)),
    ("again after twelve hours", AGAIN, {}, replace(PINGED, pinged=NOW - 720 * MINUTE), ("update", "news_again", True)),
    ("a minute less, it is listed", AGAIN, {}, replace(PINGED, pinged=NOW - 719 * MINUTE), ("alert", "repeats", True)),
    ("three hours after it", AGAIN, {}, replace(PINGED, pinged=NOW - 180 * MINUTE), ("alert", "repeats", True)),
    ("a minute less than three", AGAIN, {}, replace(PINGED, pinged=NOW - 179 * MINUTE), ("edit", "told", False)),
    (
        "an edit of it is no news",
        {"relation": Relation.REVISED},
        {},
        replace(PINGED, pinged=NOW - 720 * MINUTE),
        ("edit", "told", False),
    ),
    ("again, but it was never pinged", AGAIN, {}, TOLD, ("edit", "told", False)),
    (
        "again, but from before we began",
        AGAIN,
        {},
        replace(PINGED, revision=0, pinged=NOW - 720 * MINUTE),
        ("edit", "told", False),
    ),
    ("a third origin", {**AGAIN, "origins": ("a", "b", "c")}, {}, replace(PINGED, origins=2), ("edit", "told", False)),
    (
        "a further rule whose wait is over",
        {"origins": ("a", "b"), "waited": {"when"}},
        {"rule": "when"},
        PINGED,
        ("update", "when_holds", True),
    ),
    (
        "older than freshness by a second",
        {"published": NOW - 2880 * MINUTE - MINUTE / 60},
        {},
        None,
        ("alert", "stale", False),
    ),
    ("as old as freshness allows", {"published": NOW - 2880 * MINUTE}, {}, None, ("alert", "first_article", True)),
    ("updated soon after a ping", TOLL, {}, JUST_PINGED, ("update", "paced", True)),
    ("a further rule soon after a ping", TOLL, {"rule": "other"}, JUST_PINGED, ("update", "new_rule", True)),
    ("first deaths soon after a ping", DEATHS, {"severity": FLASH}, RUNG, ("update", "first_deaths", True)),
    ("more deaths soon after a ping", TOLL, {"severity": FLASH}, RUNG, ("update", "paced", True)),
    ("first deaths that ring nobody", DEATHS, {}, JUST_PINGED, ("update", "paced", True)),
    ("severity raised soon after a ping", TOLL, {"severity": FLASH}, JUST_PINGED, ("update", "severity_raised", True)),
    (
        "a second origin of what was told",
        {"relation": Relation.DUPLICATE, "origins": ("a", "b")},
        {},
        replace(PINGED, origins=1),
        ("update", "second_origin", True),
    ),
    (
        "a second origin of what was there before we began",
        {"relation": Relation.DUPLICATE, "origins": ("a", "b")},
        {},
        replace(PINGED, revision=0, origins=1),
        ("edit", "told", False),
    ),
    ("updated, known from before we began", TOLL, {}, Told(frozenset({"r"}), PRIORITY, 0), ("alert", "updated", True)),
    (
        "an edit that first makes a rule match",
        {**TOLL, "relation": Relation.REVISED},
        {},
        None,
        ("alert", "first_article", True),
    ),
    ("another story of the thread", {"relation": Relation.RELATED}, {}, None, ("alert", "first_article", True)),
    ("when does not hold", {}, {"rule": "when"}, None, ("alert", "waiting", False)),
    ("when does not hold, on a baseline", {"baseline": True}, {"rule": "when"}, None, ("alert", "baseline", False)),
    ("when holds", {"origins": ("a", "b")}, {"rule": "when"}, None, ("alert", "first_article", True)),
    (
        "when holds for what waited",
        {"origins": ("a", "b"), "waited": {"when"}},
        {"rule": "when"},
        None,
        ("alert", "when_holds", True),
    ),
    ("when, once told", {}, {"rule": "when"}, Told(frozenset({"when"}), PRIORITY, 1), ("edit", "told", False)),
    ("baseline", {"baseline": True}, {}, None, ("alert", "baseline", False)),
    ("older than freshness", {"published": OLD}, {}, None, ("alert", "stale", False)),
    ("just inside freshness", {"published": OLD + timedelta(hours=1)}, {}, None, ("alert", "first_article", True)),
    ("undated counts from first seen", {"published": None}, {}, None, ("alert", "first_article", True)),
]


@pytest.mark.parametrize(("name", "is_", "match", "told", "expected"), CASES, ids=[row[0] for row in CASES])
def test_decides(
    tmp_path: Path,
    name: str,
    is_: dict[str, Any],
    match: dict[str, Any],
    told: Told | None,
    expected: tuple[str, str, bool],
) -> None:
    config = desk(tmp_path, rule("[militia]") + rule("[base]", name="other") + WHEN)
    seen = revision(
        article("militia", published=is_.get("published", NOW)),
        is_.get("relation", Relation.NEW),
        baseline=is_.get("baseline", False),
        change=is_.get("change", ""),
    )
    matches = [Match(match.get("rule", "r"), match.get("severity", PRIORITY), None, ())]
    target = config.receivers["console"].targets[0].id
    standing = Standing(is_.get("origins", ("a",)))
    before = {target: told} if told else {}
    (made,) = decide(config, seen, matches, before, NOW, standing, frozenset(is_.get("waited", ())))
    assert (made.kind.value, made.reason.value, made.queue) == expected, name


def test_first_deaths_go_at_once_and_more_deaths_after_the_pause(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[militia]"))
    target = config.receivers["console"].targets[0].id
    for change, due in ((DEATHS["change"], None), (TOLL["change"], NOW + 20 * MINUTE)):
        seen = revision(article("militia"), Relation.UPDATED, change=str(change))
        (made,) = decide(
            config, seen, [Match("r", FLASH, None, ())], {target: RUNG}, NOW, Standing(("a",)), frozenset()
        )
        assert made.due == due, change


def test_backfill_lets_dated_newer_items_through_and_undated_ones_not(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[militia]"), settings="backfill: 6h")
    matches = [Match("r", PRIORITY, None, ())]
    for published, queue in ((NOW - timedelta(hours=5), True), (NOW - timedelta(hours=7), False), (None, False)):
        seen = revision(article("militia", published=published), baseline=True)
        assert decide(config, seen, matches, {}, NOW)[0].queue is queue


def test_receiver_asks_for_severity_and_shadow_sends_nothing(tmp_path: Path) -> None:
    text = rule("[militia]", severity="routine", notify="[hook]") + rule("[base]", name="s", mode="shadow")
    config = desk(tmp_path, text)
    matches = [Match("r", Severity.ROUTINE, None, ()), Match("s", PRIORITY, None, ())]
    reasons = {each.receiver: each.reason.value for each in decide(config, revision(article("x")), matches, {}, NOW)}
    assert reasons == {"hook": "below_min_severity", "console": "shadow"}


def test_one_decision_a_target_with_the_highest_severity_of_its_rules(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[militia]", notify="[console, hook]") + rule("[base]", name="b"))
    matches = [Match("r", PRIORITY, None, ()), Match("b", FLASH, None, ())]
    made = {each.receiver: each for each in decide(config, revision(article("x")), matches, {}, NOW)}
    assert (made["console"].severity, made["console"].rules) == (FLASH, ("r", "b"))
    assert (made["hook"].severity, made["hook"].rules) == (PRIORITY, ("r",))


def test_retries_back_off_and_end() -> None:
    waits = [(retry_at("d1", attempts, NOW) - NOW).total_seconds() for attempts in range(1, 40)]
    assert all(1 <= wait <= 900 for wait in waits)
    assert retry_at("d1", 3, NOW) == retry_at("d1", 3, NOW)
    assert len({retry_at(f"d{n}", 5, NOW) for n in range(50)}) > 40
    assert not is_spent(NOW, FLASH, NOW + timedelta(hours=71))
    assert is_spent(NOW, Severity.ROUTINE, NOW + timedelta(hours=25))


@pytest.mark.parametrize(("attempts", "ceiling"), [(1, 5), (2, 10), (3, 20), (8, 640), (9, 900), (30, 900)])
def test_longest_wait_doubles_from_five_seconds_to_a_quarter_of_an_hour(attempts: int, ceiling: int) -> None:
    waits = [(retry_at(f"d{n}", attempts, NOW) - NOW).total_seconds() for n in range(200)]
    assert ceiling * 0.95 < max(waits) <= ceiling


def test_ledger_names_what_is_missing() -> None:
    collected = {"entries": 10, "new": 5, "known": 3, "revised": 1, "rejected:no_title_no_text": 1}
    decided = {"matched": 4, "queued": 2, "suppressed:told": 1, "suppressed:stale": 1}
    whole = balance(collected, decided, {("alert", "sent"): 1, ("alert", "sending"): 1, ("digest", "sent"): 1})
    assert whole.remainders() == {"entries": 0, "matched": 0, "queued": 0}
    assert whole.as_dict()["messages"] == {"digest": {"sent": 1}}
    torn = balance({**collected, "new": 4}, decided, {("alert", "sent"): 1})
    assert torn.remainders() == {"entries": 1, "matched": 0, "queued": 1}


def test_ledger_of_nothing_is_zeros_and_messages_have_books_of_their_own() -> None:
    nothing = balance({}, {}, {})
    states = dict.fromkeys(("sent", "pending", "held", "folded", "cancelled", "dead"), 0)
    counts = dict.fromkeys(("entries", "new", "known", "revised", "passed", "matched", "queued"), 0)
    empty: dict[str, object] = {"rejected": {}, "suppressed": {}, "messages": {}}
    assert nothing.as_dict() == counts | states | empty | {"remainders": {"entries": 0, "matched": 0, "queued": 0}}
    sent = {("alert", "queued"): 1, ("edit", "sending"): 2, ("update", "unknown"): 4, ("alert", "held"): 8}
    sent |= {("digest", "queued"): 16, ("digest", "sending"): 32, ("notice", "dead"): 64, ("escalation", "sent"): 128}
    books = balance({}, {"queued": 15}, sent)
    assert books.states == {**states, "pending": 7, "held": 8}
    assert books.messages == {"digest": {"pending": 48}, "notice": {"dead": 64}, "escalation": {"sent": 128}}
    assert books.remainders()["queued"] == 0


def test_change_that_waits_is_told_with_the_next_and_keeps_its_time(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[militia]"))
    told: Told | None = None
    sent = []
    steps = [
        (0, ""),
        (5, "3 -> 5 killed"),
        (12, "5 -> 9 killed"),
        (20, ""),
        (31, "9 -> 10 killed"),
        (90, "10 -> 11 killed"),
    ]
    for minutes, change in steps:
        now = NOW + minutes * MINUTE
        (made,) = decide(
            config,
            revision(article("x"), Relation.UPDATED, change=change),
            [Match("r", PRIORITY, None, ())],
            _by_target(config, told),
            now,
        )
        due = round((made.due - NOW) / MINUTE) if made.due else None
        sent.append((made.reason.value, due, changes(told, change, now) if made.queue else ()))
        told = after(told, made, minutes + 1, change, now)
    assert sent == [
        ("first_article", None, ()),
        ("paced", 30, ("3 -> 5 killed",)),
        ("paced", 30, ("3 -> 9 killed",)),
        ("told", None, ()),
        ("paced", 60, ("9 -> 10 killed",)),
        ("updated", None, ("10 -> 11 killed",)),
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (["14 -> 17 killed", "17 -> 14 killed"], ("still 14 killed",)),
        (["14 -> 17 killed", "17 -> 14 killed", "14 -> 20 killed"], ("14 -> 20 killed",)),
        (["killed 14 -> 17", "killed 17 -> 20"], ("killed 14 -> 20",)),
        (["14 -> 17 killed", "17 -> 20 wounded"], ("14 -> 17 killed", "17 -> 20 wounded")),
        (["14 -> 17 killed", "15 -> 18 killed"], ("14 -> 17 killed", "15 -> 18 killed")),
        (["Basra / Erbil", "14 -> 17 killed", "17 -> 18 killed"], ("Basra / Erbil", "14 -> 18 killed")),
        (["1.5 -> 2 million", "2 -> 1.5 million"], ("still 1.5 million",)),
        (["14 -> 17 killed", "14 -> 1,021 killed"], ("14 -> 1,021 killed",)),
        (["1.5.2 -> 2.0.1 x", "1.5.2 -> 3.0.1 x"], ("1.5.2 -> 2.0.1 x", "1.5.2 -> 3.0.1 x")),
        (["14 -> 17 killed", "14 -> 15 killed"], ("14 -> 17 killed", "14 -> 15 killed")),
        (["4 killed", "4 -> 6 killed"], ("6 killed",)),
        (["4 killed", "CORRECTED: 4 -> 3 killed"], ("3 killed",)),
        (["struck: Jordan", "CORRECTED: 4 -> 3 killed"], ("CORRECTED: 4 -> 3 killed", "struck: Jordan")),
    ],
)
def test_changes_of_one_number_that_wait_are_told_as_their_net(changed: list[str], told: tuple[str, ...]) -> None:
    known = Told(frozenset({"r"}), PRIORITY, 1, pinged=NOW + MINUTE)
    for each in changed:
        known = replace(known, untold=changes(known, each, NOW))
    assert known.untold == told


def _by_target(config: Config, told: Told | None) -> dict[str, Told]:
    return {config.receivers["console"].targets[0].id: told} if told else {}


SEVERITY = st.sampled_from(Severity)
RULES = ("r", "s", "w")
TOLDS = st.none() | st.builds(
    Told,
    rules=st.frozensets(st.sampled_from(RULES)),
    severity=SEVERITY,
    revision=st.integers(1, 3),
    pinged=st.none() | st.integers(-90, 29).map(lambda minutes: NOW + minutes * MINUTE),
)
GIVEN = st.fixed_dictionaries(
    {
        "relation": st.sampled_from(Relation),
        "change": st.sampled_from(["", "14 -> 17 killed"]),
        "baseline": st.booleans(),
        "published": st.sampled_from([NOW, OLD, None]),
    }
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    is_=GIVEN,
    found=st.dictionaries(st.sampled_from(RULES), SEVERITY, min_size=1),
    told=TOLDS,
    origins=st.lists(st.sampled_from("ab"), unique=True),
)
def test_nothing_is_lost_and_a_ping_is_justified(
    tmp_path: Path, is_: dict[str, Any], found: dict[str, Severity], told: Told | None, origins: list[str]
) -> None:
    config = _three_rules(tmp_path)
    seen = revision(
        article("x", published=is_["published"]), is_["relation"], baseline=is_["baseline"], change=is_["change"]
    )
    before = {target.id: told for each in config.receivers.values() for target in each.targets if told}
    matches = [Match(name, severity, None, ()) for name, severity in found.items()]
    made = decide(config, seen, matches, before, NOW, Standing(tuple(origins)))
    asked = {name for name, rules in NOTIFIED.items() if rules & found.keys()}
    assert sorted(each.receiver for each in made) == sorted(asked)  # one target a receiver: none lost, none twice
    for each in made:
        floor = config.receivers[each.receiver].min_severity
        loud = {n: s for n, s in found.items() if n in NOTIFIED[each.receiver] and s >= floor}
        ready = {n: s for n, s in loud.items() if n != "w" or len(origins) > 1 or (told and n in told.rules)}
        assert set(each.waiting) == (set() if is_["baseline"] else loud.keys() - ready.keys())
        held_back = is_["baseline"] or not ready or is_stale(config, seen, NOW)
        assert each.queue is (not held_back and _justified(told, ready, is_["change"]))
        assert each.reason in Reason
        assert each.queue or each.reason in SUPPRESSED
        _assert_paced(each, told)


NOTIFIED = {"console": {"r", "w"}, "hook": {"s", "w"}}
SUPPRESSED = {Reason.BASELINE, Reason.STALE, Reason.WAITING, Reason.BELOW_SEVERITY, Reason.TOLD}


def _three_rules(place: Path) -> Config:
    text = rule("[militia]") + rule("[base]", name="s", notify="[hook]")
    text += rule("[camp]", name="w", notify="[console, hook]").replace("mode:", "when: {origins: 2}, mode:")
    return desk(place, text)


def _justified(told: Told | None, ready: dict[str, Severity], change: str) -> bool:
    return told is None or bool(ready.keys() - told.rules or max(ready.values()) > told.severity or change)


def _assert_paced(made: Decision, told: Told | None) -> None:
    """A ping that is neither a new rule nor a raised severity keeps 30 minutes from the last one."""
    if made.queue and made.reason in {Reason.UPDATED, Reason.PACED}:
        assert told is not None
        last = told.pinged or NOW - PING_EVERY
        goes = made.due or NOW
        assert goes == last if last > NOW else goes - last >= PING_EVERY
        assert made.kind is Kind.UPDATE
