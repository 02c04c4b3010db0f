"""Decide whether two reports tell the same event, and what a further report of a known event adds. Pure.

Two reports are compared by what they name: deeds, names, things, pairs of these, who did what to whom, and words; each
weighs by how rare it is among the reports of the last days (as terms do in TF-IDF; Miranda et al., EMNLP 2018, group
news of several languages so). A clash of place, roles or toll forbids. What is new in a report are its facts: a deed on
a target, a toll, a claim, a denial.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

from alerts.event import Act, EventMention
from alerts.rule import EventSettings
from alerts.rules.event_mention import UNLISTED
from alerts.rules.events import HAPPENED
from crawler.article import minted

APART = timedelta(hours=24)  # between two reports of one event
SPAN = timedelta(hours=72)  # between the first and the last report of one event
TOLD_ANEW = timedelta(hours=12)  # an outlet that tells a deed again, so long after, tells of another one
SERIES = timedelta(hours=6)  # one outlet's headline again, later than this: the next one of a series
ALIKE = 0.3  # of the weight of both reports: less than that in common are two events
KNOWN_FOR = timedelta(hours=12)  # what interrupted so long ago interrupts again, as a story's news does
KNOWN = 0.4  # of the weight: less than that in common may be another event, so it interrupts though nothing looks new
FEWEST = 300  # reports that rarity is counted among at least, so that a quiet day makes nothing common
COMPARED = 200  # reports
TENFOLD = 10  # a toll so many times another is that of another event
# what a part of a report weighs beside its rarity: names and deeds are the event, words are how an outlet tells it
_WEIGHTS = {"deed": 1.0, "name": 1.0, "thing": 1.0, "pair": 0.4, "role": 0.5, "word": 0.3}
_NAMES = frozenset({"name", "thing"})  # of which two reports of one event share one: two arrests a day are two events
_TOLD = frozenset({HAPPENED, "claimed"})
Part = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One report of an event, as it is kept: which story and thread, when, by which source, under what headline."""

    seq: int  # of the revision
    story: str
    thread: str
    source: str
    title: str
    at: datetime
    mention: EventMention


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a report says happened: a deed and its target, or a claim or denial, "" where none is named."""

    what: str
    on: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much two reports have in common, from 0 to 1, and the parts that they share."""

    earlier: Report
    share: float
    parts: tuple[Part, ...]

    def words(self, later: Report, settings: EventSettings) -> str:
        """Return the evidence in a line: what both name, how far apart they are."""
        named = (part[1] for part in self.parts if part[0] in {"deed", *_NAMES})
        both = ", ".join(dict.fromkeys(settings.labels.get(each, each) for each in named))
        apart = max(0, round((later.at - self.earlier.at).total_seconds() / 60))
        when = f"{apart} min" if apart < 120 else f"{round(apart / 60)} h"
        return f"same event as {self.earlier.story}: both {both}; {when} apart; {self.share * 100:.0f} % in common"


