"""The reader of lists in JSON: four services' forms by their paths, what is wrong by name, hostile bodies."""

from __future__ import annotations

import gzip
import json
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.article import Named
from crawler.config.jsonkeys import fault_of_secret
from crawler.config.sources import SOURCES, make_sources, read_sources, unset
from crawler.config.yamlfile import ConfigError, Mapping, Problems, read_file
from crawler.fetch.spiders.json import headers_of
from crawler.parse.found import Feed
from crawler.parse.jsonlists import MOST_ITEMS, read_list
from crawler.sources.source import Source
from crawler.text.dates import read_date

BASE = "https://api.example/v2/reports?limit=2"
RELIEF = {
    "items": "data",
    "id": "id",
    "title": "fields.title",
    "url": "fields.url_alias",
    "date": "fields.date.created",
    "text": "fields.body",
    "outlet": "fields.source[0].name",
    "lang": "fields.language[0].code",
    "next": "links.next.href",
}
WARNINGS = {
    "items": '"broadcast-warn" || @',
    "id": "join('/', [navArea, to_string(msgYear), to_string(msgNumber)])",
    "text": "text",
    "date": "issueDate",
}
LINES = {"title": "title", "url": "url", "date": "date", "text": "desc", "outlet": "domain", "lang": "lang"}
REPORT = {
    "id": "4142589",
    "fields": {
        "title": "Flash update &amp; more",
        "url_alias": "/report/iraq/flash-update",
        "date": {"created": "2026-11-28T05:00:00+00:00"},
        "body": "<p>A militia convoy</p><p>left</p>",
        "source": [{"name": "OCHA"}, {"name": "WHO"}],
        "language": [{"code": "en"}],
    },
}
WARNING = {"navArea": "9", "msgYear": 2026, "msgNumber": 817, "text": "GULF OF OMAN.\nMISSILE FIRING 28 NOV.", "issueDate": "081653Z MAY 2026"}  # fmt: skip


def read(value: object, paths: dict[str, str]) -> Feed:
    return read_list(json.dumps(value).encode(), "application/json", BASE, paths)


def test_reports_with_nested_fields_are_read_and_lead_to_the_next_page() -> None:
    feed = read({"data": [REPORT], "links": {"next": {"href": "https://api.example/v2/reports?offset=2"}}}, RELIEF)
    (entry,) = feed.entries
    assert (entry.guid, entry.title, entry.text) == ("4142589", "Flash update & more", "A militia convoy\nleft")
    assert entry.url == "https://api.example/report/iraq/flash-update"
    assert entry.published == datetime(2026, 11, 28, 5, tzinfo=UTC)
    assert (entry.publisher, entry.lang) == (Named("OCHA"), "en")
    assert json.loads(entry.raw) == REPORT
    assert feed.older == "https://api.example/v2/reports?offset=2"
    assert feed.numbers == (int(datetime(2026, 11, 28, 5, tzinfo=UTC).timestamp()),)
    assert feed.dated


@pytest.mark.parametrize("whole", [{"broadcast-warn": [WARNING]}, [WARNING], {"broadcast-warn": WARNING}])
def test_warnings_are_read_as_a_list_as_a_bare_list_and_as_one_object(whole: object) -> None:
    (entry,) = read(whole, WARNINGS).entries
    assert entry.guid == "9/2026/817"
    assert entry.title == "GULF OF OMAN. MISSILE FIRING 28 NOV."
    assert entry.published == datetime(2026, 5, 8, 16, 53, tzinfo=UTC)


def test_zipped_lines_are_read_and_a_broken_one_costs_itself() -> None:
    rows = [{"title": f"News {n}", "url": f"https://www.paper{n}.example/a", "date": "20261128050000", "desc": "d", "domain": f"paper{n}.example", "lang": "en"} for n in range(3)]  # fmt: skip
    text = "\n".join([json.dumps(rows[0]), '{"title": "cut', json.dumps(rows[1]), "", json.dumps(rows[2])])
    for body in (gzip.compress(text.encode()), gzip.compress(text[:200].encode()) + gzip.compress(text[200:].encode())):
        feed = read_list(body, "application/gzip", BASE, LINES)
        assert [each.publisher for each in feed.entries] == [Named("", f"paper{n}.example") for n in range(3)]
        assert feed.rejected == ("not_json",)
        assert {each.published for each in feed.entries} == {datetime(2026, 11, 28, 5, tzinfo=UTC)}


