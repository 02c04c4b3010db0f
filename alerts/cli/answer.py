"""Commands of others go in over a socket; each runs in a child forked from this process, as the daemon's user.

Started by alerts/run/reads.py, which stands between it and whoever asks the daemon. The first command waits for what it
needs itself; while nobody asks, this process imports what the others import and reads the rules, once: a command is
then a fork of some milliseconds instead of a second of imports. It has no secret. The words are somebody else's: what
is not a command that reads, and every option that names a file, is refused here.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NoReturn

import click

if __name__ == "__main__":  # before the imports that take a second: Ctrl-C ends this process without a traceback
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from alerts.cli import COMMANDS, main
from alerts.cli.reading import READS, is_read, names_files
from alerts.run import pieces
from alerts.run.rules_shown import config_shown
from crawler.config.problems import ConfigError
from crawler.limits import limit

ASKED = "asked"  # the context's object: such a command does not ask the daemon in its turn
ROOT = Path("/")
MEMORY = 2 << 30  # bytes of address space
CPU = 60  # seconds
NICE = 10
LARGEST_REQUEST = 200_000  # bytes
# the pipe of all that is printed, the one of what is written to standard error past Python, the one that takes the
# child's pid and at last its exit code, the one that starts it
STREAMS = 4
REFUSED = -2  # in an exit code's place, of a command that is not run for others; whoever may run it alone does
IDLE = 900.0  # seconds without a request, after which this process ends, and its memory is free again


def serve(line: socket.socket) -> None:
    """Answer what comes over a SOCK_SEQPACKET socket until its other end is closed, or nothing comes for IDLE seconds.

    Each message is {"words": [...], "environ": {...}} in JSON, with STREAMS descriptors beside it.
    """
    os.chdir(ROOT)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # end quietly: the daemon, which it may be meant for, says the rest
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: the kernel clears them away
    lower, later = NICE, [*(partial(_load, name) for name in READS), partial(_read_rules, os.environ)]
    line.settimeout(IDLE)
    with suppress(TimeoutError):
        while True:
            if later and not select.select([line], [], [], 0)[0]:
                later.pop(0)()
                continue
            message, streams, _, _ = socket.recv_fds(line, LARGEST_REQUEST, STREAMS)
            if not message:
                return
            if not _has_gone(streams[2]):
                request = json.loads(message)
                _prepare(request["words"], request["environ"])
                os.nice(lower)  # the watch goes first; not before, or a busy machine would never have it ready
                lower = 0
                if os.fork() == 0:
                    line.close()
                    _child(request["words"], request["environ"], streams)
            for each in streams:
                os.close(each)


def _has_gone(status: int) -> bool:
    """Return whether nobody reads what a command would say: who asked while this process started waits no more."""
    looked = select.poll()
    looked.register(status, 0)
    return any(event & select.POLLERR for _, event in looked.poll(0))


def _prepare(words: list[str], environ: Mapping[str, str]) -> None:
    """Load what a command needs before the fork, so that the next one finds it loaded."""
    if words[0] in READS:
        _load(words[0])
    if words[0] == "explain":  # the others mostly do with what the daemon keeps of the rules
        _read_rules(environ)
    gc.freeze()  # a child that looked through all this for garbage would copy its pages


def _load(name: str) -> None:
    importlib.import_module(COMMANDS[name][0].partition(":")[0])


def _read_rules(environ: Mapping[str, str]) -> None:
    """Read the rules where their files have changed since: the children then find them read."""
    with suppress(ConfigError, OSError):  # the command says what is wrong with them
        config_shown(Path(environ["WATCHFLOOR_CONFIG"]))


def _child(words: list[str], environ: Mapping[str, str], streams: list[int]) -> NoReturn:
    """Run the command on these streams, say pid and exit code in the last of them, and end the process."""
    printed, past, status, start = streams
    with suppress(BrokenPipeError):  # who asked went away in this moment
        os.write(status, f"{os.getpid()}\n".encode())
    if not os.read(start, 1):  # until the daemon has a handle of this process, so that it kills no other
        os._exit(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number in (1, 2):
        os.dup2(past, number)
    os.close(past)
    sys.stdout, sys.stderr = pieces.streams(printed)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environ)
    code = 1
    try:
        _run(words)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - a fault of ours: its lines go to the caller, as a command's own would
        sys.excepthook(*sys.exc_info())
    finally:
        with suppress(OSError):  # the reader is gone: its time was over, or it had enough
            sys.stdout.flush()
            sys.stderr.flush()
            os.write(status, f"{code}\n".encode())
        os._exit(0)  # past what the process it was forked from has to close


def _run(words: list[str]) -> None:
    """Run the command within its limits, or refuse it in a sentence. Raises SystemExit."""
    limit(resource.RLIMIT_AS, MEMORY)
    limit(resource.RLIMIT_CPU, CPU)
    if problem := refusal(words):
        click.echo(f"watchfloor: {problem}", err=True)
        sys.exit(REFUSED)
    main.main(args=words, prog_name="watchfloor", obj=ASKED)


def refusal(words: list[str]) -> str:
    """Return why the daemon does not run a command for somebody else, "" if it does."""
    if not is_read(words):
        return f"the daemon answers only commands that read: {', '.join(READS)}"
    allowed = _options(main, words)
    for each in words:
        if each.startswith("-") and each.split("=", 1)[0] not in allowed:
            return f"the daemon does not take {each.split('=', 1)[0]} from others; known: {' '.join(sorted(allowed))}"
    if names_files(words) or (words[0] == "explain" and any(map(_may_be_a_file, words[1:]))):
        return "the daemon reads and writes no files and fetches no pages for others"
    return ""


def _may_be_a_file(word: str) -> bool:
    """Return whether `explain` could take a word as a file or an address, from the root directory, where we run."""
    # nobody else can make an entry there: what it is now it still is when the command looks
    first = ROOT / word.split("/", maxsplit=1)[0]
    # os.path.exists: a headline is longer than a file's name may be, and Path.exists raises then
    return word == "-" or "://" in word or word.startswith("/") or os.path.exists(first)  # noqa: PTH110


def _options(group: click.Group, words: list[str]) -> set[str]:
    """Return the long options of a command and of those under it, but for those that take a path."""
    context = click.Context(group)
    command = group.get_command(context, words[0])
    found = {"--help", "-h"}
    for each in [command, *_under(command, context)]:
        for option in each.params if each else ():
            if isinstance(option, click.Option) and not isinstance(option.type, click.Path):
                found |= {name for name in option.opts if name.startswith("--")}
    return found


def _under(command: click.Command | None, context: click.Context) -> list[click.Command | None]:
    if not isinstance(command, click.Group):
        return []
    return [command.get_command(context, name) for name in command.list_commands(context)]


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as given:
        serve(given)
