"""Ids as people type them: by their beginning, in any case, or as "last"."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from alerts.alert import Kind, Reason, Severity
from alerts.board import orders as board
from alerts.delivery import Delivery, DeliveryState, NewDelivery
from alerts.line.orders import IDS_OF_STORIES, IDS_OF_THREADS, ORDERS
from alerts.rule import Config
from alerts.store import acks, decisions, digests, ids, outbox, resending, restoring
from crawler.article import mint
from crawler.store import articles as archive
from crawler.store.members import placement_of
from tests.unit.desk import NOW
from tests.unit.floor import BOMB, SLACK, desk, everything, turn
from tests.unit.settled import step
from tests.unit.silenced import add

HOUR = timedelta(hours=1)
DRILL, QUIET = "Militia drill at Balad", "A quiet day in Basra"
OLD = "Militia parade in Samarra"


@pytest.fixture
def told(tmp_path: Path, line: Connection) -> Connection:
    """Give a store with two told stories and, newest, one that was told to nobody."""
    config = desk(tmp_path, SLACK.format("1111111111"))
    for minutes, title in ((0, BOMB), (30, DRILL), (60, QUIET)):
        step(line, config, f"s{minutes}", title, minutes)
    return line


def story(connection: Connection, title: str) -> str:
    ids_of = archive.articles_since(connection, NOW - timedelta(days=1), 9)
    return next(placement_of(connection, each.id).story for each in ids_of if each.title == title)


def test_beginning_in_any_case_and_with_misread_letters_is_enough(told: Connection) -> None:
    whole = story(told, BOMB)
    other = story(told, DRILL)
    shared = next(n for n in range(1, 15) if whole[n] != other[n])
    for typed in (whole, whole.upper(), whole[: shared + 1], f" {whole[:-1].title()} "):
        assert ids.resolve(told, typed, ids.STORY) == whole
    misread = whole.replace("0", "O").replace("1", "l")
    assert ids.resolve(told, misread, ids.STORY) == whole


def test_last_characters_are_enough_since_ids_of_one_evening_begin_alike(told: Connection) -> None:
    whole = story(told, BOMB)
    assert whole[:3] == story(told, DRILL)[:3]
    for typed in (whole[-4:], f" {whole[-6:].upper()} "):
        assert ids.resolve(told, typed, *IDS_OF_STORIES) == ids.resolve(told, typed, *IDS_OF_THREADS) == whole
        # the article and the thread end alike: what the command asks for first
        assert ids.resolve(told, typed, ids.ARTICLE, ids.STORY) == f"a{whole[1:]}"
    misread = whole[-6:].replace("0", "O").replace("1", "l")
    assert ids.resolve(told, misread, ids.STORY) == whole
    with pytest.raises(ids.UnknownId):
        ids.resolve(told, whole[-3:], ids.STORY)
    message = next(each.id for each in everything(told) if each.subject == whole)
    assert ids.resolve(told, message[-4:], *IDS_OF_STORIES) == message


def add_story(connection: Connection, identity: str) -> None:
    """Store a story with an id of the test's choice."""
    stories = archive.stories
    row = connection.execute(select(stories).where(stories.c.id == story(connection, QUIET))).mappings().one()
    connection.execute(stories.insert().values({**row, "id": identity}))


def test_what_ends_two_ids_or_begins_another_is_refused(told: Connection) -> None:
    bomb = story(told, BOMB)
    add_story(told, f"{bomb[:10]}z{bomb[-4:]}")
    with pytest.raises(ids.UnknownId) as refused:
        ids.resolve(told, bomb[-4:], ids.STORY)
    head, *listed = str(refused.value).splitlines()
    assert head == f'"{bomb[-4:]}" ends the id of more than one story; write more of it:'
    assert [each.split()[0] for each in listed] == [f"{bomb[:10]}z{bomb[-4:]}", bomb]
    add_story(told, f"s123{bomb[4:]}")
    add_story(told, f"{bomb[:11]}s123")
    with pytest.raises(ids.UnknownId, match="begins or ends the id of more than one story; write more of it:"):
        ids.resolve(told, "s123", ids.STORY)


