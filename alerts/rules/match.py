"""Match rules against an article: title and body are read once for all rules, and only likely rules are tested.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from alerts.alert import Match, Severity
from alerts.event import EventMention
from alerts.rule import Condition, Config, Rule, Score
from alerts.rules.event_mention import EventReader
from alerts.rules.events import asking
from alerts.rules.lexicon import EXCEPT, Lexicon, terms_of
from alerts.rules.nearness import Likeness, Sense, must_compare
from alerts.rules.operators import evaluate
from alerts.rules.possible import Need, Needs, Seen
from alerts.rules.reading import FIELDS, Looked, Mention, Mentions, Reading, look, read
from alerts.rules.scale import grade
from alerts.rules.sharing import shared
from crawler.article import Article
from crawler.stories.corrections import is_correction, may_correct


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rules find in an article: the matches, and the event it tells if there is a match.

    `asks`: a rule or a row of the scale wants to know what the headline reads like, which nobody had compared.
    """

    matches: tuple[Match, ...] = ()
    event: EventMention | None = None
    asks: bool = False


class Matcher:
    """All live and shadow rules of a config, compiled. It never changes: a reload makes a new one."""

    def __init__(self, config: Config) -> None:
        self.rules = shared(rule for rule in config.rules if rule.mode != "off")
        self._events = EventReader(config)
        self._compares = bool(config.languages)
        self._lexicon = Lexicon(config, self.rules, self._events.terms)
        self._called: dict[str, list[tuple[int, Need]]] = {}
        self._always: list[int] = []
        needs = Needs(self._lexicon.spellings())
        for number, rule in enumerate(self.rules):
            # without a model no headline is compared: such a rule would only cost, as names call for it all day
            if config.languages or not must_compare(rule.match):
                self._index(number, rule, needs)

    def _index(self, number: int, rule: Rule, needs: Needs) -> None:
        """Index a rule by terms of which one is found whenever it matches, with what else it needs then."""
        need = needs.of(rule.match)
        if need is None:
            self._always.append(number)  # tried for every article: a regex, a URL, a `like`
            return
        for each in need.alternatives():
            for term in needs.calls(each):
                self._called.setdefault(term, []).append((number, each))

    def match(self, article: Article) -> tuple[Match, ...]:
        """Return the matches of an article, in the order of the rules in the file."""
        return self.find(article).matches

    def match_of(self, name: str, article: Article) -> Match | None:
        """Return what `match` gives of one rule, named by its id, without judging the others."""
        looked = look(article, self._lexicon)
        rule = next(iter(self._likely(looked, name)), None)
        return judge(rule, read(article, self._lexicon, looked)) if rule else None

    def find(self, article: Article, likeness: Likeness | None = None) -> Finding:
        """Return the matches of an article, in the order of the rules in the file, and the event it tells.

        `likeness` is what its headline reads like, None where no language model compared it.
        """
        looked = look(article, self._lexicon)
        likely = self._likely(looked)
        # a correction may match nothing ("no US soldiers were killed") and is told to those who were told of its event
        corrects = may_correct(article.title, looked["title"].folded.text) and is_correction(article.title)
        if not likely and not corrects:
            return Finding()
        reading = read(article, self._lexicon, looked, Sense(likeness))
        matches = tuple(match for rule in likely if (match := judge(rule, reading)))
        event = self._events.read(reading) if matches or corrects else None
        scaled = {rule.id for rule in likely if rule.scale}
        asks = self._compares and reading.sense.asked and _is_open(matches, scaled, reading.sense)
        return Finding(matches, event, asks)

    def _likely(self, looked: Looked, name: str = "") -> list[Rule]:
        """Return the rules that may match what was looked up, in their order; with a `name` that one alone."""
        terms = {field: self._lexicon.terms(found) for field, found in looked.items()}
        seen = Seen(terms, lambda field: self._lexicon.places(looked[field]))
        numbers = set(self._always)
        for term in seen.terms:
            # locating and judging words costs most, so trees that cannot hold are dropped first
            for number, need in self._called.get(term, ()):
                if number not in numbers and (not name or self.rules[number].id == name) and seen.meets(need):
                    numbers.add(number)
        return [self.rules[number] for number in sorted(numbers) if not name or self.rules[number].id == name]

    def event(self, article: Article) -> EventMention | None:
        """Return the event that an article tells, whether a rule matches it or not."""
        return self._events.read(self.read(article))

    def read(self, article: Article, likeness: Likeness | None = None) -> Reading:
        """Return an article as these rules read it."""
        return read(article, self._lexicon, look(article, self._lexicon), Sense(likeness))


