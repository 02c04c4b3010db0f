"""Load rules.yaml and the files it includes into a Config, or report every error at once; notice when they change."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from alerts.alert import Receiver
from alerts.rule import HEARTBEAT, Config, Entity, version_of_texts
from alerts.rules.country_boxes import check_points
from alerts.rules.event_settings import events_of
from alerts.rules.receiver_rows import VARIABLE, check_receivers, check_zone, receiver_of
from alerts.rules.rulebook import Book, check_notify, read_book
from alerts.rules.tables import FILE, INCLUDED, SECTIONS, SETTINGS
from alerts.rules.translate import translate_of
from crawler.config.includes import include_patterns, included, overlooked
from crawler.config.nearest import meant_among, nearest
from crawler.config.outlets import make_outlets
from crawler.config.patterns import matching
from crawler.config.served import board_of, metrics_of
from crawler.config.sources import make_sources, unset
from crawler.config.upkeep import backup_of, retention_of
from crawler.config.values import MISSING
from crawler.config.yamlfile import ConfigError, Node, Place, Problem, Problems, read_file
from crawler.config.yamlfile import Mapping as MappingNode

SHORTEST_CANARY = timedelta(seconds=1)  # each costs a poll and two commits
NAMING = ("entities", "lists", "filters")  # sections whose names others use
Fingerprint = tuple[tuple[int, int, int] | None, ...]  # of each file, None while it cannot be read


class RulesError(ConfigError):
    """Rules that cannot be used. `config` is what of them could be read: its receivers may still tell of it."""

    def __init__(self, problems: Iterable[Problem], config: Config) -> None:
        super().__init__(problems)
        self.config = config


def load(path: Path, *, resolve_secrets: bool = True, read_urls: bool = True, environ: Mapping[str, str]) -> Config:
    """Return the checked content of a rules file and its includes. Raise ConfigError with every problem in them.

    `${NAME}` in receiver URLs is taken from `environ`. Without `resolve_secrets` it stays as it is, and such a receiver
    cannot be sent to. Without `read_urls` the others are not read either: their faults stay unsaid, and Apprise, which
    takes a tenth of a second to import, stays out.
    """
    problems = Problems()
    text, root = read_file(path, problems)
    raw = FILE.read(root, problems) if root is not None else MISSING
    if not isinstance(raw, dict):
        raise ConfigError(problems or [])
    if raw["settings"] is None and isinstance(root, MappingNode) and root.get("settings") is not None:
        raw["settings"] = MISSING  # a rule without receivers may have them there
    before = len(problems)
    files = included(path, root, problems)
    complete = len(problems) == before and _names_read(raw, root)
    read = [_merge(raw, each, problems) for each in files]
    if not complete or None in read:
        # what was to come from what is not there would be missing everywhere: one cause, one error
        raise ConfigError(problems)
    texts = [text, *(each for each in read if each is not None)]
    # only now: an included file may have brought them
    for section, doc in (("sources", "what is polled"), ("rules", "what to be told about")):
        if raw[section] is None and isinstance(root, MappingNode) and root.get(section) is None:
            remedy = overlooked(path, root, files)
            problems.add(raw[""], f'rules.yaml lacks "{section}" ({doc}){remedy}')
    config = _config(path, raw, files, texts, problems, environ if resolve_secrets else None, read_urls)
    config = replace(config, patterns=include_patterns(root))
    if problems:
        raise RulesError(problems, config)
    return config


def variables(url: str) -> list[str]:
    """Return the names of the secrets, as in `${NAME}`, that a receiver's URL needs."""
    return VARIABLE.findall(url)


def watched(config: Config) -> tuple[str, ...]:
    """Return the files whose change is a change of the rules: those read, and those that now fit an `include`."""
    path = Path(config.path)
    fitting = [str(path.parent / name) for each in config.patterns for name in matching(path.parent, each)]
    return tuple(dict.fromkeys((*config.files, *fitting)))


def fingerprint(path: Path, files: Iterable[str] = ()) -> Fingerprint:
    """Return a value that changes when one of the files is saved or replaced."""
    return (_stat(path), *(_stat(Path(each)) for each in files))


def files_of(path: Path) -> tuple[str, ...]:
    """Return the files that a rules file names under `include`, whether or not it could be used otherwise."""
    ignored = Problems()
    _, root = read_file(path, ignored)
    return tuple(str(each) for each in included(path, root, ignored))


