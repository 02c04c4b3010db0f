"""The contract `@source`: `scrapy check` asks the first source of a spider's kind in rules.yaml, whatever it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapy.contracts import Contract


class SourceContract(Contract):
    """Give a spider's method the answer of a source of its kind; what follows says what must come of it."""

    name = "source"

    def __init__(self, method: Callable[..., Any], *args: str) -> None:
        super().__init__(method, *args)
        self._spider: Any = getattr(method, "__self__", None)

    def adjust_request_args(self, args: dict[str, Any]) -> dict[str, Any]:
        """Ask for what a poll would ask for, past the robots and filters of link-following crawls."""
        asked = self._spider.first_request()
        return args | {"url": asked.url, "headers": asked.headers, "meta": asked.meta, "dont_filter": True}
