"""What check warns of, and what it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.rule import Config
from alerts.rules.automaton import Automaton
from alerts.rules.config import load
from alerts.rules.dead_terms import dead_beside
from alerts.rules.everywhere import FEWEST, everywhere
from alerts.rules.forms.paradigm import denied
from alerts.rules.lexicon import spelt
from alerts.rules.lint import too_broad, warnings
from crawler.article import Article
from crawler.text.folding import Folded, fold
from tests.unit.desk import NOW

HEAD = 'version: 1\nsources: [{id: wire, url: "https://wire.example/"}]\n'
RULE = "rules:\n  - {id: r, title: T, match: %s, severity: priority, notify: [console], tests: {match: [a], no_match: [b]}}\n"
CONSOLE = 'receivers: {console: {urls: ["console://"]}}\n'
WARNED = [
    ("no tests", CONSOLE, RULE.replace(", tests: {match: [a], no_match: [b]}", "") % "[a1]", "has no tests of both kinds"),
    ("dead entity", CONSOLE + "entities: {e: {aliases: [x1]}}\n", RULE % "[a1]", 'entity "e" is dead'),
    ("a kind misspelt", CONSOLE + "entities: {e: {aliases: [x1], is_a: iraqi-militias}, f: {aliases: [y1], is_a: iraqi-militia}}\n", RULE % '["$iraqi-militia"]', '"e" is_a "iraqi-militias", a kind that nothing asks for (did you mean "iraqi-militia"?)'),
    ("dead list", CONSOLE + "lists: {l: [x1]}\n", RULE % "[a1]", 'list "l" is dead'),
    ("repeated", CONSOLE + "lists: {l: [Ain al-Asad, ain al asad]}\n", RULE % '["$l"]', "stands more than once"),
    ("shared alias", CONSOLE + "entities: {e: {aliases: [x1]}, f: {aliases: [X1]}}\n", RULE % '["$e", "$f"]', 'belongs to "e" too'),
    ("inside another", CONSOLE + "entities: {e: {aliases: [Hezbollah]}, f: {aliases: [Kataib Hezbollah]}}\n", RULE % '["$e", "$f"]', "add it to not_like"),
    ("spelled alike", CONSOLE + "entities: {e: {aliases: [Khamenei], fuzzy: auto}, f: {aliases: [Khomeini], fuzzy: auto}}\n", RULE % '["$e", "$f"]', "say not_like in both"),
    ("nobody is told", 'receivers: {console: {urls: ["console://"]}, spare: {urls: ["json://127.0.0.1:9/"]}}\n', RULE % "[a1]", 'receiver "spare" is reached by no live rule'),
    ("asks for too much", 'receivers: {console: {urls: ["console://"], min_severity: flash}}\n', RULE % "[a1]", "no rule that notifies it is so urgent"),
    ("dead term", CONSOLE, RULE % '["militia*", militias]', '"militias" is dead beside "militia*"'),
    ("never so reliable", CONSOLE, RULE.replace("tests:", "when: {reliability: B}, tests:") % "[a1]", "waits for a source of reliability B or better, and the best is F"),
    ("never confirmed", CONSOLE, RULE.replace("tests:", "when: {origins: 2}, tests:") % "[a1]", "waits for 2 origins, and the sources have 1 owners; it may wait for ever"),
    ("forbidden and asked for", CONSOLE, RULE % "{any: [a1, b1], none: [b1]}", 'asks for "b1" and forbids it'),
    ("no such source", CONSOLE, RULE % "{all: [a1, {source: [wier]}]}", 'asks for the source "wier", and no source has such an id or name (did you mean "wire"?)'),
    ("no such source to veto", CONSOLE, RULE % "{any: [a1], none: [{source: [wire, other]}]}", 'asks for the source "other", and no source'),
    ("slack by apprise", 'receivers: {console: {urls: ["slack://xoxb-not-a-token-of-anyone/C0123ABCD"]}}\n', RULE % "[a1]", 'receiver "console" reaches Slack by Apprise (slack://): no message is edited'),
    ("slack by webhook", 'receivers: {console: {urls: ["https://hooks.slack.com/services/T0NOTREAL/B0NOTREAL/notAtoken"]}}\n', RULE % "[a1]", 'receiver "console" reaches Slack by Apprise (https://)'),
    ("except that masks all", CONSOLE, RULE.replace("severity:", 'except: ["gunm*"], severity:') % "[gunmen]", "masks all that its match asks for"),
    ("anchor at the beginning", CONSOLE, RULE % '{regex: "^gunmen"}', "can never match: folded text has a space at its beginning"),
    ("anchor at the end", CONSOLE, RULE % '{regex: "fired$"}', "can never match: folded text has a space"),
    ("regex deep in a rule", CONSOLE, RULE % '{all: [a1, {any: [b1, {regex: "^gunmen"}]}]}', "can never match: folded text has"),
    ("hyphen in a regex", CONSOLE, RULE % '{regex: "su-30"}', 'folded text has no "-" (case, marks and punctuation are gone): it looks like "su 30"'),
    ("dots and capitals in a regex", CONSOLE, RULE % "{regex: '\\bE\\.U\\.'}", 'it looks like "eu"'),
    ("apostrophe in a regex", CONSOLE, RULE % '{regex: "sana\'a"}', 'it looks like "sanaa"'),
    ("joiner in a regex", CONSOLE, RULE % '{regex: "ab\\u200dcd"}', 'it looks like "abcd"'),
    ("an article", CONSOLE, RULE % "[militia, the]", '"the" stands in 100% of everyday texts (en): it tells no article from another'),
    ("a wildcard", CONSOLE, RULE % '{all: [militia, "*in*"]}', '"*in*" stands in '),
    ("one that vetoes all", CONSOLE, RULE % "{any: [militia], none: [{body: [of]}]}", '"of" stands in '),
    ("one in a list", CONSOLE + "lists: {l: [militia, في]}\n", RULE % '["$l"]', '"في" ($l) stands in 100% of everyday texts (ar)'),
    ("no words for a denial", CONSOLE + "lists: {deed-strike: [strike~]}\n", RULE % "{event: {deed: [strike]}}", 'what is denied, expected or remembered counts as done, as there is no list standing-NAME'),
    ("a standing that nothing shows", CONSOLE + "lists: {deed-strike: [strike~], standing-expected: [will]}\n", RULE % "{event: {deed: [strike], standing: [denied, expected]}}", 'asks for an event that is denied, and no list "standing-denied" says by which words'),
    ("a name that is a word", CONSOLE + "entities: {e: {aliases: [Ain al-Asad, از]}}\n", RULE % '["$e"]', '"از" ($e) stands in '),
]  # fmt: skip
QUIET = [
    ("anchor with its space", '{regex: "^ gunmen"}'),
    ("a choice of which one can be", '{regex: "su-30|su 30"}'),
    ("an optional hyphen", '{regex: "su-? ?30"}'),
    ("any case", '{regex: "(?i)GUNMEN"}'),
    ("a word beside another", "{near: {terms: [the, gunmen], within: 1}}"),
    ("a class", '{regex: "[A-z]unmen"}'),
]


@pytest.mark.parametrize(("name", "condition"), QUIET, ids=[row[0] for row in QUIET])
def test_regex_that_can_match_is_not_called_impossible(tmp_path: Path, name: str, condition: str) -> None:
    found = [str(problem) for problem in warnings(desk(tmp_path, HEAD + CONSOLE + RULE % condition))]
    assert not any("never match" in each for each in found), (name, found)


def test_except_that_leaves_a_term_masks_not_all(tmp_path: Path) -> None:
    rules = RULE.replace("severity:", 'except: ["gunmen of the fair"], severity:') % "[gunmen, raiders]"
    assert not any("masks all" in str(problem) for problem in warnings(desk(tmp_path, HEAD + CONSOLE + rules)))


def desk(place: Path, text: str) -> Config:
    path = place / "rules.yaml"
    path.write_text(text)
    return load(path, environ={})


@pytest.mark.parametrize(
    ("receiver", "words"),
    [
        ('spare: {urls: ["json://127.0.0.1:9/"]}', "reached by no live rule"),
        ('console2: {urls: ["json://127.0.0.1:9/"], min_severity: flash}', "no rule that notifies it is so urgent"),
        ('chat: {urls: ["slack://TA/BA/CAAAAAAAAAAAAAAAAAAAAAAA/#desk"]}', "reaches Slack by Apprise"),
    ],
)
def test_a_warning_on_a_receiver_stands_at_its_place(tmp_path: Path, receiver: str, words: str) -> None:
    head = f'receivers:\n  console: {{urls: ["console://"]}}\n  {receiver}\n'
    rules = (
        (RULE % "[gunmen]").replace("[console]", "[console, console2]") if "console2" in receiver else RULE % "[gunmen]"
    )
    text = HEAD + head + rules
    [found] = [str(problem) for problem in warnings(desk(tmp_path, text)) if words in str(problem)]
    line = next(n for n, each in enumerate(text.splitlines(), 1) if receiver in each)
    assert f"rules.yaml:{line}:3:" in found


@pytest.mark.parametrize(
    ("admin", "more", "warned"),
    [
        ("console", 'hook: {urls: ["json://127.0.0.1:9/"]}', True),
        ("paper", 'hook: {urls: ["json://127.0.0.1:9/"]}\n  paper: {urls: ["log://", "console://"]}', True),
        ("hook", 'hook: {urls: ["json://127.0.0.1:9/"]}', False),
        ("both", 'both: {urls: ["console://", "json://127.0.0.1:9/"]}', False),
        ("console", 'paper: {urls: ["log://"]}', False),
    ],
)
def test_an_admin_whom_nobody_reads_is_named_where_others_are_read(
    tmp_path: Path, admin: str, more: str, warned: bool
) -> None:
    text = HEAD + f'settings: {{admin: {admin}}}\nreceivers:\n  console: {{urls: ["console://"]}}\n  {more}\n'
    found = [str(each) for each in warnings(desk(tmp_path, text + RULE % "[a1]")) if "tells nobody" in str(each)]
    said = (
        f'notices of faults go to receiver "{admin}" alone, which tells nobody by itself; let settings.admin name hook'
    )
    assert [each.partition(": ")[2] for each in found] == ([said] if warned else [])


@pytest.mark.parametrize(("name", "head", "rules", "words"), WARNED, ids=[row[0] for row in WARNED])
def test_warns(tmp_path: Path, name: str, head: str, rules: str, words: str) -> None:
    found = [str(problem) for problem in warnings(desk(tmp_path, HEAD + head + rules))]
    assert any(words in each for each in found), (name, found)


@pytest.mark.parametrize(
    ("terms", "dead"),
    [
        ("[militia*, militia]", ['"militia"']),  # and not "militia*", which finds militias too
        ("[militia*, 'milit*']", ['"militia*"']),
        ("['milit?a', militia]", ['"militia"']),
        ("[militia*, 'militia?']", ['"militia?"']),
        ("[militia*, 'militia?*']", ['"militia?*"']),
    ],
)
def test_term_is_dead_only_beside_one_that_finds_as_much(tmp_path: Path, terms: str, dead: list[str]) -> None:
    found = [
        str(each) for each in warnings(desk(tmp_path, HEAD + CONSOLE + RULE % terms)) if "dead beside" in str(each)
    ]
    assert [each.partition(": ")[2].partition(" is dead")[0] for each in found] == dead


def test_terms_are_dead_beside_many_as_beside_each_alone() -> None:
    terms = [
        "strike~",
        "struck",
        "drone strike*",
        "drone strikes",
        "سفارة",
        "سفار*",
        "کشتن~",
        "کشته شد",
        "نکشت",
        "F-16",
    ]

    def finds(other: str, term: str) -> bool:
        texts = [Folded(term.replace("*", more)) for more in ("", "xx")]
        denials = [fold(each.text) for each in denied(other)] if "~" in other else []
        automaton = Automaton(text for text, _ in spelt(other))
        return all(any(automaton.find(each)) and each.text not in denials for each in texts)

    def alone(term: str) -> str:
        found = (other for other in terms if other != term and "~" not in term and finds(other, term))
        return next(found, "")

    found = dict(dead_beside(terms, terms))
    assert found == {term: alone(term) for term in terms if alone(term)}
    assert found == {
        "struck": "strike~",
        "drone strikes": "strike~",
        "سفارة": "سفار*",
        "کشته شد": "کشتن~",
    }


def test_a_name_stands_inside_others_by_whole_words(tmp_path: Path) -> None:
    names = "entities: {a: {aliases: [Base]}, b: {aliases: [Air Base, Bases]}, c: {aliases: [Main Air Base One]}}\n"
    found = [str(each) for each in warnings(desk(tmp_path, HEAD + CONSOLE + names + RULE % '["$a", "$b", "$c"]'))]
    inside = [each.partition("warning: ")[2] or each for each in found if "stands inside" in each]
    said = [tuple(each.split('"')[1:4:2]) for each in inside]
    assert said == [("Base", "Air Base"), ("Base", "Main Air Base One"), ("Air Base", "Main Air Base One")]


@pytest.mark.parametrize(
    ("owners", "warned"), [(("o", "o"), True), (("o", "p"), False), (("", ""), False), (("a", ""), False)]
)
def test_outlets_of_one_owner_are_one_origin(tmp_path: Path, owners: tuple[str, str], warned: bool) -> None:
    rows = [
        f'{{id: {name}, url: "https://{name}.example/"{f", owner: {owner}" if owner else ""}}}'
        for name, owner in zip("ab", owners, strict=True)
    ]
    head = f"version: 1\nsources: [{', '.join(rows)}]\n"
    config = desk(tmp_path, head + CONSOLE + RULE.replace("tests:", "when: {origins: 2}, tests:") % "[a1]")
    assert any("waits for 2 origins" in str(each) for each in warnings(config)) is warned


def test_slack_by_our_own_receiver_is_not_warned_of(tmp_path: Path) -> None:
    ours = 'receivers: {console: {urls: ["watchslack://xoxb-not-a-token-of-anyone/C0123ABCD"]}}\n'
    assert not [each for each in warnings(desk(tmp_path, HEAD + ours + RULE % "[a1]")) if "Slack" in str(each)]


def test_broad_rule_is_named_with_its_rate(tmp_path: Path) -> None:
    config = desk(tmp_path, HEAD + CONSOLE + RULE % "[a1]")
    assert [str(each).partition(": ")[2] for each in too_broad(config, {"r": 480}, 2)] == [
        'rule "r" fires 240 x a day; narrow it'
    ]
    assert too_broad(config, {"r": 80}, 2) == []


PRIVATE = "http://10.1.2.3/rss"


@pytest.mark.parametrize(
    ("url", "allowed", "why"),
    [
        (PRIVATE, "", "10.1.2.3 is 10.1.2.3, which is no public address; settings.allow_private can let it through"),
        (PRIVATE, "10.0.0.0/8", ""),
        ("http://localhost:8000/rss", "", "localhost is 127.0.0.1, which is no public address"),
        ("http://localhost:8000/rss", "localhost", ""),
        ("http://[::1]/rss", "", "which is no public address"),
        ("http://[::1]/rss", '"::1"', ""),
        ("https://bücher.example/", "", "a host that is not written plainly"),
        ("https://wire.example/rss", "", ""),
        ("https://8.8.8.8/rss", "", ""),
    ],
)
def test_address_that_can_never_be_polled_is_named_at_its_place(
    tmp_path: Path, url: str, allowed: str, why: str
) -> None:
    settings = f"settings: {{allow_private: [{allowed}]}}\n" if allowed else ""
    config = desk(tmp_path, HEAD.replace("https://wire.example/", url) + settings + CONSOLE + RULE % "[a1]")
    found = [str(each) for each in warnings(config) if "never be polled" in str(each)]
    assert bool(found) is bool(why)
    for each in found:
        assert each.startswith(f'{config.path}:2:27: source "wire" can never be polled: ')
        assert why in each


def test_archive_shows_which_term_stands_in_nearly_every_article(tmp_path: Path) -> None:
    config = desk(tmp_path, HEAD + CONSOLE + RULE % "[reuters, militia]")
    told = [Article(str(n), "wire", f"News {n}", NOW, text="BAGHDAD (Reuters)", lang="en") for n in range(FEWEST)]
    (found,) = everywhere(config, told)
    assert found.message.startswith('"reuters" stands in 100% of your articles (en)')
    assert everywhere(config, told[1:]) == []
    assert everywhere(config) == []


@pytest.mark.parametrize(
    ("source", "condition", "warned"),
    [
        ("lang: en", "{all: [a1, {lang: [fr]}]}", True),
        ("lang: en", "[a1], lang: [fr]", True),
        ("lang: en", "{all: [a1, {lang: [fr, en]}]}", False),
        ("lang: en-GB", "[a1], lang: [en]", False),
        ("every: 5m", "[a1], lang: [fr]", False),  # without a language of its own it may bring any
    ],
)
def test_a_language_that_no_source_has_is_warned_of(tmp_path: Path, source: str, condition: str, warned: bool) -> None:
    path = tmp_path / "rules.yaml"
    head = HEAD.replace('.example/"}', f'.example/", {source}}}')
    path.write_text(head + CONSOLE + RULE % condition, encoding="utf-8")
    found = [str(each) for each in warnings(load(path, environ={}))]
    assert any("asks for articles in fr, and the sources are in en;" in each for each in found) is warned
