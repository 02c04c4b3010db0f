"""Find what a valid rules.yaml would still do badly: tests that fail, and warnings with place and remedy. Pure."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

from alerts.alert import Match
from alerts.rule import Condition, Config, Entity, Rule
from alerts.rules import scale
from alerts.rules.dead_terms import dead_beside
from alerts.rules.event_cues import STANDING
from alerts.rules.event_lists import unseen_standings
from alerts.rules.event_mention import GROUP, PARTY
from alerts.rules.events import DEED
from alerts.rules.everywhere import everywhere
from alerts.rules.forms.paradigm import is_paradigm
from alerts.rules.lexicon import expand, terms_of_rules
from alerts.rules.match import Matcher, positive_terms
from alerts.rules.nearness import EXAMPLE
from alerts.rules.never import impossible_patterns, swallowed
from alerts.rules.translit import SHORTEST_SKELETON, skeleton
from alerts.rules.unread import unread
from alerts.rules.unsourced import unsourced
from crawler.article import Article
from crawler.config.nearest import nearest
from crawler.config.problems import Problem
from crawler.parse.provenance import strangers
from crawler.sources.addresses import Guard
from crawler.text.folding import fold

TEST_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # of the headlines under `tests`; no operator asks for it
MEND = "mend the rule or the headline (watchfloor explain says what was found)"  # where a rule's own test failed
BROAD_A_DAY = 50.0  # matches a day; a rule with more floods its reader


def compiled_to_test(config: Config) -> Matcher:
    """Return all rules compiled: a rule that is off is tested too, so that it works when it is switched on."""
    return Matcher(replace(config, rules=tuple(replace(rule, mode="live") for rule in config.rules)))


def runs_as_tested(config: Config) -> bool:
    """Return whether a watch matches as `compiled_to_test` does: a rule in shadow is compiled as a live one is."""
    return all(rule.mode != "off" for rule in config.rules)


def failed_tests(config: Config, matcher: Matcher | None = None) -> list[Problem]:
    """Return a problem for each of the rules' own tests that fails; `matcher` is that of `compiled_to_test`."""
    compiled = matcher or compiled_to_test(config)
    return [problem for rule in config.rules for problem in _failed(rule, compiled)]


def _failed(rule: Rule, matcher: Matcher) -> Iterator[Problem]:
    for headline, place in rule.tests.match:
        if _match(rule, matcher, headline) is None:
            said = f'test of rule "{rule.id}" failed: expected a match, got none, for "{headline}"'
            yield Problem(place, f"{said}; {MEND}")
    for headline, place in rule.tests.no_match:
        if (match := _match(rule, matcher, headline)) is not None:
            words = ", ".join(f'"{hit.text}" ({hit.term})' for hit in match.hits)
            said = f'test of rule "{rule.id}" failed: expected no match, got one by {words}, for "{headline}"'
            yield Problem(place, f"{said}; {MEND}")


def _match(rule: Rule, matcher: Matcher, headline: str) -> Match | None:
    return matcher.match_of(rule.id, Article("test", "test", headline, TEST_TIME))


def warnings(config: Config) -> list[Problem]:
    """Return a problem for everything that has no effect, or one that nobody can want; sorted by place."""
    found = [
        *_untested(config),
        *_unused(config),
        *_misspelt_kinds(config),
        *_repeated(config),
        *_shared_aliases(config),
        *_look_alikes(config),
        *unread(config),
        *_dead_terms(config),
        *_one_way(config),
        *(Problem(place, message) for place, message in scale.faults(config.scale, config.rules)),
        *never_holding(config),
        *_never_polled(config),
        *unseen_standings(config),
        *everywhere(config),
    ]
    return sorted(set(found))


def never_holding(config: Config) -> list[Problem]:
    """Return those of the `warnings` that name what can never hold: words, patterns, sources, languages, confirmation.

    They take a tenth of the time of all, so that a reload and a trial can afford them.
    """
    found = [
        *_shadowed(config),
        *_never_confirmed(config),
        *impossible_patterns(config),
        *swallowed(config),
        *unsourced(config),
    ]
    return sorted(set(found))


def too_broad(config: Config, counts: Mapping[str, int], days: float, limit: float = BROAD_A_DAY) -> list[Problem]:
    """Return a problem for each rule that would fire more than `limit` times a day, given its count over `days`."""
    return [
        Problem(rule.place, f'rule "{rule.id}" fires {counts[rule.id] / days:.0f} x a day; narrow it')
        for rule in config.rules
        if counts.get(rule.id, 0) / days > limit
    ]


def _untested(config: Config) -> Iterator[Problem]:
    for rule in config.rules:
        compared = any(rule.match.of("reads_like"))  # no headline matches where no language model reads it
        if not (rule.tests.no_match and (rule.tests.match or compared)):
            yield Problem(rule.place, f'rule "{rule.id}" has no tests of both kinds; add match and no_match headlines')


