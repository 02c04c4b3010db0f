"""What is asked of a translation service, what its answers are worth, which messages they change; and how it is shown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Kind, Reason, Severity, Translation
from alerts.decide.translating import (
    TRIES,
    WAITING_MOST,
    Answer,
    Queue,
    ServiceState,
    Wanted,
    after,
    judged,
    news_of,
    to_edit,
)
from alerts.delivery import Carried, Carrier, Delivery, DeliveryState, NewDelivery
from alerts.line.translations import lacking_names, queue_known, store_translation
from alerts.render import mail, slack, text
from alerts.render.handover import Handover, ToldStory, markdown
from alerts.rules.config import load
from alerts.rules.entities import EntityFinder
from alerts.run.libretranslate import read
from alerts.run.stage import Turn
from alerts.run.translating import TranslateHeadlines, Translator
from alerts.store import claims, decisions, outbox, snapshot, translations
from crawler.config.problems import ConfigError
from crawler.store.articles import load_counts
from crawler.store.writer_lane import WriterLane
from tests.migrated import new_store
from tests.unit.alerts_made import ALERT, SENT
from tests.unit.desk import NOW

ARABIC = "قصف قاعدة عين الأسد وإصابة جنديين"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


# answers


@pytest.mark.parametrize(
    ("answer", "fault", "own"),
    [
        ("Ain al-Asad base\nshelled\u202e, two wounded", "", False),
        ("👋🤖", "without a letter", False),
        ("12 : 14", "without a letter", False),
        ("", "without a letter", False),
        ("<p>Sign in</p>", "markup", False),
        ("3 < 5, says official", "", False),
        (ARABIC, "the headline itself", True),
        (f" {ARABIC}. ", "the headline itself", True),
        ("قصف قاعدة عين الأسد base", "another script", True),
        ("base " * 200, "characters to a headline", True),
    ],
)
def test_answer_is_a_translation_or_says_why_it_is_none(answer: str, fault: str, own: bool) -> None:
    made = judged(Answer(answer), ARABIC, "en")
    assert fault in made.fault
    assert (bool(made.fault), made.own) == (bool(fault), own)
    assert made.text == ("" if fault else answer.replace("\n", " ").replace("\u202e", ""))


def test_fault_stays_what_it_is() -> None:
    fault = Answer(fault="HTTP 429", wait=HOUR)
    assert judged(fault, ARABIC, "en") == fault


@pytest.mark.parametrize(
    ("status", "body", "made"),
    [
        (200, '{"translatedText": "Base shelled", "detectedLanguage": {}}', Answer("Base shelled")),
        (200, '{"translatedText": ["Base shelled"]}', Answer(fault="answers with something else than a translation")),
        (200, "<html>", Answer(fault="answers with something else than a translation")),
        (400, '{"error": "ckb is not supported"}', Answer(fault="HTTP 400: ckb is not supported", own=True)),
        (403, '{"error": "Invalid API key"}', Answer(fault="HTTP 403: Invalid API key")),
        (500, '{"error": {"a": 1}}', Answer(fault="HTTP 500")),
        (502, "<html>Bad gateway</html>", Answer(fault="HTTP 502")),
    ],
)
def test_http_answers_are_read(status: int, body: str, made: Answer) -> None:
    assert read(status, body.encode(), None) == made


# what is asked


def wanted(text: str, severity: Severity = Severity.PRIORITY, ago: timedelta = MINUTE) -> Wanted:
    return Wanted(text, "ar", severity, NOW - ago, frozenset({f"s {text}"}))


def test_most_urgent_is_asked_first_then_the_newest() -> None:
    queue = Queue()
    for each in (wanted("old", ago=HOUR), wanted("new"), wanted("flash", Severity.FLASH, HOUR)):
        queue.add(each)
    assert emptied(queue) == ["flash", "new", "old"]


def emptied(queue: Queue) -> list[str]:
    """Return the headlines that wait, in the order in which they are asked for."""
    texts = []
    while found := queue.next(NOW):
        texts.append(found.text)
        queue.done(found)
    return texts


def test_too_many_leave_out_the_least_urgent_and_oldest() -> None:
    queue = Queue()
    for number in range(WAITING_MOST):
        assert queue.add(wanted(f"routine {number}", Severity.ROUTINE, MINUTE * (number % 300))) == 0
    assert queue.add(wanted("flash", Severity.FLASH, HOUR)) == 1
    assert len(queue) == WAITING_MOST
    texts = emptied(queue)
    assert texts[0] == "flash"
    assert f"routine {WAITING_MOST - 1}" not in texts


def test_same_headline_is_asked_once_for_all_its_stories() -> None:
    queue = Queue()
    queue.add(wanted("one"))
    queue.add(replace(wanted("one", Severity.FLASH), stories=frozenset({"other"})))
    each = queue.next(NOW)
    assert each is not None
    assert (each.stories, each.severity) == (frozenset({"s one", "other"}), Severity.FLASH)
    assert len(queue) == 1


def test_headline_that_fails_by_itself_lets_others_go_first_and_is_given_up() -> None:
    queue = Queue()
    queue.add(wanted("bad", Severity.FLASH))
    queue.add(wanted("good"))
    sources = []
    for number in range(TRIES):
        now = NOW + number * HOUR
        bad = queue.next(now) if not number else asked(queue, now, "good")
        assert bad is not None
        assert bad.text == "bad"
        sources.append(bad.source)
        queue.failed(bad, now)
        assert queue.next(now) == queue.next(now) != bad  # not at once again
    assert sources == ["ar", "auto", "auto"]
    assert asked(queue, NOW + TRIES * HOUR, "good") is None


def asked(queue: Queue, now: datetime, first: str) -> Wanted | None:
    """Return what is asked for after `first`, which is asked for first and waits again."""
    each = queue.next(now)
    assert each is not None
    assert each.text == first
    queue.done(each)
    after_it = queue.next(now)
    queue.add(each)
    return after_it


def test_headline_of_an_old_alert_is_not_asked_any_more() -> None:
    queue = Queue()
    queue.add(wanted("one", ago=timedelta(hours=5)))
    assert queue.next(NOW) is not None
    assert queue.next(NOW + HOUR) is None
    assert len(queue) == 0


def test_clock_that_is_set_moves_what_waits() -> None:
    queue = Queue()
    queue.add(wanted("one"))
    queue.shift(timedelta(days=3))
    assert queue.next(NOW) is None
    queue.add(wanted("one"))
    queue.shift(timedelta(days=3))
    assert queue.next(NOW + timedelta(days=3)) is not None


@pytest.mark.parametrize(("lang", "source"), [("ar", "ar"), ("fa-IR", "fa"), ("xx", "auto"), (None, "auto")])
def test_language_is_the_articles_or_left_to_the_service(lang: str | None, source: str) -> None:
    assert replace(wanted("one"), lang=lang).source == source
    assert replace(wanted("one"), lang=lang, tries=1).source == "auto"


# how the service has answered


def failing(minutes: list[int], *, own: bool = False) -> list[ServiceState]:
    states = [ServiceState()]
    for minute in minutes:
        states.append(after(states[-1], Answer(fault="HTTP 500", own=own), NOW + MINUTE * minute))
    return states


def test_service_rests_longer_with_each_failure_and_as_long_as_it_asks() -> None:
    rests = [each.rests_until - NOW for each in failing([0] * 9)[1:] if each.rests_until]
    assert [each.total_seconds() for each in rests] == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    asked = after(ServiceState(), Answer(fault="HTTP 429", wait=MINUTE * 20), NOW)
    assert asked.rests(NOW + MINUTE * 19)
    assert not asked.rests(NOW + MINUTE * 20)
    late = after(replace(ServiceState(), failures=6, since=NOW), Answer(fault="HTTP 429", wait=MINUTE), NOW)
    assert late.rests_until == NOW + 5 * MINUTE, "a service that asks for less has failed often all the same"
    forever = after(ServiceState(), Answer(fault="HTTP 429", wait=timedelta(days=9)), NOW)
    assert forever.rests_until == NOW + HOUR
    assert not forever.rests(NOW - timedelta(days=1))  # stored by a clock that was ahead
    assert after(ServiceState(), Answer(fault="HTTP 400", own=True), NOW).rests_until is None


def test_an_hour_of_failing_is_told_once_and_so_is_that_it_works() -> None:
    states = failing([0, 30, 59, 61, 90])
    told = [news_of(one, other, "UTC") for one, other in pairwise(states)]
    assert [bool(each) for each in told] == [False, False, False, True, False]
    works = after(states[-1], Answer("Base shelled"), NOW + MINUTE * 95)
    again = news_of(states[-1], works, "UTC")
    assert again is not None
    assert again[0] == "headlines are translated again"
    assert works == ServiceState(worked=NOW + MINUTE * 95)


def test_two_failures_of_a_quiet_night_are_no_outage_nor_is_what_was_mended_before() -> None:
    assert not failing([0, 90])[-1].told
    assert failing([0, 30, 60])[-1].told
    short = failing([0, 1, 2])
    assert news_of(short[-1], after(short[-1], Answer("Base shelled"), NOW + MINUTE * 3), "UTC") is None


def test_clock_set_back_begins_the_hour_anew() -> None:
    state = failing([0, 1, 2])[-1]
    back = after(state, Answer(fault="HTTP 500"), NOW - timedelta(days=1))
    assert back.since == NOW - timedelta(days=1)


# which message is edited


def sent(kind: Kind = Kind.ALERT, revision: int = 1, tried: datetime | None = NOW, **more: object) -> Delivery:
    made = replace(SENT, kind=kind, revision=revision, tried=tried, state=DeliveryState.SENT, sent=NOW)
    return replace(made, **more)  # type: ignore[arg-type]


def test_message_that_was_sent_without_the_translation_is_edited() -> None:
    assert to_edit([sent()], NOW + MINUTE) == sent()
    newer = sent(Kind.UPDATE, 2)
    assert to_edit([sent(), newer], NOW + MINUTE) == newer
    assert to_edit([sent(state=DeliveryState.UNKNOWN)], NOW + MINUTE) is not None
    perhaps = sent(Kind.EDIT, 2, state=DeliveryState.UNKNOWN)
    assert to_edit([sent(), perhaps], NOW + MINUTE) == perhaps, "it may have been read, and lacks it"
    edited = sent(Kind.EDIT, 2)
    assert to_edit([sent(), edited], NOW + MINUTE) == edited


@pytest.mark.parametrize(
    "story",
    [
        [],
        [sent(state=DeliveryState.QUEUED)],
        [sent(state=DeliveryState.DEAD)],
        [sent(state=DeliveryState.FOLDED)],
        [sent(tried=NOW + 2 * MINUTE)],
        [sent(), sent(Kind.EDIT, state=DeliveryState.QUEUED)],
        [sent(), sent(Kind.EDIT, tried=NOW + 2 * MINUTE)],
        [sent(Kind.ESCALATION)],
    ],
    ids=["nothing", "waits", "given up", "in a digest", "has it", "edit waits", "edit had it", "only an escalation"],
)
def test_message_that_has_or_will_have_it_is_not(story: list[Delivery]) -> None:
    assert to_edit(story, NOW + MINUTE) is None


# names

DESK = """\
version: 1
settings: {{admin: log, notify: [log]{translate}}}
receivers: {{log: {{urls: ["json://127.0.0.1:9/x"]}}}}
sources: [{{id: one, url: "https://one.example/feed"}}]
entities:
  base: {{aliases: ["عين الأسد", "Ain al-Asad"], label: Ain al-Asad, is_a: place}}
  ministry: {{aliases: ["وزارة الدفاع", "Ministry of Defence"]}}
  us: {{aliases: ["القوات الأميركية", "US forces"], label: US forces}}
  marines: {{aliases: ["Marines"], is_a: us}}
  asad: {{aliases: ["الأسد", "Asad"], label: Assad}}
