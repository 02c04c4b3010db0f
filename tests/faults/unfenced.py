"""The command `watchfloor` as if it never shared: every daemon takes all for its own, and writes without a fence.

python -m tests.faults.unfenced WORDS...: the campaign of several daemons must fail it.
"""

from __future__ import annotations

import sys

from alerts.cli import main
from crawler.store.holdings import Alone, Holdings


def run(*words: str) -> None:
    """Run the command with these words."""
    for name in ("holds", "grant", "held_for"):
        setattr(Holdings, name, getattr(Alone, name))
    sys.argv = ["watchfloor", *words]
    main()


if __name__ == "__main__":
    run(*sys.argv[1:])
