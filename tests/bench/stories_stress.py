"""What joins under each change that outlets make to a text, on real texts: found, called updated, false joins.

Every row has a store of its own: all originals are polled from one source, then all changed texts from
another, an hour later, through the real line.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.article import Entry, Placement, Relation
from crawler.collect.ingest import store_poll
from crawler.parse.normalise import OLDEST
from crawler.sources.source import Source, SourceState
from crawler.store.db import Database
from crawler.store.members import placement_of
from crawler.text.tokens import sentences
from tests.bench.reuters import CORPUS
from tests.bench.shared import missing
from tests.unit.footers import FOOTERS, cut

TEXTS = 300
LATER = timedelta(hours=1)
START = OLDEST + timedelta(days=9_000)
JOINS = frozenset({Relation.DUPLICATE, Relation.UPDATED})


@dataclass(frozen=True, slots=True)
class Text:
    """A headline with its body."""

    title: str
    body: str


Change = Callable[[Text, int], Text]


def texts() -> list[Text]:
    """Give real news texts of 120 words and more, in English."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        modern = (raw for raw in map(json.loads, lines) if raw["lang"] == "en" and "1987" not in raw["dataset"])
        found = [Text(raw["title"], " ".join(raw["text"].split())) for raw in modern]
    found = [each for each in found if len(each.body.split()) >= 120]
    random.Random(5).shuffle(found)
    unique = {each.body[:80]: each for each in found}
    return list(unique.values())[:TEXTS]


def headlines() -> list[Text]:
    """Give real Arabic headlines without a body."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        found = {raw["title"]: Text(raw["title"], "") for raw in map(json.loads, lines) if raw["lang"] == "ar"}
    return [each for each in found.values() if len(each.title.split()) >= 6][:TEXTS]


def split(body: str) -> list[str]:
    starts = sentences(body)
    return [body[start:end].strip() for start, end in zip(starts, (*starts[1:], len(body)), strict=True)]


def summary(text: Text, at: int) -> Text:
    length = 200 + at % 101
    return Text(text.title, text.body[:length].rsplit(" ", 1)[0] + "…")


def other_headline(text: Text, at: int) -> Text:
    words = [*split(text.body), text.body][1].split()
    return Text(" ".join(words[:9]).strip(".,") or "Other words", text.body)


def agency(text: Text, at: int) -> Text:
    return Text(f"{text.title} - Example Times", f"BAGHDAD (Reuters) - {text.body}")


BOILERPLATE = (
    "Follow our channel for the latest news from the region and beyond.",
    "Sign up to the morning letter of Example News to read more like this.",
    "This article was first published by Example News, whose writers and editors are in twelve cities.",
    "All rights reserved by Example News and its partners in the region.",
)


def boilerplate(text: Text, at: int) -> Text:
    return Text(text.title, " ".join((BOILERPLATE[0], text.body, *BOILERPLATE[1:])))


def dropped(text: Text, at: int) -> Text:
    return Text(text.title, " ".join(each for n, each in enumerate(split(text.body)) if n % 3 != 1))


def shuffled(text: Text, at: int) -> Text:
    told = split(text.body)
    random.Random(at).shuffle(told)
    return Text(text.title, " ".join(told))


STYLE = (
    (r"\bsaid\b", "stated"), (r"\bon (Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b", r"\1day"), (r"\bU\.S\.", "US"),
    (r"\bpercent\b", "per cent"), (r"\bhas been\b", "was"), (r"\bmore than\b", "over"), (r"\babout\b", "around"),
    (r"\bhowever\b", "but"), (r"\balso\b", ""), (r"\bthat\b", ""), (r"\baccording to\b", "as told by"),
    (r"\bPresident\b", "Pres."), (r"\bGovernment\b", "government"), (r"\bbecause\b", "as"), (r"\bwhile\b", "whereas"),
)  # fmt: skip


def house_style(text: Text, at: int) -> Text:
    body = text.body
    for pattern, instead in STYLE:
        body = re.sub(pattern, instead, body)
    return Text(text.title, " ".join(word for n, word in enumerate(body.split()) if n % 15 != 14 or word[0].isdigit()))


def capitals(text: Text, at: int) -> Text:
    return Text(text.title.upper(), text.body.upper())


def typography(text: Text, at: int) -> Text:
    table = str.maketrans({"'": "’", '"': "“", "-": "–", " ": "\u00a0"})
    body = text.body.replace("fi", "ﬁ").translate(table)
    return Text(text.title.translate(table), "\u00ad".join(body[i : i + 40] for i in range(0, len(body), 40)))


def number_changed(text: Text, at: int) -> Text:
    """Change the first number of a toll's size throughout; a text without one is left out."""
    found = re.search(r"(?<= )([2-9]|[1-9]\d{1,2})(?![\d.,:/%-]*\d)(?= [a-z])", text.body[:1_500])
    if not found:
        return Text("", "")
    new = str(int(found[1]) + 3)
    pattern = rf"(?<= ){found[1]}(?![\d.,]*\d)"
    return Text(re.sub(pattern, new, text.title), re.sub(pattern, new, text.body))


