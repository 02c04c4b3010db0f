"""Say whether an edit of one article matters to readers, and what it changed. Pure."""

from __future__ import annotations

from crawler.stories.changed import corrected, numbers_changed, renamed
from crawler.stories.compare import compare
from crawler.stories.tolls import new_harm
from crawler.stories.verdict import LEAD_KNOWN
from crawler.stories.wording import Wording


def material(before: Wording, after: Wording) -> str:
    """Return in words what an edit of one article changed that matters to readers, "" where nothing does."""
    found = compare(before, after)
    if after.corrected and not before.corrected:
        return corrected(found, before, after)
    numbers, harm = numbers_changed(found.changes, after) if found.changes else "", new_harm(before, after)
    # the first who died are more than a number that rose: "1 killed; 2 -> 5 wounded"
    if harm and (not numbers or any("->" not in each for each in harm.split("; "))):
        numbers = harm
    if numbers:
        return numbers
    if names := [each for each in found.differing if each.named]:
        if all(each.part == "title" for each in names) and _is_replaced(before, after):
            return "new headline"  # words at one place of two unlike headlines are no change of one for the other
        return renamed(names, before, after)
    if before.words and after.words and found.lead < LEAD_KNOWN:
        return "new lead"
    return ""


def _is_replaced(before: Wording, after: Wording) -> bool:
    """Return whether a headline was written anew: less than three quarters of its words that carry meaning are kept.

    All but one are where only a name takes the place of another.
    """
    most = max(len(before.topic), len(after.topic))
    return len(before.topic & after.topic) < min(most - 1, most * 3 / 4)
