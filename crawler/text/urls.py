"""Clean links, and tell whether two of them lead to one page: keys, hosts, and services that wrap links of others."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from functools import cache, lru_cache
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

# Parameters that name the reader's way, not the page. Sources: ClearURLs' rules, the outlets' own feeds.
TRACKING = re.compile(
    r"^(utm_.*|mtm_.*|pk_.*|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|traffic_source|at_(medium|campaign|"
    r"custom\d|link_.*|bbc_team|ptr_name|format)|cmpid?|ocid|ref_src|smid|ns_(mchannel|source|campaign|linkname)|"
    r"xtor|icid|ito|__twitter_impression|guccounter|oc)$",
    re.IGNORECASE,
)
# Names that some sites use for the page itself (?src=101): dropped where the value is a word and the path names a page.
PERHAPS_TRACKING = re.compile(r"^(ref|src|source|output|partner|rss|spm|share)$", re.IGNORECASE)
# A visit, new at every poll: it identifies no page.
SESSION = re.compile(
    r"^(phpsessid|jsessionid|aspsessionid\w*|asp\.net_sessionid|(session|s)_?id|sess|cfid|cftoken|zenid|oscsid|"
    r"cachebuster|nocache|no_cache|_)$",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[0-9a-z_.-]{8,}", re.IGNORECASE)  # of a session; a shorter value may number a page
_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*|/\((?:[A-Z]\([\w-]{8,}\))+\)(?=/)", re.IGNORECASE)
_NAMES_A_PAGE = re.compile(r"\d{4,}[^/]*/?$|(?:[^/-]+-){2,}[^/]+/?$|\.s?html?$", re.IGNORECASE)
_BARE_HOST = re.compile(r"www\.[a-z0-9-]+\.[a-z]", re.IGNORECASE)
LONGEST_LINK = 2048  # characters
# links of which the cleaned form and the key are kept: a feed shows the same ones at each poll; 0.7 KB each
REMEMBERED = 4096
WRAPPERS = {"news.google.com": "Google News", "news.yahoo.com": "Yahoo News", "flip.it": "Flipboard"}
_MOBILE = re.compile(r"^(?:www|m|mobile|amp)\.(?=[^.]+\.[^.])")
_AMP_PATH = re.compile(r"(?:/amp|\.amp)(?=/?$)|^/amp(?=/)|(?<=\.)amp\.(?=html?$)")
_AMP_PAIR = re.compile(r"^(?:amp(?:=1|=true|=)?|outputType=amp)$")
_AMP_CACHE = re.compile(
    r"^https?://(?:[^/]+\.cdn\.ampproject\.org/(?:c|v)/(?:s/)?|(?:www\.)?google\.[a-z.]+/amp/s/)(?P<page>.+)$"
)


def joined(base_url: str, link: str) -> str:
    """Return a link that stands on a page at `base_url` as an address, "" if it is none.

    A host without a scheme ("www.paper.example/1") is meant as a host, though RFC 3986 makes a path of it.
    """
    link = link.strip()
    try:
        return urljoin(base_url, f"//{link}" if _BARE_HOST.match(link) else link) if link else ""
    except ValueError:
        return ""


def absolute(base_url: str, link: str | None) -> str | None:
    """Return a link that stands on a page at `base_url` as a usable address, None if it is none."""
    return usable(joined(base_url, link or ""))


def clean(url: str) -> str:
    """Return a link without tracking parameters, session ids and fragment; the rest stays byte for byte.

    But for a space, at which readers would take a link to end.
    """
    parts = urlsplit(url.replace(" ", "%20"))
    path = _IN_PATH.sub("", parts.path)
    # not decoded: bytes of an older encoding would be lost
    query = parts.query and "&".join(pair for pair in parts.query.split("&") if not _is_of_the_way(pair, path))
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), path, query, ""))


def _is_of_the_way(pair: str, path: str) -> bool:
    """Return whether a parameter names the reader's way or visit and not the page."""
    name, _, value = pair.partition("=")
    name = unquote(name)
    if TRACKING.match(name):
        return True
    if SESSION.match(name):
        return bool(_TOKEN.fullmatch(value)) or not value
    return bool(PERHAPS_TRACKING.match(name)) and not re.search(r"\d{2,}", value) and bool(_NAMES_A_PAGE.search(path))


def names_a_page(url: str) -> bool:
    """Return whether a link names one page, by a number or words in it; /live and /breaking name a place for many."""
    parts = urlsplit(url)
    last = unquote(parts.path).rstrip("/").rpartition("/")[2]
    return bool(re.search(r"\d", last + parts.query) or _NAMES_A_PAGE.search(parts.path))


@lru_cache(REMEMBERED)
def key(url: str) -> str:
    """Return a key that is equal for two links to one page.

    Scheme, www., mobile and AMP forms, a trailing slash and the order of the query do not count. The link of a wrapper
    (Google News) says nothing of the page behind it and gets a key of its own.
    """
    parts = urlsplit(_canonicalize()(clean(_out_of_cache(url))))
    host = parts.netloc.removesuffix(":80").removesuffix(":443")
    if not wrapper(url):
        host = _MOBILE.sub("", host)
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _AMP_PAIR.match(pair))
    path = _AMP_PATH.sub("", parts.path).rstrip("/")
    return f"{host}{path}{'?' if query else ''}{query}"


@cache
def _canonicalize() -> Callable[[str], str]:
    """Return what makes a link canonical; an HTTP client of the library comes with it, so the first link imports it."""
    found: Callable[[str], str] = importlib.import_module("w3lib.url").canonicalize_url
    return found


def wrapper(url: str) -> str:
    """Return the name of the service whose link hides the page's own (Google News), "" if the link is the page's."""
    parts = urlsplit(url)
    return next((name for host, name in WRAPPERS.items() if (parts.hostname or "") == host), "")


def _out_of_cache(url: str) -> str:
    """Return the address of the page that an AMP cache serves; any other link as it is."""
    found = _AMP_CACHE.match(url)
    return f"https://{found['page']}" if found else url


@lru_cache(REMEMBERED)
def usable(url: str | None) -> str | None:
    """Return a link cleaned as by `clean`; None unless it is http(s), has a host and no user, and can be parsed."""
    if not url or len(url) > LONGEST_LINK:
        return None
    try:
        parts = urlsplit(url.strip())
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or parts.username is not None:
            return None
        _ = parts.port
        cleaned = clean(url.strip())
        key(cleaned)
    except ValueError:
        return None
    return url if cleaned == url else cleaned  # one string of two


def host(url: str) -> str:
    """Return the host of a link without www., as shown to readers: in ASCII, so that it cannot mimic another."""
    return ascii_host((urlsplit(url).hostname or "").removeprefix("www."))


def ascii_host(name: str) -> str:
    """Return a host in ASCII: its IDNA form, or punycode of the whole if it has none."""
    try:
        return name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:
        return name.encode("punycode").decode("ascii")


def words(url: str) -> str:
    """Return a headline made of the words in an address, "" if its last part has fewer than three."""
    last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    found = [word for word in re.split(r"[-_]+", re.sub(r"\.\w{2,5}$", "", last)) if not word.isdigit()]
    return " ".join(found).capitalize() if len(found) >= 3 else ""
