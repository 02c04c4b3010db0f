"""Find the articles (schema.org) in a page's JSON-LD scripts, best described first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

LONGEST_SCRIPT = 2_000_000  # characters of one script
DEEPEST_NODE = 6  # levels
MOST_NODES = 500  # of one list, and articles in all
ARTICLE = re.compile(r"(Article|BlogPosting|Posting|Report|Article\w*)$")


def articles_in(scripts: Iterable[str]) -> list[dict[str, Any]]:
    """Return the article nodes, those with a body and a headline first. A script that is not JSON is skipped."""
    nodes = [node for script in scripts for node in _nodes(_loaded(script), 0) if _is_article(node)]
    return sorted(nodes[:MOST_NODES], key=lambda node: -sum(bool(node.get(name)) for name in _TELLING))


_TELLING = ("articleBody", "headline", "datePublished", "author")


def _loaded(script: str) -> Any:
    text = script[:LONGEST_SCRIPT].strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    for tried in (text, re.sub(r",\s*([}\]])", r"\1", text)):  # trailing commas are the commonest fault
        try:
            return json.loads(tried, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEEPEST_NODE:
        return
    if isinstance(value, list):
        for each in value[:MOST_NODES]:
            yield from _nodes(each, depth + 1)
    elif isinstance(value, dict):
        yield value
        # only the properties under which a page's own article stands
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement"):
            yield from _nodes(value.get(name), depth + 1)


def _is_article(node: Mapping[str, Any]) -> bool:
    kinds = node.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and ARTICLE.search(name) for name in names)
