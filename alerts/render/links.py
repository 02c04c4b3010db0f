"""The link of an article -> the link a message may show, or None. Pure.

A message links to the article and to nothing else. What it shows is plain ASCII: the host in its IDNA form (RFC 5891),
so that letters of another script cannot mimic one; whatever could end an attribute, a Slack link or a line is
percent-encoded (RFC 3986 2.1).
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from crawler.urls import LONGEST

LONGEST_SHOWN = 3000  # encoded, an Arabic letter is six characters; Slack takes no longer ones
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?)*\.?")
_KEPT = "/%:@!$&()*+,;=~-._"  # the sub-delimiters of RFC 3986 but the apostrophe, which ends attributes


def vetted(url: str | None) -> str | None:
    """Give a link as a message may show it; None for what is no plain http(s) link to a host, or too long.

    Userinfo ("https://bank.example@elsewhere.example/") is no plain link.
    """
    parts = _split((url or "").strip())
    if parts is None or parts.scheme.lower() not in {"http", "https"} or "@" in parts.netloc:
        return None
    host = _host(parts.hostname or "")
    if not host:
        return None
    port = f":{parts.port}" if parts.port else ""
    path, query, fragment = (quote(part, safe=_KEPT + "?", errors="replace") for part in parts[2:])
    shown = urlunsplit((parts.scheme.lower(), host + port, path, query, fragment))
    return shown if len(shown) <= LONGEST_SHOWN else None


def _split(url: str) -> SplitResult | None:
    if len(url) > LONGEST:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _host(name: str) -> str:
    """Give a host in letters that cannot mimic others, "" where it is none."""
    if ":" in name:
        return _ipv6(name)
    try:
        ascii_name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return ascii_name if _HOST.fullmatch(ascii_name) else ""


def _ipv6(name: str) -> str:
    try:
        return f"[{IPv6Address(name)}]" if "%" not in name else ""
    except ValueError:
        return ""