def exposed(path: Path, files: Iterable[str] = ()) -> list[Problem]:
    """Return a problem for each file that others may write, or whose owner is neither this user nor root.

    Raise OSError if a file cannot be examined.
    """
    # who can write the rules decides what is fetched, and who is told
    found = []
    for each in (path, *(Path(name) for name in files)):
        seen = each.stat()
        if seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            found.append(Problem(Place(str(each), 1, 1), "others may write this file; chmod go-w takes that away"))
        elif seen.st_uid not in {os.geteuid(), 0}:
            found.append(Problem(Place(str(each), 1, 1), "this file is another user's; chown it to ours"))
    return found


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    # an editor that replaces the file may keep its time and size, but not its inode
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


def _merge(raw: dict[str, Any], path: Path, problems: Problems) -> str | None:
    """Add the sections of an included file to `raw`, the sections read so far; return the text of the file.

    Return None if it could not be read, or a section of names in it could not. Sources and rules are appended; a name
    of an entity, list or filter that stands twice is a problem.
    """
    text, root = read_file(path, problems, included=True)
    if root is None:
        return None
    more = INCLUDED.read(root, problems)
    for section in SECTIONS if more is not MISSING else ():
        ours, theirs = raw[section], more[section]
        if theirs is None:
            continue
        # a section of the main file that could not be read is replaced: its problem is noted, and what follows is
        # still checked against the names in this file
        if section == "scale" and ours and ours is not MISSING:
            problems.add(theirs[0][""], f"the scale stands in {ours[0][''].file} already; all its rows go there")
        elif isinstance(theirs, tuple):
            raw[section] = (*(ours or ()), *theirs) if ours is not MISSING else theirs
        else:
            known = {} if ours is MISSING or ours is None else ours
            for name, (_, place) in theirs.items():
                if name in known:
                    problems.add(place, f'"{name}" stands in {known[name][1]} already; keep one')
            raw[section] = {**theirs, **known}  # the first of two wins
    return text if more is not MISSING and _names_read(more, root) else None


def _names_read(sections: Mapping[str, Any], root: Node | None) -> bool:
    """Return whether each section of a file that others name things of could be read, or is not in it."""
    written = {key.text for key, _ in root.pairs} if isinstance(root, MappingNode) else set()
    return all(sections[each] is not None for each in NAMING if each in written)


def _config(
    path: Path,
    raw: Mapping[str, Any],
    files: tuple[Path, ...],
    texts: Iterable[str],
    problems: Problems,
    environ: Mapping[str, str] | None,
    read_urls: bool,
) -> Config:
    is_given = raw["settings"] is not None and raw["settings"] is not MISSING
    settings = raw["settings"] if is_given else {key.name: key.default for key in SETTINGS.keys}
    rows = raw["receivers"]
    # None where the section could not be read: then no name of a receiver is called unknown
    zone = settings["timezone"][0]
    known = (
        None
        if rows is MISSING
        else {name: receiver_of(name, row, zone, problems, environ, read_urls) for name, (row, _) in rows.items()}
    )
    check_receivers(rows, known or {}, problems)
    _check_settings(settings, known, raw[""], problems)
    book = read_book(raw, known, problems)
    sources = () if raw["sources"] is None or raw["sources"] is MISSING else raw["sources"]
    outlets = {} if raw["outlets"] is None or raw["outlets"] is MISSING else raw["outlets"]
    made = make_sources(sources, problems, outlets, environ)
    config = Config(
        path=str(path),
        # of the texts and not of what they mean: a comment makes a new version too
        version=version_of_texts(texts)[:8],
        timezone=zone,
        freshness=settings["freshness"],
        backfill=settings["backfill"],
        admin=settings["admin"][0],
        contact=settings["contact"],
        allow_private=settings["allow_private"],
        sources=made,
        # no problem of the rules: the other sources are polled, and the admin is told
        unset={} if environ is None else unset(sources, environ),
        outlets=make_outlets(outlets, made),
        polled_at={row["id"][0]: row["url"][1] for row in sources},
        receivers=known or {},
        receivers_at={} if rows is MISSING else {name: place for name, (_, place) in rows.items()},
        entities=book.entities,
        lists=book.lists,
        rules=book.rules,
        scale=book.scale,
        files=tuple(str(each) for each in files),
    )
    return _with_settings(config, settings, book, problems, environ)


