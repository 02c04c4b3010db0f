"""Links that were proposed outside the two weeks, judged by one reader; and how far two readers of the weeks agree.

`links-proposed.tsv`: of the rest of the captured news every pair that this desk linked on the day of decision 276, also
of what no rule matches, and what a lower threshold would have linked (tests/labels/README.md). What is forbidden since
was found by the wrong ones, so this says what was mended and not how it does on news that nobody read.

`links-second.tsv`: pairs of half A of the weeks, linked or not, judged by a reader who saw no label of the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tests.bench.languages_weeks import Pair, weeks
from tests.bench.shared import ROOT

PROPOSED = ROOT / "tests" / "labels" / "links-proposed.tsv"
SECOND = ROOT / "tests" / "labels" / "links-second.tsv"
DIFFERENT = "different"


def print_proposed(links: Iterable[Pair]) -> None:
    """Print how many of the judged pairs are linked, and how they were judged."""
    labels = _labels(PROPOSED.read_text(encoding="utf-8"))
    linked = Counter(labels[each] for each in {*links} if each in labels)
    every = Counter(labels.values())
    right, asked = linked.total() - linked[DIFFERENT], linked.total()
    print(
        f"proposed outside the weeks: {every.total()} pairs judged, {every[DIFFERENT]} wrong; linked today {asked},"
        f" {dict(linked)}: P(same or related) {f'{right / asked:.2f}' if asked else '-'}"
    )


def print_agreement() -> None:
    """Print how far the second reader of the weeks agrees with the first: by three labels, and right or wrong."""
    first, second = weeks().labels, _labels(SECOND.read_text(encoding="utf-8"))
    judged = [(first.get(pair, DIFFERENT), label) for pair, label in second.items()]
    right = [(one != DIFFERENT, other != DIFFERENT) for one, other in judged]
    readings: list[tuple[str, Sequence[tuple[object, object]]]] = [
        ("same, related or different", judged),
        ("right (same or related) or not", right),
    ]
    for name, pairs in readings:
        equal = sum(one == other for one, other in pairs) / len(pairs)
        print(f"two readers, {len(pairs)} pairs, {name}: equal {equal:.3f}, kappa {kappa(pairs):.3f}")


def kappa(pairs: Sequence[tuple[object, object]]) -> float:
    """Return Cohen's kappa of two readers' labels: 1 where all are equal, 0 where as many are as by chance."""
    equal = sum(one == other for one, other in pairs) / len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[each] * second[each] for each in first) / len(pairs) ** 2
    return (equal - chance) / (1 - chance) if chance < 1 else 1.0


def _labels(text: str) -> Mapping[Pair, str]:
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    return {(row[0], row[1]): row[-1] for row in rows}