def test_end_means_an_id_of_the_last_two_weeks(told: Connection) -> None:
    bomb = story(told, BOMB)
    add_story(told, f"{mint('s', NOW - timedelta(days=15), 'old')[:11]}{bomb[-4:]}")
    assert ids.resolve(told, bomb[-4:], ids.STORY) == bomb


def test_kind_is_told_by_the_first_letter(told: Connection) -> None:
    whole = story(told, BOMB)
    for kind in (ids.ARTICLE, ids.THREAD):
        same = f"{kind.letter}{whole[1:]}"
        assert ids.resolve(told, same, ids.STORY, ids.THREAD, ids.ARTICLE) == same
    with pytest.raises(ids.UnknownId):
        ids.resolve(told, whole, ids.ARTICLE)


def send(connection: Connection, title: str, at: timedelta, kind: Kind = Kind.ALERT) -> str:
    """Note a message on a story as sent; return its id."""
    table, subject = outbox.deliveries, story(connection, title)
    named = connection.scalar(select(table.c.id).where(table.c.subject == subject))
    values = {"state": "sent", "sent": NOW + at, "kind": kind.value}
    connection.execute(table.update().where(table.c.id == named).values(values))
    return str(named)


def test_last_is_the_last_message_sent_whatever_is_asked_of_it(told: Connection) -> None:
    """Of two messages the first queued is sent last, as a retry or a hold does; the newest story is told to nobody."""
    send(told, DRILL, HOUR)
    last = send(told, BOMB, 2 * HOUR)
    for kinds in ((ids.MESSAGE,), (ids.STORY, ids.MESSAGE), IDS_OF_STORIES, IDS_OF_THREADS):
        assert ids.story_of(told, ids.resolve(told, "LAST", *kinds)) == story(told, BOMB)
        assert ids.resolve(told, "last", *kinds) == last
    assert ids.resolve(told, "last", ids.ARTICLE) == f"a{story(told, BOMB)[1:]}"
    send(told, DRILL, 3 * HOUR, Kind.EDIT)
    assert ids.resolve(told, "last", ids.MESSAGE) == last, "an edit tells nobody by itself"


def test_last_before_anything_was_sent_is_the_newest(told: Connection) -> None:
    assert ids.last_told(told) is None
    assert ids.resolve(told, "last", ids.STORY) == story(told, QUIET)
    assert ids.resolve(told, "last", ids.TOLD) == story(told, DRILL), "nobody is to be told of the newest story"
    assert ids.resolve(told, "last", ids.ARTICLE) == f"a{story(told, QUIET)[1:]}"
    assert ids.resolve(told, "last", ids.MESSAGE) == max(everything(told), key=lambda each: each.queued).id
    with pytest.raises(ids.UnknownId, match="there is no silence yet"):
        ids.resolve(told, "last", ids.SILENCE)


def test_ambiguous_beginning_lists_the_candidates_with_their_headlines(told: Connection) -> None:
    with pytest.raises(ids.UnknownId) as refused:
        ids.resolve(told, "S", ids.STORY)
    head, *listed = str(refused.value).splitlines()
    assert head == '"S" begins the id of more than one story; write more of it, or its last 4 characters:'
    assert listed == [f"  {story(told, title)}  {title}" for title in (QUIET, DRILL, BOMB)]
    with pytest.raises(ids.UnknownId, match=f"d.{{14}}  {BOMB}"):
        ids.resolve(told, "d", ids.MESSAGE)


