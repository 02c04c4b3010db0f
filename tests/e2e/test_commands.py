"""The commands' fixed contracts: what others read of `match`, `replay`, `check`, `explain`, `backtest`, `suggest`."""

from __future__ import annotations

import gzip
import json
import re
import shlex
from typing import Any

import pytest

from alerts.cli import COMMANDS
from alerts.demo import show
from alerts.store.stamp import STAMP
from crawler.store.db import DATABASE
from tests.e2e.conftest import Desk
from tests.e2e.servers import rss
from tests.e2e.starting import start

LINES: list[dict[str, Any]] = [
    {"id": "one", "title": "A militia moves", "source": "Wire", "published": "2026-06-14T10:00:00Z"},
    {"title": "Quiet day", "url": "https://a.example/q"},
    {"title": "A militia moves", "source": "Courier", "first_seen": "2026-06-14T10:30:00Z"},
    {"id": "one", "title": "A militia moves at dawn", "source": "Wire", "first_seen": "2026-06-14T11:00:00Z"},
    {"title": "Militia of old", "first_seen": "2026-06-14T11:10:00Z", "published": "2026-06-01T00:00:00Z"},
    {"title": "تحرك ميليشيا", "text": "ليلا", "first_seen": "2026-06-14T12:00:00Z"},
]


def write(desk: Desk, lines: list[dict[str, Any]] = LINES) -> str:
    desk.write("/a.xml")
    path = desk.place / "articles.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as handle:
        handle.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return str(path)


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_match_gives_ids_rules_and_hits_with_offsets(desk: Desk) -> None:
    found = rows(desk.run("match", "--json", write(desk)).stdout)
    assert [row["id"] for row in found] == ["one", "https://a.example/q", "line:3", "one", "line:5", "line:6"]
    assert found[1] == {"id": "https://a.example/q", "matches": []}
    (match,) = found[5]["matches"]
    hit = {
        "term": "ميليشيا",
        "alias": "ميليشيا",
        "field": "title",
        "start": 5,
        "end": 12,
        "text": "ميليشيا",
        "disguised": False,
    }
    assert match == {"rule": "militia", "severity": "priority", "score": None, "hits": [hit], "why": ""}


def test_match_reads_a_text_whose_first_line_is_the_title_and_standard_input(desk: Desk) -> None:
    desk.write("/a.xml")
    (desk.place / "story.txt").write_text("\nQuiet headline\n\nA militia in the text.\n", encoding="utf-8")
    (row,) = rows(desk.run("match", "--json", "story.txt").stdout)
    assert [(hit["field"], hit["text"]) for hit in row["matches"][0]["hits"]] == [("body", "militia")]
    (row,) = rows(desk.run("match", "--json", "-", stdin='{"title": "militia"}\n').stdout)
    assert (row["id"], len(row["matches"])) == ("line:1", 1)


def test_match_takes_a_headline_and_a_headline_a_line(desk: Desk) -> None:
    desk.write("/a.xml")
    headline = "A militia moves on " + "بلد " * 80  # longer than the name of a file may be
    (row,) = rows(desk.run("match", "--json", headline).stdout)
    assert (row["id"], [match["rule"] for match in row["matches"]]) == (headline.strip(), ["militia"])
    said = desk.run("match", "-", stdin="\n[Live] A militia moves\nQuiet day: 3 goals\n").stdout
    assert said.splitlines() == [
        "line:2: [Live] A militia moves",
        '  militia (priority): militia: "militia" in title',
        "line:3: Quiet day: 3 goals",
        "  no rule matches",
    ]
    assert desk.run("explain", "-", stdin="Quiet day\n").stdout.startswith("matches no rule\n")


LISTED = "Militia seizes bridge\nCity wins the cup, 3-1\nميليشيا تهاجم قاعدة\n"
TEXTS = [
    ("a headline a line", LISTED, ["Militia seizes bridge", "City wins the cup, 3-1", "ميليشيا تهاجم قاعدة"]),
    ("an empty line makes it one", LISTED.replace("\n", "\n\n", 1), ["Militia seizes bridge"]),
    ("two lines", "Quiet day\nA militia moves", ["Quiet day"]),
    ("wrapped", "Quiet day\nThe governor said that the\nroads are open again, and", ["Quiet day"]),
    ("sentences", "Quiet day\nThe governor spoke.\nThe roads are open.", ["Quiet day"]),
    ("a long line", "Quiet day\nNobody came\n" + "Roads " * 40, ["Quiet day"]),
]


