"""Options and the environment go in; where the rules, the store, the secrets and the daemon's socket are comes out.

It imports the standard library only, so that a command which the daemon answers starts without everything else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

STORE = "watchfloor.db"  # DATABASE of crawler/store/db.py, which would import SQLAlchemy here
SOCKET = "control.sock"
LIFE = "life.json"  # that of alerts/run/life_sign.py: written every few seconds while the daemon is well
SECRETS = "secrets.env"
# What deploy/watchfloor.service and deploy/install.sh set up: one service a machine.
SYSTEM_RULES = Path("/etc/watchfloor/rules.yaml")
SYSTEM_STATE = Path("/var/lib/watchfloor")
SYSTEM_SOCKET = Path("/run/watchfloor") / SOCKET
RULES_PATHS = (Path("rules.yaml"), SYSTEM_RULES)


def rules_path(path: Path | None) -> Path:
    """Return the path given, else the first of RULES_PATHS that exists, else the first of them."""
    # os.path.exists: where a folder may not be entered, Path.exists raises
    return path or next((place for place in RULES_PATHS if os.path.exists(place)), RULES_PATHS[0])  # noqa: PTH110


def state_path(state_dir: Path | None, rules: Path) -> Path:
    """Return the state directory given, else the service's for the service's rules, else `var` beside the rules."""
    if state_dir is None and rules.absolute() == SYSTEM_RULES:
        return SYSTEM_STATE
    return state_dir or rules.resolve().parent / "var"


def secrets_path(rules: Path, environ: Mapping[str, str]) -> Path:
    """Return the file of secrets: WATCHFLOOR_SECRETS, else systemd's credential of that name, else beside the rules."""
    if given := environ.get("WATCHFLOOR_SECRETS"):
        return Path(given)
    credential = Path(environ.get("CREDENTIALS_DIRECTORY") or rules.parent) / SECRETS  # LoadCredential= of the unit
    return credential if os.path.exists(credential) else rules.parent / SECRETS  # noqa: PTH110 - as above


def own_socket(state: Path, environ: Mapping[str, str]) -> Path:
    """Return where a daemon listens: WATCHFLOOR_SOCKET, else in systemd's $RUNTIME_DIRECTORY, else in `state`."""
    if given := environ.get("WATCHFLOOR_SOCKET"):
        return Path(given)
    return Path(environ.get("RUNTIME_DIRECTORY") or state) / SOCKET


def sockets_of(state: Path, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return where the daemon of a state directory may listen, the likeliest first."""
    if given := environ.get("WATCHFLOOR_SOCKET"):
        return (Path(given),)
    # a daemon started by hand on the service's state has no runtime directory and listens in the state directory
    return (SYSTEM_SOCKET, state / SOCKET) if state == SYSTEM_STATE else (state / SOCKET,)
