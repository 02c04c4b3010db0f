"""An alert, its delivery, and a desk with places, for the tests of what messages say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from alerts.alert import Alert, Cause, Hit, Kind, Reason, Severity
from alerts.delivery import Delivery, DeliveryState
from alerts.rule import Config
from alerts.rules.config import load
from alerts.standing import Standing
from tests.unit.desk import HEAD, NOW, article, rule

TITLE = "Rockets hit base"
ALERT = Alert(
    "s1",
    "t1",
    1,
    Severity.IMMEDIATE,
    NOW,
    replace(article(TITLE, "Rockets were fired at the base."), url="https://wire.example/1", lang="en"),
    (
        Cause(
            "r", "Rockets", "0a1b2c3d", Severity.IMMEDIATE, (Hit("rockets", "rockets", "body", 0, 7, "Rockets"),), 7.5
        ),
    ),
    ("Wire", "Daily"),
    standing=Standing(("wire",), "B"),
)
SENT = Delivery(
    "d1", "s1", Kind.ALERT, 1, "x", "x", Severity.IMMEDIATE, Reason.FIRST_ARTICLE, DeliveryState.SENDING, NOW, NOW
)
PLACES = """\
  balad: {label: Balad air base, is_a: iraq-base, aliases: [Balad, "قاعدة بلد"], gloss: north of Baghdad}
  baghdad: {is_a: iraq-place, aliases: [Baghdad, "بغداد"]}
lists:
"""
SETTINGS = "freshness: 48h, places: [iraq-base, iraq-place]"


def settled(tmp_path: Path) -> Config:
    path = tmp_path / "rules.yaml"
    head = HEAD.format(settings=SETTINGS).replace("lists:\n", PLACES)
    rules = rule('["$militia-group", "$iraq-base", "$iraq-place", rockets]')
    path.write_text(f"{head}rules:\n{rules}", encoding="utf-8")
    return load(path, environ={})
