"""Read `watchmail://user:password@host:port/recipient?from=...` into the account to send mail with.

`watchmails://` uses TLS from the first byte (port 465, RFC 8314). `watchmail://` requires STARTTLS (port 587) unless it
says `tls=none`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from crawler.config.values import nearest
from crawler.text.hosts import is_loopback

PLAIN, IMPLICIT = "watchmail", "watchmails"
EXAMPLE = f"{PLAIN}://user:password@smtp.example.org/officer@example.org?from=watch@example.org"
TIMEOUT, LONGEST_TIMEOUT = 20.0, 60.0  # seconds to wait for one reply; an attempt ends after three times as long
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)  # dot-atom, RFC 5322 3.2.3
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class BadMailUrl(ValueError):
    """A mail URL without a usable account; the message says what to write and shows no secret."""


class Tls(StrEnum):
    """When the connection is encrypted: from its first byte, after a STARTTLS that must succeed, or not at all."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


PORTS = {Tls.IMPLICIT: 465, Tls.STARTTLS: 587, Tls.NONE: 25}


@dataclass(frozen=True, slots=True)
class Account:
    """The server and login to send mail with, the sender, and the one recipient. `timeout` is in seconds."""

    host: str
    port: int
    tls: Tls
    sender: str
    recipient: str
    name: str = "Watchfloor"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = TIMEOUT

    @property
    def domain(self) -> str:
        """The domain of the sender, in which we may create Message-IDs and the List-Id."""
        return self.sender.rpartition("@")[2]


def account_of(url: str) -> Account:
    """Return the account in a URL. Raise BadMailUrl with the remedy."""
    parts = _split(url)
    asked = _parameters(parts.query)
    user, password = _login(parts)
    tls = _tls(parts.scheme, asked.get("tls"))
    # except to this host itself, where nobody can listen in (decision 97)
    if tls is Tls.NONE and user and not is_loopback(parts.hostname or ""):
        raise BadMailUrl("would send its password unencrypted; leave tls=none out, or user and password")
    return Account(
        host=_host(parts.hostname or ""),
        port=parts.port or PORTS[tls],
        tls=tls,
        sender=_sender(asked.get("from"), user),
        recipient=_recipient(unquote(parts.path)),
        user=user,
        password=password,
        **{name: read(asked[name]) for name, read in _READ.items() if name in asked},
    )


def address(url: str) -> str:
    """Return the recipient and the server, without the login; "" if the URL names none."""
    try:
        account = account_of(url)
    except BadMailUrl:
        return ""
    return f"{account.recipient}@{account.host}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # urlsplit checks the port only when it is read
    except ValueError:
        parts = None
    # a fragment is a # that was meant for the password; a control character could end a header
    if parts is None or parts.fragment or _CONTROLS.search(unquote(url)):
        raise BadMailUrl(
            "cannot be read; in a user or a password write / as %2F, ? as %3F, # as %23, @ as %40, % as %25 "
            f"(the form is {EXAMPLE})"
        )
    return parts


def _parameters(query: str) -> Mapping[str, str]:
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    for name, _ in pairs:
        if name not in _PARAMETERS:
            raise BadMailUrl(
                f"has an unknown parameter{nearest(name, _PARAMETERS)}; known are {', '.join(_PARAMETERS)}"
            )
    if len(dict(pairs)) < len(pairs):
        raise BadMailUrl("names a parameter twice; keep one")
    return {name: unquote(value) for name, value in pairs}


def _login(parts: SplitResult) -> tuple[str, str]:
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise BadMailUrl("has a user or a password alone; write both as user:password@, or neither")
    if not (user + password).isascii():
        raise BadMailUrl("has a user or a password with letters outside ASCII, which SMTP's logins do not agree on")
    return user, password


def _tls(scheme: str, asked: str | None) -> Tls:
    if scheme == IMPLICIT:
        if asked is not None:
            raise BadMailUrl(f"asks for tls=, and {IMPLICIT}:// is encrypted from the start; leave tls out")
        return Tls.IMPLICIT
    if asked not in {None, Tls.STARTTLS, Tls.NONE}:
        raise BadMailUrl("has a tls= we do not know; write tls=starttls (the default) or tls=none")
    return Tls(asked or Tls.STARTTLS)


def _host(host: str) -> str:
    if not host:
        raise BadMailUrl(f"names no mail server; write {EXAMPLE}")
    try:
        return str(ip_address(host))
    except ValueError:
        return _domain(host)


def _sender(asked: str | None, user: str) -> str:
    if asked is None and "@" not in user:
        raise BadMailUrl("does not say who it is from; add ?from=watch@example.org")
    return _address(user if asked is None else asked)


def _recipient(path: str) -> str:
    # whatever people put between addresses counts, so that two are never read as one strange address
    found = [each for each in re.split(r"[,;\s/]+", path) if each]
    if not found:
        raise BadMailUrl(f"names no recipient; write the address after the host: {EXAMPLE}")
    if len(found) > 1:
        raise BadMailUrl(f"names {len(found)} recipients; write one URL for each, so that each is retried alone")
    return _address(found[0])


def _address(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local) > 64:
        raise BadMailUrl("names an address that is none; write name@example.org, in ASCII letters before the @")
    return f"{local}@{_domain(domain)}"


def _domain(name: str) -> str:
    # a domain has an ASCII form; the part before the @ has none, so `_address` refuses other letters there
    try:
        name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not _DOMAIN.fullmatch(name) or len(name) > 253:
        raise BadMailUrl("names a host or a domain that cannot be one; write it as in mail.example.org")
    return name


def _name(text: str) -> str:
    if not 0 < len(text.strip()) <= 64:
        raise BadMailUrl("has a name of the sender that is empty or longer than 64 characters")
    return text.strip()


def _timeout(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]+)?", text) or not 0 < float(text) <= LONGEST_TIMEOUT:
        raise BadMailUrl(f"has a timeout that is no number of seconds up to {LONGEST_TIMEOUT:.0f}; write timeout=20")
    return float(text)


_READ: Mapping[str, Callable[[str], Any]] = {"name": _name, "timeout": _timeout}
_PARAMETERS = ("from", "name", "tls", "timeout")
