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

from alerts.alert import Severity
from alerts.rule import Config, Rule
from alerts.rules import config as configuration
from alerts.rules.drafts import NoDraft
from alerts.rules.explain import explain, lines
from alerts.rules.lint import failed_tests, never_holding
from alerts.rules.match import Matcher
from alerts.run import archive
from alerts.run.drafted import drafted
from alerts.store.opening import reading
from alerts.store.severities import rules_of
from crawler.article import Article, Revision
from crawler.limits import limit
from crawler.store.arrivals import count_since
from crawler.store.articles import revisions_since

NICE = 10  # the watch and the board go first; at 15 a machine that was always busy took five minutes for an explanation
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
    state = Path(request["state"])
    made = drafted(Path(request["rules"]), str(request["text"]), folder, _read)
    live, name = made.live, made.name
    rule = next(each for each in made.config.rules if each.id == name)
    alone = replace(made.config, rules=(rule,))
    before = next((each for each in live.rules if each.id == name), None)
    found = {
        "rule": name,
        "new": before is None,
        "file": made.file,
        "creates": bool(made.beside),
        "seal": made.seal,
        "patch": made.patch,
        "version": rule.version,
        "notifies": made.notifies,
        "failed": [each.message for each in failed_tests(alone)],
        "warnings": [each.message for each in never_holding(alone)],
    }
    if "seconds" in request:
        since = datetime.now(UTC) - timedelta(seconds=float(request["seconds"]))
        return found | {"backtest": _backtest(state, since, alone, replace(live, rules=(before,) if before else ()))}
    return found | {"explained": list(_explained(request, state, alone, rule))}


def _read(rules: Path) -> Config:
    return configuration.load(rules, resolve_secrets=False, read_urls=False, environ={})


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
    """Return what the rule catches that the one in force does not, and the reverse, of the articles since then.

    What other rules told already, as grave, is not gained: it is `told`, with those rules.
    """
    done, told, due = 0, {"gained": 0, "told": 0, "lost": 0, "changed": 0, "same": 0}, time.monotonic()
    shown: dict[str, list[dict[str, Any]]] = {"gained": [], "told": [], "lost": [], "changed": []}
    name = after.rules[0].id
    ours, theirs = Matcher(after), Matcher(before) if before.rules else None
    with reading(state) as connection:
        whole = count_since(connection, since)
    for page, known in _pages(state, since):
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
            telling = known.get(each.placement.story, {}).items() if new and kind == "gained" else ()
            by = sorted(rule for rule, severity in telling if rule != name and new and severity >= new.severity)
            kind = "told" if by else kind
            told[kind] += 1
            if kind != "same" and len(shown[kind]) < SHOWN:
                was, now = (match.severity.word if match else None for match in (old, new))
                story = each.placement.story
                row = {"story": story, "title": each.article.title, "outlet": each.article.outlet, "by": by}
                shown[kind].append(row | {"before": was, "after": now, "seen": each.article.first_seen.isoformat()})
    _say(progress=[done, done])
    return {"articles": done, "since": since.isoformat(), "counts": told, **shown}


def _pages(state: Path, since: datetime) -> Iterator[tuple[list[Revision], dict[str, dict[str, Severity]]]]:
    """Yield what is stored since then, with the rules that told its stories, each page in a transaction of its own.

    One that stays open for minutes would keep the write-ahead log from being taken into the store, so that it grows.
    """
    after = -1
    while True:
        with reading(state) as connection:
            page = list(islice(revisions_since(connection, since, PAGE, after), PAGE))
            known = rules_of(connection, [each.placement.story for each in page])
        if not page:
            return
        yield page, known
        after = page[-1].seq


if __name__ == "__main__":
    main()
