"""Explain why a rule matched an article or did not: condition tree, score arithmetic, nearest miss. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from alerts.alert import Match
from alerts.rule import Condition, Rule
from alerts.rules import events
from alerts.rules.event_misses import ROLE_WORDS, Obstacle, nearest_attempt
from alerts.rules.fields import narrowed
from alerts.rules.headline import marks, parts
from alerts.rules.match import Matcher, judge, mask, reckon, severity_of, speaks
from alerts.rules.nearness import distance_of
from alerts.rules.operators import evaluate, groups_of
from alerts.rules.proximity import closest
from alerts.rules.reading import Mentions, Reading
from alerts.rules.scale import grade, where
from alerts.rules.text_operators import most_like
from alerts.rules.within import away_of, nearest_beyond
from crawler.article import Article


@dataclass(frozen=True, slots=True)
class Node:
    """A condition with its result. `words` are what was found for it; `miss` says how near it came, "" if it holds."""

    label: str
    holds: bool
    words: tuple[str, ...] = ()
    miss: str = ""
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a rule matched an article or did not. `miss` is the nearest miss in one line, "" for a match."""

    rule: str
    version: str
    match: Match | None
    tree: Node
    score: str = ""
    scale: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    miss: str = ""


def explain(matcher: Matcher, rule: Rule, article: Article) -> Explanation:
    """Return the explanation of one rule for one article."""
    return explained(rule, matcher.read(article))


def explained(rule: Rule, whole: Reading) -> Explanation:
    """Return the explanation of one rule for an article as the rules read it."""
    # judged on the whole reading, as in the line; the tree shows what the masks of `except` leave of it
    reading = mask(rule, whole)
    tree = _node(rule.match, reading)
    match = judge(rule, whole)
    score = score_of(rule, reading)
    hidden = _words(whole, _difference(whole, reading))
    missed = "" if match else _miss(rule, whole, tree, score)
    return Explanation(rule.id, rule.version, match, tree, score, _scale(rule, reading), hidden, missed)


def _difference(whole: Reading, reading: Reading) -> Mentions:
    """Return the mentions that the rule's `except` masks; those of the masks themselves are left out."""
    kept = {each for found in reading.mentions.values() for each in found}
    lost = [
        each
        for term, found in whole.mentions.items()
        for each in found
        if each not in kept and not term.startswith("except:")
    ]
    return tuple(lost)


def _node(condition: Condition, reading: Reading) -> Node:
    # the children of a field see that field only, as they do when the rule is tested
    inner = narrowed(condition.op, reading) if condition.op in {"title", "lead", "body"} else reading
    found = evaluate(condition, reading)
    # the places of a `within` are as many as a region has: those that are named say it
    asked = () if condition.op == "within" else events.asking(condition)
    children = tuple(_node(child, inner) for child in asked)
    words = _words(reading, found or ()) if not children else ()  # a group shows those of its children
    if found and condition.op == "within":
        words = (*words, away_of(condition, found))
    return Node(label(condition), found is not None, words, lack_of(condition, inner, found), children)


def label(condition: Condition) -> str:
    """Return a condition as one line of the tree, without its children: "all of", "near(base, militia) within 25"."""
    options = condition.options
    parts = ", ".join(_short(child) for child in condition.children)
    if isinstance(values := options.get("values"), tuple):
        return f"{condition.op} is {' or '.join(str(each) for each in values)}"
    written = {
        "term": condition.term,
        "any": "any of",
        "all": "all of",
        "none": "none of",
        "at_least": f"at least {options.get('k')} of",
        "near": f"near({parts}) within {options.get('within')}{', in this order' if options.get('ordered') else ''}",
        "same": f"same {options.get('unit')}({parts})",
        "filter": f"filter {options.get('name')}",
        "within": f"within {options.get('km'):g} km of {options.get('of')}" if condition.op == "within" else "",
        "event": f"event({_roles(condition)})" if condition.op == "event" else "",
        "regex": f"regex /{options.get('pattern')}/",
        "reads_like": f"reads like an example of {options.get('kind')}",
        "like": f"like an example, at least {options.get('min_similarity')}",
    }
    return written.get(condition.op, f"in the {condition.op}")


