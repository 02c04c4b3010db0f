"""One rule is tried in a process of its own: python -m alerts.run.trial, with a request on standard input.

The request is JSON: the rules file, the state directory, an empty folder, the text of the rule, and either an article
to explain (a headline and text, a stored id, or an address to fetch) or the seconds of the archive to match. Answers
are lines of JSON: {"progress": [done, all]}, and last {"result": ...} or {"problems": [...]}. Nothing is written but a
copy of the rules in that folder, which whoever asks removes: this process may be killed.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from alerts.rule import Config, Rule
from alerts.rules import config as configuration
from alerts.rules.drafts import TRIED, NoDraft, block_of, id_of, in_shadow, patch, put_in
from alerts.rules.explain import explain, lines
from alerts.rules.lint import failed_tests
from alerts.rules.match import Matcher
from alerts.run import archive
from alerts.store.opening import reading
from crawler.article import Article, Revision
from crawler.config.yamlfile import ConfigError, Problem
from crawler.limits import limit
from crawler.store.arrivals import count_since
from crawler.store.articles import revisions_since

NICE = 15  # the watch and the board go first
MEMORY = 2_000_000_000  # bytes of address space
CPU = 300  # seconds
LONGEST = 600  # seconds by the clock
PAGE = 500  # articles read at a time
TOLD_EVERY = 0.5  # seconds between two lines of progress
SHOWN = 100  # articles of each kind of difference


def main() -> None:
    """Answer the request on standard input."""
    os.nice(NICE)
    limit(resource.RLIMIT_AS, MEMORY)
    limit(resource.RLIMIT_CPU, CPU)
    signal.alarm(LONGEST)  # ends this process, and whoever asked says so
    request = json.loads(sys.stdin.readline())
    try:
        _say(result=answer(request, Path(request["folder"])))
    except NoDraft as error:
        _say(problems=str(error).splitlines())


def _say(**said: object) -> None:
    print(json.dumps(said, ensure_ascii=False, default=str), flush=True)  # noqa: T201 - our answer


def answer(request: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return what came of trying a rule. Raises NoDraft with what is wrong with it."""
    rules, state, text = Path(request["rules"]), Path(request["state"]), str(request["text"])
    live = _live(rules)
    name = id_of(text)
    tried, change, notifies = _with(live, rules, folder, name, text)
    rule = next(each for each in tried.rules if each.id == name)
    alone = replace(tried, rules=(rule,))
    before = next((each for each in live.rules if each.id == name), None)
    found = {
        "rule": name,
        "new": before is None,
        "patch": change,
        "version": rule.version,
        "notifies": notifies,
        "failed": [each.message for each in failed_tests(alone)],
    }
    if "seconds" in request:
        since = datetime.now(UTC) - timedelta(seconds=float(request["seconds"]))
        return found | {"backtest": _backtest(state, since, alone, replace(live, rules=(before,) if before else ()))}
    return found | {"explained": list(_explained(request, state, alone, rule))}


def _live(rules: Path) -> Config:
    try:
        return _read(rules)
    except ConfigError as error:
        first = error.problems[0]
        raise NoDraft(f"the rules in force have errors, so none can be tried (watchfloor check): {first}") from error


def _with(live: Config, rules: Path, folder: Path, name: str, text: str) -> tuple[Config, str, bool]:
    """Return the rules with one more or changed, the change as a patch, and whether the rule says whom it notifies.

    One that lacks only that is tried: nothing is sent. Raises NoDraft where there are other errors.
    """
    home = rules.resolve().parent
    texts: dict[str, str] = {}
    for each in (rules, *map(Path, live.files)):
        inside = os.path.relpath(each.resolve(), home)
        if inside.startswith(".."):
            raise NoDraft(f"{each} lies outside of the folder of {rules.name}; a rule is tried on files below it")
        texts[inside] = each.read_text(encoding="utf-8")
    known = [each for each in live.rules if each.id == name]
    place = (known or list(live.rules))[-1].place
    file = os.path.relpath(Path(place.file).resolve(), home)
    before = texts[file]
    block = block_of(before, place.line)
    texts[file] = put_in(before, block, text, behind=not known)
    _write(folder, texts)
    begins = block.end if not known else block.start
    change = patch(file, before, texts[file])
    try:
        return _read(folder / rules.name), change, True
    except ConfigError as error:
        problems = NoDraft("\n".join(_placed(each, folder, file, begins) for each in error.problems))
        if "notify" in text:  # else that may be all it lacks
            raise problems from error
    _write(folder, {file: put_in(before, block, in_shadow(text), behind=not known)})
    try:
        return _read(folder / rules.name), change, False
    except ConfigError:
        raise problems from None


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for inside, content in texts.items():
        (folder / inside).parent.mkdir(parents=True, exist_ok=True)
        (folder / inside).write_text(content, encoding="utf-8")


