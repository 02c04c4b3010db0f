"""Links between Arabic and English headlines on a sample that nothing was tuned by: how many are right, how many found.

160 Arabic headlines, drawn by a hash from those in no earlier list of pairs; a reader looked for the English counterparts
of each in the whole stream, a second one judged these pairs blind (tests/labels/README.md). Of two judgements the
stricter counts. A link whose pair no reader had listed is judged by a third, blind among pairs that were not linked;
one that nobody judged is printed as such and counts neither way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from alerts.decide.counterparts import APART
from alerts.event import Report
from tests.bench.shared import ROOT

FILE = ROOT / "tests" / "labels" / "links-fresh.tsv"
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """The Arabic keys that were drawn, how each pair was judged, and the Arabic keys with a `same` for both readers."""

    arabic: frozenset[str]
    labels: Mapping[Pair, str]
    told: frozenset[str]


def sample() -> Sample:
    """Return the sample as it was labelled."""
    rows = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]
    labels = {(arabic, english): label for arabic, english, *_, label in rows if english}
    told = {row[0] for row in rows if row[-1] == "same" and row[2]}
    return Sample(frozenset(row[0] for row in rows), labels, frozenset(told))


def print_fresh(name: str, links: Iterable[Pair], reports: Mapping[str, Report], of: Collection[str]) -> None:
    """Print for the Arabic headlines `of` the sample how many links are right, and how many of those told are linked.

    Recall is the share of Arabic headlines with an English `same` anywhere in the stream that are linked to one; beside
    it, of those with one within APART whose event the desk reads in both languages.
    """
    fresh = sample()
    ours = {each for each in links if each[0] in fresh.arabic and each[0] in of}
    judged = Counter(fresh.labels.get(each, "unjudged") for each in ours)
    right = judged["same"] + judged["related"]
    asked = right + judged["different"]
    told = {each for each in fresh.told if each in of}
    same = {arabic for arabic, english in ours if fresh.labels.get((arabic, english)) == "same"}
    near = {arabic for arabic, english in ours if fresh.labels.get((arabic, english)) == "related"}
    reached = {
        arabic
        for (arabic, english), label in fresh.labels.items()
        if label == "same" and _is_near(arabic, english, reports)
    }
    print(
        f"{name}: {len([each for each in fresh.arabic if each in of])} Arabic headlines, {len(ours)} links,"
        f" {dict(judged)}: P(same or related) {_share(right, asked)};"
        f" recall(same) {_share(len(told & same), len(told))},"
        f" linked to a related one instead {len((told & near) - same)};"
        f" of those read and within {APART.total_seconds() / 3600:.0f} h {_share(len(told & reached & same), len(told & reached))}"
    )


def _is_near(arabic: str, english: str, reports: Mapping[str, Report]) -> bool:
    return {arabic, english} <= reports.keys() and abs(reports[arabic].at - reports[english].at) <= APART


def _share(some: int, every: int) -> str:
    return f"{some}/{every} {some / every:.2f}" if every else f"{some}/{every}"
