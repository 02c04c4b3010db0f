"""Decide whether two reports tell the same event. Pure.

Two reports are compared by what they name: deeds, names, things, pairs of these, who did what to whom, and words; each
weighs by how rare it is among the reports of the last days (as terms do in TF-IDF; Miranda et al., EMNLP 2018, group
news of several languages so). A clash of place, roles or toll forbids; one of roles also with the first report of the
thread: a chain of likenesses ends where its last link is another event than its first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from alerts.decide.accidents import accidents_clash
from alerts.decide.event_acts import (
    CLAIM,
    TOLD,
    Lasting,
    alike,
    in_common,
    is_within,
    lasting,
    narrowest,
    roles_of,
    told,
)
from alerts.decide.same_moment import of_one_moment
from alerts.decide.wordings import Wordings
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from alerts.rules.event_mention import UNLISTED
from crawler.article import minted

APART = timedelta(hours=24)  # between two reports of one event
SPAN = timedelta(hours=72)  # between the first and the last report of one event
SERIES = timedelta(hours=6)  # one outlet's headline again, later than this: the next one of a series
ALIKE = 0.3  # of the weight of both reports: less than that in common are two events
ALIKE_COMMENT = 0.15  # the same for a claim or a denial, which names who speaks and little of what happened
ALIKE_LASTING = 0.2  # the same where both tell one deed that lasts of the same parties
KNOWN = 0.4  # of the weight: less than that in common may be another event, so it interrupts though nothing looks new
FEWEST = 300  # reports that rarity is counted among at least, so that a quiet day makes nothing common
COMPARED = 200  # reports
TENFOLD = 10  # a toll so many times another is that of another event
# what a part of a report weighs beside its rarity: names and deeds are the event, words are how an outlet tells it
_WEIGHTS = {"deed": 1.0, "name": 1.0, "thing": 1.0, "pair": 0.4, "role": 0.5, "word": 0.3}
_NAMES = frozenset({"name", "thing"})  # of which two reports of one event share one: two arrests a day are two events
EVERYDAY = 0.1  # of the reports: a name in more of them tells no event from another, nor does that of a state
FEW_NAMES = 2  # such names, and a deed, tell an event all the same: who did it to whom
_COMMENTS = frozenset({"claimed", "denied"})
Part = tuple[str, ...]


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
        both = self.both(settings)
        return f"same event as {self.earlier.story}: both {both}; {when} apart; {self.share * 100:.0f} % in common"

    def both(self, settings: EventSettings) -> str:
        """Return the deeds, names and things that both name, the rarest first."""
        named = (part[1] for part in self.parts if part[0] in {"deed", *_NAMES})
        return ", ".join(dict.fromkeys(settings.labels.get(each, each) for each in named))


class EventWindow:
    """The reports of the last SPAN, and how rare each of their parts is among them.

    It is a cache of what the store holds: whoever adds a report that is not stored after all must make a new window.
    """

    def __init__(self, settings: EventSettings) -> None:
        self.settings = settings
        self.last = 0  # the seq of the newest report
        self.wordings = Wordings()
        self._reports: dict[int, tuple[Report, frozenset[Part]]] = {}
        self._by_part: dict[Part, dict[int, None]] = {}
        self._first: dict[str, Report] = {}  # of each thread

    def add(self, report: Report) -> None:
        """Add a stored report. They come in the order of `seq`, but for flash, which comes ahead of its turn."""
        parts = parts_of(report.mention, self.settings)
        self._reports[report.seq] = report, parts
        for part in parts:
            self._by_part.setdefault(part, {})[report.seq] = None
        self._first.setdefault(report.thread, report)
        self.last = max(self.last, report.seq)

    def forget(self, before: datetime) -> None:
        """Remove the reports that are older than that."""
        for seq in [seq for seq, (report, _) in self._reports.items() if report.at < before]:
            report, parts = self._reports.pop(seq)
            if self._first.get(report.thread) is report:
                del self._first[report.thread]
            for part in parts:
                del self._by_part[part][seq]
                if not self._by_part[part]:
                    del self._by_part[part]

    def since(self, at: datetime) -> list[Report]:
        """Return the reports since then, in the order in which they were added."""
        return [report for report, _ in self._reports.values() if report.at >= at]

    def nearest(self, later: Report, threads: Iterable[str] | None = None) -> Likeness | None:
        """Return the earlier report that has most in common with a later one, None if none may tell the same event.

        Only reports of other stories are compared, in `threads` or in all.
        """
        wanted = None if threads is None else set(threads)
        found = [
            likeness
            for likeness in self.compared(
                later,
                lambda earlier: (
                    later.at - earlier.at <= APART
                    and later.at - (minted(earlier.thread) or earlier.at) <= SPAN
                    and (wanted is None or earlier.thread in wanted)
                ),
            )
            if (self._may_be_one(likeness, later) or of_one_moment(likeness.earlier, later, self.settings))
            and not clash(earlier := likeness.earlier, later, self.settings)
            and not _roles_clash(self._first.get(earlier.thread, earlier).mention, later.mention, self.settings)
        ]
        # one deed that lasts beats any number of words in common
        return max(found, key=lambda each: (each.lasting, each.share, each.earlier.at), default=None)

    def compared(self, report: Report, wanted: Callable[[Report], bool]) -> Iterator[Likeness]:
        """Yield how much each wanted report of another story that shares a name or a thing has in common with one."""
        ours, lasts = parts_of(report.mention, self.settings), lasting(report.mention, self.settings)
        for other, theirs in self._candidates(ours):
            if other.story != report.story and wanted(other):
                yield self._likeness(other, theirs, ours, lasts)

    def _candidates(self, ours: frozenset[Part]) -> list[tuple[Report, frozenset[Part]]]:
        """Return the reports that share a name or a thing with ours: first those that share the rarest, newest first.

        In a storm most reports share some name, so only COMPARED of them are compared.
        """
        named = sorted((part for part in ours if part[0] in _NAMES), key=lambda part: len(self._by_part.get(part, ())))
        chosen: dict[int, None] = {}
        for part in named:
            for seq in reversed(self._by_part.get(part, {})):
                chosen[seq] = None
                if len(chosen) >= COMPARED:
                    return [self._reports[each] for each in chosen]
        return [self._reports[each] for each in chosen]

    def _likeness(
        self, earlier: Report, theirs: frozenset[Part], ours: frozenset[Part], lasts: Mapping[str, Lasting]
    ) -> Likeness:
        shared = theirs & ours
        common, lengths = self._square(shared), math.sqrt(self._square(theirs) * self._square(ours))
        heaviest = sorted(shared, key=lambda part: (-self._weight(part), part))
        same = bool(lasts) and bool(in_common(lasting(earlier.mention, self.settings), lasts, self.settings))
        return Likeness(earlier, common / lengths if lengths else 0.0, tuple(heaviest), same)

    def _may_be_one(self, likeness: Likeness, later: Report) -> bool:
        """Return whether two reports have enough in common: less where both tell one deed that lasts (event_acts)."""
        if likeness.lasting and likeness.share >= ALIKE_LASTING:
            return True
        tells_apart = self.tells_apart(likeness.parts, likeness.earlier.mention, later.mention)
        return tells_apart and likeness.share >= _asked(likeness, later, self.settings)

    def tells_apart(self, shared: Iterable[Part], one: EventMention, other: EventMention) -> bool:
        """Return whether what two reports share tells their event from others of the day: a name that not all name.

        States and things are in every report of a war. Of those it takes two names and a deed with which one of the
        two begins: "US" and "strike" are no event, "US", "strike" and "Iran" are one; "...; Tehran rejects it" twice
        is none.
        """
        names = [part for part in shared if part[0] == "name"]
        if any(name[1] not in self.settings.parties and not self._is_everyday(name) for name in names):
            return True
        # in the background a deed counts too: "arrests two after the strike"
        deeds, others = ({alike(act, self.settings) for act in each.acts} for each in (one, other))
        first = {alike(act, self.settings) for each in (one, other) for act in told(each)[:1]}
        return len(names) >= FEW_NAMES and bool(deeds & others & first)

    def _is_everyday(self, part: Part) -> bool:
        return len(self._by_part.get(part, ())) > EVERYDAY * max(FEWEST, len(self._reports))

    def _square(self, parts: Iterable[Part]) -> float:
        return sum(self._weight(part) ** 2 for part in parts)

    def _weight(self, part: Part) -> float:
        reports = max(FEWEST, len(self._reports))
        return _WEIGHTS[part[0]] * math.log((reports + 1) / (len(self._by_part.get(part, ())) + 0.5))


def _asked(likeness: Likeness, later: Report, settings: EventSettings) -> float:
    """Return how much two reports must have in common: less of a claim or denial that names the same deed and name.

    A claim of responsibility names the deed behind it: "the group claims responsibility for the attack on the base".
    """
    acts, kinds = later.mention.acts, {part[0] for part in likeness.parts}
    comments = any(act.standing in _COMMENTS for act in acts) and "deed" in kinds
    claims = any(act.deed == CLAIM and act.standing in TOLD for act in acts)
    deeds, others = ({alike(act, settings) for act in each.acts} for each in (likeness.earlier.mention, later.mention))
    named = comments or (claims and bool(deeds & others - {CLAIM}))
    return ALIKE_COMMENT if named and "name" in kinds else ALIKE


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
    return frozenset({*core, *pairs, *roles, *(("word", each) for each in mention.words)})


def clash(earlier: Report, later: Report, settings: EventSettings) -> str:
    """Return in words what forbids that two reports tell one event, "" if nothing does."""
    one, other = earlier.mention, later.mention
    if earlier.source == later.source and later.at - earlier.at > SERIES and earlier.title == later.title:
        return "the same headline of one outlet again: a series"
    if not _places_agree(one.places, other.places, settings.wider):
        return f"other places: {', '.join(one.places)} and {', '.join(other.places)}"
    return (
        _roles_clash(one, other, settings)
        or _toll_clash(one.casualties, other.casualties)
        or accidents_clash(earlier, later, settings)
    )


def in_one_moment(earlier: Report, later: Report, settings: EventSettings) -> bool:
    """Return whether two reports tell one attack as they came in together, and nothing that they say clashes."""
    return of_one_moment(earlier, later, settings) and not clash(earlier, later, settings)


def _roles_clash(one: EventMention, other: EventMention, settings: EventSettings) -> str:
    if _is_drill(one) != _is_drill(other):
        return "one is a drill"
    if swapped := _swapped(one, other, settings):
        return f"who did it to whom is the other way round: {swapped}"
    others = _other_acts(one, other, settings)
    return f"somebody else did it to somebody else: {others}" if others else ""


def _is_drill(mention: EventMention) -> bool:
    """Return whether a report tells of a drill and of nothing that happened."""
    acts = told(mention)
    return bool(acts) and all(each.standing == "rehearsed" for each in acts)


def _places_agree(one: Iterable[str], other: Iterable[str], wider: Mapping[str, frozenset[str]]) -> bool:
    ours, theirs = narrowest(one, wider), narrowest(other, wider)
    return (
        not ours
        or not theirs
        or any(
            is_within(a, b, wider)
            or a.removeprefix(UNLISTED) == b.removeprefix(UNLISTED)
            or _may_hold(a, b, wider)
            or _may_hold(b, a, wider)
            for a in ours
            for b in theirs
        )
    )


def _may_hold(unlisted: str, place: str, wider: Mapping[str, frozenset[str]]) -> bool:
    """Return whether a place that no list names may lie in another: in a country, not in a town."""
    return unlisted.startswith(UNLISTED) and not place.startswith(UNLISTED) and place not in wider


def _swapped(one: EventMention, other: EventMention, settings: EventSettings) -> str:
    """Return the two names that did one deed to each other in two reports, "" if both reports agree somewhere."""
    first, second = roles_of(one, settings), roles_of(other, settings)
    if first & second:
        return ""
    return next((f"{by} and {on}" for deed, by, on in sorted(first) if (deed, on, by) in second), "")


def _other_acts(one: EventMention, other: EventMention, settings: EventSettings) -> str:
    """Return in words two acts of one deed with other doers and other targets, "" if two acts may be the same.

    So a strike and the strike that answers it are two events. What a headline names beside its news tells neither.
    """
    pairs = [
        (first, second)
        for first in _main(one, settings)
        for second in _main(other, settings)
        if alike(first, settings) == alike(second, settings)
    ]
    if not pairs or any(not _apart(first, second, settings) for first, second in pairs):
        return ""
    first, second = pairs[0]
    return f"{', '.join(first.by)} on {', '.join(first.on)} and {', '.join(second.by)} on {', '.join(second.on)}"


def _main(mention: EventMention, settings: EventSettings) -> list[Act]:
    attacks = settings.by_target - settings.defences
    return [each for each in told(mention) if each.deed in attacks and not each.aside]


def _apart(one: Act, other: Act, settings: EventSettings) -> bool:
    sides = ((one.by, other.by), (one.on, other.on))
    return all(
        ours and theirs and not any(is_within(a, b, settings.wider) for a in ours for b in theirs)
        for ours, theirs in sides
    )


def _toll_clash(one: Mapping[str, int], other: Mapping[str, int]) -> str:
    for kind in one.keys() & other.keys():
        least, most = sorted((one[kind], other[kind]))
        if least and most > least * TENFOLD:
            return f"{least} and {most} {kind}"
    return ""
