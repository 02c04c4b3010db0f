"""A language model of two dimensions in the place of the real package, for tests of the process that holds it.

It knows one event, Kuwait, in two languages. The file that MODEL_ORDERS names says how it fails: load, die, killed, hang,
raise; each order holds until the file says something else.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def _order() -> str:
    named = os.environ.get("MODEL_ORDERS")
    return Path(named).read_text(encoding="ascii").strip() if named else ""


class E5:
    def __init__(self, num_threads: int) -> None:
        assert num_threads == 1
        assert os.environ["OMP_NUM_THREADS"] == "1"
        if _order() == "load":
            raise OSError("no weights")

    def query(self, text: str) -> list[float]:
        print("words of a library on the standard output")  # must not be taken for an answer
        match _order():
            case "die":
                os._exit(3)
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":
                time.sleep(3600)
            case "raise":
                raise ValueError("no such words")
        return [0.1, 0.0] if "Kuwait" in text or "الكويت" in text else [0.0, 0.1]
