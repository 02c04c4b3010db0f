"""News goes on while something breaks: `publish` is called all the time, in a thread, until `ended` is set."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def publishing(publish: Callable[[], object], pause: float, ended: threading.Event) -> Iterator[None]:
    """Call `publish` every `pause` seconds while the `with` block lasts, unless `ended` is set before."""
    ended.clear()

    def work() -> None:
        while not ended.wait(pause):
            publish()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
