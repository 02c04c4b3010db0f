"""Read an Apprise URL into the one target it names. One URL, one address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from apprise import Apprise, AppriseAsset, NotifyBase
from apprise.plugins import N_MGR

from alerts.alert import Target
from alerts.receivers import console, logline, slackurl, watchmail, watchslack
from alerts.receivers.fitting import in_words, room_of
from alerts.receivers.naming import BadReceiverUrl, masked, named
from alerts.receivers.urgency import shuts
from crawler.config.values import nearest

# Our own plugins are looked up here and not in Apprise's table, which imports all 130 services to answer: 12 MB and a
# fifth of a second that a desk with our receivers alone never needs.
OWN: Mapping[str, Any] = {
    console.SCHEMA: console.NotifyConsole,
    logline.SCHEMA: logline.NotifyLog,
    slackurl.SCHEMA: watchslack.NotifyWatchSlack,
    **dict.fromkeys(watchmail.SCHEMAS, watchmail.NotifyWatchmail),
}
# the services that a misspelt one is compared with, out of the 130 that Apprise knows
COMMON = (
    *OWN,
    "mailto",
    "mailtos",
    "slack",
    "json",
    "jsons",
    "tgram",
    "discord",
    "workflows",
    "ntfy",
    "ntfys",
)
# services that Apprise no longer has, and what to write instead
_ENDED = {"msteams": "Microsoft ended the connectors of Teams; make a Workflow there and write workflows://"}


def parse(receiver: str, url: str) -> Target:
    """Return the target of a URL of `receiver`. Raise BadReceiverUrl, with the remedy, unless it names one address."""
    service, schema = build(url), url.partition(":")[0].lower()
    written = len(_written(url))
    kept = len(service)
    if kept > 1:
        raise BadReceiverUrl(
            f"{masked(url)} names {kept} addresses; write one URL for each, so that each is retried alone"
        )
    # Apprise leaves out what it cannot read, and sends to the rest without a word
    if written > kept or (written and not _kept(service)):
        raise BadReceiverUrl(f"{masked(url)} names an address that its service would drop; check how it is written")
    if schema in {"matrix", "matrixs"} and service.user and service.password and getattr(service, "mode", "") == "off":
        raise BadReceiverUrl(
            f"{masked(url)} logs in anew for each message, and home servers refuse more than a few logins a minute; "
            "write an access token alone: matrixs://TOKEN@host/#room"
        )
    if shut := shuts(schema, service):
        raise BadReceiverUrl(f"{masked(url)} says {shut}, by which nobody is called; leave it out")
    return named(receiver, url)


def asset() -> AppriseAsset:
    """Return Apprise's settings for one send: no redirects, which the body must not follow, and no threads."""
    # service_timeout 0 is no limit of Apprise's own
    return AppriseAsset(
        app_id="Watchfloor", app_desc="Watchfloor", http_redirects=False, async_mode=False, service_timeout=0
    )


def build(url: str) -> NotifyBase:
    """Return Apprise's object for a URL. Raise BadReceiverUrl if no service, or not the one it names, can read it."""
    schema = url.partition(":")[0].lower()
    if "://" not in url:
        raise BadReceiverUrl(f"{masked(url)} is no Apprise URL; write service://..., as mailto:// or slack://")
    plugin = OWN.get(schema)
    if plugin is None:
        service = Apprise.instantiate(url, asset=asset(), suppress_exceptions=True)
    else:
        parts = plugin.parse_url(url)
        service = plugin(**parts, asset=asset()) if parts else None
    if service is None and _plugin(schema) is None:
        if schema in _ENDED:
            raise BadReceiverUrl(f'"{schema}://" has ended: {_ENDED[schema]}')
        raise BadReceiverUrl(f'"{schema}://" is no service Apprise knows{nearest(schema, (*COMMON, *_ENDED))}')
    if service is None:
        raise BadReceiverUrl(f"{masked(url)} {_problem(schema, url)}")
    return service


def _problem(schema: str, url: str) -> str:
    """Return what is wrong with a URL: our own plugins can tell, Apprise's cannot."""
    named = getattr(_plugin(schema), "problem", None)
    return (named(url) if named else "") or (
        f"is not as {schema}:// needs it; a token, host or address is missing or malformed"
    )


def _plugin(schema: str) -> Any:
    """Return the class that reads the URLs of a schema, None if there is none."""
    return OWN.get(schema) or (N_MGR[schema] if schema in N_MGR else None)  # noqa: SIM401 - it is no dict


def _written(url: str) -> list[str]:
    """Return the addresses in a URL as the service reads them, before it checks them."""
    schema = url.partition(":")[0].lower()
    plugin = _plugin(schema)
    raw = plugin.parse_url(url) if plugin else None
    targets = (raw or {}).get("targets") or []
    names = [targets] if isinstance(targets, str) else list(targets)
    return [name for each in names for name in re.split(r"[,\s]+", str(each)) if name]


def _kept(service: NotifyBase) -> bool:
    """Return whether the service accepted an address; services that do not show theirs are trusted."""
    # by the names under which Apprise's plugins keep their addresses
    shown = [getattr(service, name) for name in ("targets", "channels", "emails") if hasattr(service, name)]
    return not shown or any(shown)


def room(target: Target) -> str:
    """Return what the service of a target cannot hold, in words; "" if it takes whatever we write."""
    return "" if target.schema in OWN else in_words(room_of(build(target.url)))


def host_of(target: Target) -> str:
    """Return the host that a target's messages go to, "" where its URL names none that may be looked up.

    Only of services whose URL is known to begin with a host: elsewhere a token stands in its place.
    """
    if target.schema in watchmail.SCHEMAS or target.schema in {"json", "jsons", "xml", "xmls", "form", "forms"}:
        return urlsplit(target.url).hostname or ""
    if target.schema in {"mailto", "mailtos"}:
        return str(getattr(build(target.url), "smtp_host", ""))
    return "slack.com" if target.schema in {slackurl.SCHEMA, "slack"} else ""
