"""`watchfloor silence add`: hold messages back until a time, with the author and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from alerts.alert import Scope, Silence
from alerts.cli.common import (
    DURATION,
    config_option,
    counted,
    fail,
    json_option,
    print_json,
    rules_path,
    state_option,
    state_path,
)
from alerts.cli.loading import config_in_force
from alerts.cli.orders import login_name, run_order, show_last
from alerts.cli.screen import show
from alerts.cli.silence_usage import Led
from alerts.cli.times import UNTIL, Moment
from alerts.decide.silences import unknown
from alerts.line.silences import describe_withheld, goes_by, misnamed, would_have_withheld
from alerts.render.words import isolated, plain
from alerts.rule import Config
from alerts.store.opening import reading
from alerts.store.silences import end_of

STORIES_SHOWN = 5  # of those a new silence would have withheld


@click.command(name="add", cls=Led)
@config_option
@state_option
@json_option
@click.option("--rule", help="What this rule matches; other rules go on telling it.")
@click.option("--story", help="One story: its id, or that of a message on it.")
@click.option("--thread", help="All stories of one event.")
@click.option("--outlet", help="An outlet by its name, its source's id, or the host of its links.")
@click.option("--entity", help="What was matched by an entity, or by one that is_a it.")
@click.option("--text", help="Headlines with this phrase: its words side by side, in this order.")
@click.option("--for", "length", type=DURATION, help="How long, as 4h or 3d; at most 30 days.")
@click.option("--until", type=UNTIL, help="Until when: 06:00, 'tomorrow 06:00', 2026-11-26T06:00; in the desk's zone.")
@click.option("--reason", required=True, help="Why, for the colleague who wonders.")
@click.option("--by", help="Who silences (default: your login name).")
def add(
    path: Path | None,
    state_dir: Path | None,
    *,
    as_json: bool,
    length: timedelta | None,
    until: Moment | None,
    reason: str,
    by: str | None,
    **scopes: str | None,
) -> None:
    """Begin a silence, and show what it would have held back in the last 24 hours."""
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    config = config_in_force(rules, state)
    now = datetime.now(UTC)
    scope, value = _about(scopes, config)
    if scope is Scope.OUTLET:
        _check_outlet(value, config, state)
    ends = _end(length, until, config, now)
    request = {"scope": scope.value, "value": value, "ends": ends.isoformat(), "by": login_name(by)}
    answer = run_order(state, "silence-add", request | {"reason": plain(reason)})
    withheld = answer.get("last_24h") or _withheld_by(state, config, answer, now)
    if as_json:
        print_json(dict(answer) | {"last_24h": withheld})
        return
    if "last" in answer:
        show_last(answer["last"], config.timezone)
    made = _read(answer)
    until_when = end_of(made, now, config.timezone)
    show(f"silence {made.id} on {scope.value} {made.value}, {until_when}, by {made.author}: {made.reason}")
    show(*_told_of(withheld))


def _about(scopes: dict[str, str | None], config: Config) -> tuple[Scope, str]:
    """Return the one scope that was given, with its value; exit if it names a rule or an entity that is not there."""
    # exactly one: a silence on a rule and an outlet could be read as both or as either
    given = [(Scope(name), value.strip()) for name, value in scopes.items() if value is not None]
    if len(given) != 1:
        raise click.UsageError(f"name one of {', '.join(f'--{scope.value}' for scope in Scope)}")
    scope, value = given[0]
    value = value.removeprefix("$") if scope is Scope.ENTITY else value
    if problem := unknown(scope, value, config) or ("" if value else f"--{scope.value} is empty"):
        fail(problem)
    return scope, value


def _check_outlet(value: str, config: Config, state: Path) -> None:
    """Exit with 1 for an outlet that is not there; only a note for one that may be, by its links alone."""
    with reading(state) as connection:
        if problem := misnamed(connection, config, Scope.OUTLET, value):
            fail(problem)
        if not goes_by(connection, config, value):
            click.echo(f"watchfloor: note: no source in rules.yaml goes by {value}", err=True)


def _end(length: timedelta | None, until: Moment | None, config: Config, now: datetime) -> datetime:
    # no default: one that is forgotten would withhold alerts for as long as nobody wonders
    if (length is None) == (until is None):
        raise click.UsageError("a silence always ends: say --for 4h or --until 06:00")
    if until is not None:
        return until.at(now, config.timezone)
    assert length is not None
    return now + length


def _withheld_by(state: Path, config: Config, answer: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    # asked after the silence began: the officer sees at once what a silence too broad would hide
    with reading(state) as connection:
        return describe_withheld(would_have_withheld(connection, config, answer, now))


def _told_of(withheld: Mapping[str, Any]) -> list[str]:
    headlines = withheld["headlines"]
    head = f"in the last 24 h it would have held back {counted(len(headlines), 'story')}"
    shown = [f"  {isolated(title)} ({plain(outlet)})" for title, outlet in headlines]
    more = [f"  and {len(shown) - STORIES_SHOWN} more"] if len(shown) > STORIES_SHOWN else []
    return [head, *shown[:STORIES_SHOWN], *more]


def _read(answer: Mapping[str, Any]) -> Silence:
    begins, ends = (datetime.fromisoformat(answer[name]) for name in ("begins", "ends"))
    # as stored, which may differ from what was asked: a message's id became that of its story
    scope, value = Scope(answer["scope"]), answer["value"]
    return Silence(answer["id"], scope, value, answer["author"], answer["reason"], begins, ends)
