"""What `search` prints of a page: each story once, with the others that tell it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from alerts.cli.search import _lines, by_story
from alerts.rules.searching import read_search
from crawler.store.searched import Searched
from tests.unit.desk import NOW, article, desk, rule


def test_a_story_is_printed_once_with_its_reprints(tmp_path: Path) -> None:
    bridge = replace(article("Bridge at Hawija reopens"), outlet="Wire")
    page = [
        Searched(4, bridge, "s1", "t1"),
        Searched(3, replace(article("Hawija school opens"), outlet="Post"), "s2", "t2"),
        Searched(2, replace(bridge, outlet="Daily"), "s1", "t1"),
        Searched(1, replace(bridge, title="Hawija bridge is open", outlet="Star"), "s1", "t1"),
    ]
    search = read_search("hawija", desk(tmp_path, rule("[militia]")))
    printed = ["\n".join(_lines(each, search, "UTC", NOW, {})) for each in by_story(page)]
    assert [each.count("Bridge at") for each in printed] == [1, 0]
    assert [line.split("  ")[-1] for line in printed[0].splitlines() if line.startswith("  also ")] == [
        "Daily",
        "Star: *Hawija* bridge is open",
    ]
