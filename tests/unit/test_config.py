"""rules.yaml: one file an admin mistake with the messages it gets; what a good one becomes."""

from __future__ import annotations

import os
import re
import time
from dataclasses import replace
from datetime import time as clock
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from alerts.alert import Escalate, Hours, Receiver, Severity
from alerts.rule import When
from alerts.rules.config import exposed, fingerprint, load
from alerts.rules.lint import failed_tests
from crawler.config.sources import read_sources
from crawler.config.yamlfile import ConfigError, Problems, read_file, read_yaml
from tests.unit.desk import desk, rule

MISTAKES = Path(__file__).parents[1] / "config"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(path.stem for path in MISTAKES.glob("*.yaml")))
def test_mistake_gets_its_message(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(MISTAKES)
    expected = (MISTAKES / f"{name}.txt").read_text(encoding="utf-8").splitlines()[:-1]
    with pytest.raises(ConfigError) as caught:
        raise ConfigError(failed_tests(load(Path(f"{name}.yaml"), environ={})))
    assert [str(problem) for problem in caught.value.problems] == expected


def test_shipped_rules_name_all_in_two_scripts_and_have_tests() -> None:
    config = load(ROOT / "rules.yaml", environ={})
    assert len(config.sources) >= 12
    assert len(config.entities) >= 12
    scripts = ("a-z", "\u0627-\u064a")
    for entity in config.entities.values():
        letters = "".join(entity.aliases)
        assert any(char.isascii() and char.isalpha() for char in letters), entity.id
        assert any("\u0600" <= char <= "\u06ff" for char in letters), (entity.id, scripts)
    # no headline matches a rule that compares, where no language model reads it
    matching = [rule for rule in config.rules if not any(rule.match.of("reads_like"))]
    assert all(rule.tests.match for rule in matching)
    assert all(rule.tests.no_match for rule in config.rules)


def test_secret_is_taken_from_the_environment_and_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    desk(tmp_path, rule("[militia]"))
    path.write_text(path.read_text().replace("console://", "${HOOK}"))
    config = load(path, environ={"HOOK": "json://127.0.0.1:9/token-of-mine"})
    assert config.receivers["console"].targets[0].url == "json://127.0.0.1:9/token-of-mine"
    with pytest.raises(ConfigError) as caught:
        load(path, environ={"HOOK": "slack://token-of-mine"})
    assert "token-of-mine" not in str(caught.value)
    assert load(path, resolve_secrets=False, environ={}).receivers["console"].targets[0].url == "${HOOK}"


def test_rule_version_follows_what_decides_and_nothing_else(tmp_path: Path) -> None:
    def version(match: str, **words: str) -> str:
        return desk(tmp_path, rule(match, **words)).rules[0].version

    same = version('["$pmf"]')
    assert version('["$pmf"]') == same
    assert version('["$pmf"]', notify="[console, hook]") == same
    assert version('["$pmf"]', severity="flash") != same
    assert version('["$kataib-hezbollah"]') != same
    words = (tmp_path / "rules.yaml").read_text()
    (tmp_path / "rules.yaml").write_text(words.replace("$kataib-hezbollah", "$pmf").replace('"=PMF", ', ""))
    assert load(tmp_path / "rules.yaml", environ={}).rules[0].version != same


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deep", "a: " + "[" * 2_000),
        ("anchors", "a: &a [x]\nb: [*a, *a, *a]\n"),
        ("large", "a: " + "x" * 1_100_000),
        ("NUL", "a: \x00"),
        ("big int", "version: " + "9" * 5_000),
    ],
)
def test_bomb_is_refused_at_once(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    started = time.process_time()
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert caught.value.problems, name
    assert time.process_time() - started < 5  # a bomb takes minutes; this is no benchmark


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    (tmp_path / "latin").write_bytes("title: caf\xe9\n".encode("latin-1"))
    for name, words in [
        ("fifo", "no regular file"),
        (".", "a directory"),
        ("absent", "No such file"),
        ("latin", "no UTF-8"),
    ]:
        problems = Problems()
        assert read_file(tmp_path / name, problems)[1] is None
        assert words in str(next(iter(problems)))


def test_places_count_code_points_from_one() -> None:
    problems = Problems()
    read_yaml("الحشد: [militia,\n  *militia]\n", "r.yaml", problems)
    assert [str(problem.place) for problem in problems] == ["r.yaml:2:3"]


def test_sources_are_read_without_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    settings = 'settings: {allow_private: ["10.0.0.0/8"]}'
    path.write_text(f'sources:\n  - {{id: a, url: "https://a.example/f"}}\n{settings}\nrules: 7\n')
    sources, allowed = read_sources(path)
    assert ([source.id for source in sources], allowed) == (["a"], ("10.0.0.0/8",))


def test_fingerprint_changes_when_the_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    assert fingerprint(path) == (None,)
    path.write_text("a")
    first = fingerprint(path)
    other = tmp_path / "other"
    other.write_text("a")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)
    assert fingerprint(path) != first


