"""The values an admin writes: Rule, Condition, Entity, TermList, Config. Their keys: alerts/rules/tables.py."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from types import MappingProxyType

from alerts.alert import Receiver, Severity, Target
from alerts.where import Point
from crawler.config.problems import Place, Problem
from crawler.config.settings import BackupSettings, BoardSettings, Retention
from crawler.sources.outlets import NONE, Outlets
from crawler.sources.source import Source

HEARTBEAT = "settings.heartbeat"  # as it is named where its secret is missing; no source has such an id
NO_OPTIONS: Mapping[str, object] = MappingProxyType({})  # one for the thousands of conditions that have none
LEAD_WORDS = 80  # words of the text that count as its lead


@dataclass(frozen=True, slots=True)
class Condition:
    """A node of a rule's `match` tree: an operator over further conditions, or a term (op "term").

    `term` is the text as the rule writes it: a phrase, or `$name` of an entity or a list. A matcher's conditions have
    `anchors`: terms of which one is found whenever the condition holds, None where there are none.
    """

    op: str
    place: Place
    children: tuple[Condition, ...] = ()
    term: str = ""
    options: Mapping[str, object] = field(default_factory=lambda: NO_OPTIONS)
    anchors: frozenset[str] | None = field(default=None, compare=False, repr=False)  # they follow from the rest

    def of(self, op: str) -> Iterator[Condition]:
        """Yield each condition of the tree from here on that has this operator, in the order of the rule."""
        if self.op == op:
            yield self
        for child in self.children:
            yield from child.of(op)


@dataclass(frozen=True, slots=True)
class Entity:
    """A named actor or place with its spellings. `is_a` names the entities or kinds it belongs to.

    A place lies `at` a point, and extends for `reach` km around it.
    """

    id: str
    place: Place
    aliases: tuple[str, ...]
    is_a: tuple[str, ...] = ()
    label: str = ""
    gloss: str = ""
    fuzzy: float | None = None  # rapidfuzz ratio asked of transliterations, 0-100; 0 the default one, None off
    not_like: tuple[str, ...] = ()
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # alias ("" for all) -> context
    at: Point | None = None
    reach: float = 0.0


class Kinds:
    """Which entities belong to what. What is found for a name is kept: each alert asks for the same few."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self._entities = entities
        self._below: dict[str, list[str]] | None = None
        self._members: dict[str, tuple[str, ...]] = {}

    def members(self, name: str) -> tuple[str, ...]:
        """Return the ids of the entity `name` and of all entities whose `is_a` leads to it, directly or indirectly.

        `name` may be a kind that is no entity itself.
        """
        known = self._members.get(name)
        if known is None:
            known = self._members[name] = tuple(self._found(name))
        return known

    def _found(self, name: str) -> dict[str, None]:
        if self._below is None:
            self._below = self._listed()
        found: dict[str, None] = {}
        below = [name]
        while below:
            kind = below.pop()
            below += [each for each in self._below.get(kind, ()) if each not in found]
            if kind in self._entities:
                found[kind] = None
        return found

    def _listed(self) -> dict[str, list[str]]:
        """Return the entities directly in each kind, in their order."""
        listed: dict[str, list[str]] = {}
        for each in self._entities.values():
            for kind in dict.fromkeys(each.is_a):
                listed.setdefault(kind, []).append(each.id)
        return listed


@dataclass(frozen=True, slots=True)
class TermList:
    """A named set of terms; `$name` in a rule stands for all of them."""

    id: str
    place: Place
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleTests:
    """Headlines a rule must match and must not match, each with its place in the file."""

    match: tuple[tuple[str, Place], ...] = ()
    no_match: tuple[tuple[str, Place], ...] = ()


@dataclass(frozen=True, slots=True)
class Boost:
    """What is added to a score, or subtracted from it, if a condition holds."""

    condition: Condition
    add: float


@dataclass(frozen=True, slots=True)
class Score:
    """The weight of a mention in each field. With `lead` None the lead weighs as much as the rest of the body."""

    title: float = 1.0
    body: float = 1.0
    lead: float | None = None
    lead_words: int = LEAD_WORDS
    boosts: tuple[Boost, ...] = ()


