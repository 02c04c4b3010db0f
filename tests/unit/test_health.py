"""Paces, redirects, silence, the network: what polls make of a source, in words, at the documented thresholds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from crawler.sources.health import Network, SourceHealth, health_of, in_words, observe, silent_after
from crawler.sources.polling import address, fraction, heard, is_conditional, next_state, spread, state_for
from crawler.sources.source import FetchOutcome, OutcomeName, Source, SourceState
from tests.unit.desk import NOW

EVERY = timedelta(minutes=10)
SOURCE = Source("a", "https://a.example/rss", every=EVERY)
SLOW = replace(SOURCE, at_most=timedelta(minutes=40))
HOUR = timedelta(hours=1)


def polled(
    state: SourceState,
    name: OutcomeName,
    at: datetime,
    source: Source = SOURCE,
    new: int = 0,
    known: int = 5,
    **words: object,
) -> SourceState:
    after = next_state(source, state, FetchOutcome("a", name, at, **words), at)  # type: ignore[arg-type]
    return heard(source, after, at, new=new, known=known)


def begun(source: Source = SOURCE) -> SourceState:
    return polled(state_for(source, None, NOW), OutcomeName.OK, NOW, source, new=5, known=0, body_sha256="h")


def wait(state: SourceState) -> timedelta:
    assert state.polled
    return state.due - state.polled


@pytest.mark.parametrize(
    ("source", "asked", "minutes"), [(SOURCE, 10**9, 10), (SLOW, 10**9, 40), (SLOW, 1200, 20), (SLOW, 60, 10)]
)
def test_server_and_feed_may_lengthen_up_to_the_ceiling_only(source: Source, asked: float, minutes: int) -> None:
    for word in ("fresh_for", "ttl"):
        said: Any = {word: asked}
        state = polled(begun(source), OutcomeName.OK, NOW + EVERY, source, **said)
        assert wait(state) == timedelta(minutes=minutes)
    assert wait(polled(state, OutcomeName.NOT_MODIFIED, state.due, source)) == timedelta(minutes=minutes), "ttl stays"


def test_turned_over_window_is_polled_sooner_and_said_then_slowly_back() -> None:
    state = polled(begun(), OutcomeName.OK, NOW + EVERY, new=5, known=0)
    assert (wait(state), state.gap) == (EVERY / 2, NOW + EVERY)
    assert "possible gap" in in_words(state, state.due)
    state = polled(state, OutcomeName.OK, state.due, new=5, known=0)
    assert wait(state) == EVERY / 4
    for _ in range(12):
        state = polled(state, OutcomeName.OK, state.due, new=1)
    assert wait(state) == EVERY


def test_the_first_answer_and_a_feed_of_one_entry_are_no_gap() -> None:
    assert begun().gap is None
    assert polled(begun(), OutcomeName.OK, NOW + EVERY, new=1, known=0).gap is None


def test_quiet_source_is_polled_later_up_to_its_ceiling_and_news_ends_that() -> None:
    state = begun(SLOW)
    waits = []
    while state.due < NOW + timedelta(hours=20):
        state = polled(state, OutcomeName.NOT_MODIFIED, state.due, SLOW)
        waits.append(wait(state))
    assert waits[0] == EVERY
    assert max(waits) == waits[-1] == timedelta(minutes=40)
    state = polled(state, OutcomeName.OK, state.due, SLOW, new=1)
    assert wait(polled(state, OutcomeName.OK, state.due, SLOW)) == EVERY


def test_unconditional_check_once_a_day() -> None:
    state = begun()
    assert is_conditional(state, NOW + timedelta(hours=23))
    assert not is_conditional(state, NOW + timedelta(hours=24))
    same = polled(state, OutcomeName.NOT_MODIFIED, NOW + timedelta(hours=24), status=200, etag='"2"')
    assert (is_conditional(same, same.due), same.etag) == (True, '"2"')


def test_address_moves_after_three_equal_answers_and_the_rules_may_follow() -> None:
    new, state = "https://new.example/rss", begun()
    for times in range(1, 4):
        assert address(SOURCE, state) == SOURCE.url
        state = polled(state, OutcomeName.OK, state.due, moved_to=new)
        assert state.moves == times
    assert address(SOURCE, state) == new
    assert f"moved to {new}" in in_words(state, state.due)
    followed = state_for(Source("a", new, every=EVERY), state, NOW)
    assert (followed.baseline, followed.moved_to, followed.body_sha256) == (NOW, None, "h")


def test_unequal_failing_and_missing_answers_move_nothing_and_a_dead_address_is_dropped() -> None:
    state = polled(begun(), OutcomeName.OK, NOW + EVERY, moved_to="https://b.example/")
    state = polled(state, OutcomeName.OK, state.due, moved_to="https://c.example/")
    assert state.moves == 1
    assert polled(state, OutcomeName.NOT_A_FEED, state.due, moved_to="https://c.example/").moves == 1
    assert polled(state, OutcomeName.OK, state.due).moved_to is None
    moved = replace(state, moves=3)
    for _ in range(3):
        moved = polled(moved, OutcomeName.NOT_FOUND, moved.due)
    assert address(SOURCE, moved) == SOURCE.url


FAULTS = [
    (OutcomeName.TIMEOUT, HOUR, SourceHealth.DOWN),
    (OutcomeName.DENIED, HOUR, SourceHealth.DOWN),
    (OutcomeName.NOT_A_FEED, HOUR, SourceHealth.DOWN),
    (OutcomeName.GONE, timedelta(minutes=30), SourceHealth.GONE),
    (OutcomeName.BLOCKED_PRIVATE, timedelta(minutes=30), SourceHealth.DOWN),
]


@pytest.mark.parametrize(("name", "after", "told"), FAULTS)
def test_failure_is_told_at_its_threshold(name: OutcomeName, after: timedelta, told: SourceHealth) -> None:
    state, begin = begun(), NOW + EVERY
    while state.due < begin + after:
        state = polled(state, name, state.due)
        assert health_of(state, state.polled or NOW) in {SourceHealth.FAILING, told}
    if health_of(state, state.due) is SourceHealth.FAILING:
        state = polled(state, name, state.due)
    assert health_of(state, state.due) is told
    assert state.failures >= 3
    assert health_of(polled(state, OutcomeName.NOT_MODIFIED, state.due), state.due) is SourceHealth.WELL


def test_confirmed_hard_fault_is_asked_every_six_hours_and_never_given_up() -> None:
    state = begun()
    for _ in range(20):
        state = polled(state, OutcomeName.GONE, state.due)
    assert wait(state) == timedelta(hours=6)


def test_silence_is_three_times_the_sources_own_rhythm() -> None:
    state = begun()
    assert silent_after(state) == timedelta(hours=24), "eight hours until it is known better"
    for _ in range(2):
        state = polled(state, OutcomeName.OK, state.due + timedelta(hours=20), new=1)
    assert silent_after(state) > timedelta(hours=60)
    assert state.heard
    quiet = polled(state, OutcomeName.NOT_MODIFIED, state.due)
    edge = state.heard + silent_after(quiet)
    assert health_of(quiet, edge + HOUR) is SourceHealth.WELL, "nobody has asked since"
    before = polled(quiet, OutcomeName.NOT_MODIFIED, edge - timedelta(seconds=1))
    assert health_of(before, edge) is SourceHealth.WELL
    quiet = polled(quiet, OutcomeName.NOT_MODIFIED, edge)
    assert health_of(quiet, edge) is SourceHealth.SILENT
    empty = polled(quiet, OutcomeName.NO_ENTRIES, edge)
    assert health_of(empty, edge) is SourceHealth.SILENT
    assert health_of(polled(empty, OutcomeName.OK, edge, new=1), edge) is SourceHealth.WELL


def test_rhythm_keeps_the_night_and_forgets_in_weeks() -> None:
    state, at = begun(), NOW
    for hour in range(24 * 40):
        at = NOW + timedelta(hours=hour + 1)
        if at.hour >= 7:
            state = polled(state, OutcomeName.OK, at, new=1)
    assert timedelta(hours=7) <= timedelta(seconds=state.rhythm or 0) <= timedelta(hours=9)


def test_three_well_hosts_failing_at_once_are_our_network() -> None:
    network, at = Network(answered=NOW), NOW + HOUR
    for host in ("a", "b"):
        network = observe(network, host, OutcomeName.TIMEOUT, at, was_well=True)
    assert not network.down
    assert not observe(network, "b", OutcomeName.TIMEOUT, at, was_well=True).down, "one host twice is one host"
    assert not observe(network, "c", OutcomeName.TIMEOUT, at, was_well=False).down, "it was dead before"
    down = observe(network, "c", OutcomeName.DNS_FAILED, at, was_well=True)
    assert down.down
    assert not observe(down, "d", OutcomeName.DENIED, at, was_well=True).down, "a refusal is an answer"
    soon = Network(answered=at)
    for host in "abcdef":
        soon = observe(soon, host, OutcomeName.TIMEOUT, at + timedelta(seconds=1), was_well=True)
    assert not soon.down, "a batch of dead hosts amid answers is not the network"


def test_many_due_at_once_are_spread_over_the_seconds() -> None:
    sources = [Source(f"s{n}", f"https://s{n}.example/", every=timedelta(minutes=1)) for n in range(2000)]
    turns = sorted((at - NOW).total_seconds() for at in spread(sources, sources, NOW).values())
    assert turns[0] == 0
    assert 59 < turns[-1] <= 60
    few = spread(sources[:10], sources[:10], NOW)
    assert max(few.values()) < NOW + timedelta(seconds=1)


def test_what_is_polled_most_often_comes_first_of_many_due_at_once() -> None:
    """As after the loss of a daemon: its wires must not wait behind hundreds of sources that are polled twice an hour."""
    slow = [Source(f"s{n}", f"https://s{n}.example/", every=timedelta(minutes=30)) for n in range(400)]
    wires = [Source(f"w{n}", f"https://w{n}.example/", every=timedelta(seconds=15)) for n in range(10)]
    turns = spread([*slow, *wires], [*slow, *wires], NOW)
    assert max(turns[each.id] for each in wires) <= NOW + timedelta(seconds=0.5)
    assert min(turns[each.id] for each in slow) >= NOW + timedelta(seconds=0.5)


def test_fraction_is_stable_and_even() -> None:
    assert fraction("a", "b") == fraction("a", "b") != fraction("ab")
    assert sum(fraction(str(n)) for n in range(1000)) / 1000 == pytest.approx(0.5, abs=0.05)
