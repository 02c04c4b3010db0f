"""An address and what the admin allows go in; whether it may be fetched comes out, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
# listed here because Python's ipaddress counts some of them as global, such as 192.88.99.0/24 and fec0::/10
_NOT_PUBLIC = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/3",
        "fec0::/10",
    )
)
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")
# no escapes, no other scripts: what is checked here must be the host that is then resolved
_PLAIN_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]+\]")


class Blocked(Exception):
    """This address may not be fetched; the message says why."""


class Guard:
    """Judges addresses. Those in `allow_private` pass: hosts, addresses or networks, each for one :port or for all."""

    def __init__(self, allow_private: Iterable[str] = ()) -> None:
        self._networks = []
        self._hosts: set[tuple[str, int | None]] = set()
        for entry in allow_private:
            name, port = _split_port(entry)
            try:
                self._networks.append((ip_network(name, strict=False), port))
            except ValueError:
                self._hosts.add((name.lower(), port))

    def lets_in(self, host: str) -> bool:
        """Return whether the admin allowed a host by name, as `name` or `address:port`."""
        name, port = _split_port(host)
        if (name, None) in self._hosts or (name, port) in self._hosts:
            return True
        try:
            ip = ip_address(name)
        except ValueError:
            return False
        return any(ip in network and allowed in {None, port} for network, allowed in self._networks)

    @staticmethod
    @lru_cache(maxsize=4096)  # each poll asks; what is raised is not kept
    def judge_url(url: str) -> None:
        """Raise Blocked unless a URL is plain http(s) to a plainly written host."""
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError as error:
            raise Blocked(f"no address: {error}") from error
        if parts.scheme not in {"http", "https"}:
            raise Blocked(f'scheme "{parts.scheme}" is not fetched, only http and https')
        if "\\" in url or re.search(r"[\x00-\x20\x7f]", url):
            raise Blocked("a backslash, space or control character in the address")
        if parts.username is not None or parts.password is not None:
            raise Blocked("a user name in the address")
        if not _PLAIN_HOST.fullmatch(parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc):
            raise Blocked("a host that is not written plainly")

    def judge_address(self, host: str, port: int, address: str) -> None:
        """Raise Blocked unless a host's address is public or was allowed."""
        ip = ip_address(address.partition("%")[0])
        if (host, None) in self._hosts or (host, port) in self._hosts:
            return
        if any(ip in network and allowed in {None, port} for network, allowed in self._networks):
            return
        if not is_public(ip):
            raise Blocked(f"{host} is {ip}, which is no public address; settings.allow_private can let it through")

    def never(self, url: str) -> str:
        """Return why a URL can never be fetched, as far as it shows without looking its host up; "" otherwise."""
        try:
            self.judge_url(url)
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
            address = "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else host
            if re.fullmatch(r"[0-9.]+|.*:.*", address):
                self.judge_address(host, port, address)
        except (Blocked, ValueError) as error:
            return str(error)
        return ""


def is_public(ip: Address) -> bool:
    """Return whether an address is public unicast, also when wrapped in an IPv6 form (RFC 6890, 4291, 6052, 3056)."""
    if any(ip.version == each.version and ip in each for each in _NOT_PUBLIC):
        return False
    if isinstance(ip, IPv6Address):
        hidden = _hidden(ip)
        if hidden is not None:
            return is_public(hidden)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _hidden(ip: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one wraps (mapped, 6to4, Teredo, NAT64, compatible), else None."""
    if ip.ipv4_mapped or ip.sixtofour:
        return ip.ipv4_mapped or ip.sixtofour
    if ip.teredo:
        return ip.teredo[1]
    if any(ip in network for network in _NAT64) or ip in _COMPATIBLE:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def _split_port(entry: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(\[[^\]]+\]|[^:]+):(\d{1,5})", entry)
    return (match[1].strip("[]"), int(match[2])) if match else (entry.strip("[]"), None)
