"""rules.yaml as it lies on disk goes in; its config comes out, at the start and after each change."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from alerts.rule import Config
from alerts.rules import config as configuration
from crawler.config.yamlfile import ConfigError

log = logging.getLogger(__name__)
LOOKED_AT_EVERY = 1.0  # seconds


class RulesFile:
    """The rules file and those it includes. `config` is what was last read without an error.

    Where it cannot be read at the start, `fallback` gives the config instead, and `problems` says why; if it gives
    none, ConfigError is raised.
    """

    def __init__(self, path: Path, environ: Mapping[str, str], fallback: Callable[[], Config | None]) -> None:
        self.path, self.environ = path, environ
        self._refused: tuple[str, ...] = ()  # the files of a configuration that could not be used
        self.problems: tuple[str, ...] = ()
        self.signalled = False  # the files are read again because somebody asked for it
        try:
            self.config = configuration.load(path, environ=environ)
            _check_exposed(path, self.config, environ)
        except ConfigError as error:
            config = fallback()
            if config is None:
                raise
            self.config, self._refused = config, configuration.files_of(path)
            self.problems = tuple(str(each) for each in error.problems)
        self._read: configuration.Fingerprint | None = self._seen()
        self._watching: asyncio.Task[None] | None = None

    def _seen(self) -> configuration.Fingerprint:
        # of a configuration that was refused too: its mistake may be mended in a file that the last good one lacks
        return configuration.fingerprint(
            self.path, dict.fromkeys((*configuration.watched(self.config), *self._refused))
        )

    async def load(self) -> Config:
        """Read the files again in a thread and return the new `config`. Raises ConfigError; the old one then stays."""
        self._refused = configuration.files_of(self.path)
        self._read = self._seen()  # before reading: what is saved while we read counts as a change
        loaded = await asyncio.to_thread(configuration.load, self.path, environ=self.environ)
        _check_exposed(self.path, loaded, self.environ)
        self.config = loaded
        return self.config

    @property
    def files(self) -> tuple[str, ...]:
        """The files that were last read beside the rules file, whether or not they could be used."""
        return tuple(dict.fromkeys((*self._refused, *self.config.files)))

    def forget(self) -> None:
        """Have the files read again at the next look, even if nothing was saved (SIGHUP)."""
        self._read, self.signalled = None, True

    def watch(self, reload: Callable[[], Awaitable[object]]) -> None:
        """Call `reload` whenever the files have changed, until `close`."""
        self._watching = asyncio.create_task(self._watch(reload), name="rules watcher")

    async def _watch(self, reload: Callable[[], Awaitable[object]]) -> None:
        before: configuration.Fingerprint | None = None
        while True:
            await asyncio.sleep(LOOKED_AT_EVERY)
            seen = self._seen()
            # Only a change that has stood still for one look: an editor may be half-way through writing it.
            if seen != self._read and seen == before:
                try:
                    await reload()
                except Exception:  # the watcher must outlive any one reload
                    log.exception("rules not reloaded in full")
                self.signalled = False
            before = seen

    async def close(self) -> None:
        """Stop watching."""
        if self._watching:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching


def _check_exposed(path: Path, config: Config, environ: Mapping[str, str]) -> None:
    """Warn of rules that others may write; as a service (systemd sets INVOCATION_ID) do not start on them."""
    found = configuration.exposed(path, config.files)
    for problem in found:
        log.warning("%s", problem)
    if found and "INVOCATION_ID" in environ:
        raise ConfigError(found)
