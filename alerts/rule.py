"""Values an admin writes (Rule, Condition, Entity, TermList, Config) and the tables of keys they are read by.

One table a section: name, reader, default, meaning. `check`, its hints, the schema and the reference follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from alerts.alert import Receiver, Severity
from crawler.keys import IDENT, Choice, Duration, Key, ListOf, MapOf, Number, Placed, Reader, Table, Text
from crawler.source import ALLOW_PRIVATE, SOURCES, Source
from crawler.yamlfile import Node, Place, Problems


@dataclass(frozen=True, slots=True)
class Condition:
    """A node of a rule's `match` tree: an operator over further conditions, or a term (op "term").

    `term` is the text as the rule writes it: a phrase, or `$name` of an entity or a list.
    """

    op: str
    place: Place
    children: tuple[Condition, ...] = ()
    term: str = ""
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entity:
    """A named actor or place with its spellings. `is_a` names the entities or kinds it belongs to."""

    id: str
    place: Place
    aliases: tuple[str, ...]
    is_a: tuple[str, ...] = ()
    label: str = ""
    gloss: str = ""


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
class Rule:
    """What the admin wants to be told about. `version` is a hash of its content, printed wherever it speaks."""

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


@dataclass(frozen=True, slots=True)
class Config:
    """All of rules.yaml, valid. `version` is a hash of the whole text, file by file."""

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


SEVERITIES = tuple(severity.word for severity in Severity)
LINES = ListOf(Placed(Text(what="a headline")), "a list of headlines", least=0)


@dataclass(frozen=True, slots=True)
class Raw:
    """Takes a node as it is, to be read once the names it uses are known."""

    json_schema: Mapping[str, Any] = field(default_factory=dict)

    def read(self, node: Node, _: Problems) -> Node:
        return node

    def schema(self) -> dict[str, Any]:
        return dict(self.json_schema)


SETTINGS = Table(
    (
        Key("timezone", Placed(Text(what="a time zone")), ("UTC", None), "times in alerts, as Asia/Baghdad"),
        Key(
            "freshness",
            Duration(),
            timedelta(hours=48),
            "older news goes to a digest instead of interrupting",
        ),
        Key("backfill", Duration(), timedelta(0), "how far back the first poll of a source may alert; 0 never"),
        Key("admin", Placed(IDENT), ("console", None), "the receiver of what the system says about itself"),
        Key(
            "contact",
            Text(what="an address", empty=True),
            "",
            "told to the outlets in the User-Agent of every poll",
        ),
        Key(
            "allow_private",
            ALLOW_PRIVATE,
            (),
            "hosts and networks that may be polled though they are not public",
        ),
    ),
    "settings",
)
RECEIVER = Table(
    (
        Key(
            "urls",
            ListOf(Placed(Text(what="an Apprise URL")), "a list of Apprise URLs"),
            doc="one address each",
        ),
        Key("min_severity", Choice(SEVERITIES), "routine", "what is below it is not sent here"),
    ),
    "a receiver",
)
ENTITY = Table(
    (
        Key("aliases", Raw({"type": "array", "items": {"type": "string"}}), doc="its spellings, in any script"),
        Key("is_a", Raw({"type": ["string", "array"]}), None, "the entities or kinds it belongs to"),
        Key("label", Text(what="a name"), "", "its name as alerts print it"),
        Key("gloss", Text(what="a line of text"), "", "one line that says who or what it is"),
    ),
    "an entity",
)
TESTS = Table(
    (
        Key("match", LINES, (), "headlines the rule must match"),
        Key("no_match", LINES, (), "headlines the rule must not match"),
    ),
    "tests",
)
RULE = Table(
    (
        Key("id", Placed(IDENT), doc="its name in alerts, logs and counts"),
        Key("title", Text(what="a title"), doc="what it watches for, as alerts print it"),
        Key("match", Raw({"type": ["object", "array", "string"]}), doc="the condition an article must meet"),
        Key("severity", Choice(SEVERITIES), doc="how urgent a match is"),
        Key("notify", ListOf(Placed(IDENT), "a list of receivers"), doc="who is told"),
        Key("mode", Choice(("live", "shadow", "off")), "live", "shadow counts and shows, and sends nothing"),
        Key("pir", Text(what="a purpose"), "", "the intelligence requirement it serves"),
        Key("contact", Text(what="a contact"), "", "whom to ask about it"),
        Key("notes", Text(what="a note"), "", "for the next admin"),
        Key("tests", TESTS, None, "headlines that `check` tries on it"),
    ),
    "a rule",
    partial=True,
)
ENTITIES: Reader = MapOf(ENTITY, "entities by id")
RECEIVERS: Reader = MapOf(RECEIVER, "receivers by name")
LISTS: Reader = MapOf(Raw({"type": "array", "items": {"type": "string"}}), "lists by name")
FILE = Table(
    (
        Key("version", Number(1, 1, whole=True), doc="the version of this format: 1"),
        Key("settings", SETTINGS, None, "what holds for everything"),
        Key("sources", SOURCES, doc="what is polled"),
        Key("receivers", RECEIVERS, doc="who can be told, and how"),
        Key("entities", ENTITIES, {}, "actors and places with their spellings"),
        Key("lists", LISTS, {}, "named sets of terms"),
        Key("rules", ListOf(RULE, "a list of rules"), doc="what to be told about"),
    ),
    "rules.yaml",
    partial=True,
)
