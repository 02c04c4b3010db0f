"""A Host header goes in; the host it names comes out, by which loopback pages refuse a browser led there by a name."""

from __future__ import annotations

from ipaddress import ip_address


def bare(host: str) -> str:
    """Return a host without its port, without the brackets of IPv6, in lower case."""
    named = host.rpartition(":")[0] if host.count(":") == 1 or "]:" in host else host
    return named.strip("[]").lower().rstrip(".")


def is_address(host: str) -> bool:
    """Return whether a bare host is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