@dataclass(frozen=True, slots=True)
class When:
    """What a rule requires of the thread: a number of origins, and a source of at least this letter ("" for any)."""

    origins: int = 1
    reliability: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the scale: where its condition is the first to hold, a match has this severity, for this reason.

    What follows from the condition is kept with it, as all rules share the rows.
    """

    number: int  # from 1, as messages name it
    place: Place
    condition: Condition
    severity: Severity
    why: str
    terms: tuple[str, ...] = ()  # of the condition, each once
    shape: str = ""  # a hash of the condition without its place
    compares: bool = False  # whether it asks what the headline reads like


@dataclass(frozen=True, slots=True)
class Rule:
    """What the admin wants to be told about. `version` is a hash of its content, shown in every alert."""

    id: str
    place: Place
    title: str
    match: Condition
    severity: Severity
    notify: tuple[str, ...]
    version: str
    mode: str = "live"  # live | shadow (counted and shown, nothing sent) | off
    pir: str = ""
    contact: str = ""
    notes: str = ""
    tests: RuleTests = RuleTests()
    score: Score | None = None
    steps: tuple[tuple[float, Severity], ...] = ()  # the score from which each severity applies, rising
    masks: tuple[str, ...] = ()  # `except`: what these terms overlap is no mention
    masking: tuple[Condition, ...] = ()  # the conditions of `except`: nor what their mentions overlap
    lang: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    when: When = When()
    scale: tuple[Row, ...] = ()  # of a rule with `severity: by-scale`; its severity is then the highest it may have
    least: Severity = Severity.ROUTINE  # where no row of the scale holds, or a lower one
    most: Severity = Severity.FLASH


@dataclass(frozen=True, slots=True)
class EventSettings:
    """How reports are grouped by the event they tell.

    `alike` maps a deed to the one that stands for it and its like, `wider` a place to those it lies in, `labels` a
    name to how people read it, `lasting` a deed that is told once to those that end it. `parties` are the names that
    lists give to states and the like, `opposed` the names of each side of a conflict. `bodies` maps a state to its
    forces and officials, `homes` to groups there that it does not command. `scenes` are states not known to strike.
    `as_written` is a hash of the setting as it stands in the file: the other values change with the entities too.
    """

    alike: Mapping[str, str] = field(default_factory=dict)
    parties: frozenset[str] = frozenset()
    developments: frozenset[str] = frozenset()
    by_target: frozenset[str] = frozenset()
    lasting: Mapping[str, frozenset[str]] = field(default_factory=dict)
    defences: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    opposed: tuple[frozenset[str], ...] = ()
    bodies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    homes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    again: str = ""
    everyday: str = ""
    nobodys: str = ""
    scenes: frozenset[str] = frozenset()
    things: tuple[str, ...] = ()
    wider: Mapping[str, frozenset[str]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    as_written: str = ""

    @property
    def phrases(self) -> tuple[str, ...]:
        """The lists whose words say how a deed beside them is meant."""
        return tuple(filter(None, (self.again, self.everyday, self.nobodys)))


@dataclass(frozen=True, slots=True)
class Translate:
    """The LibreTranslate service that is asked for foreign headlines: its address, and its key, "" for none."""

    url: str
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Wordless:
    """The part of a Config that has no words: what is polled, how events are joined, the desk's zone and language."""

    timezone: str
    language: str
    sources: tuple[Source, ...]
    outlets: Outlets
    events: EventSettings


@dataclass(frozen=True, slots=True)
class Config:
    """All of rules.yaml, checked. `version` is a hash of the text of all files."""

    path: str
    version: str
    timezone: str
    freshness: timedelta
    backfill: timedelta
    admin: str
    contact: str
    allow_private: tuple[str, ...]
    sources: tuple[Source, ...]
    receivers: Mapping[str, Receiver]
    entities: Mapping[str, Entity]
    lists: Mapping[str, TermList]
    rules: tuple[Rule, ...]
    scale: tuple[Row, ...] = ()
    heartbeat: str = ""
    canary: timedelta = timedelta(hours=1)
    alive: tuple[time, ...] = ()
    metrics: str = ""
    board: BoardSettings = field(default_factory=BoardSettings)
    store: str = ""  # a URL with its secrets; "" for the file in the state directory, and where they are not resolved
    files: tuple[str, ...] = ()
    unset: Mapping[str, Problem] = field(default_factory=dict)  # sources, or HEARTBEAT, whose secret is missing
    polled_at: Mapping[str, Place] = field(default_factory=dict)  # of each source, by id: where its address is written
    receivers_at: Mapping[str, Place] = field(default_factory=dict)  # where each is written, by name
    patterns: tuple[str, ...] = ()  # of `include`: what fits them later is read at the next reload
    host_at_once: int = 4
    host_apart: timedelta | None = None
    places: tuple[str, ...] = ()
    map_link: str = ""
    language: str = "en"
    translate: Translate | None = None
    untranslated: Problem | None = None  # why settings.translate cannot be used: its key is missing
    languages: Place | None = None  # where settings.languages asks for the model; None where it does not
    events: EventSettings = field(default_factory=EventSettings)
    backup: BackupSettings = field(default_factory=BackupSettings)
    retention: Retention = field(default_factory=Retention)
    outlets: Outlets = field(default=NONE, compare=False)
    kinds: Kinds = field(init=False, compare=False, repr=False)  # of the entities

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", Kinds(self.entities))

    @property
    def wordless(self) -> Wordless:
        """The part that has no words."""
        return Wordless(self.timezone, self.language, self.sources, self.outlets, self.events)

    @property
    def targets(self) -> Mapping[str, Target]:
        """The targets of all receivers, by id."""
        return {each.id: each for receiver in self.receivers.values() for each in receiver.targets}

    @property
    def homes(self) -> Mapping[str, tuple[str, ...]]:
        """The targets of each receiver, by id, in the order of its `urls`."""
        return {name: tuple(each.id for each in receiver.targets) for name, receiver in self.receivers.items()}


def version_of_texts(texts: Iterable[str]) -> str:
    """Return a hash of the texts of all files of a config; its first eight digits are the config's `version`."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
