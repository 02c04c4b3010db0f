"""`watchfloor backtest`: count what rules match in the archive or a file, or how two rules files differ on it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.cli.common import config_option, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.loading import Faults, articles_in, load_config
from alerts.cli.progress import doing, progress
from alerts.cli.screen import show
from alerts.cli.stored import archived, kept_only_matched
from alerts.cli.times import SINCE, Moment, beginning
from alerts.render.words import plain
from alerts.rule import Config
from alerts.rules.backtest import Caught, RuleChange, compare, days, per_rule, run
from crawler.article import Article

HEADLINES_SHOWN = 10  # headlines shown for each rule and kind of change


@click.command(name="backtest")
@config_option
@state_option
@json_option
@click.option(
    "--since",
    type=SINCE,
    default="7d",
    show_default=True,
    help="From when on in the stored archive: 7d, yesterday, 2026-06-14.",
)
@click.option("--from", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Article lines.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="Another rules file: show what the one at --config changes on it.",
)
def command(
    path: Path | None,
    state_dir: Path | None,
    *,
    as_json: bool,
    since: Moment,
    file: Path | None,
    against: Path | None,
) -> None:
    """Match the stored archive, or the lines of a file, and count by rule; with --against, gained, lost, changed."""
    rules = rules_path(path)
    # nothing is sent, so the receivers' URLs may stay unresolved, as on the machine of whoever writes the rules
    config = load_config(rules, resolve_secrets=False)
    other = load_config(against, resolve_secrets=False) if against else None
    faults = Faults(str(file))
    if file:
        articles = [line.article for line in articles_in(file, faults)]
    else:
        with doing("reading the archive"):
            articles = archived(state_path(state_dir, rules), beginning(since, datetime.now(UTC), config.timezone))
    found = run(config, progress(articles, "matching"))
    # `--against` is the file before the change, --config the one after it
    unseen = {} if file else _unseen(config, state_path(state_dir, rules))
    if other is not None:
        _tell_changes(
            compare(run(other, progress(articles, "matching by the other")), found), len(articles), as_json=as_json
        )
    else:
        _tell_counts(config, per_rule(found, config), articles, unseen, as_json=as_json)
    if unseen and not as_json:
        show(f"not counted: {unseen['words']}")
    faults.end()


def _unseen(config: Config, state: Path) -> dict[str, object]:
    """Return what the archive lacks and these counts cannot tell: items their sources did not keep; {} if none."""
    sources = [each.id for each in config.sources if each.keep == "matched"]
    items = kept_only_matched(state)
    if not sources and not items:
        return {}
    names = f" of {', '.join(sources)}" if sources else ""
    what = f"{items} items{names} that no rule matched when they came (keep: matched)"
    words = f"{what}; a rule that is new or wider since may match some"
    return {"items": items, "sources": sources, "words": words}


def _tell_counts(
    config: Config, counts: dict[str, int], articles: list[Article], unseen: dict[str, object], *, as_json: bool
) -> None:
    span = days(articles)
    if as_json:
        rows = [{"rule": rule, "matches": n, "per_day": round(n / span, 2)} for rule, n in counts.items()]
        print_json({"articles": len(articles), "days": span, "rules": rows, **({"unseen": unseen} if unseen else {})})
        return
    for rule, n in counts.items():
        show(f"{n:6}  {n / span:7.1f} a day  {rule}")
    show(f"{sum(counts.values())} matches of {len(config.rules)} rules on {len(articles)} articles, {span} days")


def _tell_changes(changes: list[RuleChange], articles: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"articles": articles, "rules": [_record(change) for change in changes]})
        return
    for change in changes:
        gained, lost, changed = len(change.gained), len(change.lost), len(change.changed)
        show(f"{change.rule}: {gained} gained, {lost} lost, {changed} with another severity")
        _headlines("+", change.gained)
        _headlines("-", change.lost)
        for before, after in change.changed[:HEADLINES_SHOWN]:
            show(f"  ~ {before.severity.word} -> {after.severity.word}: {plain(after.article.title)}")
    show(f"{len(changes)} rules differ on {articles} articles")


def _headlines(sign: str, caught: tuple[Caught, ...]) -> None:
    for each in caught[:HEADLINES_SHOWN]:
        show(f"  {sign} {each.severity.word}: {plain(each.article.title)}")
    if len(caught) > HEADLINES_SHOWN:
        show(f"  {sign} and {len(caught) - HEADLINES_SHOWN} more")


def _record(change: RuleChange) -> dict[str, object]:
    return {
        "rule": change.rule,
        "gained": [_caught(each) for each in change.gained],
        "lost": [_caught(each) for each in change.lost],
        "changed": [
            {**_caught(after), "before": before.severity.word, "score_before": before.score}
            for before, after in change.changed
        ],
    }


def _caught(each: Caught) -> dict[str, object]:
    return {
        "id": each.article.id,
        "title": each.article.title,
        "severity": each.severity.word,
        "score": each.score,
    }
