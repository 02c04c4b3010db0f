"""rules.yaml -> Config, or every error at once; and the look at the file that says it has changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as Sequence_
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from alerts import receivers
from alerts.alert import Receiver, Severity, Target
from alerts.match import members, terms_of
from alerts.operators import read_term, read_whole
from alerts.rule import FILE, SETTINGS, Condition, Config, Entity, Rule, RuleTests, TermList
from crawler.keys import MISSING, nearest, twice
from crawler.source import make_sources
from crawler.yamlfile import ConfigError, Node, Place, Problems, Scalar, Sequence, read_file

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
Fingerprint = tuple[int, int, int]


def load(path: Path, *, resolve_secrets: bool = True, environ: Mapping[str, str]) -> Config:
    """Read and check a rules file. Raises ConfigError with every problem in it.

    `${NAME}` in receiver URLs is taken from `environ`; without `resolve_secrets` those URLs are left alone.
    """
    problems = Problems()
    text, root = read_file(path, problems)
    raw = FILE.read(root, problems) if root is not None else MISSING
    if not isinstance(raw, dict):
        raise ConfigError(problems or [])
    config = _Reader(raw, problems, environ if resolve_secrets else None).config(path, text)
    if problems:
        raise ConfigError(problems)
    return config


def fingerprint(path: Path) -> Fingerprint | None:
    """Give what changes when the file is saved or replaced; None where it cannot be seen."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


