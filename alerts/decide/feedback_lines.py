"""Precision of rules and false alerts go in; words for it, and tests to paste into rules.yaml, come out. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from alerts.decide.feedback import Judgement, Precision
from alerts.render.words import plain


def shares(found: Sequence[Precision]) -> str:
    """Return the precision of a rule in words: "7 d: 3 of 4 relevant (75 %); 30 d: none judged"."""
    return "; ".join(f"{each.span.days} d: {_share(each)}" for each in found)


def _share(each: Precision) -> str:
    if each.share is None:
        return "none judged"
    return f"{each.relevant} of {each.judged} relevant ({each.share:.0%})".replace("%", " %")


def as_tests(false: Mapping[str, Sequence[Judgement]]) -> Iterator[str]:
    """Yield lines of YAML: for each rule the headlines that it must not match, each with who said why."""
    for rule, judgements in false.items():
        yield f"# rule {rule}"
        yield "tests:"
        yield "  no_match:"
        for each in judgements:
            reason = f": {plain(each.reason)}" if each.reason else ""
            yield f"    # {plain(each.by)}, {each.story}{reason}"
            # a string of JSON is one of YAML, whatever stands in it
            yield f"    - {json.dumps(plain(each.title), ensure_ascii=False)}"