def test_file_that_others_may_write_is_named(tmp_path: Path) -> None:
    desk(tmp_path, rule("[militia]"))
    path = tmp_path / "rules.yaml"
    path.chmod(0o644)
    assert exposed(path) == []
    path.chmod(0o664)
    assert [str(each) for each in exposed(path)] == [
        f"{path}:1:1: others may write this file; chmod go-w takes that away"
    ]


def test_environment_is_read_in_receivers_only(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    desk(tmp_path, rule('["x1 ${SECRET}"]'), settings='contact: "${SECRET}"')
    words = path.read_text().replace("title: Rule r", 'title: "${SECRET}"')
    path.write_text(words)
    config = load(path, environ={"SECRET": "hunter2"})
    assert "hunter2" not in repr(config)
    assert (config.contact, config.rules[0].title) == ("${SECRET}", "${SECRET}")


WHOLE = """\
version: 1
settings:
  {timezone: Asia/Baghdad, freshness: 24h, backfill: 6h, admin: desk, contact: "watch@example.org", allow_private: [10.0.0.0/8],
   host_at_once: 2, host_apart: 3s, places: [town]}
sources: [{id: wire, url: "https://wire.example/rss.xml"}]
receivers:
  desk:
    {urls: ["json://127.0.0.1:9/a"], min_severity: priority, timezone: Europe/Berlin, quiet_hours: "22:00-06:00", breach: immediate,
     digest: ["19:00", "07:00", "19:00"], rate: 6, group_wait: 2m, standby: spare}
  spare: {urls: ["watchslack://xoxb-1111111111-a/C0123ABCD"], escalate: {after: 5m, to: desk}}
entities:
  balad: {aliases: [Balad, "بلد"], is_a: town, label: Balad air base, gloss: north of Baghdad, fuzzy: 85, not_like: [Balada],
    requires: {"بلد": ["قاعدة"]}}
  basra: {aliases: [Basra], is_a: [town, port], fuzzy: auto, requires: [oil]}
  amara: {aliases: [Amara], fuzzy: off}
lists: {bases: [base, camp]}
filters: {in-iraq: [Iraq]}
rules:
  - id: r
    title: Bases
    match: ["$town", "$bases"]
    severity: {routine: 2, flash: 6}
    notify: [desk, spare]
    except: ["base rate"]
    filters: [in-iraq]
    score: {title: 4, lead: {words: 50, weight: 2}, body: 0.5, boosts: [{if: [killed], add: 3}]}
    lang: [en, ar]
    tags: [force]
    when: {origins: 2, reliability: C}
    mode: shadow
    pir: PIR-1
    contact: "@desk"
    notes: first
    tests: {match: [Base in Iraq], no_match: [Base rate]}
  - {id: s, title: Plain, match: [oil], severity: routine, notify: [spare]}
"""


def test_all_that_may_be_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    config = load(path, environ={})
    assert (config.timezone, config.freshness, config.backfill) == (
        "Asia/Baghdad",
        timedelta(hours=24),
        timedelta(hours=6),
    )
    assert re.fullmatch("[0-9a-f]{8}", config.version)
    assert (config.admin, config.contact, config.allow_private) == ("desk", "watch@example.org", ("10.0.0.0/8",))
    assert (config.host_at_once, config.host_apart, config.places) == (2, timedelta(seconds=3), ("town",))
    desk_, spare = config.receivers["desk"], config.receivers["spare"]
    assert replace(desk_, targets=()) == Receiver(
        "desk", (), Severity.PRIORITY, "Europe/Berlin", Hours(clock(22), clock(6)), Severity.IMMEDIATE,
        (clock(7), clock(19)), 6, timedelta(minutes=2), "spare",
    )  # fmt: skip
    assert replace(spare, targets=()) == Receiver(
        "spare", (), zone="Asia/Baghdad", escalate=Escalate(timedelta(minutes=5), "desk")
    )
    balad, basra, amara = config.entities.values()
    assert (balad.aliases, balad.is_a, balad.label, balad.gloss) == (
        ("Balad", "بلد"),
        ("town",),
        "Balad air base",
        "north of Baghdad",
    )
    assert (balad.fuzzy, balad.not_like, balad.requires) == (85.0, ("Balada",), {"بلد": ("قاعدة",)})
    assert (basra.is_a, basra.fuzzy, basra.requires) == (("town", "port"), 0.0, {"": ("oil",)})
    assert (amara.is_a, amara.fuzzy, amara.not_like, amara.requires) == ((), None, (), {})
    assert config.lists["bases"].terms == ("base", "camp")
    whole, plain = config.rules
    assert (whole.severity, whole.steps) == (Severity.FLASH, ((2.0, Severity.ROUTINE), (6.0, Severity.FLASH)))
    assert (whole.title, whole.notify, whole.masks, whole.lang) == (
        "Bases",
        ("desk", "spare"),
        ("base rate",),
        ("en", "ar"),
    )
    assert (whole.tags, whole.when, whole.mode) == (("force",), When(2, "C"), "shadow")
    assert (whole.pir, whole.contact, whole.notes) == ("PIR-1", "@desk", "first")
    assert [[line for line, _ in lines] for lines in (whole.tests.match, whole.tests.no_match)] == [
        ["Base in Iraq"],
        ["Base rate"],
    ]
    assert whole.score is not None
    assert (whole.score.title, whole.score.lead, whole.score.lead_words, whole.score.body) == (4, 2, 50, 0.5)
    assert [each.add for each in whole.score.boosts] == [3]
    assert (whole.match.op, [each.op for each in whole.match.children]) == ("all", ["any", "any"])
    assert (plain.severity, plain.steps, plain.score, plain.when, plain.mode) == (
        Severity.ROUTINE,
        (),
        None,
        When(),
        "live",
    )
    assert (plain.masks, plain.lang, plain.tags, plain.pir, plain.contact, plain.notes) == ((), (), (), "", "", "")
    assert failed_tests(config) == []


def test_what_is_not_written_has_its_default(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        'version: 1\nsources: [{id: wire, url: "https://wire.example/"}]\nreceivers: {console: {urls: ["console://"]}}\n'
        "rules: [{id: r, title: T, match: [a1], severity: routine, notify: [console], score: {body: 1}}]\n"
    )
    config = load(path, environ={})
    assert (config.timezone, config.freshness, config.backfill) == ("UTC", timedelta(hours=48), timedelta(0))
    assert (config.admin, config.contact, config.allow_private, config.places) == ("console", "", (), ())
    assert (config.host_at_once, config.host_apart, config.files) == (4, None, ())
    assert replace(config.receivers["console"], targets=()) == Receiver("console", (), rate=24)
    (score,) = (each.score for each in config.rules)
    assert score is not None
    assert (score.title, score.body, score.lead, score.boosts) == (1.0, 1.0, None, ())


WRITTEN_WRONG = [
    ("is_a: [town, port]", "is_a: [town, {a: b}]", 'is_a of "basra" takes an id or a list of ids'),
    ("fuzzy: 85", "fuzzy: 59", '"59" is no way to match transliterations'),
    ("fuzzy: 85", "fuzzy: 101", '"101" is no way to match transliterations'),
    ("places: [town]", "places: [twon]", 'settings.places names "twon", which is no entity or kind (did you mean "town"?)'),
    ("standby: spare", "standby: spar", 'standby names "spar", which is no receiver (did you mean "spare"?); known: desk, spare'),
    ("standby: spare", "standby: desk", "standby runs in a ring: desk -> desk"),
    ("to: desk", "to: spare", "escalate.to runs in a ring: spare -> spare"),
    ("standby: spare}", "escalate: {after: 5m, to: spare}}", 'receiver "desk" may not escalate'),
    ("timezone: Europe/Berlin", "timezone: Europe/Berlim", '"Europe/Berlim" is no time zone'),
    ("routine: 2, flash: 6", "routine: 2, flash: 2", "steps rise: flash must follow a lower severity at a lower score"),
    ("routine: 2, flash: 6", "", "severity without a step"),
    ("rate: 6", "rate: 3", '"3" is not a whole number from 4 to 600'),
    ("filters: [in-iraq]", "filters: [in-irak]", '"in-irak" is no filter (did you mean "in-iraq"?); known: in-iraq'),
    ("in-iraq: [Iraq]", "in-iraq: {filter: in-iraq}", 'filter "in-iraq" names itself'),
    ('"$town"', '"$twon"', '"$twon" names no entity, kind or list (did you mean "$town"?)'),
    ("requires: [oil]", "requires: {Basrah: [oil]}", 'requires of "basra" names "Basrah", which is none of its aliases'),
    ("boosts: [{if: [killed]", "boosts: [{if: {none: [killed]}", "a boost that only forbids would always count"),
    ("lists: {bases:", "lists: {basra: [x1], bases:", '"basra" is a list already; entities and lists share their names'),
    ("is_a: town", "is_a: balad", '"balad" is_a itself'),
    ("id: s,", "id: r,", "rule id"),
    ("not_like: [Balada]", 'not_like: ["$basra"]', 'not_like of "balad" holds plain terms'),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "words"), WRITTEN_WRONG, ids=[row[1] or "no step" for row in WRITTEN_WRONG])
