"""The text of a rule goes out of its file to be tried, and in again as it would be saved. Pure.

A rule stands as an item of a list in block style, `- id: ...`, in lines of its own: so `watchfloor fmt` lays them out.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from crawler.config.yamlfile import Mapping, Node, Problem, Problems, Scalar, Sequence, read_yaml

LONGEST = 20_000  # characters of a rule
TRIED = "the rule"  # the name of its text in problems
_ITEM = re.compile(r"( *)- ")
_TOPIC = re.compile(r"\$[\w-]+|(?<=pir: ).+")


class NoDraft(Exception):
    """A text that is no rule to try, or a rule that cannot be taken out of its file; the message says why."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of a file that hold one rule, counted from 0, up to before `end`; `indent` is the column of its dash."""

    start: int
    end: int
    indent: int


def block_of(text: str, line: int) -> Block:
    """Return the lines of the rule that begins in a line, counted from 1. Raises NoDraft."""
    lines = text.splitlines()
    found = _ITEM.match(lines[line - 1]) if 0 < line <= len(lines) else None
    if found is None:
        raise NoDraft("this rule does not begin a line with a dash of its own; watchfloor fmt lays it out so")
    indent, end = len(found[1]), line
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip(" ")) > indent):
        end += 1
    while end > line and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1  # blank lines and comments behind it belong to what follows
    return Block(line - 1, end, indent)


def taken_out(text: str, line: int) -> str:
    """Return the text of the rule that begins in a line, at the left edge. Raises NoDraft."""
    block = block_of(text, line)
    lines = text.splitlines()[block.start : block.end]
    return "\n".join(each[block.indent :] if each.strip() else "" for each in lines) + "\n"


def put_in(text: str, block: Block, rule: str, *, behind: bool = False) -> str:
    """Return a file's text with a rule in place of the one in a block, or `behind` it; all else stays as it is."""
    lines = text.splitlines(keepends=True)
    ends = "\r\n" if lines[block.start].endswith("\r\n") else "\n"
    made = [f"{' ' * block.indent}{each}".rstrip() + ends for each in _item(rule)]
    at = block.end if behind else block.start
    before = lines[:at]
    if before and not before[-1].endswith(("\n", "\r")):  # the last line of a file that ends without one
        before[-1] += ends
    return "".join([*before, *made, *lines[block.end :]])


def file_of(rule: str, beside: str) -> str:
    """Return the text of a new file with one rule, which begins as one `beside` it where that is a comment."""
    head = next(iter(beside.splitlines()), "")
    lines = [*([head] if head.startswith("#") else []), "rules:", *(f"  {each}".rstrip() for each in _item(rule))]
    return "\n".join(lines).rstrip() + "\n"


def about(rule: str) -> frozenset[str]:
    """Return by what the text of a rule is known to be of one topic with others: its $names and what it answers."""
    return frozenset(_TOPIC.findall(rule))


def _item(rule: str) -> list[str]:
    """Return the lines of a rule as an item of a list, also where it was given without the dash."""
    lines = rule.splitlines()
    while lines and not lines[0].strip():
        lines.pop(0)
    left = min((len(each) - len(each.lstrip(" ")) for each in lines if each.strip()), default=0)
    lines = [each[left:].rstrip() for each in lines]
    first = next((each for each in lines if each and not each.startswith("#")), "")
    if first.startswith("- "):
        return lines
    return [f"{'  ' if number else '- '}{each}".rstrip() for number, each in enumerate(lines)]


def id_of(rule: str) -> str:
    """Return the id of the one rule that a text is. Raises NoDraft."""
    if len(rule) > LONGEST:
        raise NoDraft(f"a rule has at most {LONGEST:,} characters; this one has {len(rule):,}")
    if not rule.strip():
        raise NoDraft("write a rule: id, title, severity, match; or begin with one of the rules in force")
    problems = Problems()
    root = read_yaml("\n".join(_item(rule)) + "\n", TRIED, problems)
    if problems:
        raise NoDraft("\n".join(_said(each) for each in problems))
    if isinstance(root, Sequence) and len(root.items) > 1:
        raise NoDraft(f"one rule at a time: this text holds {len(root.items)}; leave the one to try")
    mapping = _only(root)
    name = mapping.get("id") if mapping else None
    if mapping is None or not isinstance(name, Scalar):
        raise NoDraft("this is no rule: write one, with its id, as `- id: my-rule` and its other keys below")
    return name.text


def in_shadow(rule: str) -> str:
    """Return a rule with `mode: shadow` behind its keys, in which it need not say whom it notifies."""
    lines = _item(rule)
    first = next((each for each in lines if each.startswith("- ")), "- ")
    keys = first[1:].lstrip(" ")
    if keys.startswith("{"):
        return "\n".join(lines).rstrip().removesuffix("}") + ", mode: shadow}"
    return "\n".join([*lines, " " * (len(first) - len(keys)) + "mode: shadow"])


def _said(problem: Problem) -> str:
    return f"line {problem.place.line}: {problem.message}"


def _only(root: Node | None) -> Mapping | None:
    if isinstance(root, Sequence) and len(root.items) == 1 and isinstance(root.items[0], Mapping):
        return root.items[0]
    return None


def patch(name: str, before: str, after: str) -> str:
    """Return the change of a file as a unified diff, for `patch -p1`; "" where nothing changes."""
    ours, theirs = before.splitlines(), after.splitlines()
    was = f"a/{name}" if before else "/dev/null"
    return "\n".join(difflib.unified_diff(ours, theirs, was, f"b/{name}", lineterm=""))
