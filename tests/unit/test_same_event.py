"""Which reports tell one event, what forbids it, and what a further report adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.decide.event_acts import in_common, lasting, repeats_lasting
from alerts.decide.event_clash import clash
from alerts.decide.event_facts import done, facts_of
from alerts.decide.event_line import describe
from alerts.decide.event_news import news_in, tells_another
from alerts.decide.event_repeats import is_comment, like, possibly_same, same_fact
from alerts.decide.known_reports import known_reports
from alerts.decide.same_event import EventWindow, parts_of
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from tests.unit.desk import NOW

SETTINGS = EventSettings(
    alike={"strike": "strike", "assault": "strike"},
    developments=frozenset({"strike", "assault", "kill", "close", "arrest"}),
    by_target=frozenset({"strike", "assault", "kill", "arrest"}),
    wider={"erbil": frozenset({"iraq"}), "basra": frozenset({"iraq"})},
    labels={"us": "US", "iraq": "Iraq", "erbil": "Erbil", "kuwait": "Kuwait", "iran": "Iran"},
)
HOUR = timedelta(hours=1)


def event(*acts: Act, places: tuple[str, ...] = (), words: str = "", killed: int = 0) -> EventMention:
    """Return a mention whose names are those of its acts and places."""
    names = (*(name for act in acts for name in (*act.by, *act.on)), *places)
    casualties = {"killed": killed} if killed else {}
    return EventMention(acts, tuple(dict.fromkeys(names)), places, (), tuple(words.split()), casualties)


def report(
    mention: EventMention, hours: float = 0, source: str = "wire", title: str = "", thread: str = "t1"
) -> Report:
    return Report(int(hours * 60) + 1, f"s{hours}-{source}", thread, source, title, NOW + hours * HOUR, mention)


STRIKE = Act("strike", "happened", ("iran",), ("us",))
RAID = Act("assault", "happened", (), ("us",))


def window(*reports: Report) -> EventWindow:
    known = EventWindow(SETTINGS)
    for each in reports:
        known.add(each)
    return known


def test_other_words_for_one_deed_on_one_target_tell_one_event() -> None:
    first = report(event(STRIKE, places=("erbil",), words="missile base dawn"))
    later = report(event(RAID, places=("iraq",), words="soldier shelter"), 3, "daily")
    near = window(first).nearest(later)
    assert near is not None
    assert near.earlier is first
    assert near.words(later, SETTINGS).startswith("same event as s0-wire: both ")
    assert "US" in near.words(later, SETTINGS)
    assert "3 h apart" in near.words(later, SETTINGS)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (event(STRIKE, places=("erbil",)), event(STRIKE, places=("basra",))),
        (event(STRIKE), event(Act("strike", "happened", ("us",), ("iran",)))),
        (event(STRIKE, killed=2), event(STRIKE, killed=40)),
    ],
    ids=["place", "roles the other way round", "toll"],
)
def test_a_clash_forbids(earlier: EventMention, later: EventMention) -> None:
    assert clash(report(earlier), report(later, 1, "daily"), SETTINGS)
    assert window(report(earlier)).nearest(report(later, 1, "daily")) is None


def test_a_strike_and_the_answer_to_it_are_two_events() -> None:
    answer = Act("assault", "happened", ("us",), ("kuwait",))
    assert "somebody else" in clash(report(event(STRIKE)), report(event(answer)), SETTINGS)
    # one side left open, or the deed only beside the news, tells nothing
    assert not clash(report(event(STRIKE)), report(event(replace(answer, by=()))), SETTINGS)
    assert not clash(report(event(STRIKE)), report(event(replace(answer, aside=True))), SETTINGS)
    # nor does one of two deeds where the other agrees
    assert not clash(report(event(STRIKE)), report(event(answer, STRIKE)), SETTINGS)


def test_a_name_of_all_reports_and_a_deed_are_no_event() -> None:
    settings = replace(SETTINGS, parties=frozenset({"us", "iran"}))
    one, other = (event(Act("strike", "happened", (), ("us",)), words=words) for words in ("dawn", "dusk"))
    known = EventWindow(settings)
    known.add(report(one))
    assert known.nearest(report(other, 1, "daily")) is None
    assert window(report(one)).nearest(report(other, 1, "daily")) is not None  # "us" is no party there
    # a deed and two such names are one, also where the deed is in the background
    known.add(report(event(STRIKE), source="third"))
    arrested = event(Act("arrest", "happened", ("us",), ("iran",)), replace(STRIKE, standing="background"))
    assert known.nearest(report(event(STRIKE), 1, "daily")) is not None
    assert known.nearest(report(arrested, 1, "daily")) is not None
    unlike = event(Act("close", "happened", ("iran",), ("us",)))
    assert known.nearest(report(unlike, 1, "daily")) is None


def test_a_further_deed_of_both_headlines_is_no_event() -> None:
    denied = Act("deny", "happened", ("iran",), ("us",))
    one, other = event(STRIKE, denied), event(Act("close", "happened", ("iran",), ("us",)), denied)
    known = EventWindow(replace(SETTINGS, parties=frozenset({"us", "iran"})))
    known.add(report(one))
    assert known.nearest(report(other, 1, "daily")) is None
    # where one of them begins with it, the other may be what is denied
    assert known.nearest(report(event(denied), 1, "daily")) is not None


def test_a_name_of_many_reports_is_as_common_as_a_state() -> None:
    place = event(Act("strike", "happened"), places=("erbil",))
    known = window(report(place))
    assert known.nearest(report(place, 1, "daily")) is not None
    for number in range(31):
        closed = event(Act("close", "happened"), places=("erbil",), words=f"w{number}")
        known.add(replace(report(closed, source=f"o{number}"), seq=100 + number))
    assert known.nearest(report(place, 1, "daily")) is None


def test_a_chain_ends_where_the_last_is_another_event_than_the_first_of_its_thread() -> None:
    answer = Act("strike", "happened", ("us",), ("iran",))
    first = report(event(STRIKE))
    vague = replace(report(event(STRIKE, answer), 1, "daily"), seq=70)  # tells both
    later = report(event(answer), 2, "third")
    assert window(first, vague).nearest(later) is None
    assert window(first, replace(vague, thread="t2")).nearest(later) is not None


def test_what_lies_within_does_not_clash_nor_does_a_toll_that_rose() -> None:
    assert not clash(report(event(STRIKE, places=("erbil",))), report(event(STRIKE, places=("iraq",))), SETTINGS)
    assert not clash(report(event(STRIKE, killed=3)), report(event(STRIKE, killed=9)), SETTINGS)


def test_a_series_of_one_outlet_does_not_join() -> None:
    first, again = (report(event(STRIKE), hours, title="Morning bulletin") for hours in (0, 23))
    assert window(first).nearest(again) is None
    assert window(first).nearest(report(event(STRIKE), 23, "daily", "Morning bulletin")) is not None


@pytest.mark.parametrize("hours", [25, 30])
def test_a_report_a_day_later_is_another_event(hours: int) -> None:
    assert window(report(event(STRIKE))).nearest(report(event(STRIKE), hours)) is None


def test_two_arrests_of_one_day_share_a_deed_and_no_name() -> None:
    first, later = (report(event(Act("arrest", "happened"), words=word)) for word in ("cell", "gang"))
    assert window(first).nearest(later) is None


def test_old_reports_leave_the_window_and_no_trace() -> None:
    known = window(report(event(STRIKE)), report(event(RAID), 2, "daily"))
    known.forget(NOW + HOUR)
    assert [each.source for each in known.since(NOW)] == ["daily"]
    known.forget(NOW + 3 * HOUR)
    assert not known.since(NOW)
    assert known.nearest(report(event(STRIKE), 3)) is None


# -- deeds that last ---------------------------------------------------------------------------------------------

LASTING = replace(
    SETTINGS,
    developments=SETTINGS.developments | {"deal", "lapse", "reopen", "intercept"},
    by_target=SETTINGS.by_target | {"intercept"},
    alike={**SETTINGS.alike, "intercept": "strike"},
    parties=frozenset({"us", "iran", "oman", "france"}),
    lasting={"deal": frozenset({"lapse", "strike"}), "lapse": frozenset({"deal"}), "close": frozenset({"reopen"})},
    defences=frozenset({"intercept"}),
)
DEAL = Act("deal", "happened", ("us", "iran"))


def told_by(name: str, *acts: Act, words: int = 4) -> EventMention:
    """Return what acts tell with somebody who only speaks of them, in words of their own."""
    told = event(*acts, words=" ".join(f"{name}{number}" for number in range(words)))
    return replace(told, names=(name, *told.names))


def lasting_in_common(one: EventMention, other: EventMention) -> str:
    return in_common(lasting(one, LASTING), lasting(other, LASTING), LASTING)


def lasting_window(*reports: Report) -> EventWindow:
    known = EventWindow(LASTING)
    for each in reports:
        known.add(each)
    return known


@pytest.mark.parametrize(
    ("later", "same"),
    [
        (told_by("france", DEAL), True),
        (told_by("france", replace(DEAL, by=())), True),
        (told_by("france", replace(DEAL, by=("iran",), on=("oman",))), False),
        (told_by("france", replace(DEAL, by=("iran",))), False),
        (told_by("france", Act("lapse", "happened", ("us", "iran"))), False),
        (told_by("france", replace(DEAL, standing="expected")), False),
    ],
    ids=["who speaks", "parties unclear", "others", "one of them", "another deed", "expected"],
)
def test_a_deed_that_lasts_is_the_same_of_the_same_parties(later: EventMention, same: bool) -> None:
    first = told_by("oman", DEAL)
    if not later.acts[0].by:
        later = replace(later, names=("us", "iran"))
    assert bool(lasting_in_common(first, later)) is same
    assert repeats_lasting(report(later, 1), [report(first)], LASTING) is same


def test_a_deed_that_lasts_joins_with_less_in_common_and_before_what_has_more() -> None:
    first, later = (report(told_by(name, DEAL, words=90), hours, name) for hours, name in enumerate(("oman", "france")))
    near = lasting_window(first).nearest(later)
    assert near is not None
    assert 0.2 < near.share < 0.3
    unlasting = EventWindow(replace(LASTING, lasting={}))
    unlasting.add(first)
    assert unlasting.nearest(later) is None
    ended = replace(later.mention, acts=(Act("lapse", "happened", ("us", "iran")),))
    nearest = lasting_window(first, report(ended, 0.5, "third", thread="t2")).nearest(later)
    assert nearest is not None
    assert nearest.earlier is first
    # nothing but the deed and its parties is too little
    assert (
        lasting_window(report(told_by("oman", DEAL, words=250))).nearest(report(told_by("france", DEAL, words=250), 1))
        is None
    )


LAPSE = Act("lapse", "happened", ("us", "iran"))


@pytest.mark.parametrize(
    ("between", "known"),
    [
        ((), True),
        ((LAPSE,), False),
        ((replace(LAPSE, by=("iran",)),), False),
        ((replace(LAPSE, by=()),), True),
        ((replace(LAPSE, standing="expected"),), True),
        ((replace(LAPSE, by=("oman", "france")),), True),
        ((Act("close", "happened", ("us", "iran")),), True),
        ((Act("strike", "happened", ("us",), ("iran",)),), False),
        ((Act("strike", "happened", ("us",), ("oman",)),), True),
        ((Act("strike", "happened", ("oman",), ("iran",)),), True),
    ],
    ids=[
        *("nothing", "ended", "by one", "by nobody", "to come", "of others", "another deed"),
        *("struck", "others struck", "struck by others"),
    ],
)
@pytest.mark.parametrize("hours", [4, 30])
def test_what_lasts_is_known_until_it_ends(between: tuple[Act, ...], known: bool, hours: float) -> None:
    first, later = report(event(DEAL)), report(event(DEAL), hours, "daily")
    since = [report(event(each), 2, "x") for each in between]
    found = known_reports(later, [first, *since], LASTING, later.at)
    assert (first in found) is known
    assert repeats_lasting(later, found, LASTING) is known
    assert bool(news_in(later, found, [], LASTING)) is not known
    # told again after that, it is known again
    found = known_reports(later, [first, *since, report(event(DEAL), 3, "y")], LASTING, later.at)
    assert repeats_lasting(later, found, LASTING)
    assert [each.at for each in found] == sorted(each.at for each in found)


def test_an_end_before_the_deed_is_none_and_another_is_news() -> None:
    later = report(event(DEAL), 30, "daily")
    known = [report(event(LAPSE)), report(event(DEAL), 1)]
    assert known_reports(later, known, LASTING, later.at) == known[1:]
    again = replace(later, mention=event(replace(DEAL, again=True)))
    assert known_reports(again, known, LASTING, later.at) == []


def test_an_attack_is_known_for_hours() -> None:
    later = report(event(STRIKE), 20, "daily")
    assert known_reports(later, [report(event(STRIKE))], LASTING, later.at) == []
    assert known_reports(later, [report(event(STRIKE), 15)], LASTING, later.at) != []
    # one named beside a deed that lasts keeps its own time
    both = report(event(DEAL, STRIKE), 20, "daily")
    assert known_reports(both, [report(event(STRIKE))], LASTING, later.at) == []


@pytest.mark.parametrize(("hours", "another"), [(4, False), (30, True)])
@pytest.mark.parametrize("attack", [STRIKE, replace(STRIKE, by=(), on=()), replace(STRIKE, standing="claimed")])
def test_an_attack_told_beside_what_lasts_is_known_for_hours(attack: Act, hours: float, another: bool) -> None:
    first, later = report(event(DEAL, attack, killed=9)), report(event(DEAL, attack, killed=3), hours, "daily")
    found = known_reports(later, [first], LASTING, later.at)
    assert repeats_lasting(later, found, LASTING)
    news = news_in(later, found, [], LASTING)
    assert any("3 killed" in each for each in news) is another
    assert any("str" in each for each in news) is another
    assert tells_another(later, found, [], LASTING) is another


def test_an_attack_of_yesterday_beside_the_news_is_no_news() -> None:
    beside = replace(STRIKE, aside=True)
    first, later = report(event(DEAL, beside, killed=9)), report(event(DEAL, beside, killed=9), 30, "daily")
    found = known_reports(later, [first], LASTING, later.at)
    assert news_in(later, found, [], LASTING) == ()
    assert news_in(report(event(DEAL, STRIKE), 30), found, [], LASTING) == ("struck: US",)


def test_parties_that_only_the_headline_names_must_hold_all_that_word_order_gives() -> None:
    three = event(replace(DEAL, by=("us", "iran", "oman")))
    loose = replace(event(replace(DEAL, by=())), names=("us", "iran", "france"))
    assert not lasting_in_common(three, loose)
    assert not lasting_in_common(loose, three)
    assert lasting_in_common(replace(loose, names=(*loose.names, "oman")), three) == "deal"
    # a place or a person alone does, one state does not
    assert lasting_in_common(event(replace(DEAL, by=("hormuz",))), event(replace(DEAL, by=("hormuz",)))) == "deal"
    alone = event(replace(DEAL, by=("iran",)))
    assert not lasting_in_common(alone, alone)


def test_a_deed_beside_the_news_or_behind_another_is_not_what_is_repeated() -> None:
    assert not lasting_in_common(event(DEAL), event(STRIKE, replace(DEAL, aside=True)))
    assert not repeats_lasting(report(event(STRIKE, DEAL), 1), [report(event(DEAL))], LASTING)


def test_who_shoots_a_drone_down_is_no_other_attacker() -> None:
    shot = event(Act("intercept", "happened", ("us",), ("iran",)))
    first, later = report(event(STRIKE)), report(shot, 1, "daily")
    assert news_in(later, [first], [], LASTING) == ()
    assert not tells_another(later, [first], [], LASTING)
    assert not clash(first, later, LASTING)
    # where it was done is news all the same
    elsewhere = report(replace(shot, places=("erbil",)), 1, "daily")
    assert news_in(elsewhere, [first], [], LASTING) == ("struck: Erbil",)
    assert not any(part[0] == "role" for part in parts_of(shot, LASTING))


# -- what is new ------------------------------------------------------------------------------------------------


def news(later: EventMention, *known: EventMention, elsewhere: tuple[EventMention, ...] = ()) -> tuple[str, ...]:
    before = [report(each, source=f"o{number}") for number, each in enumerate(known)]
    others = [report(each, thread="t2", source="x") for each in elsewhere]
    return news_in(report(later, 1, "daily"), before, others, SETTINGS)


def test_a_repeat_in_other_words_adds_nothing() -> None:
    assert news(event(RAID), event(STRIKE)) == ()
    assert news(event(Act("strike", "claimed", ("iran",), ("us",))), event(STRIKE)) == ()


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (event(STRIKE, killed=2), ("2 killed",)),
        (event(Act("strike", "happened", ("iran",), ("kuwait",))), ("struck: Kuwait",)),
        (event(Act("close", "happened", ("iran",), ("iraq",))), ("close",)),
        (event(Act("strike", "claimed", ("kuwait",), ("us",))), ("claimed by Kuwait",)),
        (event(Act("deny", "happened"), Act("strike", "denied")), ("no strike",)),
        (event(Act("strike", "happened", (), ("us",), again=True)), ("struck again: US",)),
    ],
    ids=["toll", "target", "deed", "claim", "denial", "another of the series"],
)
def test_a_development_is_told_in_words(later: EventMention, words: tuple[str, ...]) -> None:
    assert news(later, event(STRIKE)) == words
    assert news(later, event(STRIKE), later) == ()


def test_a_toll_that_rose_is_told_with_the_one_before() -> None:
    assert news(event(STRIKE, killed=5), event(STRIKE, killed=3)) == ("3 -> 5 killed",)
    assert news(event(STRIKE, killed=2), event(STRIKE, killed=3)) == ()


@pytest.mark.parametrize("standing", ["background", "expected", "asked", "remembered", "opinion", "roundup"])
def test_what_did_not_happen_is_no_fact(standing: str) -> None:
    assert facts_of(event(Act("close", standing, ("iran",), ("iraq",))), SETTINGS) == ()


def test_another_event_in_the_same_headline_is_no_news() -> None:
    both = event(RAID, Act("close", "happened", ("iran",), ("kuwait",)))
    closed = event(Act("close", "happened", ("iran",), ("kuwait",)))
    assert news(both, event(STRIKE)) == ("close",)
    assert news(both, event(STRIKE), elsewhere=(closed,)) == ()
    # a closure with which the headline begins may be another; a strike on the same target is none
    assert news(closed, event(STRIKE), elsewhere=(closed,)) == ("close",)
    assert news(event(STRIKE), closed, elsewhere=(event(STRIKE),)) == ()


def test_a_strait_closed_again_is_closed_and_a_strike_again_is_another() -> None:
    closed = Act("close", "happened", ("iran",))
    assert news(event(replace(closed, again=True)), event(closed)) == ()
    assert news(event(replace(STRIKE, again=True)), event(STRIKE)) == ("struck again: US",)


@pytest.mark.parametrize("known", [replace(STRIKE, aside=True), replace(STRIKE, standing="background")])
def test_what_was_told_beside_the_news_or_behind_it_is_known(known: Act) -> None:
    killed = event(Act("kill", "happened", (), ("us",)), known, places=("kuwait",), killed=2)
    assert news(event(STRIKE, places=("kuwait",)), killed) == ()
    assert news(event(replace(STRIKE, by=("kuwait",))), killed) == ("strike by kuwait".replace("kuwait", "Kuwait"),)
    # what only a memorial tells is not
    assert news(event(STRIKE), event(Act("close", "happened"), replace(STRIKE, standing="remembered"))) != ()


def test_a_toll_of_attacks_that_only_stand_beside_the_news_is_no_news() -> None:
    halt = Act("close", "happened", ("iran",))
    beside = event(halt, Act("kill", "happened", (), ("us",), aside=True), killed=4)
    assert news(beside, event(halt), elsewhere=(event(Act("kill", "happened", (), ("us",))),)) == ()
    assert news(event(halt, killed=4), event(halt)) == ("4 killed",)
    assert news(
        event(halt, STRIKE, Act("kill", "happened", (), ("us",), aside=True), killed=4), event(halt, STRIKE)
    ) == (
        "4 killed",
        "kill",
    )


@pytest.mark.parametrize(
    ("later", "another"),
    [
        (event(RAID), False),
        (event(Act("strike", "happened", ("iran",), ("kuwait",))), True),
        (event(STRIKE, places=("kuwait",)), True),
        (event(replace(STRIKE, by=("iraq",))), True),
        (event(replace(STRIKE, again=True)), True),
        (event(replace(STRIKE, on=(), again=True)), True),
        (event(Act("arrest", "happened", (), ("iran",))), False),
        (event(STRIKE, killed=3), False),
        (event(Act("close", "happened", ("iran",), ("kuwait",))), False),
    ],
    ids=["the same", "target", "place", "doer", "said to be", "of nobody", "another deed", "toll", "no target"],
)
def test_what_may_be_a_second_attack(later: EventMention, another: bool) -> None:
    first = report(event(STRIKE))
    assert tells_another(report(later, 1, "daily"), [first], [], SETTINGS) is another
    # what was told by itself is no second attack here
    assert not tells_another(report(later, 1, "daily"), [first], [report(later, 0.5, "x", thread="t2")], SETTINGS)


SHOT = event(Act("kill", "happened", (), ("us",)), places=("erbil",), killed=1)


@pytest.mark.parametrize(
    ("later", "same"),
    [
        (event(Act("kill", "happened", (), ("us",)), places=("iraq",), killed=1), True),
        (event(Act("kill", "happened", (), ("us",)), places=("iraq",), killed=2), False),
        (event(Act("kill", "happened", (), ("us",)), places=("iraq",)), False),
        (event(Act("kill", "happened", (), ("us",)), places=("basra",), killed=1), False),
        (event(Act("kill", "happened", (), ("iran",)), killed=1), False),
        (event(Act("kill", "happened", (), ("us",), again=True), places=("iraq",), killed=1), False),
        (event(Act("kill", "happened", (), ("us",)), Act("close", "happened"), places=("iraq",), killed=1), False),
    ],
    ids=["a wider place", "higher toll", "no toll", "other place", "other target", "another", "a further deed"],
)
def test_a_report_with_the_toll_of_another_thread_may_tell_its_event(later: EventMention, same: bool) -> None:
    first, ours = report(SHOT), report(later, 2, "daily", thread="t2")
    found = possibly_same(ours, like(ours, [first], SETTINGS), [first], SETTINGS)
    assert (found is first) is same


def test_a_lower_toll_no_target_and_a_series_of_one_outlet_may_not_tell_its_event() -> None:
    killed = event(Act("kill", "happened", (), ("us",)), killed=1)
    three = report(event(Act("kill", "happened", (), ("us",)), killed=3))
    assert like(report(killed, 2, "daily", thread="t2"), [three], SETTINGS) == []
    nobody = event(Act("kill", "happened"), killed=1)
    assert like(report(nobody, 2, "daily", thread="t2"), [report(nobody)], SETTINGS) == []
    first, again = (report(killed, hours, title="Soldier killed", thread=f"t{hours}") for hours in (0, 7))
    assert like(again, [first], SETTINGS) == []
    assert like(replace(again, title="A soldier is killed"), [first], SETTINGS) == [first]


def test_the_newest_of_those_it_may_repeat_is_named() -> None:
    both = [report(SHOT, 1), report(SHOT, 0.5, "x")]
    ours = report(SHOT, 2, "daily", thread="t2")
    assert possibly_same(ours, like(ours, both, SETTINGS), both, SETTINGS) is both[0]


def test_a_headline_that_ends_as_a_question_is_a_comment() -> None:
    assert is_comment(report(event(STRIKE), title="Iran strikes US base: is war near?"))
    assert is_comment(report(event(STRIKE), title="Iran strikes US base: 'is war near?'"))
    assert not is_comment(report(event(STRIKE), title="Iran strikes US base"))


def test_a_deed_named_beside_the_news_is_news_only_where_its_kind_was_not_told() -> None:
    beside = event(RAID, Act("close", "happened", ("iran",), ("kuwait",), aside=True))
    assert news(beside, event(STRIKE)) == ("close",)
    assert news(beside, event(STRIKE), elsewhere=(event(Act("close", "happened", ("us",), ("iran",))),)) == ()
    other = event(Act("close", "happened", ("iran",)), Act("assault", "happened", ("us",), ("kuwait",), aside=True))
    assert news(other, event(Act("close", "happened", ("iran",)), STRIKE)) == ()


def test_what_is_only_named_behind_the_news_is_the_same_fact_too() -> None:
    behind = report(event(Act("close", "happened", ("iran",)), replace(STRIKE, standing="background", aside=True)), 2)
    struck = report(event(STRIKE), thread="t2")
    assert same_fact(behind, [struck], SETTINGS) == [struck]


def test_a_headline_is_no_graver_by_what_it_names_beside_its_news() -> None:
    beside = report(event(Act("close", "happened", ("iran",)), replace(STRIKE, aside=True)), 2)
    struck = report(event(STRIKE), thread="t2")
    assert same_fact(beside, [struck], SETTINGS) == [struck]
    assert same_fact(report(event(Act("close", "happened", ("iran",)), STRIKE), 2), [struck], SETTINGS) == []


@pytest.mark.parametrize(("standing", "comment"), [("opinion", True), ("roundup", True), ("happened", False)])
def test_an_analysis_is_a_comment(standing: str, comment: bool) -> None:
    assert is_comment(report(event(Act("close", standing, ("iran",)), STRIKE))) is comment
    assert not is_comment(report(event()))


def test_an_event_is_described_by_its_first_deed_that_is_no_background() -> None:
    told = event(Act("strike", "background", (), ("iran",)), STRIKE, places=("erbil", "iraq"), killed=3)
    assert describe(told, SETTINGS) == "strike; by Iran; on US; in Erbil; 3 killed"
    assert describe(event(Act("kill", "claimed", ("iran",))), SETTINGS) == "kill; by Iran; claimed"
    assert describe(EventMention((STRIKE,), from_lead=True), SETTINGS) == ""


DENY, DENIED = Act("deny", "happened", ("us",)), Act("strike", "denied", (), ("kuwait",))


@pytest.mark.parametrize(
    ("acts", "words"),
    [
        ((DENY, DENIED), "deny strike; by US; on Kuwait"),
        ((DENIED, DENY), "deny strike; by US; on Kuwait"),
        ((DENIED,), "strike; on Kuwait; denied"),
        ((STRIKE, DENY, DENIED), "strike; by Iran; on US"),
        ((DENY,), ""),  # of what, stands in the headline
        ((Act("refuse", "happened", ("iran",)), Act("withdraw", "expected", ("iran",))), ""),
        ((Act("fall", "happened", (), ("us",)),), ""),
        ((Act("drill", "rehearsed", ("us",)),), "drill; by US"),
    ],
)
def test_a_line_says_what_was_denied_or_nothing(acts: tuple[Act, ...], words: str) -> None:
    assert describe(event(*acts), SETTINGS) == words


@pytest.mark.parametrize(
    ("deed", "participle"), [("strike", "struck"), ("kill", "killed"), ("seize", "seized"), ("withdraw", "withdrawn")]
)
def test_what_somebody_suffered_is_told_as_done(deed: str, participle: str) -> None:
    assert done(deed) == participle


def test_what_was_only_hit_somewhere_tells_nothing_of_a_target_there() -> None:
    vague = event(Act("strike", "happened"), places=("iraq",), words="oil field")
    base = event(Act("assault", "happened"), Act("strike", "happened", (), ("erbil",)), places=("erbil", "iraq"))
    assert news(base, vague) == ("struck: Erbil",)
    assert tells_another(report(base, 1, "daily"), [report(vague)], [], SETTINGS)
    beside = event(Act("close", "happened", ("iran",)), Act("strike", "happened"), places=("iraq",))
    assert news(base, beside) == ("struck: Erbil",)
    # where a target was named, the place is told in other words
    assert news(base, event(Act("assault", "happened"), STRIKE, places=("iraq",))) == ()
    # and a place that is wider tells nothing new of a target that was named, nor does another report without one
    assert news(vague, base) == ()
    assert news(event(Act("strike", "happened"), places=("erbil",)), vague) == ()
