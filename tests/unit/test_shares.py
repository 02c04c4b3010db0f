"""What each of several daemons takes and gives up: all is held, evenly, by one each, and nothing moves without need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.sources.shares import SLOTS, change, slot_of, slots

ALL = {**slots([]), "judge": 1, "keeper": 1, **{f"target/t{n}": 1 for n in range(5)}}
COLLECT = {name: n for name, n in ALL.items() if name.startswith("hosts/")}
ALERT = {name: n for name, n in ALL.items() if not name.startswith("hosts/")}


def settle(
    daemons: Mapping[str, Mapping[str, int]], held: Mapping[str, str], rounds: int = 12
) -> tuple[dict[str, str], int]:
    """Let each daemon look in turn until nothing changes; return what is held then, and how often something moved."""
    now = {name: holder for name, holder in held.items() if holder in daemons}
    moved = 0
    for _ in range(rounds):
        before = dict(now)
        for each in daemons:
            made = change(each, daemons, now)
            assert all(now.get(name) == each for name in made.give)
            for name in made.give:
                del now[name]
            made = change(each, daemons, now)
            assert not any(name in now for name in made.take), "what is free alone is taken"
            assert all(name in daemons[each] for name in made.take)
            now |= dict.fromkeys(made.take, each)
            moved += len(made.take)
        if now == before:
            return now, moved
    raise AssertionError("it moves for ever")


def numbers(held: Mapping[str, str], kind: str) -> list[int]:
    return sorted(Counter(holder for name, holder in held.items() if name.startswith(kind)).values())


def test_one_daemon_takes_everything() -> None:
    held, _ = settle({"a": ALL}, {})
    assert held == dict.fromkeys(ALL, "a")


def test_a_second_gets_its_half_and_the_first_keeps_the_other() -> None:
    alone, _ = settle({"a": ALL}, {})
    both, moved = settle({"a": ALL, "b": ALL}, alone)
    assert both.keys() == ALL.keys()
    assert numbers(both, "hosts") == [16, 16]
    assert numbers(both, "target") == [2, 3]
    assert moved == 16 + 2, "no more than has to"


def test_who_dies_leaves_all_to_the_others_and_what_they_had_stays() -> None:
    three, _ = settle({"a": ALL, "b": ALL, "c": ALL}, {})
    assert numbers(three, "hosts") == [10, 11, 11]
    two, moved = settle({"a": ALL, "c": ALL}, three)
    assert two.keys() == ALL.keys()
    assert all(two[name] == holder for name, holder in three.items() if holder != "b")
    assert moved == sum(holder == "b" for holder in three.values())


def test_roles_part_the_work() -> None:
    held, _ = settle({"a": COLLECT, "b": ALERT}, settle({"a": ALL, "b": ALL}, {})[0])
    assert {holder for name, holder in held.items() if name in COLLECT} == {"a"}
    assert {holder for name, holder in held.items() if name in ALERT} == {"b"}


def test_parts_with_sources_are_shared_out_by_themselves() -> None:
    """Five hosts in 32 parts: all of them might lie in the half of one daemon."""
    busy = {**COLLECT, **{f"hosts/{n}": 8 for n in range(5)}}
    held, _ = settle({"a": busy, "b": busy}, {})
    assert sorted(Counter(held[name] for name, n in busy.items() if n).values()) == [2, 3]


def test_what_the_rules_of_one_daemon_alone_name_is_done_by_that() -> None:
    more = {**ALL, "target/new": 1}
    held, _ = settle({"a": ALL, "b": more}, settle({"a": ALL, "b": ALL}, {})[0])
    assert held["target/new"] == "b"


def test_who_can_no_longer_hold_something_gives_it_up() -> None:
    held, _ = settle({"a": ALERT, "b": ALL}, {"hosts/3": "a", "judge": "a"})
    assert held["hosts/3"] == "b"
    assert held["judge"] == "a"


takes = st.sets(st.sampled_from(sorted(ALL)), min_size=0).map(lambda names: {name: ALL[name] for name in names})


@given(daemons=st.dictionaries(st.sampled_from("abcde"), takes, min_size=1), before=st.data())
def test_whatever_each_can_do_all_is_held_by_one_who_can(
    daemons: dict[str, dict[str, int]], before: st.DataObject
) -> None:
    can = sorted({name for each in daemons.values() for name in each})
    held = before.draw(st.dictionaries(st.sampled_from(can), st.sampled_from("abcdex"))) if can else {}
    after, _ = settle(daemons, held)
    assert sorted(after) == can
    assert all(name in daemons[holder] for name, holder in after.items())
    again, moved = settle(daemons, after)
    assert (again, moved) == (after, 0)


@pytest.mark.parametrize("many", [1, 2, 3, 4, 7])
def test_shares_differ_by_one_at_most(many: int) -> None:
    held, _ = settle({str(n): ALL for n in range(many)}, dict.fromkeys(ALL, "0"))
    counts = numbers(held, "hosts")
    assert len(counts) == many
    assert counts[-1] - counts[0] <= 1


def test_a_host_is_always_in_the_same_part() -> None:
    assert slot_of("News.Example:8080") == slot_of("news.example:8080")
    assert slot_of("a.example") == "hosts/16", "as in every process, also of the next version: daemons share by it"
    assert min(slots(f"{n}.example" for n in range(2_000)).values()) > 40
    assert len(slots([])) == SLOTS
