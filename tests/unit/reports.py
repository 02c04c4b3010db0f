"""One event told in our own short texts, and the article of a source that tells it."""

from __future__ import annotations

LEAD = "A convoy of the border guard was hit by a mine near the town of Zerqan late on Sunday, killing 14 soldiers, the governor said."
MORE = (
    " The wounded were taken by helicopter to the hospital in the provincial capital, where doctors asked for blood."
    " Colonel Harith Salman told reporters that the road had been cleared only two days before the blast."
    " Nobody has claimed the attack, the worst in the province since the spring."
)
TEXT = LEAD + MORE
TITLE = "Mine blast hits border convoy near Zerqan, 14 soldiers killed"
FRESH = (
    "Parliament on Tuesday dismissed the interior minister after a night of debate, with 171 votes against 90, state media said."
    " The speaker read the result before dawn and closed the session."
)
