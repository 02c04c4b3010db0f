"""`watchfloor backup`: a proven copy of the store in a folder, while the daemon goes on."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.cli.common import config_option, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.screen import show
from alerts.rules import config as configuration
from alerts.run.backup_thread import folder_of
from alerts.run.backups import Manifest, backups_in, make_backup
from crawler.config.problems import ConfigError
from crawler.config.settings import BackupSettings


@click.command(name="backup")
@config_option
@state_option
@json_option
@click.option("--keep", type=click.IntRange(1, 1000), help="Delete all but the newest N backups of this store there.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
def command(path: Path | None, state_dir: Path | None, *, as_json: bool, keep: int | None, folder: Path | None) -> None:
    """Copy the store to FOLDER, checked, while the daemon runs.

    Without FOLDER to settings.backup.to, where settings.backup.keep says how many stay; in a FOLDER all stay unless
    --keep is given.
    """
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    os.umask(0o077)
    if folder is None:
        settings = settings_of(rules)
        folder, keep = folder_of(settings, state), keep or settings.keep
    made = make_backup(state, folder, datetime.now(UTC), keep)
    if as_json:
        print_json(row(made))
        return
    kept = len(backups_in(folder, made.store))
    show(
        f"{made.path}: {made.bytes:,} bytes, {made.counts['articles']:,} articles, checked",
        f"kept in {folder}: {kept}; put it back with: watchfloor restore {made.path}",
    )


def settings_of(rules: Path) -> BackupSettings:
    """Return settings.backup; those that hold where nothing is written if the rules cannot be read, which is said."""
    try:
        return configuration.load(rules, resolve_secrets=False, environ={}).backup
    except (ConfigError, OSError):
        if os.path.lexists(rules):
            words = "settings.backup is not known, and the folder is that of the state directory"
            click.echo(f"note: {rules} cannot be used (watchfloor check): {words}", err=True)
        return BackupSettings()  # a backup is most wanted when something is wrong


def row(made: Manifest) -> dict[str, object]:
    """Return a backup as JSON."""
    return {
        "file": str(made.path),
        "made": made.made,
        "bytes": made.bytes,
        "sha256": made.sha256,
        "schema": dict(made.schema),
        "store": made.store,
        "sign": made.sign,
        "counts": dict(made.counts),
    }
