"""What a message offers for a name that is not known: all names where they are few, else the nearest and where all stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.rules.config import load
from crawler.config.nearest import FEW, meant_among
from crawler.config.yamlfile import ConfigError
from tests.unit.desk import HEAD, rule

PORTS = [
    "aden",
    "basra",
    "bushehr",
    "dammam",
    "doha",
    "duqm",
    "fujairah",
    "jask",
    "jubail",
    "salalah",
    "sohar",
    "yanbu",
]


def test_few_names_are_listed_whole() -> None:
    assert len(PORTS) == FEW
    assert meant_among("bushir", PORTS, "lists") == f' (did you mean "bushehr"?); known: {", ".join(PORTS)}'


def test_of_many_names_the_nearest_are_listed_and_where_all_stand() -> None:
    said = meant_among("jubayl", [*PORTS, "tartus"], "lists")
    assert said.startswith(' (did you mean "jubail"?); of 13 the nearest: jubail, ')
    assert said.endswith("; all stand under lists in rules.yaml and its files")
    assert "aden" not in said


def test_no_name_at_all() -> None:
    assert meant_among("console", [], "receivers") == "; known: none"


@pytest.mark.parametrize(
    "misspelt", ["match: {title: {filter: flights-stoped}}", "match: [a1], filters: [flights-stoped]"]
)
def test_a_misspelt_filter_of_a_large_desk_is_told_in_one_line(tmp_path: Path, misspelt: str) -> None:
    names = ["flights-stopped", *(f"{port}-{deed}" for port in PORTS for deed in ("burns", "closed", "mined"))]
    filters = "".join(f"  {name}: [{name}]\n" for name in names)
    made = rule("[a1]").replace("match: [a1]", misspelt)
    path = tmp_path / "rules.yaml"
    path.write_text(f"{HEAD.format(settings='freshness: 48h')}filters:\n{filters}rules:\n{made}", encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        load(path, environ={})
    (line,) = [each for each in str(told.value).splitlines() if "no filter" in each]
    assert (
        '"flights-stoped" is no filter (did you mean "flights-stopped"?); of 37 the nearest: flights-stopped, ' in line
    )
    assert line.endswith("all stand under filters in rules.yaml and its files")
    assert line.count("-mined") + line.count("-closed") + line.count("-burns") <= 4
