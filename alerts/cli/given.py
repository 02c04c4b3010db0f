"""What somebody wants judged goes in, a headline, a file or standard input; articles come out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
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


def check_given(what: Sequence[str], is_stored: Callable[[str], bool] = lambda _: False) -> None:
    """Exit where one of several is empty, no file that is there, or a single word: then the quotes are missing (2).

    `is_stored` says whether a word is no headline but an id.
    """
    if len(what) == 1:
        return
    asked = [each for each in what if not is_file(each) and "://" not in each]
    for each in asked:
        _need_something(each)
    words = [each for each in asked if " " not in each.strip() and not is_stored(each)]
    if words:
        raise UsageError(
            f'"{words[0]}" is a single word; write each headline in quotes ("one here" "another one"), '
            f"or pipe them into watchfloor {get_current_context().info_name} -, one a line"
        )


def _need_something(what: str) -> None:
    """Exit with 1 where what is no file that is there is meant as one, or is empty."""
    if not what.strip():
        fail(f"there is nothing to judge: what is given is empty; give {FORMS}")
    if named_file(what):
        fail(f'there is no file "{what}" in {Path.cwd()}; give {FORMS}')


def given(what: str, faults: Faults) -> Iterator[Line]:
    """Yield the articles that `what` is or holds; faulty lines go to `faults`. Exit with 1 if it holds none."""
    if not is_file(what):
        _need_something(what)
        yield headline(what.strip(), what.strip())
        return
    read = 0
    for line in articles_in(Path(what), faults):
        read += 1
        yield line
    if not read and not faults.count:
        fail(f"{'standard input' if what == STDIN else what} holds no article; give {FORMS}")
