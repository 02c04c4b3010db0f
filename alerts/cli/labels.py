"""`watchfloor check --labels`: how well the rules do on items that a person has judged."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from alerts.alert import Severity
from alerts.cli.common import fail
from alerts.rule import Config
from alerts.rules.labels import Label, LabelError, Share, half, key_of, once, read_label, read_table, shares
from alerts.rules.match import Matcher
from alerts.run.article_lines import LineError, open_lines, read_lines
from crawler.article import Article

Judged = list[tuple[Label, Article]]


def report(config: Config, file: Path, articles: Path | None, *, misses: bool) -> None:
    """Print the figures of both halves of a labels file, and with `misses` each item that is not as labelled.

    Exit with 1 if the labels or the articles cannot be read.
    """
    try:
        judged = labelled(file, articles) if articles else _from_lines(file)
    except (LabelError, OSError, UnicodeDecodeError) as error:
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


def labelled(file: Path, articles: Path) -> Judged:
    """Return the labels of a table with their articles. Say on stderr how many have none."""
    with open_lines(file) as lines:
        labels = read_table(lines)
    found: dict[str, Article] = {}
    for _, raw, article in _read(articles):
        found.setdefault(key_of(raw.get("dataset") or "", raw.get("url") or "", raw["title"]), article)
    judged = [(label, found[label.key]) for label in labels if label.key in found]
    if missing := len(labels) - len(judged):
        click.echo(f"{file}: {missing} of {len(labels)} labels have no article in {articles}", err=True)
    return judged


def _from_lines(file: Path) -> Judged:
    """Return the labels of articles that carry them."""
    _refuse_table(file)
    numbered, articles = [], []
    for number, raw, article in _read(file):
        try:
            label = read_label(str(raw.get("id") or key_of("", article.url or "", article.title)), raw)
        except LabelError as error:
            raise LabelError(f"line {number}: {error}") from error
        numbered.append((number, label))
        articles.append(article)
    return list(zip(once(numbered), articles, strict=True))


def _refuse_table(file: Path) -> None:
    with open_lines(file) as lines:
        if "\t" in next(lines, "").partition("{")[0]:
            raise LabelError("a table of labels holds no articles; name their file too, with --from")


def _read(file: Path) -> Iterator[tuple[int, dict[str, Any], Article]]:
    """Yield the number of each line, the line as it is and as an article. Exit with 1 at the first that is none."""

    def faulty(error: LineError) -> None:
        fail(f"{file}: {error}")

    try:
        with open_lines(file) as lines:
            kept, read = itertools.tee(lines)
            filled = ((number, text) for number, text in enumerate(kept, 1) if text.strip())
            for (number, text), line in zip(filled, read_lines(read, faulty), strict=True):
                yield number, json.loads(text), line.article
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: {error}")
