"""What a message says stays what it is: text of others forges, hides, moves and evaluates nothing (T20-T28, T34)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.alert import Alert, Hit, Kind, Reason, Sibling
from alerts.decide.glosses import _line, glosses, place_of
from alerts.event import Counterpart
from alerts.render.text import render_alert, render_digest
from alerts.render.title import TITLE_LIMIT
from alerts.render.words import cut, link, plain
from alerts.rule import Entity
from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.standing import Standing
from crawler.config.problems import Place
from tests.unit.alerts_made import ALERT, SENT, settled
from tests.unit.desk import HEAD, article, rule
from tests.unit.hostile import ALL, LINKS, TEMPLATES

TITLE = "Rockets hit base"
INVISIBLE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2067\u206a-\u206f\ufeff\ud800-\udfff]"
)


def with_text(text: str) -> Alert:
    """Put a text wherever text of others can stand."""
    made = replace(
        ALERT.article, title=text, text=text, outlet=text, author=text, lang=text, url=f"https://wire.example/{text}"
    )
    hit = Hit("militia", "militia", "body", 0, len(text), text)
    return replace(
        ALERT,
        article=made,
        causes=(replace(ALERT.causes[0], hits=(hit,)),),
        outlets=(text, f"other {text}"),
        changes=(text,),
        siblings=(Sibling("s2", text, text),),
        counterparts=(Counterpart("s3", text, text, text, ALERT.created, text, 5, 0.7),),
        standing=Standing((text,), "B"),
        glosses=(f"{text} = {text}",),
        place=text,
    )


CLEAN = render_alert(replace(SENT, notes=("militia",)), with_text("militia"), "UTC")


@pytest.mark.parametrize("text", ALL, ids=range(len(ALL)))
def test_hostile_text_forges_no_line_and_hides_nothing(text: str) -> None:
    message = render_alert(replace(SENT, notes=(text,)), with_text(text), "UTC")
    assert "\n" not in message.title
    assert message.title.startswith("IMMEDIATE ")
    assert len(message.title) <= TITLE_LIMIT
    assert not INVISIBLE.search(message.title + message.body)
    ours = (
        "Reliability:",
        "Published",
        "Updated:",
        "Why:",
        "Also on this story:",
        "Same event:",
        "Same event, ",
        "Sent because:",
        "Story s1, alert 1",
    )
    starts = [[line for line in message.body.splitlines() if line.startswith(mine)] for mine in ours]
    assert [len(lines) for lines in starts] == [1] * len(ours), message.body
    assert message.body.count("\n") == CLEAN.body.count("\n")
    assert message.body.count("\u2068") == message.body.count("\u2069")
    (message.title + message.body).encode()


@pytest.mark.parametrize("text", TEMPLATES)
def test_templates_arrive_as_they_are(text: str) -> None:
    message = render_alert(replace(SENT, notes=()), with_text(text), "UTC")
    assert text in message.title
    assert text in message.body.splitlines()[0]
    assert "49" not in message.body


@pytest.mark.parametrize(("given", "printed"), LINKS)
def test_links_are_encoded_or_dropped(given: str | None, printed: str | None) -> None:
    assert link(given) == printed
    alert = replace(ALERT, article=replace(ALERT.article, url=given))
    for body in (render_alert(SENT, alert, "UTC").body, render_digest(SENT, [alert], "UTC").body):
        links = re.findall(r"\w+:/\S*|javascript\S*|data:\S*", body.replace("Story", ""))
        assert [found.rstrip(",") for found in links] == ([printed] if printed else [])


def test_look_alike_host_is_shown_as_it_is_resolved() -> None:
    alert = replace(ALERT, article=replace(ALERT.article, url="https://www.\u0430pple.example/x"))
    assert "Wire (xn--pple-43d.example), en" in render_alert(SENT, alert, "UTC").body


ZWNJ_KEPT = "شبه‌نظامیان به پایگاه رسیدند"


def test_letters_of_persian_and_emoji_are_kept() -> None:
    assert plain(ZWNJ_KEPT) == ZWNJ_KEPT
    family = "\U0001f469\u200d\U0001f467 \u2764\ufe0f"
    assert plain(family) == family
    assert plain("كَتَائِبُ") == "كَتَائِبُ"


LONG = [
    ("", "(no headline)"),
    ("\u202e\u200b", "(no headline)"),
    ("militia " * 1250, "militia"),
    ("م" * 165, "ممم"),
    ("👩‍👩‍👧‍👦" * 2000, "👩‍👩‍👧‍👦"),
    ("é" * 10_000, "é"),
    ("נ" + "\u05b0" * 9_000, "נ"),
]


@pytest.mark.parametrize(("title", "begins"), LONG, ids=range(len(LONG)))
def test_extreme_lengths_are_cut_between_graphemes(title: str, begins: str) -> None:
    made = replace(ALERT.article, title=title, text="", summary="militia " * 125_000, outlet="Outlet " * 900)
    message = render_alert(
        SENT, replace(ALERT, article=made, outlets=tuple(f"Outlet {n}" * 50 for n in range(50))), "UTC"
    )
    assert begins in message.title
    assert len(message.title) <= TITLE_LIMIT
    assert len(message.body) < 4000
    shown = message.title.removeprefix("IMMEDIATE ").partition("…")[0]
    assert not unicodedata.combining(shown[0])
    assert not shown.endswith("\u200d")


@pytest.mark.parametrize("limit", range(2, 40))
def test_cut_keeps_graphemes_whole(limit: int) -> None:
    text = "👩‍👩‍👧‍👦e\u0301é كَتَائِب नि"
    kept = cut(text, limit)
    assert len(kept) <= limit
    assert kept == text or kept.endswith("…")
    assert text.startswith(kept.removesuffix("…"))


# -- the words of an officer ------------------------------------------------------------------------------------

GOLDEN = """\
Rockets hit base
"Rockets were fired at the base."
Sent to floor at 03:00; nobody answered.

