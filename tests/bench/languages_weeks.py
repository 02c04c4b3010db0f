"""Links between Arabic and English reports in two whole weeks of what the desk matched: how many right, how many found.

No method proposed the pairs: one reader went through every matched headline of both weeks twice, by the Arabic ones and
by the English ones (tests/labels/README.md). So every pair within a day is judged: what stands in no row is another
event. Of two judgements the stricter counts. As in service only what a rule matches has a report, and whatever matched
in the days before counts for how rare a name is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from alerts.decide.counterparts import APART
from alerts.event import Report
from tests.bench.shared import ROOT

FILE = ROOT / "tests" / "labels" / "links-weeks.tsv"
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Weeks:
    """The keys of the Arabic and of the English headlines of both weeks, and how each related pair was judged."""

    arabic: frozenset[str]
    english: frozenset[str]
    labels: Mapping[Pair, str]

    def told(self, of: Collection[str]) -> set[str]:
        """Return the Arabic keys, of those, whose event an English headline tells as well."""
        return {arabic for (arabic, _), label in self.labels.items() if label == "same" and arabic in of}


def weeks() -> Weeks:
    """Return both weeks as they were labelled."""
    rows = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]
    labels = {(arabic, english): label for arabic, english, *_, label in rows if arabic and english}
    return Weeks(
        frozenset(row[0] for row in rows if row[0]),
        frozenset(row[1] for row in rows if row[1]),
        labels,
    )


def print_weeks(name: str, links: Iterable[Pair], reports: Mapping[str, Report], of: Collection[str]) -> None:
    """Print for the Arabic headlines `of` the weeks how many links are right, and how many of those told are linked.

    Recall is the share of Arabic headlines with an English `same` that are linked to one; beside it, of those with one
    within APART whose event the desk reads in both languages.
    """
    labelled = weeks()
    ours = {each for each in links if each[0] in of and each[1] in labelled.english}
    judged = Counter(labelled.labels.get(each, "different") for each in ours)
    right = judged["same"] + judged["related"]
    told = labelled.told(of)
    found = {arabic for arabic, english in ours if labelled.labels.get((arabic, english)) == "same"}
    read = {
        arabic
        for (arabic, english), label in labelled.labels.items()
        if label == "same" and arabic in told and _is_near(arabic, english, reports)
    }
    print(
        f"{name}: {len(labelled.arabic & {*of})} Arabic headlines, {len(ours)} links, {dict(judged)}:"
        f" P(same or related) {_share(right, len(ours))}, P(same) {_share(judged['same'], len(ours))};"
        f" recall(same) {_share(len(told & found), len(told))};"
        f" of those read and within {APART.total_seconds() / 3600:.0f} h {_share(len(read & found), len(read))}"
    )


def _is_near(arabic: str, english: str, reports: Mapping[str, Report]) -> bool:
    return {arabic, english} <= reports.keys() and abs(reports[arabic].at - reports[english].at) <= APART


def _share(some: int, every: int) -> str:
    return f"{some}/{every} {some / every:.2f}" if every else f"{some}/{every}"
