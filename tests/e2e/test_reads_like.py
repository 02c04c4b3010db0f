"""What a headline reads like, through the daemon: told with the reason, by its words alone where the model fails."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from alerts.alert import Severity
from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.rules.nearness import Examples, examples
from alerts.run.encoder import Encoder
from alerts.run.extras import is_installed
from alerts.run.service import Service
from crawler.article import Article
from tests.e2e.conftest import Desk
from tests.e2e.rounds import told
from tests.e2e.servers import rss
from tests.e2e.starting import start

ROOT = Path(__file__).parents[2]
T0 = datetime(2026, 6, 14, 10, tzinfo=UTC)
# the substitute of the model knows Kuwait from all else
WORDS = """\
lists:
  example-grave-en: ["Blast heard in Kuwait"]
  example-told-en: ["Talks are held"]
scale:
  - {severity: routine, why: a drill, if: [drill]}
  - {severity: immediate, why: no word of a deed was known, if: {reads_like: grave}}
rules:
  - id: compared
    title: Reads like an attack
    match: {all: [[camp], {reads_like: grave}]}
    severity: by-scale
    notify: [hook]
"""
WHY = "no word of a deed was known (reads like: Blast heard in Kuwait (1.00); row 2)"


def write(desk: Desk, languages: str = "model") -> None:
    desk.write("/a.xml", settings=f"backfill: 6h, timezone: UTC, languages: {languages}", every="1m")
    desk.rules.write_text(desk.rules.read_text().replace("rules:\n", WORDS))


def rounds(desk: Desk, orders: Path, *steps: tuple[int, str, str]) -> None:
    """Run one daemon through rounds at these minutes, each with the headlines there are and what the model is to do."""

    async def run() -> None:
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            await service.start(T0)
            for minutes, titles, order in steps:
                items = ({"title": each, "guid": each, "date": format_datetime(T0)} for each in titles.split("|"))
                desk.outlet.serve("/a.xml", rss(*items))
                await asyncio.to_thread(orders.write_text, order, "ascii")
                await service.round(T0 + timedelta(minutes=minutes))

    asyncio.run(run())


def explained(desk: Desk, headline: str) -> str:
    environ = {**desk.environ(), "PYTHONPATH": os.environ["PYTHONPATH"]}
    done = start("alerts", "explain", "--rule", "compared", headline, place=desk.place, environ=environ, fresh=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


CAMP, DRILL, QUIET = "Camp in Kuwait shaken", "Drill at camp in Kuwait", "Camp opens a school"
MILITIA = "Militia opens a school"


def test_what_reads_like_an_attack_is_told_with_the_example(desk: Desk, orders: Path) -> None:
    write(desk)
    rounds(desk, orders, (1, MILITIA, ""), (12, f"{MILITIA}|{QUIET}|{CAMP}", ""))
    titles = [title for title, _ in told(desk)]
    assert [each.split(" ")[0] for each in titles] == ["PRIORITY", "IMMEDIATE"]
    assert WHY in told(desk)[1][1]
    # the model is asked, the examples are those that the daemon read
    assert f"scale: immediate: {WHY}" in explained(desk, CAMP)
    assert "reads like: Talks are held (1.00), of told, nearer than the next kind by " in explained(desk, QUIET)


def test_a_row_above_keeps_it_from_ringing(desk: Desk, orders: Path) -> None:
    write(desk)
    rounds(desk, orders, (1, MILITIA, ""), (12, f"{MILITIA}|{DRILL}", ""))
    assert not [title for title, _ in told(desk) if "IMMEDIATE" in title]


@pytest.mark.parametrize("order", ["die", "killed", "raise"])
def test_where_the_model_fails_the_words_alone_decide(desk: Desk, orders: Path, order: str) -> None:
    write(desk)
    rounds(desk, orders, (1, MILITIA, ""), (12, f"{MILITIA}|{CAMP}|Militia leaves", order))
    assert [title.partition(" | ")[0] for title, _ in told(desk)] == [f"PRIORITY {MILITIA}", "PRIORITY Militia leaves"]


def test_examples_are_read_once_and_kept(desk: Desk, orders: Path) -> None:
    write(desk)
    rounds(desk, orders, (1, MILITIA, ""))
    # another daemon, whose model can read nothing at first: the examples come from the store
    rounds(desk, orders, (20, MILITIA, "raise"), (30, f"{MILITIA}|{CAMP}", ""))
    assert any(title.startswith("IMMEDIATE") for title, _ in told(desk))


def test_examples_that_the_model_could_not_read_are_tried_again(desk: Desk, orders: Path) -> None:
    write(desk)
    rounds(desk, orders, (1, MILITIA, "raise"), (3, MILITIA, ""), (14, MILITIA, ""), (30, f"{MILITIA}|{CAMP}", ""))
    assert any(title.startswith("IMMEDIATE") for title, _ in told(desk))
    assert "unread" not in desk.status()["language_model"]["words"]


def test_status_counts_the_examples_that_are_unread(desk: Desk, orders: Path) -> None:
    write(desk)
    rounds(desk, orders, (1, MILITIA, "raise"))
    said = desk.status()["language_model"]["words"]
    assert said.endswith("; 2 of 2 examples of reads_like are unread, on 2 of them the model failed")


def test_without_the_setting_nothing_is_compared(desk: Desk, orders: Path) -> None:
    write(desk, languages="core")
    rounds(desk, orders, (1, MILITIA, "load"), (12, f"{MILITIA}|{CAMP}", "load"))
    assert [title.split(" ")[0] for title, _ in told(desk)] == ["PRIORITY"]
    assert "not compared" in desk.run("explain", "--rule", "compared", CAMP).stdout


@pytest.mark.skipif(not is_installed(), reason="the extra watchfloor[languages] is not installed")
def test_real_model_raises_what_words_leave_open_and_no_visit() -> None:
    shipped = load(ROOT / "rules.yaml", environ=dict(os.environ))
    config = replace(shipped, languages=shipped.rules[0].place)
    matcher = Matcher(config)
    # those of two languages: to read all takes 20 s
    sentences = {parts: texts for parts, texts in examples(config.lists).items() if parts[1] in {"fa", "ckb"}}
    told_as = {
        "ئوتومبێلی فەرماندەیەکی حەشد لە بەغدا تەقێندرایەوە": Severity.IMMEDIATE,
        "فەرماندەیەکی حەشد سەردانی کەربەلای کرد": Severity.ROUTINE,
    }

    async def work() -> dict[str, bytes]:
        encoder = Encoder()
        try:
            texts = [*(each for texts in sentences.values() for each in texts), *told_as]
            return {each: await encoder.encode(each) for each in texts}
        finally:
            await encoder.close()

    vectors = asyncio.run(work())
    known = Examples(sentences, vectors)
    for title, severity in told_as.items():
        article = Article("a", "s", title, T0, lang="ckb")
        assert max(each.severity for each in matcher.match(article)) is Severity.ROUTINE
        found = matcher.find(article, known.likeness(vectors[title], "ckb"))
        assert max(each.severity for each in found.matches) is severity