Wire (wire.example), en
Reliability: B3, automatic (1 origin: wire)
Published 14 Jun 15:00 Baghdad (12:00 UTC); seen 14 Jun 15:00 Baghdad (12:00 UTC)
https://wire.example/1

Why: Rockets: "Rockets" in the body
قاعدة حرير = Harir air base
Also on this story: Daily
Sent because: nobody acknowledged it in time.
Acknowledge: watchfloor ack s1

---- details ----
Every word found: watchfloor explain s1
Rules: r 0a1b2c3d (score 7.5)
Story s1, alert 1, delivery d1\
"""


def test_escalated_alert_in_full() -> None:
    sent = replace(
        SENT, kind=Kind.ESCALATION, reason=Reason.ESCALATED, notes=("Sent to floor at 03:00; nobody answered.",)
    )
    alert = replace(ALERT, place="Harir air base", glosses=("قاعدة حرير = Harir air base",))
    message = render_alert(sent, alert, "Asia/Baghdad")
    assert message.title == "IMMEDIATE ESCALATED Harir air base: Rockets hit base | Wire"
    assert message.body == GOLDEN.replace("قاعدة حرير", "\u2068قاعدة حرير\u2069")


NAMED = [
    ("in the first words", "Rockets hit Balad", "", ""),
    ("below the headline", "Rockets hit a base", "They fell on Balad, near Baghdad", "Balad air base"),
    (
        "late in the headline",
        "Rockets were fired early in the morning by three men in a car at Balad",
        "",
        "",
    ),
    ("another than the headline's", "Rockets hit Balad, says officer", "They flew over Baghdad", ""),
    ("the telling kind first", "Rockets hit a base", "In Baghdad they said Balad", "Balad air base"),
    ("a wider place is shown", "Baghdad says rockets hit a base", "They fell on Balad", ""),
    ("nowhere", "Rockets fired", "", ""),
]


@pytest.mark.parametrize(("name", "title", "body", "place"), NAMED, ids=[row[0] for row in NAMED])
def test_place_is_named_where_the_headline_names_none(
    tmp_path: Path, name: str, title: str, body: str, place: str
) -> None:
    config = settled(tmp_path)
    assert place_of(Matcher(config).match(article(title, body)), config) == place, name


GLOSSED = [
    ("another script", "الحشد الشعبي", ("الحشد الشعبي = Popular Mobilization Forces",)),
    ("with its gloss", "قصف قاعدة بلد", ("قاعدة بلد = Balad air base, north of Baghdad",)),
    ("Latin with a gloss", "Balad", ("Balad: north of Baghdad",)),
    ("Latin without one", "PMF in Baghdad", ()),
    ("other scripts first", "Balad, بغداد", ("بغداد = Baghdad", "Balad: north of Baghdad")),
]


@pytest.mark.parametrize(("name", "title", "lines"), GLOSSED, ids=[row[0] for row in GLOSSED])
def test_glosses_say_who_was_found(tmp_path: Path, name: str, title: str, lines: tuple[str, ...]) -> None:
    config = settled(tmp_path)
    assert glosses(Matcher(config).match(article(title)), config) == lines, name


@pytest.mark.parametrize(
    ("text", "label", "gloss", "line"),
    [
        ("Iraqi soldiers", "Iraqi army", "Iraq's regular army", ""),
        ("Iraqi soldiers", "Iraqi army", "the army of Iraq, led from Taji", "Iraqi soldiers = Iraqi army, the army of Iraq, led from Taji"),
        ("Balad base", "Balad air base", "air base at Balad", ""),
        ("Balad base", "Balad air base", "air base near Samarra", "Balad base = Balad air base, air base near Samarra"),
        ("Balad", "Balad", "Balad", ""),
        ("Balad", "Balad air base", "the air base", "Balad: the air base"),
        ("Badr", "Badr", "party with a militia of its own", "Badr: party with a militia of its own"),
        ("Badr", "Badr", "the party", ""),
        ("بلد", "Balad", "Balad", "بلد = Balad"),
        ("بلد", "Balad", "", "بلد = Balad"),
        ("بلد", "Balad", "town of Iraq", "بلد = Balad, town of Iraq"),
    ],
)  # fmt: skip
def test_gloss_that_tells_nothing_is_left_out(text: str, label: str, gloss: str, line: str) -> None:
    assert _line(text, Entity("x", Place("", 0, 0), (text,), label=label, gloss=gloss)) == line


def test_four_glosses_are_shown_and_the_label_is_the_first_name_that_reads(tmp_path: Path) -> None:
    names = [f"n{n}: {{aliases: [=اسم{n}, 'Na*e{n}', =Name{n}, Other{n}], is_a: named}}" for n in range(5)]
    path = tmp_path / "rules.yaml"
    head = HEAD.format(settings="freshness: 48h").replace(
        "lists:\n", "".join(f"  {each}\n" for each in names) + "lists:\n"
    )
    path.write_text(f"{head}rules:\n{rule('[$named]')}", encoding="utf-8")
    config = load(path, environ={})
    found = glosses(Matcher(config).match(article(" ".join(f"اسم{n}" for n in range(5)))), config)
    assert found == tuple(f"اسم{n} = Name{n}" for n in range(4))


def test_there_are_sixty_hostile_texts_and_more() -> None:
    assert len(set(ALL)) >= 60
