"""A small desk for unit tests: a valid rules file round the rules of a test, and articles to match."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alerts.rule import Config
from alerts.rules.config import load
from crawler.article import Article, Placement, Relation, Revision

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
HEAD = """\
version: 1
settings: {{timezone: Asia/Baghdad, {settings}}}
sources:
  - {{id: wire, name: Wire, url: "https://wire.example/rss.xml"}}
receivers:
  console: {{urls: ["console://"]}}
  hook: {{urls: ["json://127.0.0.1:9/hook"], min_severity: priority}}
entities:
  pmf: {{aliases: ["Popular Mobilization Forces", "=PMF", "الحشد الشعبي", "حشد شعبی"], is_a: militia-group}}
  kataib-hezbollah: {{aliases: ["Kata'ib Hizballah", "کتائب حزب‌الله"], is_a: [militia-group]}}
lists:
  bases: ["air base", base]
"""


def desk(place: Path, rules: str, settings: str = "freshness: 48h", lists: str = "") -> Config:
    """Load a config with these rules, and further `lists`."""
    path = place / "rules.yaml"
    path.write_text(HEAD.format(settings=settings) + lists + "rules:\n" + rules, encoding="utf-8")
    return load(path, environ={})


def rule(
    match: str, *, name: str = "r", severity: str = "priority", notify: str = "[console]", mode: str = "live"
) -> str:
    rest = f"severity: {severity}, notify: {notify}, mode: {mode}"
    return f"  - {{id: {name}, title: Rule {name}, match: {match}, {rest}}}\n"


def article(title: str, body: str = "", published: datetime | None = NOW) -> Article:
    return Article("a1", "wire", title, NOW, outlet="Wire", owner="wire", text=body, published=published)


def revision(made: Article, relation: Relation = Relation.NEW, *, baseline: bool = False, change: str = "") -> Revision:
    return Revision(1, made, Placement(relation, "s1", "t1", change=change), NOW, baseline=baseline)