def arabic_typography(text: Text, at: int) -> Text:
    table = str.maketrans({"ي": "ی", "ك": "ک", "أ": "ا", "ة": "ه", '"': "«"})
    return Text("\u064e".join((text.title[:4], text.title[4:])).translate(table), "")


FOUND: tuple[tuple[str, Change], ...] = (
    ("RSS summary of 200-300 characters", summary),
    ("another headline", other_headline),
    ("agency before, outlet behind", agency),
    ("boilerplate round the text", boilerplate),
    ("a third of the sentences dropped", dropped),
    ("sentences shuffled", shuffled),
    ("reworded to a house style", house_style),
    ("ALL CAPS", capitals),
    ("typography", typography),
    ("a number changed", number_changed),
)


class Line:
    """A store in memory that texts are polled into, one by one, each source in one language."""

    def __init__(self) -> None:
        self._database = Database("sqlite://")
        self._database.migrate("crawler")

    def poll(self, source: str, told: Sequence[Text], at: datetime, lang: str = "en") -> list[Placement | None]:
        """Store each text; an empty one is passed over and gives None."""
        return [self._one(source, n, text, at, lang) if text.title else None for n, text in enumerate(told)]

    def _one(self, source: str, n: int, text: Text, at: datetime, lang: str) -> Placement:
        polled = Source(source, f"https://{source}.example/", owner=source, lang=lang)
        entry = Entry(text.title, guid=f"{source}/{at.isoformat()}/{n}", text=text.body)
        with self._database.write() as connection:
            stored = store_poll(connection, polled, SourceState(source, polled.url, at), [entry], (), at)
            return placement_of(connection, stored.placed[0][1])


def run() -> None:
    """Print the stress table."""
    if missing(CORPUS):
        return
    originals = texts()
    print(f"{len(originals)} English texts; {len(headlines())} Arabic headlines; each row a store of its own")
    print(f"{'change':36} {'texts':>5} {'found':>7} {'duplicate':>9} {'updated':>8} {'false joins':>11}")
    for name, change in FOUND:
        _row(name, originals, change, "en")
    _row("Arabic and Persian letters", headlines(), arabic_typography, "ar")
    follow_ups(originals)
    templates()
    series(originals)
    shared_footers(originals)


def _row(name: str, originals: Sequence[Text], change: Change, lang: str) -> None:
    line = Line()
    before = line.poll("one", originals, START, lang)
    after = line.poll("two", [change(text, at) for at, text in enumerate(originals)], START + LATER, lang)
    _print(name, before, after)


def _print(name: str, before: Sequence[Placement | None], after: Sequence[Placement | None]) -> None:
    both = [(one, two) for one, two in zip(before, after, strict=True) if one and two]
    right = [two for one, two in both if two.relation in JOINS and two.story == one.story]
    wrong = sum(two.relation in JOINS and two.story != one.story for one, two in both)
    share = {name: sum(two.relation is name for two in right) / len(both) for name in JOINS}
    print(
        f"{name:36} {len(both):5} {len(right) / len(both):7.1%} {share[Relation.DUPLICATE]:9.1%}"
        f" {share[Relation.UPDATED]:8.1%} {wrong:11}"
    )


def follow_ups(originals: Sequence[Text]) -> None:
    """A new lead of two sentences over six sentences of an older text: never a duplicate of it."""
    line = Line()
    half = len(originals) // 2
    old, fresh = originals[:half], originals[half : 2 * half]
    before = line.poll("one", old, START)
    written = [
        Text(new.title, " ".join((*split(new.body)[:2], *split(text.body)[1:7])))
        for text, new in zip(old, fresh, strict=True)
    ]
    _print_own("follow-up over old background", before, line.poll("two", written, START + LATER))


def _print_own(name: str, before: Sequence[Placement | None], after: Sequence[Placement | None]) -> None:
    placed = [each for each in after if each]
    related = sum(each.relation is Relation.RELATED for each in placed)
    joined = sum(each.relation in JOINS for each in placed)
    threads = sum(
        one is not None and two is not None and one.thread == two.thread
        for one, two in zip(before, after, strict=False)
    )
    print(
        f"{name:36} {len(placed):5} own story {1 - joined / len(placed):6.1%}, related {related}, in its thread {threads}, false joins {joined}"
    )