def test_one_thing_written_wrong_is_named(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    assert right in WHOLE
    path = tmp_path / "rules.yaml"
    path.write_text(WHOLE.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert words in str(caught.value)


def test_a_faulty_term_hides_no_unknown_name_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(WHOLE.replace('"$town"', '"$mown", "*", {any: ["$twon", "*"]}', 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    said = str(caught.value)
    assert said.count('"*" has too few letters') == 2
    assert said.count('"$twon" names no entity, kind or list (did you mean "$town"?)') == 1
    assert said.count('"$mown" names no entity') == 1


def test_a_name_is_not_like_another_by_its_sign(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(WHOLE.replace('"$town"', '"$toxywzz"', 1), encoding="utf-8")  # 55 alike, with the signs 62
    with pytest.raises(ConfigError, match='"\\$toxywzz" names no entity, kind or list; define it'):
        load(path, environ={})


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [("rate: 6", "rate: 3", '"3" is not a whole number'), ('urls: ["json', 'url: ["json', 'lacks "urls"')],
)
def test_one_faulty_receiver_hides_no_other(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    path = tmp_path / "rules.yaml"
    text = WHOLE.replace(right, wrong).replace("to: desk", "to: nobody")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert words in str(caught.value)
    assert 'escalate.to names "nobody"' in str(caught.value)


NOBODY = "  - {id: r, title: R, match: [militia], severity: priority}\n"


def test_rule_tells_those_of_settings_unless_it_names_its_own(tmp_path: Path) -> None:
    rules = NOBODY + rule("[militia]", name="own", notify="[hook]")
    config = desk(tmp_path, rules, settings="notify: [console, hook]")
    assert [each.notify for each in config.rules] == [("console", "hook"), ("hook",)]


def test_fault_elsewhere_in_settings_leaves_rules_their_receivers(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        desk(tmp_path, NOBODY, settings="notify: [console], freshness: soon")
    assert [each.message for each in caught.value.problems] == [
        '"soon" is no length of time; write 90s, 5m, 48h, 7d or 2w'
    ]


SHARED = '  museums: ["militia museum"]\nfilters:\n  none-of-it: {any: [$museums, "militia song*"]}\n'


@pytest.mark.parametrize("written", ["$museums", "[$museums]", "{filter: none-of-it}", "[quiz, {filter: none-of-it}]"])
def test_except_is_shared_by_the_name_of_a_list_or_filter(tmp_path: Path, written: str) -> None:
    tests = 'tests: {match: ["A militia marches"], no_match: ["Militia museum opens"]}'
    text = rule("[militia]").replace("severity", f"except: {written}, {tests}, severity")
    assert failed_tests(desk(tmp_path, text, lists=SHARED)) == []
    plain = text.replace(f"except: {written}, ", "")
    assert len(failed_tests(desk(tmp_path, plain, lists=SHARED))) == 1


NESTED = "filters:\n  place: {any: [base, camp]}\n  raid: {all: [{filter: place}, raid]}\n"


def test_a_filter_is_gone_through_once_wherever_it_is_named(tmp_path: Path) -> None:
    rules = "".join(rule("{filter: raid}", name=name) for name in ("one", "two"))
    first, second = (each.match for each in desk(tmp_path, rules, lists=NESTED).rules)
    assert first.children[0] is second.children[0]
    assert [each.op for each in first.children[0].children] == ["filter", "term"]
    assert first.children[0].children[0].children[0].op == "any"


INCLUDING = 'version: 1\nreceivers: {console: {urls: ["console://"]}}\n'


def test_pattern_that_passes_over_the_folder_of_rules_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "desk" / "rules").mkdir(parents=True)
    (tmp_path / "desk" / "sources.yaml").write_text('sources: [{id: wire, url: "https://wire.example/"}]\n')
    (tmp_path / "desk" / "rules" / "militia.yaml").write_text("rules:\n" + rule("[militia]"))
    path = tmp_path / "rules.yaml"
    path.write_text(INCLUDING + 'include: ["desk/*.yaml"]\n')
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert str(caught.value) == (
        f'{path}:1:1: rules.yaml lacks "rules" (what to be told about); the pattern "desk/*.yaml" does not look into '
        'folders: include "desk/rules/*.yaml" too'
    )
    path.write_text(INCLUDING + 'include: ["desk/*.yaml", "desk/rules/*.yaml"]\n')
    assert [each.id for each in load(path, environ={}).rules] == ["r"]


def test_a_rule_in_two_files_is_named_with_the_file_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    for name in ("a", "b"):
        (tmp_path / "rules" / f"{name}.yaml").write_text("rules:\n" + rule("[militia]"))
    path = tmp_path / "rules.yaml"
    path.write_text(INCLUDING + 'sources: [{id: wire, url: "https://wire.example/"}]\ninclude: ["rules/*.yaml"]\n')
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    first, second = (tmp_path / "rules" / f"{name}.yaml" for name in ("a", "b"))
    assert str(caught.value) == f'{second}:2:10: rule id "r" stands twice, first in {first}:2; keep one'


def test_an_empty_included_file_is_told_what_it_may_hold(tmp_path: Path) -> None:
    (tmp_path / "words.yaml").write_text("# nothing yet\n")
    path = tmp_path / "rules.yaml"
    sources = 'sources: [{id: wire, url: "https://wire.example/"}]'
    path.write_text(f"{INCLUDING}{sources}\ninclude: [words.yaml]\nrules:\n{rule('[militia]')}")
    said = f"{tmp_path / 'words.yaml'}:1:1: the file is empty; write what it is to add"
    for reading in (partial(load, environ={}), read_sources):
        with pytest.raises(ConfigError) as caught:
            reading(path)
        assert str(caught.value).startswith(said)


def test_missing_include_is_named_at_its_own_line(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text('sources: [{id: wire, url: "https://wire.example/"}]\n')
    path = tmp_path / "rules.yaml"
    path.write_text(
        INCLUDING + "include:\n  - sources.yaml\n  - source.yaml  # gone\n  - rules/*.yaml\nrules:\n" + rule("[a1]")
    )
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert [(each.place.line, each.place.column, each.message) for each in caught.value.problems] == [
        (5, 5, '"source.yaml" names no file (did you mean "sources.yaml"?); give it a file, or take this line out'),
        (6, 5, '"rules/*.yaml" names no file; give it a file, or take this line out'),
    ]


LISTS = "lists:\n  words: [militia]\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("../lists.yaml", LISTS, '"../lists.yaml" cannot be included'),
        ("list.yaml", LISTS, '"list.yaml" names no file'),
        ("lists.yaml", LISTS + "  more: [\n", "a value is missing here"),
        ("lists.yaml", LISTS.replace("words:", "-"), "expected lists by name, found a list"),
    ],
)
def test_file_that_is_not_read_is_one_error_and_not_one_for_each_name_in_it(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    (tmp_path / "lists.yaml").write_text(content)
    path = tmp_path / "rules.yaml"
    text = INCLUDING + 'sources: [{id: wire, url: "https://wire.example/"}]\ninclude: [NAME]\nrules:\n'
    path.write_text(text.replace("NAME", name) + rule("[$words]") + rule("[$words, $others]").replace("id: r", "id: q"))
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert [each.message[: len(said)] for each in caught.value.problems] == [said]
    (tmp_path / "lists.yaml").write_text(LISTS)
    path.write_text(path.read_text().replace(name, "lists.yaml"))
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert ["$others" in each.message for each in caught.value.problems] == [True]
