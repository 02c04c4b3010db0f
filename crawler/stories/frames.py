"""Find the sentences that two texts share although they are not news: footers, licences, frames of live pages.

Outlets print the words of an agency, a licence or a channel under news of every kind. Such sentences do not show that
two articles report the same event, so they are removed from both texts before these are compared. Pure.
"""

from __future__ import annotations

from collections.abc import Set

from crawler.stories.wording import Wording
from crawler.text.figures import is_number
from crawler.text.stopwords import STOP

ABOUT = 2  # words of meaning a sentence shares with a headline whose news it tells
FIGURES = 2  # numbers in a sentence that make it news, as the lines of a dividend are
NEARLY = 0.8  # of the words of the longer sentence: the same sentence, with the name of another outlet in it
REWORDED = 0.5  # of the words of meaning of the shorter sentence: the same sentence in other words
LONG = 150  # words: a text so long is no footer alone, even where it has no word of its headline
FRAME_SENTENCES = 40  # sentences of a text that are looked at, from each end


def frame(earlier: Wording, later: Wording) -> tuple[frozenset[int], frozenset[int]]:
    """Return the sentence numbers, of the earlier and of the later text, that both texts have and no headline is about.

    Both sets are empty where one text may be a reprint of the other: one headline contains the other, both texts have a
    sentence that a headline is about, or one text reports nothing that the other does not.
    """
    headlines = (earlier.topic, later.topic)
    # headlines that say the same: rather a reprint than other news above the same footer
    if earlier.topic <= later.topic or later.topic <= earlier.topic or _share_news(earlier, later, headlines):
        return frozenset(), frozenset()
    if not (_has_news_of_its_own(earlier, later) and _has_news_of_its_own(later, earlier)):
        return frozenset(), frozenset()
    ours, theirs = _no_news(earlier, headlines), _no_news(later, headlines)
    same = ours.keys() & theirs.keys()
    near = [
        (one, other)
        for other in theirs.keys() - same
        for one in ours.keys() - same
        if _nearly(ours[one], theirs[other])
    ]
    return frozenset((*same, *(one for one, _ in near))), frozenset((*same, *(other for _, other in near)))


def _share_news(earlier: Wording, later: Wording, headlines: tuple[frozenset[str], ...]) -> bool:
    """Return whether a sentence about one of the headlines is in both texts, in full or shortened."""
    ours, theirs = _sentences_on(earlier, headlines), _sentences_on(later, headlines)
    return any(one <= other or other <= one for one in ours for other in theirs)


def _sentences_on(text: Wording, headlines: tuple[frozenset[str], ...]) -> list[frozenset[str]]:
    """Return the words of each sentence that is about one of the headlines."""
    return [words for words in text.sets[:FRAME_SENTENCES] if any(about(words, topic) for topic in headlines)]


def _has_news_of_its_own(text: Wording, other: Wording) -> bool:
    """Return whether a text reports something that the other does not.

    It does where its first sentence, or one about its own headline, is missing from the other text, even reworded. A
    text without any sentence about its headline is taken for a footer below a headline, unless it is LONG.
    """
    known = [words - STOP for words in other.sets[:FRAME_SENTENCES]]
    own = [words for words in text.sets[:FRAME_SENTENCES] if words & (text.topic - other.topic)]
    naming = own or [words for words in text.sets[:FRAME_SENTENCES] if words & text.topic]
    # a long text that never names its headline's subject: nobody can say what in it is news
    if not naming and len(text.words) >= LONG:
        return False
    return not naming or not all(_stands(words - STOP, known) for words in (*text.sets[:1], *naming))


def _stands(words: frozenset[str], known: list[frozenset[str]]) -> bool:
    """Return whether a sentence with these words of meaning is among `known`, at least in part."""
    return any(len(words & each) >= max(3, REWORDED * min(len(words), len(each))) for each in known)


def is_background(earlier: Wording, shared: Set[int]) -> bool:
    """Return whether the shared sentences mention the earlier headline, as background in a follow-up does."""
    numbered = zip(earlier.hashes, earlier.sentences, strict=True)
    words = {word for number, sentence in numbered if number in shared for word in sentence}
    return not words.isdisjoint(earlier.topic)


def about(words: Set[str], topic: Set[str]) -> bool:
    """Return whether a sentence with these words is about a headline: it has at least ABOUT of its words of meaning."""
    return len(words & topic) >= ABOUT


def _no_news(text: Wording, headlines: tuple[frozenset[str], ...]) -> dict[int, frozenset[str]]:
    """Return the sentences, number to words, that are about neither headline and give fewer than FIGURES numbers."""
    numbered = list(zip(text.hashes, text.sets, strict=True))
    # frames stand at both ends of a text; looking at the ends only bounds the cost of a very long one
    chosen = (
        numbered
        if len(numbered) <= 2 * FRAME_SENTENCES
        else [*numbered[:FRAME_SENTENCES], *numbered[-FRAME_SENTENCES:]]
    )
    return {
        number: words
        for number, words in chosen
        if not any(about(words, topic) for topic in headlines) and sum(map(is_number, words)) < FIGURES
    }


def _nearly(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether two sentences are the same but for a word or two, with the same numbers."""
    if len(one & other) < NEARLY * max(len(one), len(other)):
        return False
    return not any(is_number(word) for word in one ^ other)
