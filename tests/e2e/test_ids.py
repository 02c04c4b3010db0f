"""Every command that takes an id takes its beginning, in any case, and "last"; and refuses others with the remedy."""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.dated import item
from tests.e2e.running import daemon
from tests.e2e.servers import rss

SILENCE = ("--for", "4h", "--reason", "drill")
TAKING = [  # the words of a command, the letters of the kinds of ids that it takes
    (("ack", "ID"), "sdta"),
    (("silence", "add", "--story", "ID", *SILENCE), "sdta"),
    (("silence", "add", "--thread", "ID", *SILENCE), "std"),
    (("silence", "end", "ID"), "q"),
    (("explain", "ID"), "asdt"),
    (("stories", "--story", "ID"), "sdta"),
    (("stories", "--told", "--story", "ID"), "sdta"),
    (("deliveries", "show", "ID"), "d"),
    (("deliveries", "resend", "ID"), "d"),
    (("sources", "evidence", "ID"), "a"),
]
NAMES = [" ".join(words[:3]) for words, _ in TAKING]


@pytest.fixture
def told(desk: Desk) -> Desk:
    desk.outlet.serve("/a.xml", rss(item("A militia moves on Balad", "1"), item("A quiet day in Basra", "2")))
    desk.write("/a.xml")
    desk.run("run", "--once")
    desk.run("silence", "add", "--text", "flood", *SILENCE)
    return desk


def with_id(words: tuple[str, ...], identity: str) -> list[str]:
    return [identity if word == "ID" else word for word in words]


@pytest.mark.parametrize(("words", "letters"), TAKING, ids=NAMES)
def test_beginning_and_last_are_taken_wherever_an_id_is(told: Desk, words: tuple[str, ...], letters: str) -> None:
    printed = told.hook.accepted[0]["message"]
    story, delivery = re.findall(r"Story (s\w{14}), alert 1, delivery (d\w{14})", printed)[0]
    whole = {"s": story, "t": f"t{story[1:]}", "a": f"a{story[1:]}", "d": delivery, "q": "q1"}
    done = told.run(*with_id(words, "last"))
    # which it was is said each time: of a silence and what is sent again in the answer itself
    which = f"last: alert {delivery}, sent " if letters != "q" and "resend" not in words else ""
    assert which in done.stderr
    assert "A militia moves on Balad" in (done.stderr if which else "A militia moves on Balad")
    for letter in letters.replace("q", ""):  # the silence has ended with the first
        told.run(*with_id(words, whole[letter][:-2].upper()))
        assert "no rule matches" not in told.run(*with_id(words, whole[letter][-5:])).stdout, "it is no headline"


@pytest.mark.parametrize(("words", "letters"), TAKING, ids=NAMES)
def test_unknown_id_is_refused_with_what_ids_look_like(told: Desk, words: tuple[str, ...], letters: str) -> None:
    refused = told.run(*with_id(words, f"{letters[0]}00"), expect=1)
    assert refused.stdout == ""
    assert f'"{letters[0]}00" is the id of no ' in refused.stderr
    looks = re.findall(r"\b([astdq])\w+ \(\w+\)", refused.stderr)
    assert sorted(looks) == sorted(letters)
    assert re.search(r"  watchfloor \w+( \S+)? lists ", refused.stderr)


def test_running_daemon_reads_ids_likewise(told: Desk) -> None:
    with daemon(told) as running:
        assert running.says("running sources=1")
        assert "acknowledged by Noor" in told.run("ack", "LAST", "--by", "Noor").stdout
        assert re.fullmatch(
            r"d\w{14} goes again as d\w{14}\n  A militia moves on Balad\n",
            told.run("deliveries", "resend", "last").stdout,
        )
        assert "silence q1 on text flood has ended" in told.run("silence", "end", "last").stdout
        assert "ids look like" in told.run("ack", "s00", expect=1).stderr
