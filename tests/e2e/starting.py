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

from alerts.cli import COMMANDS

EXHAUSTIVE = os.environ.get("WATCHFLOOR_EXHAUSTIVE") == "1"
FORKING = multiprocessing.get_context("forkserver")
LATER = (  # imported by a running line on its way
    "aiohttp.web",
    "scrapy.downloadermiddlewares.httpcache",
    "scrapy.extensions.feedexport",
    "scrapy.extensions.telnet",
    "scrapy.squeues",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "tldextract",
    "trafilatura",
    "alembic.command",
    "alerts.receivers.sending",
)
FORKING.set_forkserver_preload([*(module for module, _ in COMMANDS.values()), *LATER])
STREAMS = (("in", os.O_RDONLY), ("out", os.O_WRONLY | os.O_CREAT), ("err", os.O_WRONLY | os.O_CREAT))


def start(
    module: str,
    *words: str,
    place: Path,
    environ: Mapping[str, str],
    stdin: str = "",
    timeout: float = 60,
    fresh: bool = EXHAUSTIVE,
) -> subprocess.CompletedProcess[str]:
    """Run `python -m MODULE WORDS` at a place to its end; raises TimeoutExpired after `timeout` seconds.

    A `fresh` one is an interpreter of its own, for what depends on the order of imports.
    """
    words = (module, *words)
    if fresh:
        return _start_fresh(words, place, environ, stdin, timeout)
    with TemporaryDirectory() as streams:
        Path(streams, "in").write_text(stdin, encoding="utf-8")
        process = fork(words, place, environ, streams)
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, timeout)
        out, err = (Path(streams, name).read_text(encoding="utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess(words, process.exitcode, out, err)


def fork(words: tuple[str, ...], place: Path, environ: Mapping[str, str], streams: str) -> ForkServerProcess:
    """Start `python -m` with the words; the files "in", "out" and "err" of the directory are its standard streams."""
    forkserver.ensure_running()
    address = forkserver._forkserver._forkserver_address  # type: ignore[attr-defined]
    process = FORKING.Process(target=_become, args=(words, place, dict(environ), streams, address))
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


def _become(words: tuple[str, ...], place: Path, environ: dict[str, str], streams: str, server: str) -> None:
    """Turn this fork into `python -m` with the words: its streams, environment, place and arguments.

    Its own children are forked from the server that it came from, which saves them the imports too.
    """
    resource_tracker._resource_tracker._fd = None  # type: ignore[attr-defined]  # one of its own, as a fresh process has
    forkserver._forkserver._forkserver_address = server  # type: ignore[attr-defined]
    forkserver._forkserver.ensure_running = lambda: None  # type: ignore[method-assign]
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
    module, *sys.argv[1:] = words
    runpy.run_module(module, run_name="__main__", alter_sys=True)