@pytest.mark.parametrize(("text", "titles"), [each[1:] for each in TEXTS], ids=[each[0] for each in TEXTS])
def test_a_text_file_is_one_article_or_a_list_of_headlines(desk: Desk, text: str, titles: list[str]) -> None:
    desk.write("/a.xml")
    (desk.place / "today.txt").write_text(text, encoding="utf-8")
    done = desk.run("match", "today.txt")
    heads = [line for line in done.stdout.splitlines() if not line.startswith("  ")]
    assert [line.partition(": ")[2] for line in heads] == titles
    assert (f"today.txt: read as {len(titles)} headlines, one a line" in done.stderr) == (len(titles) > 1)


def test_the_books_of_the_demo_name_every_state() -> None:
    said: list[str] = []
    show.run(said.append)
    text = "\n".join(said)
    queued = int(re.findall(r"decisions: (\d+) queued", text)[0])
    [states] = re.findall(r"Of those queued: (.*); nothing unaccounted for", text)
    named = {name: int(n) for n, name in re.findall(r"(\d+) (\w+)", states)}
    assert sum(named.values()) == queued
    assert {"sent", "folded"} <= set(named)
    assert "Map: Taqaddum air base, geo:33.34,43.6" in text


def test_the_words_that_the_demo_prints_lead_to_its_desk(desk: Desk) -> None:
    desk.write("/a.xml")
    words = show.reached(desk.place / "rules.yaml", desk.place / "an other var")
    done = desk.run("ack", "last", *shlex.split(words), expect=1)
    assert f"no store in {desk.place / 'an other var'}" in done.stderr


NO_TEXT = [
    (("match", "storry.txt"), "", 'there is no file "storry.txt"'),
    (("explain", "here/story"), "", 'there is no file "here/story"'),
    (("match", "-"), "\n\n", "standard input holds no article"),
    (("match", " "), "", "there is nothing to judge"),
    (("match", "s6266jwhg4azv0t"), "", "watchfloor explain s6266jwhg4azv0t judges what is stored"),
    (("explain", "s6266jwhg4azv0t"), "", "no store in"),
    (("match", "tests/"), "", 'there is no file "tests/"'),
]


@pytest.mark.parametrize(("words", "stdin", "said"), NO_TEXT, ids=[" ".join(words) for words, _, _ in NO_TEXT])
def test_what_is_no_text_is_refused_by_what_it_looks_like(
    desk: Desk, words: tuple[str, ...], stdin: str, said: str
) -> None:
    desk.write("/a.xml")
    done = desk.run(*words, stdin=stdin, expect=1)
    assert said in done.stderr
    assert done.stdout == ""


def test_event_is_printed_of_what_matches_no_rule(desk: Desk) -> None:
    desk.write("/a.xml", settings="backfill: 6h")
    lists = "lists: {deed-strike: [strike~], standing-denied: [denies]}\nrules:\n"
    desk.rules.write_text(desk.rules.read_text(encoding="utf-8").replace("rules:\n", lists), encoding="utf-8")
    lines = desk.run("match", "Jets strike depot in Kifri").stdout.splitlines()
    assert lines == ["Jets strike depot in Kifri", "  event: strike; in Kifri", "  no rule matches"]
    assert desk.run("explain", "Jets strike depot in Kifri").stdout.splitlines()[:2] == [
        "matches no rule",
        "event: strike; in Kifri",
    ]


def test_faulty_lines_are_named_and_cost_no_other(desk: Desk) -> None:
    desk.write("/a.xml")
    stdin = (
        '{"title": "militia"}\nnot json\n[1]\n{"text": "x"}\n{"title": 7}\n{"title": "militia", "published": "noon"}\n'
    )
    done = desk.run("match", "--json", "-", stdin=stdin, expect=1)
    assert len(rows(done.stdout)) == 1
    assert [line.split(": ")[2] for line in done.stderr.splitlines()] == [f"line {n}" for n in range(2, 7)]