def _is_open(matches: tuple[Match, ...], scaled: Set[str], sense: Sense) -> bool:
    """Return whether the words leave open how grave an article is: no rule told it as grave, nor why it is not.

    Only a rule that goes by the scale (`scaled`) says why it is not: one of a fixed severity says nothing of it.
    """
    if max((each.severity for each in matches), default=Severity.ROUTINE) >= Severity.IMMEDIATE:
        return False
    graded = [each for each in matches if each.rule in scaled]
    most = max((each.severity for each in graded), default=Severity.ROUTINE)
    return all(each.rule in sense.open for each in graded if each.severity is most)


def judge(rule: Rule, reading: Reading) -> Match | None:
    """Return the match of a rule, None if its language, its condition tree or its score does not allow one."""
    if not speaks(rule, reading):
        return None
    unmasked = mask(rule, reading)
    mentions = evaluate(rule.match, unmasked)
    if mentions is None:
        return None
    if rule.scale:
        graded = grade(rule, unmasked, mentions)
        if graded.is_open:
            reading.sense.open.add(rule.id)
        return Match(rule.id, graded.severity, None, reading.hits(mentions), graded.why)
    total = None if rule.score is None else reckon(rule, rule.score, unmasked).total
    severity = severity_of(rule, total)
    return None if severity is None else Match(rule.id, severity, total, reading.hits(mentions))


def speaks(rule: Rule, reading: Reading) -> bool:
    """Return whether the article is in a language of the rule; one of unknown language is in each."""
    lang = reading.article.lang
    return not rule.lang or not lang or lang.partition("-")[0] in rule.lang


def mask(rule: Rule, reading: Reading) -> Reading:
    """Return the reading without the mentions that overlap what the rule's `except` finds."""
    masks = [each for term in rule.masks for each in reading.mentions.get(f"{EXCEPT}{term}", ())]
    # conditions are tested on the unmasked reading: one mask cannot hide what another one needs
    masks += [each for condition in rule.masking for each in evaluate(condition, reading) or ()]
    if not masks:
        return reading
    hidden = frozenset(masks)
    known: Reading | None = reading.known.get(hidden)  # most rules have the same masks
    if known is None:
        known = reading.known[hidden] = reading.only(lambda each: not any(each.overlaps(other) for other in hidden))
    return known


def severity_of(rule: Rule, total: float | None) -> Severity | None:
    """Return the severity of the highest step the score reaches, None if it reaches none."""
    if not rule.steps:
        return rule.severity
    # steps rise, as `rulebook` has checked: the last one reached is the highest
    reached = [severity for least, severity in rule.steps if total is not None and total >= least]
    return reached[-1] if reached else None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How a score was computed: (name, times, weight) of each part, and the sum."""

    parts: tuple[tuple[str, int, float], ...]
    total: float


def reckon(rule: Rule, score: Score, reading: Reading) -> Reckoning:
    """Return how a score is computed: the number of places mentioned in each field times its weight, plus the boosts.

    A place is counted once, whatever number of terms are found there (decision 16).
    """
    counted = dict.fromkeys(("title", "lead", "body"), 0)
    for mention in _places(reading, set(positive_terms(rule.match))):
        is_lead = score.lead is not None and mention.field == "body" and reading.word(mention) < score.lead_words
        counted["lead" if is_lead else mention.field] += 1
    weights = {"title": score.title, "lead": score.lead or 0.0, "body": score.body}
    parts = [(name, n, weights[name]) for name, n in counted.items() if n]
    for number, boost in enumerate(score.boosts, 1):
        if evaluate(boost.condition, reading) is not None:
            # a boost counts once, however often its condition is met
            parts.append((f"boost {number}", 1, boost.add))
    # rounded: in floating point 0.7 + 0.1 is less than 0.8 and would miss a step there
    return Reckoning(tuple(parts), round(sum(n * weight for _, n, weight in parts), 6))


def positive_terms(condition: Condition) -> Iterable[str]:
    """Yield the terms that a condition asks for; those under a `none` are left out."""
    if condition.op == "none":
        return
    if condition.op == "term":
        yield condition.term
    for child in asking(condition):
        yield from positive_terms(child)


def _places(reading: Reading, terms: set[str]) -> Mentions:
    """Return the mentions of the terms in reading order; of overlapping ones the first, and of these the longest."""
    found = {each for term in terms for each in reading.mentions.get(term, ())}
    kept: list[Mention] = []
    for each in sorted(found, key=lambda each: (FIELDS.index(each.field), each.start, -each.end)):
        if not kept or not kept[-1].overlaps(each):
            kept.append(each)
    return tuple(kept)


__all__ = ["Matcher", "Reckoning", "judge", "mask", "positive_terms", "reckon", "severity_of", "speaks", "terms_of"]
