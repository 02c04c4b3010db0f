"""Dates as outlets write them, in three calendars and four languages, each as UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.dates import hijri, http_date, jalali, read_date, retry_after

WRITTEN = [
    ("RFC 822", "Tue, 24 Nov 2026 10:00:00 +0300", None, "2026-11-24T07:00"),
    ("AST in an Arab outlet", "Tue, 24 Nov 2026 10:00:00 AST", "ar", "2026-11-24T07:00"),
    ("AST elsewhere", "Tue, 24 Nov 2026 10:00:00 AST", "en", "2026-11-24T14:00"),
    ("American", "November 24, 2026 3:05 PM EST", "en", "2026-11-24T20:05"),
    ("asctime", "Nov 24 10:00:00 2026", "en", "2026-11-24T10:00"),
    ("day first", "24/11/2026 10:20", "ar", "2026-11-24T07:20"),
    ("month first where it must be", "11/24/2026", "en", "2026-11-24T00:00"),
    ("Levantine month, Arabic digits, afternoon", "٢٤ تشرين الثاني ٢٠٢٦ - ٠٣:١٥ م", "ar", "2026-11-24T12:15"),
    ("Egyptian month", "24 نوفمبر 2026 12:30 ص", "ar", "2026-11-23T21:30"),
    ("both names, Greenwich", "24 تشرين الثاني/نوفمبر 2026 18:00 بتوقيت غرينتش", "ar", "2026-11-24T18:00"),
    ("Maghreb month", "3 جويلية 2026 09:00 GMT", "ar", "2026-07-03T09:00"),
    ("Persian month and digits", "۳ آذر ۱۴۰۵ ساعت ۱۴:۳۰", "fa", "2026-11-24T11:00"),
    ("Persian numbers", "۱۴۰۵/۰۹/۰۳ ۱۴:۳۰", "fa", "2026-11-24T11:00"),
    ("Persian year in an ISO date", "1405-09-03T14:30:00+03:30", None, "2026-11-24T11:00"),
    ("Gregorian month in Persian", "۲۴ نوامبر ۲۰۲۶", "fa", "2026-11-23T20:30"),
    ("Afghan month", "3 قوس 1405", None, "2026-11-24T00:00"),
    ("Kurdish month with its ending", "۲۴ی تشرینی دووەمی ۲۰۲۶ 10:00", "ckb", "2026-11-24T07:00"),
    ("Kurdish month of the Persian calendar", "3ی سەرماوەزی 1405 GMT", "ckb", "2026-11-24T00:00"),
    ("date alone, its day no zone", "2026-11-14", None, "2026-11-14T00:00"),
    ("Hijri alone", "14 جمادى الآخرة 1448", None, "2026-11-25T00:00"),
    ("Gregorian beside Hijri", "15 جمادى الآخرة 1448 هـ - 24 نوفمبر 2026 م 08:00", "ar", "2026-11-24T05:00"),
    ("twelve hours, RFC 822", "Mon, 23 Nov 2026 07:40 PM", "en", "2026-11-23T19:40"),
    ("twelve hours and an offset", "Mon, 23 Nov 2026 07:40:00 PM +0200", "en", "2026-11-23T17:40"),
    ("twelve hours and a zone", "Mon, 23 Nov 2026 12:40:00 AM EET", "en", "2026-11-22T22:40"),
    ("month first with PM in English", "3/11/2026 7:40:00 PM", "en", "2026-03-11T19:40"),
    ("day first with PM in Arabic", "3/11/2026 7:40:00 PM", "ar", "2026-11-03T16:40"),
    ("day first without PM", "3/11/2026 07:40", "en", "2026-11-03T07:40"),
    ("year first with slashes", "2026/11/03 07:40:00", "en", "2026-11-03T07:40"),
    ("day first with hyphens", "23-11-2026 19:40", "fa", "2026-11-23T16:10"),
    ("offset and Z", "2026-11-23T19:40:00+03:00Z", None, "2026-11-23T16:40"),
    ("seconds since 1970", "1795462800", None, "2026-11-23T19:40"),
    ("milliseconds since 1970", "1795462800000", None, "2026-11-23T19:40"),
    ("name of a zone", "Mon, 23 Nov 2026 19:40:00 Europe/Istanbul", None, "2026-11-23T16:40"),
    ("zone with summer time", "Thu, 23 Jul 2026 19:40:00 America/New_York", None, "2026-07-23T23:40"),
    ("Eastern time", "23 Nov 2026, 7:40 p.m. ET", "en", "2026-11-24T00:40"),
    ("Israel", "Mon, 23 Nov 2026 19:40:00 IST", "en", "2026-11-23T17:40"),
    ("Israel in summer", "Thu, 23 Jul 2026 19:40:00 IDT", "en", "2026-07-23T16:40"),
    ("time of a city", "23 نوفمبر 2026 19:40 بتوقيت بغداد", None, "2026-11-23T16:40"),
]


@pytest.mark.parametrize(("text", "lang", "expected"), [row[1:] for row in WRITTEN], ids=[row[0] for row in WRITTEN])
def test_date_is_read(text: str, lang: str | None, expected: str) -> None:
    assert read_date(text, lang) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "32 نوفمبر 2026", "2026-13-40", "0000-00-00", "99/99/9999", "1:2"])
def test_no_date_is_none(text: str) -> None:
    assert read_date(text) is None


# 1 Farvardin of ten years as published (equinox by Tehran time), and three days of the tabular Islamic calendar.
NEW_YEARS = {
    1370: (1991, 3, 21), 1375: (1996, 3, 20), 1395: (2016, 3, 20), 1396: (2017, 3, 21), 1399: (2020, 3, 20),
    1400: (2021, 3, 21), 1403: (2024, 3, 20), 1404: (2025, 3, 21), 1405: (2026, 3, 21), 1408: (2029, 3, 20),
}  # fmt: skip


@pytest.mark.parametrize("year", NEW_YEARS)
def test_persian_new_year(year: int) -> None:
    assert date.fromordinal(jalali(year, 1, 1)) == date(*NEW_YEARS[year])


@given(st.integers(1340, 1425), st.integers(1, 12), st.integers(1, 29))
def test_persian_days_follow_one_another(year: int, month: int, day: int) -> None:
    assert jalali(year, month, day + 1) - jalali(year, month, day) == 1
    if month < 12:
        assert jalali(year, month + 1, 1) - jalali(year, month, 1) == (31 if month < 7 else 30)


def test_hijri_days() -> None:
    assert date.fromordinal(hijri(1445, 1, 1)) == date(2023, 7, 19)
    assert date.fromordinal(hijri(1, 1, 1)) == date(622, 7, 19)  # 16 July of the Julian calendar
    assert timedelta(days=hijri(1446, 1, 1) - hijri(1445, 1, 1)) == timedelta(days=355)


@given(st.text(max_size=300), st.sampled_from([None, "ar", "fa", "ckb"]))
def test_any_text_is_a_date_or_none(text: str, lang: str | None) -> None:
    read = read_date(text, lang)
    assert read is None or read.utcoffset() is not None


NOON = datetime(1994, 11, 6, 12, tzinfo=UTC)
RETRY_AFTER = [
    ("120", 120),
    (" 007 ", 7),
    ("0", 0),
    ("999999999", 999_999_999),
    ("100000000000", 10**9),
    ("9" * 10_000, 10**9),
    ("Sun, 06 Nov 1994 12:01:30 GMT", 90),
    ("Sunday, 06-Nov-94 12:01:30 GMT", 90),
    ("Sun Nov  6 12:01:30 1994", 90),
    ("Sun, 06 Nov 1994 15:01:30 +0300", 90),
    ("Sun, 06 Nov 1988 12:00:00 GMT", 0),
    ("-5", None),
    ("+5", None),
    ("1.5", None),
    ("٣", None),
    ("²", None),
    ("3x", None),
    ("soon", None),
    ("Sun, 06 Nov 99999 12:00:00 GMT", None),
    ("", None),
    (None, None),
]


@pytest.mark.parametrize(("value", "seconds"), RETRY_AFTER, ids=[str(row[0])[:32] for row in RETRY_AFTER])
def test_retry_after_is_read_in_all_its_forms(value: str | None, seconds: int | None) -> None:
    wait = timedelta(seconds=seconds) if seconds is not None else None
    assert retry_after(value, NOON) == wait


@given(st.text(max_size=60))
def test_any_header_is_a_time_to_wait_or_none(text: str) -> None:
    wait = retry_after(text, NOON)
    assert wait is None or wait >= timedelta(0)
    read = http_date(text)
    assert read is None or read.utcoffset() == timedelta(0)
