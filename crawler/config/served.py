"""The keys of settings that say where the daemon is looked at in a browser or by a monitor: metrics and the board."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from crawler.config.keys import Key, ListOf, Placed, Table
from crawler.config.settings import BOARD, BoardSettings
from crawler.config.values import Flag, Text, Url
from crawler.config.yamlfile import Node, Place, Problems, Scalar

OFF = "off"
VARIABLE = "WATCHFLOOR_BOARD"  # of the environment: goes before settings.board


class _Address:
    """An address and port to listen at, or off, which YAML may read as no."""

    def read(self, node: Node, problems: Problems) -> Any:
        if isinstance(node, Scalar) and node.text.lower() == OFF:
            return OFF
        return Text(what="an address and port, or off").read(node, problems)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^(off|(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]):\d{1,5})$"}


METRICS_KEY = Key(
    "metrics",
    Placed(Text(r"(127(\.\d{1,3}){3}|\[::1\]):\d{1,5}", "an address and port of loopback such as 127.0.0.1:9464")),
    ("", None),
    "where /metrics, /healthz and /readyz are served, as 127.0.0.1:9464; on loopback only",
)
BOARD_KEYS = (
    Key("board", Placed(_Address()), (BOARD, None), f"where the watch board is served; {BOARD} if left out, or off"),
    Key("board_url", Url(), "", "the address by which people reach the board: messages link there"),
    Key(
        "board_token",
        Placed(Text(what="a file")),
        ("", None),
        "the file of the token that lets people acknowledge and silence on the board; without it the board only shows",
    ),
    Key(
        "board_saves",
        Flag(),
        False,
        "whether people who may write on the board may save a rule that they tried; false if left out",
    ),
    Key(
        "board_proxy",
        Table(
            (
                Key("from", ListOf(Placed(Text(what="an address")), "a list of addresses"), doc="where it asks from"),
                Key("header", Text(r"[A-Za-z][A-Za-z0-9-]*", "the name of a header"), doc="in which it names the user"),
            ),
            "settings.board_proxy",
        ),
        None,
        "a reverse proxy that has asked people who they are and says so in a header: they may write on the board",
    ),
)


def metrics_of(given: tuple[str, Place | None], problems: Problems) -> str:
    """Return the address to serve metrics at, "" for none; one that others than this machine reach is a problem."""
    address, place = given
    if place is None:
        return ""
    host = _host(address)
    if host is None or not ip_address(host).is_loopback:
        remedy = "write an address and port that only this machine reaches, as 127.0.0.1:9464"
        problems.add(place, f'settings.metrics is "{address}"; {remedy}')
    return address


def board_of(settings: Mapping[str, Any], problems: Problems) -> BoardSettings:
    """Return what settings say of the board."""
    address, place = settings["board"]
    if place and address != OFF and _host(address) is None:
        problems.add(place, f'settings.board is "{address}"; write an address and port, as {BOARD}, or off')
    token, place = settings["board_token"]
    if place and not Path(token).is_absolute():
        problems.add(place, f'settings.board_token: "{token}" is no absolute path; write the whole path, from /')
    proxy = settings["board_proxy"] or {"from": (), "header": ""}
    for each, at in proxy["from"]:
        if not _is_network(each):
            problems.add(at, f'settings.board_proxy.from: "{each}" is no address or network, as 127.0.0.1')
    return BoardSettings(
        "" if address == OFF else address,
        settings["board_url"].rstrip("/"),
        Path(token) if token else None,
        tuple(each for each, _ in proxy["from"]),
        proxy["header"],
        settings["board_saves"],
    )


def _host(address: str) -> str | None:
    """Return the IP address in "address:port", None where it is none of both."""
    host, _, port = address.rpartition(":")
    try:
        ip_address(host.strip("[]"))
        return host.strip("[]") if 0 < int(port) < 65536 else None
    except ValueError:
        return None


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True
