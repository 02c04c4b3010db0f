"""The handover as the next officer reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from alerts.alert import Ack, Alert, Cause, Kind, Reason, Scope, Severity, Silence
from alerts.delivery import Delivery, DeliveryState
from alerts.render.handover import DONE_SHOWN, Done, Failing, Handover, ToldStory, markdown
from alerts.standing import Standing
from tests.unit.desk import NOW, article
from tests.unit.hostile import ALL

HOUR = timedelta(hours=1)
ROCKETS = Alert(
    "s1",
    "t1",
    3,
    Severity.IMMEDIATE,
    NOW - HOUR,
    replace(article("Rockets hit base (update) at al-Balad"), url="https://wire.example/a_(b)"),
    (Cause("r", "R", "v", Severity.IMMEDIATE, ()),),
    ("Wire", "Daily"),
    changes=("2 -> 3 wounded",),
    standing=Standing(("wire", "daily"), "B"),
)
THREAT = replace(
    ROCKETS,
    story="s2",
    thread="t2",
    article=article("النجباء تتوعد"),
    causes=(replace(ROCKETS.causes[0], title="Threats"),),
    outlets=(),
    changes=(),
    standing=Standing(),
    place="Nujaba",
    foreign=True,
)
FOLLOWS = replace(
    ROCKETS,
    story="s4",
    severity=Severity.PRIORITY,
    created=NOW - HOUR / 2,
    article=article("Base at al-Balad reopens - Post"),
    outlets=("Post",),
    changes=(),
)
PAY = replace(
    THREAT,
    story="s3",
    thread="t3",
    severity=Severity.ROUTINE,
    article=article("Pay of fighters delayed"),
    created=NOW - 2 * HOUR,
    place="",
    foreign=False,
)
MESSAGE = Delivery(
    "d1",
    "s1",
    Kind.ALERT,
    1,
    "duty#1",
    "duty-mail",
    Severity.PRIORITY,
    Reason.FIRST_ARTICLE,
    DeliveryState.DEAD,
    NOW,
    NOW,
)
SILENCE = Silence("q1", Scope.TEXT, "Balad", "Noor", "drill at Balad", NOW - 9 * HOUR, NOW + HOUR)
SHIFT = Handover(
    NOW - 12 * HOUR,
    NOW,
    stories=(
        ToldStory(PAY),
        ToldStory(THREAT),
        ToldStory(FOLLOWS),
        ToldStory(ROCKETS, Ack("s1", NOW, "Omar", "slack", 3)),
    ),
    silences=(SILENCE, replace(SILENCE, id="q2", scope=Scope.RULE, value="r", ends=NOW - HOUR, ended_by="Omar")),
    failing=(Failing("dijla", "down: timeout, 9 times in a row"),),
    dead=((MESSAGE, "mailtos://***: 550 no such user"),),
    held=(replace(MESSAGE, id="d2", state=DeliveryState.HELD, held="quiet hours", due=NOW + 3 * HOUR),),
    reload=(NOW - HOUR, "applied, version 0a1b2c3d"),
    done=(
        Done(NOW - 2 * HOUR, "restore", "the store was restored from a.db", "root"),
        Done(NOW - HOUR, "notice", "[down] for 12 min (not sent: dead)"),
    ),
)
GOLDEN = """\
# Handover, 14 Jun 15:00 Baghdad (12:00 UTC)
What happened since 14 Jun 03:00 Baghdad (00:00 UTC).

## Events told: 3 (4 stories)

### Immediate: 2

