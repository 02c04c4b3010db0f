"""Three headlines in one wording on three bases within ten minutes: three messages, three places, and acks of their own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.driven import driven
from tests.e2e.servers import rss
from tests.e2e.shipped_desk import settle

OUTLETS = {name: (name.title(), "en", "B") for name in ("alpha", "beta", "gamma")}
BASES = {"alpha": "Balad air base", "beta": "Harir air base", "gamma": "Habbaniyah base"}
WORDINGS = (
    "US troops share {} with Iran-backed militias",
    "Kataib Hezbollah convoy seen beside American soldiers in {}",  # no deed is read in it
)
AT = {name: datetime(2026, 6, 14, 10, minute, tzinfo=UTC) for name, minute in (("alpha", 1), ("beta", 5), ("gamma", 9))}


def tell(desk: Desk, wording: str, name: str) -> None:
    item = {"title": wording.format(BASES[name]), "guid": name, "date": format_datetime(AT[name])}
    desk.outlet.serve(f"/{name}.xml", rss(item))


def stories(desk: Desk) -> list[dict[str, Any]]:
    shift = json.loads(desk.run("handover", "--since", "9000d", "--json").stdout)
    found: list[dict[str, Any]] = shift["stories"]
    return found


@pytest.mark.parametrize("wording", WORDINGS, ids=["deed", "no deed"])
def test_each_base_is_told_by_itself_and_acknowledged_by_itself(desk: Desk, wording: str) -> None:
    settle(desk, OUTLETS)
    for name in OUTLETS:
        desk.outlet.serve(f"/{name}.xml", rss())
    with driven(desk) as go_round:
        go_round(AT["alpha"] - timedelta(minutes=1))
        tell(desk, wording, "alpha")
        go_round(AT["alpha"])
    (covered,) = json.loads(desk.run("ack", "last", "--by", "Noor", "--json").stdout)["acks"]
    assert covered["covers"] == []
    with driven(desk) as go_round:
        for name in ("beta", "gamma"):
            tell(desk, wording, name)
            go_round(AT[name])
    titles = desk.hook.titles()
    assert [each.partition(" | ")[0] for each in titles] == [
        f"PRIORITY {wording.format(base)}" for base in BASES.values()
    ]
    threads = desk.run("stories", "--told", "--since", "9000d", "--json").stdout.splitlines()
    assert len(threads) == len(BASES)
    acknowledged = {each["title"]: each["ack"] for each in stories(desk)}
    assert [acknowledged[wording.format(base)] is not None for base in BASES.values()] == [True, False, False]
    placed = json.loads(desk.run("stories", "--geojson", "--since", "9000d").stdout)["features"]
    assert {each["properties"]["title"]: each["properties"]["label"] for each in placed} == {
        wording.format(base): base for base in BASES.values()
    }
