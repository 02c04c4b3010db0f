"""A deployed daemon and those who ask it: its owner, a member of its group, a stranger; and what hostile callers send.

Other users are real: a child process gives up root for another user's id and group.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from alerts.demo.sinks import MailSink
from alerts.run import control, reads
from crawler.store.db import DATABASE
from tests.e2e.conftest import Desk
from tests.e2e.dated import item
from tests.e2e.running import Running, daemon
from tests.e2e.servers import Hook, Outlet, rss
from tests.e2e.starting import EXHAUSTIVE, start
from tests.migrated import empty_store

OFFICER, STRANGER, GROUP = 61_234, 61_235, 61_236  # ids that no system gives out
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")


@cache
def interpreter() -> tuple[str, str]:
    """Return a Python and its PYTHONPATH that another user may run: ours, or the system's of the same version."""
    path = os.pathsep.join([str(Path(__file__).parents[2]), sysconfig.get_paths()["purelib"]])
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with suppress(OSError):
            tried = subprocess.run(
                [python, "-c", "import alerts.cli.status"],
                cwd="/", env={"PYTHONPATH": path}, user=STRANGER, group=STRANGER, extra_groups=(), capture_output=True, check=False,
            )  # fmt: skip
            if tried.returncode == 0:
                return python, path
    pytest.skip("no Python here that another user may run with this checkout and its packages")