- [Rockets hit base (update) at al-Balad](https://wire.example/a_%28b%29)
  Wire, Daily, Post; B2, automatic (2 origins: wire, daily)
  2 stories of one event; newest: Base at al-Balad reopens - Post
  Last change 14 Jun 14:30 Baghdad (11:30 UTC); acknowledged by Omar, but for `s4`; `s1`, `s4`
- Threats, Nujaba: \u2068النجباء تتوعد\u2069
  Wire; F6, automatic (no known origins)
  Last change 14 Jun 14:00 Baghdad (11:00 UTC); **not acknowledged**; `s2`

### Routine: 1

- Pay of fighters delayed
  Wire; F6, automatic (no known origins)
  Last change 14 Jun 13:00 Baghdad (10:00 UTC); **not acknowledged**; `s3`

## The watch itself

- 14 Jun 13:00 Baghdad (10:00 UTC) restore: root: the store was restored from a.db
- 14 Jun 14:00 Baghdad (11:00 UTC) notice: \\[down\\] for 12 min (not sent: dead)

## Acknowledged

- Omar at 14 Jun 15:00 Baghdad (12:00 UTC) (slack): Rockets hit base (update) at al-Balad, `s1`

## Silences in force

- `q1` text Balad, until 14 Jun 16:00 Baghdad (13:00 UTC); Noor: drill at Balad

## Silences that ended

- `q2` rule r, ended 14 Jun 14:00 Baghdad (11:00 UTC) by Omar; Noor: drill at Balad

## Failing sources

- dijla: down: timeout, 9 times in a row

## Not delivered, given up

- `d1` priority alert on s1 for duty-mail: mailtos\\://\\*\\*\\*: 550 no such user

## Held or waiting

- `d2` priority alert on s1 for duty-mail: held by quiet hours, goes 14 Jun 18:00 Baghdad (15:00 UTC)

## Rules

- Last 14 Jun 14:00 Baghdad (11:00 UTC): applied, version 0a1b2c3d"""
LINES = 43  # of a handover with one story, acknowledged
QUIET = """\
# Handover, 14 Jun 12:00 UTC
What happened since 14 Jun 00:00 UTC.

## Events told: 0

None was told.

## The watch itself

No outage, restore or notice.

## Acknowledged

Nothing."""


def test_handover_of_a_shift() -> None:
    assert markdown(SHIFT, "Asia/Baghdad") == GOLDEN


def test_quiet_shift_says_so() -> None:
    assert markdown(Handover(NOW - 12 * HOUR, NOW), "UTC").startswith(QUIET)


def test_only_the_last_entries_on_the_watch_are_listed() -> None:
    many = tuple(Done(NOW + each * HOUR / 60, "start", f"started on rules {each}") for each in range(DONE_SHOWN + 2))
    written = markdown(Handover(NOW, NOW, done=many), "UTC")
    assert (
        "## The watch itself\n\n- 2 earlier: `watchfloor log`\n- 14 Jun 12:02 UTC start: started on rules 2\n"
        in written
    )
    assert written.count(" start: ") == DONE_SHOWN


def test_of_a_long_event_five_ids_are_listed() -> None:
    stories = tuple(ToldStory(replace(PAY, story=f"s{n}", created=NOW - n * HOUR)) for n in range(10, 18))
    acked = (replace(stories[0], ack=Ack("s10", NOW, "Noor", "command", 1)), *stories[1:])
    shown = markdown(Handover(NOW, NOW, stories=acked), "UTC")
    assert "; acknowledged by Noor, but for `s11`, `s12`, `s13`, `s14`, `s15` and 2 more; `s10`, `s11`, `s12`" in shown
    assert "`s14` and 3 more\n" in shown


def test_what_is_held_is_not_told() -> None:
    held = ToldStory(PAY, status="held for the digest of 14 Jun 13:00 UTC")
    written = markdown(Handover(NOW - 12 * HOUR, NOW, untold=(held,)), "UTC")
    assert "## Events told: 0" in written
    assert "## Not told in this time\n\n- routine: Pay of fighters delayed: held for the digest of" in written


def test_text_of_others_is_no_markup() -> None:
    for text in ALL:
        story = ToldStory(
            replace(ROCKETS, article=article(text), outlets=(text,), changes=(text,)), Ack("s1", NOW, text, text, 1)
        )
        written = markdown(replace(SHIFT, stories=(story,), reload=None), "UTC")
        assert len(written.splitlines()) == LINES, text
        assert "**" not in written.replace("**not acknowledged**", "").replace("\\*", "")
        body = re.sub(r"\\.", "", written.replace("](https://wire.example/a_%28b%29)", ""))
        assert not re.search(r"[<\]*_~|]|://", body), body


def test_long_list_is_cut_with_its_number() -> None:
    stories = tuple(ToldStory(replace(PAY, story=f"s{n}", thread=f"t{n}")) for n in range(50))
    assert "- and 10 more: `watchfloor stories`" in markdown(Handover(NOW, NOW, stories=stories), "UTC")


CORRECTION = replace(
    FOLLOWS,
    article=article("CORRECTED: two wounded at al-Balad, not three"),
    changes=("CORRECTED: 3 -> 2 wounded",),
)


def test_a_correction_heads_its_event_at_the_severity_of_what_it_corrects() -> None:
    shown = markdown(Handover(NOW - 12 * HOUR, NOW, (ToldStory(ROCKETS), ToldStory(CORRECTION))), "UTC")
    told = shown[shown.index("### Immediate: 1") : shown.index("## Acknowledged")]
    assert told.splitlines()[2] == "- CORRECTED: two wounded at al-Balad, not three"
    assert "CORRECTED: 3 -\\> 2 wounded" in told
    assert "### Priority" not in told


def test_a_correction_is_named_under_what_came_after_it() -> None:
    later = replace(
        ROCKETS, story="s5", created=NOW, article=article("Second attack hits base at al-Balad"), changes=()
    )
    shown = markdown(Handover(NOW - 12 * HOUR, NOW, (ToldStory(CORRECTION), ToldStory(later))), "UTC")
    told = shown[shown.index("### Immediate: 1") : shown.index("## Acknowledged")].splitlines()
    assert told[2] == "- Second attack hits base at al-Balad"
    assert any(each.endswith(": CORRECTED: two wounded at al-Balad, not three") for each in told)
