"""The contract `@source`: `scrapy check` tests a spider on the first source of its kind in rules.yaml."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapy.contracts import Contract


class SourceContract(Contract):
    """Passes a source's response to the spider's method; the contracts below it in the docstring check the result."""

    name = "source"

    def __init__(self, method: Callable[..., Any], *args: str) -> None:
        super().__init__(method, *args)
        self._spider: Any = getattr(method, "__self__", None)

    def adjust_request_args(self, args: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments of the request that a poll would send."""
        asked = self._spider.first_request()
        return args | {"url": asked.url, "headers": asked.headers, "meta": asked.meta, "dont_filter": True}
