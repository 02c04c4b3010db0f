"""The file of secrets and the environment go in; the values that `${NAME}` in rules.yaml stands for come out.

systemd gives the service the same file (EnvironmentFile=), so what a command checks is what the service runs with. The
environment goes before the file.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")


@dataclass(frozen=True, slots=True)
class Secrets:
    """The environment with what the file adds. `unreadable`: there is a file that this user may not read."""

    path: Path
    values: Mapping[str, str]
    unreadable: bool = False
    exposed: bool = False  # others than its owner may read it


def read_secrets(path: Path, environ: Mapping[str, str]) -> Secrets:
    """Return the environment with the secrets of a file; without them where there is none or it may not be read."""
    try:
        text, mode = path.read_text(encoding="utf-8", errors="replace"), path.stat().st_mode
    except PermissionError:
        return Secrets(path, environ, unreadable=True)
    except OSError:  # most often there is none; a secret that is then not set is named by whoever needs it
        return Secrets(path, environ)
    return Secrets(path, {**_values(text), **environ}, exposed=bool(mode & (stat.S_IRGRP | stat.S_IROTH)))


def _values(text: str) -> dict[str, str]:
    """Return NAME=VALUE lines as systemd reads an EnvironmentFile: a value may be quoted, # begins a comment."""
    found = {}
    for line in text.splitlines():
        if match := _LINE.fullmatch(line.strip()):
            found[match[1]] = _unquoted(match[2].strip())
    return found


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    inner = value[1:-1] if quoted else value
    # in single quotes a backslash is itself
    return inner if quoted and value[0] == "'" else re.sub(r"\\(.)", r"\1", inner)
