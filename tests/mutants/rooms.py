"""The rooms that are mutated: their files, as they lie now or once they are packages, and the tests that answer for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Room:
    """`package` where it exists, else `files`; `tests` run in this order and end at the first that fails."""

    package: str
    files: tuple[str, ...]
    tests: tuple[str, ...]

    def modules(self, root: Path) -> Iterator[Path]:
        """Yield the files of a room below the root."""
        if (root / self.package).is_dir():
            yield from sorted((root / self.package).rglob("*.py"))
            return
        above = (root / self.package).parent
        yield from (above / f"{name}.py" for name in self.files)

    def tested_by(self, root: Path) -> list[str]:
        """Return the paths of its tests; one that is not there is an error, not a test less."""
        paths = [f"tests/unit/test_{name}.py" for name in self.tests]
        missing = [path for path in paths if not (root / path).is_file()]
        if missing:
            raise FileNotFoundError(f"no such tests: {', '.join(missing)}")
        return paths


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ROOMS = {
    "decide": Room(
        "alerts/decide",
        _words(
            "decide standing glossing silencing pacing hours escalating edits attempt retrying lateness ledger",
        ),
        _words("attempt hours pacing sheet decide growing told untold standby escalating silences"),
    ),
    "stories": Room(
        "crawler/stories",
        _words("dedup wording tolls sketch compare verdict placing threads"),
        _words("limits verdict ingest stories"),
    ),
    "rules": Room(
        "alerts/rules",
        _words(
            "config rulebook word_rows operators terms groups schema lint lexicon automaton translit reading proximity likeness match explain"
            " suggest backtest events event_numbers text_operators possible sharing"
        ),
        _words(
            "operators explain match language lint config folding reference desk paradigms labels events possible nearest"
        ),
    ),
    "sources": Room("crawler/sources", _words("source polling health"), _words("paces polling health config")),
}
