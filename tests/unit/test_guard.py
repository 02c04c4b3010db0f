"""Which addresses are public, which are not however they are written, and what the allow-list opens."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from crawler.sources.addresses import Blocked, Guard, is_public

PRIVATE = [
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.2.3.4", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0.1.2.3",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.88.99.1", "192.0.0.1", "198.18.0.1", "203.0.113.7",
    "::", "::1", "fc00::1", "fd12::1", "fe80::1", "fec0::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::",
    "2002:a00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "::10.1.2.3", "2001:0:53aa:64c:0:0:80ff:fffe",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "151.101.0.81", "2a00:1450:4001::1", "64:ff9b::808:808", "::ffff:8.8.8.8"]
REFUSED = [
    "file:///etc/passwd", "ftp://a.example/", "data:,x", "gopher://a.example/", "http://user@a.example/", "http://u:p@a.example/",
    "http://127.0.0.2\\@a.example/", "http://a.example\\x/", "http://a b.example/", "http:///x", "http://[::1", "http://a.example:99999/",
    "http://\u0430.example/", "http://a\u3002example/", "http://a%2eexample/",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(Blocked):
        Guard().judge_address("host.example", 80, address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    Guard().judge_address("host.example", 80, address)
    assert is_public(ip_address(address))


@pytest.mark.parametrize("url", REFUSED)
def test_url_refused(url: str) -> None:
    with pytest.raises(Blocked):
        Guard(["127.0.0.2"]).judge_url(url)


@pytest.mark.parametrize(
    "url", ["https://a.example/x?y=1", "http://a-b.example:8080/", "http://[2a00:1450::1]/", "http://8.8.8.8/"]
)
def test_url_allowed(url: str) -> None:
    Guard().judge_url(url)


def test_allow_list_opens_named_hosts_networks_and_ports_only() -> None:
    guard = Guard(["printer.example", "10.0.0.0/8", "127.0.0.1:8765"])
    guard.judge_address("printer.example", 80, "192.168.0.9")
    guard.judge_address("x.example", 80, "10.9.9.9")
    guard.judge_address("127.0.0.1", 8765, "127.0.0.1")
    for host, port, address in [("127.0.0.1", 80, "127.0.0.1"), ("x.example", 80, "192.168.0.9")]:
        with pytest.raises(Blocked):
            guard.judge_address(host, port, address)
