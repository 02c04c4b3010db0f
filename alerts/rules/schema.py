"""Turn the tables of keys and operators into JSON Schemas (draft-07) for yaml-language-server. Pure."""

from __future__ import annotations

from typing import Any

from alerts.rules.operators import OPERATORS, WRITABLE
from alerts.rules.tables import FILE, INCLUDED
from alerts.rules.terms import LONGEST_TERM
from crawler.config.keys import Table


def schema() -> dict[str, Any]:
    """Return the schema of rules.yaml, with the meaning of each key and operator for tooltips."""
    return _schema("Watchfloor rules", FILE)


def included_schema() -> dict[str, Any]:
    """Return the schema of a file that rules.yaml includes: its sections, and none of them required."""
    return _schema("Watchfloor rules, an included file", INCLUDED)


def _schema(title: str, table: Table) -> dict[str, Any]:
    operators = {op: {**OPERATORS[op].schema, "description": OPERATORS[op].doc} for op in WRITABLE}
    # a term is not listed among the keys: it is written as a plain text
    condition = {
        "description": "a term, a list (any of it), or operators (all of them hold)",
        "anyOf": [
            {"type": "string", "minLength": 1, "maxLength": LONGEST_TERM, "description": OPERATORS["term"].doc},
            {"type": "array", "items": {"$ref": "#/definitions/condition"}, "minItems": 1},
            {"type": "object", "properties": operators, "additionalProperties": False, "minProperties": 1},
        ],
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "definitions": {"condition": condition},
        **table.schema(),
    }
