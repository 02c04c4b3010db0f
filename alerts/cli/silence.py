"""`watchfloor silence add | list | end`: hold messages back until a time, with the author and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

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
from alerts.cli.times import UNTIL, Moment, desk_zone
from alerts.decide.silences import unknown
from alerts.line.orders import describe_silence
from alerts.line.silences import describe_withheld, would_have_withheld
from alerts.render.words import isolated, plain
from alerts.rule import Config
from alerts.store import silences
from alerts.store.opening import reading
from alerts.store.silences import end_of
from crawler.text.urls import host

STORIES_SHOWN = 5  # of those a new silence would have withheld
EXAMPLE = 'watchfloor silence add --text "drill in Basra" --for 4h --reason "announced drill"'


class _Led(click.Command):
    """A command whose errors of usage end with an example: the scope, a length and a reason are all needed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; where they are no silence, say what one looks like."""
        try:
            return super().parse_args(ctx, args)
        except NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            raise _with_example(error, ctx) from error


class _LedGroup(_Led, click.Group):
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; where there is none of that name, say how a silence is begun."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise _with_example(error, ctx) from error


def _with_example(error: click.UsageError, ctx: click.Context) -> click.UsageError:
    return click.UsageError(f"{error.format_message().rstrip('.')}; a silence is begun by {EXAMPLE}", ctx)


@click.group(name="silence", cls=_LedGroup)
def command() -> None:
    """Hold messages back for a time: by rule, story, thread, outlet, entity or words of the headline."""


@command.command(name="add", cls=_Led)
@config_option
@state_option
@json_option
@click.option("--rule", help="What this rule matches; other rules go on telling it.")
@click.option("--story", help="One story: its id, or that of a message on it.")
@click.option("--thread", help="All stories of one event.")
@click.option("--outlet", help="An outlet by its name, its source's id, or the host of its links.")
@click.option("--entity", help="What was matched by an entity, or by one that is_a it.")
@click.option("--text", help="Headlines with these words.")
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
    """Return the one scope that was given, with its value; exit if it names a rule or an entity that is not there.

    An outlet that no source has is accepted, with a note.
    """
    # exactly one: a silence on a rule and an outlet could be read as both or as either
    given = [(Scope(name), value.strip()) for name, value in scopes.items() if value is not None]
    if len(given) != 1:
        raise click.UsageError(f"name one of {', '.join(f'--{scope.value}' for scope in Scope)}")
    scope, value = given[0]
    value = value.removeprefix("$") if scope is Scope.ENTITY else value
    if problem := unknown(scope, value, config) or ("" if value else f"--{scope.value} is empty"):
        fail(problem)
    # A note and no error: an outlet may be known by the host of its links only, which no source names.
    if scope is Scope.OUTLET and value.casefold() not in _outlets(config):
        click.echo(f"watchfloor: note: no source in rules.yaml goes by {value}", err=True)
    return scope, value


def _outlets(config: Config) -> set[str]:
    return {name.casefold() for each in config.sources for name in (each.id, each.outlet, host(each.url))}


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
    messages = counted(withheld["messages"], "message")
    head = f"in the last 24 h it would have held back {messages} on {counted(len(headlines), 'story')}"
    shown = [f"  {isolated(title)} ({plain(outlet)})" for title, outlet in headlines]
    more = [f"  and {len(shown) - STORIES_SHOWN} more"] if len(shown) > STORIES_SHOWN else []
    return [head, *shown[:STORIES_SHOWN], *more]


def _read(answer: Mapping[str, Any]) -> Silence:
    begins, ends = (datetime.fromisoformat(answer[name]) for name in ("begins", "ends"))
    # as stored, which may differ from what was asked: a message's id became that of its story
    scope, value = Scope(answer["scope"]), answer["value"]
    return Silence(answer["id"], scope, value, answer["author"], answer["reason"], begins, ends)


@command.command(name="list")
@config_option
@state_option
@json_option
@click.option("--all", "every", is_flag=True, help="Those that have ended too.")
def list_silences(path: Path | None, state_dir: Path | None, *, as_json: bool, every: bool) -> None:
    """Show the silences in force, and what they held back that is not told yet."""
    now = datetime.now(UTC)
    rules = rules_path(path)
    zone = desk_zone(rules)
    with reading(state_path(state_dir, rules)) as connection:
        read = silences.all_silences if every else lambda c: silences.silences_in_force(c, now)
        found, untold = read(connection), silences.withheld_now(connection)
    for each in found:
        withheld = untold.get(each.id, 0)
        if as_json:
            print_json(describe_silence(each, now) | {"untold": withheld})
        else:
            said = f"; {counted(withheld, 'message')} held back, not told yet" if withheld else ""
            head = f"{each.id} {each.scope.value} {each.value}, {end_of(each, now, zone)}"
            show(f"{head}, by {each.author}: {each.reason}{said}")
    if not found and not as_json:
        show("no silence is in force" if not every else "there never was a silence")


@command.command(name="end")
@config_option
@state_option
@json_option
@click.option("--by", help="Who ends it (default: your login name).")
@click.argument("identity", metavar="ID")
def end(path: Path | None, state_dir: Path | None, *, as_json: bool, by: str | None, identity: str) -> None:
    """End a silence now; what it held back is told with the next message."""
    state = state_path(state_dir, rules_path(path))
    answer = run_order(state, "silence-end", {"id": identity, "by": login_name(by)})
    if as_json:
        print_json(answer)
    else:
        show(f"silence {answer['id']} on {answer['scope']} {answer['value']} has ended")
