"""Name who did a grave deed, or suffered it, whom no report known of that deed names: it is another. Pure.

One city, one hour and one deed make a report part of an event; whom it names may still say that it is of none of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alerts.alert import Severity
from alerts.decide.event_acts import TOLD, alike, done_in, is_within, told
from alerts.decide.event_clash import clash
from alerts.decide.event_facts import done, in_full
from alerts.decide.event_line import listed
from alerts.decide.same_moment import EXCHANGE
from alerts.decide.site_words import sites_hit
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings


def unheard(
    later: Report, known: Iterable[Report], elsewhere: Iterable[Report], severity: Severity, settings: EventSettings
) -> tuple[str, ...]:
    """Return in words the attacks of a grave report of which nobody is known whom it names, of a flash somebody is not.

    Known is whom a report of that deed names in its event, or within EXCHANGE in another that may be the same. Where
    those name nobody, a flash is another, and what else is immediate where they count dead or name a site that it does
    not: who did it, or to whom, may be what was missing.
    """
    if severity < Severity.IMMEDIATE or later.mention.from_lead:
        return ()
    near = (each for each in elsewhere if later.at - each.at <= EXCHANGE and not clash(each, later, settings))
    reports = [in_full(each, settings) for each in (*known, *near)]
    flash, attacks, words = severity >= Severity.FLASH, settings.by_target - settings.defences, []
    for act in told(later.mention):
        if act.deed not in attacks or act.standing not in TOLD or act.aside:
            continue
        telling = [each for each in reports if alike(act, settings) in done_in(each.mention, settings)]
        ours = _named(act, later.mention, settings, besides=flash)
        if telling and (new := _new(ours, later, telling, settings, each_counts=flash)):
            words.append(f"{done(alike(act, settings))}: {listed(new, settings)}")
    return tuple(dict.fromkeys(words))


def _named(act: Act, mention: EventMention, settings: EventSettings, *, besides: bool) -> tuple[str, ...]:
    """Return who did a deed and to whom, and `besides` which groups and persons the headline names: no mere places."""
    of_it = [name for name in (*act.by, *act.on) if name not in mention.places]
    others = [name for name in mention.names if name not in settings.parties and name not in mention.places]
    return tuple(dict.fromkeys((*of_it, *(others if besides else ()))))


def _new(
    ours: Sequence[str], later: Report, telling: Iterable[Report], settings: EventSettings, *, each_counts: bool
) -> tuple[str, ...]:
    """Return the names that no report telling the deed has: all of ours or none, unless `each_counts`."""
    before, telling = set[str](), list(telling)
    for each in telling:
        sides = {name for act in each.mention.acts for name in (*act.by, *act.on)}
        before |= sides.union(each.mention.names, each.mention.lead).difference(each.mention.places)
    # a state, its army and its officials are one side: "CENTCOM says" names nobody new
    before |= {state for state, bodies in settings.bodies.items() if before & bodies}
    before = before.union(*(settings.bodies.get(each, ()) for each in before))
    # a state is no further target beside a place in it
    around = before.union(*(settings.wider.get(place, ()) for each in telling for place in each.mention.places))
    new = tuple(name for name in ours if not any(is_within(name, each, settings.wider) for each in around))
    if not new or (len(new) < len(ours) and not each_counts):
        return ()
    return new if before or each_counts or any(_tells_more(each, later, settings) for each in telling) else ()


def _tells_more(earlier: Report, later: Report, settings: EventSettings) -> bool:
    """Return whether an earlier report counts dead that a later one does not, or names a site that it does not."""
    dead = earlier.mention.casualties.get("killed", 0)
    return dead > later.mention.casualties.get("killed", 0) or bool(
        sites_hit(earlier, settings) - sites_hit(later, settings)
    )
