"""Measure rules against labels: a reader's judgement, item by item, of what should be told and how gravely. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.alert import Severity
from crawler.config.values import nearest

NONE = "none"  # the severity of an item that should not be told
WANTED = ("wanted", "seed_like")  # two names of one column
GRAVE = Severity.IMMEDIATE  # from here on a message interrupts


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader says of one item. `severity` None: it should not be told.

    `wanted`: it is of the kind the desk exists for. `off_topic`: it is about something else altogether.
    """

    key: str
    severity: Severity | None
    wanted: bool
    off_topic: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """`found` of `of` items, with the labels that are not among them."""

    name: str
    found: int
    of: int
    others: tuple[Label, ...]

    def __str__(self) -> str:
        return f"{self.found}/{self.of}" + (f" {self.found / self.of:.0%}" if self.of else "")


class LabelError(Exception):
    """A label that cannot be read; the message says which, and what to write instead."""


def key_of(dataset: str, url: str, title: str) -> str:
    """Return the key of an item: the first 16 hex digits of the SHA-1 of the three, tab between them, as UTF-8."""
    return hashlib.sha1(f"{dataset}\t{url}\t{title}".encode(), usedforsecurity=False).hexdigest()[:16]


def half(key: str) -> str:
    """Return "A" or "B" by a hash of the key: tune rules on one half, and believe the figures of the other."""
    return "AB"[hashlib.sha256(key.encode()).digest()[0] % 2]


def read_severity(word: str) -> Severity | None:
    """Return a severity by its word, None for "none". Raise LabelError."""
    words = {each.word: each for each in Severity}
    if word != NONE and word not in words:
        allowed = (*words, NONE)
        raise LabelError(f'"{word}" is no severity{nearest(word, allowed)}; allowed: {", ".join(allowed)}')
    return words.get(word)


def read_label(key: str, given: Mapping[str, Any]) -> Label:
    """Return the label of an item from named values, those of a table or of a JSON object. Raise LabelError.

    `severity` must be there. `wanted` (or `seed_like`), by default whether the item should be told, and `off_topic`, by
    default false, are 0 or 1, or JSON's false and true.
    """
    if not key:
        raise LabelError("an empty key; it names the item")
    if given.get("severity") is None:
        raise LabelError(f'no "severity"; write one, or "{NONE}" for what should not be told')
    severity = read_severity(str(given["severity"]))
    wanted = next((name for name in WANTED if given.get(name) is not None), "")
    return Label(
        key, severity, _flag(given, wanted) if wanted else severity is not None, off_topic=_flag(given, "off_topic")
    )


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name)
    if value not in (None, "0", "1", 0, 1):  # False and True are 0 and 1
        raise LabelError(f'"{name}" is "{value}"; allowed: 0, 1')
    return value in ("1", 1)


def read_table(lines: Iterable[str]) -> list[Label]:
    """Return the labels of a tab-separated table whose first line names the columns. Raise LabelError.

    It needs the columns key and severity; others are as in `read_label`, or nothing to us.
    """
    rows = [(number, line.rstrip("\r\n").split("\t")) for number, line in enumerate(lines, 1) if line.strip()]
    header = rows[0][1] if rows else []
    for name in ("key", "severity"):
        if name not in header:
            raise LabelError(
                f'the first line has no column "{name}"; it needs key and severity, with tabs between them'
            )
    return once((number, _row(number, header, row)) for number, row in rows[1:])


def _row(number: int, header: Sequence[str], row: Sequence[str]) -> Label:
    if len(row) != len(header):
        raise LabelError(f"line {number}: {len(row)} columns where the first line has {len(header)}")
    given = dict(zip(header, row, strict=True))
    try:
        return read_label(given["key"], given)
    except LabelError as error:
        raise LabelError(f"line {number}: {error}") from error


def once(numbered: Iterable[tuple[int, Label]]) -> list[Label]:
    """Return labels, given with the numbers of their lines. Raise LabelError for a key that stands there twice."""
    seen: dict[str, int] = {}
    labels = []
    for number, label in numbered:
        if label.key in seen:
            raise LabelError(f'line {number}: "{label.key}" is labelled in line {seen[label.key]} already')
        seen[label.key] = number
        labels.append(label)
    return labels


def shares(labels: Sequence[Label], told: Mapping[str, Severity | None]) -> tuple[Share, ...]:
    """Return the figures for labels whose items were told with these severities (None: no rule matched)."""

    def share(name: str, of: Callable[[Label], bool], found: Callable[[Label], bool]) -> Share:
        asked = [each for each in labels if of(each)]
        others = tuple(each for each in asked if not found(each))
        return Share(name, len(asked) - len(others), len(asked), others)

    def is_told(label: Label) -> bool:
        return told[label.key] is not None

    def is_told_grave(label: Label) -> bool:
        severity = told[label.key]
        return severity is not None and severity >= GRAVE

    def is_grave(label: Label) -> bool:
        return label.severity is not None and label.severity >= GRAVE

    return (
        share("wanted items that a rule matches", lambda each: each.wanted, is_told),
        share("flash or immediate, told as such", is_grave, is_told_grave),
        share("told as flash or immediate, rightly", is_told_grave, is_grave),
        share("priority or higher, matched", lambda each: (each.severity or 0) >= Severity.PRIORITY, is_told),
        share("off-topic, not matched", lambda each: each.off_topic, lambda each: not is_told(each)),
        share("not to be told, not matched", lambda each: each.severity is None, lambda each: not is_told(each)),
    )
