"""The rule language construct by construct: what holds, what does not, what it scores, how it is explained."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import flpc
import pytest

from alerts.alert import Severity
from alerts.rules.backtest import compare, run
from alerts.rules.config import fingerprint, load, watched
from alerts.rules.explain import explain, lines
from alerts.rules.likeness import profile, similarity
from alerts.rules.match import Matcher
from alerts.rules.suggest import spellings
from alerts.rules.text_operators import compiled
from crawler.article import Article
from crawler.config.problems import ConfigError
from crawler.text.folding import fold
from crawler.text.stopwords import STOP
from tests.unit.desk import NOW

DESK = """\
version: 1
sources: [{id: wire, url: "https://wire.example/rss.xml"}]
receivers: {console: {urls: ["console://"]}}
entities:
  kataib-hezbollah:
    aliases: ["Kataib Hezbollah"]
    fuzzy: auto
    not_like: ["Harakat Hezbollah al-Nujaba"]
  hezbollah: {aliases: [Hezbollah], not_like: ["Kataib Hezbollah", "Kata'ib Hezbollah"]}
  taqaddum: {aliases: [Taqaddum, "التقدم"], fuzzy: auto, requires: {"التقدم": ["قاعدة"]}}
  khamenei: {aliases: [Khamenei], fuzzy: auto, not_like: [Khomeini]}
  shuhada: {aliases: ["Sayyid al-Shuhada", "Sayed al-Shuhada"], fuzzy: auto}
  muhandis: {aliases: [Muhandis], fuzzy: 85}
  baqubah: {aliases: ["بعقوبة"], not_like: ["بعقوبة مالية"]}   # no rule here asks for it
lists:
  us-forces: ["US troops", "American forces"]
filters:
  not-sport: {none: [football]}
  armed-in-iraq: {all: [militia, {filter: in-iraq}]}
  in-iraq: [Iraq, Baghdad]
