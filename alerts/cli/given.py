"""What somebody wants judged goes in, a headline, a file or standard input; articles come out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from click import UsageError, get_current_context

from alerts.cli.common import fail
from alerts.cli.loading import Faults, articles_in
from alerts.run.article_lines import Line, headline

STDIN = "-"
FILE_NAMES = (".txt", ".json", ".jsonl", ".ndjson", ".gz", ".csv", ".html", ".md")  # what has one is meant as a file
_ID = re.compile(r"[astdASTD](?=.*\d)[0-9a-zA-Z]{0,14}|last", re.IGNORECASE)
FORMS = "a headline, a file (JSON lines, or .txt with the headline in its first line), or - for standard input"


def is_file(what: str) -> bool:
    """Return whether a text is standard input or the path of something that is there."""
    return what == STDIN or os.path.exists(what)  # noqa: PTH110 - Path.exists raises for a headline of 256 bytes


def is_id(what: str) -> bool:
    """Return whether a text looks like an id or its beginning: a word with figures, or "last"."""
    return _ID.fullmatch(what.strip()) is not None


def named_file(what: str) -> bool:
    """Return whether a text looks like the name of a file."""
    return what.lower().endswith(FILE_NAMES) or (os.sep in what and " " not in what.strip())


def check_given(what: Sequence[str]) -> None:
    """Exit with 2 where several headlines are given of which one is a single word: the quotes are missing."""
    alone = (each for each in what if " " not in each.strip() and "://" not in each)
    words = [each for each in alone if not is_file(each)] if len(what) > 1 else []
    if words:
        raise UsageError(
            f'"{words[0]}" is a single word; write each headline in quotes ("one here" "another one"), '
            f"or pipe them into watchfloor {get_current_context().info_name} -, one a line"
        )


def given(what: str, faults: Faults) -> Iterator[Line]:
    """Yield the articles that `what` is or holds; faulty lines go to `faults`. Exit with 1 if it holds none."""
    if not is_file(what):
        if named_file(what):
            fail(f'there is no file "{what}" in {Path.cwd()}; give {FORMS}')
        if not what.strip():
            fail(f"there is nothing to judge; give {FORMS}")
        yield headline(what.strip(), what.strip())
        return
    read = 0
    for line in articles_in(Path(what), faults):
        read += 1
        yield line
    if not read and not faults.count:
        fail(f"{'standard input' if what == STDIN else what} holds no article; give {FORMS}")
