"""The command `watchfloor`, also as `python -m alerts`: a signal ends it cleanly from here on.

Importing all that the daemon needs takes a second or more, in which a service manager may already stop it again.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line."""
    # `Service` takes the signals over once its loop runs; until then nothing is in flight that would have to end
    if sys.argv[1:2] == ["run"]:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end)
    from alerts.cli import main as command  # noqa: PLC0415 - only now: the signals come first

    command()


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
    sys.exit(0)


if __name__ == "__main__":
    main()
