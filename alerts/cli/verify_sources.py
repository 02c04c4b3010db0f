"""`watchfloor sources verify`: poll each source once, at the daemon's pace; print a table to paste into a report."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.cli.common import config_option, fail, json_option, print_json, rules_path
from alerts.cli.discover import report_of, run
from alerts.cli.screen import show
from alerts.cli.zone import desk_zone
from alerts.render.words import plain, time
from crawler.collect.discovery import Scout, Tried
from crawler.config.nearest import meant_among
from crawler.sources.source import Source

AT_ONCE = 16  # sources; those of one host take turns besides
COLUMNS = ("source", "kind", "outcome", "entries", "dated", "newest", "language", "detail")


@click.command(name="verify")
@config_option
@json_option
@click.argument("ids", nargs=-1)
def command(path: Path | None, *, as_json: bool, ids: tuple[str, ...]) -> None:
    """Poll each source of rules.yaml once (or those with these IDS) and print what came, as a table. Nothing is stored.

    The exit code is 1 if a source brought no entry.
    """
    began = datetime.now(UTC)

    async def work(opened: Scout, sources: tuple[Source, ...]) -> list[Tried]:
        return await _all(opened, _wanted(sources, ids))

    rows = [_row(each) for each in run(path, work)]
    bad = sum(not row["entries"] for row in rows)
    if as_json:
        print_json({"at": began.isoformat(), "rules": str(rules_path(path)), "sources": rows, "without_entries": bad})
    else:
        show(
            *_table(rows),
            "",
            f"{len(rows) - bad} of {len(rows)} sources brought entries, {time(began, desk_zone(rules_path(path)))}",
        )
    if bad:
        raise SystemExit(1)


def _wanted(sources: tuple[Source, ...], ids: Sequence[str]) -> list[Source]:
    if not sources:
        fail("no sources in rules.yaml: there is nothing to verify")
    known = {each.id: each for each in sources}
    for name in ids:
        if name not in known:
            hint = meant_among(name, known, "sources")
            fail(f'"{name}" is no source{hint}')
    return [known[name] for name in ids] if ids else list(sources)


async def _all(opened: Scout, sources: Sequence[Source]) -> list[Tried]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(source: Source) -> Tried:
        async with turns:
            return await opened.attempt(source)

    return list(await asyncio.gather(*map(one, sources)))


def _row(tried: Tried) -> dict[str, object]:
    said = report_of(tried)
    moved = tried.outcome.moved_to
    detail = "; ".join(filter(None, (str(said["detail"]), f"moved to {moved}" if moved else "")))
    return {
        "source": tried.source.id, "url": tried.source.url, "kind": said["kind"], "outcome": said["outcome"],
        "entries": said["entries"], "dated": said["dated"], "newest": said["newest"], "language": said["lang"],
        "detail": detail,
    }  # fmt: skip


def _table(rows: Sequence[dict[str, object]]) -> list[str]:
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    for row in rows:
        cells = (_cell(row[name]) for name in COLUMNS)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _cell(value: object) -> str:
    """Return a value as a cell: a bar in it would begin the next one."""
    return plain(str(value)).replace("|", "/") if value is not None else ""
