"""A state directory goes in; root becomes its owner: no file in it is root's. A user id goes in; a login comes out."""

from __future__ import annotations

import os
import pwd
from pathlib import Path


def act_as_owner(state_dir: Path) -> None:
    """As root, become the owner of a state directory that is another user's, for the life of the process.

    Call it after what only root may read, such as the file of secrets, has been read.
    """
    if os.geteuid() or not state_dir.is_dir():
        return
    owner = state_dir.stat()
    if owner.st_uid:
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)


def login_of(uid: int) -> str:
    """Return the login name of a user, "uid 1234" if the system has no name for it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
