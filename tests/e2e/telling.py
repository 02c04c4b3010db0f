"""`python -m tests.e2e.telling WORDS`: the command, which at SIGUSR1 writes the names of its modules to MODULES."""

import importlib
import os
import signal
import sys
from pathlib import Path


def _tell(*_: object) -> None:
    told = Path(os.environ["MODULES"])
    told.with_suffix(".part").write_text("\n".join(sorted(sys.modules)), encoding="utf-8")
    told.with_suffix(".part").rename(told)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _tell)
    importlib.import_module("alerts.cli").main(sys.argv[1:])
