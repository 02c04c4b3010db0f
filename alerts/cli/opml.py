"""`watchfloor sources import` and `sources export`: lists of feeds as feed readers exchange them (OPML)."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import click

from alerts.cli.common import config_option, fail, json_option, print_json, rules_path
from alerts.cli.discover import flow, id_of, owned
from alerts.render.words import plain
from crawler.config.problems import ConfigError
from crawler.config.sources import read_sources
from crawler.fetch.workers import WorkerDied, Workers, WorkerTimeout
from crawler.parse.opml import FeedList, read_opml, write_opml
from crawler.sources.addresses import Guard
from crawler.sources.outlets import NONE, Outlets
from crawler.sources.source import Source
from crawler.text import urls
from crawler.text.hosts import is_shared, speaker

WRITTEN = ("id", "url", "name", "lang", "owner", "reliability")  # keys of a row that are keys of a source
LARGEST = 10_000_000  # bytes of a file


@click.command(name="import")
@config_option
@json_option
@click.argument("file", type=click.Path(path_type=Path))
def import_(path: Path | None, *, as_json: bool, file: Path) -> None:
    """Print the feeds of FILE, an OPML list, as lines to paste under `sources:`. Nothing is changed or polled.

    Those that are polled already are named, and stand once. Feeds of one host get one owner, as they are one origin;
    where `outlets:` or a source knows the host, its owner and letter.
    """
    listed = asyncio.run(_read(_bytes_of(file)))
    if listed.problem:
        fail(f"{file}: {listed.problem}")
    sources, allowed = _sources(path)
    known, guard = {urls.key(each.url): each.id for each in sources}, Guard(allowed)
    taken = set(known.values())
    outlets = sources[0].outlets if sources else NONE
    hosts = Counter(speaker(each.url) for each in listed.feeds)
    owners = {host: "" for host, many in hosts.items() if many > 1 and not is_shared(host)}
    rows: list[dict[str, str]] = []
    doubles: list[tuple[str, str]] = []
    for each in listed.feeds:
        if by := known.get(urls.key(each.url)):
            doubles.append((each.url, by))
            continue
        row = {"id": id_of(each.url, taken), "url": each.url, "name": each.name, "lang": each.lang}
        row = {name: value for name, value in row.items() if value} | _owned(each.url, row["id"], outlets, owners)
        known[urls.key(each.url)] = row["id"]
        fault = guard.never(each.url)
        rows.append(row | ({"folder": each.folder} if each.folder else {}) | ({"warning": fault} if fault else {}))
    if as_json:
        double_rows = [{"url": url, "polled_as": by} for url, by in doubles]
        print_json({"sources": rows, "polled_already": double_rows, "rejected": list(listed.rejected)})
        return
    folder = ""
    for row in rows:
        if row.get("folder", "") != folder:
            folder = row.get("folder", "")
            click.echo(f"# {plain(folder)}" if folder else "# in no folder")
        if "warning" in row:
            click.echo(f"# warning: it will not be polled: {plain(row['warning'])}")
        click.echo(f"- {flow({name: value for name, value in row.items() if name in WRITTEN} | {'every': '15m'})}")
    for url, by in doubles:
        click.echo(f"# polled already as {by}: {plain(url)}")
    for reason in listed.rejected:
        click.echo(f"# left out: {plain(reason)}")
    click.echo(f"# {len(rows)} to paste, {len(doubles)} polled already, {len(listed.rejected)} left out")


def _owned(url: str, name: str, outlets: Outlets, owners: dict[str, str]) -> dict[str, str]:
    """Return who owns a feed, as far as that is known; feeds of one host are one owner's: else each were an origin.

    `owners` has the hosts of several feeds, each with the owner that the first of them was given.
    """
    host = speaker(url)
    if (found := owned(url, outlets)) or host not in owners:
        return found
    owners[host] = owners[host] or name
    return {"owner": owners[host]}


def _bytes_of(file: Path) -> bytes:
    """Return what is in a file of at most LARGEST bytes; exit with 1 and one line where it cannot be read."""
    remedy = "give the path of an OPML file, as a feed reader exports it"
    try:
        if not file.exists():
            fail(f"{file}: there is no such file; {remedy}")
        if not file.is_file():  # a pipe would hang, a device never end
            fail(f"{file}: is no file; {remedy}")
        with file.open("rb") as opened:
            body = opened.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        fail(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}; {remedy}")
    if len(body) > LARGEST:
        fail(f"{file}: larger than {LARGEST // 1_000_000} MB; that is no list of feeds")
    return body


async def _read(body: bytes) -> FeedList:
    workers = Workers(processes=1)
    try:
        return await workers.run(read_opml, body)
    except (WorkerTimeout, WorkerDied) as error:
        return FeedList(problem=str(error))
    finally:
        workers.close()


@click.command(name="export")
@config_option
def export(path: Path | None) -> None:
    """Print the feeds of rules.yaml as OPML, for feed readers; how many sources are of other kinds is told."""
    sources, _ = _sources(path)
    feeds = [each for each in sources if each.kind == "feed"]
    click.echo(write_opml("Watchfloor", [(each.outlet, each.url, each.lang or "") for each in feeds]), nl=False)
    if others := len(sources) - len(feeds):
        click.echo(f"{others} sources of other kinds are not in it: no feed reader reads them", err=True)


def _sources(path: Path | None) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    rules = rules_path(path)
    try:
        return read_sources(rules) if rules.exists() else ((), ())
    except ConfigError as error:
        fail(f"{error.problems[0]}")
