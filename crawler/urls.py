"""Addresses: the link we keep (tracking taken off), the key that says two links are one page, the host."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

# Parameters that name the reader's way, not the page. Sources: ClearURLs' rules, the outlets' own feeds.
TRACKING = re.compile(
    r"^(utm_.*|mtm_.*|pk_.*|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|traffic_source|at_(medium|campaign|"
    r"custom\d|link_.*|bbc_team|ptr_name|format)|cmpid?|ocid|ref|ref_src|src|source|output|smid|partner|rss|oc|"
    r"ns_(mchannel|source|campaign|linkname)|xtor|spm|icid|ito|__twitter_impression|guccounter|share)$",
    re.IGNORECASE,
)
LONGEST = 2048


def clean(url: str) -> str:
    """Take tracking parameters and the fragment off a link; the rest stays as the outlet wrote it."""
    parts = urlsplit(url)
    query = parts.query
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not TRACKING.match(name)]
    if len(kept) != len(pairs):
        query = urlencode(kept)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, query, ""))


def key(url: str) -> str:
    """Give what two links to one page share: scheme, www., a trailing slash and the query's order do not count."""
    parts = urlsplit(canonicalize_url(clean(url)))
    host = parts.netloc.removeprefix("www.").removesuffix(":80").removesuffix(":443")
    return f"{host}{parts.path.rstrip('/')}{'?' if parts.query else ''}{parts.query}"


def usable(url: str | None) -> str | None:
    """Give the cleaned link, or None where it is no http(s) address with a host that a reader could open."""
    if not url or len(url) > LONGEST:
        return None
    try:
        parts = urlsplit(url.strip())
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or parts.username is not None:
            return None
        _ = parts.port
        key(url.strip())
    except ValueError:
        return None
    return clean(url.strip())


def host(url: str) -> str:
    """Give the host of a link without www., as printed beside a headline; IDNA form, so that it cannot mimic."""
    name = (urlsplit(url).hostname or "").removeprefix("www.")
    try:
        return name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:
        return name.encode("punycode").decode("ascii")