READ_BY_NAME = (DEED, STANDING, PARTY, GROUP, EXAMPLE)


def _unused(config: Config) -> Iterator[Problem]:
    named = {term[1:] for term in terms_of_rules(config.rules) if term.startswith("$")}
    # an event may be at any place, whether a rule asks for it or not
    reached = {entity for name in (*named, *config.places) for entity in config.kinds.members(name)}
    for entity in config.entities.values():
        if entity.id not in reached:
            yield Problem(entity.place, f'entity "{entity.id}" is dead: no rule names it or a kind it is')
    for each in config.lists.values():
        # lists of these names are read for every event, whether a rule asks for them or not
        if (
            each.id not in named
            and not each.id.startswith(READ_BY_NAME)
            and each.id not in (*config.events.things, *config.events.phrases)
        ):
            yield Problem(each.place, f'list "{each.id}" is dead: no rule names it')


def _misspelt_kinds(config: Config) -> Iterator[Problem]:
    """Yield kinds that nothing asks for and that are spelt nearly as one that is asked for, or that others are."""
    of = Counter(kind for each in config.entities.values() for kind in each.is_a)
    asked = {term[1:] for term in terms_of_rules(config.rules) if term.startswith("$")}
    asked.update(config.places, config.entities, *config.events.opposed, *config.events.homes.values())
    for entity in config.entities.values():
        for kind in entity.is_a:
            others = asked & of.keys() | {each for each in of if of[each] > of[kind]}
            near = "" if kind in asked else nearest(kind, others)
            if near:
                yield Problem(entity.place, f'"{entity.id}" is_a "{kind}", a kind that nothing asks for{near}')


def _repeated(config: Config) -> Iterator[Problem]:
    """Yield terms of one list or entity that differ only in case and marks.

    An Arabic and a Persian spelling fold to the same letters too. They are not reported: both written show what is
    covered (decision 25).
    """
    words = [(each.id, each.place, each.terms) for each in config.lists.values()]
    words += [(each.id, each.place, each.aliases) for each in config.entities.values()]
    for name, place, terms in words:
        counted = Counter(_unmarked(term) for term in terms if not term.startswith("="))
        for term in terms:
            if not term.startswith("=") and counted[_unmarked(term)] > 1:
                counted[_unmarked(term)] = 0  # one problem, however often it stands there
                yield Problem(place, f'"{term}" stands more than once in "{name}" but for case and marks')


def _unmarked(term: str) -> str:
    """Return a term without case, marks, apostrophes and hyphens, in its own script; "strike~" is not "strike"."""
    plain = unicodedata.normalize("NFKD", term).casefold()
    return " ".join(
        "".join(
            each if each.isalnum() or each in "*?~" else " " * (each == "-" or each.isspace()) for each in plain
        ).split()
    )


def _shared_aliases(config: Config) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for entity in config.entities.values():
        for alias in entity.aliases:
            other = first.setdefault(fold(alias), entity.id)
            if other != entity.id:
                yield Problem(entity.place, f'alias "{alias}" belongs to "{other}" too; take it out of one')


def _look_alikes(config: Config) -> Iterator[Problem]:
    """Yield names that are part of another name, or that fuzzy matching cannot tell apart, where `not_like` is missing.

    If the longer name's entity is one of the shorter's kind (`is_a`), that is no fault: Baghdad airport is in Baghdad.
    """
    names = [(entity, alias, fold(alias)) for entity in config.entities.values() for alias in entity.aliases]
    by_bones: dict[str, set[str]] = {}
    for entity, _, folded in names:
        if entity.fuzzy is not None:
            by_bones.setdefault(_bones(folded), set()).add(entity.id)
    around = _by_part(names)
    for entity, alias, folded in names:
        known = {fold(each) for each in entity.not_like}
        own = config.kinds.members(entity.id)
        for other, longer, inside in around.get(folded, ()):
            if inside not in known and other.id not in own:
                yield Problem(
                    entity.place,
                    f'"{alias}" stands inside "{longer}" of "{other.id}"; if that is another, add it to not_like',
                )
        # equal skeletons are found as one name; only the ratio of letters then decides, and it may not (decision 14)
        alike = by_bones.get(_bones(folded), set()) - {entity.id} if entity.fuzzy is not None else set()
        for name in sorted(alike) if len(_bones(folded)) >= SHORTEST_SKELETON and not known else ():
            yield Problem(entity.place, f'"{alias}" is spelled like a name of "{name}"; say not_like in both')


def _by_part(names: Sequence[tuple[Entity, str, str]]) -> dict[str, list[tuple[Entity, str, str]]]:
    """Return the names in which folded text stands with more words beside it, by that text, in their order."""
    found: dict[str, list[tuple[Entity, str, str]]] = {}
    for name in names:
        words = name[2].split()
        spans = combinations(range(len(words) + 1), 2)
        for part in {" ".join(words[first:last]) for first, last in spans if last - first < len(words)}:
            found.setdefault(f" {part} ", []).append(name)
    return found