def test_many_candidates_are_cut_short_and_the_command_named(line: Connection) -> None:
    for _ in range(11):
        add(line)
    with pytest.raises(ids.UnknownId) as refused:
        ids.resolve(line, "q", ids.SILENCE)
    _, *listed, more = str(refused.value).splitlines()
    assert len(listed) == ids.SHOWN
    assert listed[0] == "  q9  text Balad, by Noor: drill at Balad"
    assert more == "  and more: watchfloor silence list"
    assert ids.resolve(line, "q1", ids.SILENCE) == "q1", "a whole id is no beginning, though q10 begins with it"


@pytest.mark.parametrize("typed", ["", "zzz", "s9z", "d-none", "%", "سـ", "lastly"])
def test_unknown_id_says_what_ids_look_like_and_which_command_lists_them(told: Connection, typed: str) -> None:
    with pytest.raises(ids.UnknownId) as refused:
        ids.resolve(told, typed, ids.STORY, ids.MESSAGE)
    assert str(refused.value) == (
        f'"{typed}" is the id of no story or message stored here\n'
        "  ids look like s6266jwhg4azv0t (story), d6266jwhg4azv0t (message)\n"
        '  the beginning of one is enough, or its last 4 characters, in any case; "last" is the last message that was sent\n'
        "  watchfloor stories lists stories; watchfloor deliveries lists messages"
    )


def test_misspelt_id_names_the_nearest(told: Connection) -> None:
    whole = story(told, BOMB)
    wrong = f"{whole[:-1]}{'0' if whole[-1] != '0' else '1'}"
    with pytest.raises(ids.UnknownId, match=f'did you mean "{whole}"'):
        ids.resolve(told, wrong, ids.STORY)


def test_id_of_a_message_stays_good_after_it_is_sent_again(tmp_path: Path, told: Connection) -> None:
    config = desk(tmp_path, SLACK.format("1111111111"))
    first = turn(told, config, 61)
    assert first is not None
    table = outbox.deliveries
    told.execute(table.update().where(table.c.id == first.id).values(state="sent", sent=NOW))
    again = resending.resend(told, first.id, NOW + timedelta(hours=2), "UTC", config.homes)
    for typed in (first.id, first.id[:-1], again[:-1]):
        assert ids.resolve(told, typed, ids.MESSAGE) == again
    assert ids.story_of(told, again) == first.subject


def test_ack_takes_a_beginning_and_last_and_says_what_was_told_to_nobody(told: Connection) -> None:
    def ack(typed: str) -> dict[str, Any]:
        return dict(ORDERS["ack"](told, {"id": typed, "by": "Noor"}, NOW + timedelta(hours=3)))

    last = send(told, DRILL, HOUR)
    answer = ack("last")
    (done,) = answer["acks"]
    assert (done["story"], answer["last"]["id"], answer["last"]["what"]) == (story(told, DRILL), last, DRILL)
    assert "nobody was sent a message on it yet" in str(ack(f"t{story(told, BOMB)[1:]}")["error"])
    send(told, BOMB, HOUR)
    (done,) = ack(f"T{story(told, BOMB)[1:12].upper()}")["acks"]
    assert (done["story"], done["first"]) == (story(told, BOMB), True)
    untold = story(told, QUIET)
    for same in (untold, f"a{untold[1:]}", f"t{untold[1:]}"):
        assert str(ack(same)["error"]).startswith(f'{same} "{QUIET}" was told to nobody')
    assert "stories --told lists" in str(ack("s0")["error"])


@pytest.mark.parametrize("graver", [BOMB, DRILL])
def test_ack_of_a_thread_covers_all_that_was_told_of_it(told: Connection, graver: str) -> None:
    first, second = story(told, BOMB), story(told, DRILL)
    for title in (BOMB, DRILL):
        send(told, title, HOUR)
    of_first = select(archive.stories.c.thread).where(archive.stories.c.id == first)
    thread = str(told.scalar(of_first))
    told.execute(archive.stories.update().where(archive.stories.c.id == second).values(thread=thread))
    alerts = decisions.alerts
    told.execute(alerts.update().where(alerts.c.story == story(told, graver)).values(severity=int(Severity.FLASH)))
    answer = ORDERS["ack"](told, {"id": thread, "by": "Noor"}, NOW + timedelta(hours=3))
    assert not [each for ack in answer["acks"] for each in ack["left"]]
    assert {each for ack in answer["acks"] for each in (ack["story"], *ack["covers"])} == {first, second}
    assert all(ack["first"] for ack in answer["acks"])


