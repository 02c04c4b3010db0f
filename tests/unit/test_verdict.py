"""What an article is to an earlier one: tables of our own short texts in English, Arabic and Persian."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.article import Placement, Relation
from crawler.stories.material import material
from crawler.stories.placing import Candidate, place
from crawler.stories.sketch import SHARED, pack, sketch, unpack
from crawler.stories.verdict import Side, judge
from crawler.stories.wording import edges, sentence_number, wording
from crawler.text.figures import digits
from tests.unit.desk import NOW
from tests.unit.reports import FRESH, LEAD, MORE, TEXT, TITLE

HOUR = timedelta(hours=1)
AR_TITLE = "انفجار لغم يستهدف رتلا لحرس الحدود قرب زرقان ومقتل 14 جنديا"
AR = (
    "قال المحافظ إن رتلا لحرس الحدود تعرض لانفجار لغم قرب بلدة زرقان مساء الأحد ما أسفر عن مقتل 14 جنديا. ونقل الجرحى بمروحية إلى"
    " مستشفى مركز المحافظة حيث طلب الأطباء التبرع بالدم. ولم تتبن أي جهة الهجوم وهو الأسوأ في المحافظة منذ الربيع."
)
FA_TITLE = "انفجار مین در مسیر کاروان مرزبانی نزدیک زرقان 14 کشته داد"
FA = (
    "استاندار گفت کاروان مرزبانی شامگاه یکشنبه نزدیک شهر زرقان با مین برخورد کرد و 14 سرباز کشته شدند. مجروحان با بالگرد به بیمارستان"
    " مرکز استان منتقل شدند و پزشکان خواستار اهدای خون شدند. هیچ گروهی مسئولیت این حمله را نپذیرفته است."
)


def side(
    title: str,
    text: str = "",
    *,
    name: str = "a1",
    source: str = "one",
    lang: str | None = None,
    at: timedelta = 0 * HOUR,
) -> Side:
    return Side(name, source, source.title(), source, lang, NOW + at, wording(title, text, source.title()))


VERDICTS = [
    ("the same text", TITLE, TEXT, TITLE, TEXT, "duplicate", ""),
    ("a summary against the full text", TITLE, TEXT, TITLE, TEXT[:220] + "…", "duplicate", ""),
    ("the full text after a summary", TITLE, TEXT[:220] + "…", TITLE, TEXT, "duplicate", ""),
    ("another headline", TITLE, TEXT, "Governor: guard convoy runs onto mine", TEXT, "duplicate", ""),
    ("agency and outlet named", TITLE, TEXT, f"{TITLE} - Gulf Example News", f"ZERQAN (AFP) - {TEXT}", "duplicate", ""),
    ("all capitals", TITLE, TEXT, TITLE.upper(), TEXT.upper(), "duplicate", ""),
    ("typography", TITLE, TEXT, TITLE.replace(" ", "\u00a0"), TEXT.replace("e", "e\u00ad"), "duplicate", ""),
    ("sentences in another order", TITLE, TEXT, TITLE, f"{MORE.strip()} {LEAD}", "duplicate", ""),
    ("a number spelled", TITLE, TEXT, TITLE, TEXT.replace("14", "fourteen"), "duplicate", ""),
    ("a new toll", TITLE, TEXT, TITLE.replace("14", "17"), TEXT.replace("14", "17"), "updated", "14 -> 17 soldiers"),
    ("a new toll, spelled", TITLE, TEXT, TITLE, TEXT.replace("14", "seventeen"), "updated", "14 -> 17 soldiers"),
    ("a correction", TITLE, TEXT, f"CORRECTED: {TITLE}", TEXT, "updated", "CORRECTED, in no words that we find"),
    ("a corrected toll", TITLE, TEXT, f"CORRECTED: {TITLE}", TEXT.replace("14", "12"), "updated", "CORRECTED: 14 -> 12 soldiers"),
    ("another place in the same words", TITLE, TEXT, TITLE.replace("Zerqan", "Marwa"), TEXT.replace("Zerqan", "Marwa"), "related", ""),
    ("a new lead over the old background", TITLE, TEXT, "Interior minister dismissed", FRESH + MORE, "related", ""),
    ("another story", TITLE, TEXT, "Parliament dismisses interior minister", FRESH, "new", ""),
    ("Arabic, the same", AR_TITLE, AR, AR_TITLE.replace("ي", "ی"), AR.replace("ة", "ه"), "duplicate", ""),
    ("Arabic, a new toll", AR_TITLE, AR, AR_TITLE.replace("14", "17"), AR.replace("14", "17"), "updated", "14 -> 17 جنديا"),
    ("Arabic, another place", AR_TITLE, AR, AR_TITLE.replace("زرقان", "مروة"), AR.replace("زرقان", "مروة"), "related", ""),
    ("Persian, the same", FA_TITLE, FA, FA_TITLE.replace("ک", "ك"), FA, "duplicate", ""),
    ("Persian, a new toll", FA_TITLE, FA, FA_TITLE.replace("14", "۱۷"), FA.replace("14", "۱۷"), "updated", "14 -> 17 کشته"),
    ("two languages", TITLE, TEXT, AR_TITLE, AR, "new", ""),
    ("headlines, equal", TITLE, "", TITLE, "", "duplicate", ""),
    ("headlines, one says less", "Israeli jets hit bridge south of Tyre overnight, army says", "",
     "Israeli jets hit bridge south of Tyre overnight", "", "duplicate", ""),
    ("headlines, one denies", "Militia hits base in northern Marwa valley", "",
     "Militia never hits base in northern Marwa valley", "", "related", ""),
    ("headlines, a new toll", "Blast in Karrada market kills 14", "", "Blast in Karrada market kills 17", "", "updated", "kills 14 -> 17"),
    ("headlines, a new toll of people", "Blast in Karrada market kills 14 civilians", "",
     "Blast in Karrada market kills 17 civilians", "", "updated", "14 -> 17 civilians"),
    ("headlines, no toll", "Army moves 14 tanks to Karrada market", "", "Army moves 17 tanks to Karrada market", "", "related", ""),
    ("headlines, a smaller toll", "Blast in Karrada market kills 14", "", "Blast in Karrada market kills 3", "", "related", ""),
    ("headlines, another place", "Rocket attack in Kirkuk kills 3", "", "Rocket attack in Mosul kills 4", "", "related", ""),
    ("bodies that only name who said it", "Minister opens bridge", "BAGHDAD - A security source said on Monday",
     "Rockets hit airport", "BAGHDAD - A security source said on Monday", "new", ""),
]  # fmt: skip


FIRST = (
    "Three killed in drone attack on Kirkuk base",
    "Three members of a brigade were killed and two wounded when a drone struck their base south of the city, guards said.",
)
AR_FIRST = (
    "مقتل 3 مقاتلين بهجوم مسير على مقر لواء في كركوك",
    "قال مصدر أمني إن طائرة مسيرة ضربت المقر فجرا وإن الحريق أخمد.",
)
FA_FIRST = (
    "۳ کشته در حمله پهپادی به پایگاهی در کرکوک",
    "یک منبع محلی گفت پهپاد بامداد امروز به پایگاه خورد و آتش مهار شد.",
)
RISEN = [
    ("a toll that rose, in other words", FIRST, ("Kirkuk drone attack death toll rises to five",
     "Doctors at the city's main hospital said two more fighters had died of burns during the night."), "updated", "3 -> 5 killed"),
    ("the deed by another word", FIRST, ("Death toll from drone strike in Kirkuk climbs to 5", ""), "updated", "3 -> 5 killed"),
    ("said in the body only", FIRST, ("Drone attack on Kirkuk brigade",
     "The number of dead has risen to six, the brigade said, and four more are in hospital."), "updated", "3 -> 6 killed"),
    ("another place", FIRST, ("Basra drone attack death toll rises to five", ""), "new", ""),
    ("another weapon", FIRST, ("Kirkuk market blast death toll rises to five", ""), "new", ""),
    ("no more dead than before", FIRST, ("Kirkuk drone attack death toll rises to three", ""), "new", ""),
    ("the toll of a war", FIRST, ("Death toll of drone attacks on Kirkuk rises to 1,300", ""), "new", ""),
    ("a second attack, nothing of a toll that rose", FIRST, ("Kirkuk drone attack kills five fighters",
     "A second drone struck in the evening and five men died, police said."), "new", ""),
    ("the wounded rose", FIRST, ("Kirkuk drone attack: number of wounded rises to nine", ""), "new", ""),
    ("Arabic", AR_FIRST, ("ارتفاع حصيلة قتلى الهجوم على مقر اللواء في كركوك إلى 5", ""), "updated", "3 -> 5 مقتل"),
    ("Arabic, another place", AR_FIRST, ("ارتفاع حصيلة قتلى الهجوم على مقر اللواء في الرمادي إلى 5", ""), "new", ""),
    ("Persian", FA_FIRST, ("شمار کشته‌های حمله پهپادی به کرکوک به ۵ نفر رسید", ""), "updated", "3 -> 5 كشته"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "first", "later", "relation", "change"), RISEN)
def test_short_report_that_says_the_toll_rose(
    name: str, first: tuple[str, str], later: tuple[str, str], relation: str, change: str
) -> None:
    earlier, told = side(*first), side(*later, name="a2", source="two", at=3 * HOUR)
    verdict = judge(earlier, told)
    assert (verdict.relation.value, verdict.change) == (relation, change), verdict.evidence
    assert relation == "new" or len(sketch(earlier.wording) & sketch(told.wording)) >= SHARED
    late = judge(earlier, side(*later, name="a2", source="two", at=49 * HOUR))
    assert late.relation is not Relation.UPDATED


@pytest.mark.parametrize(("name", "title", "text", "later", "later_text", "relation", "change"), VERDICTS)
def test_verdict(name: str, title: str, text: str, later: str, later_text: str, relation: str, change: str) -> None:
    verdict = judge(side(title, text), side(later, later_text, name="a2", source="two", at=HOUR))
    assert (verdict.relation.value, verdict.change) == (relation, change), verdict.evidence


REWORDED = (
    " Helicopters flew the wounded to hospital in the provincial capital, and doctors there appealed for blood."
    " The road had been swept only two days before, Colonel Harith Salman told the press."
    " No group has said it was behind the attack, the province's worst since spring."
)
DRIVERS = LEAD.replace("14 soldiers,", "14 soldiers and 3 drivers,")
LOOSE = [
    ("a short text", LEAD, LEAD, DRIVERS),
    ("a reworded text", TEXT, LEAD + REWORDED, DRIVERS + REWORDED),
]


@pytest.mark.parametrize(("name", "text", "same", "more"), LOOSE, ids=[row[0] for row in LOOSE])
def test_a_number_that_only_one_text_has_makes_it_another_report(name: str, text: str, same: str, more: str) -> None:
    first = side(TITLE, text)
    same_, more_ = (judge(first, side(TITLE, each, name="a2", source="two", at=HOUR)) for each in (same, more))
    back = judge(side(TITLE, more), side(TITLE, text, name="a2", source="two", at=HOUR))
    assert [each.relation.value for each in (same_, more_, back)] == ["duplicate", "related", "related"], name


def test_evidence_names_the_article_and_the_number_that_decided() -> None:
    later = side(TITLE, TEXT, name="a2", source="two", at=HOUR)
    assert (
        judge(side(TITLE, TEXT), later).evidence
        == "same text as a1 (One), 100 % contained, numbers agree, headline and first sentence agree"
    )
    other = judge(side("Parliament dismisses interior minister", FRESH), later)
    assert other.evidence.startswith("closest a1 (One), 0 % contained, needs 55 %")


@pytest.mark.parametrize(
    ("name", "source", "later", "text", "other", "relation"),
    [
        ("next day, same source", "one", 24 * HOUR, "", "", "new"),
        ("an hour later, same source", "one", HOUR, "", "", "new"),
        ("13 hours later, another source", "two", 13 * HOUR, "", "", "related"),
        ("a series over other texts", "one", 24 * HOUR, TEXT, FRESH, "new"),
    ],
)
def test_equal_headlines_alone(name: str, source: str, later: timedelta, text: str, other: str, relation: str) -> None:
    title = "Morning round of the region's papers"
    verdict = judge(side(title, text), side(title, other, name="a2", source=source, at=later))
    assert verdict.relation.value == relation, name


def test_longer_version_of_one_owner_is_an_update_without_a_material_change() -> None:
    longer = f"{TEXT} {FRESH}"
    same, other = (
        judge(side(TITLE, TEXT), side(TITLE, longer, name="a2", source=who, at=HOUR)) for who in ("one", "two")
    )
    assert (same.relation, same.change) == (Relation.UPDATED, "")
    assert same.evidence.endswith("31 words more, headline and first sentence agree")
    assert other.relation is Relation.DUPLICATE


def test_declared_languages_that_differ_are_never_one() -> None:
    assert judge(side(AR_TITLE, AR, lang="ar"), side(AR_TITLE, AR, lang="fa", source="two")).relation is Relation.NEW


@pytest.mark.parametrize(
    ("name", "before", "after", "change"),
    [
        ("typography", (TITLE, TEXT), (TITLE.upper(), TEXT.replace("'", "’")), ""),
        ("a sentence more", (TITLE, TEXT), (TITLE, TEXT + " Schools in the town stay closed."), ""),
        ("a toll", (TITLE, TEXT), (TITLE, TEXT.replace("14", "17")), "14 -> 17 soldiers"),
        ("a headline's toll", ("Blast kills 14", ""), ("Blast kills 17", ""), "kills 14 -> 17"),
        (
            "a correction",
            (TITLE, TEXT),
            (f"CORRECTED {TITLE}", TEXT.replace("Harith", "Haris")),
            "CORRECTED: Harith -> Haris",
        ),
        (
            "a corrected toll",
            (TITLE, TEXT),
            (f"CORRECTED {TITLE}", TEXT.replace("14", "12")),
            "CORRECTED: 14 -> 12 soldiers",
        ),
        (
            "a corrected toll of one",
            ("Two soldiers killed near Taji", ""),
            ("CORRECTED: One soldier killed near Taji", ""),
            "CORRECTED: 2 -> 1 killed",
        ),
        (
            "a corrected toll of people, not of drones",
            ("Five killed, three wounded by 12 drones", ""),
            ("CORRECTED: Three killed, four wounded by 12 drones", ""),
            "CORRECTED: 5 -> 3 killed; 3 -> 4 wounded",
        ),
        (
            "a corrected word",
            (TITLE, TEXT),
            (f"CORRECTED {TITLE}", TEXT.replace("road", "bridge")),
            "CORRECTED: road -> bridge",
        ),
        ("another text", (TITLE, TEXT), (TITLE, FRESH), "new lead"),
        ("a name", ("Rockets land near Taji", ""), ("Rockets land near Balad", ""), "Taji -> Balad"),
        (
            "a name with marks",
            ("Drone falls near Asad base", ""),
            ("Drone falls near Habb\u0101niyah base", ""),
            "Asad -> Habb\u0101niyah",
        ),
        (
            "Arabic letters as the text writes them",
            ("", "أصيب ٢ جنود في الأنبار بعد هجوم على قاعدة عين الأسد"),
            ("", "أصيب ٥ جنود في الأنبار بعد هجوم على قاعدة عين الأسد"),
            "2 -> 5 جنود",
        ),
        (
            "a headline written anew",
            ("Deal near, Pakistani minister says, as talks go on", FRESH),
            ("Deal near, Hormuz closed, as talks go on", FRESH),
            "new headline",
        ),
    ],
)
def test_what_an_edit_changed(name: str, before: tuple[str, str], after: tuple[str, str], change: str) -> None:
    assert material(wording(*before), wording(*after)) == change, name


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("twenty three dead", "23 dead"),
        ("seventeen people", "17 people"),
        ("at least a dozen", "at least a 12"),
        ("سبعه عشر قتيلا", "17 قتيلا"),
        ("ثلاثه وعشرين جريحا", "23 جريحا"),
        ("بيست و سه تن", "23 تن"),
        ("هفده نفر", "17 نفر"),
        ("no number here", "no number here"),
    ],
)
def test_spelled_numbers(words: str, expected: str) -> None:
    assert " ".join(digits(words.split())) == expected


@pytest.mark.parametrize(
    ("name", "title", "outlet", "expected", "agency"),
    [
        ("outlet behind", "Bridge opens in Hilla - Gulf Example", "Gulf Example", "bridge opens in hilla", ""),
        ("a paper behind", "Bridge opens in Hilla | Example Times", "", "bridge opens in hilla", ""),
        ("agency before", "Reuters: Bridge opens in Hilla", "", "bridge opens in hilla", "reuters"),
        ("urgent", "URGENT - Bridge opens in Hilla", "", "bridge opens in hilla", ""),
        ("Arabic urgent", "عاجل: افتتاح جسر الحلة", "", "افتتاح جسر الحله", ""),
        ("a dash of its own", "Talks - the third round - end in Muscat", "", "talks the third round end in muscat", ""),
    ],
)
def test_headline_without_agency_and_outlet(name: str, title: str, outlet: str, expected: str, agency: str) -> None:
    told = wording(title, "", outlet)
    assert (" ".join(told.title), told.agency) == (expected, agency), name


@pytest.mark.parametrize(
    ("name", "one", "other", "candidates"),
    [
        ("summary and full text", (TITLE, TEXT), ("Other words", TEXT[:220]), True),
        ("similar headlines", ("Rocket attack in Kirkuk kills 3", ""), ("Rocket attack in Mosul kills 4", ""), True),
        ("equal headlines of one word", ("Explosion", ""), ("Explosion", ""), True),
        ("nothing shared", (TITLE, TEXT), ("Parliament dismisses minister", FRESH), False),
        ("empty", ("", ""), ("", ""), False),
    ],
)
def test_candidate_keys(name: str, one: tuple[str, str], other: tuple[str, str], candidates: bool) -> None:
    first, second = sketch(wording(*one)), sketch(wording(*other))
    assert (len(first & second) >= SHARED) is candidates, name
    assert frozenset(unpack(pack(first))) == first


def test_boilerplate_is_taken_off_even_where_nothing_else_stands() -> None:
    advert = "Follow our channel for more news from the region."
    known = frozenset({sentence_number(wording("", advert).sentences[0])})
    assert wording("", f"{TEXT} {advert}").without(known).words == wording("", TEXT).words
    assert wording("", TEXT).without(known) is wording("", TEXT)
    assert not wording("", advert).without(known).sentences
    assert known <= set(edges(wording("", f"{TEXT} {advert}")))


def candidate(told: Side, story: str, *, opens: bool = True, days: int = 0) -> Candidate:
    return Candidate(told, story, f"t{story[1:]}", NOW - timedelta(days=days), f"origin of {story}", opens)


def test_best_match_gives_story_and_origin() -> None:
    other = candidate(side("Parliament dismisses interior minister", FRESH, name="a0"), "s0")
    first = candidate(side(TITLE, TEXT), "s1")
    placed, _ = place(
        side(TITLE, TEXT, name="a9", source="two", at=HOUR), [other, first], Placement(Relation.NEW, "s9", "t9")
    )
    assert (placed.relation, placed.story, placed.thread, placed.origin) == (
        Relation.DUPLICATE,
        "s1",
        "t1",
        "origin of s1",
    )


def test_an_update_that_names_an_agency_has_it_as_origin() -> None:
    first = candidate(side(TITLE, TEXT), "s1")
    later = side(TITLE, f"ZERQAN (Reuters) - {TEXT.replace('14', '17')}", name="a9", source="two", at=HOUR)
    placed, _ = place(later, [first], Placement(Relation.NEW, "s9", "t9"))
    assert (placed.relation, placed.origin) == (Relation.UPDATED, "reuters")


def test_a_match_with_a_later_member_is_not_chained() -> None:
    """The member was joined long ago; what repeats it but has nothing of the first text opens its own story."""
    first = candidate(side(TITLE, TEXT), "s1")
    member = candidate(side("Interior minister dismissed", FRESH, name="a2"), "s1", opens=False)
    placed, _ = place(
        side("Interior minister dismissed", FRESH, name="a9", source="two", at=HOUR),
        [member, first],
        Placement(Relation.NEW, "s9", "t9"),
    )
    assert (placed.relation, placed.story, placed.thread) == (Relation.RELATED, "s9", "t1")
    assert "but the story's first text is no match" in placed.evidence


@pytest.mark.parametrize(("days", "relation", "thread"), [(1, Relation.RELATED, "t1"), (5, Relation.NEW, "t9")])
def test_a_thread_ends_with_its_event(days: int, relation: Relation, thread: str) -> None:
    first = candidate(side("Rocket attack in Kirkuk kills 3"), "s1", days=days)
    later = side("Rocket attack in Mosul kills 4", name="a9", source="two", at=HOUR)
    placed, _ = place(later, [first], Placement(Relation.NEW, "s9", "t9"))
    assert (placed.relation, placed.story, placed.thread) == (relation, "s9", thread)
