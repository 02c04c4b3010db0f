"""The file of secrets and the environment go in; the values that `${NAME}` in rules.yaml stands for come out.

systemd gives the service the same file (EnvironmentFile=), so what a command checks is what the service runs with. The
environment goes before the file. A daemon reads the file again whenever it is saved.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crawler.config.problems import Place, Problem

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")
READABLE = "others than its owner may read this file of secrets; chmod 600 takes that away"
WRITABLE = "others may write this file of secrets; chmod 600 takes that away"
FOREIGN = "this file of secrets is another user's; chown it to ours"
NO_LINE = "this line is no NAME=VALUE; write it so, or begin it with #"
NO_TEXT = "this file of secrets is no UTF-8 text; save it as such"
HIDDEN = "this file of secrets was saved, and the daemon may not read it; chown it to its user, or restart the daemon"
GONE = "this file of secrets is gone; put it back"
FROM_ELSEWHERE = "stands in the daemon's environment too, which goes before this file; restart the daemon without it"
Seen = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class Secrets:
    """The environment with what the file adds. `unreadable`: there is a file that this user may not read.

    `own` are the values of the file; `faults` are its lines that give none, `exposed` is who else may read or write it.
    """

    path: Path
    values: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Problem, ...] = ()
    exposed: tuple[Problem, ...] = ()
    unreadable: bool = False


def read_secrets(path: Path, environ: Mapping[str, str]) -> Secrets:
    """Return the environment with the secrets of a file; without them where there is none or it may not be read."""
    try:
        body, seen = path.read_bytes(), path.stat()
    except FileNotFoundError:  # a secret that is then not set is named by whoever needs it
        return Secrets(path, environ)
    except PermissionError:
        return Secrets(path, environ, unreadable=True)
    except OSError as error:
        return Secrets(path, environ, faults=(_problem(path, f"cannot be read: {error.strerror}"),))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:  # what is left of it might be half a token
        return Secrets(path, environ, faults=(_problem(path, NO_TEXT),), exposed=tuple(_exposed(path, seen)))
    own, wrong = _values(text)
    faults = tuple(_problem(path, NO_LINE, line) for line in wrong)
    return Secrets(path, {**own, **environ}, own, faults, tuple(_exposed(path, seen)))


class SecretsFile:
    """The secrets of a daemon, whose file is read again by `read`; what is read is in force from `keep` on.

    A value of the environment that the file has too at the start came from it, by systemd, and follows the file.
    `hide` is given what must not stand in the log, before anything is made of it.
    """

    def __init__(
        self, path: Path | None, environ: Mapping[str, str], hide: Callable[[Iterable[str]], object] = list
    ) -> None:
        self.path, self._hide = path, hide
        self._kept = read_secrets(path, environ) if path else Secrets(Path(), environ)
        self._environ = {name: value for name, value in environ.items() if self._kept.own.get(name) != value}
        self._seen = self._look()
        self.faults: tuple[Problem, ...] = ()  # of the file as it was last read: why its values are not in force
        hide(self._kept.own.values())

    @property
    def values(self) -> Mapping[str, str]:
        """What is in force."""
        return self._kept.values

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is wrong with the file in force, and keeps none of its good lines from being used."""
        return (*self._kept.faults, *self._kept.exposed)

    def read(self) -> Secrets:
        """Return the secrets as they are on disk; where they cannot be used, those in force, and `faults` says why."""
        if self.path is None:
            return self._kept
        before, self._seen = self._seen, self._look()
        found = read_secrets(self.path, self._environ)
        self._hide(found.own.values())
        if found.unreadable:  # it was so at the start, where systemd gives us the values: only a change is of interest
            self.faults = (_problem(self.path, HIDDEN),) if self._seen != before else ()
        elif self._seen is None and self._kept.own:
            self.faults = (_problem(self.path, GONE),)
        elif found.faults:
            self.faults = found.faults
        else:
            elsewhere = [name for name in _differing(self._kept.own, found.own) if name in self._environ]
            self.faults = tuple(_problem(self.path, f"{name} {FROM_ELSEWHERE}") for name in elsewhere)
            return found
        return self._kept

    def keep(self, found: Secrets) -> tuple[str, ...]:
        """Have what was read in force; return the names whose values are others now."""
        changed = _differing(self._kept.values, found.values)
        self._kept = found
        return changed

    def _look(self) -> Seen:
        try:
            seen = self.path.stat() if self.path else None
        except OSError:
            return None
        return (seen.st_mtime_ns, seen.st_size, seen.st_ino) if seen else None


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))


def _problem(path: Path, words: str, line: int = 1) -> Problem:
    return Problem(Place(str(path), line, 1), words)


def _exposed(path: Path, seen: os.stat_result) -> Iterable[Problem]:
    """Yield a problem where others may read or write the file, or it is neither ours nor root's."""
    if seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield _problem(path, WRITABLE)
    elif seen.st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield _problem(path, READABLE)
    if os.geteuid() and seen.st_uid not in {os.geteuid(), 0}:  # root may not know whose it should be
        yield _problem(path, FOREIGN)


def _values(text: str) -> tuple[dict[str, str], list[int]]:
    """Return NAME=VALUE lines as systemd reads an EnvironmentFile, and the numbers of lines that are none.

    A value may be quoted; # and ; begin a comment (systemd.exec(5)).
    """
    found, wrong = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if match := _LINE.fullmatch(bare):
            found[match[1]] = _unquoted(match[2].strip())
        elif bare and bare[0] not in "#;":
            wrong.append(number)
    return found, wrong


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    inner = value[1:-1] if quoted else value
    # in single quotes a backslash is itself
    return inner if quoted and value[0] == "'" else re.sub(r"\\(.)", r"\1", inner)
