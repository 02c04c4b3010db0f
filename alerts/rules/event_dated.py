"""Whether a deed is of another time, and so no news: "hit last week", "in 2024", "55 killed since June". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from alerts.rules.clause_words import ASIDE, LINKS, RELATIVES
from alerts.rules.event_clause import clause_of
from alerts.rules.forms.english_words import IRREGULAR
from alerts.rules.reading import Mention, Reading

_DEED = "$deed-"  # begins the terms of deeds
_REACH = 12  # words between a deed and the time
# when it was, folded; weeks and longer, as what was done last night is news
_TIMES = (
    ("last", "week"), ("last", "month"), ("last", "year"), ("earlier", "this", "month"), ("earlier", "this", "year"),
    ("days", "ago"), ("week", "ago"), ("weeks", "ago"), ("month", "ago"), ("months", "ago"), ("year", "ago"),
    ("years", "ago"),
    ("الاسبوع", "الماضي"), ("الشهر", "الماضي"), ("العام", "الماضي"), ("السنه", "الماضيه"), ("قبل", "ايام"),
    ("قبل", "اسابيع"), ("قبل", "اسبوع"), ("قبل", "اسبوعين"), ("قبل", "شهر"), ("قبل", "شهرين"), ("قبل", "اشهر"),
    ("قبل", "عام"), ("قبل", "عامين"), ("قبل", "سنوات"),
    ("هفته", "گذشته"), ("ماه", "گذشته"), ("سال", "گذشته"), ("هفته", "پيش"), ("ماه", "پيش"), ("سال", "پيش"),
    ("ههفتهي", "رابردوو"), ("مانگي", "رابردوو"), ("سالي", "رابردوو"),
)  # fmt: skip
_FIRSTS = frozenset(word for (word, *_) in _TIMES)
_ENDS = (LINKS | ASIDE | RELATIVES) - {"قبل", "پيش", "خلال", "before"}
_YEAR = re.compile(r"(?:19|20)\d\d")
_BEFORE_YEAR = frozenset(("in", "of", "during", "عام", "العام", "سنه", "سال", "سالي", "في"))
_COUNT = re.compile(r"(?<![\w-])\d+(?![\w-])")
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|كانون|شباط|اذار|نيسان|ايار|حزيران|تموز|اب|ايلول|تشرين|يناير|فبراير|مارس|ابريل|مايو|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر"
    "|نوفمبر|ديسمبر|فروردين|ارديبهشت|خرداد|تير|مرداد|شهريور|مهر|ابان|اذر|دي|بهمن|اسفند"
)
_BEGINNING = "start|beginning|outbreak|war|conflict|fighting|ceasefire|truce|بدء|بدايه|اندلاع|اغاز|ابتداي|شروع|زمان"
_SINCE = re.compile(
    rf"\b(?:since|منذ|از) (?:the |early |late |mid )?(?:\d+ )?(?:{_MONTHS}|{_BEGINNING}|(?:19|20)\d\d)\b"
)
# in reach of a deed one of these or a year stands, or nothing says when it was
_TRIGGERS = frozenset(
    ("last", "earlier", "ago", "since", "منذ", "الماضي", "الماضيه", "قبل", "گذشته", "پيش", "رابردوو", "از")
)
_COMMAS = frozenset(",\u060c")
_NEAR = 240  # letters
# what is the first, the ninth or the greatest since then is new, and so is what brings a count to so many
_NEW = re.compile(
    r"\b(?:first|\w+est|most|worst|new|fresh|resum\w+|again|another|bring\w*|rais(?:es|ing)|tak(?:es|ing)"
    r"|\d*(?:1st|2nd|3rd|\dth)|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w+ieth"
    r"|اول|اكبر|اعنف|اسوا|احدث|جديد\w*|اولين|بزرگترين|\w+مين|ليرتفع|يرفع"
    r"|(?:ال)?(?:ثان|ثالث|رابع|خامس|سادس|سابع|ثامن|تاسع|عاشر)(?:ي|يه|ه)?)\b"
)
# behind one of these a time is its own: "kills commander named last month"
_PASTS = frozenset(word for pasts in IRREGULAR.values() for past in pasts for word in past) | {
    *("built", "made", "sent", "taken", "given", "bought", "sold", "held", "begun", "set", "won", "left", "seen"),
    *("تولي", "انتخب", "افتتح", "افتتاحها", "افتتاحه", "وصل", "اعلن"),
}
_NO_PASTS = {"red", "united", "armed", "unmanned", "backed", "allied"}


def is_dated(deed: Mention, reading: Reading) -> bool:
    """Return whether words in the clause of a deed say that it was done weeks or years ago, or count a whole war."""
    near = reading.folded[deed.field].text[max(0, deed.start - _NEAR) : deed.end + _NEAR]
    if _TRIGGERS.isdisjoint(near.split()) and _YEAR.search(near) is None:
        return False
    return _has_time(deed, reading) or _has_year(deed, reading) or _counts_since(deed, reading)


def _has_time(deed: Mention, reading: Reading) -> bool:
    """Return whether a time stands in the part of the clause that is the deed's: "last week's attack" has its own."""
    before, behind = _own(deed, reading)
    if _FIRSTS.isdisjoint(before) and _FIRSTS.isdisjoint(behind):
        return False
    return any(
        tuple(words[n : n + len(time)]) == time
        and words[n + len(time) : n + len(time) + 1] != ["s"]
        and not _has_past(words[:n])
        for words in (before, behind)
        for time in _TIMES
        for n in range(len(words))
    )


