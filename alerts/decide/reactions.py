"""Read in a headline that somebody only judges an attack: "Speaker: attack on missions is a stab". Pure."""

from __future__ import annotations

import re
from functools import lru_cache

_ENGLISH = re.compile(
    r"^[^:]{2,60}: (?:the |this )?(?:[\w-]+ ){0,2}"
    r"(?:attack|strike|raid|bombing|killing|assassination|targeting|assault|shelling|aggression|seizure)s?\b"
    r"(?: [\w'’-]+){0,8} (?:(?:is|was|are|were|amounts? to|constitutes?) (?:an? |the )?(?:[\w-]+ )?"
    r"(?:stab|crimes?|violation|breach|escalation|provocation|insult|betrayal|outrage|unacceptable|cowardly|illegal"
    r"|unlawful|red line)|violates?|undermines?|crosses)\b",
    re.IGNORECASE,
)
_ARABIC = re.compile(
    r"^[^:]{2,60}: ?(?:محاولة )?(?:استهداف|قصف|الهجوم|هجوم|الهجمات|الاعتداء|اعتداء|اغتيال|العدوان"
    r"|الضربات?|احتجاز|خطف)\b.*"
    r"\b(?:طعنة|جريمة|انتهاك|خرق|تصعيد|مرفوض|مرفوضة|خطير|خطيرة|جبان|جبانة|تجاوز|استفزاز|فتنة|إهانة"
    r"|يهدد|تهدد|يسيء|تسيء|خط أحمر)\b"
)
_PERSIAN = re.compile(
    r"^[^:]{2,60}: ?(?:حمله|حملات|ترور|سوءقصد|سوء قصد|تجاوز|توقیف|ربودن)\b.*"
    r"\b(?:فتنه|جنایت|نقض|محکوم|غیرقانونی|تروریسم|نشانه|خیانت|خط قرمز)\S*.*\b(?:است|اند|بود)\W*$"
)
# who tells what happened, and judges nothing
_TELLS = re.compile(
    r"^[^:]*(?:sources?|police|army|military|officials?|media|witness|breaking|live|update"
    r"|مصدر|مصادر|الإعلام الأمني|شرطة"
    r"|الجيش|عمليات|عاجل|وسائل|شهود|منابع|پلیس|فوری)[^:]*:",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d")


@lru_cache(4_096)
def is_reaction(title: str) -> bool:
    """Return whether somebody only judges an attack in a headline, which tells no number and comes from no witness."""
    if _FIGURE.search(title) or _TELLS.search(title):
        return False
    return any(each.search(title) for each in (_ENGLISH, _ARABIC, _PERSIAN))
