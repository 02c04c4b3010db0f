"""A word named with all its forms in a rule, `strike~`: what it finds, what it does not, and what a wrong one is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from alerts.alert import Hit
from alerts.cli.check import command as check
from alerts.cli.suggest import command as suggest
from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.explain import explain, lines
from alerts.rules.forms import FormError
from alerts.rules.forms.paradigm import denied, inflect
from alerts.rules.lint import failed_tests, warnings
from alerts.rules.match import Matcher
from tests.unit.desk import article, desk, rule

STRIKE = ("strike", "strikes", "struck", "stricken", "striking")


def hits(config: Config, title: str, body: str = "", rule_id: str = "r") -> list[Hit]:
    matches = Matcher(config).match(article(title, body))
    return [hit for match in matches if match.rule == rule_id for hit in match.hits]


def found(config: Config, title: str, rule_id: str = "r") -> list[str]:
    return [hit.text for hit in hits(config, title, rule_id=rule_id)]


def with_list(place: Path, terms: str, rules: str) -> Config:
    """Load the desk with the terms of its list replaced."""
    desk(place, rules)
    path = place / "rules.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('["air base", base]', terms), encoding="utf-8")
    return load(path, environ={})


@pytest.mark.parametrize("form", STRIKE)
def test_every_form_is_found_and_told_with_the_term(tmp_path: Path, form: str) -> None:
    (hit,) = hits(desk(tmp_path, rule("[strike~]")), f"Drones {form.upper()} a base")
    assert (hit.term, hit.alias, hit.text) == ("strike~", form, form.upper())


@pytest.mark.parametrize("word", ["striker", "strikers", "strikebreaker", "struckk", "airstrike", "stroke"])
def test_other_words_with_the_same_letters_are_not_found(tmp_path: Path, word: str) -> None:
    assert found(desk(tmp_path, rule("[strike~]")), f"A {word} at the base") == []


@pytest.mark.parametrize(
    ("term", "title", "text"),
    [
        ("missile~noun", "Two missiles over Erbil", "missiles"),
        ("shoot down~", "A drone shot down near Erbil", "shot down"),
        ("flarn/flarned/flern~", "The base was flern at dawn", "flern"),
        ("strike~en", "Drones struck", "struck"),
        ("حمله~fa noun", "حمله به پایگاه", "حمله"),
        ("حمله کردن~", "پهپادها به پایگاه حمله می‌کنند", "حمله می‌کنند"),
        ("کشتن/کش~", "دو نفر کشته شدند", "کشته شدند"),
    ],
)
def test_nouns_phrases_parts_and_languages(tmp_path: Path, term: str, title: str, text: str) -> None:
    assert text in found(desk(tmp_path, rule(f'["{term}"]')), title)


@pytest.mark.parametrize(
    ("match", "title", "expected"),
    [
        ("{near: {terms: [strike~, base], within: 3}}", "Drones struck the base", ["struck", "base"]),
        ("{near: {terms: [strike~, base], within: 3}}", "Struck far away, said a man at the base", []),
        ("{title: [strike~]}", "It strikes again", ["strikes"]),
        ("{any: [base], none: [strike~]}", "No base is struck", []),
    ],
)
def test_it_stands_wherever_a_term_stands(tmp_path: Path, match: str, title: str, expected: list[str]) -> None:
    assert found(desk(tmp_path, rule(match)), title) == expected


def test_list_may_hold_it(tmp_path: Path) -> None:
    config = with_list(tmp_path, "[strike~, base]", rule('["$bases"]'))
    (hit,) = hits(config, "Drones struck")
    assert (hit.term, hit.alias) == ("$bases", "struck")
    assert found(config, "The striker") == []


def test_denied_deed_is_no_hit(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[کشتن~]"))
    assert "کشته شد" in found(config, "فرمانده کشته شد")
    assert found(config, "فرمانده کشته نشد") == []
    assert found(config, "او را نکشت") == []
    # one denial hides what stands inside it and nothing else
    assert "کشته شدند" in found(config, "فرمانده کشته نشد، دو نفر کشته شدند")


def test_denial_of_one_rule_hides_nothing_from_another(tmp_path: Path) -> None:
    both = rule("[کشتن~]") + rule("[کشته]", name="plain")
    assert found(desk(tmp_path, both), "فرمانده کشته نشد", "plain") == ["کشته"]
    assert found(desk(tmp_path, both), "فرمانده کشته نشد") == []
    listed = with_list(tmp_path, "[کشتن~]", rule('["$bases"]'))
    assert found(listed, "فرمانده کشته نشد") == []


def test_denial_that_is_written_out_is_found(tmp_path: Path) -> None:
    listed = with_list(tmp_path, "[کشتن~, کشته نشد]", rule('["$bases"]'))
    assert found(listed, "فرمانده کشته نشد") == ["کشته نشد"]


def test_except_takes_it(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[union, strike~]").replace("severity:", "except: ['call~'], severity:"))
    assert found(config, "Union called") == ["Union"]
    config = desk(tmp_path, rule("['call* off', strike~]").replace("severity:", "except: ['call off~'], severity:"))
    assert found(config, "Raid called off") == []
    assert found(config, "Raid called off, then drones struck") == ["struck"]


def test_version_follows_the_term(tmp_path: Path) -> None:
    versions = [
        desk(tmp_path, rule(match)).rules[0].version for match in ("[strike~]", "[strike~noun]", "[strike]", "[hit~]")
    ]
    assert len(set(versions)) == 4
    listed = [
        with_list(tmp_path, terms, rule('["$bases"]')).rules[0].version for terms in ("[strike~]", "[strike]", "[hit~]")
    ]
    assert len(set(listed)) == 3
    assert desk(tmp_path, rule("[strike~]")).rules[0].version == versions[0]


def test_rules_own_tests_see_it(tmp_path: Path) -> None:
    tests = "tests: {match: ['Drones struck', 'A striker'], no_match: ['A striker scored']}, severity:"
    (problem,) = failed_tests(desk(tmp_path, rule("[strike~]").replace("severity:", tests)))
    assert 'expected a match, got none, for "A striker"' in str(problem)


def test_explain_shows_the_form_found(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[strike~, base]"))
    shown = list(lines(explain(Matcher(config), config.rules[0], article("Drones struck"))))
    assert '    + strike~: "struck" in the title' in shown
    (nearest,) = list(lines(explain(Matcher(config), config.rules[0], article("A striker"))))[-1:]
    assert nearest == "  nearest: 0 of 2 clauses; missing: any of(strike~, base)"


# -- what is wrong with it ------------------------------------------------------------------------------------------

WRONG = [
    ("~", 'no word before "~"; write it as strike~'),
    ("strike/~", 'no word before "~"; write it as strike~'),
    ("strike~nuon", '"nuon" after "~" is not known (did you mean "noun"?); there may stand nothing (a verb), or: noun, en, ar, fa, ckb'),
    ("strike~~", '"~" after "~" is not known; there may stand nothing (a verb), or: noun, en, ar, fa, ckb'),
    ("strike~fa en", '"~fa en" says too much; write at most noun and one language'),
    ("strike~noun noun", '"~noun noun" says too much; write at most noun and one language'),
    ("struck~", '"struck" is a form of "strike"; write "strike~"'),
    ("bombing~", '"bombing" is not the base of a verb; write it as after "to": "bomb~", not "bombing~"'),
    ("go~", '"go~" is too short and too common; write out the forms that you mean'),
    ("str*~", '"str*~" is no English word with forms; "~" goes with letters only, without wildcards'),
    ("=strike~", '"=strike~" is no English word with forms; "~" goes with letters only, without wildcards'),
    ("$bases~", '"$bases~" is no English word with forms; "~" goes with letters only, without wildcards'),
    ("a/b/c/d~", 'a verb has up to three parts: base/past/participle, as in "strike/struck/stricken~"'),
    ("missiles~noun", '"missiles" looks like a plural; write its singular, as in "drone~", or leave out "~" if it has none'),
    ("missile/missiles~noun", '"missile/missiles" has parts, which an English noun has not; write its singular alone'),
    ("strike~fa", "'strike' is no Persian infinitive (…دن, …تن); write a verb by its infinitive, as حمله کردن, or with its present stem, as کشتن/کش"),
    ("کشتن/کش/کش~", "'کشتن/کش/کش' is no Persian infinitive (…دن, …تن); write a verb by its infinitive, as حمله کردن, or with its present stem, as کشتن/کش"),
    ("هادن~", "the present stem of 'هادن' is not known; write a verb by its infinitive, as حمله کردن, or with its present stem, as کشتن/کش; an Arabic verb that ends so is written \"هادن~ar\""),
    ("کشتن~ckb", "'کشتن' is no Kurdish verb known here; write a verb by its infinitive, as هێرش کردن, or with its present stem, as کشانەوە/کشێ"),
]  # fmt: skip


@pytest.mark.parametrize(("term", "message"), WRONG, ids=[term for term, _ in WRONG])
@pytest.mark.parametrize("where", ["match", "near", "except", "boost", "filter", "list"])
def test_check_names_the_place_of_a_wrong_one(tmp_path: Path, term: str, message: str, where: str) -> None:
    quoted = f'"{term}"'
    texts = {
        "match": rule(f"[base, {quoted}]"),
        "near": rule(f"{{near: {{terms: [base, {quoted}], within: 3}}}}"),
        "except": rule("[base]").replace("severity:", f"except: [{quoted}], severity:"),
        "boost": rule("[base]").replace("severity:", f"score: {{title: 1, boosts: [{{if: [{quoted}], add: 1}}]}}, severity:"),
        "filter": rule("[{filter: f}]") + f"filters: {{f: [{quoted}]}}\n",
        "list": rule('["$l"]'),
    }  # fmt: skip
    desk(tmp_path, rule("[base]"))
    path = tmp_path / "rules.yaml"
    text = path.read_text(encoding="utf-8").partition("rules:\n")[0]
    text = text.replace("lists:\n", f"lists:\n  l: [{quoted}]\n") if where == "list" else text
    path.write_text(f"{text}rules:\n{texts[where]}", encoding="utf-8")
    done = CliRunner().invoke(check, ["-c", str(path)])
    line, column = next(
        (number, row.index(quoted) + 1) for number, row in enumerate(path.read_text().splitlines(), 1) if quoted in row
    )
    assert done.exit_code == 1
    first, *_, last = done.stderr.splitlines()
    assert first == f'{path}:{line}:{column}: "{term}": {message}'
    assert last == "1 error"


NAMED = [
    ("aliases: [strike~]", 'entity "e"'),
    ("aliases: [militia, bombing~]", 'entity "e"'),
    ("aliases: [militia], not_like: [strike~]", 'not_like of "e"'),
    ("aliases: [militia], requires: [strike~]", 'requires of "e"'),
    ("aliases: [militia], requires: {militia: [strike~]}", 'requires of "e"'),
]


@pytest.mark.parametrize(("keys", "what"), NAMED, ids=[keys for keys, _ in NAMED])
def test_names_take_none(tmp_path: Path, keys: str, what: str) -> None:
    desk(tmp_path, rule("[base]"))
    path = tmp_path / "rules.yaml"
    path.write_text(path.read_text().replace("lists:\n", f"  e: {{{keys}}}\nlists:\n"), encoding="utf-8")
    done = CliRunner().invoke(check, ["-c", str(path)])
    row = next(row for row in path.read_text().splitlines() if keys in row)
    term = re.findall(r"\w+~", row)[0]
    first, *_, last = done.stderr.splitlines()
    place = f"{path}:{path.read_text().splitlines().index(row) + 1}:{row.index(term) + 1}"
    assert first == f'{place}: "{term}": {what} takes no "~", only rules and lists do; write the words out'
    assert last == "1 error"


# -- lint -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "warned"),
    [
        ("[struck, strike~]", ['"struck" is dead beside "strike~", which finds as much']),
        ("[strike~, drone strikes]", ['"drone strikes" is dead beside "strike~", which finds as much']),
        ("[strike~, striker]", []),
        ("[strike~, 'strike*']", []),  # strikers
        ("[strike~, hit~]", []),
        ("[کشتن~, کشته شد]", ['"کشته شد" is dead beside "کشتن~", which finds as much']),
        ("[کشتن~, کشته]", []),  # it finds کشته نشد too
    ],
)
def test_word_is_dead_beside_its_paradigm(tmp_path: Path, match: str, warned: list[str]) -> None:
    config = desk(tmp_path, rule(match))
    assert [str(each).partition(": ")[2] for each in warnings(config) if "is dead beside" in str(each)] == warned


@pytest.mark.parametrize(
    ("terms", "warned"),
    [
        ("[struck, strike~]", ['"struck" in "bases" is dead beside "strike~", which finds as much']),
        ("[strike, strike~]", ['"strike" in "bases" is dead beside "strike~", which finds as much']),
        ("[striker, strike~]", []),
        ('["=Struck", strike~]', []),
    ],
)
def test_word_of_a_list_is_dead_beside_its_paradigm(tmp_path: Path, terms: str, warned: list[str]) -> None:
    config = with_list(tmp_path, terms, rule('["$bases"]'))
    shown = [str(each).partition(": ")[2] for each in warnings(config)]
    assert [each for each in shown if '"bases"' in each] == warned


def test_what_is_asked_for_and_forbidden_is_named(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("{any: [base, struck], none: [strike~]}"))
    assert [str(each) for each in warnings(config) if 'asks for "struck" and forbids it' in str(each)]
    config = desk(tmp_path, rule("{any: [base, strike~], none: [struck]}"))
    assert not [str(each) for each in warnings(config) if "forbids" in str(each)]


# -- suggest --------------------------------------------------------------------------------------------------------


def test_suggest_prints_the_forms() -> None:
    done = CliRunner().invoke(suggest, ["strike~"])
    assert done.exit_code == 0
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["either", "strike"],
        ["either", "strikes"],
        ["either", "struck"],
        ["passive", "stricken"],
        ["active", "striking"],
    ]
    shown = json.loads(CliRunner().invoke(suggest, ["--json", "missile~noun"]).stdout)
    assert shown == [{"form": "missile", "kind": "noun"}, {"form": "missiles", "kind": "noun"}]


def test_suggest_prints_what_denies() -> None:
    last = CliRunner().invoke(suggest, ["کشتن~"]).stdout.splitlines()[-1]
    assert last.startswith("no hit inside these, which deny it: نکشت, ")
    shown = json.loads(CliRunner().invoke(suggest, ["--json", "کشتن~"]).stdout)
    assert {"form": "کشته نشد", "kind": "denial"} in shown
    assert {"form": "کشته شد", "kind": "passive"} in shown


def test_suggest_refuses_a_wrong_one() -> None:
    done = CliRunner().invoke(suggest, ["struck~"])
    assert (done.exit_code, done.stderr) == (
        1,
        'watchfloor: "struck~": "struck" is a form of "strike"; write "strike~"\n',
    )


def test_language_is_that_of_the_letters_unless_it_is_named() -> None:
    assert inflect("کشتن~") == inflect("کشتن~fa") == inflect("  کشتن ~ fa")
    assert denied("کشتن~")
    assert inflect("هێرش کردن~") == inflect("هێرش کردن~ckb") != inflect("هێرش کردن~fa")
    assert denied("هێرش کردن~")
    assert inflect("هادن/يهادن/مهادنة~") == inflect("هادن/يهادن/مهادنة~ar")
    assert inflect("strike~") == inflect("strike~en") == inflect("Strike ~")
    assert denied("strike~") == denied("حمله~fa noun") == ()
    with pytest.raises(FormError):
        inflect("کشتن~en")
