"""What Slack is given to show: golden blocks in three scripts, limits, and text of others that stays text.

The golden files are written by `GOLDEN=write pytest tests/unit/test_slack.py` and read by people before they are kept.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.alert import Hit, Kind, Message, Reason, Severity, Sibling
from alerts.render.slack import LONGEST_TOTAL, MOST_BLOCKS
from tests.e2e.slackview import block_faults, live, texts
from tests.unit.slackcases import SLACK, STORIES, alert_of, delivery

GOLDEN = Path(__file__).parents[1] / "golden" / "slack"


def _alert(lang: str) -> Message:
    return SLACK.alert(delivery(), alert_of(lang), "Asia/Baghdad")


def _update(lang: str) -> Message:
    first = alert_of(lang)
    later = replace(first.article, title=first.article.title.replace("14", "17").replace("۱۴", "۱۷"))
    later = replace(later, text=first.article.text.replace("14", "17").replace("۱۴", "۱۷"), outlet=first.outlets[-1])
    told = replace(first, changes=("14 -> 17 killed",), article=later)
    late = ("Held from 22:00 to 06:00 by quiet hours.",)
    return SLACK.alert(delivery(Kind.UPDATE, Reason.UPDATED, notes=late, attempts=3), told, "Asia/Baghdad")


def _edit(lang: str) -> Message:
    told = replace(alert_of(lang), outlets=(*alert_of(lang).outlets, "Rudaw", "Shafaq"))
    return SLACK.alert(delivery(Kind.EDIT, Reason.TOLD), told, "Asia/Baghdad")


def _digest(lang: str) -> Message:
    first = alert_of(lang)
    second = replace(first, story="s6yzkq0bbbbbbbb", severity=Severity.ROUTINE)
    third = replace(
        second,
        story="s6yzkq0cccccccc",
        article=replace(first.article, title=first.siblings[0].title, url=None, published=None),
        causes=(replace(first.causes[0], rule="sirens", title="Sirens"),),
    )
    digest = delivery(Kind.DIGEST, Reason.STALE, subject="2026-11-25T00Z")
    return SLACK.digest(digest, [second, third, first], "Asia/Baghdad")


def _notice(lang: str) -> Message:
    said = {
        "title": "a source is silent",
        "body": f"{STORIES[lang][0]}: nothing new for 14 hours, usually 20 min.\nSee",
    }
    return SLACK.notice(delivery(Kind.NOTICE, Reason.SYSTEM, payload=said))


KINDS: dict[str, Callable[[str], Message]] = {
    "alert": _alert,
    "update": _update,
    "edit": _edit,
    "digest": _digest,
    "notice": _notice,
}


@pytest.mark.parametrize("lang", STORIES)
@pytest.mark.parametrize("kind", KINDS)
def test_message_is_as_the_golden_file_shows(kind: str, lang: str) -> None:
    message = KINDS[kind](lang)
    shown = json.dumps({"text": message.title, "blocks": message.blocks}, ensure_ascii=False, indent=1) + "\n"
    path = GOLDEN / f"{kind}-{lang}.json"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")
    assert block_faults(message.blocks) == []


@pytest.mark.parametrize("lang", STORIES)
def test_first_sixty_characters_say_how_urgent_and_what(lang: str) -> None:
    first = _alert(lang).title[:60]
    # where its reader cannot read the headline, what happened and where come before it
    known, shown = ("", 30) if lang == "en" else ("Attack on US forces, Harir air base: \u2068", 12)
    assert first.startswith(f"FLASH {known}{STORIES[lang][1][:shown]}")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind.ALERT, "🔴 FLASH Erbil: Drone falls"),
        (Kind.UPDATE, "🔴 FLASH UPDATE Erbil: Drone falls"),
        (Kind.ESCALATION, "🔴 FLASH ESCALATED Erbil: Drone falls"),
        (Kind.EDIT, "🔴 FLASH Erbil: Drone falls"),
    ],
)
def test_header_says_what_kind_and_where(kind: Kind, words: str) -> None:
    message = SLACK.alert(delivery(kind), replace(alert_of("en"), place="Erbil"), "UTC")
    assert str(message.blocks[0]["text"]["text"]).startswith(words)  # type: ignore[index]


def test_repeat_is_for_the_receiver_to_mark() -> None:
    message = SLACK.alert(delivery(repeat=True), alert_of("en"), "UTC")
    assert message.repeat
    assert "possible repeat" not in message.title + json.dumps(message.blocks)
    notice = SLACK.notice(delivery(Kind.NOTICE, Reason.SYSTEM, payload={"title": "x", "body": "y"}, repeat=True))
    assert notice.repeat
    assert "possible repeat" not in notice.title


def test_body_in_plain_text_is_there_for_when_blocks_are_refused() -> None:
    assert "https://outlet.example/en/1" in _alert("en").body


# limits


@pytest.mark.parametrize(
    "title",
    ["", "x" * 10_000, "حرف " * 2_500, "👨‍👩‍👧‍👦" * 3_000, "e\u0301" * 5_000, "\u200c" * 500, "\x00\u202e\n"],
    ids=range(7),
)
def test_title_of_any_length_is_cut_between_graphemes(title: str) -> None:
    told = alert_of("en")
    message = SLACK.alert(delivery(), replace(told, article=replace(told.article, title=title)), "UTC")
    assert block_faults(message.blocks) == []
    header = message.blocks[0]["text"]["text"]  # type: ignore[index]
    whole = set(regex.findall(r"\X", title)) | set(regex.findall(r"\X", "🔴 FLASH \u2068…\u2069(no headline)"))
    assert set(regex.findall(r"\X", header)) <= whole | {f"{each}\u2069" for each in whole} | {
        f"\u2068{each}" for each in whole
    }


def test_everything_too_long_at_once_still_fits() -> None:
    long = "كلمة word " * 300_000
    told = alert_of("en")
    causes = tuple(replace(told.causes[0], rule=f"r{n}", title=long[:5_000]) for n in range(40))
    huge = replace(
        told,
        article=replace(told.article, title=long, text=long[:1_000_000], outlet=long[:9_000]),
        causes=causes,
        outlets=tuple(f"{long[:500]}{n}" for n in range(200)),
        changes=(long[:5_000],) * 60,
        siblings=(Sibling("s1", long, long[:3_000]),) * 30,
        glosses=(long[:5_000],) * 30,
    )
    message = SLACK.alert(delivery(notes=(long[:5_000],) * 30), huge, "UTC")
    blocks = list(message.blocks)
    assert block_faults(blocks) == []
    assert [each["type"] for each in blocks[-3:]] == ["context", "divider", "context"]
    assert "rich_text_quote" in json.dumps(blocks)


@pytest.mark.parametrize(("stories", "rules"), [(1, 1), (50, 1), (50, 50), (120, 60)])
@pytest.mark.parametrize("headline", ["Rockets at a base", "Rockets " * 400, "صواريخ على قاعدة " * 200])
def test_digest_fits_and_says_what_it_leaves_out(stories: int, rules: int, headline: str) -> None:
    told = alert_of("en")
    many = [
        replace(
            told,
            story=f"s{n:014d}",
            thread=f"t{n:014d}",
            article=replace(told.article, title=f"{n} {headline}"),
            causes=(replace(told.causes[0], rule=f"r{n % rules:03d}"),),
        )
        for n in range(stories)
    ]
    blocks = list(SLACK.digest(delivery(Kind.DIGEST, Reason.STORM), many, "UTC").blocks)
    assert block_faults(blocks) == []
    assert len(blocks) <= MOST_BLOCKS
    assert sum(map(len, texts(blocks))) <= LONGEST_TOTAL
    shown = json.dumps(blocks).count('"link"')
    said = [int(each) for each in regex.findall(r"and (\d+) more", " ".join(texts(blocks)))]
    assert shown + sum(said) == stories


def test_notice_of_any_length_fits() -> None:
    said = {"title": "t" * 500, "body": "\n".join(f"line {n} " + "ب" * 90 for n in range(900))}
    blocks = list(SLACK.notice(delivery(Kind.NOTICE, Reason.SYSTEM, payload=said)).blocks)
    assert block_faults(blocks) == []
    assert "Notice, delivery" in " ".join(texts(blocks))


@pytest.mark.parametrize("nothing", ["", " ", "\u200b", "\U000e0000"])
def test_article_of_nothing_is_a_message_all_the_same(nothing: str) -> None:
    told = alert_of("en")
    article = replace(told.article, title=nothing, text=nothing, outlet=nothing, url=None, lang=None, published=None)
    made = replace(told, article=article, causes=(replace(told.causes[0], hits=()),), outlets=(), glosses=(nothing,))
    for message in (
        SLACK.alert(delivery(notes=(nothing,)), made, "UTC"),
        SLACK.digest(delivery(Kind.DIGEST, Reason.STALE), [made], "UTC"),
        SLACK.notice(delivery(Kind.NOTICE, Reason.SYSTEM, payload={"title": nothing, "body": nothing})),
    ):
        assert block_faults(message.blocks) == []
        assert "(no headline)" in json.dumps(message.blocks) or message.kind is Kind.NOTICE


@given(st.text(max_size=400), st.text(max_size=2_000), st.text(max_size=60), st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_fits_and_makes_nothing_live(title: str, body: str, outlet: str, url: str) -> None:
    told = alert_of("en")
    end = min(len(body), 9)
    hit = Hit("t", body[:end], "body", 0, end, body[:end])
    article = replace(told.article, title=title, text=body, outlet=outlet, url=f"https://outlet.example/{url}")
    made = replace(
        told, article=article, causes=(replace(told.causes[0], hits=(hit,)),), changes=(title,), glosses=(body,)
    )
    for message in (
        SLACK.alert(delivery(Kind.UPDATE, Reason.UPDATED), made, "UTC"),
        SLACK.digest(delivery(Kind.DIGEST, Reason.STALE), [made], "UTC"),
    ):
        assert block_faults(message.blocks) == []
        found = live("", message.blocks)
        assert {each.kind for each in found} <= {"link"}
        assert all(each.what.startswith("https://outlet.example") for each in found)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://outlet.example/a?b=1&c=2", "https://outlet.example/a?b=1&c=2"),
        ("https://outlet.example/<!channel>|x", "https://outlet.example/%3C!channel%3E%7Cx"),
        ('https://outlet.example/a b"c', "https://outlet.example/a%20b%22c"),
        ("https://outlet.example/\u202egpj.exe", "https://outlet.example/gpj.exe"),
        ("https://outlet.example/قاعدة", "https://outlet.example/%D9%82%D8%A7%D8%B9%D8%AF%D8%A9"),
        ("https://b\u0431c.example/news", "https://xn--bc-blc.example/news"),
        ("https://user:pass@outlet.example/", None),
        ("https://outlet.example\\@evil.example/", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("slack://open", None),
        ("https://", None),
        ("https://outlet.example/" + "a" * 8_000, None),
        (None, None),
    ],
)
def test_only_the_articles_own_web_address_is_a_link(url: str | None, shown: str | None) -> None:
    told = alert_of("en")
    made = replace(told, article=replace(told.article, url=url))
    for message in (
        SLACK.alert(delivery(), made, "UTC"),
        SLACK.digest(delivery(Kind.DIGEST, Reason.STALE), [made], "UTC"),
    ):
        links = [each.what for each in live("", message.blocks)]
        assert links == ([shown] if shown else [])
        assert block_faults(message.blocks) == []


def test_quote_shows_its_hits_in_bold() -> None:
    (quote,) = [each for each in _alert("fa").blocks if "rich_text_quote" in json.dumps(each)]
    bold = [each["text"] for each in quote["elements"][0]["elements"] if each.get("style")]  # type: ignore[index]
    assert bold == ["پایگاه حریر"]
    assert "نیمه\u200cشب" in json.dumps(quote, ensure_ascii=False)  # the joiner of Persian words stays