def _read(rules: Path) -> Config:
    return configuration.load(rules, resolve_secrets=False, read_urls=False, environ={})


def _placed(problem: Problem, folder: Path, file: str, begins: int) -> str:
    """Return a problem with its line of the text that is tried, or of the file, where it is elsewhere."""
    inside = os.path.relpath(problem.place.file, folder)
    if inside == file and problem.place.line > begins:
        return f"{TRIED}, line {problem.place.line - begins}: {problem.message}"
    return f"{inside}:{problem.place.line}: {problem.message}"


# -- one article ---------------------------------------------------------------------------------------------------


def _explained(request: Mapping[str, Any], state: Path, config: Config, rule: Rule) -> Iterator[dict[str, Any]]:
    # a rule that is off or in shadow is tried as if it were live
    live = replace(rule, mode="live")
    matcher = Matcher(replace(config, rules=(live,)))
    for article in _articles(request, state, config):
        made = explain(matcher, live, article)
        yield {
            "title": article.title,
            "matches": made.match.severity.word if made.match else None,
            "lines": list(lines(made)),
        }


def _articles(request: Mapping[str, Any], state: Path, config: Config) -> list[Article]:
    now = datetime.now(UTC)
    if url := request.get("url"):
        return [asyncio.run(_fetched(str(url), config, now))]
    if name := request.get("id"):
        found = archive.articles_of(state, str(name))
        if not found:
            raise NoDraft(f"no article or story {name} is stored")
        return found[:10]
    title, _, body = str(request.get("article") or "").strip().partition("\n")
    if not title:
        raise NoDraft("give an article to explain: a headline, and its text below it")
    return [Article("pasted", "", title.strip(), now, text=body.strip())]


async def _fetched(url: str, config: Config, now: datetime) -> Article:
    """Return the article on a page, fetched as the daemon does it: only what it may fetch. Raises NoDraft."""
    # Scrapy comes with it: a pasted article is explained without
    from crawler.collect.discovery import scout  # noqa: PLC0415

    async with scout(config.allow_private, config.contact, now) as opened:
        response, page, problem = await opened.page(url)
    if page is None or problem:
        raise NoDraft(f"{url}: no text to explain: {problem}")
    return Article(page.url or response.url, "", page.headline, now, url=response.url, text=page.text, lang=page.lang)


# -- the archive ---------------------------------------------------------------------------------------------------


def _backtest(state: Path, since: datetime, after: Config, before: Config) -> dict[str, Any]:
    """Return what the rule catches that the one in force does not, and the reverse, of the articles since then."""
    done, told, due = 0, {"gained": 0, "lost": 0, "changed": 0, "same": 0}, time.monotonic()
    shown: dict[str, list[dict[str, Any]]] = {"gained": [], "lost": [], "changed": []}
    ours, theirs = Matcher(after), Matcher(before) if before.rules else None
    with reading(state) as connection:
        whole = count_since(connection, since)
    for page in _pages(state, since):
        for each in page:
            done += 1
            new = next(iter(ours.match(each.article)), None)
            old = next(iter(theirs.match(each.article)), None) if theirs else None
            if time.monotonic() >= due:
                _say(progress=[done, whole])
                due = time.monotonic() + TOLD_EVERY
            if new is None and old is None:
                continue
            kind = "lost" if new is None else "gained" if old is None else ""
            kind = kind or ("same" if new and old and new.severity is old.severity else "changed")
            told[kind] += 1
            if kind != "same" and len(shown[kind]) < SHOWN:
                was, now = (match.severity.word if match else None for match in (old, new))
                story = each.placement.story
                row = {"story": story, "title": each.article.title, "outlet": each.article.outlet}
                shown[kind].append(row | {"before": was, "after": now, "seen": each.article.first_seen.isoformat()})
    _say(progress=[done, done])
    return {"articles": done, "since": since.isoformat(), "counts": told, **shown}


def _pages(state: Path, since: datetime) -> Iterator[list[Revision]]:
    """Yield what is stored since then, each page read in a transaction of its own.

    One that stays open for minutes would keep the write-ahead log from being taken into the store, so that it grows.
    """
    after = -1
    while True:
        with reading(state) as connection:
            page = list(islice(revisions_since(connection, since, PAGE, after), PAGE))
        if not page:
            return
        yield page
        after = page[-1].seq


if __name__ == "__main__":
    main()