def test_replay_goes_by_the_clock_and_accounts_for_everything(desk: Desk) -> None:
    done = desk.run("replay", "--json", "--from", write(desk))
    found = rows(done.stdout)
    lines = [row for row in found if "id" in row]
    assert [(row["id"], row["relation"]) for row in lines] == [
        ("one", "new"),
        ("https://a.example/q", "new"),
        ("line:3", "duplicate"),
        ("one", "revised"),
        ("line:5", "new"),
        ("line:6", "new"),
    ]
    assert lines[0]["story"] == lines[2]["story"] == lines[3]["story"]
    assert [row["evidence"][:12] for row in lines[:3]] == ["", "", "same text as"]
    told = [[(each["kind"], each["state"], each["reason"]) for each in row["deliveries"]] for row in lines]
    assert told == [
        [("alert", "queued", "first_article")],
        [],
        [("edit", "suppressed", "told")],
        [("edit", "suppressed", "told")],
        [("alert", "suppressed", "stale")],
        [("alert", "queued", "first_article")],
    ]
    assert lines[0]["deliveries"][0]["receiver"] == "hook"
    (by_time,) = [row for row in found if "id" not in row]
    assert (by_time["at"], by_time["deliveries"][0]["kind"]) == ("2026-06-14T12:00:00Z", "digest")
    assert "ledger without remainder" in done.stderr
    assert desk.run("replay", "--json", "--from", write(desk)).stdout == done.stdout


def test_explain_names_the_nearest_miss_and_a_stored_article(desk: Desk) -> None:
    desk.write("/a.xml")
    done = desk.run("explain", "--rule", "militia", "-", stdin='{"title": "quiet"}\n')
    assert "nearest: 0 of 2 clauses; missing: any of(militia, ميليشيا)" in done.stdout
    assert done.stdout.startswith("does not match militia: 0 of 2 clauses; missing: any of(militia, ميليشيا)\nevent: ")


def test_explain_says_without_a_rule_what_the_nearest_lacks(desk: Desk) -> None:
    desk.write("/a.xml")
    said = desk.run("explain", "Militias move").stdout
    assert said.startswith(
        "matches no rule\nevent: none: no deed is told with who did it, to whom, or where\nMilitias move\nnearest rules:\n"
    )
    assert "\n  1. militia: lacks 1\n" in said
    assert 'nearest word seen: "Militias", like "militia"' in " ".join(said.split())
    said = desk.run("explain", "A militia moves").stdout
    assert said.startswith("matches militia, priority\nevent: ")
    assert "nearest" not in said
    (row,) = rows(desk.run("explain", "--json", "Militias move").stdout)
    assert row["nearest"][0]["lacks"][0]["alike"]["text"] == "Militias"


def test_explain_takes_several_and_tells_each_by_itself(desk: Desk) -> None:
    desk.write("/a.xml")
    (desk.place / "list.txt").write_text("Militias move\nA militia rests\nCity wins the cup, 3-1\n", encoding="utf-8")
    *found, last = desk.run("explain", "A militia moves", "list.txt").stdout.split("\n\n")
    verdicts = [each.splitlines()[0] for each in found]
    assert verdicts == ["matches militia, priority", "matches no rule", "matches militia, priority"]
    assert last.startswith("matches no rule\n")
    said = desk.run("explain", "-", stdin="A militia moves\nQuiet day: 3 goals\n").stdout
    assert [each.splitlines()[2] for each in said.split("\n\n")] == [
        "line:1: A militia moves",
        "line:2: Quiet day: 3 goals",
    ]
    assert len(rows(desk.run("explain", "--json", "A militia moves", "Quiet day, no news").stdout)) == 2
    assert "is a single word; write each headline in quotes" in desk.run("explain", "Militias", "move", expect=2).stderr
    for given, code, words in (
        (("A militia moves", "nofile.jsonl"), 1, 'there is no file "nofile.jsonl"'),
        (("Militias", "nofile.jsonl"), 1, 'there is no file "nofile.jsonl"'),
        (("A militia moves", ""), 1, "what is given is empty"),
        (("Baghdad", "last"), 2, '"Baghdad" is a single word'),
    ):
        assert words in " ".join(desk.run("explain", *given, expect=code).stderr.split())


