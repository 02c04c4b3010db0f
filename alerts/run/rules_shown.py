"""A rules file goes in; the rules come out for whoever only shows: without secrets, kept while it is unchanged."""

from __future__ import annotations

from pathlib import Path

from alerts.rule import Config
from alerts.rules import config as configuration
from alerts.run.good_rules import last_good
from crawler.config.problems import ConfigError, Problem


def config_or_kept(path: Path, state: Path) -> tuple[Config, tuple[Problem, ...]]:
    """Return the rules and their problems; where they are faulty, those last in force, as kept in `state`.

    Raises ConfigError where none are kept.
    """
    try:
        return config_shown(path), ()
    except ConfigError as error:
        kept = last_good(state, path, {}, resolve_secrets=False)
        if kept is None:
            raise
        return kept, tuple(error.problems)


def config_shown(path: Path) -> Config:
    """Return the rules, without secrets and with URLs unread: from memory while their files are as they were.

    Raises ConfigError.
    """
    kept = _shown.get(path)
    if kept is not None and seen(path, kept[1]) == kept[0]:
        return kept[1]
    before = configuration.fingerprint(path, configuration.files_of(path))
    config = configuration.load(path, resolve_secrets=False, read_urls=False, environ={})
    if before == configuration.fingerprint(path, configuration.files_of(path)):  # nothing was saved meanwhile
        _shown[path] = (seen(path, config), config)
    return config


_shown: dict[Path, tuple[configuration.Fingerprint, Config]] = {}


def seen(path: Path, config: Config) -> configuration.Fingerprint:
    """Return what changes when a file of the rules does, or one comes that would be read with them."""
    return configuration.fingerprint(path, configuration.watched(config))
