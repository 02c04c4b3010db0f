"""The condition `within`: a place is named that lies so near to another, and how far it lies is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from alerts.alert import Severity
from alerts.rule import Config
from alerts.rules.backtest import compare, run
from alerts.rules.changes import changes
from alerts.rules.config import load
from alerts.rules.explain import explain, lines
from alerts.rules.match import Matcher
from alerts.rules.nearest_rules import nearest_rules
from tests.unit.desk import HEAD, article

PLACES = """\
  taqaddum: {label: Taqaddum air base, is_a: base, aliases: [Taqaddum], at: [33.34, 43.60]}
  ain-al-asad: {label: Ain al-Asad, is_a: base, aliases: [Ain al-Asad], at: [33.79, 42.44]}
  habbaniyah: {label: Habbaniyah, is_a: anbar, aliases: [Habbaniyah, "الحبانية"], at: [33.38, 43.56]}
  anbar: {label: Anbar, is_a: region, aliases: [Anbar], at: [33.0, 41.8], reach: 280}
  baghdad: {label: Baghdad, is_a: region, aliases: [Baghdad], at: [33.34, 44.40], reach: 20}
  karrada: {label: Karrada, is_a: baghdad, aliases: [Karrada], at: [33.30, 44.43]}
  nowhere: {label: Nowhere, is_a: base, aliases: [Nowhere]}
