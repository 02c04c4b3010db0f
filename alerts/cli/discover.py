"""`watchfloor sources add` and `sources try`: find what can be polled at an address; show what one poll would bring."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import click

from alerts.cli.common import config_option, fail, json_option, print_json, rules_path, secrets_for
from alerts.cli.screen import show
from alerts.cli.zone import desk_zone
from alerts.render.words import plain, time
from crawler.article import Entry
from crawler.collect.discovery import Scout, Tried, scout
from crawler.config.nearest import meant_among
from crawler.config.problems import ConfigError
from crawler.config.sources import read_sources
from crawler.parse.provenance import credit, strangers
from crawler.sources.outlets import NONE, Outlets
from crawler.sources.source import KINDS, Source
from crawler.text.hosts import keys

T = TypeVar("T")
ENTRIES_SHOWN = 10  # entries
DATES = ("published", "modified")  # of a page
JOINERS = "\u200c\u200d"  # by which Persian and Kurdish words are written
UNQUOTED = re.compile(r"(?!(no|on|off|yes|true|false|null)$)([a-z][a-z0-9-]*|15m)")  # what YAML reads as it stands


def run(path: Path | None, work: Callable[[Scout, tuple[Source, ...]], Awaitable[T]]) -> T:
    """Return the result of `work`, run with an open crawler and the sources of the rules file, if there is one.

    The crawler reaches the private addresses that the rules file allows. Exit with 1 if the file has errors.
    """
    rules = rules_path(path)
    # only sources and allow_private are read: a new source can be tried while the rules still have errors
    try:
        sources, allowed = read_sources(rules, secrets_for(rules).values) if rules.exists() else ((), ())
    except ConfigError as error:
        fail(f"{error.problems[0]}")
    return asyncio.run(_run(sources, allowed, work))


async def _run(
    sources: tuple[Source, ...], allowed: tuple[str, ...], work: Callable[[Scout, tuple[Source, ...]], Awaitable[T]]
) -> T:
    async with scout(allowed, "", datetime.now(UTC)) as opened:
        return await work(opened, sources)


@click.command(name="add")
@config_option
@json_option
@click.argument("url")
def add(path: Path | None, *, as_json: bool, url: str) -> None:
    """Find what can be polled at URL and print the lines to paste under `sources:`. Nothing is changed."""
    # people type the name of an outlet as they read it on its page
    url = url if "://" in url else f"https://{url}"

    async def work(opened: Scout, sources: tuple[Source, ...]) -> tuple[list[Tried], set[str], Outlets]:
        return await opened.discover(url), {each.id for each in sources}, sources[0].outlets if sources else NONE

    found, taken, outlets = run(path, work)
    zone = desk_zone(rules_path(path))
    usable = [each for each in found if each.entries]
    if not usable:
        fail(f"{url}: nothing to poll found; last tried as a {found[-1].source.kind}: {_words(found[-1], zone)}")
    rows = [_row(each, taken) | owned(each.source.url, outlets) for each in usable]
    if as_json:
        print_json(rows)
        return
    # Only the first line is active when pasted: the others would poll the same outlet once more.
    for number, (each, row) in enumerate(zip(usable, rows, strict=True)):
        click.echo(f"# {each.how}: {_words(each, zone)}")
        click.echo(f"{'# ' if number else ''}- {flow(row)}")


def _row(tried: Tried, taken: set[str]) -> dict[str, str]:
    """Return a source's keys for rules.yaml, with an id made from its address that is not in `taken`."""
    source = tried.source
    row = {"id": id_of(source.url, taken), "url": source.url}
    if source.kind != "feed":
        row["kind"] = source.kind
    return row | {"every": "15m"} | ({"lang": tried.lang} if tried.lang else {})


def id_of(url: str, taken: set[str]) -> str:
    """Return an id made from the host of an address, or from the name of a channel, not in `taken`; add it there."""
    parts = urlsplit(url)
    # an id names the outlet in alerts and logs; the kind of host, www. or feeds., says nothing of it
    host = (parts.hostname or "source").removeprefix("www.").removeprefix("feeds.")
    channel = re.fullmatch(r"/s/(\w+)", parts.path)
    named = f"tg-{channel[1]}" if channel else host
    base = re.sub(r"[^a-z0-9]+", "-", named.lower()).strip("-")[:50] or "source"
    name = next(each for each in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if each not in taken)
    taken.add(name)
    return name


def owned(url: str, outlets: Outlets) -> dict[str, str]:
    """Return owner and letter of who is known to publish at an address; nothing where nobody is known."""
    found = next((outlets.by_address[each] for each in keys(url) if each in outlets.by_address), None)
    if found is None:
        return {}
    return {"owner": found.owner} | ({"reliability": found.reliability} if found.reliability != "F" else {})


def flow(row: dict[str, str]) -> str:
    """Return a row as a YAML flow mapping, with quotes where a value needs them."""
    written = (f"{key}: {value if UNQUOTED.fullmatch(value) else quoted(value)}" for key, value in row.items())
    return "{" + ", ".join(written) + "}"


