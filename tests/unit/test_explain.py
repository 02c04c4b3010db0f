"""Why a rule matched or did not, in the words an admin reads; what a change of rules gains and loses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.rule import Config
from alerts.rules.backtest import compare, days, per_rule, run
from alerts.rules.config import load
from alerts.rules.explain import explain, lines
from alerts.rules.match import Matcher
from alerts.rules.suggest import spellings
from crawler.article import Article
from tests.unit.desk import NOW
from tests.unit.desk import desk as desk_of
from tests.unit.desk import rule as rule_of

DESK = """\
version: 1
sources: [{id: wire, url: "https://wire.example/rss.xml"}]
receivers: {console: {urls: ["console://"]}}
entities: {taqaddum: {aliases: [Taqaddum, "=TQ"], fuzzy: auto}}
lists: {us-forces: ["US troops", "American forces"]}
filters: {in-iraq: [Iraq, Baghdad]}
rules:
  - {id: r, title: T, match: MATCH, severity: SEVERITY, notify: [console]MORE}
"""


def loaded(place: Path, match: str, more: str = "", severity: str = "priority") -> Config:
    path = place / "rules.yaml"
    text = DESK.replace("MATCH", match).replace("SEVERITY", severity).replace("MORE", f", {more}" if more else "")
    path.write_text(text, encoding="utf-8")
    return load(path, environ={})


def article(text: str, **words: str) -> Article:
    title, _, body = text.partition(" | ")
    return Article("a1", "wire", title, NOW, text=body, **{"outlet": "Wire", **words})  # type: ignore[arg-type]


EVENT_DESK = """\
version: 1
sources: [{id: wire, url: "https://wire.example/rss.xml"}]
receivers: {console: {urls: ["console://"]}}
entities:
  iran: {is_a: state, aliases: [Iran]}
  us: {is_a: state, aliases: [US, US troops]}
  balad: {is_a: base, aliases: [Balad]}
lists: {deed-strike: [struck, hits, hit]}
rules:
  - {id: r, title: T, match: {event: {deed: [strike], by: $iran, on: $us, in: $base}}, severity: priority, notify: [console]}
