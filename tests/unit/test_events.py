"""Events: on which side of a deed its doer and target may stand, what makes of it one that did not happen."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.explain import explain, lines
from alerts.rules.match import Matcher
from crawler.config.problems import ConfigError
from tests.unit.desk import article

DESK = """\
version: 1
settings: {{admin: c}}
sources: [{{id: s, name: S, url: "https://s.example/feed"}}]
receivers: {{c: {{urls: ["console://"]}}}}
lists:
  deed-strike: [strike~, bomb~, "air strike~noun", "قصف/يقصف/قصف~", استهدف~, "بمباران کردن~"]
  deed-attack: [attack~, "هجوم/هجمات~noun", "حمله کردن~"]
  standing-remembered: [anniversary, "ذكرى", "سالگرد"]
  standing-opinion: [analysis, "لماذا"]
  standing-roundup: [roundup]
  standing-denied: ["no", not, denies, "لم", "ينفي"]
  standing-conditional: [if, "إذا", "اگر"]
  standing-asked: [urges, "calls for", "يطالب"]
  standing-expected: [will, may, threatens, "to", "يهدد"]
  standing-background: [after, condemns, "بعد", "يدين"]
  standing-claimed: [claims, "تتبنى"]
  militia: [Hashd, Badr, "الحشد", "حشد"]
  base: [base, camp, "قاعدة", "پایگاه"]
  town: [Erbil, Basra, "أربيل", "اربیل"]
rules:
  - id: r
    title: R
    match: {match}
    severity: immediate
    notify: [c]