def test_match_takes_several_headlines_and_no_unquoted_one(desk: Desk) -> None:
    desk.write("/a.xml")
    (desk.place / "story.txt").write_text("A militia parades\n\nText.\n", encoding="utf-8")
    found = rows(desk.run("match", "--json", "A militia moves", "Quiet day", "story.txt").stdout)
    assert [len(each["matches"]) for each in found] == [1, 0, 1]
    said = " ".join(desk.run("match", "A", "militia", "moves", expect=2).stderr.split())
    assert '"A" is a single word; write each headline in quotes' in said
    assert "or pipe them into watchfloor match -, one a line" in said


def test_backtest_counts_by_rule_and_compares(desk: Desk) -> None:
    path = write(desk)
    (counts,) = rows(desk.run("backtest", "--json", "--from", path).stdout)
    assert counts["rules"] == [{"rule": "militia", "matches": 5, "per_day": 5.0}]
    other = desk.place / "other.yaml"
    other.write_text(desk.rules.read_text().replace("militia,", "quiet,"), encoding="utf-8")
    (changes,) = rows(desk.run("backtest", "--json", "--from", path, "--against", "other.yaml").stdout)
    (change,) = changes["rules"]
    assert [each["title"] for each in change["lost"]] == ["Quiet day"]
    assert len(change["gained"]) == 4


def test_backtest_against_a_copy_without_its_included_files_says_so_in_one_sentence(desk: Desk) -> None:
    path = write(desk)
    (desk.place / "old").mkdir()
    old = desk.place / "old" / "rules.yaml"
    text = desk.rules.read_text().replace("version: 1\n", "version: 1\ninclude: [words/*.yaml, names.yaml]\n")
    old.write_text(text, encoding="utf-8")
    (said,) = desk.run("backtest", "--from", path, "--against", str(old), expect=1).stderr.splitlines()
    assert said.startswith(f"watchfloor: {old} includes 2 files that {old.parent} does not have. Copy the whole folder")
    (old.parent / "words").mkdir()
    for name in ("names.yaml", "words/a.yaml"):
        (old.parent / name).write_text("lists: {}\n", encoding="utf-8")
    assert "0 rules differ on 6 articles" in desk.run("backtest", "--from", path, "--against", str(old)).stdout
    old.write_text(text.replace("priority", "dire"), encoding="utf-8")
    assert "dire" in desk.run("backtest", "--from", path, "--against", str(old), expect=1).stderr


def test_check_ends_with_one_line_and_strict_fails_on_warnings(desk: Desk) -> None:
    desk.write("/a.xml")
    done = desk.run("check")
    assert "warning" in done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith("rules.yaml: ok; 1 rule, 1 source, 0 entities, 0 tests hold")
    desk.run("check", "--strict", expect=1)


def test_check_measures_the_rules_on_labels(desk: Desk) -> None:
    labelled: list[dict[str, Any]] = [
        {"id": "0", "title": "A militia moves", "severity": "priority"},
        {"id": "2", "title": "Troops leave", "severity": "immediate"},
        {"id": "3", "title": "Football", "severity": "none", "off_topic": True},
    ]
    done = desk.run("check", "--labels", write(desk, labelled), "--misses")
    heading, halves, *figures = done.stdout.splitlines()
    assert heading.endswith("articles.jsonl.gz: 3 labelled items; tune on half A, believe half B")
    assert halves.split() == ["half", "A", "half", "B"]
    assert figures[0].split() == ["wanted", "items", "that", "a", "rule", "matches", "0/1", "0%", "1/1", "100%"]
    assert figures[4].split() == ["off-topic,", "not", "matched", "1/1", "100%", "0/0"]
    assert figures[6] == "wanted items that a rule matches: labelled immediate, told none: Troops leave"
    assert not (desk.place / "var").exists()
    desk.run("check", "--misses", expect=2)
    (desk.place / "labels.tsv").write_text("key\tseverity\n")
    assert "name their file too, with --from" in desk.run("check", "--labels", "labels.tsv", expect=1).stderr


