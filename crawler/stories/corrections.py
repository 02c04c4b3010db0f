"""Tell by its headline whether an article corrects or takes back a report; in English, Arabic and Persian. Pure."""

from __future__ import annotations

import re

from crawler.text.folding import fold

CORRECTED = "CORRECTED"  # how a change in words begins that corrects what was told
# what stands before the headline, or in brackets or behind a dash at its end
_LABEL = (
    r"correct(?:ed|s|ion|ions)?|refile|refiled|clarification|clarified|retraction|retracted|withdrawn|"
    r"errat(?:um|a)|editors? note|"
    r"correct(?:s|ed|ing) (?:and replaces|toll|figures?|report|headline|spelling|name|date|earlier|to)|story withdrawn|"
    r"kill notice|"
    r"تصحيح|تصويب|توضيح|استدراك|اصلاحيه|اصلاح|اصلاح خبر|تصحيح خبر|تصويب خبر|پوزش|توضیح"
)
_BEFORE = re.compile(
    rf"^\s*[\[(]?(?:[A-Za-z]+ )?(?:update ?\d* ?[-–]? ?)?(?P<label>{_LABEL})\s*(?:\d+)?\s*[:|/–—\])(-]", re.IGNORECASE
)
_BEHIND = re.compile(rf"[\[(|–—-]\s*(?:{_LABEL})\s*[\])]?\s*$", re.IGNORECASE)
_FIRST_WORD = re.compile(r"^\s*(?:CORRECTED|CORRECTION|CORRECTS|REFILE)\b")
# who reported something takes it back
_TAKEN_BACK = re.compile(
    r" (?:"
    r"retracts?|retracted|no longer (?:reports?|says|reporting|saying)|"
    r"withdr(?:aws?|ew|awn) (?:its |the |their |earlier |a )*(?:report|reports|story|claim|claims|statement)|"
    r"(?:earlier|previous|initial) (?:report|reports|story|toll|figure|count|version)[^,;:]{0,40} "
    r"(?:was|were|is|proved) (?:wrong|incorrect|false|mistaken|an error|in error|erroneous|inaccurate)|"
    r"corrects (?:its |the |an |earlier |toll|report|death|number|figure)|"
    r"(?:apologi[sz]es?|apologi[sz]ed) for (?:its |the |an |a |wrong |false |incorrect )*(?:report|story|error)|"
    r"reported (?:in error|by mistake|wrongly|erroneously)|"
    r"(?:يسحب|تسحب|سحب|سحبت|حذف|تحذف|حذفت) (?:خبر\w*|الخبر|تقرير\w*|نبا)|"
    r"(?:تعتذر|يعتذر|اعتذرت|اعتذر) عن (?:خبر|نشر|الخطا|خطا)|"
    r"(?:يتراجع|تتراجع|تراجع|تراجعت) عن (?:خبر|تقرير|اعلان|نشر)\w*|"
    r"(?:خبر|الخبر|حصيله) (?:سابق\w* )?(?:غير دقيق\w*|خاطي\w*|كان خاطيا)|"
    r"تصحح (?:خبر|حصيله|معلومات)\w*|يصحح (?:خبر|حصيله|معلومات)\w*|"
    r"(?:خبر|گزارش|كزارش) (?:پيشين|قبلي|خود)\w* (?:را )?(?:پس گرفت|اصلاح كرد|تصحيح كرد|حذف كرد|نادرست بود)|"
    r"(?:گزارش|كزارش|خبر) خود را (?:پس گرفت|اصلاح كرد|تصحيح كرد|حذف كرد)"
    r") "
)


def is_correction(title: str) -> bool:
    """Return whether a headline says that it corrects or takes back what was reported.

    "Correction:", "(corrected)", "no longer reports"; and not "a policy correction", "Iraq corrects course".
    """
    said = fold(title)
    return bool(
        _FIRST_WORD.match(title)
        or _BEFORE.match(_kept(title))
        or _BEHIND.search(_kept(title))
        or _TAKEN_BACK.search(said)
    )


def _kept(title: str) -> str:
    """Return a headline folded word by word, with the marks that fence a label."""
    return re.sub(r"[^\s:|/–—\])(\[-]+", lambda word: fold(word[0]).strip(), title)
