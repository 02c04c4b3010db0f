"""A file goes in with the bytes it has and those it shall have; it is replaced or made as a whole, or left as it is.

All of it works from a handle of the folder and follows no link in it: a name that somebody swaps leads nowhere. Until
one rename at the end the file is the old one, whatever ends the process; what a killed one left the next takes away.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from alerts.run.owner import login_of

BEFORE = ".before"  # behind the name of the copy of what was there
MAKING = ".saving"  # behind the name, hidden, of what is written and has no place yet
ACL = "system.posix_acl_access"
READ_ONLY = (
    "{folder} is read-only for this service (ProtectSystem= in watchfloor.service); ReadWritePaths={folder} in a "
    "drop-in allows it: docs/operating.md, Saving rules from the board"
)


class CannotReplace(Exception):
    """A file that was left as it is; the message says why, and what to do."""


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Replace what a file holds, with its mode, owner and access list; keep a copy of the one before beside it.

    Raises CannotReplace where it does not hold `before`, is a link, or may not be written.
    """
    with _in_words(path), _folder(path) as folder:
        _seen(path, folder, before)
        with _alone(path, folder):
            old = _seen(path, folder, before)
            acl = _acl(path)
            making = f".{path.name}{MAKING}"
            _write(folder, making, before, old, acl)
            os.rename(making, f"{path.name}{BEFORE}", src_dir_fd=folder, dst_dir_fd=folder)
            _write(folder, making, after, old, acl)
            _seen(path, folder, before)  # it may have taken a while
            os.rename(making, path.name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)


def create_file(path: Path, content: bytes, beside: Path, held: bytes) -> None:
    """Create a file as a whole, with the mode, owner and access list of one beside it in the same folder.

    Raises CannotReplace where there is one, or where the other does not hold `held` or may not be written.
    """
    with _in_words(path), _folder(path) as folder, _alone(beside, folder):
        making = f".{path.name}{MAKING}"
        _write(folder, making, content, _seen(beside, folder, held), _acl(beside))
        try:
            os.link(making, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except FileExistsError as error:
            raise CannotReplace(f"{path} was made by somebody else meanwhile; try the rule again") from error
        finally:
            os.unlink(making, dir_fd=folder)
        os.fsync(folder)


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        seen = os.fstat(folder)
        if seen.st_mode & stat.S_IWOTH and not seen.st_mode & stat.S_ISVTX:
            raise CannotReplace(f"everybody may replace files in {path.parent}; chmod o-w takes that away")
        yield folder
    finally:
        os.close(folder)


@contextmanager
def _alone(path: Path, folder: int) -> Iterator[None]:
    """Keep other daemons from saving the file: each would take away what the other is writing.

    The file itself is locked, as the folder may be a state directory, which its daemon has locked.
    """
    handle = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise CannotReplace(f"another daemon saves {path} just now; try it again in a moment") from error
    except OSError as error:
        if error.errno not in {errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP}:  # a file system without such locks
            os.close(handle)
            raise
    try:
        yield
    finally:
        os.close(handle)


def _seen(path: Path, folder: int, before: bytes) -> os.stat_result:
    """Return how the file stands, which must hold what it held. Raises CannotReplace."""
    try:
        handle = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise CannotReplace(f"{path} is a symbolic link; nothing is saved through one: name the file itself") from error
    with closing(os.fdopen(handle, "rb")) as file:
        seen = os.fstat(handle)
        if not stat.S_ISREG(seen.st_mode) or seen.st_nlink > 1:
            raise CannotReplace(f"{path} is no file of one name (a hard link, a pipe); nothing is saved into it")
        if os.geteuid() not in {0, seen.st_uid}:
            raise CannotReplace(
                f"{path} belongs to {login_of(seen.st_uid)} and the daemon is {login_of(os.geteuid())}, so it cannot "
                "be saved with its owner kept; chown it: docs/operating.md, Saving rules from the board"
            )
        if file.read() != before:
            raise CannotReplace(f"{path} was saved by somebody else meanwhile; try the rule again on what it holds now")
    return seen


def _acl(path: Path) -> bytes:
    """Return the access list of a file, b"" where it has none of its own."""
    with suppress(OSError):  # a file system without such lists
        if ACL in os.listxattr(path, follow_symlinks=False):
            return os.getxattr(path, ACL, follow_symlinks=False)
    return b""


def _write(folder: int, name: str, content: bytes, old: os.stat_result, acl: bytes) -> None:
    """Write a file that was not there, with the mode and owner of another, down to the disk."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(handle, old.st_uid, old.st_gid)
            os.fchmod(handle, stat.S_IMODE(old.st_mode))
            if acl:
                os.setxattr(handle, ACL, acl)
            file.write(content)
            file.flush()
            os.fsync(handle)
    except BaseException:
        os.unlink(name, dir_fd=folder)
        raise


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotReplace(f"{_words(path, error)}. {path.name} is left as it was") from error


def _words(path: Path, error: OSError) -> str:
    if error.errno == errno.EROFS:
        return READ_ONLY.format(folder=path.parent)
    if error.errno in {errno.EACCES, errno.EPERM}:
        who = login_of(os.geteuid())
        return (
            f"{who} may not write in {path.parent} ({error.strerror}); give the folder to {who}: "
            "docs/operating.md, Saving rules from the board"
        )
    return f"{path}: {error.strerror}"
