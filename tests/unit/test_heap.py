"""What is freed in the middle of the heap goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys

import psutil
import pytest

from alerts.run.heap import give_back, live_long

MEGABYTE = 1_000_000
# a large block that is freed makes glibc keep all up to its size in the heap, unless it was told not to
HELD = """
import psutil, sys
from alerts.run.heap import live_long
if sys.argv[1] == "told":
    live_long()
first = bytes(20_000_000)
del first
bodies, kept = [], []
for _ in range(60):
    bodies.append(b"x" * 1_000_000)
    kept.append(b"y" * 100_000)  # too large for a hole that the imports left: it stands between two bodies
before = psutil.Process().memory_info().rss
del bodies
print(before - psutil.Process().memory_info().rss)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="this C library has no malloc_trim")
def test_freed_memory_below_what_stays_goes_back() -> None:
    blocks = [bytes(2_000) for _ in range(30_000)]  # larger than Python's own blocks, smaller than a mapping of its own
    kept = blocks[-1]
    del blocks
    before = psutil.Process().memory_info().rss
    give_back()
    assert before - psutil.Process().memory_info().rss > 30_000_000
    assert len(kept) == 2_000


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="this C library has no mallopt")
def test_large_blocks_between_what_stays_go_back_when_they_are_freed() -> None:
    assert _freed("told") > 50 * MEGABYTE
    assert _freed("untold") < 10 * MEGABYTE, "the library does so by itself: live_long can go"


def _freed(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", HELD, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_garbage_is_looked_for_more_often_than_in_a_command() -> None:
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        live_long()
        assert gc.get_threshold()[0] == 50_000
    finally:
        gc.set_threshold(*before)
