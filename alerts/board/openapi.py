"""The registry goes in; the OpenAPI document of /api/v1 comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from alerts.board.page import API, Order, Page
from alerts.board.registry import ORDERS, PAGES
from alerts.board.shapes import TEXT, keys

ERROR = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
FORM = "application/x-www-form-urlencoded"


def openapi() -> dict[str, Any]:
    """Return the document (OpenAPI 3.1): a GET beside each page, a POST for each order."""
    paths: dict[str, dict[str, Any]] = {}
    for page in PAGES:
        paths.setdefault(f"{API}{page.path}", {})["get"] = _read(page)
    for order in ORDERS:
        paths.setdefault(f"{API}{order.path}", {})["post"] = _order(order)
    named: dict[str, Any] = {}
    described = {path: _hoisted(operations, named) for path, operations in paths.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Watchfloor board",
            "version": "1",
            "description": "What each page of the board shows. Keys are added, never removed; null means absent.",
        },
        "paths": described,
        "components": {"schemas": named, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _read(page: Page) -> dict[str, Any]:
    query = [{"name": name, "in": "query", "description": doc, "schema": TEXT} for name, doc in page.filters.items()]
    return {
        "summary": page.title,
        "operationId": page.name,
        "parameters": [*_path(page.path), *query],
        "responses": {"200": _answer("the record of the page", page.answer), **_errors(400, 403, 404, 503)},
    }


def _order(order: Order) -> dict[str, Any]:
    fields = {name: {"type": "string", "description": doc} for name, doc in order.fields.items()}
    return {
        "summary": order.title,
        "security": [{"token": []}],
        "parameters": _path(order.path),
        "requestBody": {"content": {FORM: {"schema": _object(fields)}}},
        "responses": {
            "200": _answer("what came of it", keys(said=TEXT, answer=order.answer)),
            **_errors(400, 401, 403, 404, 409, 413, 415, 503),
        },
    }


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields)}


def _hoisted(part: Any, named: dict[str, Any]) -> Any:
    """Return a part of the document with each shape that has a title told once, in `named`, and referred to.

    Raises ValueError where two shapes have one title.
    """
    if isinstance(part, list):
        return [_hoisted(each, named) for each in part]
    if not isinstance(part, Mapping):
        return part
    whole = {name: _hoisted(each, named) for name, each in part.items()}
    if "properties" not in part or "title" not in part:
        return whole
    name = "".join(word.capitalize() for word in re.findall(r"[a-z]+", part["title"].lower()))
    if named.setdefault(name, whole) != whole:
        raise ValueError(f'two shapes have the title "{part["title"]}"')
    return {"$ref": f"#/components/schemas/{name}"}


def _path(path: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in re.findall(r"{(\w+)}", path)]


def _answer(doc: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": doc, "content": {"application/json": {"schema": dict(schema)}}}


def _errors(*codes: int) -> dict[str, Any]:
    return {str(code): _answer("why not, in words", ERROR) for code in codes}
