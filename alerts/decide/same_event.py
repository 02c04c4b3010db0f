"""Decide whether two reports tell the same event. Pure.

Two reports are compared by what they name: deeds, names, things, pairs of these, who did what to whom, and words; each
weighs by how rare it is among the reports of the last days (as terms do in TF-IDF; Miranda et al., EMNLP 2018, group
news of several languages so). A clash of place, roles or toll forbids; one of roles also with the first report of the
thread: a chain of likenesses ends where its last link is another event than its first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from alerts.decide.event_acts import (
    CLAIM,
    TOLD,
    alike,
    deeds_of,
    in_common,
    lasting,
    told,
)
from alerts.decide.event_clash import clash, roles_clash
from alerts.decide.once import once
from alerts.decide.rarity import FEWEST, Part, Rarity, rarity_of
from alerts.decide.same_moment import of_one_moment
from alerts.decide.weapon_words import named_by_both
from alerts.decide.wordings import Wordings
from alerts.event import EventMention, Report
from alerts.rule import EventSettings
from crawler.article import minted

APART = timedelta(hours=24)  # between two reports of one event
SPAN = timedelta(hours=72)  # between the first and the last report of one event
ALIKE = 0.3  # of the weight of both reports: less than that in common are two events
ALIKE_COMMENT = 0.15  # the same for a claim or a denial, which names who speaks and little of what happened
ALIKE_LASTING = 0.2  # the same where both tell one deed that lasts of the same parties
KNOWN = 0.4  # of the weight: less than that in common may be another event, so it interrupts though nothing looks new
COMPARED = 200  # reports
_NAMES = frozenset({"name", "thing"})  # of which two reports of one event share one: two arrests a day are two events
EVERYDAY = 0.1  # of the reports: a name in more of them tells no event from another, nor does that of a state
FEW_NAMES = 2  # such names, and a deed, tell an event all the same: who did it to whom
WEAPONS = "weapons"  # a list of settings.events.things whose words are said as the headlines have them
_COMMENTS = frozenset({"claimed", "denied"})


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much a report has in common with another, from 0 to 1, the parts both share, and whether one deed that lasts.

    `earlier` is the other report, which came before where threads are joined.
    """

    earlier: Report
    share: float
    parts: tuple[Part, ...]
    lasting: bool = False

    def words(self, later: Report, settings: EventSettings) -> str:
        """Return the evidence in a line: what both name, how far apart they are."""
        apart = max(0, round((later.at - self.earlier.at).total_seconds() / 60))
        when = f"{apart} min" if apart < 120 else f"{round(apart / 60)} h"
        both = self.both(later, settings)
        return f"same event as {self.earlier.story}: both {both}; {when} apart; {self.share * 100:.0f} % in common"

    def both(self, later: Report, settings: EventSettings) -> str:
        """Return the deeds, names and things that both name, the rarest first; of weapons the kinds."""
        weapons = named_by_both(self.earlier.title, later.title)
        said: list[str] = []
        for kind, name in (part[:2] for part in self.parts if part[0] in {"deed", *_NAMES}):
            is_weapon = (kind, name) == ("thing", WEAPONS) and weapons is not None
            said += weapons or () if is_weapon else [settings.labels.get(name, name)]
        return ", ".join(dict.fromkeys(said))


class _Held(NamedTuple):
    """A report in the window, and when its thread began."""

    report: Report
    began: datetime


class _Near(NamedTuple):
    """A report as it was compared with another: the parts that both share are numbers of `Rarity`."""

    lasting: bool
    share: float
    at: datetime
    report: Report
    shared: frozenset[int]


