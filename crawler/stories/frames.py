"""Two wordings -> the sentences they share that are news of neither: footers, licences, frames of live pages. Pure.

Outlets print the words of an agency, of a licence or of a channel under news of every kind. Such words prove nothing
of the news above them, so they are taken off both texts before these are compared, from the second text on.
"""

from __future__ import annotations

from collections.abc import Set

from crawler.stories.wording import Wording, sentence_number
from crawler.text.figures import is_number
from crawler.text.stopwords import STOP

ABOUT = 2  # words of meaning a sentence shares with a headline whose news it tells
FIGURES = 2  # numbers in a sentence that make it news, as the lines of a dividend are
NEARLY = 0.8  # of the words of the longer sentence: the same sentence, with the name of another outlet in it
REWORDED = 0.5  # of the words of meaning of the shorter sentence: the same sentence in other words
LONG = 150  # words: a text so long is no footer alone, even where it has no word of its headline
MOST = 40  # sentences of a text that are looked at, from each end


def frame(earlier: Wording, later: Wording) -> tuple[frozenset[int], frozenset[int]]:
    """Return the numbers of the earlier and of the later text's sentences that both have and no headline is about.

    There are none where one text may reprint the other: where one headline says no more than the other, where both
    texts have a sentence that a headline is about, or where one of them tells nothing that the other does not.
    """
    headlines = (earlier.topic, later.topic)
    ours, theirs = _no_news(earlier, headlines), _no_news(later, headlines)
    same = ours.keys() & theirs.keys()
    near = [
        (one, other)
        for other, words in theirs.items()
        if other not in same
        for one, known in ours.items()
        if one not in same and _nearly(known, words)
    ]
    one_headline = earlier.topic <= later.topic or later.topic <= earlier.topic
    if one_headline or not (same or near) or _share_news(earlier, later, headlines):
        return frozenset(), frozenset()
    if not (_tells_its_own(earlier, later) and _tells_its_own(later, earlier)):
        return frozenset(), frozenset()
    return frozenset((*same, *(one for one, _ in near))), frozenset((*same, *(other for _, other in near)))


def _share_news(earlier: Wording, later: Wording, headlines: tuple[frozenset[str], ...]) -> bool:
    """Return whether a sentence about a headline stands in both texts, whole or cut short."""
    ours, theirs = _told(earlier, headlines), _told(later, headlines)
    return any(one <= other or other <= one for one in ours for other in theirs)


def _told(told: Wording, headlines: tuple[frozenset[str], ...]) -> list[frozenset[str]]:
    return [words for words in told.sets[:MOST] if any(about(words, topic) for topic in headlines)]


def _tells_its_own(told: Wording, other: Wording) -> bool:
    """Return whether a text opens with a sentence of its own, has one on its headline, or has none on it at all."""
    known = [words - STOP for words in other.sets[:MOST]]
    own = [words for words in told.sets[:MOST] if words & (told.topic - other.topic)]
    naming = own or [words for words in told.sets[:MOST] if words & told.topic]
    if not naming and len(told.words) >= LONG:
        return False
    return not naming or not all(_stands(words - STOP, known) for words in (*told.sets[:1], *naming))


def _stands(words: frozenset[str], known: list[frozenset[str]]) -> bool:
    return any(len(words & each) >= max(3, REWORDED * min(len(words), len(each))) for each in known)


def is_background(earlier: Wording, shared: Set[int]) -> bool:
    """Return whether shared sentences tell of the earlier headline, as the background of a follow-up does."""
    words = {word for sentence in earlier.sentences if sentence_number(sentence) in shared for word in sentence}
    return not words.isdisjoint(earlier.topic)


def about(words: Set[str], topic: Set[str]) -> bool:
    """Return whether a sentence of these words tells of a headline: it has two of its words of meaning."""
    return len(words & topic) >= ABOUT


def _no_news(told: Wording, headlines: tuple[frozenset[str], ...]) -> dict[int, frozenset[str]]:
    numbered = list(zip(told.sentences, told.sets, strict=True))
    chosen = numbered if len(numbered) <= 2 * MOST else [*numbered[:MOST], *numbered[-MOST:]]
    return {
        sentence_number(sentence): words
        for sentence, words in chosen
        if not any(about(words, topic) for topic in headlines) and sum(map(is_number, words)) < FIGURES
    }


def _nearly(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether two sentences are one but for a word or two, and give the same numbers."""
    if len(one & other) < NEARLY * max(len(one), len(other)):
        return False
    return not any(is_number(word) for word in one ^ other)
