"""How a deed stands: that it happened, or that words around it deny, expect, ask for, rehearse or remember it. Pure.

Cues are lists of the config named `standing-...`. Most stand right before the deed; a denial may also be said of all
that follows it ("denies that ...") or of all that precedes it ("... did not happen", and every Persian verb).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from alerts.event import ACCIDENTAL, HAPPENED
from alerts.rules.clause_words import (
    AND,
    ASIDE,
    BUT,
    DATED,
    GATHERINGS,
    LIGHT,
    MEANWHILE,
    OBJECT,
    PREPOSITIONS,
    RELATIVES,
    TO,
    USING,
    WHICH,
)
from alerts.rules.event_accident import accident
from alerts.rules.event_clause import clause_of, ends_clause, has_comma, has_question, is_question
from alerts.rules.event_drill import IMITATED, in_order, is_lasting, rehearsals
from alerts.rules.event_find import FOUND, found
from alerts.rules.event_known import OBJECT as OF_WHOM
from alerts.rules.event_known import ROLLING, TOPIC, WHY, is_gerund, known
from alerts.rules.event_marks import is_last_verb
from alerts.rules.event_voice import REACH, Voice, comma_follows, is_finite
from alerts.rules.forms.paradigm import ARABIC_SCRIPT
from alerts.rules.lexicon import DENIED
from alerts.rules.reading import Mention, Mentions, Reading

STANDING = "standing-"  # how the lists of cues are named
# the first that a deed's words show holds: what is remembered and denied is remembered
STANDINGS = (
    *("remembered", "opinion", "roundup", "rehearsed", FOUND, "denied", ACCIDENTAL),
    *("conditional", "asked", "expected", "background", "claimed"),
)
# further lists of cues: of a denial whose reach is a clause, of what no denial denies, of what is only imitated, and of
# what is expected where the cue stands behind the deed; of what says that nobody claims a deed
_AFTER, _BEFORE, _SPARED = "denied-after", "denied-before", "denied-not"
_COMING, _NOBODY = "expected-behind", "unclaimed"
CUES = (*STANDINGS, _AFTER, _BEFORE, _SPARED, IMITATED, _COMING, TOPIC, WHY, OF_WHOM, ROLLING, _NOBODY)
NEAR_CHARS = 40 * REACH * 2  # farther than any number of words of REACH reaches; counting words costs more
_ANYWHERE = frozenset({"roundup", "claimed"})  # cues of the whole headline or clause
_IN_CLAUSE = frozenset({"conditional"})  # "if" may follow what it is about
_FUTURE = re.compile("\u0633[\u064a\u062a\u0646]\\w{3,}|(?:.* )?\u062e\u0648\u0627\u0647\\w* .*")  # sa-, Persian "will"
_NO_FUTURE = ("سيطر", "سيّر")  # pasts that begin as a future does
_WORD = re.compile(r"\S+")
_PRESENT = ("\u064a", "\u062a")  # begin the present of an Arabic verb: he, she
_WHOSE_WORDS = 3  # before a gathering: "militia leader's funeral"
_WHOSE, _WHOSE_REACH, _BEEN = "whose", 5, (["was"], ["were"], ["been"])
_LABEL_WORDS = 4  # of a headline, in which a cue of opinion labels it
_CUE_REACH = {"denied": 4, "asked": 5, "expected": 4, "background": 4}  # words from the cue to the deed
_WHEN = {"within", "this", "next", "soon", "today", "tonight", "tomorrow", "before", "any"}  # begin a time
Cues = Mapping[str, Mentions]
_ASKS = {ACCIDENTAL: accident, FOUND: found}  # standings with a reading of their own


def standing(deed: Mention, spoken: Voice, cues: Cues, reading: Reading) -> tuple[str, Mention | None]:
    """Return how a deed stands, and the cue that shows it if there is one."""
    if is_question(deed, reading):
        return "opinion", None
    if by_form := _by_form(deed):
        condition = next(_shown("conditional", cues, deed, reading), None)
        return ("conditional", condition) if condition else (by_form, None)
    denial, spared = _denial(deed, spoken, cues, reading)
    if _is_known(deed, denial, reading):
        return "background", None
    for name in STANDINGS:
        if name == "denied" and denial:
            return _denied(denial, deed, cues, reading, spared=spared)
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


def _denied(
    denial: Mention, deed: Mention, cues: Cues, reading: Reading, *, spared: bool
) -> tuple[str, Mention | None]:
    """Return how a deed stands that a cue denies; "if troops do not leave" is a condition."""
    conditions = (each for each in _shown("conditional", cues, deed, reading) if each.end <= denial.start)
    if condition := next(conditions, None):
        return "conditional", condition
    return ("background" if spared else "denied"), denial


def _cue(name: str, deed: Mention, spoken: Voice, cues: Cues, reading: Reading) -> Mention | None:
    """Return the cue that shows that a deed stands so, None if there is none."""
    if name == "rehearsed":
        return next(rehearsals(deed, spoken, cues, reading), None)
    if name in _ASKS:
        return _ASKS[name](deed, cues, reading)
    if name == "expected" and (coming := _coming(deed, spoken, cues, reading)):
        return coming
    if name == "background" and (shown := known(deed, spoken, cues, reading)):
        return shown
    cited = (each for each in _shown(name, cues, deed, reading) if not _is_struck(each, deed, spoken, reading))
    return next(cited, None)


def _tells(deed: Mention, spoken: Voice, reading: Reading) -> bool:
    """Return whether a verb tells its deed as news, whatever stands before it; a noun does not, nor "after signing"."""
    if is_gerund(deed) and any(
        each.field == deed.field and each.end + 1 == deed.start
        for each in reading.mentions.get(f"${STANDING}background", ())
    ):
        return False
    return is_finite(deed, spoken) or (spoken == "open" and ends_clause(deed, reading))


def _shown(name: str, cues: Cues, deed: Mention, reading: Reading) -> Iterator[Mention]:
    shown = (each for each in cues[name] if name != "denied" and _shows(name, each, deed, reading))
    if name != "claimed":  # "yet to claim"
        return (each for each in shown if not any(each.overlaps(other) for other in cues[_NOBODY]))
    return (each for each in shown if not any(_unclaims(other, each, reading) for other in cues[_NOBODY]))


def _unclaims(nobody: Mention, claim: Mention, reading: Reading) -> bool:
    """Return whether words beside a claim say that there is none: "no group claims", "responsibility not accepted"."""
    if nobody.field != claim.field or has_comma(*in_order(nobody, claim), reading):
        return False
    first, last = in_order(nobody, claim)
    return nobody.overlaps(claim) or reading.word(last) - reading.last_word(first) <= REACH


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
    reach = _CUE_REACH["background"] if deed.kind in {"", "noun"} else 1
    begin = denial.end if denial and denial.end <= deed.start else 0
    words = text[begin : deed.start].split()
    # "the pilot whose plane was shot down"
    whose = deed.kind in {"passive", "either"} and words[-1:] in _BEEN and _WHOSE in words[-_WHOSE_REACH:]
    return whose or not RELATIVES.isdisjoint(words[1:][-reach:] if begin else words[-reach:])


def _is_future(deed: Mention) -> bool:
    """Return whether the form itself says that the deed is still to come."""
    return deed.kind not in {"", "noun"} and not deed.alias.startswith(_NO_FUTURE) and bool(_FUTURE.match(deed.alias))


def _shows(name: str, cue: Mention, deed: Mention, reading: Reading) -> bool:
    """Return whether a cue is about a deed.

    What labels a whole headline ("Roundup", "claims") may stand anywhere in it. Other cues stand before the deed, with
    no comma between: "strike hits funeral" is no memory. Only Persian denies after the noun of the deed.
    """
    if cue.field != deed.field or cue.overlaps(deed):
        return False
    counts = name != "background" or cue.alias == "over"
    if counts and reading.folded[cue.field].text[cue.end + 1 : cue.end + 2].isdigit():
        return False  # "toll rises to 7", "over 10 blasts", and not "during 60 days of talks"
    if name == "expected" and cue.alias == "to" and _is_no_purpose(cue, reading):
        return False
    clause = clause_of(deed, reading)
    if name in _ANYWHERE:
        return cue.field == "title" or clause.has(cue, reading)
    if name in _IN_CLAUSE:
        return clause.has(cue, reading)
    return abs(cue.start - deed.start) <= NEAR_CHARS and _stands_before(name, cue, deed, reading)


def _is_no_purpose(to: Mention, reading: Reading) -> bool:
    """Return whether "to" is about what was done: "claims to have struck", "uses missiles to attack"."""
    text = reading.folded[to.field].text
    return text[to.end :].split()[:1] == ["have"] or not USING.isdisjoint(
        text[: to.start].split()[-_CUE_REACH["asked"] :]
    )


def _stands_before(name: str, cue: Mention, deed: Mention, reading: Reading) -> bool:
    """Return whether a cue stands where it is about a deed: before it, in reach; a Persian denial right behind it."""
    if cue.end <= deed.start:
        words = reading.folded[deed.field].text[cue.end : deed.start].split()
        if name in {"opinion", "remembered"} and deed.kind not in {"", "noun"} and not MEANWHILE.isdisjoint(words):
            # "Iran marks anniversary as Israel strikes Isfahan", and not "on this day in 1991 a panic as missiles hit"
            return reading.folded[deed.field].text[cue.start : cue.end].startswith(DATED)
        if name == "opinion":  # "Why ...", "Analysis: ...", and not "a war that could end"
            apart = reading.word(cue) > 0 and deed.kind not in {"", "noun"} and has_comma(cue, deed, reading)
            return reading.word(cue) < _LABEL_WORDS and not apart and not has_question(cue, deed, reading)
        return name == "remembered" or (
            not _turns(words, deed)
            and clause_of(deed, reading).has(cue, reading)
            and reading.word(deed) - reading.last_word(cue) <= _cue_reach(name, deed, words)
            and not has_comma(cue, deed, reading)
        )
    text = reading.folded[deed.field].text
    between = text[deed.end : cue.start].split()
    if name == "expected":  # Persian threatens last, with what "to" stands before
        return is_last_verb(cue) and text[: deed.start].split()[-1:] == [TO] and not has_comma(deed, cue, reading)
    return name == "denied" and clause_of(deed, reading).has(cue, reading) and between in ([], [OBJECT])


def _turns(words: list[str], deed: Mention) -> bool:
    """Return whether words before a deed say that it is so all the same, or meanwhile: "wants deal as Israel strikes".

    "No choice but to strike" says no such thing, nor does a noun: "seen as an attack".
    """
    if deed.kind not in {"", "noun"} and not MEANWHILE.isdisjoint(words):
        return True
    return any(word in BUT and then != "to" for word, then in pairwise((*words, "")))


def _cue_reach(name: str, deed: Mention, between: list[str]) -> int:
    """Return how many words a cue may stand before a deed; a Persian verb stands behind all that it is about.

    A verb that only does the noun of a deed does not count: "plan to carry out large-scale strikes".
    """
    if name == "expected" and is_last_verb(deed):
        return REACH
    light = len(LIGHT.intersection(between)) if name == "expected" and deed.kind in {"", "noun", "either"} else 0
    return _CUE_REACH[name] + light


def _denial(deed: Mention, spoken: Voice, cues: Cues, reading: Reading) -> tuple[Mention | None, bool]:
    """Return the cue that denies a deed, and whether only a part in it is denied: "denies involvement in attack".

    What no denial denies is a cue too: "no group claims attack" denies no attack.
    """
    # "yet to claim attack", "no claim": with the claim in them
    unclaimed = [each for each in cues[_NOBODY] if any(each.overlaps(claim) for claim in cues["claimed"])]
    spared = [each for each in (*cues[_SPARED], *unclaimed) if each.field == deed.field and not each.overlaps(deed)]
    # "nobody claims the attack", but "nobody hurt", "no US troops were hurt"
    reach = 3 if spoken in {"passive", "open"} else 1
    for cue in _denials(deed, spoken, cues, reading):
        if not any(
            each.overlaps(cue) and reading.word(deed) - reading.last_word(each) > (0 if each in unclaimed else reach)
            for each in spared
        ):
            # what is spared stands before the deed, and in Persian the denial behind both
            begin = cue.end if cue.end <= deed.start else max(0, deed.start - NEAR_CHARS)
            part = any(
                begin <= each.start and each.end <= deed.start and clause_of(deed, reading).has(each, reading)
                for each in spared
            )
            return cue, part
    return None, False


def _denials(deed: Mention, spoken: Voice, cues: Cues, reading: Reading) -> Iterator[Mention]:
    for cue in cues["denied"]:
        if _shows("denied", cue, deed, reading) and (
            cue.start > deed.start or _is_denied_after(cue, deed, spoken, reading)
        ):
            yield cue
    near = [
        (name, each)
        for name in (_AFTER, _BEFORE)
        for each in cues[name]
        if each.field == deed.field and not each.overlaps(deed) and clause_of(deed, reading).has(each, reading)
    ]
    for name, cue in near:
        if has_comma(*in_order(cue, deed), reading):
            continue
        if (name == _AFTER and _is_denied_after(cue, deed, spoken, reading)) or (
            name == _BEFORE and _is_denied_before(deed, cue, spoken, reading)
        ):
            yield cue


def _coming(deed: Mention, spoken: Voice, cues: Cues, reading: Reading) -> Mention | None:
    """Return the cue behind a deed that says that it is still to come: "signing expected within 24 hours".

    Between both may stand whom it is done to, where the cue ends the clause: "strike on base in Iraq imminent".
    """
    if is_finite(deed, spoken) and not (spoken == "active" and is_gerund(deed)):
        return None
    clause = clause_of(deed, reading)
    behind = (each for each in cues[_COMING] if each.field == deed.field and each.start > deed.end)
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


def _is_denied_after(cue: Mention, deed: Mention, spoken: Voice, reading: Reading) -> bool:
    """Return whether a deed belongs to what is denied behind a cue: "denies that soldiers were hurt in an attack"."""
    text = reading.folded[deed.field].text
    between = text[cue.end : deed.start].split()
    if deed.start < cue.end or not ASIDE.isdisjoint(between) or _turns(between, deed):
        return False
    # an Arabic verb with an attached "and" has the doer of the denial: "denies the strike and bombs a camp"
    is_verb = is_finite(deed, spoken) or (spoken == "active" and deed.alias.startswith(_PRESENT))
    return not (deed.attached and text[deed.start] == "\u0648" and is_verb)


def _is_denied_before(deed: Mention, cue: Mention, spoken: Voice, reading: Reading) -> bool:
    """Return whether a deed belongs to what is denied in front of a cue: "attack on base did not happen"."""
    text = reading.folded[deed.field].text
    between, before = text[deed.end : cue.start].split(), text[: deed.start].split()
    if cue.start < deed.end or not ASIDE.isdisjoint((*between, *before[-2:])) or not AND.isdisjoint(between[1:]):
        return False
    # a verb of its own is denied only in a clause that depends on the denial: "that base was hit is false"
    depends = not RELATIVES.isdisjoint(before)
    return depends or not is_finite(deed, spoken) or spoken == "passive"