class EventWindow:
    """The reports of the last SPAN, and how rare each of their parts is among them.

    It is a cache of what the store holds: whoever adds a report that is not stored after all must make a new window.
    """

    def __init__(self, settings: EventSettings) -> None:
        self.settings = settings
        self.last = 0  # the seq of the newest report
        self.wordings = Wordings()
        self._reports: dict[int, _Held] = {}
        self._rarity = Rarity()
        self._first: dict[str, Report] = {}  # of each thread, for as long as a report of it is here
        self._threads: Counter[str] = Counter()  # how many reports of each are here
        self._langs: dict[str, dict[int, None]] = {}  # the reports of each language, in the order they were added

    def add(self, report: Report) -> None:
        """Add a stored report. They come in the order of `seq`, but for flash, which comes ahead of its turn."""
        self._reports[report.seq] = _Held(report, minted(report.thread) or report.at)
        self._rarity.add(report.seq, parts_of(report.mention, self.settings))
        self._first.setdefault(report.thread, report)
        self._threads[report.thread] += 1
        self._langs.setdefault(report.lang, {})[report.seq] = None
        self.last = max(self.last, report.seq)

    def forget(self, before: datetime) -> None:
        """Remove the reports that are older than that."""
        for seq in [seq for seq, held in self._reports.items() if held.report.at < before]:
            report = self._reports.pop(seq).report
            self._threads[report.thread] -= 1
            if not self._threads[report.thread]:
                del self._threads[report.thread], self._first[report.thread]
            del self._langs[report.lang][seq]
            self._rarity.remove(seq)

    def report(self, seq: int) -> Report | None:
        """Return the report with this `seq`, None if it is not in the window."""
        held = self._reports.get(seq)
        return held and held.report

    def since(self, at: datetime) -> list[Report]:
        """Return the reports since then, in the order in which they were added."""
        return [held.report for held in self._reports.values() if held.report.at >= at]

    def in_thread(self, thread: str) -> list[Report]:
        """Return the reports of a thread, in the order in which they were added."""
        if thread not in self._first:
            return []
        return [held.report for held in self._reports.values() if held.report.thread == thread]

    def nearest(self, later: Report, threads: Iterable[str] | None = None) -> Likeness | None:
        """Return the earlier report that has most in common with a later one, None if none may tell the same event.

        Only reports of other stories are compared, in `threads` or in all.
        """
        wanted = None if threads is None else set(threads)
        recent, young = later.at - APART, later.at - SPAN
        found = self._compared(
            later,
            lambda held: (
                held.report.at >= recent and held.began >= young and (wanted is None or held.report.thread in wanted)
            ),
        )
        # one deed that lasts beats any number of words in common; whether two may be one event costs most to tell, so
        # that is asked of the most alike first
        ranked = sorted(found, key=lambda each: each[:3], reverse=True)
        near = next((each for each in ranked if self._is_one(each, later)), None)
        return near and self._likeness(near)

    def _is_one(self, near: _Near, later: Report) -> bool:
        """Return whether two reports may tell one event: alike or of one moment, and without a clash."""
        earlier = near.report
        return (
            (self._may_be_one(near, later) or of_one_moment(earlier, later, self.settings))
            and not clash(earlier, later, self.settings)
            and not roles_clash(self._first.get(earlier.thread, earlier).mention, later.mention, self.settings)
        )

    def compared(
        self, report: Report, wanted: Callable[[Report], bool], lang: Callable[[str], bool] | None = None
    ) -> Iterator[Likeness]:
        """Yield how much each wanted report of another story that shares a name or a thing has in common with one.

        With `lang` only reports whose language is so are compared, however many others share a name.
        """
        pools = [seqs for code, seqs in self._langs.items() if lang(code)] if lang else None
        return map(self._likeness, self._compared(report, lambda held: wanted(held.report), pools))

    def _compared(
        self, report: Report, wanted: Callable[[_Held], bool], pools: list[dict[int, None]] | None = None
    ) -> Iterator[_Near]:
        lasts, parts = lasting(report.mention, self.settings), parts_of(report.mention, self.settings)
        ours = self._rarity.weighed(parts)
        for seq in self._candidates(parts, pools):
            other = self._reports[seq]
            if other.report.story != report.story and wanted(other):
                theirs = lasting(other.report.mention, self.settings) if lasts else {}
                same = bool(theirs) and bool(in_common(theirs, lasts, self.settings))
                share, shared = self._rarity.in_common(seq, ours)
                yield _Near(same, share, other.report.at, other.report, shared)

    def _candidates(self, ours: frozenset[Part], pools: list[dict[int, None]] | None) -> Iterable[int]:
        """Return the reports that share a name or a thing with ours: first those that share the rarest, newest first.

        In a storm most reports share some name, so only COMPARED of them are compared; with `pools` of those in these.
        """
        # of two names as rare as each other the first by the alphabet: a set has no order
        named = sorted((len(self._rarity.having(part)), part) for part in ours if part[0] in _NAMES)
        chosen: dict[int, None] = {}
        for _, part in named:
            for seq in _in_pools(self._rarity.having(part), pools):
                chosen[seq] = None
                if len(chosen) >= COMPARED:
                    return chosen
        return chosen

    def _likeness(self, near: _Near) -> Likeness:
        return Likeness(near.report, near.share, self._rarity.heaviest_first(near.shared), near.lasting)

    def _may_be_one(self, near: _Near, later: Report) -> bool:
        """Return whether two reports have enough in common: less where both tell one deed that lasts (event_acts)."""
        if near.lasting and near.share >= ALIKE_LASTING:
            return True
        if near.share < ALIKE_COMMENT:
            return False
        parts, earlier = self._rarity.parts(near.shared), near.report.mention
        asked = _asked(parts, earlier, later.mention, self.settings)
        return near.share >= asked and self.tells_apart(parts, earlier, later.mention)

    def tells_apart(self, shared: Iterable[Part], one: EventMention, other: EventMention) -> bool:
        """Return whether what two reports share tells their event from others of the day: a name that not all name.

        States and things are in every report of a war. Of those it takes two names and a deed with which one of the
        two begins: "US" and "strike" are no event, "US", "strike" and "Iran" are one; "...; Tehran rejects it" twice
        is none.
        """
        names = [part for part in shared if part[0] == "name"]
        if not self.is_common(names):
            return True
        # in the background a deed counts too: "arrests two after the strike"
        deeds, others = deeds_of(one, self.settings), deeds_of(other, self.settings)
        first = {alike(act, self.settings) for each in (one, other) for act in told(each)[:1]}
        return len(names) >= FEW_NAMES and bool(deeds & others & first)

    def is_common(self, shared: Iterable[Part]) -> bool:
        """Return whether of the names that two reports share each is a state's, or everyday."""
        names = (part for part in shared if part[0] == "name")
        return all(name[1] in self.settings.parties or self._is_everyday(name) for name in names)

    def rarity(self, name: str) -> float:
        """Return how rare a name is among the reports: the logarithm of one in how many names it."""
        return self.rarity_of("name", name)

    def rarity_of(self, kind: str, name: str) -> float:
        """Return the same of a part of another kind, such as a word."""
        return rarity_of(len(self._rarity.having((kind, name))), max(FEWEST, len(self._rarity)))

    def _is_everyday(self, part: Part) -> bool:
        return len(self._rarity.having(part)) > EVERYDAY * max(FEWEST, len(self._rarity))