def _has_year(deed: Mention, reading: Reading) -> bool:
    """Return whether a year before that of the article stands behind a word such as "in", or before the noun."""
    before, behind = _own(deed, reading)
    now = (reading.article.published or reading.article.first_seen).year
    years = [
        word
        for words in (before, behind)
        for n, word in enumerate(words)
        if _YEAR.fullmatch(word) and n and words[n - 1] in _BEFORE_YEAR and not _has_past(words[:n])
    ]
    years += [word for word in before[-1:] if _YEAR.fullmatch(word) and deed.kind in {"", "noun", "either"}]
    return any(int(year) < now for year in years)


def _counts_since(deed: Mention, reading: Reading) -> bool:
    """Return whether the clause counts what was done since a war began: no count is "the first attack since June".

    Between the last deed and "since" nothing has a time of its own: "kills 2 in Iraq, where US is since 2003".
    """
    folded, clause = reading.folded[deed.field], clause_of(deed, reading)
    start = folded.within(clause.start, clause.start + 1)[0]
    end = folded.within(clause.start, min(clause.end, len(folded.original)))[1]
    said = folded.text[start:end]
    since = _SINCE.search(said)
    if since is None or _NEW.search(said):
        return False
    at = start + since.start()
    last = max(
        (each.end for each in (deed, *_others(deed, reading)) if start <= each.start and each.end <= at), default=0
    )
    if not last:
        return False
    between, (first, _), (end, _) = folded.text[last:at].split(), folded.span(last - 1, last), folded.span(at, at + 1)
    if not _ENDS.isdisjoint(between) or _has_past(between) or not _COMMAS.isdisjoint(folded.original[first:end]):
        return False
    return _COUNT.search(said[: since.start()]) is not None


def _has_past(words: Iterable[str]) -> bool:
    """Return whether a participle, which is no deed of the desk, stands among words: "named", "built"."""
    return any((word.endswith("ed") or word in _PASTS) and word not in _NO_PASTS for word in words)


def _own(deed: Mention, reading: Reading) -> tuple[list[str], list[str]]:
    """Return the words of a clause before a deed and behind it, up to another deed or a word that begins a part."""
    folded, clause = reading.folded[deed.field], clause_of(deed, reading)
    first, last = folded.span(deed.start, deed.end)
    begin = max((folded.original.rfind(",", 0, first) + 1, folded.original.rfind("\u060c", 0, first) + 1, clause.start))
    commas = [at for at in (folded.original.find(sign, last) for sign in ",\u060c") if at >= 0]
    end = min((*commas, clause.end, len(folded.original)))
    start, stop = folded.within(begin, first)[0], folded.within(last, end)[1] if end > last else deed.end
    others = list(_others(deed, reading))
    start = max((start, *(each.end for each in others if each.end <= deed.start)))
    stop = min((stop, *(each.start for each in others if each.start >= deed.end)))
    before, behind = folded.text[start : deed.start].split(), folded.text[deed.end : stop].split()[:_REACH]
    ends = next((n for n, word in enumerate(behind) if word in _ENDS), len(behind))
    begins = next((n for n, word in enumerate(reversed(before)) if word in _ENDS), len(before))
    if any(each.end == start and each.kind != "noun" and each.alias.endswith("ed") for each in others):
        before, begins = [], 0  # "militia chief sanctioned in 2020 killed": the time is that of the deed before it
    return before[len(before) - min(begins, _REACH) :], behind[:ends]


def _others(deed: Mention, reading: Reading) -> Iterator[Mention]:
    for term, mentions in reading.mentions.items():
        if term.startswith(_DEED):
            yield from (each for each in mentions if each.field == deed.field and not each.overlaps(deed))
