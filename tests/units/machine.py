"""A systemd of its own over this machine's files: what is written there is thrown away, and it has no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

NEEDED = ("systemctl", "unshare", "nsenter", "ip", "git")
SYSTEMD = Path("/lib/systemd/systemd")
BOOT = """set -e
mount --make-rprivate /
mount -t overlay overlay -o lowerdir=/,upperdir={place}/up,workdir={place}/work {place}/root
cd {place}/root
mount -t proc proc proc
mount --rbind /sys sys
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount --rbind /dev dev
mkdir -p .checkout && mount --rbind {checkout} .checkout
ip link set lo up
export container=lxc
exec chroot {place}/root {systemd} --system --log-target=null systemd.unit=multi-user.target
"""
ENTER = ("--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--root", "--wd")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def lacking(checkout: Path) -> str:
    """Return why no systemd can be booted here, "" if one can."""
    if os.geteuid():
        return "only root can boot one"
    if not any((checkout / "wheels").glob("watchfloor-*.whl")):
        return "there are no packages to install from: make wheels"
    gone = [each for each in NEEDED if not shutil.which(each)] + ([] if SYSTEMD.exists() else [str(SYSTEMD)])
    return f"not installed: {', '.join(gone)}" if gone else ""


class Machine:
    """A booted systemd; `pid` is its process as this machine sees it."""

    def __init__(self, place: Path, checkout: Path) -> None:
        self._place, self._checkout, self.pid = place, checkout, 0
        self.boot()

    def boot(self) -> None:
        """Boot, with what an earlier boot left on the disk; raises TimeoutError if it is not up within a minute."""
        script = BOOT.format(place=self._place, checkout=self._checkout, systemd=SYSTEMD)
        words = ["unshare", "--mount", "--pid", "--fork", "--uts", "--ipc", "--net", "--cgroup", "--kill-child"]
        self._outer = subprocess.Popen([*words, "bash", "-c", script], stdout=subprocess.DEVNULL)
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            time.sleep(0.5)
            inner = psutil.Process(self._outer.pid).children()
            if inner and inner[0].name() == "systemd":
                self.pid = inner[0].pid
                if self.run("systemctl is-system-running").strip() in {"running", "degraded"}:
                    return
        raise TimeoutError("systemd is not up after a minute")

    def run(self, script: str, *, timeout: float = 600) -> str:
        """Return what a script of bash says there, to stdout and stderr."""
        words = ["nsenter", "--target", str(self.pid), *ENTER, "bash", "-s"]
        done = subprocess.run(
            words,
            input=script,
            env={"PATH": PATH, "LANG": "C.UTF-8", "PYTHONWARNINGS": "ignore"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=timeout,
        )
        return done.stdout

    def cut_power(self) -> None:
        """End everything at once, as when the machine loses its power."""
        self._outer.kill()
        self._outer.wait()
        psutil.wait_procs([psutil.Process(self.pid)] if psutil.pid_exists(self.pid) else [], timeout=20)


@contextmanager
def booted(checkout: Path) -> Iterator[Machine]:
    """Boot a systemd whose disk is in memory and begins as this machine's."""
    with TemporaryDirectory(prefix="units-") as name:
        place = Path(name)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", name], check=True)
        try:
            for each in ("up", "work", "root"):
                (place / each).mkdir()
            made = Machine(place, checkout)
            yield made
            made.cut_power()
        finally:
            subprocess.run(["umount", "--lazy", name], check=False)