def _in_pools(having: dict[int, None], pools: list[dict[int, None]] | None) -> Iterable[int]:
    """Return the reports that have a part, of those in `pools` if such are given, the newest first."""
    if pools is None:
        return reversed(having)
    if sum(map(len, pools)) < len(having):
        return sorted((seq for pool in pools for seq in pool if seq in having), reverse=True)
    return (seq for seq in reversed(having) if any(seq in pool for pool in pools))


def _asked(shared: Iterable[Part], earlier: EventMention, later: EventMention, settings: EventSettings) -> float:
    """Return how much two reports must have in common: less of a claim or denial that names the same deed and name.

    A claim of responsibility names the deed behind it: "the group claims responsibility for the attack on the base".
    """
    acts, kinds = later.acts, {part[0] for part in shared}
    comments = any(act.standing in _COMMENTS for act in acts) and "deed" in kinds
    claims = any(act.deed == CLAIM and act.standing in TOLD for act in acts)
    both = deeds_of(earlier, settings) & deeds_of(later, settings)
    named = comments or (claims and bool(both - {CLAIM}))
    return ALIKE_COMMENT if named and "name" in kinds else ALIKE


@once
def parts_of(mention: EventMention, settings: EventSettings) -> frozenset[Part]:
    """Return what a report can have in common with another: deeds, names, things, pairs of them, roles and words."""
    acts = told(mention)
    core = sorted(
        {
            *(("deed", alike(each, settings)) for each in acts),
            *(("name", each) for each in mention.names),
            *(("thing", each) for each in mention.things),
        }
    )
    pairs = {("pair", *one, *other) for one, other in combinations(core, 2)}
    roles = {
        ("role", alike(act, settings), role, name)
        for act in acts
        if act.deed not in settings.defences
        for role, names in (("by", act.by), ("on", act.on))
        for name in names
    }
    rest = (*(("word", each) for each in mention.words), *(("topic", each) for each in mention.topics))
    return frozenset({*core, *pairs, *roles, *rest})