class _Reader:
    """One reading of a file; every section is read whatever is wrong with the others."""

    def __init__(self, raw: Mapping[str, Any], problems: Problems, environ: Mapping[str, str] | None) -> None:
        self._raw, self._problems, self._environ = raw, problems, environ

    def config(self, path: Path, text: str) -> Config:
        settings = self._raw["settings"] or {key.name: key.default for key in SETTINGS.keys}
        targets = self._receivers(self._given("receivers", {}))
        lists = self._lists(self._given("lists", {}))
        entities = self._entities(self._given("entities", {}), lists)
        rules = tuple(self._rules(self._given("rules", ()), targets, entities, lists))
        self._settings(settings, targets)
        return Config(
            path=str(path),
            version=_hash(text),
            timezone=settings["timezone"][0],
            freshness=settings["freshness"],
            backfill=settings["backfill"],
            admin=settings["admin"][0],
            contact=settings["contact"],
            allow_private=settings["allow_private"],
            sources=make_sources(self._given("sources", ()), self._problems),
            receivers=targets,
            entities=entities,
            lists=lists,
            rules=rules,
        )

    def _given(self, section: str, nothing: Any) -> Any:
        """Give what a section held; `nothing` where it is missing or could not be read."""
        value = self._raw[section]
        return nothing if value is MISSING or value is None else value

    def _settings(self, settings: Mapping[str, Any], targets: Mapping[str, Receiver]) -> None:
        zone, place = settings["timezone"]
        if place and not _is_zone(zone):
            hint = nearest(zone, available_timezones())
            self._problems.add(place, f'"{zone}" is no time zone{hint}; write one as Asia/Baghdad or UTC')
        admin, place = settings["admin"]
        if admin not in targets and self._raw["receivers"] is not MISSING:
            where = place or Place(*_start(self._raw))
            self._problems.add(where, f'settings.admin names "{admin}", which is no receiver{_known(admin, targets)}')

    # -- receivers -------------------------------------------------------------------------------------------

    def _receivers(self, rows: Mapping[str, tuple[dict[str, Any], Place]]) -> dict[str, Receiver]:
        return {name: self._receiver(name, row) for name, (row, _) in rows.items()}  # a faulty one is still known

    def _receiver(self, name: str, row: Mapping[str, Any]) -> Receiver:
        if row is MISSING:
            return Receiver(name, ())
        twice(row["urls"], "Apprise URL", self._problems)
        targets = [target for url, place in row["urls"] if (target := self._target(name, url, place))]
        return Receiver(name, tuple(targets), Severity.of(row["min_severity"]))

    def _target(self, name: str, url: str, place: Place) -> Target | None:
        if self._environ is None and _VARIABLE.search(url):
            return receivers.unresolved(name, url)
        resolved = self._resolved(url, place)
        if resolved is None:
            return None
        try:
            return receivers.parse(name, resolved)
        except receivers.BadReceiverUrl as error:
            self._problems.add(place, f'receiver "{name}": {error}')
            return None

    def _resolved(self, url: str, place: Place) -> str | None:
        environ = self._environ or {}
        unset = [name for name in _VARIABLE.findall(url) if not environ.get(name)]
        for name in unset:
            self._problems.add(place, f"${{{name}}} is not set in the environment; set it, or take this receiver out")
        return None if unset else _VARIABLE.sub(lambda match: environ[match[1]], url)

    # -- names -----------------------------------------------------------------------------------------------

    def _lists(self, rows: Mapping[str, tuple[Node, Place]]) -> dict[str, TermList]:
        return {
            name: TermList(name, place, self._terms(node, f'list "{name}"')) for name, (node, place) in rows.items()
        }

    def _terms(self, node: Node, what: str) -> tuple[str, ...]:
        if not isinstance(node, Sequence) or not node.items:
            self._problems.add(node.place, f'{what} needs a list of terms, as in ["militia", "armed group"]')
            return ()
        terms = [(read_term(item, self._problems), item.place) for item in node.items]
        for term, place in terms:
            if term.startswith("$"):
                self._problems.add(place, f'"{term}": {what} holds plain terms; name the entity or list in the rule')
        twice([each for each in terms if each[0]], "term", self._problems)
        return tuple(term for term, _ in terms if term)

    def _entities(
        self, rows: Mapping[str, tuple[dict[str, Any], Place]], lists: Mapping[str, TermList]
    ) -> dict[str, Entity]:
        entities = {}
        for name, (row, place) in rows.items():
            if row is MISSING:
                entities[name] = Entity(name, place, ())
                continue
            aliases = self._terms(row["aliases"], f'entity "{name}"')
            is_a = self._is_a(name, row["is_a"])
            entities[name] = Entity(name, place, aliases, is_a, row["label"], row["gloss"])
            if name in lists:
                self._problems.add(place, f'"{name}" is a list already; entities and lists share their names')
        for name in entities:
            self._refuse_circle(name, entities)
        return entities

    def _is_a(self, name: str, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        kinds = [(each.text, each.place) for each in items if isinstance(each, Scalar)]
        if len(kinds) != len(items):
            self._problems.add(node.place, f'is_a of "{name}" takes an id or a list of ids')
        for kind, place in kinds:
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", kind):
                self._problems.add(place, f'"{kind}" is not an id: lower-case letters, digits and -')
        return tuple(kind for kind, _ in kinds)

    def _refuse_circle(self, name: str, entities: Mapping[str, Entity]) -> None:
        above, seen = list(entities[name].is_a), set()
        while above:
            kind = above.pop()
            if kind == name:
                self._problems.add(
                    entities[name].place, f'"{name}" is_a itself, by way of its kinds; take one is_a out'
                )
                return
            if kind in entities and kind not in seen:
                seen.add(kind)
                above += entities[kind].is_a

    # -- rules -----------------------------------------------------------------------------------------------

    def _rules(
        self,
        rows: Iterable[Mapping[str, Any]],
        targets: Mapping[str, Receiver],
        entities: Mapping[str, Entity],
        lists: Mapping[str, TermList],
    ) -> Iterator[Rule]:
        kept = list(rows)
        names = {*entities, *lists, *(kind for each in entities.values() for kind in each.is_a)}
        twice([row["id"] for row in kept if row["id"] is not MISSING], "rule id", self._problems)
        for row in kept:
            condition = None if row["match"] is MISSING else read_whole(row["match"], self._problems)
            if row["notify"] is not MISSING and self._raw["receivers"] is not MISSING:
                self._check_notify(row["notify"], targets)
            if condition is not None:
                self._check_names(condition, names)
            if condition is not None and MISSING not in row.values():
                yield _rule(row, condition, entities, lists)

    def _check_notify(self, notify: Sequence_[tuple[str, Place]], targets: Mapping[str, Receiver]) -> None:
        twice(notify, "receiver", self._problems)
        for name, place in notify:
            if name not in targets:
                self._problems.add(place, f'notify names "{name}", which is no receiver{_known(name, targets)}')

    def _check_names(self, condition: Condition, names: set[str]) -> None:
        if condition.term.startswith("$") and condition.term[1:] not in names:
            near = nearest(condition.term, {f"${name}" for name in names})
            message = f'"{condition.term}" names no entity, kind or list{near}; define it under entities or lists'
            self._problems.add(condition.place, message)
        for child in condition.children:
            self._check_names(child, names)


def _rule(
    row: Mapping[str, Any],
    condition: Condition,
    entities: Mapping[str, Entity],
    lists: Mapping[str, TermList],
) -> Rule:
    tests = row["tests"] or {"match": (), "no_match": ()}
    return Rule(
        id=row["id"][0],
        place=row[""],
        title=row["title"],
        match=condition,
        severity=Severity.of(row["severity"]),
        notify=tuple(name for name, _ in row["notify"]),
        version=_version(row, condition, entities, lists),
        mode=row["mode"],
        pir=row["pir"],
        contact=row["contact"],
        notes=row["notes"],
        tests=RuleTests(tests["match"], tests["no_match"]),
    )


def _version(
    row: Mapping[str, Any],
    condition: Condition,
    entities: Mapping[str, Entity],
    lists: Mapping[str, TermList],
) -> str:
    """Hash what decides whether and how a rule fires: its tree, its severity, the words behind its names."""
    words = []
    for term in sorted({term for term in terms_of(condition) if term.startswith("$")}):
        name = term[1:]
        spellings = lists[name].terms if name in lists else ()
        spellings += tuple(alias for each in members(entities, name) for alias in entities[each].aliases)
        words.append((term, sorted(spellings)))
    return _hash(repr((row["id"][0], _shape(condition), row["severity"], row["mode"], words)))


def _shape(condition: Condition) -> tuple[Any, ...]:
    return (
        condition.op,
        condition.term,
        sorted(condition.options.items()),
        [_shape(c) for c in condition.children],
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _known(name: str, targets: Mapping[str, Receiver]) -> str:
    return f"{nearest(name, targets)}; known: {', '.join(targets) or 'none'}"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _start(raw: Mapping[str, Any]) -> tuple[str, int, int]:
    place = raw[""]
    return place.file, place.line, place.column
