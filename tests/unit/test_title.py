"""What a lock screen shows: titles in the reader's language, events instead of stories, nothing that misleads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html
from sqlalchemy import Connection

from alerts.alert import Alert, Cause, Kind, Reason, Severity, Sibling
from alerts.decide.glosses import who_or_where
from alerts.event import EventMention
from alerts.render.digest import LINK_SHOWN, digest_sheet, events_of
from alerts.render.form import FORMS, PLAIN, Form
from alerts.render.sheet import TOLD_HERE
from alerts.render.text import render_alert, render_digest
from alerts.render.title import (
    CHANGE_LIMIT,
    LEAD_LIMIT,
    TITLE_LIMIT,
    alert_title,
    changes_in_short,
    digest_title,
    headline_of,
    lead,
    marked,
)
from alerts.rules.match import Matcher
from alerts.store import decisions
from crawler.text.scripts import is_foreign, language_of, script_of
from tests.unit.alerts_made import ALERT, SENT, settled
from tests.unit.desk import NOW, article, desk, rule
from tests.unit.settled import step

ROW = 'US or coalition forces are attacked ("سقوط", "صواريخ"; row 8)'
ATTACK = replace(ALERT.causes[0], title="Attack on US or coalition forces, or their loss", why=ROW)
ARABIC = "سقوط خمسة صواريخ على قاعدة عين الأسد"
FOREIGN = replace(
    ALERT, article=replace(ALERT.article, title=ARABIC), causes=(ATTACK,), place="Ain al-Asad air base", foreign=True
)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Rockets hit Balad", "Latin"),
        (ARABIC, "Arabic"),
        ("BBC: سقوط صواريخ على قاعدة", "Arabic"),
        ("نیروی قدس در بغداد", "Arabic"),
        ("Ракеты", "Cyrillic"),
        ("טילים", "Hebrew"),
        ("导弹", "other"),
        ("2:1", ""),
    ],
)
def test_script_is_that_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script
    assert is_foreign(text, "en") is (script not in {"Latin", ""})
    assert is_foreign(text, "fa") is (script not in {"Arabic", ""})


@pytest.mark.parametrize(
    ("text", "said", "language"),
    [
        ("پهپادها به مقر حزب در نزدیکی شهر اصابت کرد", "en", "fa"),
        ("سقوط صواريخ على قاعدة غربي البلاد", "en-GB", "ar"),
        ("پهپادها به مقر حزب در نزدیکی شهر اصابت کرد", "ar", "fa"),
        ("سقوط صواريخ على قاعدة أخرى", "fa", "ar"),
        ("هێرشێک بۆ سەر بنکەیەک", "ar", "ckb"),
        ("هێرشێک بۆ سەر بنکەیەک", "ckb", "ckb"),
        ("گزارش: قاعدة أخرى إلى الغرب", "fa", "fa"),
        ("گفت", "ar", "ar"),  # one letter proves nothing
        ("حمله موشکي به شهر", "fa", "fa"),
        ("سقوط صواريخ على قاعدة", None, "ar"),
        ("حشد", "en", None),
        ("حشد", "ur", "ur"),
        ("Rockets hit Balad", "ar", None),
        ("Rockets hit Balad", "tr", "tr"),
        ("Rockets hit Balad", None, None),
        ("Ракеты", "en", None),
        ("טילים", "en", "he"),
        ("导弹", "zh", "zh"),  # a language that we do not know is left
        ("2:1", "en", "en"),
    ],
)
def test_language_is_that_of_the_text(text: str, said: str | None, language: str | None) -> None:
    assert language_of(text, said) == language


@pytest.mark.parametrize(
    ("name", "alert", "title"),
    [
        (
            "the row of the scale and the place",
            FOREIGN,
            f"IMMEDIATE US or coalition forces are attacked, Ain al-Asad air base: \u2068{ARABIC}\u2069 | Wire",
        ),
        (
            "without a row what the rule's title begins with",
            replace(FOREIGN, causes=(replace(ATTACK, why=""),), place="Balad"),
            f"IMMEDIATE Attack on US or coalition forces, Balad: \u2068{ARABIC}\u2069 | Wire",
        ),
        (
            "a row that is too long would be cut in its middle",
            replace(
                FOREIGN,
                causes=(replace(ATTACK, why="a militia, a party or an official in Iraq is attacked (row 10)"),),
                place="Balad",
            ),
            f"IMMEDIATE Attack on US or coalition forces, Balad: \u2068{ARABIC}\u2069 | Wire",
        ),
        (
            "what was said is not said twice",
            replace(FOREIGN, causes=(replace(ATTACK, title="Erbil", why=""),), place="Erbil"),
            f"IMMEDIATE Erbil: \u2068{ARABIC}\u2069 | Wire",
        ),
        ("nothing before what can be read", replace(ALERT, causes=(ATTACK,)), "IMMEDIATE Rockets hit base | Wire"),
    ],
)
def test_title_begins_in_the_readers_language(name: str, alert: Alert, title: str) -> None:
    assert alert_title(SENT, alert) == title, name


@pytest.mark.parametrize("kind", [Kind.ALERT, Kind.UPDATE, Kind.ESCALATION])
@pytest.mark.parametrize("repeat", [False, True])
@pytest.mark.parametrize("changes", [(), ("14 -> 17 killed",), ("من 14 إلى 17 قتيلا " * 9, "CORRECTED")])
def test_title_keeps_its_limit_and_some_of_the_headline(kind: Kind, *, repeat: bool, changes: tuple[str, ...]) -> None:
    long = replace(
        FOREIGN, place="place " * 20, article=replace(FOREIGN.article, title=f"{ARABIC} " * 9, outlet="O" * 90)
    )
    title = alert_title(replace(SENT, kind=kind, repeat=repeat), replace(long, changes=changes))
    assert len(title) <= TITLE_LIMIT
    assert ARABIC[:12] in title
    assert title.count("\u2068") == title.count("\u2069")


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("FLASH Rockets hit base: two hurt", "FLASH (possible repeat) Rockets hit base: two hurt"),
        ("DIGEST 1 FLASH, 2 ROUTINE: Deal", "DIGEST 1 FLASH, 2 ROUTINE (possible repeat): Deal"),
        ("DIGEST nothing since 06:00", "DIGEST nothing since 06:00 (possible repeat)"),
        ("WATCHFLOOR a source is down", "WATCHFLOOR (possible repeat) a source is down"),
    ],
)
def test_a_repeat_says_first_how_urgent_it_is(title: str, said: str) -> None:
    assert marked(title) == said


@pytest.mark.parametrize("form", [PLAIN, FORMS["watchmail"]])
def test_severity_stands_before_the_mark_of_a_repeat_in_every_form(form: Form) -> None:
    again = replace(SENT, repeat=True)
    assert form.alert(again, ALERT, "UTC").title.startswith("IMMEDIATE (possible repeat) ")
    digest = form.digest(replace(again, kind=Kind.DIGEST, reason=Reason.ROUTINE), [ALERT], "UTC")
    assert digest.title.startswith("DIGEST 1 IMMEDIATE (possible repeat): ")
    assert (
        form.notice(replace(again, kind=Kind.NOTICE, payload={"title": "x"})).title == "WATCHFLOOR (possible repeat) x"
    )


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ((), ""),
        (("2 -> 5 killed", "struck: Iraq"), "2 -> 5 killed; struck: Iraq"),
        (("14 -> 17 killed", "struck: Ain al-Asad air base", "claimed by Kataib Hezbollah"), "14 -> 17 killed; 2 more"),
        (("a" * 30, "b" * 16), f"{'a' * 30}; {'b' * 16}"),
        (
            ("struck: the very long name of a base in the desert west", "2 killed"),
            "struck: the very long name of a base in the…",
        ),
    ],
)
def test_changes_are_named_whole_or_counted(changes: tuple[str, ...], shown: str) -> None:
    assert changes_in_short(changes) == shown
    assert len(shown) <= CHANGE_LIMIT


@pytest.mark.parametrize(
    ("reason", "changes", "title"),
    [
        (Reason.DEVELOPMENT, ("struck: Iraq", "about Qaani"), "IMMEDIATE UPDATE Rockets hit base | Wire"),
        (
            Reason.DEVELOPMENT,
            ("2 -> 5 killed", "struck: Iraq"),
            "IMMEDIATE UPDATE (2 -> 5 killed) Rockets hit base | Wire",
        ),
        (Reason.UPDATED, ("taji -> balad",), "IMMEDIATE UPDATE (taji -> balad) Rockets hit base | Wire"),
    ],
)
def test_a_headline_that_can_be_read_says_itself_what_it_adds(
    reason: Reason, changes: tuple[str, ...], title: str
) -> None:
    sent = replace(SENT, kind=Kind.UPDATE, reason=reason)
    assert alert_title(sent, replace(ALERT, changes=changes)) == title
    if reason is Reason.DEVELOPMENT:
        assert f"({changes[0]}" in alert_title(sent, replace(FOREIGN, changes=changes))


@pytest.mark.parametrize(
    ("title", "outlet", "shown"),
    [
        ("Rockets hit base - The National", "The National", "Rockets hit base"),
        ("Rockets hit base | BBC News", "BBC", "Rockets hit base"),
        ("Rockets hit base – Shafaq", "Shafaq News", "Rockets hit base"),
        ("Rockets hit base - Reuters", "Google News", "Rockets hit base - Reuters"),
        ("Rockets hit base - live", "Wire", "Rockets hit base - live"),
        ("US-Iran talks", "Wire", "US-Iran talks"),
        ("- The National", "The National", "- The National"),
    ],
)
def test_the_outlets_name_is_not_said_twice(title: str, outlet: str, shown: str) -> None:
    assert headline_of(replace(ALERT.article, title=title, outlet=outlet)) == shown


@pytest.mark.parametrize(
    ("title", "body", "named"),
    [
        ("قصف قاعدة بلد", "", "Balad air base"),
        ("الحشد الشعبي في بغداد", "", "Baghdad"),
        ("الحشد الشعبي يتوعد", "بغداد", "Popular Mobilization Forces"),
        ("rockets قصف", "قاعدة بلد", "Balad air base"),
        ("rockets قصف", "", ""),
    ],
)
def test_who_or_where_is_named_before_another_script(tmp_path: Path, title: str, body: str, named: str) -> None:
    config = settled(tmp_path)
    assert who_or_where(Matcher(config).match(article(title, body)), config) == named


@pytest.mark.parametrize(("language", "foreign"), [("en", True), ("ar", False)])
def test_settings_say_what_the_readers_read(tmp_path: Path, line: Connection, language: str, *, foreign: bool) -> None:
    config = replace(desk(tmp_path, rule("[انفجار]")), language=language)
    ((revision, _, _),) = step(line, config, "one", "انفجار قرب الحويجة", 0).decided
    assert decisions.load_alert(line, revision.placement.story, 1).foreign is foreign


# -- one event is one line --------------------------------------------------------------------------------------

LATER = timedelta(hours=1)
DEAL = (
    replace(ALERT, story="a", severity=Severity.PRIORITY, outlets=("Wire",)),
    replace(ALERT, story="b", created=NOW + LATER, article=article("Deal signed"), outlets=("Wire", "Post")),
    replace(
        ALERT, story="c", severity=Severity.PRIORITY, created=NOW + 2 * LATER, article=article("Reaction to the deal")
    ),
)
OTHER = replace(ALERT, story="d", thread="t2", severity=Severity.PRIORITY)
DIGEST = replace(SENT, kind=Kind.DIGEST, reason=Reason.ROUTINE)


def test_three_stories_of_one_deal_are_one_entry() -> None:
    told = digest_sheet(DIGEST, [*DEAL, OTHER], "UTC")
    assert told.title == "DIGEST 1 IMMEDIATE, 1 PRIORITY: Deal signed"
    items = [item for _, items in told.groups for item in items]
    assert [(each.severity, each.whole) for each in items] == [
        (Severity.IMMEDIATE, "Deal signed"),
        (Severity.PRIORITY, "Rockets hit base"),
    ]
    assert items[0].line.startswith("Wire, Post, Daily, ")
    assert items[0].line.endswith("newest: Reaction to the deal, 3 stories: b, c, a")
    assert items[1].line.endswith("https://wire.example/1, d")


@pytest.mark.parametrize(
    ("reason", "payload", "intro"),
    [
        (Reason.ROUTINE, {}, "Routine stories:"),
        (Reason.SCHEDULED, {"since": "14 Jun 12:00 UTC"}, "Told together (this receiver's digest is due, since 14 Jun 12:00 UTC):"),
        (Reason.ROUTINE, {"since": "14 Jun 12:00 UTC"}, "Routine stories, since 14 Jun 12:00 UTC:"),
        (Reason.SAME_EVENT, {}, "Stories of one event:"),
        (Reason.REMATCH, {}, "Found late (the rules as changed would have caught it):"),
    ],
)  # fmt: skip
def test_digest_says_once_why_its_stories_stand_together(reason: Reason, payload: dict[str, str], intro: str) -> None:
    body = render_digest(replace(DIGEST, reason=reason, payload=payload), [ALERT], "UTC").body
    assert body.splitlines()[0] == intro


def test_every_story_is_in_one_event() -> None:
    assert sorted(each.story for event in events_of([*DEAL, OTHER]) for each in event) == ["a", "b", "c", "d"]
    assert len(events_of([replace(each, thread="") for each in DEAL])) == 3


def test_digest_title_begins_in_the_readers_language() -> None:
    title = digest_title(DIGEST, [(FOREIGN,), (OTHER,)])
    assert title.startswith(
        "DIGEST 1 IMMEDIATE, 1 PRIORITY: US or coalition forces are attacked, Ain al-Asad air base: "
    )
    assert len(title) <= TITLE_LIMIT
    assert ARABIC[:12] in title


@pytest.mark.parametrize(
    ("severity", "age", "reason", "title", "item"),
    [
        (Severity.FLASH, timedelta(hours=50), Reason.STALE, "DIGEST 1 FLASH (50 h old): ", "FLASH, 50 h old: "),
        (Severity.IMMEDIATE, timedelta(minutes=15), Reason.STORM, "DIGEST 1 IMMEDIATE (storm, 15 min old): ", "IMMEDIATE, 15 min old: "),
        (Severity.FLASH, timedelta(days=4), Reason.REMATCH, "DIGEST 1 FLASH (found late, 4 days old): ", "FLASH, 4 days old: "),
        (Severity.FLASH, timedelta(minutes=119), Reason.QUIET_HOURS, "DIGEST 1 FLASH (119 min old): ", "FLASH, 119 min old: "),
        (Severity.FLASH, timedelta(minutes=14), Reason.STORM, "DIGEST 1 FLASH (storm): ", "FLASH "),
        (Severity.PRIORITY, timedelta(hours=50), Reason.ROUTINE, "DIGEST 1 PRIORITY: ", "PRIORITY "),
    ],
)  # fmt: skip
def test_digest_says_how_old_it_is_what_would_have_interrupted(
    severity: Severity, age: timedelta, reason: Reason, title: str, item: str
) -> None:
    late = replace(ALERT, severity=severity, article=replace(ALERT.article, published=NOW - age))
    sent = replace(DIGEST, reason=reason, due=NOW)
    for form in (PLAIN, FORMS["watchmail"], FORMS["watchslack"]):
        message = form.digest(sent, [late], "UTC")
        assert message.title == f"{title}Rockets hit base"
        assert f"\n- {item}Rockets hit base\n" in message.body
        assert not message.html or f">{item.rstrip(': ')}</span>" in message.html
        assert not message.blocks or f"'text': '{item}'" in str(message.blocks)
    unseen = replace(late, article=replace(late.article, published=None, first_seen=NOW - age))
    assert digest_title(sent, [(unseen,)]) == f"{title}Rockets hit base"


def test_age_stands_beside_the_severity_that_it_is_of() -> None:
    late = replace(ALERT, severity=Severity.FLASH, article=replace(ALERT.article, published=NOW - timedelta(hours=50)))
    other = replace(ALERT, story="s9", thread="t9", severity=Severity.ROUTINE)
    for reason, heading in ((Reason.STALE, ""), (Reason.REMATCH, " (found late)")):
        sent = replace(DIGEST, reason=reason, due=NOW)
        assert (
            digest_title(sent, [(late,), (other,)])
            == f"DIGEST 1 FLASH (50 h old), 1 ROUTINE{heading}: Rockets hit base"
        )


def test_headline_in_another_script_has_a_line_of_its_own_in_a_mail() -> None:
    changed = replace(FOREIGN, changes=("2 -> 5 killed",))
    page = html.document_fromstring(FORMS["watchmail"].digest(DIGEST, [changed], "UTC").html)
    assert page.findtext(".//h1") == "DIGEST 1 IMMEDIATE"
    lines = [(each.text_content(), each.get("dir")) for each in page.iter("div") if each.get("class") == "headline"]
    known = "US or coalition forces are attacked, Ain al-Asad air base"
    assert lines == [(known, None), (ARABIC, "auto"), ("(2 -> 5 killed)", None)]


@pytest.mark.parametrize(
    ("line", "foreign", "first"),
    [
        ("strike; in Iraq", True, "Event: strike; in Iraq"),
        ("", True, "US or coalition forces are attacked, Ain al-Asad air base"),
        ("", False, f"\u2068{ARABIC}\u2069"),
    ],
)
def test_a_message_that_its_reader_cannot_read_begins_with_what_is_known(
    line: str, first: str, *, foreign: bool
) -> None:
    alert = replace(FOREIGN, event_line=line, foreign=foreign)
    assert render_alert(SENT, alert, "UTC").body.splitlines()[0] == first
    assert foreign or "\nAin al-Asad air base\n" not in render_alert(SENT, alert, "UTC").body
    page = html.document_fromstring(FORMS["watchmail"].alert(SENT, alert, "UTC").html)
    shown = page.find_class("column")[0].text_content().split("\n")
    assert shown[2] == first.strip("\u2068\u2069")


HURT = "US soldiers are killed, hurt or taken (row 3)"
STATE = "a state strikes another (row 6)"
SHIP = "a ship is attacked or seized (row 21)"
LONG = "kill; by Popular Mobilization Forces; on Islamic Revolutionary Guard Corps; 3 killed"


@pytest.mark.parametrize(
    ("row", "line", "toll", "place", "known"),
    [
        (HURT, "kill; on US; in Harir", {"killed": 2, "wounded": 3}, "Harir", "US soldiers are killed, hurt or taken, 2 killed, 3 wounded, Harir"),
        (STATE, "strike; by Israel; on Iran; 12 killed", {"killed": 12}, "Tehran", "A state strikes another (by Israel on Iran), 12 killed, Tehran"),
        (STATE, "strike; by Israel; on Iran", {}, "Iran", "A state strikes another (by Israel on Iran)"),
        (STATE, "visit; by Iran; on Israel", {}, "Iran", "A state strikes another (visit by Iran on Israel)"),
        (STATE, "strike; on عبادان", {}, "", "A state strikes another (on \u2068عبادان\u2069)"),
        (SHIP, "seize; by Iran; on Ships and Popular Mobilization Forces; in Strait of Hormuz", {"held": 9}, "Strait of Hormuz", "A ship is attacked or seized (by Iran), 9 held, Strait of Hormuz"),
        (SHIP, LONG, {"killed": 3}, "Dawronian base of the brigade", "A ship is attacked or seized (on Islamic Revolutionary Guard Corps), 3 killed"),
        (HURT, "", {"killed": 1}, "", "US soldiers are killed, hurt or taken, 1 killed"),
        ("", "", {"killed": 1}, "", "Attack on US or coalition forces, 1 killed"),
    ],
)  # fmt: skip
def test_a_headline_that_its_reader_cannot_read_is_preceded_by_who_and_how_many(
    row: str, line: str, toll: dict[str, int], place: str, known: str
) -> None:
    cause = replace(ATTACK, why=row)
    event = EventMention(casualties=toll)
    alert = replace(FOREIGN, causes=(cause,), event=event, event_line=line, place=place)
    said = lead(alert)
    assert said == f"{known}: "
    assert len(said) <= LEAD_LIMIT + 2
    assert said in alert_title(replace(SENT, kind=Kind.ALERT), alert)
    assert "killed" not in lead(replace(alert, foreign=False))
    short = lead(alert, 34)
    assert len(short) <= 34 + 2
    assert not toll or short.endswith(f"{next(iter(toll.values()))} {next(iter(toll))}: ") or len(toll) > 1


# -- words that mislead -----------------------------------------------------------------------------------------


def test_another_story_stands_behind_the_one_that_rings() -> None:
    other = f"{TOLD_HERE} IMMEDIATE Rockets hit base, no casualties reported | Daily s7"
    alert = replace(ALERT, changes=("0 -> 2 wounded",))
    lines = render_alert(replace(SENT, notes=(other, "Late: the server was down.")), alert, "UTC").body.splitlines()
    assert lines[:2] == ["Updated: 0 -> 2 wounded (not in the report below)", "Rockets hit base"]
    assert lines.index("Late: the server was down.") < lines.index("Wire (wire.example), en") < lines.index(other)


def test_a_story_told_with_a_message_is_not_named_a_second_time() -> None:
    siblings = (Sibling("s6", "Base quiet", "Post"), Sibling("s7", "Rockets hit base, no casualties", "Daily"))
    notes = (f"{TOLD_HERE} IMMEDIATE Rockets hit base, no casualties | Daily s7",)
    body = render_alert(replace(SENT, notes=notes), replace(ALERT, siblings=siblings), "UTC").body
    assert "\nSame event: Base quiet (Post, s6)\n" in body
    alone = render_alert(replace(SENT, notes=notes), replace(ALERT, siblings=siblings[1:]), "UTC").body
    assert "\nSame event: " not in alone
    assert TOLD_HERE in alone


@pytest.mark.parametrize(
    ("reason", "kind", "siblings", "words"),
    [
        (Reason.FIRST_ARTICLE, Kind.ALERT, 0, "first article of this story"),
        (Reason.FIRST_ARTICLE, Kind.ALERT, 1, "first article of this story; there are other reports of the same event"),
        (Reason.SEVERITY_RAISED, Kind.ALERT, 1, "it is graver than what was told of this event before"),
        (Reason.SEVERITY_RAISED, Kind.UPDATE, 1, "its severity rose"),
    ],
)
def test_cause_of_a_message_knows_its_event(reason: Reason, kind: Kind, siblings: int, words: str) -> None:
    alert = replace(ALERT, siblings=(Sibling("s7", "Rockets hit base", "Daily"),) * siblings)
    assert f"\nSent because: {words}.\n" in render_alert(replace(SENT, reason=reason, kind=kind), alert, "UTC").body


def test_three_words_decide_and_details_stand_behind_a_line() -> None:
    hits = tuple(replace(ALERT.causes[0].hits[0], term=f"t{n}", text=f"word{n}") for n in range(9))
    others = Cause("q", "Strikes", "1a2b3c4d", Severity.PRIORITY, hits[:1])
    body = render_alert(SENT, replace(ALERT, causes=(others, replace(ALERT.causes[0], hits=hits))), "UTC").body
    (why,) = (each for each in body.splitlines() if each.startswith("Why:"))
    assert why == 'Why: Rockets: "word0", "word1", "word2" in the body'
    assert '\nOther rules that match: Strikes ("word0")\n' in body
    assert "word3" not in body
    officers, details = body.split("\n\n---- details ----\n")
    assert officers.endswith("Acknowledge: watchfloor ack s1")
    assert details.startswith(
        "Every word found: watchfloor explain s1\nRules: q 1a2b3c4d, r 0a1b2c3d (score 7.5)\nStory s1, "
    )
    many = replace(ALERT, causes=tuple(replace(others, rule=f"r{n}", score=None) for n in range(15)))
    assert "r11 1a2b3c4d and 3 more\n" in render_alert(SENT, many, "UTC").body
    mail = FORMS["watchmail"].alert(SENT, ALERT, "UTC").html
    assert mail.index("watchfloor ack s1") < mail.index("<hr>") < mail.index("watchfloor explain s1")
    blocks = FORMS["watchslack"].alert(SENT, ALERT, "UTC").blocks
    at = [each["type"] for each in blocks].index("divider")
    assert "watchfloor explain s1" in str(blocks[at + 1])
    assert "Sent because" in str(blocks[:at])


@pytest.mark.parametrize("length", [LINK_SHOWN, LINK_SHOWN + 1])
def test_a_long_link_is_in_nobodys_way(length: int) -> None:
    url = "https://wire.example/".ljust(length, "x")
    alert = replace(ALERT, article=replace(ALERT.article, url=url))
    long = length > LINK_SHOWN
    assert (url in render_digest(DIGEST, [alert], "UTC").body) is not long
    assert render_alert(SENT, alert, "UTC").body.endswith(f"Link: {url}") is long
    assert digest_sheet(DIGEST, [alert], "UTC").groups[0][1][0].url == url  # HTML and Slack link it as ever
