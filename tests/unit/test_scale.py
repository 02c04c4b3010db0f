"""The scale: the first row that holds gives the severity, it says why, and a row that decides nothing is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.alert import Match, Severity
from alerts.cli.match import _severity
from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.explain import explain, lines
from alerts.rules.lint import warnings
from alerts.rules.match import Matcher
from crawler.config.problems import ConfigError
from tests.unit.desk import article

HEAD = """\
version: 1
settings: {admin: c}
sources: [{id: s, name: S, url: "https://s.example/feed"}]
receivers: {c: {urls: ["console://"]}}
lists:
  deed-strike: [strike~, bomb~]
  deed-arrest: [arrest~]
  standing-expected: [will, may]
  standing-background: [after]
  base: [base, camp]
  militia: [Hashd, Badr]
filters:
  a-base: ["$base"]
"""
SCALE = """\
scale:
  - {severity: priority, why: a drill, if: [drill]}
  - {severity: flash, why: a base is struck by a militia, if: {event: {deed: [strike], by: "$militia", on: "$base"}}}
  - {severity: immediate, why: a base is struck, if: {event: {deed: [strike], on: {filter: a-base}}}}
  - {severity: priority, why: somebody is arrested, if: {event: {deed: [arrest]}}}
"""
TESTS = "tests: {match: [base], no_match: [sea]}"


def rule(more: str = "", match: str = '["$base", "$militia"]') -> str:
    return f"  - {{id: r, title: R, match: {match}, severity: by-scale, notify: [c], {more} {TESTS}}}\n"


def config(place: Path, rules: str, scale: str = SCALE, head: str = HEAD) -> Config:
    path = place / "rules.yaml"
    path.write_text(f"{head}{scale}rules:\n{rules}", encoding="utf-8")
    return load(path, environ={})


def judged(place: Path, title: str, body: str = "", more: str = "") -> Match:
    (match,) = Matcher(config(place, rule(more))).match(article(title, body))
    return match


@pytest.mark.parametrize(
    ("title", "body", "severity", "why"),
    [
        ("Badr strikes base", "", Severity.FLASH, 'a base is struck by a militia ("strikes", "Badr", "base"; row 2)'),
        ("Jets bomb base", "", Severity.IMMEDIATE, 'a base is struck ("bomb", "base"; row 3)'),
        ("Police arrest Badr man", "", Severity.PRIORITY, 'somebody is arrested ("arrest"; row 4)'),
        ("Drill: Badr strikes base", "", Severity.PRIORITY, 'a drill ("Drill"; row 1)'),  # the exception stands above
        ("Base opens school", "", Severity.ROUTINE, ""),
        ("Base will be struck", "", Severity.ROUTINE, ""),  # the standing counts
        ("Base opens school", "Jets bombed a base.", Severity.ROUTINE, ""),  # the rule was found in the headline
        ("A night of fear", "Jets bombed a base.", Severity.IMMEDIATE, 'a base is struck ("bombed", "base"; row 3)'),
    ],
)
def test_the_first_row_that_holds_gives_the_severity(
    tmp_path: Path, title: str, body: str, severity: Severity, why: str
) -> None:
    match = judged(tmp_path, title, body)
    assert (match.severity, match.why, match.score) == (severity, why, None)


@pytest.mark.parametrize(
    ("more", "title", "severity", "row"),
    [
        ("least: priority,", "Base opens school", Severity.PRIORITY, ""),
        ("least: immediate,", "Police arrest Badr man", Severity.IMMEDIATE, "row 4"),
        ("most: priority,", "Jets bomb base", Severity.PRIORITY, "row 3"),
        ("least: priority, most: priority,", "Badr strikes base", Severity.PRIORITY, "row 2"),
    ],
)
def test_a_rule_may_limit_what_the_scale_gives(
    tmp_path: Path, more: str, title: str, severity: Severity, row: str
) -> None:
    match = judged(tmp_path, title, more=more)
    assert match.severity == severity
    assert row in match.why


def test_explain_and_match_say_the_row_in_words(tmp_path: Path) -> None:
    made = config(tmp_path, rule("most: immediate,"))
    matcher = Matcher(made)

    def told(title: str) -> list[str]:
        shown = lines(explain(matcher, made.rules[0], article(title)))
        return [line.strip().removeprefix("scale: ") for line in shown if "scale: " in line]

    assert told("Jets bomb base") == ['immediate: a base is struck ("bomb", "base"; row 3), in the title']
    (limited,) = told("Badr strikes base")
    assert limited.startswith("immediate says flash, limited: a base is struck by a militia")
    assert told("Base will be struck") == [
        "routine: no row of the scale holds, in the title",
        'not row 2, flash: a base is struck by a militia (struck: expected ("will"))',
        'not row 3, immediate: a base is struck (struck: expected ("will"))',
    ]
    (match,) = matcher.match(article("Jets bomb base"))
    assert _severity(match) == 'immediate: a base is struck ("bomb", "base"; row 3)'


def test_the_version_of_a_rule_follows_the_scale_it_uses(tmp_path: Path) -> None:
    by_scale = config(tmp_path, rule()).rules[0].version
    moved = SCALE.replace("severity: immediate", "severity: flash")
    assert config(tmp_path, rule(), moved).rules[0].version != by_scale
    assert config(tmp_path, rule(), SCALE.replace("a drill", "an exercise")).rules[0].version == by_scale
    word = rule().replace("by-scale", "priority")
    assert config(tmp_path, word).rules[0].version == config(tmp_path, word, moved).rules[0].version


@pytest.mark.parametrize(
    ("rules", "scale", "message"),
    [
        (rule(), "", 'rules.yaml:15:63: "by-scale" needs the section "scale"'),
        (rule("least: flash, most: priority,"), SCALE, "least flash is above most priority; swap them"),
        (rule("most: grave,"), SCALE, '"grave" is unknown; allowed: routine, priority, immediate, flash'),
        (rule().replace("by-scale", "by-scal"), SCALE, '"by-scal" is unknown (did you mean "by-scale"?)'),
        (
            rule("most: priority,").replace("by-scale", "flash"),
            SCALE,
            '"least" and "most" are limits of "severity: by-scale"; take them out, or write that',
        ),
        (rule(), "scale:\n  - {severity: flash, why: w}\n", 'rules.yaml:15:5: a row of the scale lacks "if"'),
        (rule(), "scale:\n  - {severity: flash, if: [base]}\n", 'rules.yaml:15:5: a row of the scale lacks "why"'),
        (
            rule(),
            'scale:\n  - {severity: flash, why: w, if: {event: {deed: [strik], on: "$bas"}}}\n',
            '"$bas" names no entity, kind or list (did you mean "$base"?); define it under entities or lists',
        ),
        (rule(), "scale:\n  - {severity: flash, why: w, if: {filter: a-bas}}\n", '"a-bas" is no filter (did you mean'),
        (rule(), "scale:\n  - {severity: flash, why: w, if: {none: [base]}}\n", '"if" has only "none"'),
        (rule(), "scale: []\n", "rules.yaml:14:8: expected a list of rows, found an empty list"),
        (rule(), "scale:\n  - {severity: flash, why: w, iff: [base]}\n", 'unknown key "iff"'),
    ],
)
def test_a_faulty_scale_gets_a_message_with_its_place(tmp_path: Path, rules: str, scale: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config(tmp_path, rules, scale)
    assert message in str(caught.value)


def test_the_scale_stands_in_one_file(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text(SCALE, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"more.yaml:2:5: the scale stands in .*rules.yaml already"):
        config(tmp_path, rule(), head=HEAD + "include: [more.yaml]\n")
    assert len(config(tmp_path, rule(), "", HEAD + "include: [more.yaml]\n").rules[0].scale) == 4


@pytest.mark.parametrize(
    ("rows", "rules", "message"),
    [
        (
            '{event: {deed: [strike]}}, {event: {deed: [strike], on: "$base"}}',
            rule(),
            "row 2 of the scale is never reached: row 1 holds before it",
        ),
        ("[base, camp], {all: [base, [drill]]}", rule(), "row 2 of the scale is never reached: row 1 holds before it"),
        ("{filter: a-base}, {title: {filter: a-base}}", rule(), ""),  # a title is narrower in a way we do not claim
        ('{event: {deed: [strike], on: "$base"}}, {event: {deed: [strike]}}', rule(), ""),
        ("{event: {deed: [strike]}}, {event: {deed: [strike], standing: [expected]}}", rule(), ""),
        ("[base], [drill]", rule("most: routine,"), "row 1 gives flash, which no rule by the scale may have"),
        ("[base], [drill]", rule().replace("by-scale", "flash"), "row 1 of the scale decides nothing"),
    ],
)
def test_rows_that_decide_nothing_are_warned_of(tmp_path: Path, rows: str, rules: str, message: str) -> None:
    first, second = rows.split(", {", 1) if ", {" in rows else rows.split(", [", 1)
    mark = "{" if ", {" in rows else "["
    scale = (
        f"scale:\n  - {{severity: flash, why: a, if: {first}}}\n  - {{severity: flash, why: b, if: {mark}{second}}}\n"
    )
    found = [str(each) for each in warnings(config(tmp_path, rules, scale)) if "scale" in str(each)]
    assert [each for each in found if message and message in each] == (found[:1] if message else [])
    assert bool(found) is bool(message)
