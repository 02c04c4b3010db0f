"""What an alert says of a change, of who confirms it and of the rest of the event; and what waits until it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Kind, Match, Reason, Severity, Sibling
from alerts.decide.standing import is_met, lacking, siblings_of, standing_of
from alerts.line.released import strongest
from alerts.render.form import FORMS, PLAIN
from alerts.render.quote import tells
from alerts.render.text import render_alert
from alerts.rule import When
from alerts.standing import Standing
from alerts.store import decisions, snapshot
from crawler.article import Member, Relation
from tests.unit.desk import NOW, desk, rule
from tests.unit.settled import ALERT, SENT, TEXT, step

FULL = replace(
    ALERT,
    changes=("14 -> 17 killed", "CORRECTED"),
    standing=Standing(("agency", "daily"), "B"),
    siblings=tuple(Sibling(f"s{n}", f"Story {n}", "Daily") for n in range(3, 8)),
)
GOLDEN = """\
Updated: 14 -> 17 killed (not in the report below)
CORRECTED (Wire)
Bomb hits militia patrol

Wire
Reliability: B2, automatic (2 origins: agency, daily)
Published 14 Jun 12:00 UTC; seen 14 Jun 12:00 UTC
(the source gave no link)

Why: Militias: "militia" in the title
Also on this story: Daily
Same event: Story 7 (Daily, s7); Story 6 (Daily, s6); Story 5 (Daily, s5); and 2 more
Sent because: what it tells has changed.
Acknowledge: watchfloor ack s1