class EventWindow:
    """The reports of the last SPAN, and how rare each of their parts is among them.

    It is a cache of what the store holds: whoever adds a report that is not stored after all must make a new window.
    """

    def __init__(self, settings: EventSettings) -> None:
        self.settings = settings
        self.last = 0  # the seq of the newest report
        self._reports: dict[int, tuple[Report, frozenset[Part]]] = {}
        self._by_part: dict[Part, dict[int, None]] = {}

    def add(self, report: Report) -> None:
        """Add a stored report; they come in the order of `seq`."""
        parts = parts_of(report.mention, self.settings)
        self._reports[report.seq] = report, parts
        for part in parts:
            self._by_part.setdefault(part, {})[report.seq] = None
        self.last = max(self.last, report.seq)

    def forget(self, before: datetime) -> None:
        """Remove the reports that are older than that."""
        for seq in [seq for seq, (report, _) in self._reports.items() if report.at < before]:
            _, parts = self._reports.pop(seq)
            for part in parts:
                del self._by_part[part][seq]
                if not self._by_part[part]:
                    del self._by_part[part]

    def since(self, at: datetime) -> list[Report]:
        """Return the reports since then, oldest first."""
        return [report for report, _ in self._reports.values() if report.at >= at]

    def nearest(self, later: Report, threads: Iterable[str] | None = None) -> Likeness | None:
        """Return the earlier report that has most in common with a later one, None if none may tell the same event.

        Only reports of other stories are compared, in `threads` or in all.
        """
        ours = parts_of(later.mention, self.settings)
        wanted = None if threads is None else set(threads)
        found = [
            likeness
            for earlier, theirs in self._candidates(ours)
            if earlier.story != later.story
            and later.at - earlier.at <= APART
            and later.at - (minted(earlier.thread) or earlier.at) <= SPAN
            and (wanted is None or earlier.thread in wanted)
            and (likeness := self._likeness(earlier, theirs, ours)).share >= ALIKE
            and not clash(earlier, later, self.settings)
        ]
        return max(found, key=lambda each: (each.share, each.earlier.at), default=None)

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

    def _likeness(self, earlier: Report, theirs: frozenset[Part], ours: frozenset[Part]) -> Likeness:
        shared = theirs & ours
        common, lengths = self._square(shared), math.sqrt(self._square(theirs) * self._square(ours))
        heaviest = sorted(shared, key=lambda part: (-self._weight(part), part))
        return Likeness(earlier, common / lengths if lengths else 0.0, tuple(heaviest))

    def _square(self, parts: Iterable[Part]) -> float:
        return sum(self._weight(part) ** 2 for part in parts)

    def _weight(self, part: Part) -> float:
        reports = max(FEWEST, len(self._reports))
        return _WEIGHTS[part[0]] * math.log((reports + 1) / (len(self._by_part.get(part, ())) + 0.5))


def parts_of(mention: EventMention, settings: EventSettings) -> frozenset[Part]:
    """Return what a report can have in common with another: deeds, names, things, pairs of them, roles and words."""
    acts = told(mention)
    core = sorted(
        {
            *(("deed", _alike(each, settings)) for each in acts),
            *(("name", each) for each in mention.names),
            *(("thing", each) for each in mention.things),
        }
    )
    pairs = {("pair", *one, *other) for one, other in combinations(core, 2)}
    roles = {
        ("role", _alike(act, settings), role, name)
        for act in acts
        for role, names in (("by", act.by), ("on", act.on))
        for name in names
    }
    return frozenset({*core, *pairs, *roles, *(("word", each) for each in mention.words)})


def told(mention: EventMention) -> tuple[Act, ...]:
    """Return the acts a report is about: those in the background of it only where it tells no other."""
    return tuple(each for each in mention.acts if each.standing != "background") or mention.acts


def _alike(act: Act, settings: EventSettings) -> str:
    return settings.alike.get(act.deed, act.deed)


def clash(earlier: Report, later: Report, settings: EventSettings) -> str:
    """Return in words what forbids that two reports tell one event, "" if nothing does."""
    one, other = earlier.mention, later.mention
    if earlier.source == later.source and later.at - earlier.at > SERIES and earlier.title == later.title:
        return "the same headline of one outlet again: a series"
    if not _places_agree(one.places, other.places, settings.wider):
        return f"other places: {', '.join(one.places)} and {', '.join(other.places)}"
    if swapped := _swapped(one, other, settings):
        return f"who did it to whom is the other way round: {swapped}"
    return _toll_clash(one.casualties, other.casualties)


def _places_agree(one: Iterable[str], other: Iterable[str], wider: Mapping[str, frozenset[str]]) -> bool:
    ours, theirs = _narrowest(one, wider), _narrowest(other, wider)
    return (
        not ours
        or not theirs
        or any(
            a == b or a in wider.get(b, ()) or b in wider.get(a, ()) or _may_hold(a, b, wider) or _may_hold(b, a, wider)
            for a in ours
            for b in theirs
        )
    )


def _may_hold(unlisted: str, place: str, wider: Mapping[str, frozenset[str]]) -> bool:
    """Return whether a place that no list names may lie in another: in a country, not in a town."""
    return unlisted.startswith(UNLISTED) and not place.startswith(UNLISTED) and place not in wider


