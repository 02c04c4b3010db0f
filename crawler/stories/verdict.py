"""Judge an article against an earlier one: duplicate, updated, related or new, with the evidence in words. Pure.

All limits are in the table below, each with what it separates; they were tuned on half of the labelled pairs
(docs/benchmarks.md). An article is a duplicate only where its lead is in the earlier text, its numbers agree in place
and no name differs. In doubt it is told again: a wrong duplicate silences news, a wrong alert costs one message.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawler.article import Relation
from crawler.stories.changed import corrected, differing, numbers_changed, risen_tolls
from crawler.stories.compare import Comparison, compare
from crawler.stories.frames import frame, is_background
from crawler.stories.openings import SAME_FIGURES, TITLE_SHARED, agreement, exchanged, other_day
from crawler.stories.tolls import new_toll
from crawler.stories.wording import Wording
from crawler.text.figures import is_number

HEADLINE_WINDOW = timedelta(hours=12)  # equal headlines alone say nothing after it
SERIES = timedelta(hours=12)  # the same source, the same headline, later than this: the next one of a series
EVENT = timedelta(hours=48)  # headlines alone make a thread within it
SAME = 0.55  # of the shorter body's runs of words in the longer: the same text
SAME_REWORDED = 0.42  # the same, where at least AGREEING numbers stand in the same places and none differs
SAME_ALIGNED = 0.85  # of the words, in their order inside sentences: the same, in another house's style
AGREEING = 2
LEAD_KNOWN = 0.3  # of the later lead's runs in the earlier text: below it the lead is new
REUSED = 0.3  # of the runs: below it, bodies do not make a thread
SHORT = 60  # words of a body: a text so short is a template as often as a report, so every differing word counts
UPDATE_WORDS = 8  # words that only the later version of one owner has: more than an edit
REWRITTEN = 0.85  # of the runs: below it one owner's second text is a new version, not a repeat
STUB = 15  # words: "an agency said on Monday that" and no more; then headlines decide
TINY = 30  # words: so short that the headline must name the same subject
NAMES = 3  # differing names anywhere that make another subject; one does in the headline or the first sentence
TITLE_WORDS = 4  # words of meaning in a headline that can stand for a story
TITLE_SHARED_OF_FEW = 0.6  # the same, where they share three or four words only
TITLE_SAME = 0.7  # of the words of both headlines, where one only leaves words out: the same
_TURNING = "no not never denies deny denied without second third another again new more"
_TURNING_ARABIC = "لا لم لن ليس ينفي نفي تنفي ثان ثالث جديد جديده تكذيب نه دوم سوم بدون"
Finding = tuple[Relation, str, str]  # relation, reason in words, what changed
_APART = (Relation.NEW, Relation.RELATED)
TURNING = frozenset(f"{_TURNING} {_TURNING_ARABIC}".split())


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two articles, with what counts besides its wording."""

    id: str
    source: str
    outlet: str
    owner: str
    lang: str | None
    seen: datetime
    wording: Wording
    carried: bool = False  # by a source that is not its outlet


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the later article is to the earlier one. `closeness` ranks verdicts of one relation, higher is closer."""

    relation: Relation
    evidence: str
    change: str = ""
    closeness: float = 0.0
    frames: frozenset[int] = frozenset()  # sentences both have, though their headlines tell different news


def judge(earlier: Side, later: Side) -> Verdict:
    """Return what the later article is to the earlier one, judged without the sentences that are not news."""
    if not _one_language(earlier, later):
        return Verdict(Relation.NEW, f"closest {_named(earlier)}: another language")
    frames = frame(earlier.wording, later.wording)
    first, second = (
        _without(earlier, frames[0] | later.wording.taken),
        _without(later, frames[1] | earlier.wording.taken),
    )
    found = compare(first.wording, second.wording)
    rule = _judge_headlines if _is_stub(first, second, found) else _judge_texts
    finding = _confirmed(first, second, found, rule(first, second, found))
    # only sentences that stood under different news are remembered as frames for later articles
    learned = frames[0] | frames[1] if finding[0] in _APART and not found.equal_headlines else frozenset()
    if finding[0] is Relation.NEW and is_background(earlier.wording, frames[0]):
        finding, learned = _judge_background(earlier, later, finding), frozenset()
    relation, reason, change = _judge_toll(first, second, finding)
    # the headline only decides between candidates that contain the same share of the text
    closeness = found.contained + found.headline / 10
    return Verdict(relation, f"{_lead_in(relation, earlier)}, {reason}", change, closeness, learned)


def _judge_background(earlier: Side, later: Side, finding: Finding) -> Finding:
    """Return RELATED, in place of NEW, where a text repeats the background of an earlier story."""
    shared = compare(earlier.wording, later.wording).contained
    if shared < REUSED or _short(earlier, later):
        return finding
    return Relation.RELATED, f"{finding[1]}, {percent(shared)} contained with its background", ""


def _judge_toll(earlier: Side, later: Side, finding: Finding) -> Finding:
    """Return UPDATED, in place of NEW or RELATED, where the text says that the toll of the earlier event rose."""
    relation, reason, _ = finding
    if (
        relation in _APART
        and later.seen - earlier.seen <= EVENT
        and (risen := new_toll(earlier.wording, later.wording))
    ):
        return Relation.UPDATED, f"{reason}; it says that the toll rose", risen
    return finding


def _without(side: Side, frames: frozenset[int]) -> Side:
    """Return an article without the sentences of these numbers."""
    wording = side.wording.without(frames)
    return side if wording is side.wording else replace(side, wording=wording)


def _confirmed(earlier: Side, later: Side, found: Comparison, finding: Finding) -> Finding:
    """Return the finding, but RELATED in place of joining where neither the headline nor the first sentence agrees.

    An article that joins a story is not told again, so what it opens with must be known, whatever else the texts share.
    """
    relation, reason, change = finding
    if relation in _APART:
        return finding
    if days := other_day(earlier.wording, later.wording):
        return Relation.RELATED, f"{reason}, but another day: {days}", ""
    if words := exchanged(earlier.wording, later.wording):
        return Relation.RELATED, f"{reason}, but in one template: {words}", ""
    if said := agreement(earlier.wording, later.wording, found):
        return relation, f"{reason}, {said}", change
    return Relation.RELATED, f"{reason}, but neither the headline nor the first sentence agrees", ""


def _is_stub(earlier: Side, later: Side, found: Comparison) -> bool:
    """Return whether a body is missing, or so short that it says nothing beyond its headline."""
    shorter = min(len(earlier.wording.words), len(later.wording.words))
    # two numbers that agree say more than a headline does (decision 42)
    return shorter < STUB and (not shorter or found.agreeing < AGREEING)


def _one_language(earlier: Side, later: Side) -> bool:
    one, other = (side.lang.split("-")[0].lower() if side.lang else "" for side in (earlier, later))
    return earlier.wording.script == later.wording.script and (not one or not other or one == other)


def percent(share: float) -> str:
    """Return a share as people read it: "43 %"."""
    return f"{share * 100:.0f} %"


def _named(side: Side) -> str:
    return f"{side.id} ({side.outlet})"


def _lead_in(relation: Relation, earlier: Side) -> str:
    words = {
        Relation.DUPLICATE: "same text as",
        Relation.UPDATED: "update of",
        Relation.RELATED: "same event as",
        Relation.NEW: "closest",
    }
    return f"{words[relation]} {_named(earlier)}"


def _judge_headlines(earlier: Side, later: Side, found: Comparison) -> Finding:
    """Return the finding on two articles of which one has hardly any body: their headlines decide."""
    age = later.seen - earlier.seen
    shared = earlier.wording.topic & later.wording.topic
    share = len(shared) / max(1, len(earlier.wording.topic | later.wording.topic))
    measured = f"headlines {percent(share)} alike, {_minutes(age)} apart"
    if found.equal_headlines and (relation := _equal_headlines(earlier, later, found, len(shared))):
        return relation, f"same headline, {_minutes(age)} apart{': a series' * (relation is Relation.NEW)}", ""
    if _says_no_less(earlier, later, found) and share >= TITLE_SAME and age <= HEADLINE_WINDOW:
        return Relation.DUPLICATE, measured, ""
    if not _one_event(shared, share, age):
        return Relation.NEW, f"{measured}, needs {percent(TITLE_SHARED)} within 48 h", ""
    if change := _toll_grew(found, later.wording, age):
        return Relation.UPDATED, measured, change
    return Relation.RELATED, f"{measured}{differing(found)}", ""


def _equal_headlines(earlier: Side, later: Side, found: Comparison, shared: int) -> Relation | None:
    """Return the relation of articles with equal headlines and hardly any body; None where their words must decide."""
    age = later.seen - earlier.seen
    bare = not earlier.wording.words and not later.wording.words
    if earlier.source == later.source:
        return Relation.DUPLICATE if found.equal_bodies and not bare and age < SERIES else Relation.NEW
    if age <= HEADLINE_WINDOW and (bare or found.equal_bodies or shared >= TITLE_WORDS):
        return Relation.DUPLICATE
    return None


def _one_event(shared: frozenset[str], share: float, age: timedelta) -> bool:
    """Return whether headlines share enough words of meaning for one thread; a high share needs fewer."""
    if age > EVENT or share < TITLE_SHARED:
        return False
    return len(shared) > TITLE_WORDS or (len(shared) >= TITLE_WORDS - 1 and share >= TITLE_SHARED_OF_FEW)


def _toll_grew(found: Comparison, later: Wording, age: timedelta) -> str:
    """Return the change ("3 -> 5 killed") where two reports differ in a rising toll and in nothing else, else ""."""
    tolls = risen_tolls(found)
    if not tolls or len(tolls) != len(found.changes) or found.differing or age > HEADLINE_WINDOW:
        return ""
    return numbers_changed(tolls, later)


def _says_no_less(earlier: Side, later: Side, found: Comparison) -> bool:
    """Return whether one of two headlines, of different sources, only leaves out words that do not turn the meaning."""
    one, other = earlier.wording, later.wording
    if earlier.source == later.source or not (one.topic <= other.topic or other.topic <= one.topic):
        return False
    turned = {word for word in {*one.title} ^ {*other.title} if word in TURNING or is_number(word)}
    return not (turned or found.changes or found.differing) and len(one.topic & other.topic) > TITLE_WORDS


def _judge_texts(earlier: Side, later: Side, found: Comparison) -> Finding:
    """Return the finding on two articles that both have a body."""
    age = later.seen - earlier.seen
    measured = f"{percent(found.contained)} contained"
    # a daily bulletin ("Brent closes at ...") has one headline and one template: the next issue is news
    if found.equal_headlines and earlier.source == later.source and age >= SERIES and _short(earlier, later):
        return Relation.NEW, f"same headline in the same source, {_minutes(age)} apart: a series", ""
    if found.equal_bodies and found.equal_headlines and not _is_correction(earlier, later):
        return Relation.DUPLICATE, "100 % contained, numbers agree", ""
    if not _same_text(earlier, later, found):
        return _judge_event(earlier, later, found, measured)
    if _subject_differs(earlier, later, found):
        return Relation.RELATED, f"{measured}{differing(found)}", ""
    if found.changes:
        return _judge_numbers(earlier, later, found, measured)
    return _judge_version(earlier, later, found, measured)


def _judge_version(earlier: Side, later: Side, found: Comparison, measured: str) -> Finding:
    """Return the finding on a text that is the same and whose numbers agree: a mere repeat, or a new version."""
    if _is_correction(earlier, later):
        return (
            Relation.UPDATED,
            f"{measured}, marked as a correction",
            corrected(found, earlier.wording, later.wording),
        )
    if found.lead < LEAD_KNOWN:
        return _judge_lead(found, measured)
    # the limits for the same owner are stricter: another outlet that rewords a report is still a reprint (decision 41)
    if earlier.owner == later.owner and found.added >= UPDATE_WORDS:
        return Relation.UPDATED, f"{measured}, {found.added} words more", ""
    if earlier.owner == later.owner and found.contained < REWRITTEN:
        return Relation.UPDATED, f"{measured}, rewritten by the same owner", ""
    return Relation.DUPLICATE, f"{measured}, numbers agree", ""


def _is_correction(earlier: Side, later: Side) -> bool:
    return later.wording.corrected and not earlier.wording.corrected


def _same_text(earlier: Side, later: Side, found: Comparison) -> bool:
    """Return whether two bodies are versions of one text: mostly contained, or reworded with the same opening."""
    if found.contained >= SAME:
        return True
    if found.changes or found.loose:
        return False
    in_front = [each for each in found.differing if each.part != "body"]
    if found.contained >= SAME_REWORDED and found.agreeing >= AGREEING and not in_front:
        return True
    reworded = found.aligned >= SAME_ALIGNED and found.contained >= REUSED and not _short(earlier, later)
    return reworded and not any(each.named or each.recurs for each in in_front)


def _subject_differs(earlier: Side, later: Side, found: Comparison) -> bool:
    """Return whether two texts in the same words are about different places, people or organisations."""
    names = [each for each in found.differing if each.named and (each.part != "title" or each.in_body)]
    if any(each.part != "body" for each in names) or len(names) >= NAMES:
        return True
    if any(each.recurs for each in found.differing):
        return True
    if not _short(earlier, later):
        return False
    if found.agreeing >= SAME_FIGURES:
        return not _one_subject(earlier.wording, later.wording)
    if found.loose or any(each.part != "title" or each.in_body for each in found.differing):
        return True
    return _tiny(earlier, later) and not _one_subject(earlier.wording, later.wording)


def _one_subject(one: Wording, other: Wording) -> bool:
    """Return whether two headlines begin with the same word of meaning, or one contains all words of the other."""
    if one.topic <= other.topic or other.topic <= one.topic:
        return True
    return any(word in other.title[:2] for word in one.title[:2] if word in one.topic)


def _judge_numbers(earlier: Side, later: Side, found: Comparison, measured: str) -> Finding:
    """Return the finding on one text with other numbers: an update if few differ, else another report in its words."""
    reason = f"{measured}, numbers differ ({numbers_changed(found.changes, later.wording)}), {found.agreeing} agree"
    series = (
        later.seen - earlier.seen >= SERIES
        and earlier.source == later.source
        and (found.equal_headlines or len(found.changes) > 1)
    )
    # one changed number among many that agree is an update; where most differ it is another report in one template
    few = len(found.changes) <= max(1, found.agreeing // 2)
    if series or not few or (_short(earlier, later) and not _one_toll(earlier.wording, later.wording, found)):
        return Relation.RELATED, reason, ""
    change = (
        corrected(found, earlier.wording, later.wording)
        if _is_correction(earlier, later)
        else numbers_changed(found.changes, later.wording)
    )
    return Relation.UPDATED, reason, change


def _one_toll(one: Wording, other: Wording, found: Comparison) -> bool:
    """Return whether short texts with differing numbers report one event: its toll rose, or the headlines agree."""
    if found.agreeing >= SAME_FIGURES and _one_subject(one, other):
        return True
    tolls = len(risen_tolls(found)) == len(found.changes) and len(one.topic & other.topic) >= 2
    return tolls or one.topic <= other.topic or other.topic <= one.topic


def _judge_lead(found: Comparison, measured: str) -> Finding:
    """Return the finding on a known body with a new lead: an update under the same headline, else related."""
    reason = f"{measured}, lead {percent(found.lead)} known, needs {percent(LEAD_KNOWN)}"
    if found.headline >= 0.8 and found.old_lead >= SAME:
        return Relation.UPDATED, reason, "new lead"
    return Relation.RELATED, reason, ""


def _judge_event(earlier: Side, later: Side, found: Comparison, measured: str) -> Finding:
    """Return the finding on two different texts: related if enough of the bodies or headlines is shared, else new."""
    shared = earlier.wording.topic & later.wording.topic
    share = len(shared) / max(1, len(earlier.wording.topic | later.wording.topic))
    age = later.seen - earlier.seen
    alike = f", headlines {percent(share)} alike"
    if found.contained >= REUSED and not _short(earlier, later):
        return Relation.RELATED, f"{measured}{alike}", ""
    if _one_event(shared, share, age):
        if change := _toll_grew(found, later.wording, age):
            return Relation.UPDATED, f"{measured}{alike}", change
        return Relation.RELATED, f"{measured}{alike}{differing(found)}", ""
    return Relation.NEW, f"{measured}, needs {percent(SAME)}{alike}", ""


def _short(earlier: Side, later: Side) -> bool:
    return min(len(earlier.wording.words), len(later.wording.words)) < SHORT


def _tiny(earlier: Side, later: Side) -> bool:
    return min(len(earlier.wording.words), len(later.wording.words)) < TINY


def _minutes(age: timedelta) -> str:
    minutes = round(abs(age.total_seconds()) / 60)
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"