rules: [{{id: r, title: R, match: {{any: [base]}}, severity: flash}}]
"""


@pytest.mark.parametrize(
    ("original", "translated", "missing"),
    [
        ("قصف قاعدة عين الأسد", "Ain al-Asad base shelled", ()),
        ("قصف قاعدة عين الأسد", "Lion's Eye base shelled", ("Ain al-Asad",)),
        ("وزارة الدفاع تنفي قصف عين الأسد", "Shelling denied", ("Ministry of Defence", "Ain al-Asad")),
        ("القوات الأميركية تنسحب", "US Marines withdraw", ()),  # one that is it names it
        ("قصف قرية", "Village shelled", ()),
    ],
)
def test_names_of_the_original_that_a_translation_lacks(
    tmp_path: Path, original: str, translated: str, missing: tuple[str, ...]
) -> None:
    config = load(written(tmp_path), environ={})
    assert lacking_names(EntityFinder(config), config, original, translated) == missing


def test_stage_of_a_tick_starts_the_asking_and_awaits_nothing(tmp_path: Path) -> None:
    """So an alert is queued and sent without it: `send` comes before it, and a coroutine that never waits takes no time.

    That nothing that decides, stores or sends may import what asks is a contract of the rooms (pyproject.toml).
    """

    async def run() -> None:
        config = load(written(tmp_path, '{url: "http://127.0.0.1:9"}'), environ={})
        database = new_store(tmp_path / "store.db")
        lane = WriterLane(database)
        translator = Translator(database, lane, config)
        stage = TranslateHeadlines(config, translator).run(Turn(lambda: NOW))
        with pytest.raises(StopIteration):  # it ends in its first step
            stage.send(None)
        assert translator._running is not None
        assert not translator._running.done()
        await translator.close()
        lane.close()
        database.close()

    asyncio.run(run())


# settings


def written(tmp_path: Path, translate: str = "") -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(DESK.format(translate=f", translate: {translate}" if translate else ""), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "translate",
    [
        '{url: "http://127.0.0.1:5000", key: "${KEY}"}',
        '{url: "http://[::1]:5000/", key: "${KEY}"}',
        '{url: "http://localhost:5000", key: "${KEY}"}',
        '{url: "https://translate.example", key: "${KEY}"}',
        '{url: "http://10.0.0.7:5000"}',
    ],
)
def test_service_may_be_anywhere_but_its_key_not_in_the_clear(tmp_path: Path, translate: str) -> None:
    config = load(written(tmp_path, translate), environ={"KEY": "s3cret"})
    assert config.translate is not None
    assert config.translate.key == ("s3cret" if "key" in translate else "")
    assert not config.translate.url.endswith("/")
    assert "s3cret" not in repr(config)


@pytest.mark.parametrize(
    ("translate", "words"),
    [
        ('{url: "ftp://one.example"}', "is no http(s) address; write https://host/path"),
        ('{url: "https://a:b@one.example"}', "carries a user name or password"),
        ('{url: "http://10.0.0.7:5000", key: "${KEY}"}', "its key would cross the network in the clear"),
        ('{key: "${KEY}"}', 'settings.translate lacks "url"'),
        ('{url: "https://one.example", kye: x}', 'unknown key "kye" in settings.translate (did you mean "key"?)'),
        ('"https://one.example"', "expected settings.translate (a mapping)"),
    ],
)
def test_faulty_service_is_an_error_with_a_remedy(tmp_path: Path, translate: str, words: str) -> None:
    with pytest.raises(ConfigError) as found:
        load(written(tmp_path, translate), environ={"KEY": "s3cret"})
    (problem,) = found.value.problems
    assert words in problem.message
    assert problem.place.line == 2


def test_missing_key_is_no_error_of_the_rules(tmp_path: Path) -> None:
    path = written(tmp_path, '{url: "https://one.example", key: "${KEY}"}')
    config = load(path, environ={})
    assert config.translate is None
    assert config.untranslated is not None
    assert config.untranslated.message.startswith("${KEY} is not set in the environment; set it, or take")
    unread = load(path, resolve_secrets=False, environ={})  # for commands that ask nobody
    assert (unread.translate, unread.untranslated) == (None, None)


# how it is shown

FOREIGN = replace(
    ALERT,
    article=replace(ALERT.article, title=ARABIC, lang="ar"),
    foreign=True,
    translation=Translation("<b>Base</b> *shelled*", ("Ain al-Asad", "الحشد")),
)
LINE = "machine translation (does not name Ain al-Asad, \u2068الحشد\u2069): <b>Base</b> *shelled*"


def test_every_form_of_an_alert_has_it_under_the_headline_and_without_markup() -> None:
    plain = text.render_alert(SENT, FOREIGN, "UTC")
    assert f"\u2068{ARABIC}\u2069\n{LINE}\n" in plain.body
    assert "machine translation" not in plain.title
    blocks = slack.render_alert(SENT, FOREIGN, "UTC").blocks
    header, below, *_ = blocks
    assert header["type"] == "header"
    assert below == {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": LINE}]}],
    }
    page = mail.render_alert(SENT, FOREIGN, "UTC").html
    shown = 'machine translation (does not name Ain al-Asad, <bdi dir="auto">الحشد</bdi>): &lt;b&gt;Base&lt;/b&gt; *shelled*'
    assert f'<h1 dir="auto">{ARABIC}</h1>\n<p class="line">{shown}</p>' in page


def test_every_form_of_a_digest_has_it() -> None:
    digest = replace(SENT, kind=Kind.DIGEST, reason=Reason.ROUTINE, subject="x@now")
    assert f"\n  {LINE}\n  Wire" in text.render_digest(digest, [FOREIGN], "UTC").body
    assert json.dumps(f"\n{LINE}") in json.dumps(slack.render_digest(digest, [FOREIGN], "UTC").blocks)
    page = mail.render_digest(digest, [FOREIGN], "UTC").html
    assert "&lt;b&gt;Base&lt;/b&gt; *shelled*</div>" in page


def test_handover_has_it_with_marks_escaped() -> None:
    shift = markdown(Handover(NOW - HOUR, NOW, (ToldStory(FOREIGN),)), "UTC")
    assert "): \\<b\\>Base\\</b\\> \\*shelled\\*\n" in shift


def test_translation_into_arabic_is_isolated() -> None:
    english = replace(ALERT, foreign=True, translation=Translation("قصف قاعدة"))
    assert "machine translation: \u2068قصف قاعدة\u2069\n" in text.render_alert(SENT, english, "UTC").body


# the store


SLACK = "watchslack://xoxb-not-a-token/C0WATCH001"


@pytest.mark.parametrize("told_by", ["alert", "sent edit", "folded edit"])
def test_edit_tells_the_revision_that_was_shown_with_its_notes_and_is_counted(
    stored: Connection, tmp_path: Path, told_by: str
) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text().replace('["json', f'["{SLACK}", "json'), encoding="utf-8")
    config = load(path, environ={})
    editable, plain = config.receivers["log"].targets
    decisions.add_alert(stored, FOREIGN)
    notes = ("Same event, told here only: x",)
    for target in (editable, plain):
        new = NewDelivery(
            target.id, "log", Kind.ALERT, Severity.FLASH, Reason.FIRST_ARTICLE, "s1", 1, ("r",), notes=notes
        )
        deliver(stored, new, NOW)
    edit = NewDelivery(editable.id, "log", Kind.EDIT, Severity.FLASH, Reason.TOLD, "s1", 1, ("r",))
    if told_by == "sent edit":
        deliver(stored, edit, NOW)
    elif told_by == "folded edit":
        outbox.add_folded(stored, edit, Carrier(Carried.MESSAGE, "d1"), NOW)
    known = wanted(ARABIC)
    state = ServiceState()
    store_translation(
        stored, config, replace(known, stories=frozenset({"s1"})), Translation("Base"), state, state, NOW + MINUTE
    )
    (made,) = [each for each in outbox.on_subject(stored, "s1", editable.id) if each.kind is Kind.EDIT]
    assert (made.state, made.reason, made.severity) == (DeliveryState.QUEUED, Reason.TRANSLATED, Severity.ROUTINE)
    assert (made.notes, made.rules, made.attempts, made.tried, made.carrier) == (notes, ("r",), 0, None, None)
    assert [each.kind for each in outbox.on_subject(stored, "s1", plain.id)] == [Kind.ALERT]
    # an edit more is a decision more: the books are kept with the rows
    assert load_counts(stored, decisions.counts) == ({"matched": 1, "queued": 1} if told_by == "alert" else {})
    queue_known(stored, config, "s1", ARABIC, NOW + 2 * MINUTE)  # as after a start: nothing is queued twice
    assert len(outbox.on_subject(stored, "s1", editable.id)) == 2


def deliver(connection: Connection, new: NewDelivery, now: datetime) -> None:
    outbox.queue(connection, new, now)
    (made,) = [each for each in outbox.on_subject(connection, new.subject, new.target) if each.kind is new.kind]
    if new.kind is not Kind.EDIT:
        assert claims.claim(connection, made.id, now)
    outbox.record(connection, made.id, DeliveryState.SENT, now)


@pytest.fixture
def stored() -> Iterator[Connection]:
    database = new_store()
    with database.writing.begin() as connection:
        yield connection
    database.close()


def test_alert_is_stored_without_it_and_shown_with_what_is_known(stored: Connection) -> None:
    assert "translation" not in json.loads(snapshot.dump(FOREIGN))
    bare = snapshot.load(snapshot.dump(FOREIGN))
    made = Translation("Base shelled", ("Ain al-Asad",))
    assert translations.with_translations(stored, "en", [bare]) == [bare]
    translations.save_translation(stored, "en", ARABIC, made, NOW)
    readable = replace(bare, foreign=False)
    [shown, other] = translations.with_translations(stored, "en", [bare, readable])
    assert (shown.translation, other.translation) == (made, None)
    assert translations.with_translations(stored, "fr", [bare]) == [bare]


def test_alerts_with_foreign_headlines_are_found_by_their_time(stored: Connection) -> None:
    for number, foreign in enumerate((True, False, True), 1):
        decisions.add_alert(stored, replace(FOREIGN, revision=number, foreign=foreign, created=NOW + MINUTE * number))
    assert translations.foreign_since(stored, NOW) == [("s1", 1), ("s1", 3)]
    assert translations.foreign_since(stored, NOW + 2 * MINUTE) == [("s1", 3)]


def test_translations_go_with_the_age_of_alerts(stored: Connection) -> None:
    made = Translation("Base shelled")
    for number in range(3):
        translations.save_translation(stored, "en", f"{ARABIC} {number}", made, NOW + number * timedelta(days=1))
    assert translations.expire(stored, NOW + timedelta(days=11), timedelta(days=10)) == 1
    assert translations.count(stored) == 2


def test_state_of_the_service_is_kept(stored: Connection) -> None:
    assert translations.load_state(stored) is None
    for state in (ServiceState(), failing([0, 1])[-1], ServiceState(worked=NOW)):
        translations.save_state(stored, state)
        assert translations.load_state(stored) == state
    translations.save_state(stored, None)
    assert translations.load_state(stored) is None
