"""Name the target of an Apprise URL without reading it. Pure, and without Apprise, which takes a tenth of a second."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from alerts.alert import Target
from alerts.receivers import mailurl, slackurl

_ADDRESSES: Mapping[str, Callable[[str], str]] = {
    slackurl.SCHEMA: slackurl.address,
    **dict.fromkeys((mailurl.PLAIN, mailurl.IMPLICIT), mailurl.address),
}
CAN_EDIT = frozenset({slackurl.SCHEMA})
CAN_ACK = frozenset({slackurl.SCHEMA})


@dataclass(frozen=True, slots=True)
class Reactions:
    """The names of those who acknowledged a sent message, the first first; and who judged it, with whether relevant."""

    acknowledged: tuple[str, ...] = ()
    judged: tuple[tuple[str, bool], ...] = ()

    @property
    def by(self) -> str | None:
        """Who first acknowledged it, None if nobody did."""
        return next(iter(self.acknowledged), None)


class BadReceiverUrl(ValueError):
    """A URL that would deliver to nobody, to fewer than it names, or to several; the message hides secrets."""


class LookUpFailed(Exception):
    """A service did not say whether a message was acknowledged; the message hides secrets."""


def named(receiver: str, url: str) -> Target:
    """Return the target of a URL, named by its address if the service says which part that is, else by the whole URL.

    A changed token or password then leaves the target the same, with its waiting messages and what it was told.
    """
    schema = url.partition(":")[0].lower()
    address = _ADDRESSES[schema](url) if schema in _ADDRESSES else ""
    digest = hashlib.sha256((f"{schema}://{address}" if address else url).encode()).hexdigest()[:6]
    return Target(f"{receiver}#{digest}", receiver, url, schema, schema in CAN_EDIT, schema in CAN_ACK)


def masked(url: str) -> str:
    """Return a URL without what may be secret: all but its service and the host of a mail server."""
    schema, _, rest = url.partition("://")
    found = re.search(r"@([\w.-]+)(?=[:/?]|$)" if "@" in rest else r"^([\w.-]+)(?=[:/?]|$)", rest)
    host = found[1] if found else ""
    shown = host if schema.startswith(("mailto", "json", "xml", "form")) else ""
    return f"{schema}://{shown}{'***' if rest != shown else ''}"
