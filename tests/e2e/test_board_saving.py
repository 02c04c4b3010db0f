"""A rule that was tried is saved from the board, where settings.board_saves allows it: by the daemon, whole or not."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from lxml import html

from alerts.rules.config import load
from tests.e2e.board import Floor
from tests.e2e.saving import MORE, saving, write_desk
from tests.e2e.servers import rss, until

NEW = "- id: floods\n  title: Floods\n  match: [flood]\n  severity: flash\n  notify: [hook]\n"
CHANGED = "- id: parades\n  title: Parades\n  match: [parades, marches]\n  severity: priority\n  notify: [hook]\n"


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    with saving(tmp_path_factory.mktemp("saving")) as made:
        yield made.signed_in("Noor")


@pytest.fixture
def settled(floor: Floor) -> Floor:
    """Return the board with the rules in force that every test begins with."""
    write_desk(floor.desk, saves=True)
    (floor.desk.place / "desk" / "more.yaml").write_text(MORE, encoding="utf-8")
    until_in_force(floor)
    return floor


def until_in_force(floor: Floor) -> None:
    """Wait until the daemon goes by the files as they are.

    Its reloads cannot be counted: files changed and changed back within a second are not reloaded.
    """
    version = load(floor.desk.rules, resolve_secrets=False, environ={}).version
    until(lambda: floor.api("/health")["reload"]["version"] == version)


def tried(board: Floor, rule: str, **form: str) -> tuple[str, dict[str, Any]]:
    """Try a rule; return the path of its trial and its record at the end."""
    more = {"article": "A flood and parades"} | form
    begun = board.post("/try", {"key": board.key("/try"), "rule": rule, "how": "explain", **more})
    assert begun.status == 303, begun.text
    path = begun.headers["Location"]
    for _ in range(1800):
        record: dict[str, Any] = board.api(path)
        if record["trial"]["state"] != "running":
            return path, record["trial"]
        time.sleep(0.05)
    raise AssertionError(record)


def save(board: Floor, path: str) -> tuple[int, str]:
    done = board.post(f"{path}/save", {"key": board.key(path), "back": path}, {"Accept": "application/json"})
    return done.status, done.json.get("said") or done.json["error"]


def text(board: Floor, name: str = "desk/more.yaml") -> str:
    return (board.desk.place / name).read_bytes().decode()


def test_new_rule_is_saved_where_rules_live_and_alerts(settled: Floor) -> None:
    path, trial = tried(settled, NEW)
    assert "Save in desk/more.yaml</button>" in settled.get(path).text
    status, said = save(settled, path)
    assert status == 200, said
    assert said.startswith("Rule floods is saved in desk/more.yaml and in force: rules ")
    assert text(settled) == MORE + "".join(f"  {line}\n" for line in NEW.splitlines()), "comments and layout stay"
    assert text(settled, "desk/more.yaml.before") == MORE
    page = settled.get(path).text
    assert "Rule floods is saved in desk/more.yaml as it was tried here." in page
    assert not [each for each in ("nothing is saved", "Save in", "no rule floods is in force") if each in page]
    [entry] = [each for each in settled.api("/log?what=rules")["entries"] if "rule floods" in each["title"]]
    assert entry["who"].startswith("Noor, on the board (login ")
    assert entry["title"].endswith(", rule floods was saved in desk/more.yaml from the board")
    assert "+  - id: floods" in entry["diff"]
    assert "+  - id: floods" in trial["result"]["patch"]
    fresh = {"title": "A flood in Basra", "guid": "2", "date": format_datetime(datetime.now(UTC))}
    settled.desk.outlet.serve("/a.xml", rss(fresh))
    until(lambda: "floods" in {rule["rule"] for each in settled.api("/stories")["stories"] for rule in each["rules"]})
    refused = settled.post(f"{path}/save", {"key": settled.key(path), "back": path})
    [back] = html.fromstring(refused.text).xpath("//main//a[text()='Back to the trial, with its text']")
    assert (refused.status, back.get("href")) == (409, path)
    assert "title: Floods" in settled.get(path).text
    assert save(settled, path) == (409, "desk/more.yaml has this rule already, word for word; nothing was saved")


def test_new_rule_has_a_file_of_its_own_where_the_others_have(settled: Floor) -> None:
    folder = settled.desk.place / "desk"
    other, own = folder / "zz-other.yaml", folder / "floods.yaml"
    other.write_text(MORE.replace("parades", "fires").replace("Parades", "Fires"), encoding="utf-8")
    try:
        until_in_force(settled)
        path, trial = tried(settled, NEW)
        assert trial["result"]["patch"].startswith("--- /dev/null\n+++ b/desk/floods.yaml\n")
        page = settled.get(path).text
        assert "Save in a new file, desk/floods.yaml</button>" in page
        assert "floods.yaml.before" not in page
        status, said = save(settled, path)
        assert (status, said.startswith("Rule floods is saved in desk/floods.yaml and in force")) == (200, True), said
        assert "Before is in" not in said
        written = "".join(f"  {line}\n" for line in NEW.splitlines())
        assert text(settled, "desk/floods.yaml") == f"{MORE.splitlines()[0]}\nrules:\n{written}"
        assert "Rule floods is saved in desk/floods.yaml as it was tried here." in settled.get(path).text
        assert text(settled) == MORE
    finally:
        for each in (other, own):
            each.unlink(missing_ok=True)
        until_in_force(settled)


def test_rule_in_force_is_changed_in_its_place(settled: Floor) -> None:
    path, _ = tried(settled, CHANGED)
    assert save(settled, path)[0] == 200
    changed = text(settled)
    assert changed.startswith("# kept by the night shift: order and layout are ours\nrules:\n  # parades, since 2025\n")
    assert changed.endswith("".join(f"  {line}\n" for line in CHANGED.splitlines()))
    militia = "- id: militia\n  title: Militias\n  match: [militia]\n  severity: priority\n  notify: [hook]\n"
    before = text(settled, "rules.yaml")
    path, _ = tried(settled, militia)
    status, said = save(settled, path)
    assert (status, "saved in rules.yaml" in said) == (200, True), said
    assert text(settled, "rules.yaml.before") == before
    assert text(settled, "rules.yaml").startswith(before.partition("rules:\n")[0])


def test_what_can_never_hold_is_said_by_the_trial_and_by_the_reload(settled: Floor) -> None:
    assert "would go badly" not in settled.get(tried(settled, NEW)[0]).text
    match = "match: {all: [floods, {source: [nosuch]}], none: [floods]}"
    path, _ = tried(settled, re.sub(r"match: .*", match, NEW))
    words = ("asks for the source &#34;nosuch&#34;, and no source", "asks for &#34;floods&#34; and forbids it")
    page = settled.get(path).text
    assert ("would go badly" in page, *(each in page for each in words)) == (True, True, True)
    assert save(settled, path)[0] == 200
    for each in ('asks for the source "nosuch", and no source', 'asks for "floods" and forbids it; it never counts'):
        assert settled.running.says(f"WARNING .*in the rules in force: .*{each}")


def test_files_that_were_saved_since_the_trial_are_left_alone(settled: Floor) -> None:
    path, _ = tried(settled, NEW)
    more = settled.desk.place / "desk" / "more.yaml"
    more.write_text(f"{MORE}# by hand\n", encoding="utf-8")
    status, said = save(settled, path)
    assert status == 409
    assert said.startswith("the rules are no longer those that this rule was tried on (more.yaml was saved last, by ")
    assert text(settled) == f"{MORE}# by hand\n"
    path, _ = tried(settled, NEW)
    with settled.desk.rules.open("a", encoding="utf-8") as file:  # not the file that would be written
        file.write("# by hand\n")
    assert save(settled, path)[0] == 409
    assert text(settled) == f"{MORE}# by hand\n"


def test_what_is_wrong_is_said_and_nothing_is_written(settled: Floor) -> None:
    cases = (
        (NEW + "  tests: {match: [nothing of it]}\n", 'test of rule "floods" failed: expected a match'),
        (NEW.replace("  notify: [hook]\n", ""), "rule floods notifies nobody: add notify: [...]"),
        (NEW.replace("[hook]", "[nobody]"), "Only a rule whose trial has ended well"),
    )
    for rule, words in cases:
        path, _ = tried(settled, rule)
        assert "/save" not in settled.get(path).text
        status, said = save(settled, path)
        assert (status in {400, 409}, words in said) == (True, True), said
    more = settled.desk.place / "desk" / "more.yaml"
    path, _ = tried(settled, NEW)
    os.link(more, settled.desk.place / "other")
    assert "no file of one name" in save(settled, path)[1]
    (settled.desk.place / "other").unlink()
    assert text(settled) == MORE
    assert save(settled, "/try/0000")[0] == 404


def test_only_who_signed_in_saves_and_only_by_a_form_of_ours(settled: Floor) -> None:
    path, _ = tried(settled, NEW)
    reader = Floor(settled.desk, settled.running, settled.address)
    assert "/save" not in reader.get(path).text
    assert "Who has signed in may save it from here." in reader.get(path).text
    assert reader.post(f"{path}/save", {"key": reader.key()}).status == 403
    assert settled.post(f"{path}/save", {"key": settled.key()}, {"Origin": "https://evil.example"}).status == 403
    assert settled.get(f"{path}/save").status == 405
    assert text(settled) == MORE


def test_off_by_default_the_patch_is_shown_and_the_daemon_refuses(settled: Floor) -> None:
    write_desk(settled.desk, saves=False)
    until_in_force(settled)
    until(lambda: not settled.api("/try")["saves"])
    path, trial = tried(settled, NEW)
    page = settled.get(path).text
    assert "/save" not in page
    assert "what comes of it is a patch to paste." in page
    assert "+  - id: floods" in trial["result"]["patch"]
    status, said = save(settled, path)
    assert (status, text(settled)) == (409, MORE), said
    assert "settings.board_saves is not true; paste the patch" in said
