"""The keys settings.backup and settings.retention: what is kept of the store, where and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from crawler.config.keys import Key, Placed, Table
from crawler.config.problems import Problems
from crawler.config.settings import ALERTED, ARTICLES, EVIDENCE, KEEP, BackupSettings, Retention
from crawler.config.values import Duration, Number, Text

SHORTEST = timedelta(days=30)  # that an article is kept: nothing still needs an older one (decision 144)


BACKUP = Table(
    (
        Key("every", Duration(), timedelta(days=1), "how often the daemon makes a backup by itself; 0 never"),
        Key("keep", Number(1, 1000, whole=True), KEEP, "how many it keeps; older ones are deleted after a new one"),
        Key("to", Placed(Text(what="a folder")), ("", None), "the folder; else `backups` in the state directory"),
    ),
    "settings.backup",
)
RETENTION = Table(
    (
        Key("articles", Duration(SHORTEST), ARTICLES, "how long articles are kept whose story alerted nobody"),
        Key("alerted", Duration(SHORTEST), ALERTED, "how long stories that alerted are kept, with all that was sent"),
        Key("evidence", Duration(timedelta(days=1)), EVIDENCE, "how long the raw bytes of what did not alert are kept"),
        Key("most_gb", Number(0.1, 100_000), 20.0, "the size of the store from which articles go before their time"),
    ),
    "settings.retention",
)


def backup_of(given: Mapping[str, Any] | None, problems: Problems) -> BackupSettings:
    """Return settings.backup as it was read."""
    if given is None:
        return BackupSettings()
    text, place = given["to"]
    if place is not None and not Path(text).is_absolute():
        problems.add(place, f'settings.backup.to: "{text}" is no absolute path; write the whole path, from /')
    return BackupSettings(given["every"], given["keep"], Path(text) if text else None)


def retention_of(given: Mapping[str, Any] | None) -> Retention:
    """Return settings.retention as it was read."""
    return Retention() if given is None else Retention(**{name: given[name] for name in Retention.__slots__})