def test_ack_of_a_thread_covers_no_story_that_nobody_was_sent(told: Connection) -> None:
    first, second = story(told, BOMB), story(told, DRILL)
    thread = f"t{first[1:]}"
    told.execute(archive.stories.update().where(archive.stories.c.id == second).values(thread=thread))
    send(told, BOMB, HOUR)
    (done,) = ORDERS["ack"](told, {"id": thread, "by": "Noor"}, NOW + 2 * HOUR)["acks"]
    assert (done["story"], done["covers"]) == (first, [])
    assert [(each["story"], each["sent"]) for each in done["left"]] == [(second, False)]
    assert board._acked({"acks": [done]}) == "Acknowledged by Noor. 1 that nobody was sent yet is not."
    send(told, DRILL, 3 * HOUR)
    assert acks.ack_of(told, second) is None


def test_notice_has_no_story_to_acknowledge(told: Connection) -> None:
    payload = {"title": "a source is down", "body": "x"}
    notice = NewDelivery("x#1", "x", Kind.NOTICE, Severity.ROUTINE, Reason.SYSTEM, "notice:x", payload=payload)
    outbox.queue(told, notice, NOW + timedelta(hours=2))
    last = ids.resolve(told, "last", ids.MESSAGE)
    done = ORDERS["ack"](told, {"id": last, "by": "Noor"}, NOW + timedelta(hours=3))
    assert done["error"] == f"{last} is a notice about the system: no story is in it"
    with pytest.raises(ids.UnknownId, match="is a notice, not a message on one story"):
        ids.story_of(told, last)


def digest(connection: Connection, config: Config, at: timedelta) -> Delivery:
    """Note the digest of a receiver's times as sent; return it."""
    (target,) = config.receivers["floor"].targets
    queued = NewDelivery(target.id, "floor", Kind.DIGEST, Severity.ROUTINE, Reason.SCHEDULED, f"floor@{at}")
    digests.open_digest(connection, queued, NOW + at)
    (made,) = outbox.on_subject(connection, queued.subject, target.id)
    outbox.record(connection, made.id, DeliveryState.SENT, NOW + at)
    return made


def test_last_is_no_digest_in_which_nothing_is_listed(tmp_path: Path, told: Connection) -> None:
    last = send(told, DRILL, HOUR)
    empty = digest(told, desk(tmp_path, SLACK.format("1111111111")), 2 * HOUR)
    assert ids.resolve(told, "last", ids.MESSAGE) == last
    answer = ORDERS["ack"](told, {"id": "last", "by": "Noor"}, NOW + 3 * HOUR)
    assert [each["story"] for each in answer["acks"]] == [story(told, DRILL)]
    refused = ORDERS["ack"](told, {"id": empty.id, "by": "Noor"}, NOW + 3 * HOUR)
    assert refused["error"] == f"{empty.id} is a digest without a story: no story is in it"
    alert = decisions.last_alert(told, story(told, BOMB))
    assert alert
    digests.add_to_digest(told, empty.subject, empty.target, [alert])
    assert ids.resolve(told, "last", ids.MESSAGE) == empty.id


