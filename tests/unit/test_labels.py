"""Rules measured on labels: the figures, the halves, both kinds of file, every fault; and the labels we ship."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from alerts.alert import Severity
from alerts.cli.check import command
from alerts.rules.labels import Label, LabelError, half, key_of, once, read_label, read_severity, read_table, shares
from tests.unit.desk import desk, rule

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "tests" / "labels"
SETS = {  # what is measured by, with what each reader wrote
    "articles": ("articles", "first-reader", "second-reader"),
    "drawn": ("drawn", "drawn-first", "drawn-second"),
}
RULES = rule("[militia]", name="m", severity="priority") + rule("[rocket]", name="k", severity="immediate")


def label(key: str, severity: str, *, wanted: bool = True, off_topic: bool = False) -> Label:
    return Label(key, read_severity(severity), wanted, off_topic)


# -- figures --------------------------------------------------------------------------------------------------------

JUDGED = [  # label, what the rules told
    (label("a", "flash"), "immediate"),
    (label("b", "immediate"), "flash"),
    (label("c", "immediate"), "priority"),
    (label("d", "immediate"), "none"),
    (label("e", "priority"), "immediate"),
    (label("f", "priority", wanted=False), "routine"),
    (label("g", "routine"), "none"),
    (label("h", "none", wanted=False), "none"),
    (label("i", "none", wanted=False), "flash"),
    (label("j", "none", wanted=False, off_topic=True), "none"),
    (label("k", "none", wanted=False, off_topic=True), "routine"),
    (label("l", "none", wanted=True), "routine"),
]
FIGURES = {  # name: found, of, keys of the others
    "wanted items that a rule matches": (5, 7, "dg"),
    "flash or immediate, told as such": (2, 4, "cd"),
    "told as flash or immediate, rightly": (2, 4, "ei"),
    "priority or higher, matched": (5, 6, "d"),
    "off-topic, not matched": (1, 2, "k"),
    "not to be told, not matched": (2, 5, "ikl"),
}


def test_figures_count_what_was_told_as_labelled() -> None:
    found = shares([each for each, _ in JUDGED], {each.key: read_severity(told) for each, told in JUDGED})
    assert {each.name: (each.found, each.of, "".join(other.key for other in each.others)) for each in found} == FIGURES
    assert [str(each) for each in found] == ["5/7 71%", "2/4 50%", "2/4 50%", "5/6 83%", "1/2 50%", "2/5 40%"]


def test_figures_of_nothing_are_no_shares() -> None:
    assert {str(each) for each in shares([], {})} == {"0/0"}


def test_key_is_of_dataset_link_and_title() -> None:
    text = "wire-2026\thttps://a.example/1\tهجوم"
    assert key_of("wire-2026", "https://a.example/1", "هجوم") == hashlib.sha1(text.encode()).hexdigest()[:16]
    assert len({key_of("a", "b", "c"), key_of("ab", "", "c"), key_of("a", "bc", "")}) == 3


def test_half_is_fixed_by_the_key() -> None:
    # the first byte of the SHA-256: "a" ca, "b" 3e, "0" 5f, "1" 6b
    assert [half(key) for key in ("a", "b", "0", "1")] == ["A", "A", "B", "B"]
    counted = Counter(half(f"key {number}") for number in range(2000))
    assert abs(counted["A"] - counted["B"]) < 200


# -- reading --------------------------------------------------------------------------------------------------------


def test_table_needs_two_columns_and_knows_three_more() -> None:
    assert read_table(["key\tseverity\n", "a\tflash\r\n", "\n", "b\tnone\n"]) == [
        Label("a", Severity.FLASH, wanted=True),
        Label("b", None, wanted=False),
    ]
    for name in ("wanted", "seed_like"):
        rows = [f"lang\t{name}\toff_topic\tseverity\tkey", "ar\t0\t0\troutine\ta", "en\t1\t1\tnone\tb"]
        assert read_table(rows) == [
            Label("a", Severity.ROUTINE, wanted=False),
            Label("b", None, wanted=True, off_topic=True),
        ]


def test_json_label_takes_truth_values_and_numbers() -> None:
    assert read_label("a", {"severity": "none", "wanted": True, "off_topic": 1}) == Label("a", None, True, True)
    assert read_label("a", {"severity": "flash", "wanted": False, "off_topic": None}).wanted is False
    assert read_label("a", {"severity": "flash", "wanted": None, "seed_like": 0}).wanted is False


HEAD = "key\tseverity\twanted\n"
FAULTS = [
    ("", 'the first line has no column "key"; it needs key and severity, with tabs between them'),
    ("key,severity\na,flash\n", 'the first line has no column "key"; it needs key and severity, with tabs between them'),
    ("key\tdeed\na\tstrike\n", 'the first line has no column "severity"; it needs key and severity, with tabs between them'),
    (HEAD + "a\tflsh\t1\n", 'line 2: "flsh" is no severity (did you mean "flash"?); allowed: routine, priority, immediate, flash, none'),
    (HEAD + "\n\na\t\t1\n", 'line 4: "" is no severity; allowed: routine, priority, immediate, flash, none'),
    (HEAD + "a\tflash\tyes\n", 'line 2: "wanted" is "yes"; allowed: 0, 1'),
    (HEAD + "a\tflash\t\n", 'line 2: "wanted" is ""; allowed: 0, 1'),
    (HEAD + "a\tflash\n", "line 2: 2 columns where the first line has 3"),
    (HEAD + "a\tflash\t1\t1\n", "line 2: 4 columns where the first line has 3"),
    (HEAD + "\tflash\t1\n", "line 2: an empty key; it names the item"),
    (HEAD + "a\tflash\t1\nb\tnone\t0\na\tnone\t0\n", 'line 4: "a" is labelled in line 2 already'),
    ("severity\tkey\nflash\n", "line 2: 1 columns where the first line has 2"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "message"), FAULTS)
def test_fault_in_a_table_is_named(table: str, message: str) -> None:
    with pytest.raises(LabelError) as caught:
        read_table(table.splitlines(keepends=True))
    assert str(caught.value) == message


def test_same_key_twice_is_named_with_both_lines() -> None:
    with pytest.raises(LabelError, match='line 9: "a" is labelled in line 3 already'):
        once([(3, label("a", "flash")), (9, label("a", "flash"))])


# -- the command ----------------------------------------------------------------------------------------------------

LINES: list[dict[str, Any]] = [
    {"id": "0", "title": "A militia moves", "severity": "priority"},
    {"id": "2", "title": "Rocket hits base", "severity": "immediate"},
    {"id": "1", "title": "Rocket science for children", "severity": "none", "off_topic": True},
    {"id": "3", "title": "Troops leave", "severity": "priority", "wanted": True},
    {"id": "8", "title": "A militia rests", "severity": "none", "wanted": False},
]


def run(place: Path, *words: str) -> Result:
    desk(place, RULES)
    return CliRunner().invoke(command, ["-c", str(place / "rules.yaml"), *words])


def lines_file(place: Path, rows: list[dict[str, Any]], name: str = "labels.jsonl") -> str:
    path = place / name
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return str(path)


def figures(done: Result) -> dict[str, tuple[str, str]]:
    """Return the printed figures by name, half A and half B."""
    _, _, *rows = done.stdout.splitlines()
    return {row[:38].strip(): (row[38:52].strip(), row[52:].strip()) for row in rows}


def total(done: Result, name: str) -> tuple[int, int]:
    """Return a figure over both halves."""
    parts = [re.findall(r"\d+", each)[:2] for each in figures(done)[name]]
    return sum(int(found) for found, _ in parts), sum(int(of) for _, of in parts)


def test_halves_are_told_apart(tmp_path: Path) -> None:
    done = run(tmp_path, "--labels", lines_file(tmp_path, LINES))
    assert done.exit_code == 0, done.stderr
    assert "5 labelled items; tune on half A, believe half B" in done.stdout
    in_a = {row["id"] for row in LINES if half(row["id"]) == "A"}
    assert (in_a, {row["id"] for row in LINES} - in_a) == ({"2", "3", "8"}, {"0", "1"})  # both halves have some
    assert figures(done) == {
        "wanted items that a rule matches": ("1/2 50%", "1/1 100%"),
        "flash or immediate, told as such": ("1/1 100%", "0/0"),
        "told as flash or immediate, rightly": ("1/1 100%", "0/1 0%"),
        "priority or higher, matched": ("1/2 50%", "1/1 100%"),
        "off-topic, not matched": ("0/0", "0/1 0%"),
        "not to be told, not matched": ("0/1 0%", "0/1 0%"),
    }
    assert done.stderr == ""


def test_gravest_match_counts(tmp_path: Path) -> None:
    rows = [{"id": "2", "title": "Militia rocket", "severity": "immediate"}]
    done = run(tmp_path, "--labels", lines_file(tmp_path, rows))
    assert figures(done)["flash or immediate, told as such"] == ("1/1 100%", "0/0")


def test_misses_are_those_of_half_a_only(tmp_path: Path) -> None:
    done = run(tmp_path, "--labels", lines_file(tmp_path, LINES), "--misses")
    assert [row for row in done.stdout.splitlines() if ": labelled " in row] == [
        "wanted items that a rule matches: labelled priority, told none: Troops leave",
        "priority or higher, matched: labelled priority, told none: Troops leave",
        "not to be told, not matched: labelled none, told priority: A militia rests",
    ]
    assert "Rocket science" not in done.stdout


def table_file(place: Path, rows: list[dict[str, Any]]) -> str:
    """Write the labels of the rows as a table, by keys of dataset, link and title."""
    path = place / "labels.tsv"
    cells = [
        (key_of("d", row["url"], row["title"]), row["severity"], str(int(row.get("wanted", row["severity"] != "none"))))
        for row in rows
    ]
    path.write_text("\n".join("\t".join(each) for each in [("key", "severity", "wanted"), *cells]))
    return str(path)


def test_table_finds_its_articles(tmp_path: Path) -> None:
    rows = [{**row, "url": f"https://a.example/{row['id']}", "dataset": "d"} for row in LINES]
    table = table_file(tmp_path, rows)
    other = {"title": "Not labelled", "dataset": "d"}
    twice = {**rows[0], "text": "Rocket"}  # the first of one key counts
    done = run(tmp_path, "--labels", table, "--from", lines_file(tmp_path, [other, *rows, twice], "a.jsonl.gz"))
    assert (done.exit_code, done.stderr) == (0, "")
    assert "5 labelled items" in done.stdout
    assert total(done, "wanted items that a rule matches") == (2, 3)
    assert total(done, "told as flash or immediate, rightly") == (1, 2)
    done = run(tmp_path, "--labels", table, "--from", lines_file(tmp_path, rows[:3]))
    assert done.stderr == f"{table}: 2 of 5 labels have no article in {tmp_path}/labels.jsonl\n"
    assert "3 labelled items" in done.stdout


def test_rules_that_fail_their_own_tests_are_not_measured(tmp_path: Path) -> None:
    path = desk(tmp_path, rule("[militia]").replace("severity:", "tests: {match: [quiet]}, severity:")).path
    done = CliRunner().invoke(command, ["-c", path, "--labels", lines_file(tmp_path, LINES)])
    assert (done.exit_code, done.stdout) == (1, "")
    assert 'test of rule "r" failed' in done.stderr


BAD_LINES = [
    ('{"title": "x", "severity": "flsh"}', 'line 1: "flsh" is no severity (did you mean "flash"?); allowed: routine, priority, immediate, flash, none'),
    ('\n{"title": "x"}', 'line 2: no "severity"; write one, or "none" for what should not be told'),
    ('\n\n{"title": "x", "severity": "none", "wanted": "false"}', 'line 3: "wanted" is "false"; allowed: 0, 1'),
    ('{"title": "x", "severity": "none"}\n[1]', "line 2: list instead of an object with at least a title"),
    ('{"severity": "none"}', 'line 1: no "title"; it is the one key that is needed'),
    ('{"title": "x", "severity": "none"}\n{"title": "x", "severity": "none"}', f'line 2: "{key_of("", "", "x")}" is labelled in line 1 already'),
    ("key\tseverity\na\tflash", "a table of labels holds no articles; name their file too, with --from"),
    ("", "no label with its article"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BAD_LINES)
def test_fault_in_lines_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(text)
    done = run(tmp_path, "--labels", str(path))
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"watchfloor: {path}: {message}\n")


def test_fault_is_told_of_the_file_it_is_in(tmp_path: Path) -> None:
    table, articles = tmp_path / "l.tsv", tmp_path / "a.jsonl"
    table.write_text("key\tseverity\na\tflash\n")
    articles.write_text('{"title": "x"}\n\nno article\n')
    done = run(tmp_path, "--labels", str(table), "--from", str(articles))
    assert done.exit_code == 1
    assert done.stderr.startswith(f"watchfloor: {articles}: line 3: not JSON (")
    articles.write_text('{"title": "x"}\n')
    done = run(tmp_path, "--labels", str(table), "--from", str(articles))
    told = f"{table}: 1 of 1 labels have no article in {articles}\nwatchfloor: {table}: no label with its article in {articles}\n"
    assert (done.exit_code, done.stderr) == (1, told)
    articles.write_bytes(b'{"title": "\xff"}\n')
    assert (
        f"watchfloor: {articles}: 'utf-8' codec"
        in run(tmp_path, "--labels", str(table), "--from", str(articles)).stderr
    )
    table.write_bytes(b"key\tseverity\n\xff\tflash\n")
    assert (
        f"watchfloor: {table}: 'utf-8' codec" in run(tmp_path, "--labels", str(table), "--from", str(articles)).stderr
    )
    packed = tmp_path / "l.tsv.gz"
    packed.write_bytes(b"key\tseverity\n")
    assert f"watchfloor: {packed}: Not a gzipped file" in run(tmp_path, "--labels", str(packed)).stderr


@pytest.mark.parametrize("words", [("--misses",), ("--from", "rules.yaml"), ("--labels", "absent.tsv")])
def test_usage(tmp_path: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(tmp_path, *words).exit_code == 2


# -- the labels we ship ---------------------------------------------------------------------------------------------

FLAG = {"0", "1"}
DEEDS = {
    *("assault", "strike", "threaten", "claim", "seize", "arrest", "kill", "accident", "negotiate", "agree", "deploy"),
    *("withdraw", "disarm", "law", "sanction", "visit", "statement", "trial", "other", "none"),
}
ALLOWED = {
    "dataset": {"iraq-arabic-2026-07", "iran-dashboard-2026", "mena-newsstand-2026-06", "iran-digest-2026-08-07"},
    "lang": {"ar", "en"},
    "seed_like": FLAG,
    "iran_security": FLAG,
    "iraq_security": FLAG,
    "off_topic": FLAG,
    "trap": {"", "sport", "culture", "tourism", "history", "namesake", "other-militia", "economy"},
    "severity": {"none", "routine", "priority", "immediate", "flash"},
    "sure": FLAG,
    "deed": DEEDS,
    "denied": FLAG,
}
SHARED = ("key", "dataset", "lang", "stratum")  # the columns that no reader fills in
COLUMNS = (*SHARED, *ALLOWED, "killed")


def shipped(name: str) -> dict[str, dict[str, str]]:
    with (SHIPPED / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    assert len({row["key"] for row in rows}) == len(rows)
    return {row["key"]: row for row in rows}


STRATA = {
    "articles": {"a": 210, "b": 90, "c": 20, "d": 40, "e": 40, "f": 30},
    "drawn": {"grave": 200, "priority": 90, "routine": 60, "none": 50},
}
OPTIONAL = {"trap"}  # columns that the newer readers were not asked for


@pytest.mark.parametrize(("name", "settled"), [(name, settled) for settled, names in SETS.items() for name in names])
def test_shipped_labels_are_of_the_items_drawn_and_allowed(name: str, settled: str) -> None:
    rows = shipped(name)
    drawn = shipped(settled)
    assert {key: [row[each] for each in SHARED] for key, row in rows.items()} == {
        key: [row[each] for each in SHARED] for key, row in drawn.items()
    }
    assert Counter(row["stratum"] for row in rows.values()) == STRATA[settled]
    for key, row in rows.items():
        assert set(COLUMNS) - OPTIONAL <= set(row) <= set(COLUMNS)
        assert len(key) == 16
        assert int(key, 16) >= 0
        wrong = {each: row[each] for each, values in ALLOWED.items() if each in row and row[each] not in values}
        assert not wrong, key
        assert row["killed"] == "" or int(row["killed"]) > 0, key
    assert len(read_table((SHIPPED / f"{name}.tsv").read_text(encoding="utf-8").splitlines())) == len(drawn)


@pytest.mark.parametrize(
    ("settled", "column", "least"),
    [
        ("articles", "seed_like", 0.99),
        ("articles", "iran_security", 0.97),
        ("articles", "iraq_security", 0.98),
        ("articles", "off_topic", 0.98),
        ("articles", "severity", 0.91),
        ("articles", "deed", 0.87),
        ("articles", "killed", 0.99),
        ("articles", "denied", 0.97),
        ("drawn", "iran_security", 0.99),
        ("drawn", "off_topic", 0.99),
        ("drawn", "severity", 0.87),
        ("drawn", "deed", 0.79),
        ("drawn", "killed", 0.99),
        ("drawn", "denied", 0.96),
    ],
)
def test_readers_agree(settled: str, column: str, least: float) -> None:
    _, first, second = (shipped(name) for name in SETS[settled])
    assert sum(first[key][column] == second[key][column] for key in first) / len(first) >= least
    used = [{row[column] for row in rows.values()} for rows in (first, second)]
    assert used[0] == used[1] or column in {"killed", "deed"}


def test_readers_of_the_drawn_agree_on_what_is_grave() -> None:
    _, first, second = (shipped(name) for name in SETS["drawn"])
    grave = [
        {key for key, row in rows.items() if row["severity"] in {"flash", "immediate"}} for rows in (first, second)
    ]
    assert (len(grave[0]), len(grave[1]), len(grave[0] ^ grave[1])) == (144, 145, 7)


@pytest.mark.parametrize("settled", SETS)
def test_settled_labels_are_those_of_a_reader(settled: str) -> None:
    rows, first, second = (shipped(name) for name in SETS[settled])
    for key, row in rows.items():
        for column in set(row) - {"sure", *SHARED}:
            assert row[column] in {first[key][column], second[key][column]}, (key, column)


def test_drawn_labels_in_which_readers_differ_are_in_doubt() -> None:
    rows, first, second = (shipped(name) for name in SETS["drawn"])
    for key, row in rows.items():
        differ = any(first[key][each] != second[key][each] for each in set(row) - {"sure"})
        unsure = first[key]["sure"] == second[key]["sure"] == "0"
        assert row == {**first[key], "sure": "0" if differ or unsure else "1"}, key