PLACES = [
    "Kirkuk",
    "Mosul",
    "Basra",
    "Anbar",
    "Samarra",
    "Tikrit",
    "Ramadi",
    "Fallujah",
    "Baqubah",
    "Hilla",
    "Karbala",
    "Najaf",
    "Kut",
    "Amara",
    "Nasiriyah",
    "Samawah",
    "Diwaniyah",
    "Sulaymaniyah",
    "Erbil",
    "Duhok",
]
ARABIC_PLACES = [
    "كركوك",
    "الموصل",
    "البصرة",
    "الأنبار",
    "سامراء",
    "تكريت",
    "الرمادي",
    "الفلوجة",
    "بعقوبة",
    "الحلة",
    "كربلاء",
    "النجف",
    "الكوت",
    "العمارة",
    "الناصرية",
    "السماوة",
    "الديوانية",
    "السليمانية",
    "أربيل",
    "دهوك",
]
PERSIAN_PLACES = [
    "تهران",
    "اصفهان",
    "شیراز",
    "تبریز",
    "اهواز",
    "کرمان",
    "مشهد",
    "قم",
    "یزد",
    "زاهدان",
    "بوشهر",
    "رشت",
    "اراک",
    "همدان",
    "کرمانشاه",
    "سنندج",
    "ایلام",
    "گرگان",
    "ساری",
    "قزوین",
]
TEMPLATES = (
    ("en", PLACES, "Rocket attack in {p} kills {n}",
     "At least {n} people were killed when rockets hit a base in {p} on Monday, police said. Nobody claimed the attack, the third of"
     " its kind this month. Security forces closed the roads to the base and searched the area for launchers."),
    ("ar", ARABIC_PLACES, "هجوم صاروخي في {p} يوقع {n} قتلى",
     "أفاد مصدر أمني بمقتل {n} أشخاص جراء سقوط صواريخ على قاعدة عسكرية في {p} يوم الاثنين ولم تتبن أي جهة الهجوم وهو الثالث من نوعه"
     " هذا الشهر وأغلقت القوات الأمنية الطرق المؤدية إلى القاعدة وبدأت عملية تفتيش واسعة بحثا عن منصات الإطلاق"),
    ("fa", PERSIAN_PLACES, "زلزله در {p} با {n} کشته",
     "بر اثر زلزله ای که بامداد دوشنبه {p} را لرزاند دست کم {n} نفر کشته شدند و امدادگران برای یافتن مجروحان به منطقه اعزام شدند و"
     " راه های اصلی بسته شد و مسئولان از مردم خواستند در خانه های آسیب دیده نمانند و منتظر اعلام رسمی باشند"),
)  # fmt: skip


def templates() -> None:
    """Reports in one wording that differ in place and number, with body and as headlines: each its own story."""
    for lang, places, title, body in TEMPLATES:
        for name, told in (("with text", body), ("headlines", "")):
            line = Line()
            written = [Text(title.format(p=p, n=n), told.format(p=p, n=n)) for n in (3, 4, 5, 7) for p in places]
            after = []
            for at, text in enumerate(written):
                after += line.poll(f"s{at}", [text], START + timedelta(minutes=7 * at), lang)
            _print_templates(f"template, {lang}, {name}", written, places, after)


def _print_templates(
    name: str, written: Sequence[Text], places: Sequence[str], after: Sequence[Placement | None]
) -> None:
    """A join is false where the place differs; one place with a higher toll may be an update."""
    story_of: dict[str, str] = {}
    false, updates = 0, 0
    for text, placed in zip(written, after, strict=True):
        place = next(each for each in places if each in text.title)
        if placed and placed.relation in JOINS:
            false += story_of[placed.story] != place
            updates += story_of[placed.story] == place
        elif placed:
            story_of[placed.story] = place
    print(f"{name:36} {len(written):5} false joins {false}, updates of the same place {updates}")


def series(originals: Sequence[Text]) -> None:
    """One headline of one source over another text each day: each its own story."""
    line = Line()
    after = []
    for day, text in enumerate(originals[:250]):
        after += line.poll("one", [Text("Morning briefing: what to know", text.body)], START + timedelta(days=day / 2))
    _print_own("series under one title", [None] * len(after), after)


def shared_footers(originals: Sequence[Text]) -> None:
    """Real news of one sentence, of as many outlets, under one footer: each its own story; whole texts still join."""
    for lang, own in (("en", [Text(each.title, split(each.body)[0]) for each in originals]), ("ar", headlines())):
        for words in (0, 20, 55, 120):
            below = cut(FOOTERS[lang], words) if words else ""
            line, after = Line(), []
            for at, text in enumerate(own):
                told = Text(text.title, f"{text.body} {below}".strip())
                after += line.poll(f"s{at}", [told], START + timedelta(minutes=3 * at), lang)
            _print_own(f"strangers, footer of {words} words, {lang}", [None] * len(after), after)
    below = cut(FOOTERS["en"], 55)
    _row(
        "another headline, footer of 55 words",
        [Text(each.title, f"{each.body} {below}") for each in originals],
        lambda text, at: Text(other_headline(text, at).title, text.body),
        "en",
    )
