"""The oracle of several daemons, on journals whose faults are known."""

from __future__ import annotations

import pytest

from tests.faults.oracle import Copy
from tests.faults.sharing import Event, Gap, after_what, doubles, gaps_after, pace, summary, too_long
from tests.faults.wires import Request


def asked(*times: float, host: str = "a") -> list[Request]:
    return [Request(host, "/x.xml", at) for at in times]


def copy(title: str, number: int, at: float = 0.0, receiver: str = "hook1") -> Copy:
    return Copy(receiver, title, (number,), at)


@pytest.mark.parametrize(
    ("name", "requests", "broken"),
    [
        ("kept", asked(0.0, 1.0, 2.1), []),
        ("one comes late", asked(0.0, 1.6, 2.0, 3.0, 4.0, 5.0), []),
        ("two daemons ask alike", asked(0.0, 0.1, 1.0, 1.1), [0.1, 0.1]),
        ("one wakes", asked(0.0, 1.0, 61.0, 61.06), [0.06]),
        ("a little too soon each time", asked(*(0.8 * n for n in range(6))), [0.8, 0.8]),
        ("two hosts", [*asked(0.0, 1.0), *asked(0.5, 1.5, host="b")], []),
    ],
)
def test_pace_of_a_host_is_that_of_all_who_ask(name: str, requests: list[Request], broken: list[float]) -> None:
    made = pace(requests, 1.0, 0.7)
    assert [each.seconds for each in made.broken] == pytest.approx(broken)
    assert made.least == pytest.approx(min([*broken, 0.4 if name == "one comes late" else 1.0]))


def test_gap_counts_from_when_a_request_can_have_come() -> None:
    made = pace([Request("a", "/x.xml", 10.0, 0.6), Request("a", "/x.xml", 10.1)], 1.0, 0.7)
    assert (made.broken, made.seen_late) == ((), 1)
    still = [Request("a", "/x.xml", 10.0, 0.1), Request("a", "/x.xml", 10.1, 0.6)]
    assert [each.seconds for each in pace(still, 1.0, 0.7).broken] == pytest.approx([0.1])


def test_short_gap_says_what_happened_before() -> None:
    (gap,) = pace(asked(60.0, 60.1), 1.0, 0.7).broken
    happened = [(10.0, "kill d0"), (60.0, "wake d1"), (70.0, "cut")]
    assert after_what(gap, happened) == "a 0.10 s apart, 0.1 s after wake d1"


@pytest.mark.parametrize(
    ("name", "copies", "unmarked", "late"),
    [
        ("once", [copy("a", 1), copy("b", 2)], (), 0),
        ("twice", [copy("a", 1), copy("a", 1)], ("hook1 N000001E",), 0),
        ("at two receivers", [copy("a", 1), copy("a", 1, receiver="hook2")], (), 0),
        ("marked", [copy("a", 1), copy("(possible repeat) a", 1)], (), 0),
        ("the first comes late", [copy("(possible repeat) a", 1), copy("a", 1)], (), 1),
        ("three, one marked", [copy("a", 1), copy("(possible repeat) a", 1), copy("a", 1)], ("hook1 N000001E",), 0),
        ("a notice", [copy("a", 1), copy("WATCHFLOOR dead", 1)], (), 0),
    ],
)
def test_one_copy_may_be_without_the_mark(name: str, copies: list[Copy], unmarked: tuple[str, ...], late: int) -> None:
    made = doubles(copies)
    assert (made.unmarked, made.late) == (unmarked, late)


KILL = Event("kill", "d0", 100.0, frozenset({"a"}), frozenset({"hook1"}))


def after_kill(polled: float, sent: float, *, other: list[float]) -> list[Gap]:
    spans = {"d0": [[0.0, 100.0]], "d1": [other]}
    return gaps_after([KILL], asked(99.0, polled), [copy("a", 1, sent)], spans, 200.0)


def test_gap_after_a_kill_ends_with_the_next_poll_and_copy() -> None:
    assert after_kill(104.0, 112.0, other=[0.0, 0.0]) == [
        Gap("kill", "poll", 4.0, covered=True),
        Gap("kill", "send", 12.0, covered=True),
    ]


def test_what_nobody_takes_over_is_too_long() -> None:
    gaps = after_kill(141.0, 112.0, other=[0.0, 0.0])
    assert too_long(gaps) == ["poll 41.0 s after a kill"]
    assert too_long(gaps_after([KILL], asked(99.0), [], {"d1": [[0.0, 0.0]]}, 200.0)) == [
        "poll 100.0 s after a kill",
        "send 100.0 s after a kill",
    ]
    assert "poll after kill: median 41.0, max 41.0 s of 1" in summary(gaps)


@pytest.mark.parametrize("other", [[95.0, 0.0], [0.0, 105.0], [0.0, 99.0]], ids=["just started", "killed", "was gone"])
def test_only_a_daemon_that_ran_all_the_time_had_to_take_over(other: list[float]) -> None:
    gaps = after_kill(141.0, 112.0, other=other)
    assert not too_long(gaps)
    assert not gaps[0].covered
