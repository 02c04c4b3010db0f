"""Words that carry no meaning of their own in a report, in four languages, folded: they make no two texts alike."""

from __future__ import annotations

from crawler.text.folding import fold

_ENGLISH = """
a an the of in on at to for and or by with from as is are was were be been has have had it its this that says said say
after over amid into near his her their he she they who which will would not no new us least reports reportedly source
sources official officials live latest breaking update updates s
"""
_ARABIC = "في من على الي عن ان او ثم قد مع هذا هذه التي الذي بعد قبل بين خلال كما لا ما هو هي كان كانت و مباشر"
_PERSIAN = "در از به كه را با براي اين ان است شد مي هاي يك بر تا هم زنده"
_KURDISH = "لە بە بۆ لەسەر لەگەڵ کە ئەم ئەو بوو کرد دەکات یان لەم لەو وەک ڕاستەوخۆ"
# folded as texts are, or a word with a mark in it would never be found
STOP = frozenset(fold(f"{_ENGLISH} {_ARABIC} {_PERSIAN} {_KURDISH}").split())
