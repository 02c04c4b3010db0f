"""Reduce addresses and names of outlets to keys, by which an outlet is found again: its host, its channel, its name."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from crawler.text import urls
from crawler.text.folding import fold

CHANNELS = ("t.me", "telegram.me")  # hosts on which the first part of the path says who speaks
VIDEOS = ("youtube.com", "youtu.be")  # hosts whose channels have feeds, by their numbers
# hosts on which everybody publishes; of the latter each has a name below them (name.blogspot.com)
_SHARED = frozenset({
    "youtube.com", "youtu.be", "reddit.com", "facebook.com", "fb.com", "instagram.com", "threads.net", "x.com",
    "twitter.com", "tiktok.com", "vk.com", "ok.ru", "linkedin.com", "bsky.app", "mastodon.social", "vimeo.com",
    "dailymotion.com", "rumble.com", "odysee.com", "soundcloud.com", "telegra.ph", "google.com", "msn.com",
    "feedburner.com", "rss.app", "rsshub.app", "nitter.net", "archive.org", "archive.ph",
})  # fmt: skip
_SHARED_ABOVE = frozenset({
    "blogspot.com", "blogger.com", "wordpress.com", "medium.com", "substack.com", "tumblr.com", "livejournal.com",
    "ghost.io", "github.io", "wixsite.com", "weebly.com", "podbean.com", "libsyn.com", "buzzsprout.com",
})  # fmt: skip
_PREFIXES = ("www.", "m.", "amp.", "feeds.", "rss.")


def is_loopback(host: str) -> bool:
    """Return whether a host, as an address names it, is this machine itself."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def folded_name(name: str) -> str:
    """Return a name as names are compared: "The Beta Times" is "Beta Times"."""
    return fold(name).strip().removeprefix("the ")


def host_of(address: str) -> str:
    """Return the host of an address, or of a host alone, without www. and the like; "" if there is none."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    host = urls.ascii_host(host.rstrip("."))
    if "." not in host or " " in host:
        return ""
    return next((host.removeprefix(each) for each in _PREFIXES if host.startswith(each)), host)


def speaker(address: str) -> str:
    """Return the key of who speaks at an address: t.me/name of a Telegram channel, else the host; "" if neither."""
    host = host_of(address)
    return _channel(address) if host in CHANNELS else host


def keys(address: str) -> Iterator[str]:
    """Yield the keys by which who speaks at an address may be known, narrowest first: its host, its parents."""
    host = host_of(address)
    if host in CHANNELS:
        yield _channel(address)
        return
    labels = host.split(".")
    # a top-level domain alone is nobody's
    for at in range(len(labels) - 1):
        yield ".".join(labels[at:])


def is_shared(host: str) -> bool:
    """Return whether many publish on a host, so that it says nothing of who does: youtube.com, blogspot.com."""
    labels = host.split(".")
    return host in _SHARED_ABOVE or any(".".join(labels[at:]) in _SHARED for at in range(len(labels) - 1))


def _channel(address: str) -> str:
    """Return t.me/name of an address of a Telegram channel or of a post in it, "" if it is none.

    One without a public name has a number (t.me/c/123) or a key (t.me/joinchat/key).
    """
    parts = [each for each in urlsplit(address if "//" in address else f"//{address}").path.split("/") if each]
    parts = parts[1:] if parts[:1] == ["s"] else parts
    named = parts[:2] if parts[:1] in (["c"], ["joinchat"]) else parts[:1]
    if not named or named in (["c"], ["joinchat"]):
        return ""
    return "/".join((CHANNELS[0], *named)).lower()