rules:
"""
RULE = "  - {{id: {name}, title: T, match: {match}, severity: {severity}, notify: [console]{more}}}\n"


def desk(place: Path, match: str, severity: str = "priority", more: str = "", name: str = "r") -> Path:
    path = place / f"{name}.yaml"
    text = RULE.format(name=name, match=match, severity=severity, more=f", {more}" if more else "")
    path.write_text(DESK + text, encoding="utf-8")
    return path


def article(text: str, **words: str) -> Article:
    title, _, body = text.partition(" | ")
    return Article("a1", "wire", title, NOW, text=body, **{"outlet": "Wire", **words})  # type: ignore[arg-type]


HOLDS = [
    ("near within", "near: {terms: [a1, b1], within: 2}", "a1 x b1", True),
    ("near too far", "near: {terms: [a1, b1], within: 2}", "a1 x x b1", False),
    ("near in any order", "near: {terms: [b1, a1], within: 1}", "a1 b1", True),
    ("near in this order", "near: {terms: [b1, a1], within: 1, ordered: true}", "a1 b1", False),
    ("filter in a title", "title: {filter: armed-in-iraq}", "Militia in Baghdad", True),
    ("filter looks only where it stands", "title: {filter: armed-in-iraq}", "Militia | in Baghdad", False),
    ("filter as a group of near", "near: {terms: [{filter: in-iraq}, drone], within: 2}", "drone hits Iraq", True),
    ("filter under none", "all: [militia], none: [{filter: in-iraq}]", "Militia in Iraq", False),
    ("near over fields", "near: {terms: [a1, b1], within: 9}", "a1 | b1", False),
    ("near of a list and a wildcard", 'near: {terms: ["$us-forces", [base, "militia*"]], within: 3}', "US troops met militiamen", True),
    ("near needs two mentions", 'near: {terms: ["militia*", militias], within: 5}', "militias", False),
    ("near of three", "near: {terms: [a1, b1, c1], within: 3}", "c1 x a1 b1", True),
    ("same sentence", "same: {unit: sentence, terms: [a1, b1]}", "x | First a1. Then b1.", False),
    ("same sentence over a line wrap", "same: {unit: sentence, terms: [a1, b1]}", "x | First a1\nthen b1.", True),
    ("an abbreviation ends no sentence", "same: {unit: sentence, terms: [a1, b1]}", "x | a1 met Gen. b1 and U.S. men", True),
    ("an Arabic question ends one", 'same: {unit: sentence, terms: ["بغداد", "قاعدة"]}', "x | هل سقطت بغداد؟ في قاعدة", False),
    ("same paragraph", "same: {unit: paragraph, terms: [a1, b1]}", "x | a1. b1.", True),
    ("a blank line parts paragraphs", "same: {unit: paragraph, terms: [a1, b1]}", "x | a1.\n\nb1.", False),
    ("at least two", "at_least: {k: 2, of: [a1, b1, c1]}", "a1 c1", True),
    ("at least two of one", "at_least: {k: 2, of: [a1, b1, c1]}", "a1 a1", False),
    ("title only", "title: [a1]", "x | a1", False),
    ("body only", "body: [a1]", "x | a1", True),
    ("lead", "lead: [a1]", "x | " + "y " * 79 + "a1", True),
    ("behind the lead", "lead: [a1]", "x | " + "y " * 80 + "a1", False),
    ("none of the title", "any: [a1], none: [{title: [quiz]}]", "a1 | quiz", True),
    ("regex with boundaries in Arabic", r"regex: '\bبغداد\b'", "في بغداد اليوم", True),
    ("regex knows letters", r"regex: '\bبغدا\b'", "في بغداد", False),
    ("regex folds case and marks", r"regex: 'kata.?ib'", "KATA'IB", True),
    ("regex in a field", r"body: {regex: 'a\d'}", "a1 | b1", False),
    ("source by outlet", "any: [a1], source: [wire*]", "a1", True),
    ("another source", "any: [a1], source: [bbc*]", "a1", False),
    ("like an example", "like: {examples: ['Militia drones strike base near Erbil'], min_similarity: 0.6}", "Drones of a militia strike a base at Erbil", True),
    ("unlike it", "like: {examples: ['Militia drones strike base near Erbil'], min_similarity: 0.6}", "Erbil hotels are full", False),
    ("transliterated", 'any: ["$kataib-hezbollah"]', "Ketaeb Hizbullah said", True),
    ("transliterated with article", 'any: ["$taqaddum"]', "at al-Taqqadum base", True),
    ("look-alike by distance", 'any: ["$khamenei"]', "Ayatollah Khomeini", False),
    ("look-alike by name", 'any: ["$hezbollah"]', "Kata'ib Hezbollah said", False),
    ("the real one beside it", 'any: ["$hezbollah"]', "Kataib Hezbollah and Hezbollah", True),
    ("a ratio of its own", 'any: ["$muhandis"]', "Mohandes", False),
    ("ambiguous without context", 'any: ["$taqaddum"]', "التقدم العلمي في الجامعات", False),
    ("ambiguous with context", 'any: ["$taqaddum"]', "قاعدة التقدم", True),
    ("a name is no particle and a word", "any: ['عقوبة']", "مدرسة في بعقوبة", False),
    ("a look-alike of the name is", "any: ['عقوبة']", "التهديد بعقوبة مالية", True),
    ("another particle before the word", "any: ['عقوبة']", "بعقوبة ولعقوبة", True),
    ("the name with a particle of its own", 'any: ["$baqubah"]', "طريق بغداد وبعقوبة", True),
    ("part of the headline", "headline_part: [live]", "LIVE | militia", True),
    ("the last part", "headline_part: ['as it happened']", "Militia \u2013 as it happened", True),
    ("a word of a part", "headline_part: [live]", "They live in fear: militia", False),
    ("any words before", "headline_part: ['* live']", "Iran war live: militia", True),
    ("a part of the text is none", "headline_part: [live]", "x | Live: militia", False),
    ("a question", "headline_mark: question", "Militia at base?", True),
    ("a question by its Arabic mark", "headline_mark: [question]", "\u0641\u0635\u0627\u0626\u0644 \u0641\u064a \u0642\u0627\u0639\u062f\u0629\u061f", True),
    ("a question in quotes", "headline_mark: question", "'Militia at base?'", True),
    ("a question and an outlet", "headline_mark: question", "Militia at base? - Desert Daily News", True),
    ("a question before what is told", "headline_mark: question", "Where now? Militia at US base", False),
    ("before it and a dash", "headline_mark: question", "Where now? \u2014 Militia at US base", False),
    ("a question and its answer", "headline_mark: question", "'Militia at base?' Pentagon says no", False),
    ("a mark within a link is none", "headline_mark: question", "See x.example/?a=militia", False),
    ("all is said by somebody", "headline_mark: quote", "\u2018Militia share a base with us\u2019: minister", True),
    ("all is said and nobody named", "headline_mark: [question, quote]", "\"Militia share a base with us\"", True),
    ("what is said leads to what was done", "headline_mark: quote", "'We will hit back very hard': Iran fires missiles at base", False),
    ("a name in quotes", "headline_mark: quote", "'Saviours of blood' militia", False),
    ("an apostrophe", "headline_mark: quote", "Iran's militia share soldiers' base", False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "match", "text", "holds"), HOLDS, ids=[row[0] for row in HOLDS])
def test_holds(tmp_path: Path, name: str, match: str, text: str, holds: bool) -> None:
    found = Matcher(load(desk(tmp_path, f"{{{match}}}"), environ={})).match(article(text))
    assert bool(found) is holds, name
    fields = dict(zip(("title", "body"), (text.partition(" | ")[0], text.partition(" | ")[2]), strict=True))
    for hit in found[0].hits if found else ():
        assert fields[hit.field][hit.start : hit.end] == hit.text


def test_name_found_as_written_is_one_hit_and_not_another_spelling_of_it(tmp_path: Path) -> None:
    matcher = Matcher(load(desk(tmp_path, '{any: ["$shuhada"]}', more="score: {title: 4}"), environ={}))
    (match,) = matcher.match(article("Sayed al-Shuhada said"))
    assert ([each.alias for each in match.hits], match.score) == (["Sayed al-Shuhada"], 4)
    (match,) = matcher.match(article("Sayed al-Shuhada met Sayyed Shohada"))
    assert {each.text for each in match.hits} == {"Sayed al-Shuhada", "Sayyed Shohada"}


MORE = [
    ("except masks the mention", "except: ['militia museum']", "Militia museum opens", False),
    ("except leaves the others", "except: ['militia museum']", "Militia museum shelled by a militia", True),
    ("except by a condition", "except: [{near: {terms: ['no', militia], within: 1, ordered: true}}]", "No militia here", False),
    ("except by a condition that does not hold", "except: [{near: {terms: ['no', militia], within: 1}}]", "No other militia", True),
    ("except by a filter", "except: [{filter: armed-in-iraq}]", "Militia in Iraq", False),
    ("except by a filter that does not hold", "except: [{filter: armed-in-iraq}]", "Militia in Iran", True),
    ("filter vetoes", "filters: [not-sport]", "Militia football club", False),
    ("language of the rule", "lang: [ar]", "Militia", False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "more", "text", "holds"), MORE, ids=[row[0] for row in MORE])
def test_rule_keys(tmp_path: Path, name: str, more: str, text: str, holds: bool) -> None:
    config = load(desk(tmp_path, "[militia]", more=more), environ={})
    assert bool(Matcher(config).match(article(text, lang="en"))) is holds, name


SCORED = [
    ("title", "militia", 4.0, "routine"),
    ("lead and body", "x | militia " + "y " * 90 + "militia", 1.5, None),
    ("both", "militia | militia", 5.0, "priority"),
    ("overlapping terms count once", "shia militia", 4.0, "routine"),
    ("boost", "militia killed", 7.0, "priority"),
    ("negative boost", "militia killed | anniversary", 4.0, "routine"),
]


@pytest.mark.parametrize(("name", "text", "total", "severity"), SCORED, ids=[row[0] for row in SCORED])
def test_score_steps(tmp_path: Path, name: str, text: str, total: float, severity: str | None) -> None:
    boosts = "[{if: {title: [killed]}, add: 3}, {if: [anniversary], add: -3}]"
    more = f"score: {{title: 4, lead: {{words: 80, weight: 1}}, body: 0.5, boosts: {boosts}}}"
    path = desk(tmp_path, '[militia, "shia militia"]', severity="{routine: 2, priority: 5}", more=more)
    found = Matcher(load(path, environ={})).match(article(text))
    assert [(match.score, match.severity.word) for match in found] == ([(total, severity)] if severity else []), name


MISTAKES = [
    ("{near: {terms: [a1], within: 3}}", '"near" takes 2 to 6 terms or lists, found 1'),
    ("{near: {terms: [a1, b1]}}", 'near lacks "within"'),
    ("{near: {terms: [a1, b1], within: 3, distance: 4}}", 'unknown key "distance" in near'),
    ("{at_least: {k: 3, of: [a1, b1]}}", "k is 3, and there are 2 conditions; it could never hold"),
    ("{same: {unit: page, terms: [a1, b1]}}", '"page" is unknown; allowed: sentence, paragraph'),
    ("{regex: 'abc(d'}", '"abc(d" is no regular expression: unclosed group, at character 4: "(d"'),
    ("{regex: '\ufdf2 [z-a]'}", 'start must be <= the end, at character 4: "z-a]"'),  # one letter, folded to four
    ("{regex: '(?=x)y'}", '"(?=x)y" asks for what a search in linear time cannot do: look-around, including'),
    ("{regex: 'x{1000}{1000}{1000}'}", "cannot be used as a regular expression: Compiled regex exceeds size limit"),
    ("{regex: 'a*'}", "matches the empty text, so every article; ask"),
    ("{like: {examples: [x1], min_similarity: 7}}", '"7" is not a number from 0.05 to 1'),
    ("['*']", "has too few letters to be searched for"),
    ("{filter: not-sprot}", '"not-sprot" is no filter (did you mean "not-sport"?)'),
    ("{filter: not-sport}", 'has only "none"'),
    ("{filter: [not-sport]}", "an id"),
    ("{title: {none: [a1]}}", 'has only "none"'),
]


@pytest.mark.parametrize(("match", "words"), MISTAKES)
def test_mistakes_are_named(tmp_path: Path, match: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(desk(tmp_path, match), environ={})
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("severity", "more", "words"),
    [
        ("{priority: 3}", "", 'severity in steps needs "score"'),
        ("{immediate: 3, priority: 6}", "score: {title: 1}", "steps rise"),
        (
            "priority",
            "filters: [not-sprot]",
            '"not-sprot" is no filter (did you mean "not-sport"?)',
        ),
        ("priority", "except: '$nobody'", '"$nobody" names no entity, kind or list'),
    ],
)
def test_mistakes_in_rule_keys_are_named(tmp_path: Path, severity: str, more: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(desk(tmp_path, "[militia]", severity=severity, more=more), environ={})
    assert words in str(caught.value)


def test_included_files_are_one_desk_and_errors_name_their_file(tmp_path: Path) -> None:
    path = desk(tmp_path, '["$badr"]', name="main")
    path.write_text("include: [more/words.yaml]\n" + path.read_text())
    words = tmp_path / "more" / "words.yaml"
    words.parent.mkdir()
    words.write_text("entities: {badr: {aliases: [Badr]}}\n")
    assert Matcher(load(path, environ={})).match(article("Badr men"))
    words.write_text("entities: {badr: {aliases: [Badr], gloos: x}}\n")
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert str(caught.value).startswith(f"{words}:1:36: unknown key")
    words.write_text("entities: {badr: {aliases: [Badr]}}\nlists: {us-forces: [x1]}\nreceivers: {}\n")
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert 'unknown key "receivers" in an included file' in str(caught.value)
    assert '"us-forces" stands in' in str(caught.value)


@pytest.mark.parametrize("name", ["../secret.yaml", "/etc/passwd", "r.yaml", "link.yaml", ""])
def test_nothing_outside_the_folder_is_included(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.yaml").write_text("lists: {a: [secret]}\n")
    place = tmp_path / "desk"
    place.mkdir()
    (place / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    path = desk(place, "[militia]")
    path.write_text(f'include: ["{name}"]\n' + path.read_text())
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert "cannot be included; name a file in the folder" in str(caught.value)


def test_a_pattern_includes_the_files_that_fit_and_sees_new_ones(tmp_path: Path) -> None:
    path = desk(tmp_path, '["$badr"]', name="main")
    path.write_text('include: [rules/b.yaml, "rules/*.yaml"]\n' + path.read_text())
    folder = tmp_path / "rules"
    folder.mkdir()
    for name in ("b", "c", "a", ".hidden", "note.txt"):
        (folder / f"{name}.yaml").write_text(f"lists: {{l-{name.strip('.')[0]}: [{name[-1]}xyz]}}\n")
    (folder / "note.txt.yaml").rename(folder / "note.txt")
    (folder / "a.yaml").write_text("entities: {badr: {aliases: [Badr]}}\n")
    config = load(path, environ={})
    assert [Path(each).name for each in config.files] == ["b.yaml", "a.yaml", "c.yaml"]
    before = fingerprint(path, watched(config))
    (folder / ".d.yaml").write_text("lists: {l-d: [dxyz]}\n")
    assert fingerprint(path, watched(config)) == before
    (folder / ".d.yaml").rename(folder / "d.yaml")
    assert fingerprint(path, watched(config)) != before
    assert "l-d" in load(path, environ={}).lists


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("more/*.yaml", '"more/*.yaml" names no file; give it a file, or take this line out'),
        ("../*.yaml", '"../*.yaml" names no file'),
        ("/etc/*.conf", '"/etc/*.conf" names no file'),
        ("**", '"main.yml" cannot be included'),
        ("empty/", '"empty/" names no file; it is a folder: write "empty/*.yaml" for all its files'),
        ("linked/*.yaml", '"linked/x.yaml" cannot be included'),
    ],
)
def test_a_pattern_that_includes_nothing_is_told(tmp_path: Path, name: str, words: str) -> None:
    place, away = tmp_path / "desk", tmp_path / "away"
    (place / "empty").mkdir(parents=True)
    away.mkdir()
    (away / "x.yaml").write_text("lists: {a: [secret]}\n")
    (place / "linked").symlink_to(away)
    path = desk(place, "[militia]").rename(place / "main.yml")
    path.write_text(f'include: ["{name}"]\n' + path.read_text())
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert f"main.yml:1:11: {words}" in str(caught.value)


def test_explain_shows_the_tree_the_score_and_the_nearest_miss(tmp_path: Path) -> None:
    match = "{all: [{near: {terms: ['$us-forces', 'militia*'], within: 5}}, {any: [base, camp]}], none: [quiz]}"
    path = desk(tmp_path, match, severity="{priority: 3}", more="score: {title: 4, body: 0.5}")
    matcher = Matcher(load(path, environ={}))

    def told(text: str) -> list[str]:
        return list(lines(explain(matcher, matcher.rules[0], article(text))))[1:]

    assert told("US troops share base with militiamen") == [
        "  + all of",
        "    + all of",
        "      + near(us-forces, militia*) within 5",
        '        + $us-forces: "US troops" in the title',
        '        + militia*: "militiamen" in the title as militia*',
        "      + any of",
        '        + base: "base" in the title',
        "        - camp",
        "    + none of",
        "      - quiz",
        "  score: title 3 x 4 = 12: priority (priority from 3)",
    ]
    far = "US troops | Far from the " + "long " * 30 + "road the US troops left base, and " + "x " * 41 + "militias"
    assert told(far)[-1] == "  nearest: 1 of 2 clauses; missing: near(us-forces, militia*) within 5, closest 45"
    assert told("US troops base militia quiz")[-1].endswith('none of these may stand: "quiz" in the title')


def test_backtest_names_what_a_change_gains_loses_and_ranks_otherwise(tmp_path: Path) -> None:
    articles = [article("militia"), article("faction"), article("militia base")]
    before = load(desk(tmp_path, "[militia]"), environ={})
    after = load(desk(tmp_path, "{any: [faction, {all: [militia, base]}]}", severity="flash"), environ={})
    (change,) = compare(run(before, articles), run(after, articles))
    assert [each.article.title for each in change.gained] == ["faction"]
    assert [each.article.title for each in change.lost] == ["militia"]
    assert [(old.severity.word, new.severity.word) for old, new in change.changed] == [("priority", "flash")]


def test_backtest_says_apart_what_other_live_rules_told_already(tmp_path: Path) -> None:
    articles = [article("militia"), article("faction")]
    before = load(desk(tmp_path, "[militia]"), environ={})
    wider = replace(load(desk(tmp_path, "[militia, faction]"), environ={}).rules[0], id="new")
    first, second = run(before, articles), run(replace(before, rules=(*before.rules, wider)), articles)
    (change,) = compare(first, second, {"r"})
    assert [(each.article.title, by) for each, by in change.told] == [("militia", ("r",))]
    assert [each.article.title for each in change.gained] == ["faction"]
    graver = {number: replace(each, severity=Severity.FLASH) for number, each in second.items()}
    assert len(next(each for each in compare(first, graver, {"r"}) if each.rule == "new").gained) == 2
    (alone,) = compare(first, second)
    assert (len(alone.gained), alone.told) == (2, ()), "r told nobody"


def test_suggest_gives_spellings_that_no_alias_lists(tmp_path: Path) -> None:
    entity = load(desk(tmp_path, "[militia]"), environ={}).entities["kataib-hezbollah"]
    seen = [article("Kataib Hezbollah"), article("Ketaeb Hizbullah"), article("Ketaeb Hizbullah"), article("Hezbollah")]
    assert [(each.text, each.times) for each in spellings(entity, seen)] == [("Ketaeb Hizbullah", 2)]


def test_regex_bomb_takes_no_time(tmp_path: Path) -> None:
    matcher = Matcher(load(desk(tmp_path, r"{regex: '(a+)+$|(a|aa)+b'}"), environ={}))
    started = time.process_time()
    matcher.match(article("x | " + "a" * 260_000 + "!"))
    assert time.process_time() - started < 5  # exponential takes for ever; this is no benchmark


WORD_CLASSES = [
    r"\w+", r"in \w+ minute", r"[\w ]{2,9}", r"[^\w]", r"[\w--\d]+", r"[\w-]", r"(?P<word>\w)\b", r"(?x) s \w \s", r"\\w", r"\\\w", r"(?-u:\w)n",
]  # fmt: skip


@pytest.mark.parametrize("pattern", WORD_CLASSES)
def test_word_characters_are_what_the_engine_takes_for_them(pattern: str) -> None:
    text = fold("In 4th minute: ＳÄbel's \\w ② بغداد، شبه‌نظامی لە هەولێر")
    ours, engines = (flpc.finditer(each, text) for each in (compiled(pattern), flpc.compile(f"(?i){pattern}")))
    assert [(each.start(0), each.end(0)) for each in ours] == [(each.start(0), each.end(0)) for each in engines]


@pytest.mark.parametrize("pattern", [r"\w{2", r"(\w", r"(?=\w)a"])
def test_a_faulty_pattern_is_told_of_as_it_was_written(pattern: str) -> None:
    with pytest.raises(ValueError, match=re.escape(pattern)):
        compiled(pattern)


DISGUISES = [
    "mili\u200btia", "mili\u00adtia", "mili\u2060tia", "\ufeffmilitia", "m\u0456l\u0456tia", "milit\u0456\u0430", "\uff4d\uff49\uff4c\uff49\uff54\uff49\uff41",
    "\U0001d426\U0001d422\U0001d425\U0001d422\U0001d42d\U0001d422\U0001d41a", "\u24dc\u24d8\u24db\u24d8\u24e3\u24d8\u24d0", "mi\u0301litia",
    "mil\U000e0069itia", "militia\ufe0f", "&#109;ilitia", "milit&#x69;a", "_militia_", "MILITIA", "mili\u200dtia",
]  # fmt: skip


@pytest.mark.parametrize("disguise", DISGUISES)
def test_disguised_word_is_found(tmp_path: Path, disguise: str) -> None:
    text = f"A {disguise} moves"
    (match,) = Matcher(load(desk(tmp_path, "[militia]"), environ={})).match(article(text))
    assert match.hits[0].text in text
    assert match.hits[0].disguised is bool(set(disguise) & set("\u0456\u0430"))


def test_words_that_make_no_two_stories_alike_make_no_text_like_an_example() -> None:
    """One table for both: `like` weighs none of them."""
    assert profile(" ".join(STOP)) == {}
    assert similarity(profile("officials said militia reportedly"), profile("the militia"))[0] == 1.0
