"""rules.yaml as it lies on disk goes in; its config comes out, at the start and after each change.

The file of secrets is read again with it, and its change is a change of the rules.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import platform
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from alerts.rule import Config
from alerts.rules import config as configuration
from alerts.rules.lint import compiled_to_test, failed_tests, runs_as_tested
from alerts.rules.match import Matcher
from alerts.run.good_rules import last_good
from alerts.run.secrets_file import SecretsFile
from crawler.config.problems import ConfigError
from crawler.store.faults import in_words

log = logging.getLogger(__name__)
LOOKED_AT_EVERY = 1.0  # seconds
NOT_IN_FULL = "the saved rules are not in force in full"
REMEDY = (
    "Parts of the watch may go by the rules before. Save rules.yaml again, or send SIGHUP (systemctl reload "
    "watchfloor), to have it tried again; if that does not help, restart the daemon"
)
Reload = Callable[[], Awaitable[object]]
Tell = Callable[[str, str], object]


@dataclass(frozen=True, slots=True)
class Saving:
    """Who saved the rules by way of this process, and what, in a sentence; of others the owner of a file is known."""

    who: str
    what: str


class RulesFile:
    """The rules file and those it includes. `config` is what was last read without an error and held its own tests.

    `matcher` is that config compiled, by which its tests were run where no rule is off.

    Where it cannot be read at the start, `fallback` gives the config instead, and `problems` says why; if it gives
    none, ConfigError is raised. `changed` are the names of the secrets that the last `load` changed.
    """

    def __init__(self, path: Path, secrets: SecretsFile, fallback: Callable[[], Config | None]) -> None:
        self.path, self.secrets = path, secrets
        self._refused: tuple[str, ...] = ()  # the files of a configuration that could not be used
        self.problems: tuple[str, ...] = ()
        self.changed: tuple[str, ...] = ()
        self.signalled = False  # the files are read again because somebody asked for it
        self.saving: Saving | None = None  # while what this process saved is read
        self.refusals: tuple[str, ...] = ()  # why the last reading of changed files was refused
        _warn_of(secrets)
        try:
            self.config, self.matcher = _tried(path, self.environ)
        except ConfigError as error:
            config = fallback()
            if config is None:
                raise
            self.config, self.matcher, self._refused = config, Matcher(config), configuration.files_of(path)
            self.problems = tuple(str(each) for each in error.problems)
        self._read: configuration.Fingerprint | None = self._seen()
        self._fault = ""  # what ended the last look
        self._watching: asyncio.Task[None] | None = None

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment with the secrets in force."""
        return self.secrets.values

    def _seen(self) -> configuration.Fingerprint:
        # of a configuration that was refused too: its mistake may be mended in a file that the last good one lacks
        secrets = [str(self.secrets.path)] if self.secrets.path else []
        files = dict.fromkeys((*configuration.watched(self.config), *self._refused, *secrets))
        return configuration.fingerprint(self.path, files)

    async def load(self) -> Config:
        """Read the files again in a thread and return the new `config`. Raises ConfigError; the old one then stays.

        With them the secrets are read. Where those on disk cannot be used, `secrets.faults` says why, and the rules are
        read with the ones in force; where the rules cannot be used, neither are new secrets.
        """
        self._refused, self.changed = configuration.files_of(self.path), ()
        self._read = self._seen()  # before reading: what is saved while we read counts as a change
        found = await asyncio.to_thread(self.secrets.read)
        try:
            loaded, matcher = await asyncio.to_thread(_tried, self.path, found.values)
        except ConfigError as error:
            self.refusals = tuple(map(str, error.problems))
            raise
        self.config, self.matcher, self.changed = loaded, matcher, self.secrets.keep(found)
        _warn_of(self.secrets)
        return self.config

    @property
    def files(self) -> tuple[str, ...]:
        """The files that were last read beside the rules file, whether or not they could be used."""
        return tuple(dict.fromkeys((*self._refused, *self.config.files)))

    def forget(self) -> None:
        """Have the files read again at the next look, even if nothing was saved (SIGHUP)."""
        self._read, self.signalled = None, True

    def watch(self, reload: Reload, tell: Tell) -> None:
        """Call `reload` whenever the files have changed, until `close`; `tell` with title and text where it raises."""
        self._watching = asyncio.create_task(self._watch(reload, tell), name="rules watcher")

    async def _watch(self, reload: Reload, tell: Tell) -> None:
        before: configuration.Fingerprint | None = None
        while True:
            await asyncio.sleep(LOOKED_AT_EVERY)
            try:
                before = await self._look(reload, before)
                self._fault = ""
            except Exception as error:  # the watcher must outlive any one reload
                if str(error) != self._fault:  # a look that fails does so each second
                    log.exception("rules not reloaded in full")
                    tell(NOT_IN_FULL, f"{in_words(error)}. {REMEDY}")
                self._fault = str(error)

    async def _look(self, reload: Reload, before: configuration.Fingerprint | None) -> configuration.Fingerprint:
        seen = self._seen()
        # Only a change that has stood still for one look: an editor may be half-way through writing it.
        if seen != self._read and seen == before:
            try:
                await reload()
            finally:
                self.signalled = False
        return seen

    async def close(self) -> None:
        """Stop watching."""
        if self._watching:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching


def read_rules(path: Path, state_dir: Path, secrets: SecretsFile, *, patient: bool) -> RulesFile:
    """Return the rules as read; where they are faulty and we are `patient`, those last in force. Raises ConfigError."""
    good = partial(last_good, state_dir, path, secrets.values) if patient else lambda: None
    return RulesFile(path, secrets, good)


def refused_words(rules: Path, version: str, problems: Sequence[str]) -> tuple[str, str]:
    """Return title and text of the notice that the rules on disk are not used; those of `version` stay in force."""
    many = len(problems)
    title = f"rules.yaml has {many} error{'s' * (many != 1)}; the old rules stay in force"
    remedy = "mend what is below and save: saved rules are tried again by themselves (watchfloor check finds the same)"
    return title, "\n".join(
        [f"{_whose(rules)} is not taken; rules {version} stay in force. To do: {remedy}.", *problems]
    )


def in_force_words(rules: Path, version: str) -> tuple[str, str]:
    """Return title and text of the notice that rules which were refused are mended."""
    title = f"rules.yaml is in force again, version {version}"
    return title, f"{_whose(rules)} was refused before, and is taken now. Nothing is left to do."


def _whose(rules: Path) -> str:
    return f"{rules.absolute()} on {platform.node()}"


def _tried(path: Path, environ: Mapping[str, str]) -> tuple[Config, Matcher]:
    """Return the rules on disk, compiled. Raises ConfigError where they are faulty or fail their own tests."""
    loaded = configuration.load(path, environ=environ)
    _check_exposed(path, loaded, environ)
    tested = compiled_to_test(loaded)
    if failed := failed_tests(loaded, tested):
        raise configuration.RulesError(failed, loaded)
    return loaded, tested if runs_as_tested(loaded) else Matcher(loaded)


def _warn_of(secrets: SecretsFile) -> None:
    for problem in secrets.warnings:
        log.warning("%s", problem)


def _check_exposed(path: Path, config: Config, environ: Mapping[str, str]) -> None:
    """Warn of rules that others may write; as a service (systemd sets INVOCATION_ID) do not start on them."""
    found = configuration.exposed(path, config.files)
    for problem in found:
        log.warning("%s", problem)
    if found and "INVOCATION_ID" in environ:
        raise ConfigError(found)
