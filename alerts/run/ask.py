"""A request to the daemon goes in, its answer comes out: the other end of control.py.

It imports little: a command that the daemon answers starts at once.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ANSWER_WITHIN = 90.0  # seconds a command waits for its answer


class ControlError(Exception):
    """The daemon could not be reached or answered with an error; the message is for the user."""


class NobodyListens(ControlError):
    """The socket is there, and the daemon that made it is gone."""


def ask(path: Path, request: Mapping[str, Any], within: float = ANSWER_WITHIN) -> Mapping[str, Any]:
    """Send a request to the daemon that listens at `path`; return its answer. Raises ControlError."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(within)
            line.connect(str(path))
            line.sendall(json.dumps(request).encode() + b"\n")
            reply: Mapping[str, Any] = json.loads(line.makefile(encoding="utf-8").readline())
    except PermissionError as error:
        raise ControlError(f"{path}: only members of the daemon's group may ask it ({error.strerror})") from error
    except ConnectionRefusedError as error:
        raise NobodyListens(
            f"no daemon runs: {path} is left of one that was killed. Start it (systemctl start watchfloor; "
            "without systemd: watchfloor run); its log says why it ended (journalctl -u watchfloor)"
        ) from error
    except (OSError, ValueError) as error:
        raise ControlError(f"the daemon does not answer: {error}") from error
    if "error" in reply:
        raise ControlError(str(reply["error"]))
    return reply
