"""The registry goes in; the OpenAPI document of /api/v1 comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from alerts.board.page import API, Order, Page
from alerts.board.registry import ORDERS, PAGES

ANY_OBJECT = {"type": "object", "additionalProperties": True}
ERROR = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
DONE = {"type": "object", "properties": {"said": {"type": "string"}, "answer": ANY_OBJECT}, "required": ["said"]}
TEXT = {"type": "string"}


def openapi() -> dict[str, Any]:
    """Return the document (OpenAPI 3.1): a GET beside each page, a POST for each order."""
    paths: dict[str, dict[str, Any]] = {}
    for page in PAGES:
        paths.setdefault(f"{API}{page.path}", {})["get"] = _read(page)
    for order in ORDERS:
        paths.setdefault(f"{API}{order.path}", {})["post"] = _order(order)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Watchfloor board",
            "version": "1",
            "description": "What each page of the board shows. Keys are added, never removed; null means absent.",
        },
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _read(page: Page) -> dict[str, Any]:
    query = [{"name": name, "in": "query", "description": doc, "schema": TEXT} for name, doc in page.filters.items()]
    return {
        "summary": page.title,
        "operationId": page.name,
        "parameters": [*_path(page.path), *query],
        "responses": {"200": _answer("the record of the page", ANY_OBJECT), **_errors(400, 403, 404, 503)},
    }


def _order(order: Order) -> dict[str, Any]:
    fields = {name: {"type": "string", "description": doc} for name, doc in order.fields.items()}
    return {
        "summary": order.title,
        "security": [{"token": []}],
        "parameters": _path(order.path),
        "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": _object(fields)}}},
        "responses": {"200": _answer("what came of it", DONE), **_errors(400, 403, 404, 409, 503)},
    }


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields)}


def _path(path: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in re.findall(r"{(\w+)}", path)]


def _answer(doc: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": doc, "content": {"application/json": {"schema": dict(schema)}}}


def _errors(*codes: int) -> dict[str, Any]:
    return {str(code): _answer("why not, in words", ERROR) for code in codes}
