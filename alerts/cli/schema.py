"""`watchfloor schema`: print the JSON Schema of rules.yaml, made from the tables that the reader goes by."""

from __future__ import annotations

import json

import click

from alerts.rules.schema import schema


@click.command(name="schema")
def command() -> None:
    """Print the JSON Schema (draft-07) of rules.yaml, for editors; deploy/rules.schema.json is this."""
    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
