"""`watchfloor explain`: why a rule matched an article or did not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import click

from alerts import archive
from alerts.cli.common import (
    Faults,
    articles_in,
    config_option,
    fail,
    json_option,
    load_config,
    print_json,
    rules_path,
    state_option,
    state_path,
)
from alerts.explain import explain, lines
from alerts.match import Matcher
from alerts.render.text import plain
from alerts.rule import Rule
from alerts.standing import Standing, lacking, standing_of
from crawler.article import Article, Relation


@click.command(name="explain")
@config_option
@state_option
@json_option
@click.option("--rule", "only", help="Explain this rule only; without it, every rule that is not off.")
@click.argument("what")
def command(path: Path | None, state_dir: Path | None, *, as_json: bool, only: str | None, what: str) -> None:
    """Say why rules matched WHAT or did not: a file (JSON lines or .txt), - for standard input, or a stored id."""
    rules = rules_path(path)
    config = load_config(rules, resolve_secrets=False)
    matcher = Matcher(config)
    chosen = [rule for rule in matcher.rules if only in {None, rule.id}]
    if not chosen:
        fail(f'no rule "{only}"; there are {", ".join(rule.id for rule in matcher.rules)}')
    state = state_path(state_dir, rules)
    for article in _articles(what, state):
        made = [explain(matcher, rule, article) for rule in chosen]
        placed = _placed(state, article, {source.id: source.reliability for source in config.sources})
        if as_json:
            print_json(
                {"id": article.id, "placed": placed and asdict(placed), "rules": [asdict(each) for each in made]}
            )
        else:
            click.echo(f"{article.id}: {plain(article.title)}")
            click.echo("\n".join([*(_placement(placed) if placed else []), *_waits(chosen, placed)]))
            click.echo("\n".join(line for each in made for line in lines(each)))


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a stored article stands, by which evidence, and the standing of its thread."""

    story: str
    thread: str
    relation: Relation
    evidence: str
    change: str
    standing: Standing


def _placed(state: Path, article: Article, letters: dict[str, str]) -> Placed | None:
    """Look a stored article's place up; None for one that comes from a file."""
    members = archive.members_of(state, article.id) if archive.exists(state) else ()
    found = next((each for each in members if each.article == article.id), None)
    if found is None:
        return None
    standing = standing_of(archive.members_of(state, found.thread), letters)
    return Placed(found.story, found.thread, found.relation, found.evidence, found.change, standing)


def _placement(placed: Placed) -> list[str]:
    joined = placed.relation in {Relation.DUPLICATE, Relation.UPDATED}
    opens = "joined story" if joined else "opened story"
    return [
        f"  {placed.relation.value}: {opens} {placed.story} in thread {placed.thread}"
        f"{f'; changed: {plain(placed.change)}' if placed.change else ''}",
        f"  because: {plain(placed.evidence) or 'no stored article shares its words'}",
        f"  thread: {plain(str(placed.standing))}",
    ]


def _waits(rules: list[Rule], placed: Placed | None) -> list[str]:
    """Say which rules would wait for the thread, whatever the words say."""
    if placed is None:
        return []
    lacks = [(rule.id, lacking(rule.when, placed.standing)) for rule in rules if rule.when]
    return [f"  rule {name} waits for its thread: {lack}" for name, lack in lacks if lack]


def _articles(what: str, state: Path) -> list[Article]:
    if what == "-" or Path(what).exists():
        faults = Faults(what)
        found = [line.article for line in articles_in(Path(what), faults)]
        faults.end()
        return found
    stored = archive.articles_of(state, what) if archive.exists(state) else []
    if not stored:
        fail(f'"{what}" is neither a file nor the id of an article or story stored in {state}')
    return stored
