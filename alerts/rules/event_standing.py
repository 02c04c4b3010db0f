"""How a deed stands: that it happened, or that words around it deny, expect, ask for, rehearse or remember it. Pure.

Cues are lists of the config named `standing-...`. Most stand right before the deed; a denial may also be said of all
that follows it ("denies that ...") or of all that precedes it ("... did not happen", and every Persian verb).
"""

from __future__ import annotations

import re

from alerts.event import ACCIDENTAL, HAPPENED
from alerts.rules.clause_words import (
    GATHERINGS,
    PREPOSITIONS,
    RELATIVES,
    STAYING,
    WHICH,
)
from alerts.rules.event_accident import accident
from alerts.rules.event_clause import clause_of, ends_clause, has_comma, is_question
from alerts.rules.event_cues import (
    COMING,
    CUE_REACH,
    STANDING,
    STANDINGS,
    Cues,
    shown,
)
from alerts.rules.event_dated import is_dated
from alerts.rules.event_denied import denial_of, denied_as
from alerts.rules.event_drill import is_lasting, rehearsals
from alerts.rules.event_find import FOUND, found
from alerts.rules.event_known import is_gerund, known
from alerts.rules.event_plan import planned
from alerts.rules.event_quoted import is_told_by_one
from alerts.rules.event_voice import REACH, Voice, comma_follows, is_finite
from alerts.rules.forms.paradigm import ARABIC_SCRIPT
from alerts.rules.lexicon import DENIED
from alerts.rules.reading import Mention, Reading

_FUTURE = re.compile("\u0633[\u064a\u062a\u0646]\\w{3,}|(?:.* )?\u062e\u0648\u0627\u0647\\w* .*")  # sa-, Persian "will"
_NO_FUTURE = ("سيطر", "سيّر")  # pasts that begin as a future does
_WORD = re.compile(r"\S+")
_WHOSE_WORDS = 3  # before a gathering: "militia leader's funeral"
_WHERE_REACH, _AUXILIARIES = 5, {"was", "were", "has", "have", "had", "been"}
_WHOSE, _WHOSE_REACH, _BEEN = "whose", 5, (["was"], ["were"], ["been"])
_WHEN = {"within", "this", "next", "soon", "today", "tonight", "tomorrow", "before", "any"}  # begin a time
_ASKS = {ACCIDENTAL: accident, FOUND: found}  # standings with a reading of their own


def standing(deed: Mention, spoken: Voice, cues: Cues, reading: Reading) -> tuple[str, Mention | None]:
    """Return how a deed stands, and the cue that shows it if there is one."""
    if is_question(deed, reading) or is_told_by_one(deed, reading):
        return "opinion", None
    if by_form := _by_form(deed):
        condition = next(shown("conditional", cues, deed, reading), None)
        return ("conditional", condition) if condition else (by_form, None)
    denial, spared = denial_of(deed, spoken, cues, reading)
    if _is_known(deed, denial, reading) or is_dated(deed, reading):
        return "background", None
    for name in STANDINGS:
        if name == "denied" and denial:
            return denied_as(denial, deed, cues, reading, spared=spared)
        if name == "background" and _tells(deed, spoken, reading) and not known(deed, spoken, cues, reading):
            continue  # "ablaze after base is struck" tells of the strike, "flee after strikes" of what followed it
        if cue := _cue(name, deed, spoken, cues, reading):
            return name, cue
    return HAPPENED, None


def _by_form(deed: Mention) -> str:
    """Return how a deed stands by its form alone: to come, or denied by a Persian or Kurdish verb; "" for neither."""
    if _is_future(deed):
        return "expected"
    return "denied" if deed.term.startswith(DENIED) else ""


def _cue(name: str, deed: Mention, spoken: Voice, cues: Cues, reading: Reading) -> Mention | None:
    """Return the cue that shows that a deed stands so, None if there is none."""
    if name == "rehearsed":
        return next(rehearsals(deed, spoken, cues, reading), None)
    if name in _ASKS:
        return _ASKS[name](deed, cues, reading)
    if name == "expected" and (coming := _coming(deed, spoken, cues, reading) or planned(deed, spoken, cues, reading)):
        return coming
    if name == "background" and (stale := known(deed, spoken, cues, reading)):
        return stale
    cited = (each for each in shown(name, cues, deed, reading) if not _is_struck(each, deed, spoken, reading))
    return next(cited, None)


def _tells(deed: Mention, spoken: Voice, reading: Reading) -> bool:
    """Return whether a verb tells its deed as news, whatever stands before it; a noun does not, nor "after signing"."""
    if is_gerund(deed) and any(
        each.field == deed.field and each.end + 1 == deed.start
        for each in reading.mentions.get(f"${STANDING}background", ())
    ):
        return False
    return is_finite(deed, spoken) or (spoken == "open" and ends_clause(deed, reading))


