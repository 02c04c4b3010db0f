"""The keys of `sources:` in rules.yaml, and how they are read into sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.config.includes import included
from crawler.config.jsonkeys import JSON_KEYS, check_json, headers_of, secrets_of
from crawler.config.jsonkeys import unset as unset_of
from crawler.config.keys import Key, ListOf, Placed, Table, twice
from crawler.config.outlets import OUTLETS, make_outlets
from crawler.config.values import IDENT, MISSING, Choice, Duration, Flag, Host, Reader, Text, Url
from crawler.config.yamlfile import ConfigError, Node, Place, Problem, Problems, read_file
from crawler.config.yamlfile import Mapping as MappingNode
from crawler.sources.source import FULL_TEXT, KEEP, KINDS, OUTLET_FROM, Source


@dataclass(frozen=True, slots=True)
class Selector:
    """A CSS selector, as in `select: "article h2 a"`, read as (selector, place)."""

    def read(self, node: Node, problems: Problems) -> Any:
        text = Text(what="a CSS selector").read(node, problems)
        if text is MISSING:
            return MISSING
        from cssselect import HTMLTranslator, SelectorError  # noqa: PLC0415 - few desks have a selector

        try:
            # translated once here, so that a faulty selector is found by `check` and not by a poll
            HTMLTranslator().css_to_xpath(text)
        except SelectorError as error:
            problems.add(node.place, f'"{text}" is no CSS selector ({error}); write one as in article h2 a')
            return MISSING
        return text, node.place

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source; an unknown one is a problem, and is read as "", of which nothing else is asked."""

    def read(self, node: Node, problems: Problems) -> Any:
        kind = Choice(KINDS).read(node, problems)
        return "" if kind is MISSING else kind

    def schema(self) -> dict[str, Any]:
        return Choice(KINDS).schema()


SOURCE_KEYS = (
    Key("id", Placed(IDENT), doc="a short id of your own; logs, status and `scrapy crawl -a source=` use it"),
    Key("url", Placed(Url()), doc="the address that is polled"),
    Key(
        "name",
        Text(what="the outlet's name"),
        "",
        "the outlet as alerts name it; the id where it is left out",
    ),
    Key(
        "kind",
        Kind(),
        "feed",
        "what is read there: a feed (RSS, Atom, RDF, JSON), a sitemap, a section, a Telegram channel, a list in JSON",
    ),
    Key("select", Selector(), ("", None), "of a section: the CSS selector of its links; without it, heuristics"),
    Key(
        "full_text", Choice(FULL_TEXT), "auto", "whether article pages are fetched: auto, where only a summary is given"
    ),
    # no higher floor is needed: whatever `every` says, crawler.fetch.hosts keeps the pace that each host is asked at
    Key("every", Duration(timedelta(seconds=1)), timedelta(minutes=15), "how often it is polled"),
    Key(
        "at_most",
        Duration(timedelta(seconds=1)),
        None,
        "the longest interval where the server asks for one or the source is quiet; `every` where it is left out",
    ),
    Key("verify_tls", Flag(), True, "false polls a server whose certificate cannot be verified; each start logs it"),
    Key(
        "lang",
        Text(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language tag such as en, ar, fa, ckb"),
        None,
        "its language",
    ),
    Key("owner", IDENT, "", "who owns the outlet: outlets of one owner are one origin"),
    Key("reliability", Choice(tuple("ABCDEF")), "F", "Admiralty letter, A reliable to E unreliable, F unknown"),
    Key(
        "outlet_from",
        Choice(OUTLET_FROM),
        "",
        "of an aggregator: where an item names who published it; without it, the source publishes itself",
    ),
    *JSON_KEYS,
    Key("keep", Choice(KEEP), "all", "what is stored of it: all, or matched, what a rule matches when it first comes"),
)


SOURCES = ListOf(Table(SOURCE_KEYS, "a source"), "a list of sources")


ALLOW_PRIVATE = ListOf(Host(), "a list of hosts, addresses or networks", least=0)


def make_sources(
    rows: Iterable[Mapping[str, Any]],
    problems: Problems,
    outlets: Mapping[str, tuple[Any, Place]] | None = None,
    environ: Mapping[str, str] | None = None,
) -> tuple[Source, ...]:
    """Return the sources of rows that SOURCES has read, each with the outlets that OUTLETS has read.

    Add a problem for each id or address that occurs twice. The secrets that headers name come from `environ`.
    """
    kept = list(rows)
    twice([row["id"] for row in kept], "source id", problems)
    twice([row["url"] for row in kept], "address", problems)
    for row in (each for each in kept if each["kind"]):  # of an unknown kind nothing can be said: one cause, one error
        _check_kind(row, problems)
        check_json(row, row["id"][1], problems)
    sources = [replace(_source(row), secrets=secrets_of(row, environ or {})) for row in kept]
    known = make_outlets(outlets, sources)
    return tuple(replace(each, outlets=known) for each in sources)


def unset(rows: Iterable[Mapping[str, Any]], environ: Mapping[str, str]) -> dict[str, Problem]:
    """Return the sources that cannot be asked as a secret is not set, by id, with the reason. The others can."""
    return {row["id"][0]: problem for row in rows if (problem := unset_of(row, environ))}


def _source(row: Mapping[str, Any]) -> Source:
    """Return the source of a row. Values come with their place, which a Source does not keep."""
    paths = tuple((name, path) for name, path in (row["paths"] or {}).items() if name and path)
    plain = {name: row[name][0] for name in ("id", "url", "select")} | {"headers": headers_of(row)}
    named = row["outlet_from"] or ("source" if dict(paths).get("outlet") else "")
    return Source(
        **{**{name: value for name, value in row.items() if name}, **plain, "paths": paths, "outlet_from": named}
    )


def _check_kind(row: Mapping[str, Any], problems: Problems) -> None:
    """Add a problem for what does not fit the kind of a source."""
    (selector, selected), (url, place) = row["select"], row["url"]
    if selector and row["kind"] != "section":
        problems.add(selected, f'"select" is read of kind: section only; this source is a {row["kind"]}')
    if row["kind"] == "telegram" and not re.fullmatch(r"/s/\w+", urlsplit(url).path):
        problems.add(place, f'"{url}" is no public page of a channel; kind: telegram reads https://t.me/s/NAME')


def read_sources(path: Path, environ: Mapping[str, str] | None = None) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """Return the sources and `settings.allow_private` of a rules file and the files it includes.

    Nothing else is read but `outlets`, so that single spiders run without the alerting part, even if a rule is faulty.
    The secrets of headers come from `environ`. Raise ConfigError with every problem found.
    """
    problems = Problems()
    _, root = read_file(path, problems)
    roots = [root, *(read_file(each, problems, included=True)[1] for each in included(path, root, problems))]
    found = [_given(each, "sources", SOURCES, problems) for each in roots]
    outlets = {host: row for each in roots for host, row in dict(_given(each, "outlets", OUTLETS, problems)).items()}
    sources = make_sources((row for rows in found for row in rows), problems, outlets, environ)
    # of the main file only: included files have no settings (decision 18)
    settings = root.get("settings") if isinstance(root, MappingNode) else None
    allowed = _given(settings, "allow_private", ALLOW_PRIVATE, problems)
    if problems:
        raise ConfigError(problems)
    return sources, allowed


def _given(node: Node | None, name: str, reader: Reader, problems: Problems) -> Any:
    """Return what stands under one key of a mapping, read; () if it is missing or faulty."""
    value = node.get(name) if isinstance(node, MappingNode) else None
    read = MISSING if value is None else reader.read(value, problems)
    return () if read is MISSING else read
