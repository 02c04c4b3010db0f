"""Find values in JSON by JMESPath (jmespath.org), as `fields.date.created` or `data[?type=='news']`."""

from __future__ import annotations

from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from crawler.text.surrogates import paired

_MESSAGES = "error.message || message || error || errors[0].message || detail"


class PathError(ValueError):
    """A path that is none, or that cannot be applied to a value."""


def fault_of(path: str) -> str:
    """Return what is wrong with a path, "" if it is one."""
    try:
        jmespath.compile(path)
    except (JMESPathError, RecursionError) as error:
        return " ".join(str(error).split()).rstrip("^ ")[:200] or type(error).__name__
    return ""


def value_at(path: str, value: Any) -> Any:
    """Return what a path leads to, None where there is nothing. Raise PathError if a function of it does not fit."""
    try:
        return jmespath.search(path, value)
    # the library does arithmetic and sorting on whatever stands there
    except (JMESPathError, TypeError, ValueError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise PathError(paired(f"{type(error).__name__}: {error}"[:200])) from error


def message_in(whole: Any) -> str:
    """Return what a service says in place of a list, "" where it says nothing that we find."""
    try:
        said = value_at(_MESSAGES, whole)
    except PathError:
        return ""
    return paired(" ".join(said.split())[:120]) if isinstance(said, str) else ""