def _with_settings(
    config: Config, settings: Mapping[str, Any], book: Book, problems: Problems, environ: Mapping[str, str] | None
) -> Config:
    """Return a config with the settings that have a default."""
    heartbeat, why = _heartbeat(settings["heartbeat"], problems, environ)
    translate, untranslated = translate_of(settings["translate"], problems, environ)
    events = events_of(settings["events"], book, problems)
    check_points(book.entities, events.wider, problems)
    return replace(
        config,
        unset={**config.unset, **({HEARTBEAT: why} if why else {})},
        heartbeat=heartbeat,
        alive=settings["alive"],
        canary=_canary(settings["canary"], problems),
        metrics=metrics_of(settings["metrics"], problems),
        board=board_of(settings, problems),
        store=_store(settings["store"], problems, environ),
        host_at_once=settings["host_at_once"],
        host_apart=settings["host_apart"],
        places=_places(settings["places"], book.entities, problems),
        map_link=settings["map_link"],
        language=settings["language"],
        translate=translate,
        untranslated=untranslated,
        languages=settings["languages"][1] if settings["languages"][0] == "model" else None,
        events=events,
        backup=backup_of(settings["backup"], problems),
        retention=retention_of(settings["retention"]),
    )


def _check_settings(
    settings: Mapping[str, Any], known: Mapping[str, Receiver] | None, start: Place, problems: Problems
) -> None:
    zone, place = settings["timezone"]
    if place:  # else it is the default, which nobody wrote
        check_zone(zone, place, problems)
    check_notify("settings.notify", settings["notify"] or (), known, problems)
    admin, place = settings["admin"]
    if known is not None and admin not in known:
        if place:
            hint = meant_among(admin, known, "receivers")
            problems.add(place, f'settings.admin names "{admin}", which is no receiver{hint}')
        else:  # the default, which nobody wrote
            said = f'no receiver "{admin}", which is told of faults where settings.admin names no other'
            problems.add(start, f"{said}; add settings: {{admin: NAME}}, known: {', '.join(known) or 'none'}")


def _heartbeat(
    given: tuple[str, Place | None], problems: Problems, environ: Mapping[str, str] | None
) -> tuple[str, Problem | None]:
    """Return the address of the heartbeat with its secrets, and why it cannot be called if one of them is not set.

    The address is "" then, where there is none, and where secrets are not resolved.
    """
    url, place = given
    if place is None or (environ is None and VARIABLE.search(url)):
        return "", None
    values = environ or {}
    if name := next((name for name in VARIABLE.findall(url) if not values.get(name)), ""):
        words = f"${{{name}}} is not set in the environment; set it, or take settings.heartbeat out"
        return "", Problem(place, words)
    resolved = VARIABLE.sub(lambda match: values[match[1]], url)
    if not re.match(r"https?://[^/\s]", resolved):
        problems.add(place, "settings.heartbeat is no http:// or https:// address")
    return resolved, None


def _store(given: tuple[str, Place | None], problems: Problems, environ: Mapping[str, str] | None) -> str:
    """Return the URL of the store with its secrets, "" where there is none or secrets are not resolved."""
    url, place = given
    if place is None:
        return ""
    if environ is None:
        return "" if VARIABLE.search(url) else url
    if unset := [name for name in VARIABLE.findall(url) if not environ.get(name)]:
        # a problem: to begin an empty store in the state directory instead would be the worse fault
        words = "is not set in the environment; set it, or take it out of settings.store"
        problems.add(place, f"${{{unset[0]}}} {words}")
        return ""
    resolved = VARIABLE.sub(lambda match: environ[match[1]], url)
    if not re.fullmatch(r"postgres(ql)?://[^/\s]*/[^/?\s]+(\?\S*)?", resolved):  # not printed: it may hold a password
        problems.add(place, "settings.store is no database of PostgreSQL; write postgresql://user@host/name")
    return resolved


def _canary(given: tuple[timedelta, Place | None], problems: Problems) -> timedelta:
    every, place = given
    if place and timedelta(0) < every < SHORTEST_CANARY:
        problems.add(place, f"settings.canary is at least {SHORTEST_CANARY.total_seconds():g}s, or 0 for never")
    return every


def _places(named: Iterable[tuple[str, Place]], entities: Mapping[str, Entity], problems: Problems) -> tuple[str, ...]:
    kinds = {kind for each in entities.values() for kind in each.is_a} | set(entities)
    for name, place in named:
        if name not in kinds:
            problems.add(place, f'settings.places names "{name}", which is no entity or kind{nearest(name, kinds)}')
    return tuple(name for name, _ in named)