lists:
"""
NEAR_TAQADDUM = "{within: {km: 50, of: taqaddum}}"
ALL = '  - {id: places, title: P, match: ["$base", "$region"], severity: routine, notify: [console]}\n'


def desk(place: Path, match: str, more: str = "severity: priority", places: str = PLACES, scale: str = "") -> Config:
    path = place / "rules.yaml"
    head = HEAD.format(settings="freshness: 48h").replace("lists:\n", places)
    written = f"  - {{id: r, title: R, match: {match}, {more}, notify: [console]}}\n"
    path.write_text(f"{head}{scale}rules:\n{written}{ALL}", encoding="utf-8")
    return load(path, environ={})


HELD = [
    ("the place itself", NEAR_TAQADDUM, "Rockets at Taqaddum", "Taqaddum"),
    ("a town beside it", NEAR_TAQADDUM, "Rockets at Habbaniyah", "Habbaniyah"),
    ("in another script", NEAR_TAQADDUM, "صواريخ على الحبانية", "الحبانية"),
    ("too far", NEAR_TAQADDUM, "Rockets at Ain al-Asad", ""),
    ("both, one of them far", NEAR_TAQADDUM, "Ain al-Asad, Habbaniyah hit", "Habbaniyah"),
    ("just far enough", "{within: {km: 119, of: taqaddum}}", "Ain al-Asad hit", "Ain al-Asad"),
    ("just not", "{within: {km: 118, of: taqaddum}}", "Ain al-Asad hit", ""),
    ("a province whose middle is near enough", "{within: {km: 200, of: taqaddum}}", "Anbar hit", ""),
    ("a province, all of it", "{within: {km: 500, of: taqaddum}}", "Anbar hit", "Anbar"),
    ("a city that extends over the limit", "{within: {km: 80, of: taqaddum}}", "Baghdad hit", ""),
    ("its quarter, which does not", "{within: {km: 80, of: taqaddum}}", "Karrada hit", "Karrada"),
    ("a quarter by its own point", "{within: {km: 6, of: baghdad}}", "Karrada hit", "Karrada"),
    ("a city is within itself, however large", "{within: {km: 5, of: baghdad}}", "Baghdad hit", "Baghdad"),
    ("a quarter beyond, though its city is near", "{within: {km: 3, of: baghdad}}", "Karrada hit", ""),
    ("a kind: any of its places", "{within: {km: 10, of: base}}", "Habbaniyah hit", "Habbaniyah"),
    ("a kind, none of its places", "{within: {km: 10, of: base}}", "Karrada hit", ""),
    ("without coordinates", "{within: {km: 2000, of: base}}", "Nowhere hit", ""),
    ("no place named", NEAR_TAQADDUM, "Rockets hit base", ""),
    ("in the headline only", f"{{title: {NEAR_TAQADDUM}}}", "Rockets | Habbaniyah", ""),
    ("beside another", f"{{near: {{terms: [{NEAR_TAQADDUM}, rockets], within: 2}}}}", "Rockets at Habbaniyah", "Rockets Habbaniyah"),
    ("forbidden", f"{{any: [hit], none: [{NEAR_TAQADDUM}]}}", "Habbaniyah hit", ""),
    ("forbidden, and elsewhere", f"{{any: [hit], none: [{NEAR_TAQADDUM}]}}", "Karrada hit", "hit"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "match", "text", "found"), HELD, ids=[row[0] for row in HELD])
def test_distance_decides(name: str, match: str, text: str, found: str, tmp_path: Path) -> None:
    title, _, body = text.partition(" | ")
    made = Matcher(desk(tmp_path, match)).match(article(title, body))
    hits = [hit.text for each in made if each.rule == "r" for hit in each.hits]
    assert hits == ([found] if " " in title and found == "Ain al-Asad" else found.split()), name


def test_role_of_an_event_asks_for_the_distance(tmp_path: Path) -> None:
    places = PLACES + '  deed-strike: ["strike~", "hit~"]\n'
    config = desk(tmp_path, f"{{event: {{deed: [strike], in: {NEAR_TAQADDUM}}}}}", places=places)
    matched = {title: [each.rule for each in Matcher(config).match(article(title))] for title in (
        "Iran strikes base in Habbaniyah", "Iran strikes base in Karrada",
    )}  # fmt: skip
    assert matched == {
        "Iran strikes base in Habbaniyah": ["r", "places"],
        "Iran strikes base in Karrada": ["places"],
    }


def test_boost_and_scale_ask_for_the_distance(tmp_path: Path) -> None:
    more = f"score: {{title: 1, boosts: [{{if: {NEAR_TAQADDUM}, add: 5}}]}}, severity: {{routine: 1, flash: 6}}, lang: [en]"
    config = desk(tmp_path, "[hit]", more)
    severities = [
        max(each.severity for each in Matcher(config).match(article(title)))
        for title in ("Habbaniyah hit", "Ain al-Asad hit")
    ]
    assert severities == [Severity.FLASH, Severity.ROUTINE]
    rows = f"scale:\n  - {{severity: flash, why: near Taqaddum, if: {NEAR_TAQADDUM}}}\n"
    graded = desk(tmp_path, "[hit]", "severity: by-scale", scale=rows)
    [match, *_] = Matcher(graded).match(article("Habbaniyah hit"))
    assert (match.severity, match.why) == (Severity.FLASH, 'near Taqaddum ("Habbaniyah"; row 1)')


def said(config: Config, title: str) -> str:
    return "\n".join(lines(explain(Matcher(config), config.rules[0], article(title))))


def test_explain_says_how_far(tmp_path: Path) -> None:
    config = desk(tmp_path, f"{{all: [{NEAR_TAQADDUM}, rockets]}}")
    held = '+ within 50 km of taqaddum: "Habbaniyah" in the title, Habbaniyah, 6 km from Taqaddum air base'
    assert held in said(config, "Rockets at Habbaniyah")
    assert "- within 50 km of taqaddum (Ain al-Asad, 119 km from Taqaddum air base)" in said(
        config, "Rockets at Ain al-Asad"
    )
    assert "(Anbar, which extends 280 km around its point, 172 km from Taqaddum air base)" in said(
        config, "Rockets in Anbar"
    )
    [near, *_] = nearest_rules(Matcher(config), config, article("Rockets at Ain al-Asad"))
    assert [each.leaf.why for each in near.lacks] == [
        "within 50 km of taqaddum, Ain al-Asad, 119 km from Taqaddum air base"
    ]
    kind = desk(tmp_path, "{within: {km: 10, of: base}}")
    assert "Habbaniyah, 6 km from Taqaddum air base" in said(kind, "Habbaniyah hit")  # of the nearest


def test_backtest_tells_what_another_distance_gains(tmp_path: Path) -> None:
    titles = ("Rockets at Ain al-Asad", "Rockets at Habbaniyah", "Rockets at Karrada")
    found = [replace(article(title), id=title) for title in titles]
    wide, narrow = "{within: {km: 120, of: taqaddum}}", "{within: {km: 50, of: taqaddum}}"
    before, after = (run(desk(tmp_path, match), found) for match in (narrow, wide))
    [change] = compare(before, after)
    assert ([each.article.title for each in change.gained], change.lost) == (
        ["Rockets at Ain al-Asad", "Rockets at Karrada"],
        (),
    )


def test_version_of_a_rule_follows_where_places_lie(tmp_path: Path) -> None:
    """Moved by a few km, a place decides as before; moved out of reach, or relabelled, it is another rule or the same."""

    def version(places: str, match: str = NEAR_TAQADDUM) -> str:
        return desk(tmp_path, match, places=places).rules[0].version

    assert version(PLACES.replace("33.38, 43.56", "34.38, 43.56")) != version(PLACES)
    assert version(PLACES.replace("label: Habbaniyah", "label: Habbaniya")) == version(PLACES)
    assert version(PLACES.replace("33.79, 42.44", "33.99, 42.44")) == version(PLACES)  # far before and after
    assert version(PLACES, "{within: {km: 60, of: taqaddum}}") != version(PLACES)


def test_reload_says_that_a_place_moved_and_which_rule_that_changes(tmp_path: Path) -> None:
    old = desk(tmp_path, NEAR_TAQADDUM)
    moved = desk(tmp_path, NEAR_TAQADDUM, places=PLACES.replace("33.38, 43.56", "34.38, 43.56"))
    assert changes(old, moved) == ("rule r: changed match", "entity habbaniyah: changed at")
    far = desk(tmp_path, NEAR_TAQADDUM, places=PLACES.replace("33.79, 42.44", "33.99, 42.44"))
    assert changes(old, far) == ("entity ain-al-asad: changed at",)
