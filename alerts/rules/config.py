"""Load rules.yaml and the files it includes into a Config, or report every error at once; notice when they change."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from alerts import receivers
from alerts.alert import Escalate, Hours, Receiver, Severity, Target
from alerts.rule import HEARTBEAT, Config, Entity, EventSettings
from alerts.rules.country_boxes import check_points
from alerts.rules.event_mention import PARTY
from alerts.rules.events import DEED
from alerts.rules.lexicon import members
from alerts.rules.rulebook import Book, check_notify, read_book
from alerts.rules.tables import FILE, INCLUDED, SECTIONS, SETTINGS
from alerts.rules.translate import translate_of
from crawler.config.includes import include_patterns, included, matching, overlooked
from crawler.config.keys import MISSING, nearest, twice
from crawler.config.outlets import make_outlets
from crawler.config.served import board_of, metrics_of
from crawler.config.sources import make_sources, unset
from crawler.config.upkeep import backup_of, retention_of
from crawler.config.yamlfile import ConfigError, Node, Place, Problem, Problems, read_file
from crawler.config.yamlfile import Mapping as MappingNode

SHORTEST_CANARY = timedelta(seconds=1)  # each costs a poll and two commits
ACRONYM = 4  # letters; a party with a shorter name is written in capitals
NAMING = ("entities", "lists", "filters")  # sections whose names others use
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
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
    config = _config(path, raw, files, "\n".join(texts), problems, environ if resolve_secrets else None, read_urls)
    config = replace(config, patterns=include_patterns(root))
    if problems:
        raise RulesError(problems, config)
    return config


def variables(url: str) -> list[str]:
    """Return the names of the secrets, as in `${NAME}`, that a receiver's URL needs."""
    return _VARIABLE.findall(url)


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
    text, root = read_file(path, problems)
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
    text: str,
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
        else {name: _receiver(name, row, zone, problems, environ, read_urls) for name, (row, _) in rows.items()}
    )
    _check_receivers(rows, known or {}, problems)
    _check_settings(settings, known, raw[""], problems)
    book = read_book(raw, known, problems)
    sources = () if raw["sources"] is None or raw["sources"] is MISSING else raw["sources"]
    outlets = {} if raw["outlets"] is None or raw["outlets"] is MISSING else raw["outlets"]
    made = make_sources(sources, problems, outlets, environ)
    # no problem of the rules: the other sources are polled, and the admin is told
    missing = {} if environ is None else unset(sources, environ)
    heartbeat, why = _heartbeat(settings["heartbeat"], problems, environ)
    missing |= {HEARTBEAT: why} if why else {}
    translate, untranslated = translate_of(settings["translate"], problems, environ)
    events = _events(settings["events"], book, problems)
    check_points(book.entities, events.wider, problems)
    return Config(
        path=str(path),
        # of the texts and not of what they mean: a comment makes a new version too
        version=hashlib.sha256(text.encode()).hexdigest()[:8],
        timezone=settings["timezone"][0],
        freshness=settings["freshness"],
        backfill=settings["backfill"],
        admin=settings["admin"][0],
        heartbeat=heartbeat,
        alive=settings["alive"],
        canary=_canary(settings["canary"], problems),
        metrics=metrics_of(settings["metrics"], problems),
        board=board_of(settings, problems),
        store=_store(settings["store"], problems, environ),
        contact=settings["contact"],
        allow_private=settings["allow_private"],
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
        sources=made,
        unset=missing,
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


def _check_settings(
    settings: Mapping[str, Any], known: Mapping[str, Receiver] | None, start: Place, problems: Problems
) -> None:
    zone, place = settings["timezone"]
    if place:  # else it is the default, which nobody wrote
        _check_zone(zone, place, problems)
    check_notify("settings.notify", settings["notify"] or (), known, problems)
    admin, place = settings["admin"]
    if known is not None and admin not in known:
        near, names = nearest(admin, known), ", ".join(known) or "none"
        problems.add(place or start, f'settings.admin names "{admin}", which is no receiver{near}; known: {names}')


def _heartbeat(
    given: tuple[str, Place | None], problems: Problems, environ: Mapping[str, str] | None
) -> tuple[str, Problem | None]:
    """Return the address of the heartbeat with its secrets, and why it cannot be called if one of them is not set.

    The address is "" then, where there is none, and where secrets are not resolved.
    """
    url, place = given
    if place is None or (environ is None and _VARIABLE.search(url)):
        return "", None
    values = environ or {}
    if name := next((name for name in _VARIABLE.findall(url) if not values.get(name)), ""):
        words = f"${{{name}}} is not set in the environment; set it, or take settings.heartbeat out"
        return "", Problem(place, words)
    resolved = _VARIABLE.sub(lambda match: values[match[1]], url)
    if not re.match(r"https?://[^/\s]", resolved):
        problems.add(place, "settings.heartbeat is no http:// or https:// address")
    return resolved, None


def _store(given: tuple[str, Place | None], problems: Problems, environ: Mapping[str, str] | None) -> str:
    """Return the URL of the store with its secrets, "" where there is none or secrets are not resolved."""
    url, place = given
    if place is None:
        return ""
    if environ is None:
        return "" if _VARIABLE.search(url) else url
    if unset := [name for name in _VARIABLE.findall(url) if not environ.get(name)]:
        # a problem: to begin an empty store in the state directory instead would be the worse fault
        words = "is not set in the environment; set it, or take it out of settings.store"
        problems.add(place, f"${{{unset[0]}}} {words}")
        return ""
    resolved = _VARIABLE.sub(lambda match: environ[match[1]], url)
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


def _events(given: Mapping[str, Any] | None, book: Book, problems: Problems) -> EventSettings:
    """Return settings.events, its names checked against the lists and kinds of the config."""
    if given is None:
        return EventSettings()
    deeds, parties = _named(book.lists, DEED), _named(book.lists, PARTY)
    kinds = {kind for each in book.entities.values() for kind in each.is_a} | set(book.entities)

    def known(named: Iterable[tuple[str, Place]], names: Iterable[str], what: str) -> tuple[str, ...]:
        for name, place in named:
            if name not in names:
                problems.add(place, f'settings.events names "{name}", which is no {what}{nearest(name, names)}')
        return tuple(name for name, _ in named)

    groups = [known(group, deeds, f"list {DEED}NAME") for group in given["alike"]]
    within = {
        party: known(row, kinds, "entity or kind")
        for party, (row, place) in (given["within"] or {}).items()
        if known([(party, place)], parties, f"list {PARTY}NAME") and row is not MISSING
    }
    lasting = {
        deed: frozenset(known(row, deeds, f"list {DEED}NAME"))
        for deed, (row, place) in (given["lasting"] or {}).items()
        if known([(deed, place)], deeds, f"list {DEED}NAME") and row is not MISSING
    }
    return EventSettings(
        alike={deed: group[0] for group in groups for deed in group},
        parties=parties,
        developments=frozenset(known(given["developments"], deeds, f"list {DEED}NAME")),
        by_target=frozenset(known(given["by_target"], deeds, f"list {DEED}NAME")),
        lasting=lasting,
        defences=frozenset(known(given["defences"], deeds, f"list {DEED}NAME")),
        persons=frozenset(
            each for kind in known(given["persons"], kinds, "entity or kind") for each in members(book.entities, kind)
        ),
        again="".join(known([given["again"]] if given["again"] else [], book.lists, "list")),
        everyday="".join(known([given["everyday"]] if given["everyday"] else [], book.lists, "list")),
        things=known(given["things"], book.lists, "list"),
        wider=_wider(book.entities, within),
        labels={
            **{name: name.upper() if len(name) < ACRONYM else name.replace("-", " ").title() for name in parties},
            **{name: entity.label or name for name, entity in book.entities.items()},
        },
    )


def _named(lists: Iterable[str], prefix: str) -> frozenset[str]:
    return frozenset(name.removeprefix(prefix) for name in lists if name.startswith(prefix))


def _wider(entities: Mapping[str, Entity], within: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Return the entities and parties that each entity lies in."""
    wider: dict[str, set[str]] = {}
    for name in entities:
        for inner in members(entities, name):
            wider.setdefault(inner, set()).add(name)
    for party, kinds in within.items():
        for inner in (each for kind in kinds for each in members(entities, kind)):
            wider.setdefault(inner, set()).add(party)
    return {name: frozenset(around - {name}) for name, around in wider.items() if around - {name}}


def _check_zone(zone: str, place: Place, problems: Problems) -> bool:
    if not _is_zone(zone):
        hint = nearest(zone, available_timezones())
        problems.add(place, f'"{zone}" is no time zone{hint}; write one as Asia/Baghdad or UTC')
        return False
    return True


def _check_receivers(rows: Any, known: Mapping[str, Receiver], problems: Problems) -> None:
    """Check that `standby` and `escalate.to` name receivers and form no cycle.

    Only a receiver whose messages can be acknowledged may escalate.
    """
    for name, (row, _) in () if rows is MISSING else rows.items():
        if row is MISSING:
            continue
        escalate = row["escalate"] or {}
        for key, named in (("standby", row["standby"]), ("escalate.to", escalate.get("to"))):
            if named is not None:
                other, place = named
                _check_named(key, name, other, place, known, problems)
        if escalate and not _carries_acks(known[name]):
            problems.add(
                escalate[""],
                f'receiver "{name}" may not escalate: an acknowledgement given there does not come back; '
                "only watchslack:// carries one, so give it such a URL or take escalate out",
            )


def _check_named(
    key: str, name: str, other: str, place: Place, known: Mapping[str, Receiver], problems: Problems
) -> None:
    if other not in known:
        names = ", ".join(known)
        problems.add(place, f'{key} names "{other}", which is no receiver{nearest(other, known)}; known: {names}')
        return
    # a ring that does not lead back to `name` is reported at the receivers that are in it
    seen = [name]
    while other and other not in seen:
        seen.append(other)
        each = known.get(other)
        other = _next(key, each) if each else ""
    if other == name:
        problems.add(place, f"{key} runs in a ring: {' -> '.join([*seen, other])}; let one of them end it")


def _next(key: str, receiver: Receiver) -> str:
    return receiver.standby if key == "standby" else receiver.escalate.to if receiver.escalate else ""


def _carries_acks(receiver: Receiver) -> bool:
    """Return whether acknowledgements come back from every target; a URL that is not resolved yet counts as yes."""
    return all(target.can_ack or _VARIABLE.search(target.url) for target in receiver.targets)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _receiver(
    name: str, row: Any, zone: str, problems: Problems, environ: Mapping[str, str] | None, read_urls: bool
) -> Receiver:
    if row is MISSING:
        # its fault is noted; known by name, it causes no second problem in each rule that notifies it
        return Receiver(name, ())
    twice(row["urls"], "Apprise URL", problems)
    targets = [
        target for url, place in row["urls"] if (target := _target(name, url, place, problems, environ, read_urls))
    ]
    _check_apart(targets, row["urls"], problems)
    own, escalate = row["timezone"], row["escalate"]
    return Receiver(
        name,
        tuple(targets),
        Severity.of(row["min_severity"]),
        zone=own[0] if own and _check_zone(own[0], own[1], problems) else zone,
        quiet=Hours(*row["quiet_hours"]) if row["quiet_hours"] else None,
        breach=Severity.of(row["breach"]),
        digest=tuple(sorted(set(row["digest"]))),
        rate=row["rate"],
        group_wait=row["group_wait"],
        standby=row["standby"][0] if row["standby"] else "",
        escalate=Escalate(escalate["after"], escalate["to"][0]) if escalate else None,
    )


def _check_apart(targets: Sequence[Target], urls: Sequence[tuple[str, Place]], problems: Problems) -> None:
    """Report two URLs with the same address: targets are told apart by address, so the second would never be used."""
    # URLs that are equal as written are reported by `twice`
    written = [url for url, _ in urls]
    many = max(Counter(each.id for each in targets).values(), default=0)
    if many > 1 and len(set(written)) == len(written):
        problems.add(urls[-1][1], f"{many} URLs of {targets[0].receiver} name the same address; keep one of them")


def _target(
    name: str, url: str, place: Place, problems: Problems, environ: Mapping[str, str] | None, read_urls: bool
) -> Target | None:
    # only `run`, `check` and `test-receiver` resolve secrets; other commands must work without them
    if environ is None and (not read_urls or _VARIABLE.search(url)):
        return receivers.named(name, url)
    values = environ or {}
    unset = [each for each in _VARIABLE.findall(url) if not values.get(each)]
    for each in unset:
        problems.add(place, f"${{{each}}} is not set in the environment; set it, or take this receiver out")
    if unset:
        return None
    try:
        return receivers.parse(name, _VARIABLE.sub(lambda match: values[match[1]], url))
    except receivers.BadReceiverUrl as error:
        problems.add(place, f'receiver "{name}": {error}')
        return None