"""
EVENT_MISSES = [
    ("US troops leave Balad, Iran says", "no such deed"),
    ("Iran hits oil field in Balad", 'whom it is done to: no word of it, after "hits" stands "oil field in Balad"'),
    ("Iran hits US troops", "where it is done: no word of it"),
    ("US troops hit Iran near Balad", 'who does it: "Iran" stands after "hit" (noun), as whom it is done to does'),
    ("Iran did not say where or by whom in Balad US troops were hit",
     'who does it: "Iran" stands 13 words from "hit", 8 are allowed'),
]  # fmt: skip


@pytest.mark.parametrize(("title", "lack"), EVENT_MISSES, ids=[row[0] for row in EVENT_MISSES])
def test_event_that_is_not_there_says_which_part_is_missing_and_what_was_read(
    tmp_path: Path, title: str, lack: str
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(EVENT_DESK, encoding="utf-8")
    config = load(path, environ={})
    made = explain(Matcher(config), config.rules[0], article(title))
    assert made.tree.miss == lack
    assert made.miss.endswith(f"missing: event(deed strike; by iran; on us; in base), {lack}")


MISSES = [
    ("{at_least: {k: 2, of: [a1, b1, c1]}}", "b1", "1 of 3 clauses; missing: at least 2 of(a1, b1, c1)"),
    ("{same: {unit: sentence, terms: [a1, [b1, '$us-forces']]}}", "a1 | b1",
     "its parts hold, but not together; missing: same sentence(a1, b1|us-forces)"),
    ("{near: {terms: [a1, {filter: in-iraq}], within: 2}}", "a1 x x x Iraq x a1 x x Baghdad",
     None),
    ("{near: {terms: [a1, {filter: in-iraq}], within: 2}}", "a1 x x x Iraq | a1 x x Iraq",
     "its parts hold, but not together; missing: near(a1, in-iraq) within 2, closest 3"),
    ("{near: {terms: [a1, b1], within: 2, ordered: true}}", "b1 x a1",
     "its parts hold, but not together; missing: near(a1, b1) within 2, in this order, closest 2"),
    ("{near: {terms: [a1, b1], within: 2}}", "a1", "1 of 2 clauses; missing: near(a1, b1) within 2"),
    ("{url: ['https://x.example/*', '*iran*'], any: [a1]}", "a1",
     "1 of 2 clauses; missing: url is https://x.example/* or *iran*, it is unknown"),
    ("{source: [bbc*], any: [a1]}", "a1", "1 of 2 clauses; missing: source is bbc*, it is Wire"),
    ("{author: [bob], any: [a1]}", "a1", "1 of 2 clauses; missing: author is bob, it is unknown"),
    ("{regex: 'a\\d'}", "b1", "0 of 1 clauses; missing: regex /a\\d/"),
    ("{like: {examples: [scholars read, 'Militia drones strike base near Erbil'], min_similarity: 0.6}}", "militia base",
     "0 of 1 clauses; missing: like an example, at least 0.6, closest 0.39"),
    ("{title: {filter: in-iraq}}", "x | Baghdad", "0 of 1 clauses; missing: in the title(filter in-iraq)"),
    ("{any: [a1, b1, c1, d1]}", "x", "0 of 4 clauses; missing: any of(a1, b1, c1, d1)"),
    ("{any: [a1, b1, c1, d1, e1]}", "x", "0 of 5 clauses; missing: any of(a1, b1, c1, d1, ...)"),
    ("{all: [{all: [a1, b1]}, c1]}", "a1", "0 of 2 clauses; missing: b1; c1"),
    ("{any: [a1], none: [{title: [b1]}]}", "a1 b1", "1 of 2 clauses; missing: none of these may stand: a forbidden condition"),
    ("{any: [a1], none: [b1, c1]}", "a1 b1 c1 c1",
     '1 of 2 clauses; missing: none of these may stand: "b1" in the title, "c1" in the title x 2'),
]  # fmt: skip


@pytest.mark.parametrize(("match", "text", "miss"), MISSES)
def test_nearest_miss(tmp_path: Path, match: str, text: str, miss: str | None) -> None:
    matcher = Matcher(loaded(tmp_path, match))
    explained = explain(matcher, matcher.rules[0], article(text))
    assert explained.miss == (miss or "")
    assert (explained.match is not None) is (miss is None)
    assert bool(matcher.match(article(text))) is (miss is None)


def told(config: Config, text: str, *, full: bool = True, **words: str) -> list[str]:
    matcher = Matcher(config)
    return list(lines(explain(matcher, matcher.rules[0], article(text, **words)), full=full))


def test_short_form_shows_what_held_or_the_nearest_miss(tmp_path: Path) -> None:
    config = loaded(tmp_path, "{any: ['$taqaddum', {all: [b1, c1]}], none: [d1]}")
    version = config.rules[0].version
    assert told(config, "Taqqadum TQ tq", full=False) == [
        f"r (version {version}): matches, priority",
        "  + all of",
        "    + any of",
        '      + $taqaddum: "Taqqadum" in the title as Taqaddum, "TQ" in the title',
    ], "a condition that found nothing says nothing"
    assert told(config, "b1 d1", full=False) == [
        f"r (version {version}): does not match",
        '  nearest: 0 of 2 clauses; missing: any of($taqaddum, all of); none of these may stand: "d1" in the title',
    ]


def test_mask_language_and_score_are_told(tmp_path: Path) -> None:
    masked = loaded(tmp_path, "[militia]", "except: ['militia museum']")
    assert told(masked, "militia museum")[3:] == [
        '  masked by except: "militia" in the title',
        "  nearest: 0 of 1 clauses; missing: any of(militia)",
    ]
    spoken = loaded(tmp_path, "[militia]", "lang: [ar, fa]")
    assert told(spoken, "militia", lang="en-GB")[-1] == "  nearest: the article is in en-GB, the rule watches ar, fa"
    assert told(spoken, "militia", lang="ar-IQ")[0].endswith("matches, priority")
    scored = loaded(tmp_path, "[militia]", "score: {title: 4, body: 0.5}", "{routine: 2, flash: 5}")
    steps = "(routine from 2, flash from 5)"
    low = f"body 1 x 0.5 = 0.5: no step {steps}"
    assert told(scored, "x | militia")[3:] == [
        f"  score: {low}",
        f"  nearest: the tree holds, the score reaches no step: {low}",
    ]
    assert told(scored, "x")[-2] == f"  score: nothing = 0: no step {steps}"
    boosts = "score: {title: 4, boosts: [{if: [x1], add: 9}, {if: [killed], add: 3}]}"
    boosted = loaded(tmp_path, "[militia]", boosts, "{flash: 5}")
    assert told(boosted, "militia killed")[-1] == "  score: title 1 x 4 + boost 2 1 x 3 = 7: flash (flash from 5)"
    scored = loaded(tmp_path, "[militia]", "score: {title: 4, body: 0.5}", "{routine: 2, flash: 5}")
    assert told(scored, "militia | militia militia")[-1] == f"  score: title 1 x 4 + body 2 x 0.5 = 5: flash {steps}"


def test_backtest_counts_by_rule_and_day_and_lists_articles_in_order(tmp_path: Path) -> None:
    config = desk_of(
        tmp_path, rule_of("[militia]") + rule_of("[base]", name="s") + rule_of("[x1]", name="idle", mode="off")
    )
    seen = [article("militia base"), article("base"), article("x1"), article("militia"), article("base")]
    found = run(config, seen)
    assert per_rule(found, config) == {"r": 2, "s": 3}
    less = run(desk_of(tmp_path, rule_of("[militia]")), seen)
    (change,) = compare(found, less)
    assert (change.rule, change.gained, change.changed) == ("s", (), ())
    assert [each.article.title for each in change.lost] == ["militia base", "base", "base"]
    (back,) = compare(less, found)
    assert ([each.article.title for each in back.gained], back.lost) == (["militia base", "base", "base"], ())
    assert compare(found, found) == []
    at = [
        datetime(year, month, 14, hour, tzinfo=UTC) for year, month, hour in ((2026, 6, 1), (2026, 6, 23), (2026, 7, 1))
    ]
    assert days(replace(seen[0], first_seen=each) for each in at) == 2
    assert days([replace(seen[0], first_seen=datetime(1970, 1, 1, tzinfo=UTC))]) == 1
    assert days([]) == 1


def test_suggested_spellings_come_by_number_then_letter(tmp_path: Path) -> None:
    entity = loaded(tmp_path, "['$taqaddum']").entities["taqaddum"]
    seen = [article("Taqqadum, Taqadum | Taqadom"), article("Taqadom met Taqaddum"), article("Taqqadum base")]
    found = [(each.text, each.alias, each.times) for each in spellings(replace(entity, fuzzy=None), seen)]
    assert found == [("Taqadom", "Taqaddum", 2), ("Taqqadum", "Taqaddum", 2), ("Taqadum", "Taqaddum", 1)]
    assert spellings(replace(entity, not_like=("Taqadom", "Taqadum", "Taqqadum")), seen) == []
