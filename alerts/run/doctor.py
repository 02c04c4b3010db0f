"""A state directory and a rules file go in; every finding of an installation comes out, whatever is broken.

Each check stands alone: one that cannot be made is itself a finding, and costs no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from alerts.decide.finding import Finding, Level, fault
from alerts.rule import Config
from alerts.rules import config as configuration
from alerts.run.backup_thread import folder_of
from alerts.run.checks_line import (
    check_board,
    check_daemon,
    check_model,
    check_receivers,
    check_reload,
    check_rules,
    check_sources,
    check_translation,
    check_waiting,
)
from alerts.run.checks_machine import check_backups, check_clock, check_directory, check_disk
from alerts.run.checks_shared import check_shared
from alerts.run.checks_store import check_books, check_dumps, check_growth, check_store, growth_of
from alerts.run.checks_thorough import check_chain, check_evidence, check_tables
from alerts.run.others import is_polled, others
from alerts.store import future
from alerts.store.opening import store_of
from crawler.config.problems import ConfigError
from crawler.config.served import OFF
from crawler.config.settings import BackupSettings, Retention
from crawler.store.db import Database
from crawler.store.errors import StoreError

Check = Callable[[], Iterable[Finding]]
AHEAD = timedelta(minutes=2)  # of now: a stored time further off is no matter of rounding


def examine(
    rules: Path, state_dir: Path, environ: Mapping[str, str], now: datetime, *, hidden: str = "", thorough: bool = False
) -> list[Finding]:
    """Return all findings. `hidden` says why secrets cannot be read by this user, "" if they can."""
    config, unset = _load(rules, environ, hidden)
    known = config if isinstance(config, Config) else None
    zone = known.timezone if known else "UTC"
    backup, retention = (known.backup, known.retention) if known else (BackupSettings(), Retention())
    found: list[Finding] = []
    with ExitStack() as stack:
        database, refused = _store_of(state_dir)
        stack.callback(database.close)
        checks: list[tuple[str, Check]] = [
            ("daemon", lambda: check_daemon(state_dir, now, _others(database, state_dir))),
            ("board", lambda: check_board(state_dir, _board_of(known))),
            ("permissions", lambda: check_directory(state_dir)),
            ("store", lambda: refused or check_store(database, state_dir, now, thorough=thorough)),
        ]
        found += _made(checks)
        usable = not any(each.name == "store" and each.level is Level.FAULT for each in found)
        connection = stack.enter_context(database.read()) if usable else None
        found += _made(_of_store(connection, known, retention, now, state_dir) if connection else [])
        if thorough and connection:
            found += _made(_of_all_of_it(database, connection, state_dir, folder_of(backup, state_dir)))
        found += _made(
            [
                ("clock", lambda: check_clock(_ahead(connection, now), now, zone)),
                ("disk", lambda: check_disk(state_dir)),
                ("backup", lambda: check_backups(backup, state_dir, now) if database.sqlite else check_dumps(database)),
                ("rules", lambda: check_rules(config, unset)),
                ("receivers", lambda: check_receivers(connection, known, now) if known else ()),
            ]
        )
    return found


def _store_of(state_dir: Path) -> tuple[Database, list[Finding]]:
    """Return the store, and what is to be said where nobody can tell where it is; the file is looked at then."""
    try:
        return store_of(state_dir), []
    except StoreError as error:
        remedy = "let root or the service's user look, mend settings.store, or install what it asks for"
        return store_of(state_dir, ""), [fault("store", str(error), remedy)]


def _board_of(config: Config | None) -> str:
    return "" if config is None or config.board.address == OFF else config.board.address


def _others(database: Database, state_dir: Path) -> list[str]:
    """Return the other daemons of the store; none where it cannot be read, which the check of the store says."""
    try:
        with database.read() as connection:
            return [each.name for each in others(connection, state_dir)]
    except (DatabaseError, StoreError):
        return []


def _ahead(connection: Connection | None, now: datetime) -> tuple[str, datetime] | None:
    return future.ahead(connection, now + AHEAD) if connection else None


def _of_store(
    connection: Connection, config: Config | None, retention: Retention, now: datetime, state_dir: Path
) -> list[tuple[str, Check]]:
    """Return the checks that read the store."""
    return [
        ("ledger", lambda: check_books(connection)),
        ("growth", lambda: check_growth(growth_of(connection, now), retention)),
        ("shared work", lambda: check_shared(connection)),
        ("outbox", lambda: check_waiting(connection, now)),
        ("reload", lambda: check_reload(connection)),
        ("sources", lambda: _sources(connection, config, now, state_dir) if config else ()),
        ("translation", lambda: check_translation(connection, config) if config else ()),
        ("language model", lambda: check_model(connection, config) if config else ()),
    ]


def _sources(connection: Connection, config: Config, now: datetime, state_dir: Path) -> Iterable[Finding]:
    return check_sources(connection, config, now, watched=is_polled(connection, state_dir, now))


def _of_all_of_it(database: Database, connection: Connection, state_dir: Path, folder: Path) -> list[tuple[str, Check]]:
    """Return the checks that read all of the store: minutes of a large one."""
    return [
        ("integrity", lambda: check_tables(database)),
        ("chain", lambda: check_chain(connection, state_dir, folder)),
        ("evidence", lambda: check_evidence(connection)),
    ]


def _made(checks: Iterable[tuple[str, Check]]) -> Iterator[Finding]:
    for name, check in checks:
        try:
            yield from check()
        except Exception as error:  # noqa: BLE001 - whatever is broken, the other checks are made
            yield fault(name, f"could not be checked: {error!r}", "report it with this line")


def _load(rules: Path, environ: Mapping[str, str], hidden: str) -> tuple[Config | ConfigError, str]:
    """Return the rules, or why they cannot be used; and what of their secrets could not be looked at."""
    try:
        return configuration.load(rules, resolve_secrets=not hidden, environ=environ), hidden
    except ConfigError as error:
        return error, ""
