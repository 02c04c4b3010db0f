"""The rules that were last in force are kept in the state directory; a daemon that meets a faulty file starts on them.

A mistake whose reload was refused by day must not blind the watch at the next start.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from alerts.rule import Config
from alerts.rules import config as configuration
from alerts.run.wordless import keep_wordless
from crawler.config.problems import ConfigError

log = logging.getLogger(__name__)
GOOD = "rules.good"  # in the state directory


def keep(state_dir: Path, config: Config) -> None:
    """Copy the files of a config, and keep what of it has no words; whatever goes wrong is logged.

    The copy of before then stays.
    """
    keep_wordless(state_dir, config)
    new, kept, old = (state_dir / f"{GOOD}{end}" for end in (".new", "", ".old"))
    root = Path(config.path).resolve().parent
    try:
        for each in (new, old):
            shutil.rmtree(each, ignore_errors=True)
        for file in (Path(config.path), *map(Path, config.files)):
            copy = new / os.path.relpath(file.resolve(), root)
            if not copy.resolve().is_relative_to(new.resolve()):
                log.warning("the rules in force are not kept: %s lies outside %s", file, root)
                return
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        if kept.exists():
            kept.rename(old)
        new.rename(kept)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        log.warning("the rules in force are not kept: %s", error)


def last_good(
    state_dir: Path, rules: Path, environ: Mapping[str, str], *, resolve_secrets: bool = True
) -> Config | None:
    """Return the config that was last in force for a rules file, None if none is kept or it can no longer be used."""
    path = state_dir / GOOD / rules.name
    if not os.path.exists(path):  # noqa: PTH110 - in a folder that may not be entered, Path.exists raises
        return None
    try:
        return configuration.load(path, resolve_secrets=resolve_secrets, read_urls=resolve_secrets, environ=environ)
    except ConfigError as error:
        log.error("the rules kept in %s cannot be used either: %s", path.parent, error)
        return None
