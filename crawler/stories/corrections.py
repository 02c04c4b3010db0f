"""Tell by its headline whether an article corrects or takes back a report; in English, Arabic and Persian. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.text.folding import fold

CORRECTED = "CORRECTED"  # how a change in words begins that corrects what was told
_OF = r"(?:story|report|article|item|headline)"
_AGENCIES = (  # one of these before a label corrects its own report; "Market correction:" corrects none
    r"reuters|ap|afp|upi|dpa|efe|ansa|bloomberg|cnn|bbc|nbc|cbs|abc|fox news|sky news|npr|"
    r"rudaw|shafaq news|k24|kurdistan 24|irna|isna|fars|mehr|tasnim|press tv|"
    r"sana|ina|spa|wam|kuna|qna|petra|mena|wafa|anadolu|aa|xinhua|tass|interfax|"
    r"al jazeera|aljazeera|al arabiya|al mayadeen|al manar|iran international|times of israel|"
    r"رويترز|فرانس برس|وكاله فارس|وكاله تسنيم|شفق نيوز|رووداو|الجزيره|العربيه|الميادين|واع|ايرنا|ايسنا|فارس|تسنيم|مهر"
)
# what stands before the headline, or in brackets or behind a dash at its end. A bill or troops are withdrawn, and a
# state clarifies, so those words are labels only of a story.
_LABEL = (
    r"corrected|correction|corrects|refiled?|clarification|retraction|errat(?:um|a)|editor ?s? note|kill notice|"
    r"correct(?:s|ed|ing) (?:and replaces|toll|figures?|report|headline|spelling|name|date|earlier|to)|"
    rf"{_OF} (?:withdrawn|retracted|corrected|clarified|removed)|(?:withdrawn|retracted|clarified) {_OF}|"
    r"تصحيح(?: خبر)?|تصويب(?: خبر)?|توضيح|استدراك|اصلاحيه|اصلاح خبر|پوزش"
)
_FIRST = rf"(?:(?:update ?\d+|breaking|urgent|عاجل|فوري|{_AGENCIES})\s*(?:[-–—:|]\s*)?)*"
_BEFORE = re.compile(
    rf"^\s*[\[(]?{_FIRST}[\[(]?(?:{_LABEL}|corrections)(?:\s*\d+)?(?:\s*\([^)]*\))?\s*(?:[:|/–—\])]|-(?=\s))",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    rf"(?:[\[(|–—]|\s-)\s*(?:{_LABEL})\s*[\])]?(?:\s[-–—|]\s*(?:{_AGENCIES}))?\s*$",
    re.IGNORECASE,
)
# as agencies write it, without a mark behind it where the headline itself is not in capitals
_WIRE = re.compile(
    r"^\s*(?:UPDATE ?\d+ ?[-–]? ?)?(?:(?:CORRECTED|CORRECTION|CORRECTS|REFILE)\b(?=.*[a-z])|(?:CORRECTED|REFILE)-)"
)
_CLAUSE = re.compile(r"[:;|–—،؛]|\s-\s")
_MEDIA = r"(?:tv|television|agency|agencies|media|radio|channel|outlet|newspaper|website|broadcaster|site)"
# who reported something takes it back; "Trump retracts threat" and "army apologises for error" take back no report
_TAKEN_BACK = re.compile(
    r" (?:"
    rf"(?:retracts?|retracted|withdr(?:aws?|ew|awn)|deletes|removes) "
    rf"(?:its |the |their |an? |earlier |own |false |wrong |news )*"
    r"(?:reports?(?! to )|story|stories|article|claims? (?:that|of (?:an? )?(?:strike|attack|hit|raid|killing)))|"
    rf"no longer report(?:s|ing)(?! to )|{_MEDIA} no longer (?:says|saying)|"
    r"(?:earlier|previous|initial) (?:report|reports|story|toll|figure|count|version)[^,;:]{0,40} "
    r"(?:was|were|is|proved) (?:wrong|incorrect|false(?! flag)|mistaken|an error|in error|erroneous|inaccurate)|"
    r"corrects (?:its |the |an? |earlier |own |death |casualty )*"
    r"(?:toll|reports?|story|article|headline|deaths|number|figures?|count|claim)|"
    r"(?:apologi[sz]es?|apologi[sz]ed) for (?:its |the |an? |wrong |false |incorrect |earlier )*"
    r"(?:report|story|article|headline)|"
    r"reported (?:in error|by mistake|wrongly|erroneously)|"
    r"(?:يسحب|تسحب|سحب|سحبت|حذف|تحذف|حذفت) (?:خبر\w*|الخبر|تقريرها|تقريره|نبا)|"
    r"(?:تعتذر|يعتذر|اعتذرت|اعتذر) عن (?:نشر )?(?:خبر|الخبر|خطا في (?:خبر|الخبر|نشر))|"
    r"(?:يتراجع|تتراجع|تراجع|تراجعت) عن (?:خبر|الخبر|تقرير)\w*|"
    r"(?:خبر|الخبر|حصيله) (?:سابق\w* )?(?:غير دقيق\w*|خاطي\w*|كان خاطيا)|"
    r"تصحح (?:خبر|حصيله|معلومات)\w*|يصحح (?:خبر|حصيله|معلومات)\w*|"
    r"(?:خبر|گزارش|كزارش) (?:پيشين|قبلي|خود)\w* (?:را )?(?:پس گرفت|اصلاح كرد|تصحيح كرد|حذف كرد|نادرست بود)|"
    r"(?:گزارش|كزارش|خبر) خود را (?:پس گرفت|اصلاح كرد|تصحيح كرد|حذف كرد)"
    r") "
)


# each pattern above asks for one of these, as folded: most headlines have none, and are not read any further
_HINTS = (
    "correct", "refile", "clarif", "retract", "errat", "editor", "kill notice", "withdr", "remove", "delete",
    "no longer", "wrong", "false", "mistake", "erro", "inaccurate", "apolog",
    "تصحيح", "تصويب", "توضيح", "استدراك", "اصلاح", "پوزش", "سحب", "حذف", "عتذر", "تراجع", "دقيق", "خاطي", "صحح",
    "گرفت", "نادرست",
)  # fmt: skip


@lru_cache(maxsize=1024)  # of an article it is asked when it is placed, matched, decided on and told
def is_correction(title: str) -> bool:
    """Return whether a headline says that it corrects or takes back what was reported.

    "Correction:", "(corrected)", "no longer reports"; and not "Market correction:", "Troops withdrawn:", "Iraq corrects
    course".
    """
    if not may_correct(title, fold(title)):
        return False
    kept = _kept(title)
    return bool(
        _WIRE.match(title)
        or _BEFORE.match(kept)
        or _BEHIND.search(kept)
        or any(_TAKEN_BACK.search(fold(clause)) for clause in _CLAUSE.split(title))
    )


def may_correct(title: str, folded: str) -> bool:
    """Return whether a headline has a word without which it corrects nothing; for who has it folded already."""
    # a character reference has a semicolon, at which clauses are cut: it may fold otherwise in a part of the headline
    return "&" in title or any(map(folded.__contains__, _HINTS))


def _kept(title: str) -> str:
    """Return a headline folded word by word, with the marks that fence a label."""
    return re.sub(r"[^\s:|/–—\])(\[-]+", lambda word: fold(word[0]).strip(), title)
