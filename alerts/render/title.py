"""Write the titles of alerts and digests, which are all that a lock screen shows, and headlines as we show them. Pure.

A title says first how urgent it is, then what changed, what or where, in the language its readers read, and then the
headline. Only the headline, and after it the outlet, give way to the limit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from alerts.alert import NEWS, Alert, Kind, Reason, Severity
from alerts.delivery import Delivery
from alerts.event import UNREAD, WEAPON
from alerts.render.harm import HARMING, exact
from alerts.render.words import cut, is_rtl, isolated, ours, plain, span
from crawler.article import Article
from crawler.stories.corrections import CORRECTED, is_correction
from crawler.text.folding import fold

TITLE_LIMIT = 120  # characters: a mail subject of any script stays under 998 bytes once encoded
PLACE_LIMIT = 30  # characters of a place or an outlet
GIST_LIMIT = 45  # characters of what is known of a headline in another script
LEAD_LIMIT, LEAD_LEAST = 86, 12  # characters before a headline; with less room there is nothing
CHANGE_LIMIT = 48  # characters of what changed
HEADLINE_LEAST = 24  # characters of a headline: with less room the outlet is left out
OLDER = "older"
_DIGESTS = {Reason.REMATCH: "found late", Reason.STALE: OLDER, Reason.STORM: "storm"}
OLD = timedelta(minutes=15)  # from then on a digest says how old an event is that would have interrupted
REPEAT = "(possible repeat)"
NO_HEADLINE = "(no headline)"
HEDGES = {  # before a deed that a headline does not tell as done, by Alert.hedge
    "remembered": "Remembered",
    "opinion": "Question or comment",
    "roundup": "Round-up",
    "rehearsed": "Drill",
    "denied": "Denied",
    "foiled": "Foiled",
    "accidental": "Accident",
    "conditional": "If",
    "asked": "Asked for",
    "expected": "Expected or feared",
}
_WHOLE = frozenset({"accidental", "rehearsed"})  # of which the word says what was done
_DENY = "deny "
# deeds that a row or a rule tells; any other is said, or "An attack (by Ali al-Zaidi)" would be his
_ATTACKS = frozenset(
    (
        "strike",
        "assault",
        "attack",
        "launch",
        "kill",
        "wound",
        "seize",
        "arrest",
        "raid",
        "clash",
        "intercept",
        "claim",
        "threaten",
    )
)
_ROW = re.compile(r' \((?:".*"; )?row \d+\)$')  # after the words of a row of the scale
_SUFFIX = re.compile(r"\s+[-–—|·]\s+(?P<outlet>[^|·–—]{2,60})$")


def headline_of(article: Article) -> str:
    """Return the headline of an article, cleaned, without the outlet's own name behind it."""
    return without_outlet(article.title, article.outlet)


def without_outlet(headline: str, named_beside: str) -> str:
    """Return a headline, cleaned, without its outlet's own name behind it, where that stands beside it anyway."""
    title = plain(headline)
    found = _SUFFIX.search(title)
    if not found:
        return title
    behind, outlet = fold(found["outlet"]), fold(named_beside)
    named = bool(behind.strip() and outlet.strip()) and (behind in outlet or outlet in behind)
    return title[: found.start()] if named else title


def alert_title(delivery: Delivery, alert: Alert) -> str:
    """Return the title of an alert: severity, what changed, what is known of it, headline and outlet."""
    said = f"{alert.severity.word.upper()} {what_kind(delivery, alert)}"
    head = _led(marked(said) if delivery.repeat else said, alert)
    outlet = f" | {isolated(cut(plain(alert.article.outlet), PLACE_LIMIT))}"
    return _fitted(head, headline_of(alert.article), outlet)


def what_kind(delivery: Delivery, alert: Alert) -> str:
    """Return what stands behind the severity: "ESCALATED ", "UPDATE (14 -> 17 killed) ", "CORRECTED " or ""."""
    if delivery.kind is Kind.ESCALATION:
        return "ESCALATED "
    changes = _telling(delivery, alert)
    changed = f"({ours(changes_in_short(changes))}) " if changes else ""
    if delivery.kind is Kind.UPDATE:
        return f"UPDATE {changed}"
    # in a script its reader cannot read, the headline does not say it
    return f"{CORRECTED} " if alert.foreign and is_correction(alert.article.title) else ""


