"""`watchfloor schema`: print the JSON Schema of rules.yaml, made from the tables that the reader goes by."""

from __future__ import annotations

import json

import click

from alerts.rules.schema import included_schema, schema


@click.command(name="schema")
@click.option("--included", is_flag=True, help="Of the files that rules.yaml includes: deploy/included.schema.json.")
def command(*, included: bool) -> None:
    """Print the JSON Schema (draft-07) of rules.yaml, for editors; deploy/rules.schema.json is this."""
    click.echo(json.dumps(included_schema() if included else schema(), indent=2, ensure_ascii=False))
