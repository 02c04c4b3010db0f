"""The places of the shipped desk: how many have coordinates, how far they lie from a second source, what they cost.

Processor time, best of several turns that the sides take one after the other, so that a busy machine weighs on all.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

from alerts.decide.whereabouts import where_of
from alerts.rule import Condition, Config, Rule
from alerts.rules.config import load
from alerts.rules.match import Finding, Matcher
from alerts.rules.unplaced import places_of
from alerts.rules.within import placed
from alerts.where import km_between
from crawler.article import Article
from crawler.config.problems import Place, Problems
from tests.bench.event_cost import ARTICLES, NOW, sample
from tests.bench.shared import ROOT, missing
from tests.places.atlas import km_outside, outlines, second_source

FAR_KM = 10.0
EXPLAINED = {"jalawla": "the entity is two towns, Jalawla and Mandali, and lies between them; GeoNames has Mandali"}
GEOGRAPHIC = ("iran-place", "nuclear-site", "waterway")  # kinds of places that no title names
ASKED = (("taqaddum", 50), ("ain-al-asad", 80), ("erbil-air-base", 40), ("us-embassy-baghdad", 15), ("khor-mor", 60))
TURNS = 5
NEAR = """version: 1
include: ["desk/*.yaml"]
sources: [{{id: a, url: "https://a.example/feed.xml"}}]
receivers: {{console: {{urls: ["console://"]}}}}
rules:
  - id: near
    title: A strike near Erbil air base
    match: {{title: {{all: ["$deed-strike", {{within: {{km: {km}, of: erbil-air-base}}}}]}}}}
    severity: priority
    notify: [console]
"""
T = TypeVar("T")


def run() -> None:
    config = load(ROOT / "rules.yaml", environ=os.environ)
    _coordinates(config)
    _second_source(config)
    if not missing(ARTICLES):
        _found(config)
        _cost(config, sample())
        _backtest()


def _coordinates(config: Config) -> None:
    places = places_of(replace(config, places=(*config.places, *GEOGRAPHIC)))
    have = [each for each in places if each.at]
    areas = sum(each.reach > 0 for each in have)
    print(f"places: {len(places)}, with coordinates {len(have)}, of them areas with a reach {areas}")
    outside = [
        km_outside(each.at, country)
        for each in have
        if each.at
        for country in config.events.wider.get(each.id, ())
        if country in outlines()
    ]
    beyond = sorted((round(km, 1) for km in outside if km > 0.05), reverse=True)
    print(f"outside the outline of their country: {len(beyond)} of {len(outside)}, by km: {beyond}")


def _second_source(config: Config) -> None:
    far = {
        name: km_between(at, point)
        for name, (_, point) in second_source().items()
        if (at := config.entities[name].at) is not None
    }
    most = max(far, key=lambda name: far[name])
    print(f"beside GeoNames: {len(far)} towns, median {median(far.values()):.2f} km, most {far[most]:.1f} km ({most})")
    for name, km in far.items():
        if km > FAR_KM:
            print(f"  {name} {km:.1f} km: {EXPLAINED.get(name, 'NOT EXPLAINED')}")


def _found(config: Config) -> None:
    """Print how many of the captured headlines that match have one place, and how many of those a pin."""
    matcher = Matcher(config)
    counted: Counter[str] = Counter()
    for article in _captured():
        found = matcher.find(article)
        if found.matches:
            where = where_of(found.event, found.matches, config)
            counted["matched"] += 1
            counted["pin" if where and where.is_pin else "area" if where else "none"] += 1
    told = ", ".join(
        f"{name} {counted[name]} ({counted[name] / counted['matched']:.0%})" for name in ("pin", "area", "none")
    )
    print(f"captured headlines that match: {counted['matched']}; where: {told}")


def _captured() -> Sequence[Article]:
    with gzip.open(ARTICLES, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Article(str(n), row["source"], row["title"], NOW, lang=row["lang"]) for n, row in enumerate(rows)]


def _cost(config: Config, articles: Sequence[Article]) -> None:
    bare = replace(config, entities={name: replace(each, at=None) for name, each in config.entities.items()})
    asking = replace(config, rules=(*config.rules, *_by_distance(config)))
    sides = {
        "without coordinates": Matcher(bare),
        "with them": Matcher(config),
        "and 5 rules of distance": Matcher(asking),
    }
    best = dict.fromkeys(sides, float("inf"))
    found: list[Finding] = []
    for _ in range(TURNS):
        for name, matcher in sides.items():
            taken, found = _timed(partial(_find, matcher, articles))
            best[name] = min(best[name], taken)
    per = {name: taken / len(articles) * 1e6 for name, taken in best.items()}
    print(f"{len(articles)} captured articles, each: " + ", ".join(f"{name} {us:.1f} us" for name, us in per.items()))
    matched = [each for each in found if each.matches]
    taken = min(
        _timed(lambda: [where_of(each.event, each.matches, config) for each in matched])[0] for _ in range(TURNS)
    )
    print(f"where of an alert: {taken / max(1, len(matched)) * 1e6:.0f} us, over {len(matched)} that match")


def _backtest() -> None:
    """Print what `backtest --against` says of a rule that asks for 10 km instead of 50."""
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        ignored = shutil.ignore_patterns("sources.yaml", "rules")
        shutil.copytree(ROOT / "deploy" / "desk", place / "desk", ignore=ignored)
        for km in (10, 50):
            (place / f"{km}.yaml").write_text(NEAR.format(km=km), encoding="utf-8")
        command = [sys.executable, "-m", "alerts", "backtest", "-c", str(place / "10.yaml")]
        command += ["--against", str(place / "50.yaml"), "--from", str(ARTICLES)]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    print("a rule of distance, within 10 km of Erbil air base against within 50 km:")
    print("\n".join(line for line in told if not line.startswith("  ")))


def _by_distance(config: Config) -> list[Rule]:
    nowhere = Place("bench", 1, 1)
    asked = [Condition("within", nowhere, options={"km": float(km), "of": name}) for name, km in ASKED]
    made = [placed(each, config.entities, Problems()) for each in asked]
    plain = replace(config.rules[0], score=None, steps=(), scale=(), masks=(), masking=(), lang=())
    return [replace(plain, id=f"near-{n}", match=each) for n, each in enumerate(made) if each]


def _timed(work: Callable[[], list[T]]) -> tuple[float, list[T]]:
    begun = time.process_time()
    made = work()
    return time.process_time() - begun, made


def _find(matcher: Matcher, articles: Sequence[Article]) -> list[Finding]:
    return [matcher.find(article) for article in articles]