def _roles(condition: Condition) -> str:
    """Return what an event condition asks for: "deed strike, attack; on base"."""
    deeds, *parties = events.asking(condition)
    asked = [f"deed {', '.join(each.term.removeprefix(f'${events.DEED}') for each in deeds.children)}"]
    asked += [f"{role} {_short(each)}" for role, each in zip(events.roles(condition), parties, strict=True)]
    return "; ".join([*asked, *map(str, events.numbers_asked(condition))])


def _obstacle(each: Obstacle) -> str:
    """Return what an event lacks, and what stands there: 'where it is done: no word of it'."""
    return each.why or f"{ROLE_WORDS[each.role]}: no word of it{each.seen and f', {each.seen}'}"


def _stands(event: events.Event, reading: Reading) -> str:
    """Return how a deed that was found stands, and by which word: 'strike: expected ("will")'."""
    cue = f' ("{reading.hit(event.cue).text}")' if event.cue else ""
    return f"{reading.hit(event.deed).text}: {event.standing}{cue}"


def _short(condition: Condition) -> str:
    """Return a condition as a part of a line: a term as it is written, a group as its parts joined by |."""
    if condition.op == "filter":
        return str(condition.options["name"])
    if condition.op == "term":
        return condition.term.removeprefix("$")
    if condition.op == "within":
        return label(condition)
    return "|".join(_short(child) for child in condition.children) or label(condition)


def _words(reading: Reading, mentions: Mentions) -> tuple[str, ...]:
    """Return each spelling found once, with its fields and how often it was found."""
    counted = Counter((hit.text, hit.field, hit.alias) for hit in reading.hits(mentions))
    return tuple(
        f'"{text}" in the {field}{f" x {n}" if n > 1 else ""}{"" if _same(text, alias) else f" as {alias}"}'
        for (text, field, alias), n in counted.items()
    )


def _same(text: str, alias: str) -> bool:
    return text.casefold() == alias.casefold().removeprefix("=")


def lack_of(condition: Condition, reading: Reading, found: Mentions | None) -> str:
    """Return in words how near a condition came that does not hold, "" where there is nothing to say."""
    if found is not None:
        return ""
    if condition.op == "near":
        distance = closest(reading, groups_of(condition, reading))
        return f"closest {distance}" if distance is not None else ""
    if condition.op == "event":
        nearest = nearest_attempt(condition, reading, evaluate)
        lacks = [*(["no such deed"] if nearest.deed is None else []), *map(_obstacle, nearest.obstacles)]
        return "; ".join(lacks) or "no one deed has all of them"
    if condition.op in _CLOSEST:
        return _CLOSEST[condition.op](condition, reading)
    if "values" in condition.options:
        return f"it is {_value(condition.op, reading.article) or 'unknown'}"
    return ""


_CLOSEST: dict[str, Callable[[Condition, Reading], str]] = {
    "within": nearest_beyond,
    "like": lambda condition, reading: f"closest {most_like(condition, reading)[0]:.2f}",
    "reads_like": lambda _, reading: distance_of(reading.sense),
}


def _value(op: str, article: Article) -> str:
    """Return the property of the article that an operator compares."""
    if op == "headline_part":
        return " | ".join(parts(article.title))
    if op == "headline_mark":
        return ", ".join(sorted(marks(article.title)))
    return str((article.outlet if op == "source" else getattr(article, op)) or "")


def score_of(rule: Rule, reading: Reading) -> str:
    """Return the arithmetic of the score in one line: "title 1 x 4 + body 2 x 0.5 = 5: priority (priority from 3)"."""
    if rule.score is None:
        return ""
    made = reckon(rule, rule.score, reading)
    parts = " + ".join(f"{name} {n} x {weight:g}" for name, n, weight in made.parts) or "nothing"
    reached = severity_of(rule, made.total)
    steps = ", ".join(f"{severity.word} from {least:g}" for least, severity in rule.steps)
    verdict = reached.word if reached else "no step"
    return f"{parts} = {made.total:g}: {verdict}{f' ({steps})' if steps else ''}"


