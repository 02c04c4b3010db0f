"""`watchfloor backtest`: count what rules match in the archive or a file, or how two rules files differ on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from alerts.cli.common import (
    config_option,
    counted,
    fail,
    json_option,
    print_json,
    rules_path,
    state_option,
    state_path,
)
from alerts.cli.loading import Faults, articles_in, load_config, read_config, refuse
from alerts.cli.progress import doing, progress
from alerts.cli.screen import show
from alerts.cli.stored import archived, kept_only_matched
from alerts.cli.times import SINCE, Moment, beginning
from alerts.render.words import plain, span
from alerts.rule import Config
from alerts.rules.backtest import Caught, RuleChange, compare, days, per_rule, run, too_little
from alerts.rules.lint import compiled_to_test, failed_tests, runs_as_tested
from crawler.article import Article
from crawler.config.includes import NO_FILE
from crawler.config.problems import ConfigError

HEADLINES_SHOWN = 10  # headlines shown for each rule and kind of change
FILES_NAMED = 3  # of those that both rules files include


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
    help="Another rules file, with the files it includes: show what the one at --config changes on it.",
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
    other = _load_other(against) if against else None
    faults = Faults(str(file))
    if file:
        articles = [line.article for line in articles_in(file, faults)]
    else:
        with doing("reading the archive"):
            articles = archived(state_path(state_dir, rules), beginning(since, datetime.now(UTC), config.timezone))
    tested = compiled_to_test(config)
    found = run(config, progress(articles, "matching"), tested if runs_as_tested(config) else None)
    # `--against` is the file before the change, --config the one after it
    unseen = {} if file else _unseen(config, state_path(state_dir, rules))
    if other is not None:
        before = run(other, progress(articles, "matching by the other"))
        live = {each.id for each in other.rules if each.mode == "live"}
        _tell_changes(compare(before, found, live), len(articles), as_json=as_json)
        if shared := _shared(config, other):
            show(f"note: {shared}", err=True)
    else:
        short = None if file else too_little(articles, datetime.now(UTC))
        _tell_counts(config, per_rule(found, config), articles, unseen, short, as_json=as_json)
    if unseen and not as_json:
        show(f"not counted: {unseen['words']}")
    if not as_json:
        for problem in failed_tests(config, tested):
            show(str(problem), err=True)
    faults.end()


def _load_other(path: Path) -> Config:
    """Return the rules to compare with; exit with 1 where they are faulty, in one sentence where only files lack."""
    try:
        return read_config(path, resolve_secrets=False)
    except ConfigError as error:
        lacking = [each for each in error.problems if NO_FILE in each.message]
        if len(lacking) < len(error.problems):
            refuse(error)
        fail(
            f"{path} includes {counted(len(lacking), 'file')} that {path.parent} does not have. Copy the whole folder "
            f"(cp -r), put the copy beside the rules themselves, or have git bring it: git worktree add FOLDER COMMIT"
        )


def _shared(new: Config, old: Config) -> str:
    """Return which included files stand in both comparisons, so that no change of theirs shows; "" for none."""
    old_files = {Path(each).resolve() for each in old.files}
    both = [Path(each).name for each in new.files if Path(each).resolve() in old_files]
    if not both:
        return ""
    more = f" and {len(both) - FILES_NAMED} more" if len(both) > FILES_NAMED else ""
    return (
        f"both include the same {counted(len(both), 'file')} ({', '.join(both[:FILES_NAMED])}{more}), as they are now: "
        "what you changed in them shows no difference. Compare with a copy of the whole folder from before the change "
        "(cp -r, or git worktree add FOLDER COMMIT): --against FOLDER/rules.yaml"
    )


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
    config: Config,
    counts: dict[str, int],
    articles: list[Article],
    unseen: dict[str, object],
    short: timedelta | None,
    *,
    as_json: bool,
) -> None:
    """Print the matches of each rule, and how many that is a day.

    `short` is for how long the archive has news where that is too little for a rate.
    """
    total = days(articles)
    is_short = short is not None
    if as_json:
        rows = [
            {"rule": rule, "matches": n, "per_day": None if is_short else round(n / total, 2)}
            for rule, n in counts.items()
        ]
        print_json({"articles": len(articles), "days": total, "rules": rows, **({"unseen": unseen} if unseen else {})})
        return
    for rule, n in counts.items():
        show(f"{n:6}  {rule}" if is_short else f"{n:6}  {n / total:7.1f} a day  {rule}")
    found, of = counted(sum(counts.values()), "match"), counted(len(config.rules), "rule")
    when = f"{total} day{'s' * (total != 1)}"
    if short is not None:
        when = f"too little news stored for a rate: {span(short)}"
    show(f"{found} of {of} on {counted(len(articles), 'article')}, {when}")


def _tell_changes(changes: list[RuleChange], articles: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"articles": articles, "rules": [_record(change) for change in changes]})
        return
    for change in changes:
        gained, lost, changed = len(change.gained), len(change.lost), len(change.changed)
        told = f"{len(change.told)} told already by other rules, " if change.told else ""
        show(f"{change.rule}: {gained} gained, {told}{lost} lost, {changed} with another severity")
        _headlines("+", change.gained)
        _headlines("=", [each for each, _ in change.told], [rules for _, rules in change.told])
        _headlines("-", change.lost)
        for before, after in change.changed[:HEADLINES_SHOWN]:
            show(f"  ~ {before.severity.word} -> {after.severity.word}: {plain(after.article.title)}")
    rules = counted(len(changes), "rule")
    show(f"{rules} {'differs' if len(changes) == 1 else 'differ'} on {counted(articles, 'article')}")


def _headlines(sign: str, caught: Sequence[Caught], by: Sequence[tuple[str, ...]] = ()) -> None:
    for number, each in enumerate(caught[:HEADLINES_SHOWN]):
        said = f" (by {', '.join(by[number])})" if by else ""
        show(f"  {sign} {each.severity.word}: {plain(each.article.title)}{said}")
    if len(caught) > HEADLINES_SHOWN:
        show(f"  {sign} and {len(caught) - HEADLINES_SHOWN} more")


def _record(change: RuleChange) -> dict[str, object]:
    return {
        "rule": change.rule,
        "gained": [_caught(each) for each in change.gained],
        "told": [{**_caught(each), "by": list(rules)} for each, rules in change.told],
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