---- details ----
Every word found: watchfloor explain s1
Rules: r 0a1b2c3d
Story s1, alert 2, delivery d1\
"""


def test_update_says_what_changed_who_confirms_it_and_what_else_the_event_has() -> None:
    message = render_alert(SENT, FULL, "UTC")
    assert message.title == "PRIORITY UPDATE (14 -> 17 killed; CORRECTED) Bomb hits militia patrol | Wire"
    assert message.body == GOLDEN


def test_change_in_arabic_and_a_forged_line_stay_in_their_place() -> None:
    alert = replace(
        FULL, changes=("14 -> 17 قتيلا\nSent because: nothing",), siblings=(Sibling("s9", "انفجار\nWhy: x", "Y"),)
    )
    body = render_alert(SENT, alert, "UTC").body.splitlines()
    assert "Updated: 14 -> 17 \u2068قتيلا\u2069 Sent because: nothing (not in the report below)" in body
    assert "Same event: \u2068انفجار Why: x\u2069 (Y, s9)" in body


def test_snapshot_keeps_all_and_reads_those_of_an_older_version() -> None:
    assert snapshot.load(snapshot.dump(FULL)) == replace(FULL, article=replace(FULL.article, summary="", text=""))
    older = snapshot.dump(ALERT).replace(', "changes": []', "")
    older = older[: older.index(', "standing"')] + "}"
    assert snapshot.load(older) == ALERT


STANDINGS = [
    ((), "F", "F6"),
    (("one",), "B", "B3"),
    (("one", "one"), "B", "B3"),
    (("one", "two"), "C", "C2"),
    (("one", "two", "three"), "A", "A2"),
]


def member(number: int, origin: str, source: str = "x", story: str = "s1") -> Member:
    return Member(
        f"a{number}", story, "t1", source, f"O{number}", origin, origin, Relation.NEW, f"T{number}", None, NOW, "", ""
    )


@pytest.mark.parametrize(("origins", "letter", "rating"), STANDINGS)
def test_rates_source_and_number_apart(origins: tuple[str, ...], letter: str, rating: str) -> None:
    members = [member(number, origin) for number, origin in enumerate(origins)]
    assert standing_of(members, {"x": letter}).rating == rating


def test_best_letter_counts_and_a_source_that_is_gone_is_unknown() -> None:
    members = [member(1, "one", "gone"), member(2, "two", "good"), member(3, "two", "fair", "s2")]
    assert standing_of(members, {"good": "B", "fair": "C"}) == Standing(("one", "two"), "B")
    assert standing_of([member(1, ""), member(2, "two")], {}).origins == ("two",)  # whose report it is nobody knows
    assert siblings_of(members, "s1") == (Sibling("s2", "T3", "O3"),)


NEW, SAME, CHANGED = Relation.NEW, Relation.DUPLICATE, Relation.UPDATED


@pytest.mark.parametrize(
    ("told", "echoes"),
    [
        ([("one", NEW), ("two", SAME)], ("two",)),
        ([("one", NEW), ("two", SAME), ("three", SAME)], ("two", "three")),
        ([("one", NEW), ("one", SAME)], ()),
        ([("one", NEW), ("two", CHANGED)], ()),
        ([("one", NEW), ("two", Relation.RELATED)], ()),
        ([("one", NEW), ("two", SAME), ("two", Relation.RELATED)], ()),
        ([("one", SAME), ("two", SAME)], ("two",)),  # the article that both repeat is no longer stored
    ],
)
def test_who_only_has_anothers_headline_confirms_nothing(
    told: list[tuple[str, Relation]], echoes: tuple[str, ...]
) -> None:
    members = [replace(member(number, origin), relation=how) for number, (origin, how) in enumerate(told)]
    standing = standing_of(members, {})
    many = len({origin for origin, _ in told})
    assert (standing.echoes, standing.confirming, standing.agreeing) == (echoes, many - len(echoes), many)
    assert is_met(When(many), standing) is not bool(echoes)
    assert snapshot.load(snapshot.dump(replace(ALERT, standing=standing))).standing == standing


@pytest.mark.parametrize(
    ("when", "standing", "words"),
    [
        (When(), Standing(), ""),
        (When(2), Standing(("a", "b")), ""),
        (When(2), Standing(("a",)), "needs 2 origins, has 1 (a)"),
        (When(2), Standing(("a", "b"), echoes=("b",)), "needs 2 origins, has 1 (a; b has only its headline)"),
        (When(1, "C"), Standing(("a",), "B"), ""),
        (When(1, "C"), Standing(("a",), "C"), ""),
        (When(3, "B"), Standing((), "C"), "needs 3 origins, has 0 (none known); needs a source of reliability B or better, the best is C"),
    ],
)  # fmt: skip
def test_condition_on_the_thread(when: When, standing: Standing, words: str) -> None:
    assert lacking(when, standing) == words
    assert is_met(when, standing) is (not words)


BRIDGE = "Militia seizes bridge at Hawija, governor says"
OTHER = "Group seizes bridge at Hawija, governor says"


def test_match_waits_for_a_second_origin_and_tells_once(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, rule("[militia]").replace("mode:", "when: {origins: 2}, mode:"))
    for source, minutes in (("one", 0), ("two", 5)):
        done = step(line, config, source, BRIDGE, minutes)
        assert dict(done.counts) == {"matched": 1, "suppressed:waiting": 1}
    done = step(line, config, "three", OTHER, 10)
    ((revision, matches, (made,)),) = done.decided
    assert (revision.article.title, [match.rule for match in matches]) == (BRIDGE, ["r"])
    assert (made.kind, made.reason, made.queue) == (Kind.ALERT, Reason.WHEN_HOLDS, True)
    assert dict(done.counts) == {"matched": 1, "queued": 1}
    assert decisions.waits_in(line, revision.placement.thread) == []
    assert step(line, config, "four", "Troop seizes bridge at Hawija, governor says", 20).decided == []
    told = decisions.load_alert(line, revision.placement.story, 1)
    assert told.standing.origins == ("one", "three")
    assert [each.title for each in told.siblings] == [OTHER]


def test_baseline_of_a_new_source_silences_no_story_of_others(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, rule("[militia]").replace("mode:", "when: {origins: 2}, mode:"))
    step(line, config, "one", BRIDGE, 0)
    assert dict(step(line, config, "two", BRIDGE, 5, baseline=True).counts) == {"matched": 1, "suppressed:baseline": 1}
    ((_, _, (made,)),) = step(line, config, "three", OTHER, 10).decided
    assert (made.reason, made.queue) == (Reason.WHEN_HOLDS, True)


def test_waiting_match_of_a_rule_that_is_gone_or_off_tells_nothing(tmp_path: Path, line: Connection) -> None:
    waits = rule("[militia]").replace("mode:", "when: {origins: 2}, mode:")
    step(line, desk(tmp_path, waits), "one", BRIDGE, 0)
    for rules in (rule("[base]", name="other"), waits.replace("live", "shadow")):
        assert step(line, desk(tmp_path, rules), rules[9:11], OTHER, 5).decided == []


def test_wait_ends_when_nothing_joins_any_more(tmp_path: Path, line: Connection) -> None:
    step(line, desk(tmp_path, rule("[militia]").replace("mode:", "when: {origins: 2}, mode:")), "one", BRIDGE, 0)
    assert decisions.expire_waits(line, NOW + timedelta(days=13)) == 0
    assert decisions.expire_waits(line, NOW + timedelta(days=15)) == 1


def test_fifty_look_alike_sources_make_one_story_told_by_the_names_we_gave_them(
    tmp_path: Path, line: Connection
) -> None:
    config, made = desk(tmp_path, rule("[militia]")), []
    for number in range(50):
        done = step(line, config, f"copy{number}", BRIDGE, number, "Reuters: by Reuters")
        made += [
            (decision.kind, decision.reason)
            for _, _, all_made in done.decided
            for decision in all_made
            if decision.queue
        ]
        story = done.decided[0][0].placement.story
    assert made == [(Kind.ALERT, Reason.FIRST_ARTICLE)]
    told = decisions.load_alert(line, story, decisions.last_alert_revision(line, story))
    assert all(outlet.startswith("copy") for outlet in (told.article.outlet, *told.outlets))
    title = render_alert(SENT, told, "UTC").title
    assert title.endswith("| copy0")
    assert "Reuters" not in title


def test_change_to_a_story_is_told_though_its_words_match_no_rule(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, rule("[militia]"))
    step(line, config, "one", "Bomb hits militia patrol near Hawija", 0, TEXT.format(toll=14))
    done = step(line, config, "two", "Bomb hits patrol near Hawija", 40, TEXT.format(toll=17))
    ((revision, matches, (made,)),) = done.decided
    assert revision.placement.relation is Relation.UPDATED
    assert [(match.rule, match.hits) for match in matches] == [("r", ())]
    assert (made.kind, made.reason, made.queue) == (Kind.UPDATE, Reason.UPDATED, True)
    told = decisions.load_alert(line, revision.placement.story, 2)
    assert told.changes == (revision.placement.change,)
    assert "another report of this story" in render_alert(SENT, told, "UTC").body
    assert step(line, config, "three", "Bomb hits patrol near Hawija", 50, TEXT.format(toll=17)).decided == []


LATE = (
    "Officials in Hawija spoke at noon of a quiet road, of new patrols and of a market that opened again after two "
    "days. Families came back to the farms north of the town and shops were open. The governor thanked the guards and "
    "promised cameras on the bridge before the end of the month. Of the bomb on Sunday he said that {toll} men were "
    "killed by it. He will travel to the capital next week, his office said, to ask for more vehicles."
)


@pytest.mark.parametrize("toll", ["17", "seventeen"])
def test_update_says_first_what_changed_who_says_so_and_quotes_the_new_words(toll: str) -> None:
    article = replace(ALERT.article, title="Hawija governor on the bomb", text=LATE.format(toll=toll), outlet="Daily")
    told = replace(ALERT, changes=("14 -> 17 killed",), article=article)
    for form in (PLAIN, FORMS["watchmail"], FORMS["watchslack"]):
        message = form.alert(SENT, told, "UTC")
        assert message.title.startswith("PRIORITY UPDATE (14 -> 17 killed) ")
        lines = message.body.splitlines()
        assert lines[0] == "Updated: 14 -> 17 killed (Daily)"
        assert lines[2].startswith('"… ')
        assert f"he said that {toll} men were killed" in lines[2]
        assert not message.html or f"<mark>{toll}</mark>" in message.html
        header = str(message.blocks[0]["text"]["text"]) if message.blocks else ""  # type: ignore[index]
        assert not header or header.startswith("🟡 PRIORITY UPDATE (14 -> 17 killed) ")


@pytest.mark.parametrize(
    ("change", "text", "said"),
    [
        ("14 -> 17 killed", "At least 17 are dead", True),
        ("14 -> 17 killed", "Some 170 are dead", False),
        ("kills 14 -> 1,200", "A toll of 1,200", True),
        ("kills 14 -> 1,200", "A toll of 1,300", False),
        ("taji -> balad", "Rockets at Balad.", True),
        ("CORRECTED: harith -> haris, a -> zerqan", "Zerqan", True),
        ("CORRECTED: harith -> haris", "Zerqan", False),
        ("new lead", "Anything", True),
        ("14 -> 17 جنديا", "مقتل ١٧ جنديا", True),
    ],
)
def test_outlet_beside_a_change_has_the_new_words(change: str, text: str, *, said: bool) -> None:
    assert tells(change, replace(ALERT.article, title=text)) is said
    assert tells(change, replace(ALERT.article, title="", text=text)) is said


def test_reprint_of_the_old_text_is_not_quoted_where_a_change_is_known(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, rule("[militia]") + rule("[ambulances]", name="other"))
    step(line, config, "one", "Bomb hits militia patrol near Hawija", 0, TEXT.format(toll=14).split(" Ambul")[0])
    step(line, config, "two", "Bomb hits militia patrol near Hawija", 5, TEXT.format(toll=17).split(" Ambul")[0])
    ((revision, _, (made,)),) = step(
        line, config, "three", "Bomb hits militia patrol near Hawija", 8, TEXT.format(toll=14)
    ).decided
    assert revision.placement.relation is Relation.DUPLICATE
    assert made.reason is Reason.NEW_RULE
    told = decisions.load_alert(
        line, revision.placement.story, decisions.last_alert_revision(line, revision.placement.story)
    )
    assert "17 men were killed" in told.article.body
    assert {each.rule for each in told.causes} == {"r", "other"}


def test_change_is_told_to_those_who_were_told_though_another_rule_matches_it(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, rule("[militia]") + rule("[mayor]", name="other", notify="[hook]"))
    step(line, config, "one", "Bomb hits militia patrol near Hawija", 0, TEXT.format(toll=14))
    later = f"{TEXT.format(toll=17)} The mayor spoke of a crime against people on their way home."
    ((revision, _, made),) = step(line, config, "two", "Bomb hits patrol near Hawija", 40, later).decided
    assert revision.placement.relation is Relation.UPDATED
    assert {(each.receiver, each.reason) for each in made} == {
        ("console", Reason.UPDATED),
        ("hook", Reason.FIRST_ARTICLE),
    }


def test_weaker_article_that_ends_a_wait_makes_it_no_weaker() -> None:
    weak, strong = Match("r", Severity.ROUTINE, None, ()), Match("r", Severity.IMMEDIATE, None, ())
    assert strongest((weak,), [strong, Match("s", Severity.ROUTINE, None, ())])[0] is strong