def _scale(rule: Rule, reading: Reading) -> tuple[str, ...]:
    """Return in lines which row of the scale gave a match its severity, and which rows above it came near."""
    found = evaluate(rule.match, reading) if rule.scale else None
    if found is None:
        return ()
    made = grade(rule, reading, found)
    limit = "" if made.row is None or made.row.severity == made.severity else f" says {made.row.severity.word}, limited"
    decided = f"{made.severity.word}{limit}: {made.why or 'no row of the scale holds'}, in the {where(found)}"
    seen = narrowed(where(found), reading)
    above = [row for row in rule.scale if made.row is None or row.number < made.row.number]
    near = [(row, _stood(row.condition, seen)) for row in above]
    return (decided, *(f"not row {row.number}, {row.severity.word}: {row.why} ({miss})" for row, miss in near if miss))


def _stood(condition: Condition, reading: Reading) -> str:
    """Return how the first deed stands that a row asks for otherwise: 'struck: expected ("will")'; "" if none does."""
    if condition.op == "event":
        wanted = condition.options["standing"]
        assert isinstance(wanted, tuple)
        found = events.events(condition, reading, evaluate)
        return next((_stands(each, reading) for each in found if each.standing not in wanted), "")
    return next((stands for each in condition.children if (stands := _stood(each, reading))), "")


def _miss(rule: Rule, whole: Reading, tree: Node, score: str) -> str:
    """Return in one line why the rule did not match: its language, its tree or its score."""
    # in the order in which `judge` asks
    if not speaks(rule, whole):
        return f"the article is in {whole.article.lang}, the rule watches {', '.join(rule.lang)}"
    if tree.holds:
        return f"the tree holds, the score reaches no step: {score}"
    clauses = tree.children or (tree,)
    held = sum(each.holds for each in clauses)
    missing = "; ".join(_named(each) for each in _missing(tree))
    counted = f"{held} of {len(clauses)} clauses" if held < len(clauses) else "its parts hold, but not together"
    return f"{counted}; missing: {missing}"


def _missing(node: Node) -> Iterator[Node]:
    """Yield the clauses that made the tree fail: below an `all`, those that do not hold."""
    # only an `all` fails by single clauses; any other operator failed as a whole
    if node.label != "all of":
        yield node
        return
    for child in node.children:
        if not child.holds:
            yield from _missing(child)


def _named(node: Node) -> str:
    """Return a clause in one line: what it asks for, or which forbidden word was found."""
    if node.label == "none of":
        found = [word for child in node.children if child.holds for word in child.words]
        return f"none of these may stand: {', '.join(found) or 'a forbidden condition'}"
    leaves = [child.label for child in node.children]
    inside = (
        f"({', '.join(leaves[:4])}{', ...' if len(leaves) > 4 else ''})" if leaves and "(" not in node.label else ""
    )
    return f"{node.label}{inside}{f', {node.miss}' if node.miss else ''}"


def lines(explanation: Explanation, *, full: bool = True) -> Iterator[str]:
    """Yield an explanation as lines of text.

    Without `full`, a match shows only the conditions that hold, and a miss no tree but the line on the nearest miss.
    """
    match = explanation.match
    verdict = f"matches, {match.severity.word}" if match else "does not match"
    yield f"{explanation.rule} (version {explanation.version}): {verdict}"
    if full or match:
        yield from _tree(explanation.tree, 1, full=full)
    if explanation.masked:
        yield f"  masked by except: {', '.join(explanation.masked)}"
    if explanation.score:
        yield f"  score: {explanation.score}"
    for line in explanation.scale:
        yield f"  scale: {line}"
    if explanation.miss:
        yield f"  nearest: {explanation.miss}"


def _tree(node: Node, depth: int, *, full: bool) -> Iterator[str]:
    words = f": {', '.join(node.words)}" if node.words else ""
    miss = f" ({node.miss})" if node.miss else ""
    yield f"{'  ' * depth}{'+' if node.holds else '-'} {node.label}{words}{miss}"
    for child in node.children:
        if full or (child.holds and _tells(child)):
            yield from _tree(child, depth + 1, full=full)


def _tells(node: Node) -> bool:
    """Return whether a condition that holds says anything: "none of", of which nothing was found, does not."""
    return bool(node.words) or not node.children or any(_tells(each) for each in node.children if each.holds)
