"""What a newcomer pays: packages and megabytes installed, seconds of set-up and demo, in a clean clone."""

from __future__ import annotations

import os
import shutil
import signal
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
        started = _started(clone)
        site = next((clone / ".venv" / "lib").glob("python*/site-packages"))
        packages = len(list(site.glob("*.dist-info")))
        megabytes = sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6
        print(f"make demo in a clean clone: {first:.1f} s with set-up, {again:.1f} s afterwards")
        print(f"a second make run polls after {started:.1f} s")
        print(f"installed: {packages} packages, {megabytes:.0f} MB in site-packages")
        shutil.rmtree(clone)


def _started(clone: Path) -> float:
    """Time from `make run` to the daemon's word that it runs."""
    started = time.monotonic()
    run = subprocess.Popen(
        ["make", "run"], cwd=clone, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    )
    assert run.stderr is not None
    try:
        for line in run.stderr:
            if "running sources=" in line:
                return time.monotonic() - started
        raise RuntimeError("the daemon did not start")
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        run.stderr.close()


def _timed(command: list[str], clone: Path) -> float:
    started = time.monotonic()
    subprocess.run(command, cwd=clone, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started
