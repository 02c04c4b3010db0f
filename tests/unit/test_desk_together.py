"""The desk as shipped on US forces and a militia in one place: told by its rule, and with the reason that is true."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from crawler.article import Article
from tests.unit.shipped import NOW, matcher

KINDS = yaml.load((Path(__file__).parent / "kinds_together.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
RULE = "us-militia-coexistence"
TOGETHER = "US forces and a militia are in one place"
WHY = {
    "together-denied": "it is denied that US forces and a militia are in one place",
    "together-over": "US forces and a militia are no longer in one place",
    "together-supposed": "it is only asked or supposed that US forces and a militia are in one place",
}


def reasons(headline: str) -> dict[str, str]:
    """Return the reason for the severity of each rule that matches, empty where no row holds."""
    return {match.rule: str(match.why or "") for match in matcher().match(Article("a1", "wire", headline, NOW))}


@pytest.mark.parametrize("headline", KINDS["together-told"]["headlines"])
def test_a_shared_place_is_told_by_its_rule(headline: str) -> None:
    assert reasons(headline)[RULE].startswith(f"{TOGETHER} (")


@pytest.mark.parametrize("headline", KINDS["together-of-others"]["headlines"])
def test_other_camps_and_roofs_are_no_shared_place(headline: str) -> None:
    assert RULE not in reasons(headline)


@pytest.mark.parametrize(("kind", "headline"), [(kind, line) for kind in WHY for line in KINDS[kind]["headlines"]])
def test_a_place_that_is_not_shared_is_never_told_as_shared(kind: str, headline: str) -> None:
    said = reasons(headline)
    assert not any(reason.startswith(f"{TOGETHER} (") for reason in said.values())
    assert any(reason.startswith((WHY[kind], "an analysis")) for reason in said.values())
