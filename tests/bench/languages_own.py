"""Links on pairs of our own headlines in English, Arabic and Persian: `links-own.tsv` and `links-near.tsv`.

Each was written before any result on it was seen. Half of it by hash is kept from tuning. Each pair is asked for
alone, among all our other headlines two days before: they say how rare a name is and are no candidates. Half of the pairs
(of `links-near` two thirds) are wrong on purpose, each by its kind, so a share of right links here is harsher than on a
day's news.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from alerts.decide.counterparts import Pairing, counterpart
from alerts.decide.same_event import EventWindow
from alerts.event import EventMention, Report
from alerts.rule import Config
from alerts.rules.match import Matcher
from crawler.article import Article
from tests.bench.shared import ROOT

FILES = {name: ROOT / "tests" / "labels" / f"links-{name}.tsv" for name in ("own", "near")}
OTHERS = [ROOT / "tests" / "labels" / f"{name}.jsonl" for name in ("arabic", "unseen", "persian-kurdish")]
NOW = datetime(2026, 11, 1, tzinfo=UTC)
BEFORE = timedelta(days=2)
Side = tuple[str, str]  # the language and the text of a headline
SAME, RIGHT = "same", frozenset({"same", "related"})
Z = 1.96  # of a normal distribution, for 95 %


@dataclass(frozen=True, slots=True)
class Pair:
    """Two headlines, what a reader says of them, and the minutes between them."""

    name: str
    label: str
    kind: str
    apart: timedelta
    first: Side
    second: Side

    @property
    def is_held(self) -> bool:
        """Whether nobody may look at how it is judged while tuning."""
        return hashlib.sha256(self.first[1].encode()).digest()[-1] % 2 == 1


def pairs(file: Path) -> list[Pair]:
    """Return all pairs of a file as they were labelled."""
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    return [
        Pair(name, label, kind, timedelta(minutes=int(apart)), (one, first), (other, second))
        for name, label, kind, apart, one, first, other, second in rows
    ]


def judged(
    file: Path, matcher: Matcher, config: Config, wanted: Callable[[Pair], bool]
) -> Iterator[tuple[Pair, Pairing | None]]:
    """Yield each wanted pair of a file with the link that its second headline gets, None where it gets none."""
    every = pairs(file)
    others = [(row["lang"], row["title"]) for file in OTHERS for row in map(json.loads, _lines(file))]
    known = {side: matcher.event(Article("a", "s", side[1], NOW, lang=side[0])) for side in [*others, *_sides(every)]}
    for pair in filter(wanted, every):
        window = EventWindow(config.events)
        told = _sides(each for each in every if each != pair)
        dated = [*((side, NOW - BEFORE) for side in others + told), (pair.first, NOW), (pair.second, NOW + pair.apart)]
        reports = list(_reports(dated, known))
        for each in reports:
            window.add(each)
        last = reports[-1]
        yield pair, counterpart(window, last) if last.title == pair.second[1] else None


def _lines(file: Path) -> Iterator[str]:
    return filter(str.strip, file.read_text(encoding="utf-8").splitlines())


def _sides(some: Iterable[Pair]) -> list[Side]:
    return [side for each in some for side in (each.first, each.second)]


def _reports(dated: Iterable[tuple[Side, datetime]], known: Mapping[Side, EventMention | None]) -> Iterator[Report]:
    for seq, (side, at) in enumerate(dated, 1):
        if mention := known[side]:
            yield Report(seq, f"s{seq}", f"t{seq}", f"w{seq}", side[1], at, mention, side[0])


def print_own(matcher: Matcher, config: Config) -> None:
    """Print how many of the pairs are linked, and how many of these rightly, of the half to tune by and the held one."""
    for (name, file), held in product(FILES.items(), (False, True)):
        told = list(judged(file, matcher, config, lambda pair, held=held: pair.is_held is held))  # type: ignore[misc]
        every, linked = (Counter(pair.label for pair, _ in some) for some in (told, [each for each in told if each[1]]))
        right = sum(linked[each] for each in RIGHT)
        print(
            f"our own pairs, {name}, {'held' if held else 'to tune by'}: {len(told)}, {every[SAME]} of them the same; linked {linked.total()}, {dict(linked)}:"
            f" P(same or related) {right}/{linked.total()} {interval(right, linked.total())},"
            f" P(same) {linked[SAME]}/{linked.total()} {interval(linked[SAME], linked.total())};"
            f" recall(same) {linked[SAME]}/{every[SAME]}"
        )


def interval(some: int, every: int) -> str:
    """Return a share and the interval in which 95 of 100 such samples have the true one (Wilson 1927)."""
    if not every:
        return "-"
    share, weight = some / every, Z * Z / every
    middle = (share + weight / 2) / (1 + weight)
    width = Z / (1 + weight) * math.sqrt(share * (1 - share) / every + weight / every / 4)
    return f"{share:.2f} ({middle - width:.2f} to {middle + width:.2f})"
