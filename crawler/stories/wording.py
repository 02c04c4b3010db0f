"""Reduce headline and body to a Wording: what is compared to tell whether two articles report the same.

Removed first: an agency before the headline or in the dateline, an outlet after the headline, and sentences that the
source repeats in its articles (boilerplate). Numbers become digits, also where they are spelled out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from hashlib import blake2b

from crawler.stories.corrections import is_correction
from crawler.text.figures import digits, is_number, joined
from crawler.text.folding import Folded, fold
from crawler.text.stopwords import STOP
from crawler.text.tokens import sentences

SHINGLE = 3  # words
LEAD = 30  # words at the beginning of a body that say what is new
MOST_WORDS = 1_200  # of a body that are compared; longer ones differ elsewhere or not at all
MOST_CHARACTERS = 10_000  # of a body; the rest is not even split into words
_MASK = (1 << 63) - 1
_ODD = 0xBF58476D1CE4E5B9  # a multiplier of splitmix64 (Steele et al., 2014)
AGENCIES = {
    "reuters": "reuters", "afp": "afp", "ap": "ap", "associated press": "ap", "agence france presse": "afp",
    "dpa": "dpa", "xinhua": "xinhua", "tass": "tass", "anadolu": "anadolu", "aa": "anadolu", "irna": "irna",
    "isna": "isna", "tasnim": "tasnim", "fars": "fars", "mehr": "mehr", "ina": "ina", "upi": "upi", "ansa": "ansa",
    "efe": "efe", "sana": "sana", "wam": "wam", "spa": "spa", "petra": "petra", "nna": "nna", "shafaq news": "shafaq",
    "رويترز": "reuters", "ا ف ب": "afp", "اف ب": "afp", "فرانس برس": "afp", "واع": "ina", "الاناضول": "anadolu",
    "شفق نيوز": "shafaq", "ايرنا": "irna", "ايسنا": "isna", "تسنيم": "tasnim", "فارس": "fars", "مهر": "mehr",
    "سانا": "sana", "اسوشيتد برس": "ap", "خبرگزاري فارس": "fars", "خبرگزاري مهر": "mehr", "اي اف پي": "afp",
}  # fmt: skip
_CAPITALS = {"AP", "AA", "INA", "SPA", "EFE", "SANA", "PETRA"}  # also plain words or names: only in capitals
_DATELINE = re.compile(r"^(?P<place>[^\n.!?؟:]{0,60}?)\((?P<agency>[^()\n]{2,24})\)\s*[-–—:]*\s*")
_DASHED = re.compile(r"^(?P<place>[^\n.!?؟:]{0,40}?[,/]\s*)?(?P<agency>[^\n.!?؟:,–—-]{2,24}?)\s*[-–—:]+\s+")
_NAMED = ("Reuters", "AFP", "AP", "Tasnim", "IRNA", "ISNA", "Xinhua", "TASS")
_IN_TEXT = re.compile(rf"\((?P<agency>[^()\n]{{2,24}})\)|(?P<name>\b(?:{'|'.join(_NAMED)})\b)")
_SUFFIX = re.compile(r"\s+(?:[-–—|]|::)\s+(?P<outlet>[^-–—|]{2,40})$")
_MARK = re.compile(
    r"^\s*(?:[*•#]+\s*)?(?P<mark>[A-Z]{4,12}(?: \d+)?|عاجل|فوري|خبر عاجل|تصحيح|اصلاحیه|فوری)\s*[-–—:/|]+\s*"
)
_ARTICLE = r"(?:[ae][dlnrstz]|a[st]h)-"  # of an Arabic name in Latin letters: al-Harir, ash-Shaddadi
_NAME = re.compile(rf" (?<=[\w,;\"'’)] )((?:{_ARTICLE})?[A-Z][\w'’-]+)")
_CAPITAL = re.compile(rf"(?:{_ARTICLE})?[A-Z]")


@dataclass(frozen=True)
class Wording:
    """What is compared of an article: the folded words of its headline and of each sentence.

    `names` are words written with a capital inside a sentence, `agency` is the one it names, `corrected` whether its
    headline says that it corrects a report, `written` headline and body as they were.
    """

    title: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]
    names: frozenset[str]
    agency: str = ""
    corrected: bool = False
    taken: frozenset[int] = frozenset()  # numbers of the sentences that were taken off as boilerplate
    written: tuple[str, str] = field(default=("", ""), compare=False, repr=False)

    def spelled(self, word: str) -> str:
        """Return a folded word as the text writes it, where it first stands; the word itself where it does not."""
        for each in self.written:
            folded = Folded(each)
            at = folded.text.find(f" {word} ")
            if at >= 0:
                first, last = folded.span(at + 1, at + 1 + len(word))
                return each[first:last]
        return word

    def without(self, boilerplate: Set[int]) -> Wording:
        """Return this wording without the sentences of these numbers; itself where it has none of them."""
        taken = boilerplate & self.numbers
        if not taken:
            return self
        left = tuple(each for number, each in zip(self.hashes, self.sentences, strict=True) if number not in taken)
        return replace(self, sentences=left, taken=self.taken | taken)

    @cached_property
    def _numbered(self) -> tuple[list[int], ...]:
        """The hashes of the words of each sentence."""
        return tuple([*map(number_of, sentence)] for sentence in self.sentences)

    @cached_property
    def hashes(self) -> tuple[int, ...]:
        """The hash of each sentence in turn, by which it is recognised in other articles."""
        return tuple(map(combine, self._numbered))

    @cached_property
    def numbers(self) -> frozenset[int]:
        """The hashes of the sentences, each once."""
        return frozenset(self.hashes)

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(word for sentence in self.sentences for word in sentence)[:MOST_WORDS]

    @cached_property
    def runs(self) -> tuple[int, ...]:
        """The hash of each run of three words of the body, in turn."""
        return tuple(_runs([number for sentence in self._numbered for number in sentence][:MOST_WORDS]))

    @cached_property
    def shingles(self) -> frozenset[int]:
        return frozenset(self.runs)

    @cached_property
    def lead(self) -> frozenset[int]:
        return frozenset(self.runs[: LEAD - SHINGLE + 1])

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset((*self.title, *self.words))

    @cached_property
    def sets(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(sentence) for sentence in self.sentences)

    @cached_property
    def topic(self) -> frozenset[str]:
        """The words of the headline that carry meaning, without its numbers."""
        return frozenset(word for word in self.title if word not in STOP and len(word) > 1 and not is_number(word))

    @cached_property
    def script(self) -> str:
        """The alphabet it is written in: "ar" or "other"."""
        letters = "".join((*self.title, *self.words[:40]))
        arabic = sum("\u0600" <= letter <= "\u06ff" for letter in letters)
        return "ar" if arabic * 2 > len(letters) else "other"


@lru_cache(maxsize=1 << 13)  # all words that are met in months would take 12 MB, and save no time
def number_of(word: str) -> int:
    """Return a word's 63-bit hash. It is the same in every process, which Python's own `hash` is not."""
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") & _MASK


def shingles(words: Sequence[str]) -> list[int]:
    """Return the hash of each run of three words; one hash of all words where there are fewer."""
    return _runs([number_of(word) for word in words])


def _runs(numbers: Sequence[int]) -> list[int]:
    """Return what `shingles` does of words with these hashes."""
    if len(numbers) < SHINGLE:
        return [combine(numbers)] if numbers else []
    # written out instead of calling `combine`: this loop takes most of the time
    return [
        ((run := ((one * _ODD + two) * _ODD + three) & _MASK) ^ (run >> 29)) * _ODD & _MASK
        for one, two, three in zip(numbers, numbers[1:], numbers[2:], strict=False)
    ]


def combine(numbers: Iterable[int]) -> int:
    """Return one hash of several, which depends on their order."""
    hashed = 1
    for number in numbers:
        # written out for the same reason as above
        hashed = ((hashed ^ number) * _ODD) & _MASK
        hashed ^= hashed >> 29
    return hashed


def followed(hashed: int, numbers: Iterable[int]) -> list[int]:
    """Return for each number the hash of what `hashed` stands for with that one behind it: one step of `combine`."""
    return [(step := ((hashed ^ number) * _ODD) & _MASK) ^ (step >> 29) for number in numbers]


@lru_cache(maxsize=128)  # one of a text of 2,000 characters takes up to 140 KB
def wording(title: str, body: str, outlet: str = "") -> Wording:
    """Return what is compared of an article. `outlet` is removed from the end of the headline."""
    headline, agency = _headline(title, outlet)
    text, dateline_agency = _without_dateline(body[:MOST_CHARACTERS].strip())
    written = [tokens(sentence) for sentence in split(text)]
    names = frozenset(word for name in _NAME.findall(text) for word in fold(name).split())
    return Wording(
        title=tuple(tokens(headline)),
        sentences=tuple(tuple(each) for each in written if each),
        names=names | _names_of_title(headline),
        agency=agency or dateline_agency or _agency_in(text),
        corrected=is_correction(title),
        written=(title, body),
    )


def tokens(text: str) -> list[str]:
    """Return the folded words of a text, with numbers as digits."""
    return digits(fold(joined(text)).split())


def split(text: str) -> list[str]:
    """Return the sentences of a text."""
    starts = sentences(text)
    return [text[start:end] for start, end in zip(starts, (*starts[1:], len(text)), strict=True)]


def sentence_number(words: Sequence[str]) -> int:
    """Return the hash by which a sentence is recognised."""
    return combine(map(number_of, words))


def edges(text: Wording) -> list[int]:
    """Return the numbers of the sentences where boilerplate stands: the first and the last four.

    Those of two words or fewer are left out.
    """
    numbered = list(zip(text.hashes, text.sentences, strict=True))
    return [number for number, sentence in (*numbered[:1], *numbered[1:][-4:]) if len(sentence) > 2]


def _headline(title: str, outlet: str) -> tuple[str, str]:
    """Return a headline without its mark (URGENT, UPDATE 2), agency and outlet; then the agency."""
    agency = ""
    if found := _MARK.match(title):
        title = title[found.end() :] or title
    if (found := _DASHED.match(title)) and (agency := agency_named(found["agency"])):
        title = title[found.end() :] or title
    if found := _SUFFIX.search(title):
        behind = fold(found["outlet"]).strip()
        known = agency_named(found["outlet"])
        if known or _is_outlet(behind, fold(outlet).strip()):
            agency = agency or known
            title = title[: found.start()]
    return title, agency


def _is_outlet(behind: str, outlet: str) -> bool:
    """Return whether the words after a headline name an outlet: the configured one, or any that ends like a paper's."""
    if outlet and (behind in outlet or outlet in behind):
        return True
    return behind.endswith(_PAPERS) or behind.startswith("the ")


