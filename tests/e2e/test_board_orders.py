"""What people do on the board: it is the daemon that does it, signed with their name, and nobody else's page can."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest
from lxml import html

from tests.e2e.board import NEWS, TOKEN, Floor


@pytest.fixture(scope="module")
def noor(board: Floor) -> Floor:
    return board.signed_in("Noor")


def story_of(board: Floor, number: int) -> str:
    [story] = [
        each["story"]
        for each in board.api("/stories?range=24h")["stories"]
        if each["headline"] == NEWS[number][0].strip()
    ]
    return str(story)


def test_who_has_not_signed_in_only_reads(board: Floor) -> None:
    story = story_of(board, 0)
    page = board.get("/stories").text
    assert "Sign in" in page
    assert "Acknowledge</button>" not in page
    refused = board.post(f"/stories/{story}/ack", {"key": board.key()})
    assert refused.status == 403
    assert "You may only read here." in refused.text
    for path in (f"/stories/{story}/ack", "/silences", "/sign-out"):
        assert board.get(path).status == 405, "no GET changes anything"


def test_token_is_asked_for(board: Floor) -> None:
    wrong = board.post("/sign-in", {"key": board.key(), "name": "Noor", "token": "guessed", "back": "/handover"})
    assert (wrong.status, "That is not the token of this board" in wrong.text) == (403, True)
    form = html.fromstring(wrong.text).xpath("//form[@action='/sign-in']")[0]
    assert {name: form.fields[name] for name in ("name", "token", "back")} == {
        "name": "Noor",
        "token": None,
        "back": "/handover",
    }
    assert board.post("/sign-in", {"key": board.key(), "name": " ", "token": TOKEN}).status == 400
    guess = {"key": board.key(), "name": "Noor", "token": "guessed"}
    with ThreadPoolExecutor(4) as guessing:
        guesses = [guessing.submit(board.post, "/sign-in", guess) for _ in range(4)]
        sleep(0.3)
        assert board.signed_in("Sami").cookies["watchfloor"]
        assert not all(each.done() for each in guesses), "who has the token does not wait for those who guess"
    assert board.running.says_times(r"wrong token remote=127\.0\.0\.1", 5)
    assert board.post("/sign-in", {"name": "Noor", "token": TOKEN}).status == 403, "a form without its key"


def test_form_of_another_page_does_nothing(noor: Floor) -> None:
    """T44: not even with the cookie, which a browser would send along."""
    story, key = story_of(noor, 0), noor.key()
    path = f"/stories/{story}/ack"
    cases: list[tuple[dict[str, str], dict[str, str]]] = [
        ({"Origin": "https://evil.example"}, {"key": key}),
        ({"Origin": "null"}, {"key": key}),
        ({"Origin": "https://evil.example", "Authorization": "Bearer eyJ"}, {}),
        ({}, {}),
        ({}, {"key": "0" * 64}),
    ]
    for headers, form in cases:
        assert noor.post(path, form, headers).status == 403
    assert noor.api(f"/stories/{story}")["told"]["ack"] is None


def test_ack_is_signed_shown_and_said_once(noor: Floor) -> None:
    story = story_of(noor, 0)
    done = noor.post(f"/stories/{story}/ack", {"key": noor.key(), "back": f"/stories#{story}"})
    assert (done.status, done.headers["Location"]) == (303, f"/stories#{story}")
    assert "Acknowledged by Noor, on the board" in noor.get("/stories").text
    assert "Acknowledged by Noor, on the board" not in noor.get("/stories").text
    assert noor.api(f"/stories/{story}")["told"]["ack"]["by"].startswith("Noor, on the board (login ")
    assert story in {each["story"] for each in noor.api("/stories?state=acknowledged")["stories"]}
    told = noor.desk.run("handover").stdout
    assert "Noor, on the board" in told
    assert any(each["what"] == "ack" and "Noor" in each["who"] for each in noor.api("/log")["entries"])


def test_note_is_kept_with_its_story(noor: Floor) -> None:
    story, note = story_of(noor, 1), "<i>seen</i> on two channels, \u202ecalled the desk"
    assert noor.post(f"/stories/{story}/note", {"key": noor.key(), "text": " "}).status == 400
    done = noor.post(f"/stories/{story}/note", {"key": noor.key(), "text": note, "back": f"/stories/{story}#notes"})
    assert (done.status, done.headers["Location"]) == (303, f"/stories/{story}#notes")
    [kept] = noor.api(f"/stories/{story}")["notes"]
    assert kept["text"] == "<i>seen</i> on two channels, called the desk"
    assert kept["by"].startswith("Noor, on the board")
    assert "&lt;i&gt;seen" in noor.get(f"/stories/{story}").text
    assert [each["lines"] for each in noor.api("/log?what=note")["entries"]] == [[story]]


def test_silence_begins_is_shown_and_ends(noor: Floor) -> None:
    story = story_of(noor, 3)
    form = {"key": noor.key(), "scope": "story", "value": story, "back": "/stories"}
    refused = noor.post("/silences", {"for": "soon", "reason": "drill"} | form)
    assert (refused.status, "write how long" in refused.text) == (400, True)
    assert noor.post("/silences", {"for": "4h", "reason": ""} | form).status == 400
    assert noor.post("/silences", {"for": "4h", "reason": "an <b>exercise</b>"} | form).status == 303
    [held] = [each for each in noor.api("/stories?state=silenced")["stories"] if each["story"] == story]
    [silence] = held["silences"]
    assert (silence["reason"], silence["scope"]) == ("an <b>exercise</b>", "story")
    assert "an &lt;b&gt;exercise&lt;/b&gt;" in noor.get(f"/stories/{story}").text
    assert noor.post(f"/silences/{silence['id']}/end", {"key": noor.key(), "back": "/log"}).status == 303
    assert story not in {each["story"] for each in noor.api("/stories?state=silenced")["stories"]}
    wrong = noor.post("/silences/q999/end", {"key": noor.key()})
    assert (wrong.status, "no silence" in wrong.text) == (409, True)


@pytest.mark.parametrize(
    ("scope", "value", "words"),
    [
        ("rule", "milita", 'there is no rule "milita" (did you mean "militia"?)'),
        ("outlet", "Souce s1", 'there is no outlet "Souce s1"'),
        ("entity", "kataib", 'there is no entity or kind "kataib"'),
        ("story", "s-nobody", "s-nobody"),
    ],
)
def test_silence_on_a_misspelt_name_is_refused(board: Floor, scope: str, value: str, words: str) -> None:
    form = {"scope": scope, "value": value, "for": "1h", "reason": "drill"}
    before = board.api("/log")["silences"]
    refused = board.post("/api/v1/silences", form, {"Authorization": f"Bearer {TOKEN}"})
    assert refused.status == 409
    assert words in refused.json["error"]
    assert board.api("/log")["silences"] == before


def test_source_is_polled_at_once_but_not_hurried(noor: Floor) -> None:
    """Where it was polled in the last 30 s, as in a test that runs alone, the first order is refused as well."""
    form, as_json = {"key": noor.key()}, {"Accept": "application/json"}
    before = sum("polled source=s2" in line for line in noor.running.log)
    polled = noor.post("/sources/s2/poll", form, as_json)
    if polled.status == 200:
        assert polled.json["said"] == "s2 is polled now."
        assert noor.running.says_times("polled source=s2", before + 1)
    again = noor.post("/sources/s2/poll", form, as_json)
    assert again.status == 409
    assert "ask again after 30 s" in again.json["error"]
    assert noor.post("/sources/nobody/poll", {"key": noor.key()}).status == 409


def test_message_goes_again_by_a_program_that_has_the_token(board: Floor) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}", "X-Name": "siem"}
    sent = [each for each in board.api("/deliveries?state=sent")["deliveries"] if each["is_story"]][-1]
    before = len(board.desk.hook.accepted)
    path = f"/api/v1/deliveries/{sent['id']}/resend"
    began = monotonic()
    guessed = board.post(path, headers={"Authorization": "Bearer guessed"})
    assert (guessed.status, guessed.json["error"].startswith("Send the token of this board")) == (401, True)
    assert guessed.headers["WWW-Authenticate"] == "Bearer"
    assert monotonic() - began >= 1, "a guess waits as one in the form does"
    done = board.post(path, headers=bearer)
    assert done.status == 200, done.text
    assert done.json["said"].startswith(f"{sent['id']} goes again as ")
    assert board.running.says(f"subject={sent['subject']} kind=alert .* state=sent attempt=2")
    assert len(board.desk.hook.accepted) > before
    orders = [each for each in board.api("/log?what=order")["entries"] if "resend" in each["title"]]
    assert orders[0]["who"].startswith("siem, on the board")


def test_what_is_no_form_is_refused_in_words(board: Floor) -> None:
    path, bearer = "/api/v1/silences", {"Authorization": f"Bearer {TOKEN}"}
    for kind in ("multipart/form-data", "application/json", "text/plain"):
        refused = board.post(path, {"for": "1h"}, bearer | {"Content-Type": kind})
        assert (refused.status, refused.json) == (415, {"error": "A form is sent as application/x-www-form-urlencoded"})
    headers = bearer | {"Content-Type": "application/x-www-form-urlencoded"}
    assert board.ask("POST", path, "\xff\xfe", headers).status == 400
    other = headers | {"Content-Type": f"{headers['Content-Type']}; charset=x"}
    assert board.ask("POST", path, "for=1h", other).status == 400
    assert board.ask("TRACE", "/api/v1/day").headers["Allow"] == "GET,HEAD"


def test_signing_out_ends_it(board: Floor) -> None:
    other = board.signed_in("Sami")
    assert "Sami" in other.get("/stories").text
    assert other.post("/sign-out", {"key": other.key("/stories"), "back": "/stories"}).status == 303
    other.cookies["watchfloor"] = ""
    assert "Sign in" in other.get("/stories").text


def test_an_ack_that_was_a_slip_is_taken_back(noor: Floor) -> None:
    story = story_of(noor, 3)
    form = {"key": noor.key(f"/stories/{story}"), "back": f"/stories/{story}"}
    assert "ack/undo" not in noor.get(f"/stories/{story}").text
    assert noor.post(f"/stories/{story}/ack", form).status == 303
    for path in (f"/stories/{story}", "/stories?range=24h"):
        assert f'action="/stories/{story}/ack/undo"' in noor.get(path).text, path
    assert noor.post(f"/stories/{story}/ack/undo", form).status == 303
    assert "The acknowledgement by Noor, on the board" in noor.get(f"/stories/{story}").text
    assert noor.api(f"/stories/{story}")["told"]["ack"] is None
    assert "nobody has acknowledged this" in noor.post(f"/stories/{story}/ack/undo", form).text
    titles = [each["title"] for each in noor.api("/log?range=24h")["entries"] if story in each["title"]]
    assert any("is taken back" in each for each in titles)
    assert f"{story} acknowledged" in titles
