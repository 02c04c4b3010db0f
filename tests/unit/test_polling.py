"""When a source is polled again, after what; and what is kept of an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.sources.health import SourceHealth, health_of, in_words
from crawler.sources.polling import address, next_state, state_for, uncharged
from crawler.sources.source import FetchOutcome, OutcomeName, Source, SourceState
from tests.unit.desk import NOW

EVERY = timedelta(minutes=10)
SOURCE = Source("a", "https://a.example/rss", every=EVERY)
FRESH = state_for(SOURCE, None, NOW)


def after(name: OutcomeName, state: SourceState = FRESH, **words: object) -> SourceState:
    return next_state(SOURCE, state, FetchOutcome("a", name, NOW, **words), NOW)  # type: ignore[arg-type]


def test_fresh_state_is_due_and_without_baseline() -> None:
    assert (FRESH.due, FRESH.baseline, FRESH.etag) == (NOW, None, None)
    moved = Source("a", "https://a.example/other")
    known = after(OutcomeName.OK, etag='"1"')
    assert state_for(SOURCE, known, NOW) is known
    assert state_for(moved, known, NOW) == SourceState("a", moved.url, NOW)


def test_good_poll_makes_the_baseline_once_and_keeps_validators() -> None:
    first = after(OutcomeName.OK, etag='"1"', last_modified="x", body_sha256="h")
    assert (first.due, first.baseline, first.etag, first.body_sha256) == (NOW + EVERY, NOW, '"1"', "h")
    later = next_state(SOURCE, first, FetchOutcome("a", OutcomeName.NOT_MODIFIED, NOW), NOW + EVERY)
    assert (later.baseline, later.etag, later.last_modified) == (NOW, '"1"', "x")
    bare = after(OutcomeName.OK, first, body_sha256="i")
    assert (bare.etag, bare.last_modified) == (None, None)


@pytest.mark.parametrize("name", [OutcomeName.EMPTY, OutcomeName.NOT_A_FEED, OutcomeName.TIMEOUT])
def test_no_baseline_without_a_feed(name: OutcomeName) -> None:
    assert after(name).baseline is None


def test_empty_feed_makes_the_baseline_so_that_its_first_item_alerts() -> None:
    assert after(OutcomeName.NO_ENTRIES).baseline == NOW


def test_body_that_could_not_be_read_leaves_the_old_validators() -> None:
    good = after(OutcomeName.OK, etag='"1"')
    assert after(OutcomeName.NOT_A_FEED, good, etag='"2"').etag == '"1"'


def test_failures_back_off_up_to_six_hours_and_one_success_ends_them() -> None:
    state, waits = FRESH, []
    for _ in range(10):
        state = next_state(SOURCE, state, FetchOutcome("a", OutcomeName.TIMEOUT, state.due), state.due)
        assert state.polled is not None
        waits.append((state.due - state.polled) / EVERY)
    assert waits[0] == 1
    assert waits[6:] == pytest.approx([36] * 4, rel=0.1)
    assert waits == pytest.approx([1, 2, 4, 8, 16, 32, 36, 36, 36, 36], rel=0.1)
    good = next_state(SOURCE, state, FetchOutcome("a", OutcomeName.NOT_MODIFIED, state.due), state.due)
    assert (good.failures, good.due - state.due) == (0, EVERY)


@pytest.mark.parametrize(("asked", "wait"), [(120, 600), (1800, 1800), (10**11, 3600)])
def test_retry_after_is_honoured_and_capped(asked: float, wait: float) -> None:
    assert after(OutcomeName.THROTTLED, retry_after=asked).due == NOW + timedelta(seconds=wait)


def test_moved_address_is_given_up_at_the_third_404_in_a_row() -> None:
    state, elsewhere = FRESH, "https://b.example/rss"
    for _ in range(3):
        state = after(OutcomeName.OK, state, moved_to=elsewhere)
    asked = []
    for name in [OutcomeName.NOT_FOUND] * 2 + [OutcomeName.OK] + [OutcomeName.NOT_FOUND] * 3:
        moved_to = elsewhere if name is OutcomeName.OK else None
        state = after(name, state, moved_to=moved_to)
        asked.append(address(SOURCE, state))
    assert asked == [elsewhere] * 5 + [SOURCE.url]


def test_polls_a_tick_late_do_not_drift() -> None:
    late = NOW + timedelta(seconds=2)
    assert next_state(SOURCE, FRESH, FetchOutcome("a", OutcomeName.OK, late), late).due == NOW + EVERY
    much = NOW + timedelta(hours=2)
    assert next_state(SOURCE, FRESH, FetchOutcome("a", OutcomeName.OK, much), much).due == much + EVERY


def test_in_words() -> None:
    bad = after(OutcomeName.NOT_FOUND, after(OutcomeName.OK), detail="HTTP 404")
    words = in_words(after(OutcomeName.NOT_FOUND, bad, detail="HTTP 404"), NOW + timedelta(minutes=3))
    assert words == "not found (HTTP 404), 2 times in a row, last good 3 min ago; polled 3 min ago, next in 16 min"
    assert in_words(FRESH, NOW) == "never polled, next now"


def test_source_that_our_own_network_kept_from_us_is_not_called_well() -> None:
    outcome = FetchOutcome("a", OutcomeName.TIMEOUT, NOW, "no answer")
    never = uncharged(FRESH, outcome, SOURCE, NOW)
    words = "timeout (no answer), not charged: it is our own network, never reached yet; polled 0 s ago, next in 60 s"
    assert (health_of(never, NOW), in_words(never, NOW)) == (SourceHealth.NEW, words)
    once = uncharged(after(OutcomeName.OK), outcome, SOURCE, NOW + EVERY)
    assert health_of(once, NOW + EVERY) is SourceHealth.WELL
    assert "not charged: it is our own network, last good 10 min ago" in in_words(once, NOW + EVERY)


def test_source_whose_parser_was_killed_is_polled_soon_and_stays_as_it_was() -> None:
    killed = FetchOutcome("a", OutcomeName.NOT_PARSED, NOW, "the child was killed (SIGKILL)")
    well, now = after(OutcomeName.OK), NOW + EVERY
    once = uncharged(well, killed, SOURCE, now)
    assert (health_of(once, now), once.due, once.failures) == (SourceHealth.WELL, now + timedelta(minutes=1), 0)
    assert "not charged: it is our own parser, killed from outside, last good 10 min ago" in in_words(once, now)
    bad = after(OutcomeName.NOT_FOUND, well, detail="HTTP 404")
    again = uncharged(bad, killed, SOURCE, now)
    assert (again.outcome, again.detail, again.failures) == (OutcomeName.NOT_FOUND, "HTTP 404", 1)
