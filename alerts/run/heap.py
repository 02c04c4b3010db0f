"""What a process that lives long no longer needs is let go, and what it has freed goes back to the system."""

from __future__ import annotations

import ctypes
import gc

from alerts.rules.forms.paradigm import forget

LARGE = 128 << 10  # bytes, with which the C library begins too
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc


def live_long() -> None:
    """Prepare a process that lives long: its garbage is looked for, and its large blocks go back when they are freed.

    A command ends before either matters. Left to itself the C library (glibc) raises the size from which a block is
    mapped by itself with each such block that is freed, up to 32 MB; bodies of feeds then stand in the heap between
    what stays.
    """
    gc.set_threshold(50_000, 20, 20)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE)
        mallopt(_M_TRIM_THRESHOLD, LARGE)


def give_back() -> None:
    """Let go of what compiling rules leaves, and return freed memory to the system where the C library can (glibc).

    Of a desk 3 MB of forms are kept for whoever compiles them next; some 10 MB are free in the heap, below what stays,
    where the library keeps them for the process.
    """
    forget()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