def test_suggest_shows_the_forms_of_a_word(desk: Desk) -> None:
    found = [line.split() for line in desk.run("suggest", "strike~").stdout.splitlines()]  # it needs no rules
    assert found[2:4] == [["either", "struck"], ["passive", "stricken"]]
    assert 'write "strike~"' in desk.run("suggest", "struck~", expect=1).stderr


# what each command ends with: 0 it did what was asked, 1 what was named is not there or did not work, 2 wrong usage
CODES: list[tuple[str, int]] = [
    ("nonsense", 2),
    ("run --once --at -", 2),
    ("run --nonsense", 2),
    ("run --once -c missing.yaml", 1),
    ("demo --nonsense", 2),
    ("board --nonsense", 2),
    ("board --at nowhere", 2),
    ("check", 0),
    ("check -c missing.yaml", 1),
    ("check --misses", 2),
    ("fmt --nonsense", 2),
    ("fmt -c missing.yaml", 1),
    ("fmt", 0),
    ("fmt --check", 0),
    ("match", 2),
    ("match quiet", 0),
    ("match missing.txt", 1),
    ("explain", 2),
    ("explain quiet", 0),
    ("explain quiet --rule nobody", 1),
    ("explain a00", 1),
    ("backtest --since soon", 2),
    ("backtest --from missing.jsonl", 2),
    ("backtest --since 9d", 0),
    ("rematch --since soon", 2),
    ("rematch --since 9d", 0),
    ("rematch --preview --since soon", 2),
    ("rematch --preview", 0),
    ("translate", 2),
    ("translate quiet", 1),  # no service is set
    ("suggest", 2),
    ("suggest nobody", 1),
    ("suggest strike~", 0),
    ("store", 2),
    ("store copy missing.db there.db", 1),
    ("schema", 0),
    ("schema more", 2),
    ("fmt --nonsense", 2),
    ("replay", 2),
    ("replay --from missing.jsonl", 2),
    ("ack", 2),
    ("ack a00", 1),
    ("ack last --undo", 1),
    ("ack last", 1),  # nothing was told yet
    ("silence", 2),
    ("silence add --text x --for 4h", 2),
    ("silence add --text x --reason x --until dawn", 2),
    ("silence add --story s00 --reason x --for 4h", 1),
    ("silence add --text x --reason x --for 4h", 0),
    ("silence list", 0),
    ("silence end q9", 1),
    ("silence end last", 0),
    ("handover --since tomorrow", 2),
    ("handover", 0),
    ("stories --since 2999-01-01", 2),
    ("stories --since yesterday", 0),
    ("stories --told", 0),
    ("stories --story s00", 1),
    ("feedback s1", 2),
    ("feedback s00 not", 1),
    ("feedback", 0),
    ("feedback --tests", 0),
    ("search", 2),
    ("search ...", 2),
    ("search quiet", 0),
    ("sources", 0),
    ("sources add", 2),
    ("sources try nobody", 1),
    ("sources evidence", 2),
    ("sources evidence a00", 1),
    ("log --since soon", 2),
    ("log", 0),
    ("deliveries", 0),
    ("deliveries --state nonsense", 2),
    ("deliveries show", 2),
    ("deliveries show d00", 1),
    ("deliveries resend last", 1),
    ("test-receiver", 2),
    ("test-receiver nobody", 1),
    ("test-receiver hook", 0),
    ("backup --keep 0", 2),
    ("backup", 0),
    ("restore", 2),
    ("restore missing.db", 1),
    ("doctor --nonsense", 2),
    ("doctor", 2),  # here it says that something is broken: no daemon runs
    ("verify --nonsense", 2),
    ("verify", 0),
    ("status --nonsense", 2),
    ("status", 0),
]