def _is_struck(cue: Mention, deed: Mention, spoken: Voice, reading: Reading) -> bool:
    """Return whether what a cue of memory names suffers the deed: "Funeral in Basra hit by drone" remembers nothing.

    It begins the clause, and before the deed stand only words that say which one it is.
    """
    text = reading.folded[deed.field].text
    word = text[cue.start : cue.end].split()[0]
    if spoken not in {"passive", "open"} or cue.end > deed.start or not word.startswith(GATHERINGS):
        return False
    begin = reading.folded[deed.field].within(clause_of(deed, reading).start, clause_of(deed, reading).start + 1)[0]
    named = [
        each
        for mentions in reading.mentions.values()
        for each in mentions
        if each.entity and each.field == deed.field and cue.end <= each.start and each.end <= deed.start
    ]
    between = [
        found[0]
        for found in _WORD.finditer(text, cue.end, deed.start)
        if not any(each.start <= found.start() and found.end() <= each.end for each in named)
    ]
    whose = {"for", "to", "of"} if is_lasting(deed, reading) else set()  # "memorial for soldiers killed"
    return len(text[begin : cue.start].split()) <= _WHOSE_WORDS and set(between) <= WHICH - whose


def _is_known(deed: Mention, denial: Mention | None, reading: Reading) -> bool:
    """Return whether a relative clause tells a deed: "drones that hit Erbil", "the man who planned attacks on".

    The "that" of "denies that" begins none.
    """
    text = reading.folded[deed.field].text
    reach = CUE_REACH["background"] if deed.kind in {"", "noun"} else 1
    begin = denial.end if denial and denial.end <= deed.start else 0
    words = text[begin : deed.start].split()
    # "the pilot whose plane was shot down"
    whose = deed.kind in {"passive", "either"} and words[-1:] in _BEEN and _WHOSE in words[-_WHOSE_REACH:]
    if whose or _is_where(deed, reading):
        return True
    return not RELATIVES.isdisjoint(words[1:][-reach:] if begin else words[-reach:])


def _is_where(deed: Mention, reading: Reading) -> bool:
    """Return whether "where" and a name begin a clause with a deed: "area where US jet was downed".

    A name, as in "hotel where envoys met was hit" another verb stands between the two.
    """
    text = reading.folded[deed.field].text
    if " where " not in text:
        return False
    *before, auxiliary = ["", *text[: deed.start].split()[-_WHERE_REACH:]]
    if auxiliary not in _AUXILIARIES or "where" not in before:
        return False
    start = text.rindex(" where ", 0, deed.start)
    words = before[before.index("where") + 1 :]
    return STAYING.isdisjoint(words) and any(
        each.field == deed.field and start < each.start < deed.start
        for term, mentions in reading.mentions.items()
        if term.startswith("$party-")
        for each in mentions
    )


def _is_future(deed: Mention) -> bool:
    """Return whether the form itself says that the deed is still to come."""
    return deed.kind not in {"", "noun"} and not deed.alias.startswith(_NO_FUTURE) and bool(_FUTURE.match(deed.alias))


def _coming(deed: Mention, spoken: Voice, cues: Cues, reading: Reading) -> Mention | None:
    """Return the cue behind a deed that says that it is still to come: "signing expected within 24 hours".

    Between both may stand whom it is done to, where the cue ends the clause: "strike on base in Iraq imminent".
    """
    if is_finite(deed, spoken) and not (spoken == "active" and is_gerund(deed)):
        return None
    clause = clause_of(deed, reading)
    behind = (each for each in cues[COMING] if each.field == deed.field and each.start > deed.end)
    return next((each for each in behind if clause.has(each, reading) and _is_said_of(each, deed, reading)), None)


def _is_said_of(cue: Mention, deed: Mention, reading: Reading) -> bool:
    """Return whether a cue behind the noun of a deed is about it, and not about a noun of its own behind that."""
    text = reading.folded[deed.field].text
    between, after = text[deed.end : cue.start].split(), text[cue.end :].split()
    if has_comma(deed, cue, reading) or len(between) >= REACH:
        return False
    if not between:
        return True
    if ARABIC_SCRIPT.search(deed.alias):  # an adjective, behind others and behind whom it is done to
        return not any(word.startswith("\u0648") for word in between)
    is_last = not after or after[0] in PREPOSITIONS | _WHEN or comma_follows(cue, reading)
    return between[0] in PREPOSITIONS and is_last
