"""What the documents refer to exists: links, anchors, files, decisions; and the indexes name every document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DECISIONS = {int(path.name[:4]): path for path in sorted((DOCS / "decisions").glob("[0-9]*.md"))}
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted(DOCS.rglob("*.md")),
]
SOURCES = [
    *DOCUMENTS,
    *(ROOT / name for name in ("rules.yaml", "Makefile", "pyproject.toml")),
    *(path for folder in ("crawler", "alerts", "tests", "deploy") for path in sorted((ROOT / folder).rglob("*.*"))),
]
TEXTS = {
    path: path.read_text("utf-8") for path in SOURCES if path.suffix in {"", ".md", ".py", ".yaml", ".toml", ".service"}
}
HEAD = re.compile(
    r"# (?P<number>\d+)\. (?P<title>.+)\n\n- Date: (?P<date>\d{4}-\d\d-\d\d)\n- Status: (?P<status>(?:.|\n  )+)\n"
    r"(?:- Supersedes(?: in part)?: (?P<supersedes>(?:.|\n  )+)\n)?\n"
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(text: str) -> str:
    """Return a document without its code blocks, in which nothing is a link."""
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)


def links(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file and the anchor of each relative link of a document."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(TEXTS[path])):
        if not re.match(r"https?://|mailto:", target):
            file, _, anchor = target.partition("#")
            yield (path.parent / file).resolve() if file else path, anchor


@cache
def anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a document."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#+ (.+)$", prose(path.read_text(encoding="utf-8")), re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
    return {f"{slug}-{n}" if n else slug for slug, most in found.items() for n in range(most + 1)}


def test_relative_links_lead_somewhere() -> None:
    found = [(name_of(path), file, anchor) for path in DOCUMENTS for file, anchor in links(path)]
    assert len(found) > 500
    assert [each for each in found if not each[1].exists()] == []
    assert [each for each in found if each[2] and each[2] not in anchors(each[1])] == []


def test_files_named_in_documents_exist() -> None:
    """A name without a folder, as `test_docs.py`, is not looked at; a changelog may name what is gone."""
    found = [
        (name_of(path), named)
        for path in DOCUMENTS
        if path.name != "CHANGELOG.md"
        for named in re.findall(r"`((?:alerts|crawler|deploy|docs|tests)/[\w./-]+)`", TEXTS[path])
    ]
    assert len(found) > 300
    assert [each for each in found if not (ROOT / each[1]).exists()] == []


def test_index_names_every_document() -> None:
    listed = {file for file, _ in links(DOCS / "README.md")}
    wanted = {*DOCS.glob("*.md"), DOCS / "decisions" / "README.md", *DOCUMENTS[:3]} - {DOCS / "README.md"}
    assert wanted - listed == set()


def test_readme_is_short() -> None:
    assert len(TEXTS[ROOT / "README.md"].splitlines()) < 120


def test_readme_shows_an_alert_of_the_night() -> None:
    """The picture of an alert is what the line made of its texts, but for where its lines end."""
    (shown,) = re.findall(r"```text\n(.*?)```", TEXTS[ROOT / "README.md"], re.DOTALL)
    sent = (ROOT / "tests" / "night" / "messages.txt").read_text(encoding="utf-8")
    assert " ".join(shown.split()) in " ".join(sent.split())


# -- decisions ---------------------------------------------------------------------------------------------------


def head(number: int) -> re.Match[str]:
    found = HEAD.match(TEXTS[DECISIONS[number]])
    assert found, f"{DECISIONS[number].name} does not begin as docs/decisions/README.md says"
    return found


def numbers(text: str | None) -> set[int]:
    """Return the decisions that a line of a head links to."""
    return {int(file[:4]) for file in re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", text or "")}


def test_decision_has_a_head_and_a_line_in_the_index() -> None:
    index = TEXTS[DOCS / "decisions" / "README.md"]
    for number, file in DECISIONS.items():
        made = head(number)
        assert int(made["number"]) == number, file.name
        line = f"| [{number}. {made['title']}]({file.name}) | {made['date']} | "
        found = [each[len(line) :].removesuffix(" |") for each in index.splitlines() if each.startswith(line)]
        assert len(found) == 1, line
        assert found[0].partition(" ")[0].strip(",") == made["status"].partition(" ")[0].strip(","), line
        assert numbers(found[0]) == numbers(made["status"]), line
        assert re.match(r"accepted$|accepted, superseded in part by \[|superseded by \[", made["status"]), line


def test_decision_numbers_are_used_once() -> None:
    assert len(DECISIONS) == len(list((DOCS / "decisions").glob("[0-9]*.md")))


def test_supersession_is_said_at_both_ends() -> None:
    newer = {(old, new) for old in DECISIONS for new in numbers(head(old)["status"])}
    older = {(old, new) for new in DECISIONS for old in numbers(head(new)["supersedes"])}
    assert newer
    assert newer == older
    assert all(old < new for old, new in newer)


def test_every_decision_that_is_referred_to_exists() -> None:
    found = {
        (name_of(path), int(number))
        for path, text in TEXTS.items()
        for number in re.findall(r"\bdecision (\d+)", text, re.IGNORECASE)
    }
    assert ("crawler/fetch/guard.py", 1) in found
    assert [each for each in sorted(found) if each[1] not in DECISIONS] == []
    assert [name_of(path) for path, text in TEXTS.items() if "docs/decisions" + ".md" in text] == []