@pytest.mark.parametrize("by", ["digest", "story"])
def test_story_that_only_a_digest_listed_is_acknowledged_and_rated(tmp_path: Path, told: Connection, by: str) -> None:
    """As one is that was older than `freshness` when it was found: it has no alert revision."""
    config = desk(tmp_path, SLACK.format("1111111111"))
    step(told, config, "s90", OLD, 90, age=timedelta(days=3))
    old = story(told, OLD)
    assert decisions.last_alert(told, old) is None
    (listing,) = outbox.deliveries_that(told, outbox.deliveries.c.kind == Kind.DIGEST.value)
    outbox.record(told, listing.id, DeliveryState.SENT, NOW + 2 * HOUR)
    asked = {"id": {"digest": listing.id, "story": old}[by], "by": "Noor"}
    (done,) = ORDERS["ack"](told, asked, NOW + 3 * HOUR)["acks"]
    assert (done["story"], done["title"], done["first"]) == (old, OLD, True)
    assert [each["first"] for each in ORDERS["ack"](told, asked, NOW + 4 * HOUR)["acks"]] == [False]
    (judged,) = ORDERS["feedback"](told, asked | {"relevant": False}, NOW + 3 * HOUR)["judgements"]
    assert (judged["story"], judged["title"], judged["revision"]) == (old, OLD, 0)


def test_silence_takes_any_id_of_the_story_or_of_one_in_the_thread(told: Connection) -> None:
    def silence(scope: str, value: str) -> object:
        request = {"scope": scope, "value": value, "by": "Noor", "reason": "drill"}
        ends = (NOW + timedelta(hours=9)).isoformat()
        return ORDERS["silence-add"](told, request | {"ends": ends}, NOW + timedelta(hours=3)).get("value")

    send(told, DRILL, HOUR)
    words = {"scope": "text", "value": "last", "by": "Noor", "reason": "drill", "ends": (NOW + 9 * HOUR).isoformat()}
    assert "last" not in ORDERS["silence-add"](told, words, NOW + 3 * HOUR), "a word of headlines, not a message"
    whole = story(told, DRILL)
    message = next(each.id for each in everything(told) if each.subject == whole and each.kind is Kind.ALERT)
    assert silence("story", "last") == silence("story", message[:14]) == whole
    assert silence("thread", "last") == silence("thread", message) == silence("thread", whole) == f"t{whole[1:]}"
    send(told, BOMB, HOUR)
    last = ORDERS["silence-end"](told, {"id": "LAST", "by": "Omar"}, NOW + timedelta(hours=4))
    assert last["id"] == "q6"
    assert "last" not in last
    assert "q5" in str(ORDERS["silence-end"](told, {"id": "last", "by": "Omar"}, NOW + timedelta(hours=4))["id"])
    ended = ORDERS["silence-end"](told, {"id": "q6", "by": "Omar"}, NOW + timedelta(hours=5))
    assert 'no silence "q6" is in force; in force: q1, q2, q3, q4' in str(ended["error"])


def test_id_that_a_restore_lost_says_so(told: Connection) -> None:
    newest = NOW + HOUR  # of the articles in the backup
    restoring.note_restored(told, newest + 3 * HOUR, "a.db")
    known = story(told, QUIET)

    def refusal(kind: str, after: timedelta) -> str:
        with pytest.raises(ids.UnknownId) as refused:
            ids.resolve(told, mint(kind, newest + after, "gone"), ids.STORY, ids.MESSAGE, ids.ARTICLE)
        return str(refused.value)

    said = (
        "it was made 14 Jun 15:00 UTC; the store was restored 14 Jun 16:00 UTC from a backup that ends 14 Jun 13:00 UTC"
    )
    for kind in "sda":
        assert said in refusal(kind, 2 * HOUR)
        assert "watchfloor search WORDS finds it" in refusal(kind, 2 * HOUR)
    assert "restored" not in refusal("s", 4 * HOUR), "it was made after the restore"
    assert "restored" not in refusal("s", -HOUR), "the backup would have it"
    assert ids.resolve(told, known, ids.STORY) == known
    assert said in str(ORDERS["ack"](told, {"id": mint("s", newest + 2 * HOUR, "x"), "by": "Noor"}, NOW)["error"])
