"""`watchfloor check`: every error of rules.yaml at once, then the rules' own tests."""

from __future__ import annotations

from pathlib import Path

import click

from alerts.cli.common import config_option, load_config, refuse, rules_path
from alerts.lint import failed_tests
from alerts.rule import Config
from crawler.yamlfile import ConfigError


@click.command(name="check")
@config_option
def command(path: Path | None) -> None:
    """Find every error in rules.yaml and run the rules' own tests. Nothing running is touched."""
    config = load_config(rules_path(path))
    problems = failed_tests(config)
    if problems:
        refuse(ConfigError(problems))
    click.echo(summary(config))


def summary(config: Config) -> str:
    tests = sum(len(rule.tests.match) + len(rule.tests.no_match) for rule in config.rules)
    counted = [
        (len(config.rules), "rule", "rules"),
        (len(config.sources), "source", "sources"),
        (len(config.entities), "entity", "entities"),
        (len(config.receivers), "receiver", "receivers"),
    ]
    parts = ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counted)
    return f"{config.path}: ok; {parts}; {tests} tests hold"
