"""Peers that are measured beside us: programs of others, in an environment of the bench alone, never ours.

`python -m tests.bench` makes it in .venv/peers with the first benchmark that asks for one; without a network to install
from the benchmark says so and goes on.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bench.shared import ROOT

PLACE = ROOT / ".venv" / "peers"


def interpreter(*packages: str) -> Path | None:
    """Return a Python that has these packages; None, and tell, where they cannot be installed."""
    python = PLACE / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PLACE)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{packages[0]}: skipped, cannot be installed: {done.stderr.strip().splitlines()[-1]}")
        return None
    return python