def test_item_that_does_not_fit_costs_no_other_and_is_named() -> None:
    whole = {
        "data": [REPORT, {"fields": {}}, 7, None, {"fields": {"title": "Bare"}}, {"fields": {"title": ["A", "B"]}}]
    }
    feed = read(whole, RELIEF)
    assert [each.title for each in feed.entries] == ["Flash update & more", "Bare", "A, B"]
    assert feed.rejected == ("no_title_no_text",) * 3
    feed = read([{"title": 5, "id": 7}, {"title": "x", "id": "7"}], {"title": "title", "id": "abs(id)"})
    assert [each.guid for each in feed.entries] == ["7"]
    assert feed.rejected == ("path_does_not_fit",)


@pytest.mark.parametrize("value", [1764306000, 1764306000000, "1764306000", "2025-11-28T05:00:00Z", 1764306000.5])
def test_date_is_read_as_a_text_in_seconds_and_in_milliseconds(value: object) -> None:
    (entry,) = read([{"title": "A", "date": value}], {"title": "title", "date": "date"}).entries
    assert entry.published is not None
    assert entry.published.replace(microsecond=0) == datetime(2025, 11, 28, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("081653Z MAY 2026", datetime(2026, 5, 8, 16, 53, tzinfo=UTC)),
        ("20261128T050000Z", datetime(2026, 11, 28, 5, tzinfo=UTC)),
        ("321653Z MAY 2026", None),
        ("081653Z MAI 2026", None),
        ("20261328050000", None),
    ],
)
def test_date_time_groups_and_digits_in_a_row_are_read(text: str, date: datetime | None) -> None:
    assert read_date(text) == date


def test_next_page_of_another_server_is_not_followed_for_our_headers_go_along() -> None:
    for link in (
        "https://evil.example/x",
        "https://api.example:444/x",
        "https://api.example.evil.example/",
        "javascript:x",
        7,
    ):
        assert read({"data": [REPORT], "links": {"next": {"href": link}}}, RELIEF).older in {
            "",
            "https://api.example/7",
            "https://api.example/v2/7",
        }
        if isinstance(link, str):
            assert read({"data": [REPORT], "links": {"next": {"href": link}}}, RELIEF).older == ""


def test_next_page_that_cannot_be_asked_for_says_why_and_one_of_another_scheme_is_asked_as_before() -> None:
    def of(link: object) -> Feed:
        return read({"data": [REPORT], "links": {"next": {"href": link}}}, RELIEF)

    assert of("https://evil.example/x").no_older == "the next page is on another server, evil.example"
    assert of(None).no_older == 'no next page at "links.next.href"'
    assert of("http://api.example/x?p=2").older == "https://api.example/x?p=2"
    assert read({"data": []}, RELIEF).no_older


def test_numbers_of_a_list_are_its_dates_as_they_stand_newest_first() -> None:
    def of(*days: str) -> tuple[int, ...]:
        items = [{"title": f"Item {n}", "d": f"2026-11-{day}"} for n, day in enumerate(days)]
        numbers = read(items, {"title": "title", "date": "d", "next": "n"}).numbers
        return tuple(datetime.fromtimestamp(each, UTC).day for each in numbers)

    assert of("28", "27", "27", "26") == (28, 27, 27, 26)
    assert of("26", "27", "28") == (28, 27, 26)  # a page with its oldest first
    assert of("01", "28", "27") == (1, 28, 27)  # one that is pinned
    assert of("28", "none", "27") == (28, 27)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "no JSON in it"),
        (b"<html><title>Sign in</title></html>", "no JSON in it"),
        (b"1\n2\n3", "no JSON in it"),
        (b"7", 'no list at "data"'),
        (b'{"error": {"message": "appname   not approved"}}', 'no list at "data": appname not approved'),
        (b'{"data": "none"}', 'no list at "data"'),
        (b'"a text"', 'no list at "data"'),
        (b"\x1f\x8b broken", "gzip that is broken"),
        (gzip.compress(b"[" + b"0," * 15_000_000 + b"0]", 1), "gzip that is broken or unpacks beyond"),
        (b"[" * 100_000, "no JSON in it"),
        (b'{"a":' * 100_000, "no JSON in it"),
    ],
)
def test_what_is_no_list_is_named(body: bytes, problem: str) -> None:
    feed = read_list(body, None, BASE, RELIEF)
    assert feed.version == ""
    assert feed.problem.startswith(problem)


def test_empty_list_is_a_feed_without_entries() -> None:
    assert read({"data": []}, WARNINGS | {"items": "data"}) == Feed(version="json")


