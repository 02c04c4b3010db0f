"""A rule that was tried goes in; it is saved in the file where it lives and in force, or why not comes out.

Only where settings.board_saves is true, only on the files that it was tried on, and only where the rules as a whole
have no error by the code that reads them at a reload. What goes wrong before the file is replaced leaves it untouched.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alerts.line.orders import signed_by
from alerts.rules import config as configuration
from alerts.rules.drafts import NoDraft
from alerts.rules.lint import failed_tests
from alerts.run.control import Command
from alerts.run.drafted import Drafted, drafted
from alerts.run.logbook import saved_by
from alerts.run.replacing import BEFORE, CannotReplace, create_file, replace_file
from alerts.run.rules_file import RulesFile, Saving
from alerts.run.stage import StageError
from crawler.clock import Clock

log = logging.getLogger(__name__)
OFF = (
    "rules are not saved from the board here: settings.board_saves is not true; paste the patch, or let whoever keeps "
    "the rules set it"
)
Reload = Callable[[Any], Awaitable[bool]]


def save_command(rules: RulesFile, reload: Reload, clock: Clock) -> Command:
    """Return what answers {"command": "save-rule", "text": a rule, "seal": of what it was tried on, "by": name}."""
    return partial(_save, rules, reload, clock, asyncio.Lock())


async def _save(
    rules: RulesFile, reload: Reload, clock: Clock, one: asyncio.Lock, request: Mapping[str, Any]
) -> Mapping[str, Any]:
    text, seal, by = str(request["text"]), str(request["seal"]), str(signed_by(request)["by"])
    if not rules.config.board.saves:
        return {"error": OFF}
    async with one:
        try:
            made = await asyncio.to_thread(_replaced, rules, text, seal)
        except (NoDraft, CannotReplace) as error:
            log.info("order save-rule by=%s refused: %s", by, error)
            return {"error": str(error)}
        log.info("order save-rule rule=%s file=%s by=%s", made.name, made.file, by)
        rules.saving = Saving(by, f"rule {made.name} was saved in {made.file} from the board")
        try:
            return await _in_force(rules, reload, clock, made)
        finally:
            rules.saving = None


async def _in_force(rules: RulesFile, reload: Reload, clock: Clock, made: Drafted) -> Mapping[str, Any]:
    """Reload, and return what came of it: the rule stands in its file already."""
    was = rules.config.version
    kept = "" if made.beside else f"{made.file}{BEFORE}"
    before = f"What the file held before is in {kept}" if kept else "It is a new file: the rules before lack it"
    try:
        if not await reload(clock()):
            problems = "; ".join(rules.refusals[:3])
            return {"error": f"saved in {made.file}, but REFUSED, so that rules {was} stay in force: {problems}. "
                    f"{before}"}  # fmt: skip
    except StageError as error:
        return {"error": f"saved in {made.file}, and not taken over by all parts: {error}; start the daemon anew"}
    versions = {"was": was, "version": rules.config.version}
    return {"rule": made.name, "file": made.file, "kept": kept, **versions}


def _replaced(rules: RulesFile, text: str, seal: str) -> Drafted:
    """Save a rule in the file where it lives. Raises NoDraft and CannotReplace; nothing is changed then."""
    load = partial(configuration.load, environ=rules.environ)
    with TemporaryDirectory(prefix="watchfloor-saving-") as folder:
        try:
            made = drafted(rules.path, text, Path(folder), load)
        except (OSError, UnicodeDecodeError) as error:
            raise NoDraft(f"the rules could not be read: {error}; nothing was saved") from error
        _check(rules, made, seal)
    # a link to another folder would make the names in it mean files of ours
    path = rules.path if rules.path.is_symlink() else rules.path.parent / made.file
    if made.beside and not rules.path.is_symlink():
        beside = rules.path.parent / made.beside
        create_file(path, made.after.encode("utf-8"), beside, beside.read_bytes())
    else:
        replace_file(path, made.before.encode("utf-8"), made.after.encode("utf-8"))
    return made


def _check(rules: RulesFile, made: Drafted, seal: str) -> None:
    if made.before == made.after:
        raise NoDraft(f"{made.file} has this rule already, word for word; nothing was saved")
    if made.seal != seal:
        who, file = saved_by(rules.path, made.live.files)
        raise NoDraft(
            f"the rules are no longer those that this rule was tried on ({file} was saved last, by {who}); try it "
            "again on those of now. Nothing was saved"
        )
    pattern = next((each for each in made.live.patterns if fnmatch(f"{made.file}{BEFORE}", each)), "")
    if pattern and not made.beside:
        words = f'would be read as rules too, by "{pattern}" under include; write {pattern}.yaml there'
        raise NoDraft(f"the copy of before, {made.file}{BEFORE}, {words}")
    if not made.notifies:
        raise NoDraft(
            f"rule {made.name} notifies nobody: add notify: [...], with receivers of rules.yaml, or mode: shadow"
        )
    alone = replace(made.config, rules=tuple(each for each in made.config.rules if each.id == made.name))
    if failed := failed_tests(alone):
        raise NoDraft("\n".join(each.message for each in failed))