def _narrowest(places: Iterable[str], wider: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the places without those that another of them lies in."""
    named = frozenset(places)
    return named - {around for each in named for around in wider.get(each, ())}


def _swapped(one: EventMention, other: EventMention, settings: EventSettings) -> str:
    """Return the two names that did one deed to each other in two reports, "" if both reports agree somewhere."""
    first, second = _roles(one, settings), _roles(other, settings)
    if first & second:
        return ""
    return next((f"{by} and {on}" for deed, by, on in sorted(first) if (deed, on, by) in second), "")


def _roles(mention: EventMention, settings: EventSettings) -> set[tuple[str, str, str]]:
    return {(_alike(act, settings), by, on) for act in told(mention) for by in act.by for on in act.on}


def _toll_clash(one: Mapping[str, int], other: Mapping[str, int]) -> str:
    for kind in one.keys() & other.keys():
        least, most = sorted((one[kind], other[kind]))
        if least and most > least * TENFOLD:
            return f"{least} and {most} {kind}"
    return ""


def facts_of(mention: EventMention, settings: EventSettings) -> tuple[Fact, ...]:
    """Return what a report says happened, the main fact first: deeds on their targets, claims and denials.

    Only deeds of settings.events.developments count.
    """
    facts: list[Fact] = []
    for number, act in enumerate(told(mention)):
        if act.deed not in settings.developments:
            continue
        deed = _alike(act, settings)
        if act.standing in _TOLD:
            # where it was done counts as whom it was done to: a base in Qatar after one in Kuwait is news
            where = () if number else mention.places
            targets = tuple(dict.fromkeys((*act.on, *where))) if act.deed in settings.by_target else ()
            named = targets or ("",)
            facts += [Fact(deed, name) for name in named]
            facts += [Fact(f"another {deed}", name) for name in named if act.again]
        # the first act of a denial is the denying: "Customs confirm foiling of smuggling" denies no confirmation
        if act.standing == "denied" and number and act.deed in settings.by_target:
            facts.append(Fact(f"no {deed}"))
    claimed = next((act for act in told(mention) if act.standing == "claimed"), None)
    if claimed:
        facts += [Fact("claim", name) for name in claimed.by]
    return tuple(dict.fromkeys(facts))


def news_in(
    later: Report, known: Iterable[Report], elsewhere: Iterable[Report], settings: EventSettings
) -> tuple[str, ...]:
    """Return in words what a report adds to those `known` of its event: a toll, a deed on another target, a denial.

    What was told `elsewhere`, of other events, is no news either, unless the headline begins with it: "Houthis attack
    tankers as US strikes Iran".
    """
    before = list(known)
    facts = _known(before, settings)
    others = _known(elsewhere, settings)
    ours = facts_of(later.mention, settings)
    new = [
        each
        for number, each in enumerate(ours)
        if not _is_known(each, facts, settings) and not (number and _is_known(each, others, settings))
    ]
    others_words = [*_other_doers(later, before, settings), *_persons(later, before, settings)]
    if not new and ours and _is_told_anew(ours[0], later, before, settings):
        new = [replace(ours[0], what=f"another {ours[0].what}")]
    return (*_tolls(later.mention.casualties, before), *(_words(each, settings) for each in new), *others_words)


def _other_doers(later: Report, known: Iterable[Report], settings: EventSettings) -> list[str]:
    """Return in words the deeds that somebody else is said to do than in every report known: another's attack."""
    words = []
    doers: dict[str, set[str]] = {}
    for act in (act for each in known for act in told(each.mention)):
        doers.setdefault(_alike(act, settings), set()).update(act.by)
    for act in told(later.mention):
        before = doers.get(_alike(act, settings), set())
        # who claims a deed is told as a claim
        named = act.deed in settings.by_target and act.standing == HAPPENED and act.by and before
        if named and not any(_is_within(one, other, settings) for one in act.by for other in before):
            words.append(f"{_alike(act, settings)} by {_listed(act.by, settings)}")
    return list(dict.fromkeys(words))


def _persons(later: Report, known: Iterable[Report], settings: EventSettings) -> list[str]:
    """Return the persons whom a report of a deed names and no report known did: another leader killed."""
    if not any(act.deed in settings.by_target and act.standing in _TOLD for act in told(later.mention)):
        return []
    before = {name for each in known for name in each.mention.names}
    new = [name for name in later.mention.names if name in settings.persons and name not in before]
    return [f"about {settings.labels.get(name, name)}" for name in new]


def _is_within(one: str, other: str, settings: EventSettings) -> bool:
    return one == other or one in settings.wider.get(other, ()) or other in settings.wider.get(one, ())


def same_fact(later: Report, known: Iterable[Report], settings: EventSettings) -> list[Report]:
    """Return the reports that tell what a later one begins with, whichever event they were taken for."""
    ours = facts_of(later.mention, settings)
    return [each for each in known if ours and _is_known(ours[0], _known([each], settings), settings)]


def _is_told_anew(fact: Fact, later: Report, known: Iterable[Report], settings: EventSettings) -> bool:
    """Return whether an outlet tells a deed half a day after it told one: it is then another of the same kind."""
    own = [
        each for each in known if each.source == later.source and _is_known(fact, _known([each], settings), settings)
    ]
    return bool(own) and bool(fact.on) and all(later.at - each.at >= TOLD_ANEW for each in own)


def _known(reports: Iterable[Report], settings: EventSettings) -> frozenset[Fact]:
    facts: set[Fact] = set()
    for each in reports:
        facts.update(facts_of(each.mention, settings))
        # where it was done is known beside whom it was done to
        facts.update(
            Fact(fact.what, place) for fact in tuple(facts_of(each.mention, settings)) for place in each.mention.places
        )
        # who did it is known from any report that says so, whether they claim it or not
        facts.update(Fact("claim", name) for act in told(each.mention) for name in act.by)
    return frozenset(facts)


def _is_known(fact: Fact, facts: frozenset[Fact], settings: EventSettings) -> bool:
    """Return whether a fact was told; one without a target, where anything of its kind was."""
    return (
        fact in facts
        or (not fact.on and any(each.what == fact.what for each in facts))
        or _same_target(fact, facts, settings)
    )


def _same_target(fact: Fact, known: Iterable[Fact], settings: EventSettings) -> bool:
    """Return whether the target was told in wider or narrower words: a base in Iraq, and Iraq."""
    wider = settings.wider
    return any(
        each.what == fact.what and (each.on in wider.get(fact.on, ()) or fact.on in wider.get(each.on, ()))
        for each in known
    )


def _tolls(later: Mapping[str, int], known: Iterable[Report]) -> list[str]:
    words = []
    for kind, number in later.items():
        most = max((each.mention.casualties.get(kind, 0) for each in known), default=0)
        if number > most:
            words.append(f"{most} -> {number} {kind}" if most else f"{number} {kind}")
    return words


def _words(fact: Fact, settings: EventSettings) -> str:
    """Return a fact as people read it: "strike, Kuwait"."""
    return f"{fact.what}, {_label(fact.on, settings)}" if fact.on else fact.what


def describe(mention: EventMention, settings: EventSettings) -> str:
    """Return what a headline tells, in a line: "strike; by Iran; on US; in Jordan; claimed; 3 killed".

    "" where it tells no deed.
    """
    acts = told(mention)
    if not acts or mention.from_lead:
        return ""
    main = acts[0]
    places = _narrowest(mention.places, settings.wider) - {*main.by, *main.on}
    roles = (("by", main.by), ("on", main.on), ("in", sorted(places)))
    standing = [main.standing] if main.standing != HAPPENED else []
    tolls = [f"{number} {kind}" for kind, number in mention.casualties.items()]
    return "; ".join(
        [main.deed, *(f"{word} {_listed(names, settings)}" for word, names in roles if names), *standing, *tolls]
    )


def _listed(names: Iterable[str], settings: EventSettings) -> str:
    return " and ".join(_label(each, settings) for each in names)


def _label(name: str, settings: EventSettings) -> str:
    return name.removeprefix(UNLISTED).title() if name.startswith(UNLISTED) else settings.labels.get(name, name)
