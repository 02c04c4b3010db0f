"""A file is replaced as a whole, with its mode and owner, or left as it is with a sentence why; also by a kill."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.run.lock import lock
from alerts.run.replacing import BEFORE, MAKING, CannotReplace, replace_file

ROOT = Path(__file__).parents[2]
OLD, NEW = b"version: 1\nrules: []\n", b"version: 1\nrules: [a]\n"
NOBODY = 65534
IN_CHILD = """
import os, signal, sys
from pathlib import Path
from alerts.run.lock import lock
from alerts.run.replacing import CannotReplace, replace_file
path, old, new, how = Path(sys.argv[1]), sys.argv[2].encode(), sys.argv[3].encode(), sys.argv[4]
if how == "killed":
    def kill(event, args):
        if event == "os.rename" and args[1] == path.name:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(kill)
elif how == "raced":
    import subprocess
    other = [sys.executable, "-c", os.environ["OTHER"]]
    def race(event, args):
        if event == "os.rename" and args[1] == path.name:
            subprocess.run([*other, *sys.argv[1:4], "root"], check=True)
    sys.addaudithook(race)
elif how != "root":
    os.setgid(int(how)); os.setuid(int(how))
try:
    replace_file(path, old, new)
except CannotReplace as error:
    print(error)
"""
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "rules.yaml"
    made.write_bytes(OLD)
    made.chmod(0o640)
    return made


def in_child(path: Path, how: str, *before: str) -> subprocess.CompletedProcess[str]:
    words = [*before, sys.executable, "-c", IN_CHILD, str(path), OLD.decode(), NEW.decode(), how]
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "OTHER": IN_CHILD}
    return subprocess.run(words, cwd="/", env=environ, capture_output=True, text=True, check=False)


def test_two_daemons_that_save_at_once_do_not_take_away_what_the_other_writes(file: Path) -> None:
    ended = in_child(file, "raced")
    assert ended.stdout == f"another daemon saves {file} just now; try it again in a moment\n", ended.stderr
    assert file.read_bytes() == NEW
    assert sorted(each.name for each in file.parent.iterdir()) == ["rules.yaml", "rules.yaml.before"]


def test_rules_in_a_locked_state_directory_are_saved(file: Path) -> None:
    with lock(file.parent):
        replace_file(file, OLD, NEW)
    assert file.read_bytes() == NEW


def test_file_is_replaced_with_its_mode_and_the_one_before_is_kept(file: Path) -> None:
    replace_file(file, OLD, NEW)
    before = file.with_name(file.name + BEFORE)
    assert (file.read_bytes(), before.read_bytes()) == (NEW, OLD)
    assert {stat.S_IMODE(each.stat().st_mode) for each in (file, before)} == {0o640}
    assert sorted(each.name for each in file.parent.iterdir()) == ["rules.yaml", "rules.yaml.before"]
    replace_file(file, NEW, OLD)
    assert (file.read_bytes(), before.read_bytes()) == (OLD, NEW)


@needs_root
def test_owner_and_group_stay(file: Path) -> None:
    os.chown(file, NOBODY, 12)
    replace_file(file, OLD, NEW)
    seen = file.stat()
    assert (seen.st_uid, seen.st_gid, file.read_bytes()) == (NOBODY, 12, NEW)


def test_kill_before_the_rename_leaves_the_old_file_and_the_next_one_saves(file: Path) -> None:
    done = in_child(file, "killed")
    assert done.returncode == -signal.SIGKILL
    assert file.read_bytes() == OLD
    assert (file.parent / f".rules.yaml{MAKING}").read_bytes() == NEW, "it was killed between the two"
    replace_file(file, OLD, NEW)
    assert file.read_bytes() == NEW
    assert not (file.parent / f".rules.yaml{MAKING}").exists()


def test_what_was_saved_meanwhile_is_not_overwritten(file: Path) -> None:
    file.write_bytes(b"by an editor")
    with pytest.raises(CannotReplace, match="saved by somebody else meanwhile; try the rule again"):
        replace_file(file, OLD, NEW)
    assert [(each.name, each.read_bytes()) for each in file.parent.iterdir()] == [("rules.yaml", b"by an editor")]


def test_nothing_is_saved_through_a_link(file: Path) -> None:
    elsewhere = file.parent / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    with pytest.raises(CannotReplace, match="is a symbolic link"):
        replace_file(file, OLD, NEW)
    file.unlink()
    os.link(elsewhere, file)
    with pytest.raises(CannotReplace, match="no file of one name"):
        replace_file(file, OLD, NEW)
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(CannotReplace, match="no file of one name"):
        replace_file(file, OLD, NEW)
    assert elsewhere.read_bytes() == OLD


def test_link_in_place_of_what_is_written_is_not_followed(file: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"untouched")
    (file.parent / f".rules.yaml{MAKING}").symlink_to(victim)
    (file.parent / f"rules.yaml{BEFORE}").symlink_to(victim)
    replace_file(file, OLD, NEW)
    assert (victim.read_bytes(), file.read_bytes()) == (b"untouched", NEW)
    assert (file.parent / f"rules.yaml{BEFORE}").read_bytes() == OLD


def test_folder_in_which_everybody_may_replace_files_is_refused(file: Path) -> None:
    file.parent.chmod(0o777)
    with pytest.raises(CannotReplace, match="chmod o-w"):
        replace_file(file, OLD, NEW)
    assert file.read_bytes() == OLD


@needs_root
def test_another_users_file_and_folder_are_refused_with_what_to_do(tmp_path: Path) -> None:
    for each in (tmp_path, *tmp_path.parents[:-2]):
        each.chmod(each.stat().st_mode | 0o055)  # others may look at it
    file = tmp_path / "rules.yaml"
    file.write_bytes(OLD)
    file.chmod(0o644)
    said = in_child(file, str(NOBODY))
    assert "belongs to root and the daemon is nobody" in said.stdout, said
    os.chown(file, NOBODY, NOBODY)
    said = in_child(file, str(NOBODY))
    assert f"nobody may not write in {tmp_path} (Permission denied); give the folder to nobody" in said.stdout, said
    assert file.read_bytes() == OLD
    assert [each.name for each in tmp_path.iterdir()] == ["rules.yaml"]


@needs_root
def test_read_only_folder_of_a_service_is_named_with_the_line_that_is_missing(file: Path) -> None:
    folder = file.parent
    sealed = f'mount --bind "{folder}" "{folder}" && mount -o remount,bind,ro "{folder}" && exec "$0" "$@"'
    alone = (shutil.which("unshare") or "unshare", "-m", "--propagation", "private", "sh", "-c", sealed)
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespace can be made here")
    said = in_child(file, "root", *alone)
    assert f"{folder} is read-only for this service (ProtectSystem=" in said.stdout, said
    assert f"ReadWritePaths={folder} in a drop-in allows it: docs/operating.md" in said.stdout
    assert file.read_bytes() == OLD