_PAPERS = (
    " news", " times", " post", " english", " independent", " today", " tribune", " herald", " eye", " arab", "com",
    "نيوز",
)  # fmt: skip


def _without_dateline(text: str) -> tuple[str, str]:
    """Return a text without "BAGHDAD (Reuters) -" at its beginning, and the agency named there."""
    for pattern in (_DATELINE, _DASHED):
        found = pattern.match(text)
        if found and (agency := agency_named(found["agency"])):
            return text[found.end() :], agency
    return text, ""


def _agency_in(text: str) -> str:
    """Return the agency named near the beginning or the end of a text, "" where none is."""
    for part in (text[:200], text[-120:]):
        # most texts have none of them, and a search for one word takes a part of that of the pattern
        if not any(map(part.__contains__, ("(", *_NAMED))):
            continue
        for found in _IN_TEXT.finditer(part):
            if agency := agency_named(found["agency"] or found["name"]):
                return agency
    return ""


def agency_named(words: str) -> str:
    """Return the agency that a few words name, "" where they name none."""
    words = words.strip()
    known = AGENCIES.get(fold(words).strip(), "")
    # "Petra" or "ina" in small letters is a place or a word; only PETRA is the agency
    return "" if known and words.upper() in _CAPITALS and words not in _CAPITALS else known


def _names_of_title(title: str) -> frozenset[str]:
    """Return the names in a headline; none where most words have capitals, as in title case."""
    written = title.split()
    capitals = [word for word in written[1:] if _CAPITAL.match(word)]
    if not written or len(capitals) * 2 > len(written):
        return frozenset()
    return frozenset(word for each in capitals for word in fold(each).split())