@dataclass
class Deployed(Desk):
    """A desk as deployed: the state is the daemon's own, the socket is in a folder of the group's."""

    run_dir: Path = Path()

    @property
    def socket(self) -> Path:
        return self.run_dir / "control.sock"

    def environ(self) -> dict[str, str]:
        return {**super().environ(), "WATCHFLOOR_SOCKET": str(self.socket)}

    def as_user(
        self, user: int, *words: str, groups: tuple[int, ...] = (), fresh: bool = EXHAUSTIVE, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as another user, who may read the code and the rules, and nothing of the state.

        Where it is `fresh` this user's interpreter reads the code as well.
        """
        if not fresh:
            environ = {**self.environ(), "HOME": "/", **more}
            return start("alerts", *words, place=self.place, environ=environ, user=(user, groups), fresh=False)
        python, path = interpreter()
        environ = {**self.environ(), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/", **more}
        return subprocess.run(
            [python, "-m", "alerts", *words],
            cwd=self.place, env=environ, capture_output=True, text=True, timeout=120, check=False,
            user=user, group=user, extra_groups=groups,
        )  # fmt: skip


@pytest.fixture
def deployed() -> Iterator[Deployed]:
    place = Path(mkdtemp(prefix="wf-"))  # not of tmp_path, which other users cannot enter; short, for the socket's path
    run_dir = place / "run"
    run_dir.mkdir(mode=0o750)
    made = Deployed(place, Outlet(), Hook(), MailSink(), run_dir)
    place.chmod(0o755)
    made.outlet.serve("/a.xml", rss(item("A militia moves on Balad", "1"), item("ميليشيا تهاجم قاعدة", "2")))
    made.write("/a.xml", settings="backfill: 6h, timezone: Asia/Baghdad")
    state = place / "var"
    state.mkdir(mode=0o700)
    yield made
    for each in (made.outlet, made.hook, made.mail):
        each.close()
    shutil.rmtree(place)


@contextmanager
def watching(desk: Deployed) -> Iterator[tuple[Running, str]]:
    """Run the daemon until it has told both stories; give it and the id of one of them."""
    empty_store(desk.place / "var" / DATABASE)  # of a start that makes it the admin would be told first
    with daemon(desk) as running:
        assert desk.hook.wait_for(2)
        if os.geteuid() == 0:
            os.chown(desk.run_dir, 0, GROUP)
            os.chown(desk.socket, 0, GROUP)
        found = re.search(r"Story (s\w{14})", desk.hook.accepted[0]["message"])
        assert found
        yield running, found[1]


@needs_root
def test_officer_reads_and_orders_what_a_stranger_may_not(deployed: Deployed) -> None:
    with watching(deployed) as (running, story):
        # each command is a process of the officer's and a child of the daemon's: all of them where time does not count
        more = (["stories"], ["handover"], ["sources"], ["silence", "list"]) if EXHAUSTIVE else ()
        for words in (["status"], ["deliveries"], ["explain", story], *more):
            done = deployed.as_user(OFFICER, *words, groups=(GROUP,))
            assert (done.returncode, done.stderr) == (0, ""), (words, done.stderr)
            assert done.stdout == deployed.as_user(0, *words).stdout or words[0] in {"status", "sources", "handover"}, (
                words
            )
        for words in (["explain", story],):
            refused = deployed.as_user(STRANGER, *words)
            assert refused.returncode == 1
            assert "only members of the group" in refused.stderr
            assert "usermod -aG" in refused.stderr
            assert "Traceback" not in refused.stderr
        report = json.loads(deployed.as_user(OFFICER, "status", "--json", groups=(GROUP,)).stdout)
        assert report["daemon"] == running.process.pid
        assert report["stored"]["articles"] == 2
        for words in (["ack", story, "--by", "x"],):
            assert "only members of the group" in deployed.as_user(STRANGER, *words).stderr


@needs_root
def test_officer_sends_again_without_the_secrets(deployed: Deployed) -> None:
    text = deployed.rules.read_text().replace("receivers:\n", 'receivers:\n  duty: {urls: ["${DUTY_URL}"]}\n')
    deployed.rules.write_text(text, encoding="utf-8")
    secrets = deployed.place / "secrets.env"
    secrets.write_text(f"DUTY_URL={deployed.hook.url}\n", encoding="utf-8")
    secrets.chmod(0o600)
    with watching(deployed):
        listed = deployed.as_user(OFFICER, "deliveries", "--json", groups=(GROUP,)).stdout.splitlines()
        identity = json.loads(listed[0])["id"]
        done = deployed.as_user(OFFICER, "deliveries", "resend", identity, groups=(GROUP,))
        assert done.stdout.startswith(f"{identity} goes again as d"), done.stderr
        assert deployed.hook.wait_for(3)
        assert "taken in" in deployed.as_user(OFFICER, "test-receiver", "duty", groups=(GROUP,)).stdout
        assert "0 stories" in deployed.as_user(OFFICER, "rematch", groups=(GROUP,)).stdout


@needs_root
def test_member_is_told_that_no_daemon_runs_and_no_stranger_is_sent_round(deployed: Deployed) -> None:
    deployed.run("run", "--once")
    os.chown(deployed.run_dir, 0, GROUP)
    state = deployed.place / "var"
    os.chown(state, 0, GROUP)
    for words in (["status"], ["ack", "s1", "--by", "x"]):
        said = deployed.as_user(OFFICER, *words, groups=(GROUP,)).stderr
        assert "Traceback" not in said
        assert "listens" in said
        assert "only members of the group" in deployed.as_user(STRANGER, *words).stderr


@needs_root
def test_root_alone_leaves_no_file_of_root_in_the_state_of_the_daemon(deployed: Deployed) -> None:
    state = deployed.place / "var"
    os.chown(state, OFFICER, GROUP)
    environ = {name: text for name, text in deployed.environ().items() if name != "WATCHFLOOR_SOCKET"}
    python, path = interpreter()
    for words in (["run", "--once"], ["ack", "s1", "--by", "x"], ["rematch"]):
        done = subprocess.run([python, "-m", "alerts", *words], cwd=deployed.place, env={**environ, "PYTHONPATH": path},
                              capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
    assert {each.stat().st_uid for each in state.iterdir()} == {OFFICER}
    assert (state / "watchfloor.db").exists()


@needs_root
def test_name_in_an_order_is_never_a_login_of_somebody_else(deployed: Deployed) -> None:
    with watching(deployed) as (running, story):
        forged = deployed.as_user(OFFICER, "ack", story, "--by", "root (login root)", groups=(GROUP,), LOGNAME="root")
        assert f"acknowledged by root login root (login uid {OFFICER})" in forged.stdout
        made = deployed.as_user(
            OFFICER,
            "silence",
            "add",
            "--text",
            "balad",
            "--for",
            "1h",
            "--reason",
            "drill",
            groups=(GROUP,),
            LOGNAME="noor",
        )
        assert f"by noor (login uid {OFFICER}): drill" in made.stdout
        assert "held back 1 story\n  A militia moves on Balad (Outlet 1)" in made.stdout
        assert running.says(rf"order ack by=root login root \(login uid {OFFICER}\)")


@needs_root
def test_check_says_what_it_may_not_read_and_ends_well(deployed: Deployed) -> None:
    text = deployed.rules.read_text().replace("receivers:\n", 'receivers:\n  duty: {urls: ["${DUTY_URL}"]}\n')
    deployed.rules.write_text(text, encoding="utf-8")
    assert "${DUTY_URL} is not set" in deployed.run("check", expect=1).stderr
    secrets = deployed.place / "secrets.env"
    secrets.write_text(f'# the duty desk\nDUTY_URL="{deployed.hook.url}"\n', encoding="utf-8")
    secrets.chmod(0o600)
    assert "rules.yaml: ok" in deployed.run("check").stdout
    done = deployed.as_user(OFFICER, "check", groups=(GROUP,), fresh=True)
    assert done.returncode == 0, done.stderr
    assert "secrets.env may not be read by this user; the secrets of duty are not checked" in done.stderr
    assert "how often they match is not looked up" in done.stdout
    secrets.chmod(0o644)
    warned = deployed.run("check").stderr
    assert "secrets.env:1:1: warning: others than its owner may read this file of secrets" in warned
    assert deployed.hook.url not in warned


HOSTILE = [
    (b"", "unknown request; known: read"),
    (b"\n", "unknown request"),
    (b"\xff\xfe\x00\n", "unknown request"),
    (b"[" * 50_000 + b"\n", "unknown request"),
    (b"x" * 900_000 + b"\n", "at most 300 KB"),
    (b'{"command": ["ack"]}\n', "unknown request"),
    (b'{"command": "ack"}\n', "lacks 'id'"),
    (b'{"command": "silence-add"}\n', "lacks"),
    (
        b'{"command": "silence-add", "scope": "all", "value": "x", "ends": "x", "by": 1, "reason": 2}\n',
        "cannot be used",
    ),
    (b'{"command": "rematch", "seconds": 1e999}\n', "cannot be used"),
    (b'{"command": "ack", "id": "\\ud800", "by": "x"}\n', "s"),
    (b'{"command": "read"}\n', "lacks 'words'"),
    (b'{"command": "read", "words": "status"}\n', "a list of texts"),
    (b'{"command": "read", "words": []}\n', "a list of texts"),
]


def _send(desk: Deployed, line: bytes) -> dict[str, Any]:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(30)
        caller.connect(str(desk.socket))
        try:
            caller.sendall(line)
            caller.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has had enough and says so
        answer: dict[str, object] = json.loads(caller.makefile(encoding="utf-8").readline())
        return answer


def test_hostile_requests_are_answered_in_a_sentence(deployed: Deployed) -> None:
    with watching(deployed) as (running, _):
        for line, said in HOSTILE:
            assert said in str(_send(deployed, line)["error"]), line[:80]
        assert "Traceback" not in "".join(running.log)
        assert "exit" in _send(deployed, b'{"command": "read", "words": ["status"]}\n')


REFUSED = [
    ["run"], ["check"], ["demo"], ["ack", "s1"], ["rematch"], ["match", "/etc/passwd"],
    ["deliveries", "resend", "d1"], ["silence", "add", "--rule", "x"], ["silence", "end", "q1"], ["silence"],
    ["sources", "add", "127.0.0.1"], ["sources", "try", "s1"],
    ["status", "--config", "/etc/passwd"], ["status", "-c", "/etc/passwd"], ["status", "-c/etc/passwd"],
    ["status", "--config=/etc/passwd"], ["status", "--state-dir", "/"], ["--socket", "x", "status"],
    ["backtest", "--from", "/etc/passwd"], ["backtest", "--against=/etc/passwd"],
    ["sources", "evidence", "a1", "--out", "/x"], ["sources", "evidence", "a1", "--out=/x"],
    ["explain", "/etc/passwd"], ["explain", "etc/passwd"], ["explain", "-"], ["explain", "http://127.0.0.1/"],
    ["explain", "--", "/etc/passwd"], ["explain", "file:///etc/passwd"],
]  # fmt: skip


def test_reads_touch_no_file_and_write_nothing_for_others(deployed: Deployed) -> None:
    with watching(deployed) as (_, story):
        for words in REFUSED if EXHAUSTIVE else REFUSED[::3]:
            answer = _send(deployed, json.dumps({"command": "read", "words": words}).encode() + b"\n")
            [(stream, text)] = answer["said"]
            assert (answer["exit"], stream) == (2, "err"), (words, answer)
            assert text.startswith("watchfloor: the daemon "), (words, answer)
        secret = _send(deployed, json.dumps({"command": "read", "words": ["explain", f"{story} x"]}).encode() + b"\n")
        assert secret["exit"] == 0


def test_callers_that_say_nothing_keep_nobody_waiting(deployed: Deployed) -> None:
    with watching(deployed) as (_, _):
        silent = [socket.socket(socket.AF_UNIX) for _ in range(control.MOST_CALLERS)]
        try:
            for each in silent:
                each.connect(str(deployed.socket))
            assert "try again in a moment" in str(
                _send(deployed, b'{"command": "read", "words": ["status"]}\n')["error"]
            )
            # they are told in time that nothing came, and make room
            silent[-1].settimeout(30)
            assert b"no request within 5 s" in silent[-1].makefile("rb").readline()
        finally:
            for each in silent:
                each.close()
        assert _send(deployed, b'{"command": "read", "words": ["status"]}\n')["exit"] == 0


def test_no_secret_reaches_a_command_that_is_answered_for_others(deployed: Deployed) -> None:
    bare = reads.Reads(
        deployed.rules, deployed.place / "var", lambda: {"WATCH_MAIL_URL": "mailto://x:y@z", "PATH": "/bin"}
    )
    assert set(bare._environ({}, "status")) == {
        "PATH",
        "WATCHFLOOR_CONFIG",
        "WATCHFLOOR_STATE_DIR",
        "NO_COLOR",
    }
    assert "WATCH_MAIL_URL" in bare._environ({}, "test-receiver")


def test_daemon_ends_while_it_answers_and_takes_its_socket_along(deployed: Deployed) -> None:
    with watching(deployed) as (running, _):
        running.process.send_signal(15)
        assert running.process.wait(60) == 0
        assert not deployed.socket.exists()
        assert deployed.run("status").stdout.startswith(
            "daemon: not running since "
        )  # its owner may read the store alone
        assert "no daemon listens at" in deployed.run("ack", "s1", expect=1).stderr


@needs_root
def test_secrets_saved_where_the_daemon_may_not_read_them_are_a_fault_once(deployed: Deployed) -> None:
    secrets = deployed.place / "secrets.env"
    secrets.write_text("HOOK_TOKEN=of-june\n")
    secrets.chmod(0o600)
    python, path = interpreter()
    lines = (
        "import sys; from pathlib import Path; from alerts.run.secrets_file import SecretsFile\n"
        "read = SecretsFile(Path(sys.argv[1]), {'HOOK_TOKEN': 'of-june'})\n"
        "for _ in sys.stdin:\n"
        "    print(read.read().values['HOOK_TOKEN'], *map(str, read.faults), flush=True)\n"
    )
    with subprocess.Popen(
        [python, "-c", lines, str(secrets)],
        cwd="/", env={"PYTHONPATH": path}, user=STRANGER, group=STRANGER, extra_groups=(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as service:  # fmt: skip
        assert service.stdin
        assert service.stdout
        said = []
        for text in ("", "HOOK_TOKEN=of-july-and-on\n", ""):
            if text:
                secrets.write_text(text)
            service.stdin.write("\n")
            service.stdin.flush()
            said.append(service.stdout.readline().strip())
        service.stdin.close()
    first, saved, later = said
    assert (first, later) == ("of-june", "of-june")
    assert saved.startswith("of-june ")
    assert saved.endswith("the daemon may not read it; chown it to its user, or restart the daemon")
