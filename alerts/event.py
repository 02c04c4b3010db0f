"""What one article says happened: the acts it tells, and the names, places, numbers and words around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

UNREAD = "unread"  # how a headline stands in which no deed was read
HAPPENED = "happened"  # how a deed stands that is told as done
ACCIDENTAL = "accidental"  # how a deed stands that nobody did on purpose
DRILL = "drill"  # the deed of those who only rehearse one
SHARE = "share"  # the deed of who is at one base with somebody else
WEAPON = "weapon: "  # in a line on an event, before what an attack was done with, or what was shot down
OWN_THREAD = "a thread of its own: "  # begins why a story left the thread that its wording put it in
UNLISTED = "?"  # before a place that no list names


@dataclass(frozen=True, slots=True)
class Act:
    """One deed as it is told: its class, how it stands, and who does it to whom, by names.

    `deed` is the name of a list of the config without `deed-`; `standing` is "happened", "foiled" or one of
    alerts.rules.event_standing.STANDINGS. `by` and `on` are empty where word order leaves them open. `again` is
    True where words say that it is another of a series ("new strikes"). `aside` is True where the headline only names
    it beside its own news: "Iran closes the strait as Israel strikes Lebanon".
    """

    deed: str
    standing: str
    by: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    again: bool = False
    aside: bool = False


class Keeping:
    """A value with which is kept what was worked out of it (alerts.decide.once). That is no field: it is not stored."""

    __slots__ = ("kept",)
    kept: dict[object, tuple[object, Any]]


@dataclass(frozen=True, slots=True)
class EventMention(Keeping):
    """An event as one article tells it (ACE 2005: an event mention).

    It is read from the headline, or from the first sentence of the text where the headline tells no act. `names` are
    ids of entities and names of the config's lists `party-NAME`, `places` those of them that say where, `located` those
    of these that stand behind a word such as "in": Baghdad without one may be the government. `apart` are those where
    another deed was done than the attack ("talks in Geneva end, army strikes town"). `things` are lists of
    settings.events.things. `words` are the stems of what is left. `casualties` counts people by killed, wounded,
    missing or held. `from_lead`: the headline told no act, so this is what the text begins with. `headed` are the
    listed places that the headline names all the same. `lead` are the names that the first sentence of the text gives
    besides, and `lead_places` those of them that say where: they tell no deed of their own. `topics` are the ids of the
    rules that match the article, () until it is told.
    """

    acts: tuple[Act, ...] = ()
    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    casualties: Mapping[str, int] = field(default_factory=dict)
    from_lead: bool = False
    located: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    headed: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    lead_places: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether there is an act or a name by which it can be compared with another."""
        return bool(self.acts or self.names)


@dataclass(frozen=True, slots=True)
class Report(Keeping):
    """One report of an event, as it is kept: which story and thread, when, by which source, under what headline.

    `lang` is the code of the headline's language, or the name of its script where nothing tells the language; "" of
    reports kept before languages were. `wording` is the vector of the headline, None where no language model read it.
    """

    seq: int  # of the revision
    story: str
    thread: str
    source: str
    title: str
    at: datetime
    mention: EventMention
    lang: str = ""
    wording: bytes | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """That a report tells the same event as an earlier one in another language: its seq, what both tell, likeness."""

    seq: int
    both: str
    share: float  # of the weight of both reports, from 0 to 1


TRANSLATION = "translation"  # the relation of a counterpart to the story beside which it is shown


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A report in another language of what a story tells, and why it is taken for that: its `TRANSLATION`.

    It is a story of its own: never a duplicate, an origin of its owner, and held back by no link.

    `lang` is as of a report, `both` what both tell, `apart` the minutes between the two, `share` their likeness.
    """

    story: str
    lang: str
    outlet: str
    title: str
    at: datetime
    both: str
    apart: int
    share: float
