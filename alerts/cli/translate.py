"""`watchfloor translate`: ask the service of settings.translate for one headline; print its answer or its fault."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from alerts.alert import Translation
from alerts.cli.common import config_option, fail, json_option, print_json, rules_path
from alerts.cli.loading import load_config
from alerts.decide.translated_numbers import changed_numbers
from alerts.decide.translating import judged
from alerts.line.translations import lacking_names
from alerts.render.records import describe_translation
from alerts.render.sheet import translated
from alerts.rules.entities import EntityFinder
from alerts.run.libretranslate import ask
from alerts.store.translations import asked_of
from crawler.text.scripts import language_of


@click.command(name="translate")
@click.argument("text")
@config_option
@json_option
def command(text: str, path: Path | None, *, as_json: bool) -> None:
    """Ask the service for one headline, as the daemon does; ends with 1 where it gives no translation."""
    config = load_config(rules_path(path))
    if config.untranslated:
        fail(config.untranslated.message)
    if config.translate is None:
        fail("rules.yaml names no service; write settings.translate: {url: http://127.0.0.1:5000}")
    headline, source = asked_of(text), language_of(text, None) or "auto"
    answer = judged(asyncio.run(ask(config.translate, headline, source, config.language)), headline, config.language)
    if answer.fault:
        fail(f"{config.translate.url}: {answer.fault}")
    missing = lacking_names(EntityFinder(config), config, headline, answer.text)
    made = Translation(answer.text, missing, changed_numbers(headline, answer.text))
    if as_json:
        print_json({"source": source, "target": config.language, **(describe_translation(made) or {})})
    else:
        click.echo(translated(made))
