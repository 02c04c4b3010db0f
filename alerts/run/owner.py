"""A state directory goes in; root becomes its owner, so that no file in it is root's and closed to the daemon."""

from __future__ import annotations

import os
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
