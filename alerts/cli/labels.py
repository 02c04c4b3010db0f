"""`watchfloor check --labels`: how well the rules do on items that a person has judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from alerts.alert import Severity
from alerts.cli.common import fail
from alerts.rule import Config
from alerts.rules.labels import Label, LabelError, Share, half, key_of, read_severity, read_table, shares
from alerts.rules.match import Matcher
from alerts.run.article_lines import LineError, open_lines, read_lines
from crawler.article import Article

Judged = list[tuple[Label, Article]]


def report(config: Config, file: Path, articles: Path | None, *, misses: bool) -> None:
    """Print the figures of both halves of a labels file, and with `misses` each item that is not as labelled."""
    try:
        judged = _from_table(file, articles) if articles else _from_lines(file)
    except (LabelError, LineError) as error:
        fail(f"{file}: {error}")
    if not judged:
        fail(f"{file}: no label with its article" + (f" in {articles}" if articles else ""))
    matcher = Matcher(config)
    told = {label.key: _severity(matcher, article) for label, article in judged}
    halves = [[label for label, _ in judged if half(label.key) == name] for name in "AB"]
    click.echo(f"{file}: {len(judged)} labelled items; tune on half A, believe half B")
    click.echo(f"{'':38}{'half A':>14}{'half B':>14}")
    found = [shares(labels, told) for labels in halves]
    for first, second in zip(*found, strict=True):
        click.echo(f"{first.name:38}{first!s:>14}{second!s:>14}")
    if misses:
        _show(found[0], told, {label.key: article for label, article in judged})


def _severity(matcher: Matcher, article: Article) -> Severity | None:
    return max((match.severity for match in matcher.match(article)), default=None)


def _show(found: tuple[Share, ...], told: dict[str, Severity | None], articles: dict[str, Article]) -> None:
    """Print what is not as labelled in half A only: half B stays unread, or its figures are worth nothing."""
    for share in found:
        for label in share.others:
            words = [each.word if each is not None else "none" for each in (label.severity, told[label.key])]
            click.echo(f"{share.name}: labelled {words[0]}, told {words[1]}: {articles[label.key].title}")


def _from_table(file: Path, articles: Path) -> Judged:
    with open_lines(file) as lines:
        labels = {label.key: label for label in read_table(lines)}
    found = {}
    for raw, article in _read(articles):
        key = key_of(raw.get("dataset") or "", raw.get("url") or "", raw.get("title") or "")
        if key in labels:
            found[key] = (labels[key], article)
    return list(found.values())


def _from_lines(file: Path) -> Judged:
    judged = []
    for number, (raw, article) in enumerate(_read(file), 1):
        try:
            severity = read_severity(str(raw.get("severity", "")))
        except LabelError as error:
            raise LabelError(f"line {number}: {error}") from error
        key = str(raw.get("id") or key_of("", article.url or "", article.title))
        wanted = bool(raw.get("wanted", severity is not None))
        judged.append((Label(key, severity, wanted, bool(raw.get("off_topic", False))), article))
    return judged


def _read(file: Path) -> Iterator[tuple[dict[str, Any], Article]]:
    """Yield each line as it is and as an article. Raise LineError."""

    def faulty(error: LineError) -> None:
        raise error

    with open_lines(file) as lines:
        for text in lines:
            for line in read_lines([text], faulty):
                yield json.loads(text), line.article
