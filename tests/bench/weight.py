"""What a newcomer pays: packages and megabytes installed, seconds of set-up and demo, in a clean clone."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench.shared import ROOT


def run() -> None:
    with tempfile.TemporaryDirectory() as place:
        clone = Path(place) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        first = _timed(["make", "demo"], clone)
        again = _timed(["make", "demo"], clone)
        site = next((clone / ".venv" / "lib").glob("python*/site-packages"))
        packages = len(list(site.glob("*.dist-info")))
        megabytes = sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6
        print(f"make demo in a clean clone: {first:.1f} s with set-up, {again:.1f} s afterwards")
        print(f"installed: {packages} packages, {megabytes:.0f} MB in site-packages")
        shutil.rmtree(clone)


def _timed(command: list[str], clone: Path) -> float:
    started = time.monotonic()
    subprocess.run(command, cwd=clone, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started