def test_each_command_ends_with_the_code_of_what_happened(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A quiet day", "guid": "1"}))
    desk.write("/a.xml")
    desk.run("run", "--once")
    ended = {}
    for words, _ in CODES:
        done = start("alerts", *words.split(), place=desk.place, environ=desk.environ())
        ended[words] = done.returncode
        assert bool(done.stderr.strip()) or not done.returncode, f"{words}: says nothing on standard error"
        assert "Traceback" not in done.stderr, words
    assert ended == dict(CODES)
    assert {words.split()[0] for words, code in CODES if code == 2} >= set(COMMANDS), "a command without a usage error"


def test_options_before_a_subcommand_count_as_its_own(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A quiet day", "guid": "1"}))
    desk.write("/a.xml")
    desk.run("run", "--once", "--state-dir", "there")
    for words in (("sources", "evidence", "last"), ("deliveries", "show", "last")):
        first, *rest = words
        refused = desk.run(*words, expect=1)
        assert f"no store in {desk.place / 'var'}" in refused.stderr
        before = desk.run(first, "--state-dir", "there", "--json", *rest, expect=0 if first == "sources" else 1)
        after = desk.run(*words, "--state-dir", "there", "--json", expect=0 if first == "sources" else 1)
        assert (before.stdout, before.stderr) == (after.stdout, after.stderr)
    assert "there is no message yet" in before.stderr
    twice = ("sources", "--state-dir", "nowhere", "evidence", "last", "--state-dir", "there", "--json")
    assert json.loads(desk.run(*twice).stdout)["form"] == "entry"


READERS = [
    ("status",),
    ("sources",),
    ("sources", "evidence", "a1"),
    ("stories",),
    ("search", "word"),
    ("deliveries",),
    ("deliveries", "show", "d1"),
    ("handover",),
    ("silence", "list"),
    ("log",),
    ("ack", "s1", "--by", "me"),
]


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_command_without_a_store_says_so_and_makes_none(desk: Desk, words: tuple[str, ...]) -> None:
    desk.write("/a.xml")
    done = desk.run(*words, expect=1)
    state = desk.place / "var"
    remedy = "has `watchfloor run` been started with this --state-dir?"
    assert done.stderr == f"watchfloor: no store in {state}; {remedy}\n"
    assert not state.exists()


LOST = [
    *READERS,
    ("explain", "a6266jwhg4azv0t"),
    ("suggest", "kataib"),
    ("backtest",),
    ("rematch",),
    ("rematch", "--preview"),
    ("verify",),
    ("backup",),
    ("deliveries", "resend", "d1"),
    ("silence", "add", "--rule", "militia", "--for", "1h", "--reason", "test"),
    ("silence", "end", "q1"),
]


def test_every_command_says_that_a_store_was_there_and_is_gone(desk: Desk) -> None:
    """Not "no store yet": the stamp beside it says which it was, and the words say how it comes back."""
    desk.outlet.serve("/a.xml", rss({"title": "A quiet day", "guid": "1"}))
    desk.write("/a.xml")
    with desk.rules.open("a", encoding="utf-8") as rules:
        rules.write("entities: {kataib: {aliases: [Kataib]}}\n")
    desk.run("run", "--once")
    state = desk.place / "var"
    stamp = json.loads((state / STAMP).read_text(encoding="utf-8"))
    for each in state.glob(f"{DATABASE}*"):
        each.unlink()
    for words in LOST:
        done = desk.run(*words, expect=1)
        for part in (
            "is gone or empty. It held store",
            stamp["store"][:8],
            f"life sign {stamp['sign']}",
            "watchfloor restore",
        ):
            assert part in done.stderr, (words, part, done.stderr)
        assert not (state / DATABASE).exists(), words
    explained = desk.run("explain", "A militia moves")  # which needs no store
    assert "matches militia" in explained.stdout
    assert "is gone or empty" in explained.stderr
    assert desk.run("suggest", "strike~").stderr == ""
    (state / DATABASE).touch()  # as `sqlite3 watchfloor.db` leaves it where the file is gone
    assert "is gone or empty" in desk.run("status", expect=1).stderr
