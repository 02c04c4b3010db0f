"""The file of secrets: how it is read, what goes before it, what follows it, and that the log never has a value."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from alerts.cli.logs import log_to_stderr
from alerts.run.secrets_file import SecretsFile, read_secrets

TEXT = """\
# a comment
; another
export A=one
B="two words"
C='a \\back slash'
D=a\\ b

E=
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    made = tmp_path / "secrets.env"
    save(made, TEXT)
    return made


def save(place: Path, text: str, mode: int = 0o600) -> None:
    place.write_text(text, encoding="utf-8")
    place.chmod(mode)


def test_lines_are_read_as_systemd_reads_them(place: Path) -> None:
    found = read_secrets(place, {})
    assert found.values == {"A": "one", "B": "two words", "C": "a \\back slash", "D": "a b", "E": ""}
    assert (found.faults, found.exposed, found.unreadable) == ((), (), False)


def test_line_that_is_none_is_named_by_its_number_and_not_repeated(place: Path) -> None:
    save(place, TEXT + "F: a-token-of-somebody\n2G=x\n")
    found = read_secrets(place, {})
    assert [str(each).partition("secrets.env")[2] for each in found.faults] == [
        f":{line}:1: this line is no NAME=VALUE; write it so, or begin it with #" for line in (9, 10)
    ]
    assert "B" in found.values, "at the start the others count"


@pytest.mark.parametrize(
    ("mode", "words"), [(0o640, "may read"), (0o604, "may read"), (0o620, "may write"), (0o602, "may write")]
)
def test_file_that_others_may_use_is_named(place: Path, mode: int, words: str) -> None:
    place.chmod(mode)
    (problem,) = read_secrets(place, {}).exposed
    assert words in problem.message


def test_what_the_environment_has_goes_first_unless_it_came_from_the_file(place: Path) -> None:
    secrets = SecretsFile(place, {"A": "mine", "B": "two words", "PATH": "/bin"})
    assert (secrets.values["A"], secrets.values["B"], secrets.values["D"]) == ("mine", "two words", "a b")
    save(place, "A=other\nB=three\n")
    found = secrets.read()
    assert dict(found.values) == {"A": "mine", "B": "three", "PATH": "/bin"}
    assert [each.message.partition(",")[0] for each in secrets.faults] == ["A stands in the daemon's environment too"]
    assert secrets.keep(found) == ("B", "C", "D", "E")
    assert secrets.keep(secrets.read()) == ()


def test_nothing_is_in_force_before_it_is_kept(place: Path) -> None:
    secrets = SecretsFile(place, {})
    save(place, "A=other\n")
    secrets.read()
    assert secrets.values["A"] == "one"


@pytest.mark.parametrize("gone", [False, True])
def test_file_that_cannot_be_used_changes_nothing(place: Path, gone: bool) -> None:
    secrets = SecretsFile(place, {})
    if gone:
        place.unlink()
    else:
        save(place, "A=other\nno line\n")
    assert secrets.keep(secrets.read()) == ()
    assert len(secrets.faults) == 1
    save(place, "A=other\n")
    assert secrets.keep(secrets.read()) == ("A", "B", "C", "D", "E")
    assert not secrets.faults


def test_file_that_never_was_is_no_fault_and_may_come(tmp_path: Path) -> None:
    secrets = SecretsFile(tmp_path / "secrets.env", {"PATH": "/bin"})
    assert secrets.keep(secrets.read()) == ()
    assert not secrets.faults
    save(tmp_path / "secrets.env", "A=one\n")
    assert secrets.keep(secrets.read()) == ("A",)


def test_value_that_is_read_anew_is_in_no_line_of_the_log(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        secrets = SecretsFile(place, {}, log_to_stderr(logging.INFO, secrets=["token-of-may"]))
        save(place, "A=token-of-june\nB=json://desk:token-of-july@host\n")
        secrets.read()  # before anything is in force: its use may fail with the value in the error
        for each in ("may", "june", "july"):
            logging.getLogger("alerts").warning("refused: token-of-%s", each)
    finally:
        logging.basicConfig(handlers=before, level=level, force=True)
    said = capfd.readouterr().err
    assert said.count("refused: ***") == 3, said


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a file away needs root")
def test_file_of_another_user_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chown(place, 61_234, -1)
    assert read_secrets(place, {}).exposed == (), "root cannot tell whose it should be"
    monkeypatch.setattr(os, "geteuid", lambda: 61_235)
    (problem,) = read_secrets(place, {}).exposed
    assert "another user's" in problem.message
