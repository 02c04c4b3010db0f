"""Read whether a text says that nobody was harmed: "no casualties", "دون إصابات", "بدون تلفات". Pure.

It says so of the killed, of the wounded, or of both. "No further casualties" says that there were some, and a count of
people harmed in the same text goes before: whoever reads it asks `casualties` first.
"""

from __future__ import annotations

import re

from crawler.stories.harm_words import Kind
from crawler.text.folding import fold

DEAD: frozenset[Kind] = frozenset({"killed"})
HURT: frozenset[Kind] = frozenset({"wounded"})
BOTH = DEAD | HURT
_PEOPLE = r"people|persons?|soldiers?|troops|personnel|civilians?|americans?|members|guards|staff|officers?"
_MEANT = (
    r"(?: (?:any|reported|immediate|reports?|of|human|us|american|iraqi|iranian|civilian|known|loss"
    r"|(?:injuries|casualties|deaths) or))*"
)
_WERE = r"(?: (?:was|were|has|have|been|is|are|reported|reportedly|or|killed|hurt|injured|wounded))*"
_ARABIC = r"(?:(?: \w+){0,6} (?:عن|اي|ايه|وقوع|سقوط|تسجيل|انباء))?"
_LOSSES = r"(?:تلفاتي|تلفات|تلفات جاني|خسارت جاني|تلفات انساني|قرباني)(?: (?:در پي|به همراه|بر جاي|هم))?"
# of folded words; in each language first what says both, then the dead alone, then the wounded alone
_SAID: tuple[tuple[frozenset[Kind], str], ...] = (
    (BOTH, rf"(?:no|without|zero){_MEANT} (?:casualt\w*|victims)"),
    (DEAD, rf"(?:no|without|zero){_MEANT} (?:deaths?|fatalit\w*|dead)"),
    (HURT, rf"(?:no|without|zero){_MEANT} (?:injur\w+|wounded)"),
    (BOTH, rf"(?:no one|nobody|no(?: \w+){{0,2}} (?:{_PEOPLE})){_WERE} (?:hurt|harmed|injured|wounded)"),
    (DEAD, rf"(?:no one|nobody|no(?: \w+){{0,2}} (?:{_PEOPLE})){_WERE} killed"),
    (BOTH, r"(?:دون|بدون|بلا|لا|ولا)(?: (?:وقوع|تسجيل|سقوط|وجود|اي|ايه|حدوث|ان))* (?:اصابات|ضحايا|خساير بشريه)"),
    (BOTH, rf"لم (?:تقع|تسجل|يسفر|تسفر|يخلف|تخلف|يوقع|ترد){_ARABIC} (?:اصابات|ضحايا|خساير بشريه)"),
    (DEAD, r"(?:دون|بدون|بلا)(?: (?:وقوع|سقوط|اي))* قتلي"),
    (HURT, r"(?:دون|بدون|بلا)(?: (?:وقوع|سقوط|اي))* جرحي"),
    (BOTH, r"(?:بدون|بي)(?: هيچ)? (?:تلفات|تلفاتي|قرباني|مجروح)"),
    (BOTH, rf"{_LOSSES}(?: \w+)? (?:نداشت|نداشته|نداشتند|نبود|نبوده|گزارش نشد|گزارش نشده)"),
    (BOTH, r"(?:هيچ )?(?:كسي|كس|نفري|فردي)(?: \w+){0,6} (?:اسيب|صدمه) (?:نديد|نديده|نديدند)"),
    (HURT, r"(?:هيچ )?(?:كسي|كس|نفري|فردي)(?: \w+){0,6} (?:زخمي|مجروح) (?:نشد|نشده|نشدند)"),
    (DEAD, r"(?:هيچ )?(?:كسي|كس|نفري|فردي)(?: \w+){0,6} كشته (?:نشد|نشده|نشدند)"),
)  # fmt: skip
_PATTERNS = tuple((kinds, re.compile(rf"(?<= ){pattern}(?= )")) for kinds, pattern in _SAID)


def unharmed(text: str) -> frozenset[Kind]:
    """Return of whom a text says that there were none: the killed, the wounded, both, or neither."""
    folded = fold(text)
    return frozenset(kind for kinds, pattern in _PATTERNS if pattern.search(folded) for kind in kinds)