def test_hostile_lists_raise_nothing_and_cost_little() -> None:
    begun = time.process_time()
    many = read({"data": [REPORT] * (MOST_ITEMS + 5)}, RELIEF)
    assert len(many.entries) == MOST_ITEMS
    assert many.rejected == ("too_many",) * 5
    values: tuple[object, ...] = (
        None, True, [], {}, [[["x"]]], 1e308, -1, "\ud800", "x" * 1_000_000, "\0", 10**30,
    )  # fmt: skip
    odd = [dict.fromkeys(("title", "url", "date", "text", "outlet", "lang", "id"), value) for value in values]
    paths = {name: name for name in ("title", "url", "date", "text", "outlet", "lang", "id")}
    for each in read(odd, paths).entries:
        each.title.encode()
        each.raw.encode("utf-8", "surrogatepass")
    good = json.dumps({"data": [REPORT] * 3}).encode()
    rand = random.Random(18)
    for _ in range(40):
        mutated = bytearray(good)
        for _ in range(10):
            at = rand.randrange(len(mutated))
            mutated[at : at + rand.randrange(9)] = rand.randbytes(rand.randrange(9))
        read_list(bytes(mutated), None, BASE, RELIEF)
    assert time.process_time() - begun < 20


SOURCE = 'sources: [{{id: a, url: "https://api.example/", {keys}}}]\n'


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("kind: json", 'kind: json needs "paths"'),
        ("kind: json, paths: {items: data}", 'paths need a "title" or a "text"'),
        ("kind: json, paths: {title: 'a['}", '"a[" is no JMESPath'),
        ("kind: json, paths: {title: a-b}", '"a-b" is no JMESPath'),
        ("kind: json, paths: {titel: a}", 'unknown key "titel" in paths (did you mean "title"?)'),
        ("paths: {title: a}", '"paths" is read of kind: json only'),
        ("headers: {X-Key: a}", '"headers" is read of kind: json only'),
        ("kind: json, paths: {title: a}, headers: {Host: a}", '"Host" is no header that a source may set'),
        ('kind: json, paths: {title: a}, headers: {X: "a\\r\\nY: b"}', "characters that no header may have"),
        ("kind: json, paths: {title: a}, headers: [a]", "expected headers by name, found a list"),
    ],
)
def test_faulty_keys_of_a_list_are_named(tmp_path: Path, keys: str, said: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(SOURCE.format(keys=keys), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_sources(path)
    assert said in " ".join(str(each) for each in caught.value.problems)


def test_outlet_of_an_item_is_used_without_a_key_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(SOURCE.format(keys="kind: json, paths: {title: a, outlet: b}"), encoding="utf-8")
    ((source,), _) = read_sources(path)
    assert source.outlet_from == "source"


def test_secrets_of_headers_come_from_the_environment_and_must_be_set() -> None:
    source = Source("a", "https://api.example", headers=(("Authorization", "Bearer ${KEY}"),))
    assert headers_of(source, {"KEY": "s3cret"}) == {"Authorization": "Bearer s3cret"}
    with pytest.raises(ValueError, match="KEY"):
        headers_of(source, {})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "is not set"),
        ("s3cret\n", "ends with a blank or a line break"),
        ("s3cret\r\n", "ends with a blank or a line break"),
        (" s3cret", "ends with a blank or a line break"),
        ("s3c\nret", "has a character that no header may have"),
        ("schlüssel-ж", "has a character that no header may have"),
        ("Bearer s3cret", ""),
    ],
)
def test_value_that_no_header_may_have_is_named_without_it(value: str, said: str) -> None:
    fault = fault_of_secret("KEY", {"KEY": value})
    assert said in fault
    assert bool(fault) == bool(said)
    assert not fault or fault.startswith("${KEY} ")
    assert "s3c" not in fault


def test_check_names_a_secret_that_is_not_set(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        SOURCE.format(keys='kind: json, paths: {title: a}, headers: {X-Key: "${NOT_SET_HERE}"}'), encoding="utf-8"
    )
    read_sources(path)  # a source can be looked at without it
    problems = Problems()
    _, root = read_file(path, problems)
    assert isinstance(root, Mapping)
    node = root.get("sources")
    assert node is not None
    rows = SOURCES.read(node, problems)
    (name, problem), *others = unset(rows, {}).items()
    assert (name, others) == ("a", [])
    assert problem.message == "${NOT_SET_HERE} is not set in the environment; set it, or take this source out"
    (made,) = make_sources(rows, problems, None, {"NOT_SET_HERE": "s3cret", "OTHER": "x"})
    assert (headers_of(made, {}), "s3cret" in repr(made)) == ({"X-Key": "s3cret"}, False)
    assert not unset(rows, {"NOT_SET_HERE": "s3cret"})
    assert not problems


def test_unknown_kind_is_one_error_and_nothing_else_is_said_of_its_source(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    keys = 'paths: {title: t}, headers: {Authorization: "x"}, select: "h2 a"'
    path.write_text(f"sources: [{{id: api, url: 'https://api.example/', kind: jsn, {keys}}}]\n", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        read_sources(path)
    assert [each.message for each in raised.value.problems] == [
        '"jsn" is unknown (did you mean "json"?); allowed: feed, sitemap, section, telegram, json'
    ]
