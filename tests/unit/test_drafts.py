"""The text of a rule is taken out of its file, tried, and put in again as it would be saved."""

from __future__ import annotations

import pytest

from alerts.rules.drafts import LONGEST, Block, NoDraft, block_of, id_of, in_shadow, patch, put_in, taken_out

FILE = """\
rules:
  # the first
  - id: one
    title: One
    match:
      any:

        - a
  # the second
  - id: two
    title: Two

sources: []
"""


def test_a_rule_is_taken_out_with_its_lines_only() -> None:
    assert block_of(FILE, 3) == Block(2, 8, 2)
    assert block_of(FILE, 10) == Block(9, 11, 2)
    assert taken_out(FILE, 3) == "- id: one\n  title: One\n  match:\n    any:\n\n      - a\n"
    assert taken_out(FILE, 10) == "- id: two\n  title: Two\n"


@pytest.mark.parametrize("at", [0, 1, 4, 99])
def test_what_begins_no_rule_is_refused(at: int) -> None:
    with pytest.raises(NoDraft, match="watchfloor fmt"):
        block_of(FILE, at)


@pytest.mark.parametrize("at", [3, 10])
def test_what_was_taken_out_goes_in_again_unchanged(at: int) -> None:
    block = block_of(FILE, at)
    assert put_in(FILE, block, taken_out(FILE, at)) == FILE


def test_a_changed_rule_takes_its_place_and_a_new_one_comes_behind() -> None:
    block = block_of(FILE, 10)
    changed = put_in(FILE, block, "id: two\ntitle: Changed\n")
    assert "  # the second\n  - id: two\n    title: Changed\n\nsources: []\n" in changed
    added = put_in(FILE, block, "    - id: three\n      title: Three", behind=True)
    assert "  - id: two\n    title: Two\n  - id: three\n    title: Three\n\nsources" in added
    assert patch("rules.yaml", FILE, added).splitlines()[:2] == ["--- a/rules.yaml", "+++ b/rules.yaml"]
    assert patch("rules.yaml", FILE, FILE) == ""


@pytest.mark.parametrize("last", ["", "\r\n"])
def test_all_else_stays_as_it_is_also_the_ends_of_lines(last: str) -> None:
    file = f"# a\u2028b \t\r\nrules:\r\n  - id: one\r\n    title: One{last}"
    line = file.splitlines().index("  - id: one") + 1
    assert put_in(file, block_of(file, line), "id: two", behind=True) == (
        "# a\u2028b \t\r\nrules:\r\n  - id: one\r\n    title: One\r\n  - id: two\r\n"
    )
    assert put_in(file, block_of(file, line), "id: one") == "# a\u2028b \t\r\nrules:\r\n  - id: one\r\n"


@pytest.mark.parametrize(
    "text",
    ["- id: two\n  title: Two", "id: two\ntitle: Two", "   - id: two", "# why\n- id: two", " \nid: two\n\ntitle: Two"],
)
def test_the_id_of_what_is_one_rule(text: str) -> None:
    assert id_of(text) == "two"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "write a rule"),
        (" \n", "write a rule"),
        ("- id: a\n- id: b", "one rule at a time: this text holds 2"),
        ("- id: a\n\ttitle: A", "a tab"),
        ("title: Two", "no rule"),
        ("just words", "no rule"),
        ("- id: [a", "line 2"),
        ("- id: *a\n", "line 1"),
        ("- id: a\n  title: x\x07", "control character"),
        ("x" * (LONGEST + 1), "at most 20,000 characters"),
        ("- id: a\nrules: []", "line 2"),
    ],
)
def test_what_is_no_rule_is_said(text: str, why: str) -> None:
    with pytest.raises(NoDraft, match=why):
        id_of(text)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("- id: a\n  match:\n    any: [b]\n", "- id: a\n  match:\n    any: [b]\n  mode: shadow"),
        ("id: a\ntitle: A", "- id: a\n  title: A\n  mode: shadow"),
        ("# why\n-   id: a", "# why\n-   id: a\n    mode: shadow"),
        ("- {id: a, match: [b]}\n", "- {id: a, match: [b], mode: shadow}"),
    ],
)
def test_a_rule_that_notifies_nobody_is_put_in_shadow(text: str, made: str) -> None:
    assert in_shadow(text) == made
