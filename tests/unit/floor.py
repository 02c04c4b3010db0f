"""A receiver named floor in a rules file, and what waits for it as it stands after a reload."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from alerts.delivery import Delivery
from alerts.line.delivery_upkeep import DeliveryUpkeep
from alerts.line.next_delivery import next_delivery
from alerts.rule import Config
from alerts.rules.config import load
from alerts.store import outbox
from tests.unit.desk import HEAD, NOW, rule

M = timedelta(minutes=1)
BOMB = "Bomb hits militia patrol near Hawija"
SLACK = "watchslack://xoxb-{}-abc/C0123ABCD"


def desk(place: Path, *urls: str, severity: str = "flash", more: str = "", name: str = "floor") -> Config:
    """Load a config whose receiver `name` has these URLs."""
    head, rest = HEAD.format(settings="freshness: 48h").split("receivers:\n")
    listed = ", ".join(f'"{url}"' for url in urls)
    mine = f'receivers:\n  console: {{urls: ["console://"]}}\n  {name}: {{urls: [{listed}]{more}}}\n'
    rules = "rules:\n" + rule("[militia]", severity=severity, notify=f"[{name}]")
    path = place / "rules.yaml"
    path.write_text(head + mine + rest[rest.index("entities:") :] + rules, encoding="utf-8")
    return load(path, environ={})


def ids(config: Config, name: str = "floor") -> list[str]:
    return [each.id for each in config.receivers[name].targets]


def turn(connection: Connection, config: Config, minutes: int) -> Delivery | None:
    """Let the first target of the floor claim."""
    return next_delivery(connection, ids(config)[0], config.receivers["floor"], NOW + minutes * M)


def reload(connection: Connection, config: Config, minutes: int) -> DeliveryUpkeep:
    """Adopt what waits as a reload does; return what does the further upkeep."""
    upkeep = DeliveryUpkeep(config)
    upkeep.adopt(connection, NOW + minutes * M)
    return upkeep


def everything(connection: Connection) -> list[Delivery]:
    return outbox.deliveries_that(connection)
