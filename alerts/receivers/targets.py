"""An Apprise URL -> the one target it names, or why it is none. One URL, one address."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

from apprise import Apprise, AppriseAsset, NotifyBase
from apprise.plugins import N_MGR

from alerts.alert import Target
from alerts.receivers import console, mailurl, watchmail, watchslack
from crawler.config.keys import nearest

COMMON = (
    console.SCHEMA,
    watchslack.SCHEMA,
    *watchmail.SCHEMAS,
    "mailto",
    "mailtos",
    "slack",
    "json",
    "jsons",
    "tgram",
    "discord",
    "msteams",
    "ntfy",
    "ntfys",
)
_ADDRESSES: Mapping[str, Callable[[str], str]] = {
    watchslack.SCHEMA: watchslack.address,
    **dict.fromkeys(watchmail.SCHEMAS, mailurl.address),
}
CAN_EDIT = frozenset({watchslack.SCHEMA})
CAN_ACK = frozenset({watchslack.SCHEMA})


class BadReceiverUrl(ValueError):
    """A URL that would deliver to nobody, to fewer than it names, or to several; secrets are masked."""


def parse(receiver: str, url: str) -> Target:
    """Give the target a URL names. Raises BadReceiverUrl with the remedy."""
    service = build(url)
    written = len(_written(url))
    kept = len(service)
    if kept > 1:
        raise BadReceiverUrl(
            f"{masked(url)} names {kept} addresses; write one URL for each, so that each is retried alone"
        )
    if written > kept or (written and not _kept(service)):
        raise BadReceiverUrl(f"{masked(url)} names an address that its service would drop; check how it is written")
    return _target(receiver, url)


def unresolved(receiver: str, url: str) -> Target:
    """Give a stand-in for a URL whose ${NAME}s were not looked up: it names a target and cannot be sent to."""
    return _target(receiver, url)


def _target(receiver: str, url: str) -> Target:
    """Name a target by its address where its service says which part of the URL that is, else by the whole URL.

    A token or a password that changes then leaves the target what it is: what waits and what it was told stay its own.
    """
    schema = url.partition(":")[0].lower()
    address = _ADDRESSES[schema](url) if schema in _ADDRESSES else ""
    digest = hashlib.sha256((f"{schema}://{address}" if address else url).encode()).hexdigest()[:6]
    return Target(f"{receiver}#{digest}", receiver, url, schema, schema in CAN_EDIT, schema in CAN_ACK)


def asset() -> AppriseAsset:
    """Give the settings of one send: no redirects (the body must not travel on), no second thread, no templates."""
    return AppriseAsset(
        app_id="Watchfloor", app_desc="Watchfloor", http_redirects=False, async_mode=False, service_timeout=0
    )


def build(url: str) -> NotifyBase:
    """Make Apprise's object for a URL."""
    schema = url.partition(":")[0].lower()
    if "://" not in url:
        raise BadReceiverUrl(f"{masked(url)} is no Apprise URL; write service://..., as mailto:// or slack://")
    service = Apprise.instantiate(url, asset=asset(), suppress_exceptions=True)
    if service is None and schema not in _schemas():
        raise BadReceiverUrl(f'"{schema}://" is no service Apprise knows{nearest(schema, COMMON)}')
    if service is None:
        raise BadReceiverUrl(f"{masked(url)} {_problem(schema, url)}")
    return service


def _problem(schema: str, url: str) -> str:
    """Say what is wrong with a URL: a plugin of ours knows, Apprise's do not tell."""
    named = getattr(N_MGR[schema], "problem", None)
    return (named(url) if named else "") or (
        f"is not as {schema}:// needs it; a token, host or address is missing or malformed"
    )


def _schemas() -> set[str]:
    return set(N_MGR.schemas())  # type: ignore[no-untyped-call]


def masked(url: str) -> str:
    """Give a URL without what may be secret in it: everything but its service and the host of a mail."""
    schema, _, rest = url.partition("://")
    found = re.search(r"@([\w.-]+)(?=[:/?]|$)" if "@" in rest else r"^([\w.-]+)(?=[:/?]|$)", rest)
    host = found[1] if found else ""
    shown = host if schema.startswith(("mailto", "json", "xml", "form")) else ""
    return f"{schema}://{shown}{'***' if rest != shown else ''}"


def _written(url: str) -> list[str]:
    """Give the addresses as the service reads them out of the URL, before it judges them."""
    schema = url.partition(":")[0].lower()
    plugin = N_MGR[schema] if schema in _schemas() else None
    raw = plugin.parse_url(url) if plugin else None
    targets = (raw or {}).get("targets") or []
    names = [targets] if isinstance(targets, str) else list(targets)
    return [name for each in names for name in re.split(r"[,\s]+", str(each)) if name]


def _kept(service: NotifyBase) -> bool:
    """Say whether the service kept an address; services that show none are believed."""
    shown = [getattr(service, name) for name in ("targets", "channels", "emails") if hasattr(service, name)]
    return not shown or any(shown)
