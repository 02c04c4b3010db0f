"""`watchfloor suggest`: spellings of an entity that no alias lists, or the forms of a word written with "~"."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.cli.common import config_option, fail, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.loading import Faults, articles_in, load_config
from alerts.cli.screen import show
from alerts.cli.stored import archived
from alerts.cli.times import SINCE, Moment, beginning
from alerts.rules.forms import FormError
from alerts.rules.forms.paradigm import denied, inflect, is_paradigm
from alerts.rules.suggest import spellings
from crawler.config.values import nearest


@click.command(name="suggest")
@config_option
@state_option
@json_option
@click.option(
    "--since",
    type=SINCE,
    default="30d",
    show_default=True,
    help="From when on in the stored archive: 7d, yesterday, 2026-06-14.",
)
@click.option("--from", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Article lines.")
@click.argument("entity")
def command(
    path: Path | None, state_dir: Path | None, *, as_json: bool, since: Moment, file: Path | None, entity: str
) -> None:
    """Show how ENTITY is spelled in the archive where none of its aliases says so, most frequent first.

    A word with "~" shows the forms it stands for in a rule: watchfloor suggest "strike~".
    """
    if is_paradigm(entity):
        _show_forms(entity, as_json=as_json)
        return
    rules = rules_path(path)
    config = load_config(rules, resolve_secrets=False)
    if entity not in config.entities:
        fail(f'no entity "{entity}" in {rules}{nearest(entity, config.entities)}')
    faults = Faults(str(file))
    if file:
        articles = [line.article for line in articles_in(file, faults)]
    else:
        articles = archived(state_path(state_dir, rules), beginning(since, datetime.now(UTC), config.timezone))
    found = spellings(config.entities[entity], articles)
    if as_json:
        print_json([{"spelling": each.text, "alias": each.alias, "times": each.times} for each in found])
    for each in () if as_json else found:
        show(f'{each.times:6}  "{each.text}"  (like {each.alias})')
    if not found and not as_json:
        show(f"no spelling of {entity} in {len(articles)} articles that its aliases do not list")
    faults.end()


def _show_forms(term: str, *, as_json: bool) -> None:
    try:
        forms, denials = inflect(term), denied(term)
    except FormError as error:
        fail(f'"{term}": {error}')
    if as_json:
        told = [{"form": each.text, "kind": each.kind} for each in forms]
        print_json([*told, *({"form": each.text, "kind": "denial"} for each in denials)])
        return
    for each in forms:
        show(f"{each.kind:8} {each.text}")
    if denials:
        show(f"no hit inside these, which deny it: {', '.join(each.text for each in denials)}")