def _bones(folded: str) -> str:
    """Return the consonant skeletons of a folded name, without its articles."""
    return " ".join(filter(None, (skeleton(word) for word in folded.split())))


def _shadowed(config: Config) -> Iterator[Problem]:
    """Yield terms that a rule both asks for and forbids: they can never make it fire."""
    spelt: dict[str, frozenset[str]] = {}  # rules ask for the same lists

    def folded(term: str) -> frozenset[str]:
        if term not in spelt:
            spelt[term] = frozenset(fold(meaning.alias) for meaning in expand(config, term))
        return spelt[term]

    for rule in config.rules:
        forbidden = frozenset().union(*map(folded, _forbidden(rule.match)))
        for term in dict.fromkeys(positive_terms(rule.match)):
            wanted = folded(term)
            # only where every spelling is forbidden: one that is left can still match
            if wanted and wanted <= forbidden:
                yield Problem(rule.place, f'rule "{rule.id}" asks for "{term}" and forbids it; it never counts')


def _forbidden(condition: Condition) -> Iterable[str]:
    """Return the terms that prevent a match wherever they occur: those of a `none` at the top of the tree."""
    if condition.op == "none":
        return [child.term for child in condition.children if child.op == "term"]
    if condition.op == "all":
        return [term for child in condition.children for term in _forbidden(child)]
    return []


def _dead_terms(config: Config) -> Iterator[Problem]:
    """Yield terms of one `any` that another of its terms always finds too. With a score both count, so none is dead."""
    for rule in config.rules:
        for group in _groups(rule.match) if rule.score is None else ():
            terms = [child for child in group.children if child.op == "term" and not child.term.startswith(("$", "="))]
            words = [each.term for each in terms]
            dead = dict(dead_beside(words, words))
            for child in terms:
                if other := dead.get(child.term):
                    yield Problem(child.place, f'"{child.term}" is dead beside "{other}", which finds as much')
    for each in config.lists.values():
        for term, other in dead_beside(each.terms, tuple(filter(is_paradigm, each.terms))):
            yield Problem(each.place, f'"{term}" in "{each.id}" is dead beside "{other}", which finds as much')


def _never_confirmed(config: Config) -> Iterator[Problem]:
    """Yield rules whose `when` asks for more than the sources can give; agencies named in texts may add origins.

    A source that carries others may bring any number of origins, and the letters of all outlets that are known.
    """
    carries = any(source.outlet_from for source in config.sources)
    # a source without an owner is its own
    owners = {source.owner or source.id for source in config.sources}
    # letters: A is the best
    carried = (outlet.reliability for outlet in config.outlets.by_name.values() if carries)
    best = min((*(source.reliability for source in config.sources), *carried), default="F")
    for rule in config.rules:
        if rule.when.reliability and best > rule.when.reliability:
            words = f"waits for a source of reliability {rule.when.reliability} or better, and the best is {best}"
            yield Problem(rule.place, f'rule "{rule.id}" {words}; set reliability of the sources, or ask for less')
        if rule.when.origins > len(owners) and not carries:
            words = f"waits for {rule.when.origins} origins, and the sources have {len(owners)} owners"
            yield Problem(rule.place, f'rule "{rule.id}" {words}; it may wait for ever')


def _never_polled(config: Config) -> Iterator[Problem]:
    guard = Guard(config.allow_private)
    for source in config.sources:
        if why := guard.never(source.url):
            yield Problem(config.polled_at[source.id], f'source "{source.id}" can never be polled: {why}')


def strange_links(config: Config, articles: Iterable[Article]) -> list[Problem]:
    """Return a problem for each host that a source's own articles lead to and that no outlet of its owner has."""
    links: dict[str, list[str | None]] = defaultdict(list)
    for each in articles:
        if not each.carrier:
            links[each.source].append(each.url)
    return [
        Problem(config.polled_at[source.id], words)
        for source in config.sources
        for words in strangers(source, links[source.id]).values()
    ]


def _one_way(config: Config) -> Iterator[Problem]:
    """Yield receivers that reach Slack through Apprise's own plugin, and say what that plugin cannot do."""
    for receiver in config.receivers.values():
        for target in receiver.targets:
            if target.schema == "slack" or "://hooks.slack.com/" in target.url:
                yield Problem(
                    config.receivers_at[receiver.name],
                    f'receiver "{receiver.name}" reaches Slack by Apprise ({target.schema}://): no message is edited, '
                    "and none is acknowledged there; watchslack:// does both (docs/receivers.md)",
                )


def _groups(condition: Condition) -> Iterator[Condition]:
    if condition.op == "any":
        yield condition
    for child in condition.children:
        yield from _groups(child)
