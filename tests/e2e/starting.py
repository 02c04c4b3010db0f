"""Starts the command in a process of its own, forked from a server that has done the imports already.

An import of everything costs a second of CPU, some hundred times over. The process is real (own id, own standard
streams, may be killed); only its imports are shared. WATCHFLOOR_EXHAUSTIVE=1 starts a fresh interpreter each time.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import time
from collections.abc import Mapping
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

EXHAUSTIVE = os.environ.get("WATCHFLOOR_EXHAUSTIVE") == "1"
FORKING = multiprocessing.get_context("forkserver")
STREAMS = (("in", os.O_RDONLY), ("out", os.O_WRONLY | os.O_CREAT), ("err", os.O_WRONLY | os.O_CREAT))


def _ensure_server() -> None:
    FORKING.set_forkserver_preload(["tests.e2e.warmed"])  # not before: crawler/fetch/workers.py sets its own
    forkserver._forkserver.ensure_running()  # of the object: the module keeps the method that starts one


def _fork_from(address: str) -> None:
    """Let what this process forks come from the server at an address, which it neither starts nor ends."""
    server: Any = forkserver._forkserver
    server._forkserver_address = address
    server.ensure_running = lambda: None
    if server._forkserver_alive_fd is None:
        _, server._forkserver_alive_fd = os.pipe()  # asked for with each fork; whoever started the server ends it


def start(
    module: str,
    *words: str,
    place: Path,
    environ: Mapping[str, str],
    stdin: str = "",
    timeout: float = 120,
    fresh: bool = EXHAUSTIVE,
    user: tuple[int, tuple[int, ...]] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run `python -m MODULE WORDS` at a place to its end; raises TimeoutExpired after `timeout` seconds.

    A `fresh` one is an interpreter of its own, for what depends on the order of imports. A fork may be that of another
    `user`: the id of user and group, and of further groups.
    """
    words = (module, *words)
    if fresh:
        return _start_fresh(words, place, environ, stdin, timeout)
    with TemporaryDirectory() as streams:
        Path(streams, "in").write_text(stdin, encoding="utf-8")
        process = fork(words, place, environ, streams, user)
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, timeout)
        out, err = (Path(streams, name).read_text(encoding="utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess(words, process.exitcode, out, err)


def fork(
    words: tuple[str, ...],
    place: Path,
    environ: Mapping[str, str],
    streams: str,
    user: tuple[int, tuple[int, ...]] | None = None,
) -> ForkServerProcess:
    """Start `python -m` with the words; the files "in", "out" and "err" of the directory are its standard streams."""
    _ensure_server()
    address = forkserver._forkserver._forkserver_address  # type: ignore[attr-defined]
    process = FORKING.Process(target=_become, args=(words, place, dict(environ), streams, address, user))
    process.start()
    return process


def _start_fresh(
    words: tuple[str, ...], place: Path, environ: Mapping[str, str], stdin: str, timeout: float
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=place,
        env=environ,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def _become(
    words: tuple[str, ...],
    place: Path,
    environ: dict[str, str],
    streams: str,
    server: str,
    user: tuple[int, tuple[int, ...]] | None,
) -> None:
    """Turn this fork into `python -m` with the words: its streams, environment, place, arguments and user.

    Its own children are forked from the server that it came from, which saves them the imports too.
    """
    resource_tracker._resource_tracker._fd = None  # type: ignore[attr-defined]  # one of its own, as a fresh process has
    _fork_from(server)
    for number, (name, flags) in enumerate(STREAMS):
        os.dup2(os.open(Path(streams, name), flags), number)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115 - for the process's life
        for number, mode in enumerate("rww")
    )
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    os.chdir(place)
    if user is not None:
        own, groups = user
        os.setgroups(groups)
        os.setgid(own)
        os.setuid(own)
    module, *sys.argv[1:] = words
    runpy.run_module(module, run_name="__main__", alter_sys=True)
