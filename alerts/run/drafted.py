"""A rules file and the text of one rule go in; the whole rules as they would be with it come out, checked, not saved.

The rules are copied into a folder with the text in place of the rule of its id, or behind the last, and loaded from
there by the code of the daemon, so that every error has its line of the text.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from alerts.rule import Config, Rule
from alerts.rules.drafts import (
    TRIED,
    Block,
    NoDraft,
    about,
    block_of,
    file_of,
    id_of,
    in_shadow,
    patch,
    put_in,
    taken_out,
)
from crawler.config.problems import ConfigError, Problem

Load = Callable[[Path], Config]
FILES = 2  # of one rule each in a folder, from which a new rule has a file of its own there
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True)
class Drafted:
    """Rules with one more or changed. Its text stands in `file`, given from the folder of the rules.

    A new rule has a file of its own where the others of a folder have: it is not there yet, and takes mode and owner of
    the file `beside`, which is "" where `file` is there. Else it stands behind the rule of its topic.

    `seal` changes with every change of a file that was read. `notifies` is False where the rule names no receiver yet:
    that one can be tried, and not be saved.
    """

    name: str
    live: Config
    config: Config
    file: str
    before: str
    after: str
    seal: str
    notifies: bool = True
    beside: str = ""

    @property
    def patch(self) -> str:
        return patch(self.file, self.before, self.after)


def drafted(rules: Path, text: str, folder: Path, load: Load) -> Drafted:
    """Return the rules with the rule of a text; they are written below `folder` for that, which is empty.

    Raises NoDraft with what is wrong: with the rules in force, with the text, or with the rules that come of it.
    """
    live, name = _live(rules, load), id_of(text)
    texts = read_texts(rules, live)
    home = rules.resolve().parent
    where = _place_of(live, texts, home, name, text)
    file, beside = where.file, where.beside
    before = texts.get(file, "")
    after = where.put(text)
    write_texts(folder, texts | {file: after})
    begins = where.begins
    try:
        config, notifies = load(folder / rules.name), True
    except ConfigError as error:
        problems = NoDraft("\n".join(_placed(each, folder, file, begins) for each in error.problems))
        if "notify" in text:  # else that may be all it lacks
            raise problems from error
        write_texts(folder, {file: where.put(in_shadow(text))})
        try:
            config, notifies = load(folder / rules.name), False
        except ConfigError:
            raise problems from None
    if others := _changed(live, config, name):
        raise NoDraft(f"this text would change {', '.join(others[:3])} as well; leave nothing but one rule in it")
    return Drafted(name, live, config, file, before, after, seal_of(texts), notifies, beside)


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a rule is put: its file, how its text comes into it, and behind which line the rule begins."""

    file: str
    put: Callable[[str], str]
    begins: int
    beside: str = ""


def _place_of(live: Config, texts: Mapping[str, str], home: Path, name: str, text: str) -> _Home:
    """Return where a rule is put: in its place, in a file of its own, or behind another rule.

    That is the one which has most in common with it, of several the last.
    """
    files = [os.path.relpath(Path(each.place.file).resolve(), home) for each in live.rules]
    known = next((at for at, each in enumerate(live.rules) if each.id == name), None)
    if known is None and (own := _own_file(live, texts, home, name, files)):
        file, beside = own
        made = partial(file_of, beside=texts[beside])
        return _Home(file, made, made("").count("\n"), beside)
    chosen = known
    if chosen is None:
        shared = [_shared(text, texts[file], each) for file, each in zip(files, live.rules, strict=True)]
        chosen = max(range(len(files)), key=lambda at: (shared[at], at))
    block = block_of(texts[files[chosen]], live.rules[chosen].place.line)
    put = partial(_put, texts[files[chosen]], block, behind=known is None)
    return _Home(files[chosen], put, block.start if known is not None else block.end)


def _put(before: str, block: Block, text: str, *, behind: bool) -> str:
    return put_in(before, block, text, behind=behind)


def _shared(text: str, file: str, rule: Rule) -> float:
    """Return what share of its topic a text has in common with a rule of a file."""
    try:
        ours, theirs = about(text), about(taken_out(file, rule.place.line))
    except NoDraft:  # a rule in flow style: nothing is put behind it
        return -1.0
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.0


def _own_file(
    live: Config, texts: Mapping[str, str], home: Path, name: str, files: Sequence[str]
) -> tuple[str, str] | None:
    """Return the new file of a new rule and one beside it, where an included folder has a file for each rule."""
    if not _FILE_NAME.fullmatch(name):
        return None
    many = Counter(files)
    for pattern in live.patterns:
        folder = Path(pattern).parent
        found = sorted(each for each in many if fnmatchcase(each, pattern) and Path(each).parent == folder)
        made = str(folder / f"{name}.yaml")
        is_free = made not in texts and not os.path.lexists(home / made)
        if len(found) >= FILES and all(many[each] == 1 for each in found) and fnmatchcase(made, pattern) and is_free:
            return made, found[0]
    return None


def _live(rules: Path, load: Load) -> Config:
    try:
        return load(rules)
    except ConfigError as error:
        first = error.problems[0]
        raise NoDraft(f"the rules in force have errors, so none can be tried (watchfloor check): {first}") from error


def read_texts(rules: Path, live: Config) -> dict[str, str]:
    """Return the texts of a rules file and of those it includes, by their path from its folder. Raises NoDraft."""
    home = rules.resolve().parent
    texts: dict[str, str] = {}
    for each in (rules, *map(Path, live.files)):
        inside = os.path.relpath(each.resolve(), home)
        if inside.startswith(".."):
            raise NoDraft(f"{each} lies outside of the folder of {rules.name}; a rule is tried on files below it")
        texts[inside] = each.read_bytes().decode("utf-8")  # with the ends of its lines as they are
    return texts


def write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    """Write texts by their path from a folder, with the ends of their lines as they are."""
    for inside, content in texts.items():
        (folder / inside).parent.mkdir(parents=True, exist_ok=True)
        (folder / inside).write_bytes(content.encode("utf-8"))


def seal_of(texts: Mapping[str, str]) -> str:
    """Return what changes with every change of these files: of a name, of a text, of their number."""
    parts = (part for name in sorted(texts) for part in (name, texts[name]))
    return hashlib.sha256(b"".join(hashlib.sha256(each.encode("utf-8")).digest() for each in parts)).hexdigest()


def _changed(live: Config, config: Config, name: str) -> list[str]:
    """Return the ids of the rules beside one that two configs differ in."""
    was, now = ({each.id: each.version for each in found.rules if each.id != name} for found in (live, config))
    return [each for each in {**was, **now} if was.get(each) != now.get(each)]


def _placed(problem: Problem, folder: Path, file: str, begins: int) -> str:
    """Return a problem with its line of the text that is tried, or of the file, where it is elsewhere."""
    inside = os.path.relpath(problem.place.file, folder)
    if inside == file and problem.place.line > begins:
        return f"{TRIED}, line {problem.place.line - begins}: {problem.message}"
    return f"{inside}:{problem.place.line}: {problem.message}"
