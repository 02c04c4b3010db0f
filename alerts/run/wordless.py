"""What of the rules in force has no words is kept as JSON; whoever only shows reads it while their files are the same.

A daemon writes it when it puts rules in force. It spares a command that shows sources, stories or a shift the reading
of some fifty files of words (decision 269). It holds no secret, and nothing that is run.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from alerts.rule import Config, EventSettings, Wordless, version_of_texts
from crawler.config.patterns import matching
from crawler.sources.outlets import Outlet, Outlets
from crawler.sources.source import Source

log = logging.getLogger(__name__)
FILE = "rules.wordless.json"  # in the state directory
UNKEPT = frozenset({"outlets", "secrets"})  # of a source: all have the desk's outlets, and secrets stay where they are
LENGTHS, PAIRS = ("every", "at_most"), ("paths", "headers")  # of a source: kept as seconds, and as lists of two
# of the events: kept as lists, and as lists by name
SETS = tuple(each.name for each in fields(EventSettings) if each.type == "frozenset[str]")
GROUPS = ("lasting", "wider", "bodies", "homes")
OUTLETS = ("by_address", "by_name")


def keep_wordless(state_dir: Path, config: Config) -> None:
    """Write what has no words of a config beside a hash of its files; whatever goes wrong is logged.

    Nothing is written where a file was saved since the config was read: its hash would stand for other rules.
    """
    rules = Path(config.path)
    try:
        names = [os.path.relpath(each, rules.parent) for each in config.files]
        main = hashlib.sha256(rules.read_bytes()).hexdigest()  # where the zone stands: alerts/cli/zone.py reads no more
        key = _key(rules, names)
        if not key.startswith(config.version):
            return
        of = written(config.wordless)
        kept = {"main": main, "files": names, "patterns": config.patterns, "key": key, "of": of}
        new = state_dir / f"{FILE}.new"
        new.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        new.replace(state_dir / FILE)
    except (OSError, UnicodeDecodeError) as error:
        log.warning("what is shown of the rules in force is not kept: %s", error)


def wordless_kept(state_dir: Path, rules: Path) -> Wordless | None:
    """Return what has no words of the rules that were last in force, None where the files are others now.

    None also where nothing is kept, or another version of the program kept it.
    """
    try:
        kept = json.loads((state_dir / FILE).read_bytes())
        if _are_all(rules, kept["files"], kept["patterns"]) and _key(rules, kept["files"]) == kept["key"]:
            return read(kept["of"])
    except (OSError, ValueError, TypeError, LookupError, AttributeError):  # whoever reads all says what is wrong
        pass
    return None


def written(found: Wordless) -> dict[str, Any]:
    """Return a value as JSON can hold it."""
    outlets = {name: _mapped(getattr(found.outlets, name), asdict) for name in OUTLETS}
    events = {each.name: getattr(found.events, each.name) for each in fields(EventSettings)}
    events["opposed"] = [sorted(side) for side in events["opposed"]]
    events |= {name: sorted(events[name]) for name in SETS} | {name: _mapped(events[name], sorted) for name in GROUPS}
    sources = [_written_source(each) for each in found.sources]
    head = {"timezone": found.timezone, "language": found.language}
    return {**head, "sources": sources, "outlets": outlets, "events": events}


def read(kept: Mapping[str, Any]) -> Wordless:
    """Return the value that `written` wrote.

    Raises LookupError, TypeError, ValueError or AttributeError for a shape that is not this program's.
    """
    outlets = Outlets(**{name: _mapped(kept["outlets"][name], lambda each: Outlet(**each)) for name in OUTLETS})
    given = kept["events"]
    events = {
        **given,
        **{name: frozenset(given[name]) for name in SETS},
        **{name: _mapped(given[name], frozenset) for name in GROUPS},
        "things": tuple(given["things"]),
        "opposed": tuple(map(frozenset, given["opposed"])),
    }
    if events.keys() != {each.name for each in fields(EventSettings)}:
        raise LookupError("events have other keys")
    sources = tuple(_read_source(each, outlets) for each in kept["sources"])
    return Wordless(kept["timezone"], kept["language"], sources, outlets, EventSettings(**events))


def _written_source(source: Source) -> dict[str, Any]:
    row = {each.name: getattr(source, each.name) for each in fields(Source) if each.name not in UNKEPT}
    return row | {name: row[name] and row[name].total_seconds() for name in LENGTHS}


def _read_source(row: Mapping[str, Any], outlets: Outlets) -> Source:
    if row.keys() != {each.name for each in fields(Source)} - UNKEPT:
        raise LookupError("a source has other keys")
    lengths = {name: None if row[name] is None else timedelta(seconds=row[name]) for name in LENGTHS}
    pairs = {name: tuple((one, other) for one, other in row[name]) for name in PAIRS}
    return Source(**{**row, **lengths, **pairs}, outlets=outlets)


def _mapped(given: Mapping[str, Any], make: Callable[[Any], Any]) -> dict[str, Any]:
    return {key: make(value) for key, value in given.items()}


def _key(rules: Path, names: Iterable[str]) -> str:
    """Return a hash of the texts of a rules file and of what it includes; it begins as the version of their config."""
    files = (rules, *(rules.parent / name for name in names))
    if not all(each.is_file() for each in files):  # reading a pipe could block for ever
        raise OSError("one of the files of the rules is no regular file")
    return version_of_texts(each.read_bytes().decode("utf-8-sig") for each in files)


def _are_all(rules: Path, names: Iterable[str], patterns: Iterable[str]) -> bool:
    """Return whether what fits the patterns now is among the files that were read."""
    home = rules.resolve().parent
    fitting = {(home / name).resolve() for each in patterns for name in matching(home, each)}
    return fitting <= {(home / name).resolve() for name in names}
