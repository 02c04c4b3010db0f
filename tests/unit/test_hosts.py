"""The pace of a host where the process that keeps it stands still for a while."""

from __future__ import annotations

import asyncio
import threading
import time
from itertools import pairwise

import pytest

from crawler.fetch.hosts import Hosts, still_ours
from crawler.store.errors import StaleLease

APART = 0.1  # seconds


def test_turns_that_were_slept_through_are_not_taken_at_once() -> None:
    """SIGSTOP and a frozen machine look like this to the loop: when it comes round again, several sleeps are over."""

    async def starts() -> list[float]:
        hosts, seen = Hosts(8, lambda _: APART), list[float]()

        async def one() -> None:
            async with hosts.turn("a"):
                seen.append(time.monotonic())

        turns = [asyncio.create_task(one()) for _ in range(4)]
        await asyncio.sleep(0)
        threading.Event().wait(4 * APART)  # the loop stands still
        await asyncio.gather(*turns)
        return seen

    seen = asyncio.run(starts())
    assert all(later - sooner >= 0.9 * APART for sooner, later in pairwise(seen[1:])), seen


def test_requests_that_were_held_up_after_their_turn_leave_apart() -> None:
    """What waits for a connection, or for the loop, goes out later than its turn, when that of the next has come."""

    async def left() -> list[float]:
        hosts, seen, held = Hosts(8, lambda _: APART), list[float](), asyncio.Event()

        async def one() -> None:
            async with hosts.turn("a") as turn:
                await held.wait()
                while turn.wait:  # noqa: ASYNC110 - as the code under test does
                    await asyncio.sleep(turn.wait)
                turn.leave()
                seen.append(time.monotonic())
                assert turn.wait == 0, "a redirect follows at once"

        turns = [asyncio.create_task(one()) for _ in range(3)]
        await asyncio.sleep(3 * APART)
        held.set()
        await asyncio.gather(*turns)
        return seen

    seen = asyncio.run(left())
    assert all(later - sooner >= 0.9 * APART for sooner, later in pairwise(seen)), seen


def test_a_request_does_not_leave_once_its_host_is_lost() -> None:
    async def run() -> None:
        lost: list[Exception] = []

        def check() -> None:
            if lost:
                raise lost[0]

        still_ours.set(check)
        async with Hosts(8, lambda _: APART).turn("a") as turn:
            lost.append(StaleLease("hosts/1 is not ours"))  # while its connection is made
            with pytest.raises(StaleLease):
                turn.leave()
            assert turn.refused is lost[0]

    asyncio.run(run())
