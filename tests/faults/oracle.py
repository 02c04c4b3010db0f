"""What was published and what receivers accepted goes into a journal on disk; what was lost, doubled or false comes out.

It knows nothing of the product: it reads numbers in headlines and texts. Each line is on disk (fsync) before the
receiver says that it took the message, so no fault of the campaign itself can forget one.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NUMBER = re.compile(r"\bN(\d{6})E\b")
MARK = "(possible repeat)"
NOTICE = "WATCHFLOOR"
EMPTY = "DIGEST nothing"  # a digest that says that there was nothing


@dataclass(frozen=True, slots=True)
class Copy:
    """One message as a receiver accepted it: the numbers it tells, and when, by the monotonic clock."""

    receiver: str
    title: str
    numbers: tuple[int, ...]
    at: float

    @property
    def notice(self) -> bool:
        """Whether it is about the system and not about news."""
        return NOTICE in self.title

    @property
    def marked(self) -> bool:
        """Whether it says itself that it may have been sent before."""
        return MARK in self.title


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the numbers: `lost` and `doubled` name them with their receiver, `spurious` what nobody should get."""

    published: int
    accepted: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    spurious: tuple[str, ...]
    marked: int
    notices: int

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, doubled without a mark, or told that should not have been."""
        return not (self.lost or self.doubled or self.spurious)


@dataclass
class Journal:
    """An append-only file, written through to the disk line by line, and the same in memory."""

    path: Path
    told: set[int] = field(default_factory=set)  # numbers that every receiver must get
    untold: set[int] = field(default_factory=set)  # numbers that none may get
    copies: list[Copy] = field(default_factory=list)
    grown: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _keep(self, line: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(line, ensure_ascii=False).encode() + b"\n")
        os.fsync(self._file)

    def published(self, number: int, *, tell: bool) -> None:
        """Note an item before it is served."""
        with self.grown:
            self._keep({"published": number, "tell": tell})
            (self.told if tell else self.untold).add(number)

    def accepted(self, receiver: str, title: str, text: str) -> None:
        """Note a message before it is acknowledged."""
        numbers = tuple(sorted({int(each) for each in NUMBER.findall(f"{title}\n{text}")}))
        copy = Copy(receiver, title, numbers, time.monotonic())
        with self.grown:
            self._keep({"accepted": receiver, "title": title, "numbers": numbers, "at": copy.at})
            self.copies.append(copy)
            self.grown.notify_all()

    def missing(self, receivers: Iterable[str]) -> list[str]:
        """Return what was not accepted yet, as `receiver N000001E`."""
        return list(_lost(self.told, self.copies, receivers))

    def wait(self, receivers: Iterable[str], timeout: float) -> bool:
        """Wait until every receiver has every number."""
        with self.grown:
            return self.grown.wait_for(lambda: not self.missing(receivers), timeout)

    def notice_since(self, moment: float) -> Copy | None:
        """Return the first notice accepted since a moment of the monotonic clock."""
        with self.grown:
            return next((each for each in self.copies if each.notice and each.at >= moment), None)

    def verdict(self, receivers: Iterable[str]) -> Verdict:
        """Judge all that was noted so far."""
        with self.grown:
            return judge(self.told, self.untold, self.copies, receivers)

    def close(self) -> None:
        """End the journal."""
        os.close(self._file)


def judge(told: set[int], untold: set[int], copies: Iterable[Copy], receivers: Iterable[str]) -> Verdict:
    """Return what became of the numbers. Notices may name numbers: of a dead message, for instance."""
    names = tuple(receivers)
    news = [each for each in copies if not each.notice]
    by_number: dict[tuple[str, int], list[Copy]] = defaultdict(list)
    for each in news:
        for number in each.numbers:
            by_number[each.receiver, number].append(each)
    further = [(key, each) for key, found in by_number.items() for each in found[1:]]
    return Verdict(
        published=len(told),
        accepted=len(news),
        lost=tuple(_lost(told, news, names)),
        doubled=tuple(f"{name} {_written(number)}" for (name, number), each in further if not each.marked),
        spurious=tuple(_spurious(told, untold, news)),
        marked=sum(each.marked for _, each in further),
        notices=sum(each.notice for each in copies),
    )


def _lost(told: set[int], copies: Iterable[Copy], receivers: Iterable[str]) -> Iterator[str]:
    had: dict[str, set[int]] = defaultdict(set)
    for each in copies:
        if not each.notice:
            had[each.receiver].update(each.numbers)
    return (f"{name} {_written(number)}" for name in receivers for number in sorted(told - had[name]))


def _spurious(told: set[int], untold: set[int], news: Iterable[Copy]) -> Iterator[str]:
    for each in news:
        if not each.numbers and EMPTY not in each.title:
            yield f"{each.receiver} {each.title!r}"
        for number in each.numbers:
            if number in untold or number not in told:
                yield f"{each.receiver} {_written(number)}"


def _written(number: int) -> str:
    return f"N{number:06}E"
