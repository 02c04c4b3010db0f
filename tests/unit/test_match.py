"""Which rules match which words, in three scripts, and that hits point at the words."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.rules.reading import Mention, Reading
from crawler.text.folding import Folded
from tests.unit.desk import HEAD, article, desk, rule

FOUND = [
    ("phrase in any case", '["shia militia"]', "The SHIA Militia left", ["SHIA Militia"]),
    ("phrase over a hyphen and a line", '["iran backed"]', "Iran-\nbacked men", ["Iran-\nbacked"]),
    ("whole words only", "[base]", "A database, a basement", []),
    ("possessive", "[Iran]", "Iran\u2019s army", ["Iran"]),
    ("dotted acronym", '["US troops"]', "The U.S. troops", ["U.S. troops"]),
    ("exact case", '["=US"]', "They told us of the US and the U.S. plan", ["US", "U.S."]),
    ("entity", '["$pmf"]', "The PMF, or Popular Mobilization Forces", ["PMF", "Popular Mobilization Forces"]),
    ("entity by apostrophe", '["$kataib-hezbollah"]', "Kataib Hizballah said", ["Kataib Hizballah"]),
    ("kind", '["$militia-group"]', "Kata\u2019ib Hizballah and PMF", ["Kata\u2019ib Hizballah", "PMF"]),
    ("list", '["$bases"]', "An air base", ["air base", "base"]),
    ("Arabic prefixes", '["$pmf"]', "قوات والحشد الشعبي وللحشد الشعبي", ["والحشد الشعبي", "وللحشد الشعبي"]),
    ("harakat", '["$pmf"]', "الحَشد الشَّعبي", ["الحَشد الشَّعبي"]),
    ("indefinite is another word", '["الحشد الشعبي"]', "حشد الشعبي", []),
    ("Persian letters and ZWNJ", '["$kataib-hezbollah"]', "كتائب حزب الله", ["كتائب حزب الله"]),
    ("Persian plural", '["شبه‌نظامی"]', "شبه نظامیان و شبه‌نظامی‌ها", ["شبه نظامیان", "شبه‌نظامی"]),
    ("Persian ezafe", "['نیرو', 'آمریکا']", "نیروی آمریکای لاتین", ["نیروی", "آمریکای"]),
    ("wildcard", '["militia*"]', "militiamen", ["militiamen"]),
    ("wildcards inside a phrase", '["iran* backed militia*"]', "Iranian-backed militias", ["Iranian-backed militias"]),
    ("disguised", "[militia]", "m\u0456li\u00adtia", ["m\u0456li\u00adtia"]),
    ("all of", "{all: [militia, base]}", "A militia base", ["militia", "base"]),
    ("all but one", "{all: [militia, base]}", "A militia", []),
    ("none vetoes", "{any: [militia], none: [football]}", "A militia football club", []),
    ("none alone does not", "{any: [militia], none: [football]}", "A militia", ["militia"]),
    ("nested", '{all: [{any: [a1, "$pmf"]}, {any: [base, camp]}]}', "PMF camp", ["PMF", "camp"]),
    ("a list of operators is any of them", "[{all: [a1, b1]}, militia]", "a militia", ["militia"]),
]


@pytest.mark.parametrize(("name", "match", "text", "words"), FOUND, ids=[row[0] for row in FOUND])
@pytest.mark.parametrize("field", ["title", "body"])
def test_finds(tmp_path: Path, name: str, match: str, text: str, words: list[str], field: str) -> None:
    given = article(text) if field == "title" else article("x", text)
    matches = Matcher(desk(tmp_path, rule(match))).match(given)
    hits = matches[0].hits if matches else ()
    assert [hit.text for hit in hits] == words, name
    for hit in hits:
        assert hit.field == field
        assert text[hit.start : hit.end] == hit.text


def test_title_and_body_are_never_joined(tmp_path: Path) -> None:
    matcher = Matcher(desk(tmp_path, rule('["shia militia"]')))
    assert not matcher.match(article("The Shia", "militia left"))


def test_rules_answer_in_file_order_and_off_ones_not_at_all(tmp_path: Path) -> None:
    text = rule("[militia]", name="b") + rule("[militia]", name="a") + rule("[militia]", name="c", mode="off")
    matcher = Matcher(desk(tmp_path, text))
    assert [match.rule for match in matcher.match(article("militia"))] == ["b", "a"]


def test_hit_names_the_term_as_written_and_the_alias_as_found(tmp_path: Path) -> None:
    matcher = Matcher(desk(tmp_path, rule('["$militia-group"]')))
    hit = matcher.match(article("کتائب حزب الله"))[0].hits[0]
    assert (hit.term, hit.alias) == ("$militia-group", "کتائب حزب‌الله")


def test_an_alias_found_as_another_needs_its_context_too(tmp_path: Path) -> None:
    entity = 'taqaddum: {aliases: ["التقدّم", "التقدم", "=AT"], requires: {"التقدم": ["قاعدة"]}}'
    path = tmp_path / "rules.yaml"
    head = HEAD.format(settings="freshness: 48h").replace("entities:\n", f"entities:\n  {entity}\n")
    path.write_text(head + "rules:\n" + rule('["$taqaddum"]'), encoding="utf-8")
    matcher = Matcher(load(path, environ={}))
    assert not matcher.match(article("مفاوضات تحرز التقدّم"))
    assert matcher.match(article("قاعدة التقدّم"))
    assert matcher.match(article("AT"))


def test_aliases_of_one_span_stand_in_an_order_that_no_process_changes() -> None:
    aliases = [f"Ain al-Asad {letter}" for letter in "hgfedcba"]
    mentions = [Mention("$base", alias, "title", 1, 4) for alias in aliases]
    reading = Reading(article("Ain"), {"title": Folded("Ain")}, {})
    assert [each.alias for each in reading.hits(mentions)] == sorted(aliases)
