"""rules.yaml: one file an admin mistake with the messages it gets; what a good one becomes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from alerts.rules.config import exposed, fingerprint, load
from alerts.rules.lint import failed_tests
from crawler.config.sources import read_sources
from crawler.config.yamlfile import ConfigError, Problems, read_file, read_yaml
from tests.unit.desk import desk, rule

MISTAKES = Path(__file__).parents[1] / "config"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(path.stem for path in MISTAKES.glob("*.yaml")))
def test_mistake_gets_its_message(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(MISTAKES)
    expected = (MISTAKES / f"{name}.txt").read_text(encoding="utf-8").splitlines()[:-1]
    with pytest.raises(ConfigError) as caught:
        raise ConfigError(failed_tests(load(Path(f"{name}.yaml"), environ={})))
    assert [str(problem) for problem in caught.value.problems] == expected


def test_shipped_rules_are_valid_and_their_tests_hold() -> None:
    config = load(ROOT / "rules.yaml", environ={})
    assert failed_tests(config) == []
    assert len(config.sources) >= 12
    assert len(config.entities) >= 12
    scripts = ("a-z", "\u0627-\u064a")
    for entity in config.entities.values():
        letters = "".join(entity.aliases)
        assert any(char.isascii() and char.isalpha() for char in letters), entity.id
        assert any("\u0600" <= char <= "\u06ff" for char in letters), (entity.id, scripts)
    assert all(rule.tests.match and rule.tests.no_match for rule in config.rules)


def test_secret_is_taken_from_the_environment_and_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    desk(tmp_path, rule("[militia]"))
    path.write_text(path.read_text().replace("console://", "${HOOK}"))
    config = load(path, environ={"HOOK": "json://127.0.0.1:9/token-of-mine"})
    assert config.receivers["console"].targets[0].url == "json://127.0.0.1:9/token-of-mine"
    with pytest.raises(ConfigError) as caught:
        load(path, environ={"HOOK": "slack://token-of-mine"})
    assert "token-of-mine" not in str(caught.value)
    assert load(path, resolve_secrets=False, environ={}).receivers["console"].targets[0].url == "${HOOK}"


def test_rule_version_follows_what_decides_and_nothing_else(tmp_path: Path) -> None:
    def version(match: str, **words: str) -> str:
        return desk(tmp_path, rule(match, **words)).rules[0].version

    same = version('["$pmf"]')
    assert version('["$pmf"]') == same
    assert version('["$pmf"]', notify="[console, hook]") == same
    assert version('["$pmf"]', severity="flash") != same
    assert version('["$kataib-hezbollah"]') != same
    words = (tmp_path / "rules.yaml").read_text()
    (tmp_path / "rules.yaml").write_text(words.replace("$kataib-hezbollah", "$pmf").replace('"=PMF", ', ""))
    assert load(tmp_path / "rules.yaml", environ={}).rules[0].version != same


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deep", "a: " + "[" * 2_000),
        ("anchors", "a: &a [x]\nb: [*a, *a, *a]\n"),
        ("large", "a: " + "x" * 1_100_000),
        ("NUL", "a: \x00"),
        ("big int", "version: " + "9" * 5_000),
    ],
)
def test_bomb_is_refused_at_once(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    started = time.process_time()
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert caught.value.problems, name
    assert time.process_time() - started < 5  # a bomb takes minutes; this is no benchmark


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    (tmp_path / "latin").write_bytes("title: caf\xe9\n".encode("latin-1"))
    for name, words in [
        ("fifo", "no regular file"),
        (".", "a directory"),
        ("absent", "No such file"),
        ("latin", "no UTF-8"),
    ]:
        problems = Problems()
        assert read_file(tmp_path / name, problems)[1] is None
        assert words in str(next(iter(problems)))


def test_places_count_code_points_from_one() -> None:
    problems = Problems()
    read_yaml("الحشد: [militia,\n  *militia]\n", "r.yaml", problems)
    assert [str(problem.place) for problem in problems] == ["r.yaml:2:3"]


def test_sources_are_read_without_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    settings = 'settings: {allow_private: ["10.0.0.0/8"]}'
    path.write_text(f'sources:\n  - {{id: a, url: "https://a.example/f"}}\n{settings}\nrules: 7\n')
    sources, allowed = read_sources(path)
    assert ([source.id for source in sources], allowed) == (["a"], ("10.0.0.0/8",))


def test_fingerprint_changes_when_the_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    assert fingerprint(path) == (None,)
    path.write_text("a")
    first = fingerprint(path)
    other = tmp_path / "other"
    other.write_text("a")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)
    assert fingerprint(path) != first


def test_file_that_others_may_write_is_named(tmp_path: Path) -> None:
    desk(tmp_path, rule("[militia]"))
    path = tmp_path / "rules.yaml"
    path.chmod(0o644)
    assert exposed(path) == []
    path.chmod(0o664)
    assert [str(each) for each in exposed(path)] == [
        f"{path}:1:1: others may write this file; chmod go-w takes that away"
    ]


def test_environment_is_read_in_receivers_only(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    desk(tmp_path, rule('["x1 ${SECRET}"]'), settings='contact: "${SECRET}"')
    words = path.read_text().replace("title: Rule r", 'title: "${SECRET}"')
    path.write_text(words)
    config = load(path, environ={"SECRET": "hunter2"})
    assert "hunter2" not in repr(config)
    assert (config.contact, config.rules[0].title) == ("${SECRET}", "${SECRET}")
