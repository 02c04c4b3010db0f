"""The text of a YAML file goes in; the same file comes out in block style, an item a line, with all its comments.

Only what stands between the scalars is laid out anew: each scalar stays as it is written, quotes and all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from crawler.config.layout_tree import COMMENT, GAP, Comment, Node, Tree
from crawler.config.yamlfile import spans

WIDTH = 120  # columns of a line; only a text without spaces or a comment is longer
SHORT = 80  # characters of a list or mapping in brackets that stays on one line
STEP = 2  # columns of a level


class LayoutError(ValueError):
    """A file that cannot be laid out, or whose meaning would change: nothing is to be written."""


def formatted(text: str) -> str:
    """Return a YAML text in our layout. Raise LayoutError where its meaning or a comment would be lost.

    `read_yaml` must have found no fault in it.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.endswith("\n"):
        if _outline(text + "\n") != _outline(text):
            raise LayoutError("the text at its end lacks its line break; end the last line")
        text += "\n"
    tree = Tree(text)
    root = tree.read()
    mark = ["---"] if tree.is_marked else []
    lines = [*mark, *_lines_of(root), *tree.tail]
    made = "\n".join(lines).lstrip("\n") + "\n"
    if made != text and (_outline(made) != _outline(text) or Counter(_comments(made)) != Counter(_comments(text))):
        raise LayoutError("its meaning would change, so it is left as it is; please report this file")
    return made


def _outline(text: str) -> list[tuple[str, str, str]]:
    """Return what a YAML text means: its parts without their places and brackets."""
    return [(each.kind, each.style if each.kind == "scalar" else "", each.text) for each in spans(text)]


def _comments(text: str) -> list[str]:
    return [found[0].rstrip() for start, end in _gaps(text) for found in COMMENT.finditer(text, start, end)]


def _gaps(text: str) -> Iterator[tuple[int, int]]:
    """Yield what stands between the scalars of a text: marks, blanks and comments."""
    last = 0
    for span in spans(text):
        if span.kind == "scalar":
            yield last, span.start
            last = span.end
    yield last, len(text)


# -- writing ------------------------------------------------------------------------------------------------------


def _lines_of(root: Node | None) -> list[str]:
    if root is None:
        return []
    lead = _raised(root, 0)
    return [*lead, *_block(root, 0)]


def _block(node: Node, indent: int) -> list[str]:
    """Return the lines of a node that begins on a line of its own; what stands above it is not among them."""
    if node.is_block_text:
        first, *rest = _block_text(node, indent)
        return [" " * indent + first, *rest]
    if (text := _in_line(node, indent)) is not None:
        return _beside(_folded(" " * indent + text, indent), node.beside)
    made: list[str] = []
    if node.span.kind == "sequence":
        for item in node.items:
            lead = _raised(item, indent + STEP)
            first, *rest = _block(item, indent + STEP)
            dash = "- " if first.strip() else "-"
            made += _indented(lead if made else _unspaced(lead), indent)
            made += [f"{' ' * indent}{dash}{first[indent + STEP :]}", *rest]
    else:
        for key, value in zip(node.items[::2], node.items[1::2], strict=True):
            made += [*_indented(key.lead if made else _unspaced(key.lead), indent), *_pair(key, value, indent)]
    return [*made, *_indented(node.tail, indent)]


def _pair(key: Node, value: Node, indent: int) -> list[str]:
    """Return the lines of a key and its value."""
    if not _is_word(key):
        raise LayoutError("a key that is no word on one line; write it as key: value")
    head, inner = f"{' ' * indent}{key.raw}:", indent + STEP
    lead = [each for each in value.lead if each]
    if value.is_block_text:
        first, *rest = _block_text(value, inner)
        return [*_indented([*lead, *([key.beside.text] if key.beside else [])], indent), f"{head} {first}", *rest]
    text = _in_line(value, len(head) + 1)
    if text is not None and not lead and not (key.beside and value.beside):
        return _beside(_folded(f"{head} {text}".rstrip(), inner), key.beside or value.beside)
    if text is None:
        _settle_opening(key, value, lead)
        lead = []
    return [*_beside([head], key.beside), *_indented(lead, inner), *_block(value, inner)]


def _settle_opening(key: Node, value: Node, lead: list[str]) -> None:
    """Put what stands beside and above a list or mapping beside its key, or above its first item."""
    if key.beside is None:
        key.beside = value.beside
    elif value.beside is not None:
        lead = [*lead, value.beside.text]
    value.beside, value.is_broken_up = None, True
    value.items[0].lead = [*lead, *_unspaced(value.items[0].lead)]


def _raised(node: Node, used: int) -> list[str]:
    """Return the lines above an item, and those that would stand between its dash and its first word.

    `used` are the columns before the item.
    """
    lead = node.lead
    if _in_line(node, used) is None and not node.is_scalar:
        inner = used + STEP if node.span.kind == "sequence" else used
        lead = [*lead, *_unspaced(_raised(node.items[0], inner))]
        node.items[0].lead = []
        if node.beside is not None and not _hang_first(node, node.beside, used):
            lead = [*lead, node.beside.text]
        node.beside, node.is_broken_up = None, True
    return lead


