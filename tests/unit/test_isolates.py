"""Right-to-left words keep their place in every line of every form (UAX #9): isolated alone, in pairs, never cut open."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from lxml import html

from alerts.alert import Ack, Kind, Message, Reason, Scope, Severity, Sibling, Silence
from alerts.event import Counterpart
from alerts.render.form import FORMS
from alerts.render.handover import Failing, Handover, ToldStory, markdown
from alerts.render.title import alert_title
from alerts.render.words import ISOLATE, POP, RUN, cut, ours
from alerts.standing import Standing
from tests.unit.mailcases import ARABIC, ENGLISH, NOW, PERSIAN, ZONE, delivery

RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
MIXED = [
    replace(
        each,
        changes=("2 -> 5 جرحى", "تاجي -> بلد", "CORRECTED"),
        siblings=(Sibling("s1", "انفجار في بلد", "دجلة"),),
        counterparts=(Counterpart("s3", "ar", "دجلة", "انفجار في بلد", NOW, "بلد, 2 wounded", 5, 0.7),),
        outlets=(each.article.outlet, "دجلة", "شفق"),
        causes=(
            replace(each.causes[0], title="قتال", why='a fight ("قتال"; row 9)', severity=Severity.ROUTINE),
            replace(each.causes[0], title="هجوم على قاعدة", pir="قوات 1", why='somebody threatens ("تتوعد"; row 3)'),
        ),
        standing=Standing(("دجلة", "wire"), "B"),
        glosses=("لواء القاسم = Qasim Brigade, لواء", "Balad: مدينة"),
        event_line="strike; on عين الأسد; 2 killed",
        evidence="both بلد, weapons; 15 min apart",
    )
    for each in (ARABIC, PERSIAN, ENGLISH)
]
NOTES = (
    "Same event, told here only: PRIORITY Threats: \u2068مقتل 14 شخصا\u2069 (2 -> 5 جرحى) | دجلة s6",
    "1 message held back by silence q1 (نور: تدريب في بلد), until 06:00",
)
NOTICE = {"title": "source جريدة الوادي is down", "body": "جريدة الوادي: 5 polls failed\nSee دجلة, شفق."}


def messages(form: str) -> Iterator[Message]:
    """Make each kind of message with Arabic in every place that others write."""
    made = FORMS[form]
    for each in MIXED:
        yield made.alert(delivery(Kind.UPDATE, each, notes=NOTES), each, ZONE)
        yield made.digest(delivery(Kind.DIGEST, notes=NOTES), [each, ARABIC], ZONE)
    yield made.notice(delivery(Kind.NOTICE, payload=NOTICE))


def strays(text: str) -> list[str]:
    """Return what is wrong with the lines of a text: right-to-left letters outside isolates, isolates open or nested."""
    wrong = []
    for line in text.split("\n"):
        depth = 0
        for char in line:
            depth += {ISOLATE: 1, POP: -1}.get(char, 0)
            if depth not in {0, 1} or (RTL.match(char) and not depth):
                wrong.append(line)
                break
        else:
            wrong += [line] * (depth != 0)
        wrong += [line for inner in re.findall(f"{ISOLATE}([^{POP}]*){POP}", line) if "->" in inner]
    return wrong


def test_the_check_finds_what_it_looks_for() -> None:
    faults = ("بلد", "\u2068بلد", "بلد\u2069", "\u2068\u2068بلد\u2069\u2069", "\u20682 -> 5 جرحى\u2069", "ok\nبلد: 5")
    assert [bool(strays(each)) for each in faults] == [True] * len(faults)
    assert strays("2 -> 5 \u2068جرحى\u2069") == []


def test_every_line_of_the_plain_text_isolates_what_runs_the_other_way() -> None:
    for message in messages("watchmail"):
        assert RTL.search(message.title + message.body)
        assert strays(message.title) == []
        assert strays(message.body) == []


def test_every_text_of_a_mail_in_html_isolates_what_runs_the_other_way() -> None:
    for message in messages("watchmail"):
        page = html.document_fromstring(message.html)
        assert strays(page.findtext(".//title")) == []
        assert "display:none" in page.body[0].get("style")
        assert strays(page.body[0].text_content()) == []
        for element in page.body.iter():
            for words, owner in ((element.text or "", element), (element.tail or "", element.getparent())):
                assert not RTL.search(words) or owner is page.body[0] or _own_direction(owner), words
                assert "->" not in words or owner.tag != "bdi"


def _own_direction(element: html.HtmlElement) -> bool:
    """Return whether an element has the direction of its text and holds nothing else: a quote, a headline, a bdi."""
    near = element if element.tag != "mark" else element.getparent()
    return near.get("dir") == "auto" and (near.tag in {"bdi", "blockquote", "h1"} or near.get("class") == "headline")


def test_every_text_in_slack_isolates_what_runs_the_other_way() -> None:
    for message in messages("watchslack"):
        for block in message.blocks:
            # a quote is one text in pieces
            quotes = [each for each in block.get("elements", ()) if each.get("type") == "rich_text_quote"]  # type: ignore[attr-defined]
            texts = ["".join(piece["text"] for piece in each["elements"]) for each in quotes]
            texts += [] if quotes else re.findall(r'"text": ("(?:[^"\\]|\\.)*")', json.dumps(block))
            for text in texts:
                assert strays(json.loads(text) if text.startswith('"') else text) == []


def test_handover_isolates_what_runs_the_other_way() -> None:
    silence = Silence("q1", Scope.TEXT, "تدريب بلد", "نور", "تدريب في بلد", NOW, NOW)
    told = [
        ToldStory(each, Ack(each.story, NOW, "عمر", "slack", 1)) for each in (replace(MIXED[0], story="sx"), *MIXED[1:])
    ]
    shown = markdown(Handover(NOW, NOW, tuple(told), (silence,), (Failing("دجلة", "503"),)), ZONE)
    assert RTL.search(shown)
    assert strays(shown) == []


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("2 -> 5 جرحى", "2 -> 5 [جرحى]"),
        ("تاجي -> بلد", "[تاجي] -> [بلد]"),
        ("دجلة, شفق نيوز and 2 more", "[دجلة], [شفق نيوز] and 2 more"),
        ("x: مقتل 14 شخصا في بلد | y", "x: [مقتل 14 شخصا في بلد] | y"),
        ("مصدر أمني: القوات في بلد", "[مصدر أمني: القوات في بلد]"),
        ("\u2068مقتل 3 (US) جنود\u2069 5 جرحى", "[مقتل 3 (US) جنود] 5 [جرحى]"),
        ("open \u2068بلد", "open [بلد]"),
        ("Balad", "Balad"),
    ],
)
def test_our_lines_run_from_left_to_right_round_what_they_quote(line: str, shown: str) -> None:
    assert ours(line).replace(ISOLATE, "[").replace(POP, "]") == shown


@pytest.mark.parametrize("limit", range(2, 30))
def test_what_is_cut_is_isolated_still(limit: int) -> None:
    kept = cut("ab \u2068بلد الشام\u2069 cd \u2068بلد\u2069", limit)
    assert len(kept) <= limit
    assert strays(kept) == []


def test_title_says_the_way_from_two_to_five() -> None:
    title = alert_title(delivery(Kind.UPDATE, MIXED[0], reason=Reason.UPDATED, severity=Severity.FLASH), MIXED[0])
    assert "UPDATE (2 -> 5 \u2068جرحى\u2069; \u2068تاجي\u2069 -> \u2068بلد\u2069; CORRECTED) " in title
    assert RUN.search(title)
