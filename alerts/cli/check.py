"""`watchfloor check`: all errors of rules.yaml, the tests written in it, then warnings."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from alerts import receivers
from alerts.cli.common import config_option, counted, excerpt, rules_path, secrets_for, state_option, state_path
from alerts.cli.loading import load_config, refuse
from alerts.cli.places import STORE
from alerts.cli.progress import doing, progress
from alerts.render.words import span
from alerts.rule import Config
from alerts.rules import config as configuration
from alerts.rules.backtest import days, per_rule, run, too_little
from alerts.rules.config import exposed
from alerts.rules.everywhere import everywhere
from alerts.rules.lint import (
    BROAD_A_DAY,
    compiled_to_test,
    failed_tests,
    runs_as_tested,
    strange_links,
    too_broad,
    warnings,
)
from alerts.rules.match import Matcher
from alerts.rules.unplaced import without_points
from alerts.run.extras import done_without
from alerts.run.secrets_file import Secrets
from crawler.article import Article
from crawler.config.problems import ConfigError, Problem, Problems

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
LOOKED_BACK = timedelta(days=7)


@click.command(name="check")
@config_option
@state_option
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--broad", type=float, default=BROAD_A_DAY, show_default=True, help="Matches a day that are too many.")
@click.option("--labels", type=FILE, help="Measure the rules on items that a person judged: JSON lines, or a table.")
@click.option("--from", "articles", type=FILE, help="The articles of a table of labels, as JSON lines.")
@click.option("--misses", is_flag=True, help="With --labels: show what is not as labelled, of half A.")
def command(
    path: Path | None,
    state_dir: Path | None,
    *,
    strict: bool,
    broad: float,
    labels: Path | None,
    articles: Path | None,
    misses: bool,
) -> None:
    """Find every error in rules.yaml, run the rules' own tests, warn of what would go badly. Nothing is changed."""
    if (articles or misses) and not labels:
        raise click.UsageError("--from and --misses go with --labels")
    rules = rules_path(path)
    secrets = secrets_for(rules)
    config, hidden = _loaded(rules, secrets)
    # the daemon starts without such a source and says so; whoever checks the rules is to set its secret before
    with doing("running the rules' own tests"):
        matcher = compiled_to_test(config)
        failed = failed_tests(config, matcher)
    if problems := [*config.unset.values(), *failed]:
        refuse(ConfigError(problems))  # before the archive is read: rules that fail their own tests say nothing of it
    if labels:
        importlib.import_module("alerts.cli.labels").report(config, labels, articles, misses=misses)
        return
    if hidden:
        click.echo(f"note: {_unchecked(secrets, hidden)}", err=True)
    state = state_path(state_dir, rules)
    with doing("reading the last 7 days"):
        archived = _archived(state)
    short, many = too_little(archived, datetime.now(UTC)), days(archived)
    counts = _counted(config, archived, matcher)
    with doing("looking for what would go badly"):
        found = [
            *exposed(rules, config.files),
            *secrets.faults,
            *secrets.exposed,
            *done_without(config).values(),
            *warnings(config),
            *(everywhere(config, archived) if archived else ()),
            *strange_links(config, archived),
            *(too_broad(config, counts, many, broad) if short is None else ()),
        ]
    _warn(found)
    _note_rooms(config, hidden)
    _note_layout(rules, config)
    _note_places(config)
    _note_precision(config, state)
    matches = sum(counts.values())
    click.echo(_summary(config, _rate(matches, many, short) if archived else _no_archive(state)))
    if strict and found:
        sys.exit(1)


def _counted(config: Config, archived: list[Article], matcher: Matcher) -> dict[str, int]:
    """Return how often each rule matches the archive, by the rules as they were tested where none of them is off."""
    same = matcher if runs_as_tested(config) else None
    looked = progress(archived, "matching the last 7 days")
    return per_rule(run(config, looked, same) if archived else {}, config)