def quoted(text: str) -> str:
    """Return a text as YAML reads it in double quotes: letters of any script as they are, what is invisible escaped."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(each if each.isprintable() or each in JOINERS else _escaped(each) for each in written)


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


@click.command(name="try")
@config_option
@json_option
@click.option("--kind", type=click.Choice(KINDS), help="What URL is; without it, feed.")
@click.option("--select", default="", help="The CSS selector of a section's links.")
@click.argument("what", metavar="URL|ID")
def attempt(path: Path | None, *, as_json: bool, kind: str | None, select: str, what: str) -> None:
    """Show what one poll of a source would give, and what its first page holds. Nothing is stored."""

    async def work(opened: Scout, sources: tuple[Source, ...]) -> dict[str, object]:
        source = _source(what, sources)
        # --select makes sense for a section only
        source = replace(source, kind=kind or ("section" if select else source.kind), select=select or source.select)
        tried = await opened.attempt(replace(source, outlets=sources[0].outlets) if sources else source)
        link = next((entry.url for entry in tried.entries if entry.url), None)
        return report_of(tried) | {"page": await _page(opened, link) if link else None}

    report = run(path, work)
    if as_json:
        print_json(report)
    else:
        show(*_lines(report, desk_zone(rules_path(path))))
    if not report["entries"]:  # after the report, which says why
        raise SystemExit(1)


def _source(what: str, sources: tuple[Source, ...]) -> Source:
    if "://" in what:
        return Source("tried", what)
    found = next((each for each in sources if each.id == what), None)
    if found is None:
        names = [each.id for each in sources]
        hint = meant_among(what, names, "sources")
        fail(f'"{what}" is neither an address nor the id of a source{hint}')
    return found


def report_of(tried: Tried) -> dict[str, object]:
    entries = tried.entries
    dated = [date for entry in entries if (date := entry.published or entry.updated)]
    return {
        "url": tried.source.url,
        "kind": tried.source.kind,
        "outcome": tried.outcome.name.value,
        "detail": tried.outcome.detail,
        "version": tried.feed.version if tried.feed else "",
        "entries": len(entries),
        "rejected": list(tried.feed.rejected) if tried.feed else [],
        "dated": len(dated),
        "newest": max(dated).isoformat() if dated else None,
        "oldest": min(dated).isoformat() if dated else None,
        "lang": tried.lang,
        "text_lengths": [len(entry.text or entry.summary) for entry in entries],
        "first": [_entry(entry, tried.source) for entry in entries[:ENTRIES_SHOWN]],
        "warnings": list(strangers(tried.source, [entry.url for entry in entries]).values()),
    }


def _entry(entry: Entry, source: Source) -> dict[str, object]:
    """Return an entry as it would be stored: with its outlet, who carries it, and whose words it has."""
    entry, whose = credit(entry, source)
    date = entry.published or entry.updated
    return {
        "title": entry.title,
        "url": entry.url,
        "date": date.isoformat() if date else None,
        "text": len(entry.text or entry.summary),
        "outlet": whose.outlet,
        "carrier": whose.carrier,
        "origin": whose.origin,
    }


async def _page(opened: Scout, link: str) -> dict[str, object]:
    answer, page, problem = await opened.page(link)
    if page is None or problem:
        return {"url": answer.url or link, "problem": problem}
    named = {name: getattr(page, name) for name in ("headline", "author", "lang", "site", "how")}
    dates = {name: date.isoformat() if (date := getattr(page, name)) else None for name in DATES}
    return {"url": page.url or answer.url, **named, **dates, "text": len(page.text), "begins": page.text[:200]}


def _lines(report: dict[str, object], zone: str) -> list[str]:
    lengths = sorted(report["text_lengths"]) if isinstance(report["text_lengths"], list) else []
    median = lengths[len(lengths) // 2] if lengths else 0
    lines = [
        f"{report['url']} ({report['kind']}): {_ended(report)}",
        f"entries {report['entries']}, dated {report['dated']}, newest {_date(report['newest'], zone)}, "
        f"language {report['lang'] or 'not said'}, text median {median} characters, "
        f"rejected {len(_list(report['rejected']))}",
    ]
    if not report["entries"]:
        return lines[:1]
    lines += [
        f"  {_date(row['date'], zone)}  {row['text']} characters  {plain(row['title'])}  [{_whose(row)}]"
        for row in _list(report["first"])
    ]
    warnings = report["warnings"]
    lines += [f"warning: {plain(str(each))}" for each in warnings] if isinstance(warnings, list) else []
    page = report["page"]
    if isinstance(page, dict):
        lines.append(f"first page: {page['url']}")
        lines += [
            f"  {name}: {_date(value, zone) if name in DATES else plain(str(value))}"
            for name, value in page.items()
            if value is not None and name != "url"
        ]
    return lines


def _whose(row: dict[str, str]) -> str:
    """Return whose an entry is, in words: "Beta Times, via Google News; origin beta"."""
    via = f", via {plain(row['carrier'])}" if row["carrier"] else ""
    return f"{plain(row['outlet'])}{via}; origin {plain(row['origin'])}"


def _date(iso: object, zone: str) -> str:
    """Return a date as `_report` has it, as commands print times; with its year unless it is of this one."""
    return time(datetime.fromisoformat(str(iso)), zone, datetime.now(UTC)) if iso else "undated"


def _ended(report: dict[str, object]) -> str:
    """Return how a poll ended, in words: "ok, rss20", "not a feed (a login page)"."""
    detail = f" ({report['detail']})" if report["detail"] else ""
    version = f", {report['version']}" if report["version"] else ""
    return f"{str(report['outcome']).replace('_', ' ')}{detail}{version}"


def _list(value: object) -> list[dict[str, str]]:
    return value if isinstance(value, list) else []


def _words(tried: Tried, zone: str) -> str:
    report = report_of(tried)
    if not tried.entries:
        return _ended(report)
    return (
        f"{report['entries']} entries, {report['dated']} dated, newest {_date(report['newest'], zone)}, "
        f"language {report['lang'] or 'not said'}"
    )
