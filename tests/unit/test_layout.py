"""`watchfloor fmt`: a file is laid out in block style, means the same, and keeps every comment, quote and name's order."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.cli import main
from alerts.rules.config import load
from crawler.config.layout import SHORT, WIDTH, LayoutError, formatted
from crawler.config.yamlfile import Place, Problems, read_yaml
from tests.e2e.starting import EXHAUSTIVE

ROOT = Path(__file__).parents[2]
SHIPPED = [
    ROOT / "rules.yaml",
    ROOT / "alerts/demo/newsroom/rules.yaml",
    *sorted((ROOT / "deploy/desk").rglob("*.yaml")),
]
LONG = ", ".join(f'"term {number:02} of a list"' for number in range(5))
ITEMS = "".join(f'  - "term {number:02} of a list"\n' for number in range(5))
CASES = {
    "a list that is longer than a short group goes an item a line": (f"a: [{LONG}]\n", f"a:\n{ITEMS}"),
    "a short group stays on its line": ("a:   [ x,  {filter: y} ]\n", "a: [x, {filter: y}]\n"),
    "what is in block style stays so, though it is short": ("a:\n- x\n", "a:\n  - x\n"),
    "comments of a list in brackets stay by their items": (
        "a: [  # of the list\n  x, y,   # of y\n  # above z\n  z]  # of z\n",
        "a:  # of the list\n  - x\n  - y  # of y\n  # above z\n  - z  # of z\n",
    ),
    "a comment below the last item stays there": ("a: [x,\n  # last\n  ]\nb: 1\n", "a:\n  - x\n  # last\nb: 1\n"),
    "comments within a mapping in brackets": (
        "- {  # open\n  id: x, # of x\n  # own\n  n: y } # end\n",
        "# open\n- id: x  # of x\n  # own\n  n: y  # end\n",
    ),
    "the comment of a row that is broken up stands on its first line": (
        f"- {{id: x, url: '{'u' * SHORT}'}}  # not verified\n",
        f"- id: x  # not verified\n  url: '{'u' * SHORT}'\n",
    ),
    "comments in columns stay in them": ("ab: 1     # c\na: 22      # d\n", "ab: 1     # c\na: 22      # d\n"),
    "a list that has no room beside its comment": (
        f"a: ['{'x' * 50}', y]  # {'c' * 60}\n",
        f"a:  # {'c' * 60}\n  - '{'x' * 50}'\n  - y\n",
    ),
    "unless the line would be full": (f"a: {'x' * 50}{' ' * 40}# {'c' * 40}\n", f"a: {'x' * 50}  # {'c' * 40}\n"),
    "a comment behind a dash or a key": ("- # c\n  x\n", "# c\n- x\n"),
    "a comment between a key and its value": ("k: # a\n  # b\n  v # c\n", "k: # a\n  # b\n  v # c\n"),
    "one further left belongs to what follows": ("a:\n  - x\n# of b\nb: 1\n", "a:\n  - x\n# of b\nb: 1\n"),
    "blank lines are single, and none begins a list": (
        "\n\n# a\nx:\n\n  y: 1\n\n\n  z: 2\n\n# end\n\n\n",
        "# a\nx:\n  y: 1\n\n  z: 2\n\n# end\n",
    ),
    "quotes stay where they are needed and where they are not": (
        't: ["=US", \'a\', "الحشد*", "$x", "~", "a: b", "# no", it\'s, $y]\n',
        't: ["=US", \'a\', "الحشد*", "$x", "~", "a: b", "# no", it\'s, $y]\n',
    ),
    "nothing, and a tilde": ("a:\nb: ~\nc: # d\nd: ''\n", "a:\nb: ~\nc: # d\nd: ''\n"),
    "empty ones, and a comment inside": ("a: { }\nb: [ # c\n ]\n", "a: {}\nb: []  # c\n"),
    "a text of several lines moves with its key": (
        "a:\n      b: >-  # c\n            one\n              two\n\n\n      d: 1\n",
        "a:\n  b: >-  # c\n    one\n      two\n\n  d: 1\n",
    ),
    "a text that begins with spaces of its own": ("a: |2\n    two\n   one\n", "a: |2\n    two\n   one\n"),
    "blank lines that a text keeps": ("k: |+\n keep\n\n\nz: 1\n", "k: |+\n  keep\n\n\nz: 1\n"),
    "blanks at the end of a line": ("a:  \nb: |\n  x  \n  y\n", "a:\nb: |\n  x  \n  y\n"),
    "an item that is nothing": ("-  \n- x   \n", "-\n- x\n"),
    "a text as an item": ("- |  # c\n t\n- - x\n  - y\n", "- |  # c\n  t\n- - x\n  - y\n"),
    "a quoted text over several lines": (
        't: "first\n   second\n\n   third" # c\n',
        't: "first\n  second\n\n  third" # c\n',
    ),
    "a pair in a list": ("a: [b: c, 'd': e]\n", "a: [{b: c}, {'d': e}]\n"),
    "line ends of Windows, and a byte order mark": ("\ufeffa: [x, # c\r\n  y]\r\n", "a:\n  - x  # c\n  - y\n"),
    "the mark of a document": ("---\na: 1\n...\n", "---\na: 1\n"),
    "two comments for one place": ("a: ['x', # c\n ] # after\n", "a:\n  - 'x'  # c\n  # after\n"),
    "a comment of a key and one of its list": ("k: # g\n  [ # h\n  a, b]\n", "k: # g\n  [a, b]  # h\n"),
}


def loaded(text: str) -> object:
    return yaml.load(text, Loader=yaml.CSafeLoader)


def read(text: str) -> Problems:
    problems = Problems()
    read_yaml(text.removeprefix("\ufeff"), "rules.yaml", problems)
    return problems


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_file_is_laid_out(text: str, expected: str) -> None:
    assert not read(text)
    assert formatted(text) == expected
    assert formatted(expected) == expected


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_file_means_the_same_and_is_done_at_once(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    made = formatted(text)
    # by PyYAML, which shares nothing with the layout; without quotes a term would become a number or a truth value
    assert loaded(made) == loaded(text)
    assert formatted(made) == made


def test_long_texts_are_broken_at_spaces_and_mean_the_same() -> None:
    text = f'a: "{"word " * 60}end"\nb: {"wort " * 50}- x # c\nc:\n  - {{k: \'{"it" * 9} {"so " * 60}\', "l": "a\\\\ \\ b"}}\n'
    made = formatted(text)
    assert loaded(made) == loaded(text)
    assert max(map(len, made.splitlines())) <= WIDTH
    assert formatted(made) == made


def test_text_without_the_line_break_that_would_change_it_is_refused() -> None:
    with pytest.raises(LayoutError, match="lacks its line break"):
        formatted("a: |\n  x")
    assert formatted("a: 1") == "a: 1\n"


WORDS = st.sampled_from(
    ["militia", '"=US"', "'it''s'", '"الحشد*"', "$iraq", '"~"', "12:30", '"a: b # c"', "~", '"x\\ty"']
)
TREES = st.recursive(
    WORDS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.sampled_from(list("abcdefg")), inner, max_size=4),
    max_leaves=25,
)


def in_brackets(tree: object, comment: Callable[[], str]) -> str:
    """Return a tree as YAML in brackets with line breaks, and comments where `comment` gives one."""
    if isinstance(tree, str):
        return tree
    if isinstance(tree, list):
        items = [in_brackets(each, comment) for each in tree]
    else:
        assert isinstance(tree, dict)
        items = [f"{key}: {in_brackets(each, comment)}" for key, each in tree.items()]
    inner = "".join(f"{each},{comment()} " for each in items)
    return f"[{comment()} {inner}]" if isinstance(tree, list) else f"{{{comment()} {inner}}}"


@settings(deadline=None)
@given(tree=st.lists(TREES, min_size=1, max_size=4), data=st.data())
def test_any_file_means_the_same_keeps_its_comments_and_is_done_at_once(
    tree: list[object], data: st.DataObject
) -> None:
    made = [0]

    def comment() -> str:
        made[0] += 1
        kind = data.draw(st.integers(0, 9))
        return {0: f" # c{made[0]}.\n", 1: f"\n    # c{made[0]}.\n", 2: "\n\n", 3: f" # c{made[0]}.\n  # and.\n"}.get(
            kind, ""
        )

    text = "k:\n" + "".join(f"  - {in_brackets(each, comment)}\n" for each in tree)
    once = formatted(text)
    assert loaded(once) == loaded(text)
    assert sorted(once.count(f"# c{number}.") for number in range(1, made[0] + 1)) == sorted(
        text.count(f"# c{number}.") for number in range(1, made[0] + 1)
    )
    assert formatted(once) == once


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_comment_anywhere_in_the_desk_is_kept(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SHIPPED[2:])).read_text(encoding="utf-8")
    lines = text.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    own = data.draw(st.booleans())
    note = "# a note."
    lines[at : at + 1] = [" " * data.draw(st.integers(0, 12)) + note, lines[at]] if own else [f"{lines[at]}  {note}"]
    broken = "\n".join(lines) + "\n"
    if read(broken) or loaded(broken) != loaded(text):
        return  # inside a text it is no comment
    once = formatted(broken)
    assert once.count(note) == broken.count(note)
    assert formatted(once) == once


# -- the command --------------------------------------------------------------------------------------------------


def run(*args: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["fmt", *map(str, args)])
    return result.exit_code, result.stdout, result.stderr


def test_command_writes_the_rules_and_what_they_include(tmp_path: Path) -> None:
    rules, words = tmp_path / "rules.yaml", tmp_path / "words.yaml"
    rules.write_text("include: [words.yaml]   \nversion:   1\n", encoding="utf-8")
    words.write_text("lists: { a: [x,  y] }\n", encoding="utf-8")
    words.chmod(0o640)
    code, out, err = run("--check", "-c", rules)
    assert (code, out) == (1, "")
    assert "words.yaml: would change" in err
    code, out, _ = run("--diff", "-c", rules)
    assert code == 0
    assert "-lists: { a: [x,  y] }\n+lists: {a: [x, y]}" in out
    assert words.read_text(encoding="utf-8") == "lists: { a: [x,  y] }\n"
    assert run("-c", rules)[0] == 0
    assert words.read_text(encoding="utf-8") == "lists: {a: [x, y]}\n"
    assert stat.S_IMODE(words.stat().st_mode) == 0o640
    assert run("--check", "-c", rules)[0] == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["rules.yaml", "words.yaml"]


def test_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "rules.yaml"
    real.write_text("a:   1\n", encoding="utf-8")
    link.symlink_to(real)
    assert run(link)[0] == 0
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "a: 1\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na:  2\n", 'rules.yaml:2:1: "a" stands twice'),
        ("a:   [x\n", "rules.yaml:"),
        ("a: &x [b]\nc: *x\n", 'rules.yaml:1:4: write "&x [b" in quotes'),
        ("a:  1\n---\nb: 2\n", "rules.yaml:2:1: a second document"),
        ("a:  |\n  x", "rules.yaml:1:1: the text at its end lacks its line break"),
    ],
)
def test_file_that_cannot_be_read_is_left_as_it_is(tmp_path: Path, text: str, said: str) -> None:
    faulty, other = tmp_path / "rules.yaml", tmp_path / "other.yaml"
    faulty.write_text(text, encoding="utf-8")
    other.write_text("a:   1\n", encoding="utf-8")
    code, _, err = run(faulty, other)
    assert code == 1
    assert said in err
    assert faulty.read_text(encoding="utf-8") == text
    assert other.read_text(encoding="utf-8") == "a: 1\n"


def test_check_says_which_files_would_change(tmp_path: Path) -> None:
    head = 'version: 1\nreceivers: {console: {urls: ["console://"]}}\nsources: [{id: wire, url: "https://wire.example/"}]\n'
    tests = "tests: {match: [Militia], no_match: [Quiet]}"
    rule = f"  - {{id: r, title: T, match: [militia],   severity: priority, notify: [console], {tests}}}\n"
    rules = tmp_path / "rules.yaml"
    rules.write_text(f"{head}rules:\n{rule}", encoding="utf-8")
    rules.chmod(0o644)
    said = CliRunner().invoke(main, ["check", "--strict", "-c", str(rules)])
    assert (said.exit_code, said.stderr) == (0, f"note: watchfloor fmt would change {rules}\n")
    assert run(rules)[0] == 0
    assert CliRunner().invoke(main, ["check", "--strict", "-c", str(rules)]).stderr == ""


def without_places(value: object) -> object:
    """Return a value of a config without places, and without the hash of the text."""
    if isinstance(value, Place):
        return None
    if is_dataclass(value):
        derived = {"version", "path", "files", "polled_at", "receivers_at", "kinds"}
        names = {each.name for each in fields(value)} - derived
        return type(value), {name: without_places(getattr(value, name)) for name in sorted(names)}
    if isinstance(value, Mapping):
        return {key: without_places(each) for key, each in value.items()}
    return [without_places(each) for each in value] if isinstance(value, tuple | list) else value


def in_one_line(text: str) -> str:
    """Return a file as one line in brackets, its texts in the quotes that they have."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    nodes: list[Any] = [root]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.CollectionNode):
            node.flow_style = True
            nodes += [each for pair in node.value for each in (pair if isinstance(pair, tuple) else (pair,))]
        elif node.style in {"|", ">"}:
            node.style = '"'
    return str(yaml.serialize(root, Dumper=yaml.CSafeDumper, width=10**9, allow_unicode=True))


@pytest.mark.skipif(not EXHAUSTIVE, reason="half a minute of layout: make exhaustive")
def test_desk_written_in_one_line_a_file_becomes_the_same_desk(tmp_path: Path) -> None:
    for path in (ROOT / "rules.yaml", *(ROOT / "deploy" / "desk").rglob("*.yaml")):
        made = tmp_path / path.relative_to(ROOT)
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(in_one_line(path.read_text(encoding="utf-8")), encoding="utf-8")
    rules = tmp_path / "rules.yaml"
    code, _, said = run("-c", rules)
    assert (code, said.splitlines()[-1]) == (0, f"{len(SHIPPED) - 1} files to write, 0 left as they are")
    assert without_places(load(rules, environ={})) == without_places(load(ROOT / "rules.yaml", environ={}))


@pytest.mark.parametrize(
    "path", [path for path in SHIPPED if path.parent.name != "newsroom"], ids=lambda path: path.name
)
def test_desk_is_laid_out_with_short_lines(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert formatted(text) == text, f"run: watchfloor fmt {path.relative_to(ROOT)}"
    # an address has no place where it could be broken
    assert [line for line in text.splitlines() if len(line) > WIDTH and " " in line.split(": ", 1)[-1]] == []
