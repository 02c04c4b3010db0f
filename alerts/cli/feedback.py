"""`watchfloor feedback`: say whether what was told was relevant; how precise each rule is by that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from alerts.cli.common import (
    DURATION,
    config_option,
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
from alerts.cli.zone import desk_zone
from alerts.decide.feedback import SPANS, Judgement, Precision, false_ones, last_word, precision
from alerts.decide.feedback_lines import as_tests, shares
from alerts.line.orders import describe_judgement
from alerts.render.words import isolated, plain, time
from alerts.store.feedback import judgements_since
from alerts.store.opening import reading

VERDICTS = {"relevant": True, "not": False}


@click.command(name="feedback")
@config_option
@state_option
@json_option
@click.option("--reason", default="", help="Why: it stands beside the judgement, and above a test made of it.")
@click.option("--by", help="Who judges (default: your login name).")
@click.option("--tests", "tests", is_flag=True, help="Print what was not relevant as tests for rules.yaml.")
@click.option("--rule", help="Only this rule.")
@click.option(
    "--since",
    type=DURATION,
    default="30d",
    show_default=True,
    help="Of what was told since: 7d, 30d.",
)
@click.argument("identity", required=False, metavar="[STORY|DELIVERY")
@click.argument("verdict", required=False, type=click.Choice([*VERDICTS]), metavar="relevant|not]")
def command(
    path: Path | None,
    state_dir: Path | None,
    *,
    as_json: bool,
    reason: str,
    by: str | None,
    tests: bool,
    rule: str | None,
    since: Any,
    identity: str | None,
    verdict: str | None,
) -> None:
    """Judge a story that was told: relevant, or not. Without a story: how precise each rule is, and what was not.

    Each person has one judgement of a story; of several the last counts. --tests prints lines to paste into rules.yaml.
    """
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    if identity is not None:
        if verdict is None:
            raise click.UsageError("say relevant or not: feedback last not --reason 'a football match'")
        request = {"id": identity, "relevant": VERDICTS[verdict], "reason": reason, "by": login_name(by)}
        _say(run_order(state, "feedback", request), desk_zone(rules), as_json=as_json)
        return
    config, now = config_in_force(rules, state), datetime.now(UTC)
    names = [each.id for each in config.rules if rule in {None, each.id}]
    if not names:
        fail(f'no rule "{rule}"')
    with reading(state) as connection:
        given = [each for each in judgements_since(connection, now - max(since, *SPANS)) if {*each.rules} & {*names}]
    asked = [each for each in given if each.told >= now - since]
    false = {name: found for name, found in false_ones(asked).items() if name in names}
    if tests:
        show(*as_tests(false))
        if not false:
            show("nothing was judged as not relevant", err=True)
        return
    found = {name: each for name, each in precision(given, names, now).items() if each[-1].judged or rule}
    if as_json:
        said = [describe_judgement(each) for each in asked]
        print_json({"rules": [_record(each) for each in found.values()], "judgements": said})
        return
    show(*_lines(found, asked, config.timezone))


def _say(answer: Any, zone: str, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    if "last" in answer:
        show_last(answer["last"], zone)
    for each in answer["judgements"]:
        word = "relevant" if each["relevant"] else "not relevant"
        of = f" (rules {', '.join(each['rules'])})" if each["rules"] else ""
        show(f"story {each['story']}: {word}, by {each['by']}{of}", f"  {isolated(each['title'])}")


def _record(found: Sequence[Precision]) -> dict[str, object]:
    spans = {f"{each.span.days}d": asdict(each) | {"span": each.span.days, "precision": each.share} for each in found}
    return {"rule": found[0].rule, **spans}


def _lines(found: dict[str, tuple[Precision, ...]], asked: Sequence[Judgement], zone: str) -> Iterator[str]:
    for rule, spans in found.items():
        yield f"{rule}  {shares(spans)}"
    if not found:
        yield "nothing was judged yet: watchfloor feedback last relevant, or not --reason 'a football match'"
    for each in last_word(asked):
        if not each.relevant:
            reason = f": {isolated(each.reason)}" if each.reason else ""
            yield f"not relevant  {each.story}  {time(each.told, zone)}  {plain(each.by)}{reason}"
            yield f"  {isolated(each.title)}  ({', '.join(each.rules)})"