def changes_in_short(changes: Sequence[str]) -> str:
    """Return changes in CHANGE_LIMIT characters: whole ones and how many more; only the first may be cut."""
    said = [plain(each) for each in changes]
    for kept in range(len(said), 0, -1):
        more = [f"{len(said) - kept} more"] if kept < len(said) else []
        words = "; ".join([*said[:kept], *more])
        if len(words) <= CHANGE_LIMIT:
            return words
    return cut(said[0], CHANGE_LIMIT) if said else ""


def _telling(delivery: Delivery, alert: Alert) -> tuple[str, ...]:
    """Return the changes to name before the headline.

    What a headline adds to a known event it says better itself ("struck: Iraq"), if its reader can read it: then only
    the numbers are named.
    """
    if delivery.reason not in NEWS or alert.foreign:
        return alert.changes
    return tuple(each for each in alert.changes if each.startswith(CORRECTED) or any(char.isdigit() for char in each))


def lead(alert: Alert, limit: int = LEAD_LIMIT) -> str:
    """Return what stands before a headline, with a colon: "Balad air base: ", "A ship is seized, Basra: ", or ""."""
    if limit < LEAD_LEAST:
        return ""
    place = cut(plain(alert.place), PLACE_LIMIT)
    words = cut(place, limit) if not alert.foreign else _known(alert, place, limit)
    return f"{words}: " if words else ""


def _known(alert: Alert, place: str, limit: int) -> str:
    """Return what is known of a headline in another script: what happened, who did it to whom, how many, where.

    Where room is scarce, who did it to whom is left out first, then the place, then the end of the words; of those
    killed or hurt the place first, then who did it. The numbers stay.
    """
    what, toll = _gist(alert), toll_of(alert)
    roles = _who(alert, what)
    named = [f"{what} ({ours(_in_a_row(roles[:kept]))})" for kept in range(len(roles), 0, -1) if what]
    tried = [(each, place) for each in (*named, what)]
    if what and plain(alert.event_line).split("; ")[0] in HARMING:  # who was killed before where, and before who did it
        suffered = [each for each in roles if not each.startswith("by ")]
        short = [f"{what} ({ours(_in_a_row(suffered))})"] if suffered else []
        tried[1:1] = [(each, "") for each in named[:1]] + [(each, where) for each in short for where in (place, "")]
    for said, where in (*tried, (what, "")):
        rest = where if fold(where) not in fold(said) else ""  # it was said
        words = ", ".join(each for each in (said, toll, rest) if each)
        if len(words) <= limit:
            return words
    kept = limit - len(toll) - len(", ") if toll else limit
    return ", ".join(each for each in (cut(what, kept) if kept > 0 else "", cut(toll, limit)) if each)


def _in_a_row(roles: Sequence[str]) -> str:
    return " ".join(roles).replace(" ; ", "; ").removeprefix("; ")


def _who(alert: Alert, said: str) -> list[str]:
    """Return who did it, to whom and with what, by the line of the event; without what is said already.

    A deed that is no attack stands before that: "visit by Ali al-Zaidi".
    """
    said = fold(said)
    deed, *parts = plain(alert.event_line).split("; ")
    roles = [
        each for each in parts if each.startswith(("by ", "on ", "with ")) and fold(each.partition(" ")[2]) not in said
    ]
    roles += [f"; {each.removeprefix(WEAPON)}" for each in parts if each.startswith(WEAPON)]
    if not deed or alert.hedge or deed in _ATTACKS or fold(deed).strip() in said:
        return roles
    return [" ".join((deed, *roles[:1])), *roles[1:]]


def toll_of(alert: Alert) -> str:
    """Return how many were harmed or taken: "2 killed, 5 wounded"; "" where nothing says it."""
    told = alert.event.casualties if alert.event else {}
    return ", ".join(f"{number} {kind}" for kind, number in told.items())


def digest_title(delivery: Delivery, events: Sequence[Sequence[Alert]]) -> str:
    """Return the title of a digest: its heading, and the most urgent event, which is the first of them.

    Of an event the first alert is told.
    """
    heading = digest_heading(delivery, events)
    if not events:
        return heading
    return _fitted(_led(f"{heading}: ", events[0][0]), headline_of(events[0][0].article), "")


