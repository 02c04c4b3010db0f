"""The rules file in force: what its tests were run by is what the watch matches by."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from alerts.rule import Config
from alerts.rules import lint
from alerts.rules.lint import TEST_TIME, compiled_to_test
from alerts.rules.match import Matcher
from alerts.run import rules_file
from alerts.run.rules_file import RulesFile
from alerts.run.secrets_file import SecretsFile
from crawler.article import Article
from crawler.config.problems import ConfigError
from tests.unit.desk import HEAD, article
from tests.unit.shipped import shipped

TESTED = """\
  - {{id: r-{mode}, title: R, match: [militia], severity: priority, notify: [console], mode: {mode},
     tests: {{match: [{holds}], no_match: [football]}}}}
"""


def _read(place: Path, *modes: str, holds: str = "A militia") -> RulesFile:
    rules = "".join(TESTED.format(mode=mode, holds=holds) for mode in modes)
    (place / "rules.yaml").write_text(HEAD.format(settings="") + "rules:\n" + rules, encoding="utf-8")
    return RulesFile(place / "rules.yaml", SecretsFile(None, {}), lambda: None)


def _matched(read: RulesFile) -> list[str]:
    return [each.rule for each in read.matcher.match(article("The militia left"))]


@pytest.mark.parametrize(
    ("modes", "compiled"), [(("live",), 1), (("shadow", "live"), 1), (("off", "shadow", "live"), 2)]
)
def test_rules_are_compiled_once_where_none_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, modes: tuple[str, ...], compiled: int
) -> None:
    made: list[Config] = []

    class Counted(Matcher):
        def __init__(self, config: Config) -> None:
            made.append(config)
            super().__init__(config)

    for room in (lint, rules_file):
        monkeypatch.setattr(room, "Matcher", Counted)
    read = _read(tmp_path, *modes)
    assert len(made) == compiled
    assert _matched(read) == [f"r-{mode}" for mode in modes if mode != "off"]
    asyncio.run(read.load())
    assert len(made) == 2 * compiled
    assert _matched(read) == [f"r-{mode}" for mode in modes if mode != "off"]


def test_rules_that_are_refused_leave_those_in_force_compiled(tmp_path: Path) -> None:
    read = _read(tmp_path, "live")
    before = read.matcher
    with pytest.raises(ConfigError, match="expected a match"):
        _read(tmp_path, "off", holds="Calm")
    with pytest.raises(ConfigError, match="expected a match"):
        asyncio.run(read.load())
    assert read.matcher is before


def test_a_rule_judged_alone_is_judged_as_among_all() -> None:
    config = shipped()
    matcher, tested = Matcher(config), compiled_to_test(config)
    headlines = [case for rule in config.rules for case, _ in (*rule.tests.match[:2], *rule.tests.no_match[:2])]
    for headline in headlines:
        given = Article("a1", "wire", headline, TEST_TIME)
        found = {each.rule: each for each in matcher.match(given)}
        assert tested.match(given) == tuple(found.values())
        assert {rule.id: tested.match_of(rule.id, given) for rule in config.rules} == {
            rule.id: found.get(rule.id) for rule in config.rules
        }
