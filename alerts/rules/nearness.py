"""Which example sentence a headline reads like, by the vectors that a language model gave both. Pure.

The examples are the config's lists `example-KIND-LANGUAGE` (`example-grave-en`), whole sentences each. A vector says
first of all in which language its text is, so the mean of the examples of a language is taken off all that is written
in it; what is left says what happens. A headline reads like a kind if its nearest example is of that kind and the
nearest of any other kind is farther by MARGIN.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from operator import mul

from alerts.rule import Condition, TermList
from crawler.config.values import nearest
from crawler.config.yamlfile import Problems

EXAMPLE = "example-"  # begins the names of lists of examples
MARGIN = 0.12  # of cosine, from decision 312: fewer wrong on real news than at .08, at the price of few right ones
FALLBACK = "en"  # the language whose mean is taken off a headline in a language without examples
Vector = list[float]


@dataclass(frozen=True, slots=True)
class Likeness:
    """The kind a headline reads like, its nearest example, their cosine, and how much farther the next kind is."""

    kind: str
    example: str
    cosine: float
    margin: float

    def __str__(self) -> str:
        return f"reads like: {self.example} ({self.cosine:.2f})"


class Sense:
    """What is known of how an article reads, and who wanted to know it.

    `asked`: a condition did, and nobody had compared the headline. `open` are the rules whose match no row of the scale
    decided before one that wants to know it.
    """

    __slots__ = ("asked", "likeness", "open")

    def __init__(self, likeness: Likeness | None = None) -> None:
        self.likeness, self.asked = likeness, False
        self.open: set[str] = set()

    def reads_like(self, kind: str) -> bool:
        """Return whether the headline reads like that kind, by the margin."""
        if self.likeness is None:
            self.asked = True
            return False
        return self.likeness.kind == kind and self.likeness.margin > MARGIN


def distance_of(sense: Sense) -> str:
    """Return in words what a headline reads like, and by how much; or that nobody compared it."""
    if sense.likeness is None:
        return "not compared: a daemon with settings.languages: model does that"
    return f"{sense.likeness}, of {sense.likeness.kind}, nearer than the next kind by {sense.likeness.margin:.2f}"


def must_compare(condition: Condition) -> bool:
    """Return whether a condition cannot hold unless a headline was compared."""
    if condition.op == "reads_like":
        return True
    if condition.op == "none":
        return False
    inside = [must_compare(child) for child in condition.children]
    return any(inside) if condition.op == "all" else bool(inside) and all(inside)


def has_examples(condition: Condition, lists: Iterable[str], problems: Problems) -> bool:
    """Return whether there are examples of the kind a `reads_like` names and of others; add a problem if not."""
    kind, known = str(condition.options["kind"]), kinds(lists)
    if kind not in known:
        near, listed = nearest(kind, known), ", ".join(sorted(known)) or "none"
        problems.add(
            condition.place, f'no list {EXAMPLE}{kind}-LANGUAGE holds examples of "{kind}"{near}; kinds known: {listed}'
        )
    elif len(known) == 1:
        problems.add(condition.place, f'"{kind}" is the only kind of examples; add lists of another to tell it from')
    return kind in known and len(known) > 1


def kinds(lists: Iterable[str]) -> frozenset[str]:
    """Return the kinds of which there are lists of examples, by the names of a config's lists."""
    return frozenset(kind for name in lists if (kind := _parts(name)[0]))


def examples(lists: Mapping[str, TermList]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the sentences of the lists of examples, by kind and language."""
    return {parts: each.terms for name, each in lists.items() if (parts := _parts(name))[0]}


def _parts(name: str) -> tuple[str, str]:
    """Return kind and language of a list of examples by its name, ("", "") for any other list."""
    kind, _, language = name.removeprefix(EXAMPLE).rpartition("-")
    return (kind, language) if name.startswith(EXAMPLE) and kind else ("", "")


class Examples:
    """Example sentences with their vectors, to compare headlines with. It never changes."""

    def __init__(self, sentences: Mapping[tuple[str, str], Iterable[str]], vectors: Mapping[str, bytes]) -> None:
        read = {
            parts: [(each, _unit(array("b", vectors[each]))) for each in texts if vectors.get(each)]
            for parts, texts in sentences.items()
        }
        self._means = {
            language: _mean(
                [_mean([vector for _, vector in texts]) for (_, of), texts in read.items() if of == language and texts]
            )
            for language in {language for (_, language), texts in read.items() if texts}
        }
        self._known = [
            (kind, text, _unit(_less(vector, self._means[language])))
            for (kind, language), texts in read.items()
            for text, vector in texts
        ]

    def likeness(self, packed: bytes, language: str) -> Likeness | None:
        """Return what a headline reads like by its vector (`alerts.decide.wordings.packed`), None for an empty one."""
        mean = self._means.get(language.partition("-")[0], self._means.get(FALLBACK))
        if not packed or mean is None or len(packed) != len(mean):
            return None
        vector = _unit(_less(_unit(array("b", packed)), mean))
        closest: dict[str, tuple[float, str]] = {}
        for kind, text, example in self._known:
            cosine = sum(map(mul, vector, example))
            if cosine > closest.get(kind, (-2.0, ""))[0]:
                closest[kind] = cosine, text
        (cosine, text), kind = max((found, kind) for kind, found in closest.items())
        others = [found[0] for other, found in closest.items() if other != kind]
        return Likeness(kind, text, cosine, cosine - max(others)) if others else None


def _mean(vectors: list[Vector]) -> Vector:
    return [sum(column) / len(vectors) for column in zip(*vectors, strict=True)]


def _less(vector: Vector, mean: Vector) -> Vector:
    return [one - other for one, other in zip(vector, mean, strict=True)]


def _unit(vector: Vector | array[int]) -> Vector:
    length = sqrt(sum(map(mul, vector, vector))) or 1.0
    return [each / length for each in vector]
