"""The figures of polling and health, each at its limit and one step beside it; and all that is said of a source."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.config.problems import ConfigError
from crawler.config.sources import read_sources
from crawler.sources.health import Network, SourceHealth, describe, health_of, in_words, length, observe, silent_after
from crawler.sources.polling import (
    FAULTS,
    LOST_ADDRESS,
    Fault,
    address,
    believed,
    fraction,
    heard,
    is_conditional,
    moved,
    next_state,
    rested,
    shifted,
    spread,
    state_for,
    uncharged,
)
from crawler.sources.source import SUCCESSES, FetchOutcome, OutcomeName, Source, SourceState
from tests.unit.desk import NOW

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOURCE = Source("a", "https://a.example/rss", every=10 * MINUTE)
SLOW = replace(SOURCE, at_most=HOUR)
FRESH = SourceState("a", SOURCE.url, NOW)
WELL = replace(FRESH, baseline=NOW - DAY, succeeded=NOW, polled=NOW, outcome=OutcomeName.OK)


def answer(name: OutcomeName, **words: object) -> FetchOutcome:
    return FetchOutcome("a", name, NOW, **words)  # type: ignore[arg-type]


def test_every_outcome_is_a_success_or_has_its_class_of_fault() -> None:
    ours = {OutcomeName.NOT_PARSED}  # a killed process of ours: no fault of the source
    assert set(FAULTS) | SUCCESSES | ours == set(OutcomeName)
    assert not set(FAULTS) & SUCCESSES
    hard = {name for name, fault in FAULTS.items() if fault is Fault.HARD}
    assert hard == {OutcomeName.GONE, OutcomeName.BLOCKED_PRIVATE, OutcomeName.BAD_REDIRECT}
    here = {name for name, fault in FAULTS.items() if fault is Fault.TEMPORARY}
    assert {OutcomeName.TIMEOUT, OutcomeName.SERVER_ERROR, OutcomeName.THROTTLED, OutcomeName.FAILED} < here


FAILING = [
    # outcome, failures, since, condition
    (OutcomeName.TIMEOUT, 3, HOUR, SourceHealth.DOWN),
    (OutcomeName.TIMEOUT, 3, HOUR - SECOND, SourceHealth.FAILING),
    (OutcomeName.TIMEOUT, 2, 9 * HOUR, SourceHealth.FAILING),
    (OutcomeName.NOT_FOUND, 3, HOUR, SourceHealth.DOWN),
    (OutcomeName.NOT_FOUND, 3, HOUR - SECOND, SourceHealth.FAILING),
    (OutcomeName.BAD_REDIRECT, 3, 0 * HOUR, SourceHealth.DOWN),
    (OutcomeName.BAD_REDIRECT, 2, 9 * HOUR, SourceHealth.FAILING),
    (OutcomeName.GONE, 3, 0 * HOUR, SourceHealth.GONE),
]


@pytest.mark.parametrize(("name", "failures", "since", "expected"), FAILING)
def test_condition_of_a_source_that_fails(
    name: OutcomeName, failures: int, since: timedelta, expected: SourceHealth
) -> None:
    state = replace(WELL, outcome=name, failures=failures, failing=NOW - since)
    assert health_of(state, NOW) is expected


@pytest.mark.parametrize(
    ("rhythm", "hours"), [(None, 6), (2 * 3600, 6), (3 * 3600, 9), (112 * 3600, 336), (113 * 3600, 336)]
)
def test_silence_is_three_rhythms_between_six_hours_and_two_weeks(rhythm: float | None, hours: int) -> None:
    state = replace(WELL, rhythm=rhythm, heard=NOW - timedelta(hours=hours))
    assert silent_after(state) == timedelta(hours=hours)
    assert health_of(state, NOW) is SourceHealth.SILENT
    assert health_of(replace(state, heard=NOW - timedelta(hours=hours) + SECOND), NOW) is SourceHealth.WELL
    assert health_of(replace(state, polled=NOW - SECOND), NOW) is SourceHealth.WELL  # nobody asked since


LENGTHS = [
    (-5 * SECOND, "0 s"), (119 * SECOND, "119 s"), (120 * SECOND, "2 min"), (2 * HOUR - SECOND, "119 min"),
    (2 * HOUR, "2 h"), (2 * DAY - SECOND, "47 h"), (2 * DAY, "2 d"), (19 * DAY, "19 d"),
]  # fmt: skip


@pytest.mark.parametrize(("time", "words"), LENGTHS)
def test_length_of_time_in_its_unit(time: timedelta, words: str) -> None:
    assert length(time) == words


WORDS = [
    ("well", WELL, "ok; polled 0 s ago, next now"),
    ("due later", replace(WELL, due=NOW + 4 * MINUTE), "ok; polled 0 s ago, next in 4 min"),
    ("never polled, with a reason", replace(FRESH, detail="its host rests"), "never polled (its host rests), next now"),
    ("failed once", replace(WELL, outcome=OutcomeName.DENIED, failures=1, failing=NOW, succeeded=NOW - HOUR),
     "denied, last good 60 min ago; polled 0 s ago, next now"),
    ("down", replace(WELL, outcome=OutcomeName.DENIED, detail="HTTP 403", failures=3, failing=NOW - HOUR, succeeded=None),
     "down: denied (HTTP 403), 3 times in a row, never reached yet; polled 0 s ago, next now"),
    ("silent", replace(WELL, heard=NOW - 7 * HOUR),
     "silent: ok, nothing new for 7 h (told after 6 h); polled 0 s ago, next now"),
    ("a gap of yesterday", replace(WELL, gap=NOW - DAY + SECOND), "ok, possible gap 23 h ago; polled 0 s ago, next now"),
    ("a gap of the day before", replace(WELL, gap=NOW - DAY), "ok; polled 0 s ago, next now"),
    ("moved", replace(WELL, moved_to="https://b.example/", moves=3), "ok, moved to https://b.example/; polled 0 s ago, next now"),
    ("perhaps moved", replace(WELL, moved_to="https://b.example/", moves=2), "ok; polled 0 s ago, next now"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "state", "words"), WORDS, ids=[row[0] for row in WORDS])
def test_source_in_words(name: str, state: SourceState, words: str) -> None:
    assert in_words(state, NOW) == words, name


def test_source_as_json() -> None:
    state = replace(
        WELL, outcome=OutcomeName.GONE, detail="HTTP 410", failures=3, failing=NOW, heard=NOW - HOUR, rhythm=36000.0,
        gap=NOW - DAY, moved_to="https://b.example/", moves=3, pace=300.0, due=NOW + 5 * MINUTE,
    )  # fmt: skip
    assert describe(replace(SOURCE, name="A Wire"), state, NOW) == {
        "source": "a",
        "outlet": "A Wire",
        "url": "https://a.example/rss",
        "asked": "https://b.example/",
        "state": "gone",
        "outcome": "gone",
        "fault": "hard",
        "reason": "HTTP 410",
        "failures": 3,
        "polled": "2026-06-14T12:00:00Z",
        "succeeded": "2026-06-14T12:00:00Z",
        "heard": "2026-06-14T11:00:00Z",
        "silent_after": 108000.0,
        "gap": "2026-06-13T12:00:00Z",
        "moved_to": "https://b.example/",
        "interval": 300.0,
        "next": "2026-06-14T12:05:00Z",
        "words": in_words(state, NOW),
    }
    bare = describe(SOURCE, replace(FRESH, moved_to="https://b.example/", moves=2), NOW)
    assert {name: bare[name] for name in ("outlet", "asked", "outcome", "fault", "silent_after", "moved_to", "gap")} == {
        "outlet": "a", "asked": SOURCE.url, "outcome": None, "fault": None, "silent_after": None, "moved_to": None, "gap": None,
    }  # fmt: skip
    assert (bare["interval"], bare["polled"]) == (600.0, None)


NETWORKS = [
    ("an answer", OutcomeName.OK, Network(answered=NOW)),
    ("a refusal", OutcomeName.DENIED, Network(answered=NOW)),
    ("our own guard", OutcomeName.BLOCKED_PRIVATE, None),
    ("our own fault", OutcomeName.FAILED, None),
    ("a certificate", OutcomeName.TLS_FAILED, None),
]


@pytest.mark.parametrize(("name", "outcome", "expected"), NETWORKS, ids=[row[0] for row in NETWORKS])
def test_what_an_outcome_says_of_our_network(name: str, outcome: OutcomeName, expected: Network | None) -> None:
    before = Network(NOW - HOUR, frozenset("ab"), NOW - MINUTE)
    assert observe(before, "c", outcome, NOW, was_well=True) == (expected or before), name


@pytest.mark.parametrize(("ago", "hosts", "down"), [(10, "abc", True), (9, "abc", False), (10, "ab", False)])
def test_network_is_down_by_three_hosts_and_ten_seconds(ago: int, hosts: str, down: bool) -> None:
    network = Network(answered=NOW - ago * SECOND)
    for host in hosts:
        network = observe(network, host, OutcomeName.UNREACHABLE, NOW, was_well=True)
    assert (network.down, network.since, network.failed) == (down, NOW, frozenset(hosts))
    never = Network()
    for host in "abc":
        never = observe(never, host, OutcomeName.DNS_FAILED, NOW, was_well=True)
    assert never.down
    later = observe(never, "d", OutcomeName.TIMEOUT, NOW + MINUTE, was_well=False)
    assert (later.down, later.since, later.failed) == (True, NOW, frozenset("abcd"))


def test_network_moves_along_with_the_clock() -> None:
    network = Network(NOW, frozenset("a"), NOW - MINUTE, down=True)
    assert network.shifted(HOUR) == Network(NOW + HOUR, frozenset("a"), NOW + HOUR - MINUTE, down=True)
    assert Network().shifted(HOUR) == Network()


def test_poll_that_is_not_charged_changes_the_time_only() -> None:
    for every, due in ((10 * MINUTE, MINUTE), (20 * SECOND, 20 * SECOND)):
        source, outcome = replace(SOURCE, every=every), answer(OutcomeName.TIMEOUT, detail="no answer")
        state = uncharged(WELL, outcome, source, NOW + HOUR)
        assert state == replace(
            WELL, due=NOW + HOUR + due, polled=NOW + HOUR, outcome=OutcomeName.TIMEOUT, detail="no answer"
        )


def test_rest_of_a_host_puts_a_source_off_and_charges_nothing() -> None:
    until = NOW + HOUR
    assert rested(WELL, until, "rests") == replace(WELL, due=until, detail="rests")
    failing = replace(WELL, failures=2, detail="HTTP 500")
    assert rested(failing, until, "rests") == replace(failing, due=until)
    assert rested(replace(WELL, due=until), until, "rests") == replace(WELL, due=until)
    assert rested(replace(WELL, due=until + SECOND), until, "rests").due == until + SECOND


def test_all_times_of_a_state_move_along_with_the_clock_and_its_baseline_does_not() -> None:
    times = ("due", "polled", "succeeded", "failing", "whole", "heard", "gap")
    state = replace(WELL, **dict.fromkeys(times, NOW))  # type: ignore[arg-type]
    assert shifted(state, HOUR) == replace(state, **dict.fromkeys(times, NOW + HOUR))  # type: ignore[arg-type]
    assert shifted(FRESH, HOUR) == replace(FRESH, due=NOW + HOUR)
    ahead = replace(state, polled=NOW + DAY)
    assert believed(ahead, NOW).polled == NOW
    assert believed(ahead, NOW).due == NOW - DAY
    assert believed(state, NOW) == state
    assert believed(FRESH, NOW - HOUR) == FRESH


@pytest.mark.parametrize(("late", "counts_from_due"), [(0, True), (299, True), (300, False), (-1, False)])
def test_poll_late_by_less_than_half_its_interval_keeps_its_beat(late: int, counts_from_due: bool) -> None:
    now = NOW + late * SECOND
    state = next_state(SOURCE, FRESH, answer(OutcomeName.OK), now)
    assert state.due == (NOW if counts_from_due else now) + 10 * MINUTE


def test_waits_after_failures_double_within_a_tenth_and_end_at_six_hours() -> None:
    for failures, minutes in ((1, 20), (2, 40), (3, 80), (4, 160), (5, 320)):
        waits = set()
        for number in range(60):
            source = replace(SOURCE, id=f"s{number}")
            state = next_state(source, replace(WELL, failures=failures), answer(OutcomeName.TIMEOUT), NOW)
            waits.add((state.due - NOW) / MINUTE)
        assert minutes * 0.9 <= min(waits) < minutes * 0.92, failures
        assert minutes * 1.08 < max(waits) <= minutes * 1.1
    for failures in (6, 40, 2000):
        waited = next_state(SOURCE, replace(WELL, failures=failures), answer(OutcomeName.TIMEOUT), NOW).due - NOW
        assert 5.4 * HOUR <= waited <= 6 * HOUR
    rare = replace(SOURCE, every=DAY)
    assert next_state(rare, replace(WELL, failures=5), answer(OutcomeName.TIMEOUT), NOW).due <= NOW + DAY


def test_first_failure_comes_again_after_the_interval_without_jitter() -> None:
    assert next_state(SOURCE, WELL, answer(OutcomeName.TIMEOUT), NOW).due == NOW + 10 * MINUTE


@pytest.mark.parametrize(("failures", "hours"), [(1, 0), (2, 6)])
def test_hard_fault_waits_six_hours_from_the_third_on(failures: int, hours: int) -> None:
    state = next_state(SOURCE, replace(WELL, failures=failures), answer(OutcomeName.BAD_REDIRECT), NOW)
    assert (state.due - NOW >= 6 * HOUR) is bool(hours)


@pytest.mark.parametrize(("asked", "seconds"), [(-5.0, 600), (601.0, 601), (3600.0, 3600), (3601.0, 3600)])
def test_asked_wait_after_a_failure_is_kept_up_to_an_hour(asked: float, seconds: int) -> None:
    state = next_state(SOURCE, WELL, answer(OutcomeName.THROTTLED, retry_after=asked), NOW)
    assert state.due == NOW + seconds * SECOND


@pytest.mark.parametrize("name", list(OutcomeName))
def test_adopted_address_is_dropped_only_where_it_leads_nowhere(name: OutcomeName) -> None:
    adopted = replace(WELL, moved_to="https://b.example/", moves=3, failures=2)
    after = next_state(SOURCE, adopted, answer(name), NOW)
    assert (address(SOURCE, after) == SOURCE.url) is (name in LOST_ADDRESS)
    assert {OutcomeName.NOT_FOUND, OutcomeName.GONE, OutcomeName.NOT_A_FEED} < LOST_ADDRESS
    assert moved(adopted)
    assert not moved(replace(adopted, moves=2))


def test_rules_that_take_over_the_new_address_keep_what_was_known_once_it_is_confirmed() -> None:
    new = replace(SOURCE, url="https://b.example/")
    for moves, kept in ((3, True), (2, False)):
        state = state_for(new, replace(WELL, moved_to=new.url, moves=moves), NOW)
        assert (state.baseline is not None, state.moved_to, state.moves) == (kept, None, 0)
    other = state_for(replace(SOURCE, url="https://c.example/"), replace(WELL, moved_to=new.url, moves=3), NOW)
    assert other.baseline is None


VALIDATORS = [
    # a 304 that names none keeps those of the answer before; a whole answer replaces them
    (OutcomeName.NOT_MODIFIED, {"status": 304}, ('"1"', "then", "h", 60.0)),
    (OutcomeName.NOT_MODIFIED, {"status": 304, "etag": '"2"', "last_modified": "now"}, ('"2"', "now", "h", 60.0)),
    (OutcomeName.NOT_MODIFIED, {}, ('"1"', "then", "h", 60.0)),
    (OutcomeName.NOT_MODIFIED, {"status": 200, "etag": '"2"'}, ('"2"', None, "h", 60.0)),
    (OutcomeName.OK, {"status": 200, "etag": '"2"', "body_sha256": "i", "ttl": 90.0}, ('"2"', None, "i", 90.0)),
    (OutcomeName.OK, {"status": 200}, (None, None, "h", None)),
    (OutcomeName.NO_ENTRIES, {"status": 200, "last_modified": "now"}, (None, "now", "h", None)),
    (OutcomeName.NOT_A_FEED, {"status": 200, "etag": '"2"'}, ('"1"', "then", "h", 60.0)),
]


@pytest.mark.parametrize(("name", "words", "kept"), VALIDATORS)
def test_validators_kept_of_an_answer(name: OutcomeName, words: dict[str, object], kept: tuple[object, ...]) -> None:
    before = replace(WELL, etag='"1"', last_modified="then", body_sha256="h", ttl=60.0, whole=NOW - HOUR)
    after = next_state(SOURCE, before, answer(name, **words), NOW)
    assert (after.etag, after.last_modified, after.body_sha256, after.ttl) == kept
    whole = words.get("status") == 200 and name is not OutcomeName.NOT_A_FEED
    assert after.whole == (NOW if whole else NOW - HOUR)


def test_validators_are_sent_for_a_day_after_a_whole_answer() -> None:
    state = replace(WELL, whole=NOW)
    assert is_conditional(state, NOW + DAY - SECOND)
    assert not is_conditional(state, NOW + DAY)
    assert not is_conditional(WELL, NOW)


PACES = [
    # pace before, new, known, heard ago, seconds of the pace after; `every` is 600 s, the ceiling 3,600 s
    ("turned over", None, 2, 0, MINUTE, 300.0),
    ("turned over again", 300.0, 2, 0, MINUTE, 150.0),
    ("no faster than a quarter", 150.0, 2, 0, MINUTE, 150.0),
    ("one new entry is no window", None, 1, 0, MINUTE, None),
    ("one was known", None, 2, 1, MINUTE, None),
    ("news slows a fast one", 300.0, 1, 5, MINUTE, 375.0),
    ("up to its interval", 560.0, 1, 5, MINUTE, 600.0),
    ("and ends a slow one", 1200.0, 1, 5, MINUTE, None),
    ("no news slows a fast one", 300.0, 0, 5, MINUTE, 375.0),
    ("up to its interval without news", 560.0, 0, 5, MINUTE, None),
    ("no quiet within a rhythm", None, 0, 5, 2 * HOUR, None),
    ("quiet after it", None, 0, 5, 2 * HOUR + SECOND, 750.0),
    ("more quiet", 750.0, 0, 5, 3 * HOUR, 937.5),
    ("up to the ceiling", 3500.0, 0, 5, 3 * HOUR, 3600.0),
    ("a slow one stays within its rhythm", 1200.0, 0, 5, HOUR, 1200.0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "pace", "new", "known", "ago", "expected"), PACES, ids=[row[0] for row in PACES])
def test_pace_after_an_answer(
    name: str, pace: float | None, new: int, known: int, ago: timedelta, expected: float | None
) -> None:
    state = replace(WELL, pace=pace, rhythm=7200.0, heard=NOW - ago, due=NOW + HOUR)
    after = heard(SLOW, state, NOW, new=new, known=known)
    assert after.pace == expected, name
    turned_over = new >= 2 and not known
    assert after.gap == (NOW if turned_over else None)
    assert after.heard == (NOW if new else NOW - ago)
    assert after.due == (NOW + timedelta(seconds=expected or 600) if turned_over else NOW + HOUR)


def test_fast_pace_is_never_under_thirty_seconds() -> None:
    minute = replace(SOURCE, every=MINUTE)
    state = heard(minute, replace(WELL, pace=30.0, heard=NOW, rhythm=1.0), NOW, new=2, known=0)
    assert state.pace == 30
    assert heard(replace(SOURCE, every=20 * SECOND), replace(WELL, heard=NOW), NOW, new=2, known=0).pace == 20


def test_first_answer_makes_the_rhythm_of_its_longest_pause_of_eight_hours_at_least() -> None:
    for hours, expected in ((7, 8), (9, 9)):
        dates = [NOW - DAY, NOW - DAY + timedelta(hours=hours), NOW, NOW + 50 * HOUR]
        dates[2] = dates[1] + HOUR
        first = heard(SOURCE, replace(WELL, baseline=NOW), NOW, new=3, known=0, dates=dates[::-1])
        assert (first.rhythm, first.heard, first.gap) == (expected * 3600, NOW, None)
    assert heard(SOURCE, replace(WELL, baseline=None), NOW, new=3, known=0).heard is None
    failing = replace(WELL, failures=1)
    assert heard(SOURCE, failing, NOW, new=3, known=0) == failing


def test_rhythm_fades_by_half_in_a_week_and_is_never_under_the_last_pause() -> None:
    state = replace(WELL, rhythm=40 * DAY.total_seconds(), heard=NOW - 7 * DAY)
    assert heard(SOURCE, state, NOW, new=1, known=1).rhythm == pytest.approx(20 * DAY.total_seconds())
    short = replace(state, rhythm=DAY.total_seconds())
    assert heard(SOURCE, short, NOW, new=1, known=1).rhythm == 7 * DAY.total_seconds()


def test_turns_of_many_are_twenty_a_second_or_as_many_as_they_need() -> None:
    few = [replace(SOURCE, id=f"s{number}") for number in range(100)]
    turns = spread(few, few, NOW)
    assert max(turns.values()) == NOW + 99 * SECOND / 20
    assert [turns[each.id] for each in sorted(few, key=lambda each: fraction(each.id))] == sorted(turns.values())
    often = [replace(each, every=SECOND) for each in few]
    assert max(spread(often, often, NOW).values()) == NOW + 99 * SECOND / 100


def test_source_is_known_by_name_and_asked_no_more_rarely_than_its_ceiling() -> None:
    assert (SOURCE.outlet, replace(SOURCE, name="Wire").outlet) == ("a", "Wire")
    assert Source("a", "https://News.Example:8443/rss").host == "news.example:8443"
    assert (SOURCE.ceiling, SLOW.ceiling) == (10 * MINUTE, HOUR)
    assert replace(SOURCE, at_most=MINUTE).ceiling == 10 * MINUTE


def read(place: Path, sources: str, settings: str = "") -> tuple[tuple[Source, ...], tuple[str, ...]]:
    path = place / "rules.yaml"
    path.write_text(f"version: 1\n{settings}\nsources: [{sources}]\n", encoding="utf-8")
    return read_sources(path)


def test_source_of_which_only_the_address_is_written_is_polled_every_quarter_of_an_hour_with_care(
    tmp_path: Path,
) -> None:
    ((source,), allowed) = read(tmp_path, "{id: a, url: 'https://a.example/rss'}")
    assert source == Source("a", "https://a.example/rss")
    assert (source.kind, source.every, source.at_most, source.verify_tls) == ("feed", 15 * MINUTE, None, True)
    assert (source.lang, source.owner, source.reliability, source.full_text) == (None, "", "F", "auto")
    assert allowed == ()


def test_all_that_may_be_written_of_a_source_is_read(tmp_path: Path) -> None:
    keys = "kind: section, select: 'h2 a', every: 1s, at_most: 1s, verify_tls: false, full_text: never, lang: ckb, owner: o, reliability: B"
    ((source,), allowed) = read(
        tmp_path,
        f"{{id: a, url: 'https://a.example/rss', name: Wire, {keys}}}",
        "settings: {allow_private: [127.0.0.1]}",
    )
    assert source == Source(
        "a",
        "https://a.example/rss",
        "Wire",
        "section",
        SECOND,
        "ckb",
        "o",
        "B",
        "h2 a",
        "never",
        SECOND,
        verify_tls=False,
    )
    assert allowed == ("127.0.0.1",)
    assert read(tmp_path, "{id: a, url: 'https://a.example/'}", "settings: {allow_private: []}")[1] == ()


def test_sources_of_included_files_come_after_those_of_the_main_one(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("sources: [{id: b, url: 'https://b.example/'}]\n", encoding="utf-8")
    sources, _ = read(tmp_path, "{id: a, url: 'https://a.example/'}", "include: [more.yaml]")
    assert [each.id for each in sources] == ["a", "b"]


WRONG = [
    ("{id: a, url: 'https://a.example/', every: 0s}", "0s"),
    (
        "{id: a, url: 'https://a.example/', select: 'h2 a'}",
        '"select" is read of kind: section only; this source is a feed',
    ),
    ("{id: a, url: 'https://a.example/', kind: section, select: 'h2 >'}", "is no CSS selector"),
    ("{id: a, url: 'https://a.example/'}, {id: a, url: 'https://b.example/'}", "source id"),
    ("{id: a, url: 'https://a.example/'}, {id: b, url: 'https://a.example/'}", "address"),
    ("{id: a, url: 'https://a.example/', lang: english}", "a language tag"),
    ("{id: a, url: 'https://a.example/', reliability: G}", "A, B, C, D, E, F"),
    ("{id: a}", "url"),
]


@pytest.mark.parametrize(("sources", "words"), WRONG)
def test_wrong_source_is_refused_in_words(tmp_path: Path, sources: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, sources)
    assert words in str(caught.value)