def _loaded(rules: Path, secrets: Secrets) -> tuple[Config, list[str]]:
    """Return the rules, and the receivers and sources that could not be checked, as this user may not read the secrets.

    That is no error of the rules. The service has them in its environment, and checks them.
    """
    if not secrets.unreadable:
        return load_config(rules), []
    config = load_config(rules, resolve_secrets=False, read_urls=True)
    hidden = [each.name for each in config.receivers.values() if any(_unset(target.url) for target in each.targets)]
    if hidden:
        return config, hidden
    config = load_config(rules)
    hidden = [*config.unset, *(["settings.translate"] if config.untranslated else [])]
    return replace(config, unset={}, untranslated=None), hidden  # not set here; the service may have them


def _unset(url: str) -> bool:
    return any(name not in os.environ for name in configuration.variables(url))


def _unchecked(secrets: Secrets, hidden: list[str]) -> str:
    who = f"the secrets of {', '.join(hidden)} are not checked"
    return f"{secrets.path} may not be read by this user; {who} (the service does at its start; sudo watchfloor check)"


def _archived(state: Path) -> list[Article]:
    """Return the articles of the last seven days, [] if nothing is stored: then SQLAlchemy is not imported either."""
    if not os.access(state / STORE, os.R_OK):
        return []
    archive = importlib.import_module("alerts.run.archive")
    found: list[Article] = archive.articles_since(state, datetime.now(UTC) - LOOKED_BACK)
    return found


def _warn(found: list[Problem]) -> None:
    for problem in found:
        click.echo(f"{problem.place}: warning: {problem.message}", err=True)
        if problem.place.file.endswith((".yaml", ".yml")):  # never a line of secrets
            click.echo(excerpt(problem.place), err=True)
    if found:
        click.echo(counted(len(found), "warning"), err=True)


def _note_places(config: Config) -> None:
    """Say which places no map and no distance finds; this is no warning, as a desk may do without either."""
    if said := without_points(config):
        click.echo(f"note: {said}", err=True)


def _note_precision(config: Config, state: Path) -> None:
    """Say how precise the rules are by what readers judged, of those of which something was."""
    if not os.access(state / STORE, os.R_OK):
        return
    for line in importlib.import_module("alerts.run.judged").precision_lines(state, config, datetime.now(UTC)):
        click.echo(f"note: {line}", err=True)


def _note_rooms(config: Config, hidden: Collection[str]) -> None:
    """Say what the services of receivers cannot hold; this is no warning, as our messages are laid out for it."""
    for receiver in config.receivers.values():
        for target in receiver.targets if receiver.name not in hidden else ():
            if said := receivers.room(target):
                click.echo(f"note: receiver {receiver.name} ({target.schema}://) {said}", err=True)


def _note_layout(rules: Path, config: Config) -> None:
    """Say which files `watchfloor fmt` would change; this is no warning."""
    lay_out, ignored = importlib.import_module("alerts.cli.fmt").laid_out, Problems()
    files = [rules, *(Path(each) for each in config.files)]
    changed = [str(file) for file in files if (made := lay_out(file, ignored)) and made.text != made.made]
    if changed:
        rest = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        click.echo(f"note: watchfloor fmt would change {', '.join(changed[:3])}{rest}", err=True)


def _rate(matches: int, of_days: int, short: timedelta | None) -> str:
    if short is not None:
        return f"{counted(matches, 'match')}, too little news stored for a rate: {span(short)}"
    return f"about {counted(round(matches / of_days), 'match')} a day on your last 7 days"


def _no_archive(state: Path) -> str:
    if state.exists() and not os.access(state, os.X_OK):
        return f"{state} is the daemon's own: how often they match is not looked up"
    return "no archive yet to say how many alerts a day"


def _summary(config: Config, about: str) -> str:
    tests = sum(len(rule.tests.match) + len(rule.tests.no_match) for rule in config.rules)
    counted = [
        (len(config.rules), "rule", "rules"),
        (len(config.sources), "source", "sources"),
        (len(config.entities), "entity", "entities"),
        (tests, "test holds", "tests hold"),
    ]
    parts = ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counted)
    return f"{config.path}: ok; {parts}, {about}"