def digest_heading(delivery: Delivery, events: Sequence[Sequence[Alert]]) -> str:
    """Return how many events of each severity a digest has, and how old the most urgent is; or since when it has none.

    With a mark, if an earlier attempt may have arrived.
    """
    if not events:
        words = delivery.payload or {}
        since, messages = words.get("since", "the last one"), words.get("meanwhile", 0)
        if not messages:
            return f"DIGEST nothing since {since}"
        return f"DIGEST nothing to add to the {messages} message{'s' * (messages != 1)} since {since}"
    urgent, comma, others = counts(events).partition(", ")
    kind, age = _DIGESTS.get(delivery.reason, ""), age_of(delivery, events[0][0])
    kind = "" if age and kind == OLDER else kind
    if others:  # the age stands beside the severity that it is of: of what is routine nobody asks
        said = f"DIGEST {urgent}{_noted(age)}{comma}{others}{_noted(kind)}"
    else:
        said = f"DIGEST {urgent}{_noted(', '.join(filter(None, (kind, age))))}"
    return marked(said) if delivery.repeat else said


def _noted(words: str) -> str:
    return f" ({words})" if words else ""


def age_of(delivery: Delivery, alert: Alert) -> str:
    """Return how old an event was when its digest was due, "50 h old"; "" for what would not have interrupted."""
    at = alert.article.published or alert.article.first_seen
    age = delivery.due - at
    return f"{span(age)} old" if alert.severity >= Severity.IMMEDIATE and age >= OLD else ""


def counts(events: Sequence[Sequence[Alert]]) -> str:
    """Return how many events there are of each severity, the highest first: "3 IMMEDIATE, 8 PRIORITY"."""
    found = Counter(max(each.severity for each in event) for event in events)
    return ", ".join(f"{n} {Severity(severity).word.upper()}" for severity, n in sorted(found.items(), reverse=True))


def marked(title: str) -> str:
    """Return a title with a mark that an earlier attempt may have arrived, behind what says how urgent it is."""
    head, between, rest = title.partition(": " if title.startswith("DIGEST ") else " ")
    return f"{head} {REPEAT}{between}{rest}"


def _gist(alert: Alert) -> str:
    """Return what is known of an alert: the row of the scale in words, or what the title of its rule begins with.

    Where the headline does not tell a deed as done, that comes first: "Denied by US: assault". Where no deed was read
    in it, only what it is about is said: "About: Attack on US or coalition forces".
    """
    if not alert.causes:
        return ""
    if alert.hedge and alert.hedge != UNREAD:
        return _hedged(alert.hedge, *plain(alert.event_line).split("; "))
    gravest = max(alert.causes, key=lambda each: (each.severity, bool(each.why)))
    row = _ROW.sub("", plain(gravest.why))
    # a title lists all that its rule looks for, so the row, which held, says more; but half of a row misleads
    whole = 0 < len(row) <= GIST_LIMIT and not alert.hedge
    said = (
        exact(row[:1].upper() + row[1:], alert.article.title, alert.event)
        if whole
        else _first_clause(plain(gravest.title))
    )
    return f"{'About: ' if alert.hedge and said else ''}{said[:1].upper()}{said[1:]}"


def _hedged(hedge: str, deed: str, *parts: str) -> str:
    """Return a deed that was not done, or by nobody, with the reason first. Both others are of the event's line."""
    word, denied = HEDGES.get(hedge, hedge.capitalize()), deed.removeprefix(_DENY)
    by = next((f" {each}" for each in parts if each.startswith("by ")), "") if denied != deed else ""
    return f"{word}{by}{f': {denied}' if denied and hedge not in _WHOLE else ''}"


def _first_clause(title: str) -> str:
    return title if len(title) <= GIST_LIMIT else cut(re.split(r"[,;:(]", title, maxsplit=1)[0].strip(), GIST_LIMIT)


def _led(head: str, alert: Alert) -> str:
    """Return the beginning of a title with what stands before the headline, which must keep some room."""
    return f"{head}{lead(alert, min(LEAD_LIMIT, TITLE_LIMIT - len(head) - HEADLINE_LEAST - 4))}"


def _fitted(head: str, headline: str, tail: str) -> str:
    """Return a title of at most TITLE_LIMIT characters: the headline is cut; where room is scarce there is no tail."""
    room = TITLE_LIMIT - len(head) - 2 * is_rtl(headline)  # for the isolation
    if room - len(tail) < min(HEADLINE_LEAST, len(headline)):
        tail = ""
    return f"{head}{isolated(cut(headline or NO_HEADLINE, max(1, room - len(tail))))}{tail}"
