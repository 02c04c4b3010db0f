"""The outlets of the campaign of several daemons: what they serve, and what they say of who asked."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
import requests
from aiohttp import web

from tests.e2e.servers import until
from tests.faults.wires import Wires, _Outlets


@pytest.fixture
def wires() -> Iterator[Wires]:
    made = Wires(2)
    yield made
    made.close()


def noted(wires: Wires, number: int) -> None:
    until(lambda: len(wires.requests) >= number, tell=lambda: f"{len(wires.requests)} of {number}")


def test_what_is_served_is_there_at_once_and_who_asks_is_noted(wires: Wires) -> None:
    host = wires.hosts[1]
    for number in range(50):
        wires.serve(host, "/a.xml", b"%d" % number)
        assert requests.get(wires.url(host, "/a.xml"), timeout=10).content == b"%d" % number
    assert requests.get(wires.url(host, "/a.xml"), headers={"If-None-Match": '"50"'}, timeout=10).status_code == 304
    assert requests.get(wires.url(wires.hosts[0], "/a.xml"), timeout=10).status_code == 404
    noted(wires, 52)
    assert [each.host for each in wires.requests] == [host] * 51 + [wires.hosts[0]]
    assert 0 <= time.monotonic() - wires.requests[-1].at < 10


def test_request_that_came_while_the_outlets_stood_still_says_so(wires: Wires) -> None:
    wires.serve(wires.hosts[0], "/a.xml", b"a")
    child = wires._process.pid
    assert child
    with requests.Session() as session:
        address = wires.url(wires.hosts[0], "/a.xml")
        session.get(address, timeout=10)  # what comes on a line that is open is read before the next beat
        os.kill(child, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(requests.Timeout):  # it has reached their socket by then
            session.get(address, timeout=0.5)
        os.kill(child, signal.SIGCONT)
        noted(wires, 2)
    seen = wires.requests[1]
    assert seen.at > began + 0.5
    assert seen.at - seen.late < began + 0.1


def test_request_that_is_read_before_the_next_beat_says_so_as_well() -> None:
    read, written = multiprocessing.Pipe(duplex=False)
    outlets = _Outlets(written)
    outlets._beaten -= 5  # as if this process had stood still: of what is ready then, a request may be read first
    request = Mock(web.Request, path="/a.xml", headers={})
    request.transport.get_extra_info.return_value = ("127.0.1.1", 80)
    asyncio.run(outlets._answer(request))
    [seen] = outlets._unsent
    assert 5 <= seen.late < 6
    read.close()
    written.close()
