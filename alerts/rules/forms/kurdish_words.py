"""What Sorani verbs are known by: present stems, passives, what stands before a verb as a part of it."""

from __future__ import annotations

import re
from itertools import product

LETTERS = re.compile("[ۆێەڕڵڤ]")  # that neither Arabic nor Persian writes

# Infinitive/present stem/passive without its -ا; no passive: nobody does the deed to its subject. What ends in -اندن is
# regular (سەپاندن/سەپێن/سەپێنر) and stands here only where it is not.
_VERBS = """
کردن/کە/کر دان/دە/در گرتن/گر/گیر خستن/خە/خر بردن/بە/بر ناردن/نێر/نێردر کوشتن/کوژ/کوژر بەستن/بەست/بەستر پێکان/پێک/پێکر
هێنان/هێن/هێنر نان/نێ/نر هاویشتن/هاوێژ/هاوێژر فرۆشتن/فرۆش/فرۆشر ناسین/ناس/ناسر بڕین/بڕ/بڕر
بینین/بین/بینر سپاردن/سپێر/سپێردر گوتن/ڵێ/گوتر وتن/ڵێ/وتر شکاندن/شکێن/شکێنر دزین/دز/دزر کوتان/کوت/کوتر
بوون/ب کەوتن/کەو هاتن/ێ چوون/چ مردن/مر گەیشتن/گە گەیاندن/گەیەن/گەیەنر کشان/کشێ تەقین/تەق ڕۆیشتن/ڕۆ
مان/مێن سووتان/سووتێ ڕووخان/ڕووخێ
"""
VERBS = {
    infinitive: (stem, (*passive, "")[0]) for infinitive, stem, *passive in (each.split("/") for each in _VERBS.split())
}
# Written joined to the verb, before its prefixes: داخستن gives دادەخات, دایخست, دانەخست.
PREVERBS = ("هەڵ", "دەر", "وەر", "تێک", "دوا", "ڕا", "دا", "لێ", "پێ", "تێ")
# Verbs that are also written joined to the noun before them: هێرشکردن.
JOINED = ("کردن", "بوون", "دان")
# Verbs whose subject suffers what the word before them names: بریندار بوون, کەوتنە بەر هێرش.
SUFFERED = frozenset(("بوون", "کەوتن"))
_MOST_LINKS = 3  # in one term: each may be written in two ways
# What may be attached behind a noun, a name or a verb, as it is folded: number and definiteness, then the link or whose
# it is, then "in" or "from".
_NUMBERS = ("", "هكه", "هكان", "يك", "ان", "كه", "كان", "يهك")
_LINKS = ("", "ي", "يان", "مان")
_CASES = ("", "دا", "هوه", "وه")
ENDINGS = frozenset(number + link + case for number in _NUMBERS for link in _LINKS for case in _CASES)


def linked(text: str) -> tuple[str, ...]:
    """Return how else words may be spelt whose inner ones end in -ی: the link -ی behind it is written or is not.

    So بەرگری ئیسلامی is also بەرگریی ئیسلامی. () for what has no letter of Kurdish or is one word.
    """
    if not LETTERS.search(text):
        return ()
    words = text.split()
    inner = [n for n, word in enumerate(words[:-1]) if word.endswith("ی") and len(word) > len("یی")]
    if not 0 < len(inner) <= _MOST_LINKS:
        return ()
    bare = [f"{word.removesuffix('ی').removesuffix('ی')}ی" if n in inner else word for n, word in enumerate(words)]
    made = []
    for doubled in product(("", "ی"), repeat=len(inner)):
        links = dict(zip(inner, doubled, strict=True))
        made.append(" ".join(f"{word}{links.get(n, '')}" for n, word in enumerate(bare)))
    return tuple(each for each in made if each != text)