def _hang_first(node: Node, comment: Comment, used: int) -> bool:
    """Put a comment on the first line of a list or mapping; return False if it has no room or another stands there."""
    first, key = node.items[0], None
    if node.span.kind == "mapping":
        key, first = node.items[0], node.items[1]
        used += len(key.raw) + 2
        if first.is_block_text or first.lead or _in_line(first, used) is None:
            first, key = key, None
    elif first.is_block_text:
        return False
    elif _in_line(first, used + STEP) is None:
        return _hang_first(first, comment, used + STEP)
    if first.beside is not None or (key is not None and key.beside is not None):
        return False
    first.beside = comment
    if _in_line(first, used + STEP) is None:  # with the comment it has no room on one line
        first.beside = None
        return False
    return True


def _is_word(key: Node) -> bool:
    return key.is_scalar and not key.is_block_text and "\n" not in key.raw


def _in_line(node: Node, used: int) -> str | None:
    """Return a scalar, or a list or mapping in brackets that is short enough for the rest of a line, as text."""
    if node.is_scalar:
        return None if node.is_block_text else node.raw
    text = _short(node)
    room = WIDTH - used - (GAP + len(node.beside.text) if node.beside else 0)
    return text if text is not None and len(text) <= min(SHORT, room) else None


def _short(node: Node) -> str | None:
    """Return a list or mapping in brackets as one line, None if it is in block style or has comments inside."""
    if node.is_scalar:
        return None if "\n" in node.raw or not node.raw else node.raw
    if node.items and (node.is_broken_up or not node.span.style):
        return None
    parts: list[str] = []
    for item in node.items:
        text = _short(item)
        if text is None or item.beside or any(item.lead):
            return None
        parts.append(text)
    if node.tail:
        return None
    if node.span.kind == "sequence":
        return f"[{', '.join(parts)}]"
    return f"{{{', '.join(f'{key}: {value}' for key, value in zip(parts[::2], parts[1::2], strict=True))}}}"


def _block_text(node: Node, indent: int) -> list[str]:
    """Return a text under "|" or ">" with its lines moved to their new column; the first line is the mark."""
    mark, *lines = node.raw.split("\n")
    if "+" not in mark:
        while lines and not lines[-1].strip():
            lines.pop()
    elif lines:
        lines.pop()  # what follows the last line break
    # a text may begin with spaces of its own, which its value shows
    first = next((line for line in lines if line.strip()), "")
    own = next((line for line in node.span.text.split("\n") if line.strip()), "")
    old = _spaces(first) - _spaces(own)
    digit = re.search(r"[1-9]", mark.partition("#")[0])
    new = indent - STEP + int(digit[0]) if digit else indent
    return [mark.rstrip(), *(" " * new + line[old:] if line.strip() else line[old:] for line in lines)]


def _spaces(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _folded(text: str, indent: int) -> list[str]:
    """Return the lines of a scalar, those that are too long broken at single spaces, as YAML joins them again."""
    first, *rest = text.split("\n")
    lines: list[str] = []
    for line in (first, *(" " * indent + each.lstrip(" \t") if each.strip() else "" for each in rest)):
        left = line
        while len(left) > WIDTH and (at := _break(left)):
            lines.append(left[:at])
            left = " " * indent + left[at + 1 :]
        lines.append(left)
    return lines


def _break(line: str) -> int:
    """Return where a line may be broken: the last single space within WIDTH, else the first one behind; 0 for none."""
    # a space behind a backslash is escaped; one at the beginning is indentation, a dash's or a key's
    if not (quoted := re.match(r" *(?:- )*(?:[^\s\"'\[{][^\n]*?: )?(?=\S)", line)):
        return 0
    places = [each.start() for each in re.finditer(r"(?<=[^\s\\]) (?=[^\s#])", line) if each.start() > quoted.end()]
    return max((at for at in places if at <= WIDTH), default=min(places, default=0))


def _beside(lines: list[str], comment: Comment | None) -> list[str]:
    """Add a comment to the last of some lines, as far from it as it stood if the line is as it was."""
    if comment is None:
        return lines
    line = lines[-1]
    gap = max(comment.gap, 1) if _undashed(line) == _undashed(comment.beside) else GAP
    # kept so that comments stay in columns, unless the line is full
    gap = gap if len(line) + gap + len(comment.text) <= WIDTH else GAP
    return [*lines[:-1], f"{line}{' ' * gap}{comment.text}"]


def _undashed(line: str) -> str:
    return re.sub(r"^(?:- +)+", "", line.strip())


def _indented(lines: list[str], indent: int) -> list[str]:
    return [" " * indent + line if line else "" for line in lines]


def _unspaced(lead: list[str]) -> list[str]:
    """Return the lines above a first item, without blank ones at their head."""
    return lead[next((i for i, line in enumerate(lead) if line), len(lead)) :]