"""
ON_BASE = '{title: {event: {deed: [strike, attack], on: "$base"}}}'
BY_MILITIA = '{title: {event: {deed: [strike, attack], by: "$militia"}}}'
BOTH = '{title: {event: {deed: [strike, attack], by: "$militia", on: "$base"}}}'


def config(place: Path, match: str) -> Config:
    path = place / "rules.yaml"
    path.write_text(DESK.format(match=match), encoding="utf-8")
    return load(path, environ={})


def holds(place: Path, match: str, title: str) -> bool:
    return bool(Matcher(config(place, match)).match(article(title)))


@pytest.mark.parametrize(
    ("match", "title", "expected"),
    [
        (ON_BASE, "Hashd strikes base", True),
        (ON_BASE, "Base strikes Hashd", False),
        (ON_BASE, "Base struck by Hashd", True),
        (ON_BASE, "Base was struck overnight", True),
        (ON_BASE, "Base struck in Erbil", True),
        (ON_BASE, "Air strike on base", True),
        (ON_BASE, "Iran strikes U.S. base", True),  # an initial ends no clause
        (ON_BASE, "Base air strike kills three", True),
        (ON_BASE, "Base in Erbil under attack", True),  # whoever is under an attack suffers it
        (ON_BASE, "Base of the town under heavy attack", True),
        (BY_MILITIA, "Hashd strikes base", True),
        (BY_MILITIA, "Base strikes Hashd", False),
        (BY_MILITIA, "Base struck by Hashd", True),
        (BY_MILITIA, "Hashd was bombed by jets", False),
        (BY_MILITIA, "Hashd air strike hits town", True),
        (BY_MILITIA, "Hashd leader and two guests see air strike", False),  # too far from the noun to be its doer
        (BOTH, "Hashd bombs a camp and leaves", True),
        (BOTH, "Camp bombs Hashd", False),
        (ON_BASE, "الحشد يقصف قاعدة", True),
        (ON_BASE, "قاعدة تقصف الحشد", False),
        (ON_BASE, "قاعدة تتعرض لهجوم", True),
        (ON_BASE, "استهداف قاعدة قرب أربيل", True),
        (BY_MILITIA, "الحشد يستهدف قاعدة", True),
        (ON_BASE, "حشد پایگاه را بمباران کرد", True),
        (ON_BASE, "پایگاه بمباران شد", True),
        # the target is the first name behind an active verb: not one in another part of the clause
        (ON_BASE, "Hashd strikes town, base on alert", False),
        (ON_BASE, "Hashd strikes town as base sounds alarm", False),
        (ON_BASE, "الحشد يقصف البلدة وقاعدة تعلن الإنذار", False),
        (ON_BASE, "حشد شهر را بمباران کرد و پایگاه هشدار داد", False),
        (ON_BASE, "پایگاه شهر را بمباران کرد", False),
        (ON_BASE, "Hashd strikes base-backed group", False),
        (ON_BASE, "Hashd strikes pro-base group", False),
        (ON_BASE, "Base widens strikes on town", False),  # a noun, no participle that lacks "was"
        (ON_BASE, "تعرضت قاعدة لهجوم", True),
        (ON_BASE, "تعرضت أمس قاعدة كبيرة لقصف", True),
    ],
)
def test_word_order_and_voice_say_who_and_whom(tmp_path: Path, match: str, title: str, *, expected: bool) -> None:
    assert holds(tmp_path, match, title) is expected


@pytest.mark.parametrize(
    ("standing", "title"),
    [
        ("happened", "Hashd strikes base"),
        ("claimed", "Hashd claims it struck base"),
        ("denied", "Hashd denies it struck base"),
        ("denied", "No attack on base"),
        ("denied", "الحشد ينفي استهداف قاعدة"),
        ("asked", "Minister urges army to strike base"),
        ("expected", "Hashd will strike base"),
        ("expected", "Hashd threatens to bomb base"),
        ("expected", "الحشد يهدد باستهداف قاعدة"),
        ("expected", "الحشد سيقصف قاعدة"),
        ("expected", "حشد پایگاه را بمباران خواهد کرد"),
        ("conditional", "Hashd strikes base if talks fail"),
        ("conditional", "الحشد يقصف قاعدة إذا فشلت المحادثات"),
        ("background", "Drones that struck base came from Basra"),
        ("background", "الطائرة التي قصفت قاعدة من البصرة"),
        ("background", "Families flee after attack on base"),
        ("background", "وزير يدين استهداف قاعدة"),
        ("happened", "Town ablaze after base is bombed"),
        ("remembered", "Anniversary of attack on base"),
        ("remembered", "ذكرى استهداف قاعدة"),
        ("opinion", "Analysis: attack on base"),
        ("opinion", "Will Hashd strike base?"),
        ("roundup", "Roundup: Hashd strikes base"),
        ("happened", "Talks may end, Hashd strikes base"),  # a comma ends the reach of a cue
        ("happened", "Two men of Hashd with analysis tools bomb base"),  # no label of the headline
        ("happened", "Toll rises to 7 in attack on base"),  # "to" before a number expects nothing
        ("happened", "Hashd strikes base, anniversary is called off"),
    ],
)
def test_standing_is_one_and_the_right_one(tmp_path: Path, standing: str, title: str) -> None:
    names = (
        "happened",
        "claimed",
        "denied",
        "conditional",
        "asked",
        "expected",
        "background",
        "remembered",
        "opinion",
        "roundup",
    )
    found = [
        name
        for name in names
        if holds(tmp_path, f'{{title: {{event: {{deed: [strike, attack], on: "$base", standing: [{name}]}}}}}}', title)
    ]
    assert found == [standing]


def test_any_standing_may_be_asked_for(tmp_path: Path) -> None:
    match = '{title: {event: {deed: [strike], on: "$base", standing: [any]}}}'
    for title in ("Hashd strikes base", "Hashd will strike base", "Anniversary of strike on base"):
        assert holds(tmp_path, match, title)


def test_happened_and_claimed_are_meant_unless_another_standing_is_given(tmp_path: Path) -> None:
    assert holds(tmp_path, ON_BASE, "Hashd claims it struck base")
    assert not holds(tmp_path, ON_BASE, "Hashd will strike base")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Hashd strikes base near Erbil", True),
        ("Hashd strikes base; Erbil holds vote", True),  # a place may stand in the next clause
        ("Hashd strikes base", False),
        (
            "Hashd strikes base with one two three four five six seven eight nine ten eleven twelve men near Erbil",
            False,
        ),
        ("Hashd strikes road; jets bomb base in Erbil", True),
        ("Hashd strikes one two three four five six seven eight base Erbil", False),
        ("Fuel prices: Hashd strikes; base opens school in Erbil", False),  # the target is in another clause
    ],
)
def test_target_stands_in_the_clause_and_the_place_near_it(tmp_path: Path, title: str, *, expected: bool) -> None:
    match = '{title: {event: {deed: [strike], on: "$base", in: "$town"}}}'
    assert holds(tmp_path, match, title) is expected


def test_the_longest_word_is_the_deed(tmp_path: Path) -> None:
    (match,) = Matcher(config(tmp_path, ON_BASE)).match(article("Air strike on base"))
    assert [hit.text for hit in match.hits] == ["Air strike", "base"]


def test_explanation_shows_the_words_of_an_event(tmp_path: Path) -> None:
    made = config(tmp_path, ON_BASE)
    matcher = Matcher(made)
    shown = "\n".join(lines(explain(matcher, made.rules[0], article("Hashd strikes base"))))
    assert "event(deed strike, attack; on base)" in shown
    missed = "\n".join(lines(explain(matcher, made.rules[0], article("Hashd will strike base"))))
    assert '"strike" is told as' in missed


@pytest.mark.parametrize(
    ("match", "message"),
    [
        (
            '{event: {deed: [strik], on: "$base"}}',
            'the deed "strik" needs a list named deed-strik, which is not there (did you mean "strike"?)',
        ),
        ('{event: {deed: [], on: "$base"}}', "expected a list of deeds, found an empty list"),
        ('{event: {deed: strike, on: "$base"}}', "expected a list of deeds"),
        ('{event: {on: "$base"}}', 'event lacks "deed"'),
        ("{event: {deed: [strike], standing: [hapened]}}", '"hapened" is unknown (did you mean "happened"?)'),
        ('{event: {deed: [strike], at: "$base"}}', 'unknown key "at"'),
        ("{event: {deed: [strike], killed: many}}", '"many" compares with no number; write ">= 3" in quotes, or >'),
        ('{event: {deed: [strike], killed: "=> 3"}}', '"=> 3" compares with no number; write ">= 3" in quotes'),
        ("{event: {deed: [strike], held: -1}}", '"-1" compares with no number'),
        ("{event: {deed: [strike], wounded: [3]}}", "a list compares with no number"),
        ('{event: {deed: [strike], kiled: ">= 3"}}', 'unknown key "kiled"'),
    ],
)
def test_a_wrong_event_gets_a_message_with_its_place(tmp_path: Path, match: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config(tmp_path, match)
    assert message in str(caught.value)
    assert "rules.yaml:" in str(caught.value)


NUMBERS = [
    ('killed: ">= 3"', "Hashd strikes base, killing three", True),
    ('killed: ">= 3"', "Hashd strikes base, kills 4", True),
    ('killed: ">= 3"', "Hashd strikes base, kills two", False),
    ('killed: ">= 3"', "Hashd strikes base", False),
    ('killed: ">= 3"', "Base struck; at least 12 soldiers dead", True),
    ('killed: ">= 3"', "Dozens killed as Hashd bombs base", True),
    ('killed: ">= 3"', "Death toll rises to 7 in air strike on base", True),
    ('killed: ">= 3"', "Two killed, 30 wounded as Hashd bombs base", False),
    ('wounded: "> 29"', "Two killed, 30 wounded as Hashd bombs base", True),
    ('killed: "< 3"', "Two killed, 30 wounded as Hashd bombs base", True),
    ('killed: "<= 2", wounded: 30', "Two killed, 30 wounded as Hashd bombs base", True),
    ('killed: "== 2"', "Two killed, 30 wounded as Hashd bombs base", True),
    ("killed: 24", "Dozens killed as Hashd bombs base", False),  # how many is not said
    ('killed: ">= 3"', "Air strike on U.S. base kills 3", True),
    ('killed: ">= 3"', "Hashd strikes base which killed 200 last year", False),
    ('killed: ">= 3"', "Hashd strikes base after raid kills 5 in Basra", False),
    ('killed: ">= 3"', "Hashd strikes base, army kills 5 in Basra", False),
    ('killed: ">= 3"', "Army kills 5 in Basra as Hashd strikes base", False),
    ('killed: ">= 3"', "5 killed after Hashd strikes base", True),
    ('missing: ">= 1"', "Hashd strikes base: one soldier missing", True),
    ('held: ">= 5"', "Hashd attack on base: 5 men arrested", True),
    ('killed: ">= 2"', "الحشد يقصف قاعدة ومقتل جنديين", True),
    ('killed: ">= 3"', "قصف قاعدة.. مقتل ٣ جنود وإصابة ٩", True),
    ('wounded: ">= 10"', "قصف قاعدة.. مقتل ٣ جنود وإصابة ٩", False),
    ('killed: ">= 3"', "حشد پایگاه را بمباران کرد، ۳ نفر کشته شدند", True),
    ('killed: ">= 4"', "حشد پایگاه را بمباران کرد، سه نفر کشته شدند", False),
]


@pytest.mark.parametrize(("asked", "title", "expected"), NUMBERS)
def test_a_number_belongs_to_the_deed(tmp_path: Path, asked: str, title: str, *, expected: bool) -> None:
    match = f'{{title: {{event: {{deed: [strike, attack], on: "$base", {asked}}}}}}}'
    assert holds(tmp_path, match, title) is expected


def test_a_number_of_the_lead_counts_where_the_lead_is_looked_at(tmp_path: Path) -> None:
    event = '{event: {deed: [strike], on: "$base", killed: ">= 3"}}'
    told = article("Hashd strikes base", "Four soldiers were killed, officials said. Nine died in May.")
    assert Matcher(config(tmp_path, event)).match(told)
    assert not Matcher(config(tmp_path, f"{{title: {event}}}")).match(told)
    in_text = article("News of the day", "Rain fell. Hashd struck a base, and four soldiers were killed. Six fell ill.")
    assert Matcher(config(tmp_path, event)).match(in_text)


def test_a_number_is_shown_where_it_was_found(tmp_path: Path) -> None:
    match = '{title: {event: {deed: [strike], on: "$base", killed: ">= 3"}}}'
    (made,) = Matcher(config(tmp_path, match)).match(article("Hashd strikes base, killing 1,200 men"))
    shown = {hit.term: hit.text for hit in made.hits}
    assert shown["killed >= 3"] == "1,200"


@pytest.mark.parametrize(
    "title", ["", "?", "...", "strike", "strike?", "— strike —", "base " * 3000 + "strike " * 3000]
)
def test_any_headline_is_read(tmp_path: Path, title: str) -> None:
    assert holds(tmp_path, ON_BASE, title) in {True, False}
