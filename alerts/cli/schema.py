"""`watchfloor schema`: the JSON Schema of rules.yaml, from the same tables that read it."""

from __future__ import annotations

import json

import click

from alerts.rules.schema import schema


@click.command(name="schema")
def command() -> None:
    """Print the JSON Schema (draft-07) of rules.yaml, for editors; deploy/rules.schema.json is this."""
    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
