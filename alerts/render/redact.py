"""A text of ours and the secrets we know go in; the text without them comes out: for the log, and for kept differences.

What is known by value is taken out wherever it stands; what only looks like a secret, by its form. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "***"
SHORTEST = 8  # characters: a shorter part of a secret may be any word
_FORMS = (
    (re.compile(r"(?<=://)[^/\s@\"']+@"), f"{HIDDEN}@"),  # user information in an address
    (re.compile(r"\bxox[a-z]-[\w-]{8,}"), HIDDEN),  # a token of Slack
    (re.compile(r"(?i)(\bauthorization['\"]?\s*[:=]\s*)[^,;\n]+"), rf"\1{HIDDEN}"),
    (
        re.compile(
            r"(?i)([\w+-]*(?:token|secret|passw(?:or)?d|pass(?!ed)|api_?key|credential)[\w-]*=)(?!\*\*\*)[^&\s\"',;]+"
        ),
        rf"\1{HIDDEN}",
    ),
)


def parts(secrets: Iterable[str]) -> tuple[str, ...]:
    """Return the secrets and those parts of them, where they are addresses, that may be secret; longest first."""
    found = set()
    for each in secrets:
        rest = each.partition("://")[2]
        found |= {each, *re.findall(rf"[^/:@?&=#,]{{{SHORTEST},}}", rest)}
    return tuple(sorted((each for each in found if len(each) >= SHORTEST), key=len, reverse=True))


def redacted(text: str, known: Iterable[str] = ()) -> str:
    """Return a text without secrets; `known` are those of `parts`."""
    for each in known:
        if each in text:
            text = text.replace(each, HIDDEN)
    for pattern, instead in _FORMS:
        text = pattern.sub(instead, text)
    return text
