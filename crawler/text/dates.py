"""Read dates as people write them: Arabic, Persian and Kurdish months, Jalali and Hijri years, zone names.

For what RFC 822 and ISO 8601 readers cannot read, or read wrongly: "AST" is Arabia Standard Time (UTC+3) in an Arab
outlet and Atlantic Standard Time (UTC-4) elsewhere; 1405 in an ISO date is a year of the Persian calendar.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from crawler.text.folding import fold

LONGEST_DATE = 200  # characters of a text that are looked at
AGES = timedelta(seconds=10**9)  # what is longer than any wait that is honoured, whatever its number of digits
_ARAB = frozenset({"ar", "ckb", "ku"})
_LOCAL = {"ar": 180, "ckb": 180, "ku": 180, "fa": 210}  # minutes east of UTC where a date names no zone
_ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "ut": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
    "mdt": -360, "pst": -480, "pdt": -420, "bst": 60, "cet": 60, "cest": 120, "eet": 120, "eest": 180, "msk": 180,
    "trt": 180, "irst": 210, "irdt": 270, "irt": 210, "gst": 240, "pkt": 300, "aft": 270, "ist": 120, "idt": 180,
    "wet": 0, "west": 60, "wat": 60, "cat": 120, "sast": 120, "eat": 180, "azt": 240, "uzt": 300, "tmt": 300,
    "sgt": 480, "hkt": 480, "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "akst": -540, "akdt": -480,
    "hst": -600, "adt": -180,
}  # fmt: skip
_AMERICAN = {"et": "america/new_york", "ct": "america/chicago", "mt": "america/denver", "pt": "america/los_angeles"}
_CITIES = {
    "بغداد": 180, "مكة": 180, "الرياض": 180, "دمشق": 180, "طهران": 210, "تهران": 210, "baghdad time": 180,
    "tehran time": 210,
}  # fmt: skip
_GREGORIAN = (
    ("january", "jan", "يناير", "كانون الثاني", "جانفي", "ژانویه", "ژانويه", "کانوونی دووەم", "کانونی دووەم"),
    ("february", "feb", "فبراير", "شباط", "فيفري", "فوریه", "شوبات"),
    ("march", "mar", "مارس", "آذار", "اذار", "ئازار", "ئادار"),
    ("april", "apr", "أبريل", "نيسان", "أفريل", "ابريل", "آوریل"),
    ("may", "مايو", "أيار", "ماي", "مه", "می", "ئایار"),
    ("june", "jun", "يونيو", "حزيران", "جوان", "ژوئن", "حوزەیران"),
    ("july", "jul", "يوليو", "تموز", "جويلية", "يوليوز", "ژوئیه", "جولای", "تەممووز", "تەمووز", "تەموز"),
    ("august", "aug", "أغسطس", "آب", "أوت", "غشت", "اوت", "اگوست", "ئاب"),
    ("september", "sep", "sept", "سبتمبر", "أيلول", "شتنبر", "سپتامبر", "ئەیلوول", "ئەیلول"),
    ("october", "oct", "أكتوبر", "تشرين الأول", "اکتبر", "تشرینی یەکەم"),
    ("november", "nov", "نوفمبر", "تشرين الثاني", "نونبر", "نوامبر", "تشرینی دووەم"),
    ("december", "dec", "ديسمبر", "كانون الأول", "دجنبر", "دسامبر", "کانوونی یەکەم", "کانونی یەکەم"),
)
_JALALI = (
    ("فروردین", "حمل", "خاکەلێوە"),
    ("اردیبهشت", "ثور", "گوڵان", "بانەمەڕ"),
    ("خرداد", "جوزا", "جۆزەردان"),
    ("تیر", "سرطان", "پووشپەڕ"),
    ("مرداد", "امرداد", "گەلاوێژ"),
    ("شهریور", "سنبله", "خەرمانان"),
    ("مهر", "میزان", "ڕەزبەر"),
    ("آبان", "عقرب", "گەڵاڕێزان", "خەزەڵوەر"),
    ("آذر", "قوس", "سەرماوەز"),
    ("دی", "جدی", "بەفرانبار"),
    ("بهمن", "دلو", "ڕێبەندان"),
    ("اسفند", "حوت", "ڕەشەمێ", "ڕەشەمە"),
)
_HIJRI = (
    ("محرم",),
    ("صفر",),
    ("ربيع الأول", "ربیع‌الاول"),
    ("ربيع الآخر", "ربيع الثاني", "ربیع‌الثانی"),
    ("جمادى الأولى", "جمادى الأول", "جمادی‌الاول"),
    ("جمادى الآخرة", "جمادى الثانية", "جمادی‌الثانی"),
    ("رجب",),
    ("شعبان",),
    ("رمضان",),
    ("شوال",),
    ("ذو القعدة", "ذي القعدة", "ذی‌القعده"),
    ("ذو الحجة", "ذي الحجة", "ذی‌الحجه"),
)
_CALENDARS = (("gregorian", _GREGORIAN), ("jalali", _JALALI), ("hijri", _HIJRI))
_AFTERNOON = re.compile(r"\b(pm|p m|م|مساء|بعد از ظهر|بعدازظهر|ب ظ|عصر|شب|دوای نیوهڕۆ|د ن|ئێواره)\b")
_MORNING = re.compile(r"\b(am|a m|ص|صباحا|صباح|قبل از ظهر|ق ظ|صبح|پ ن|بهیانی)\b")
_TIME = re.compile(r"(?<!\d)([01]?\d|2[0-3])\s*:\s*([0-5]\d)(?:\s*:\s*([0-5]\d)(?:[.,]\d+)?)?(?!\d)")
_OFFSET = re.compile(r"(?:(?<=\d)|(?<=[\dm] )|(?<=gmt)|(?<=utc)|(?<=gmt )|(?<=utc ))([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,4})(?!\d)")
_COUNTED = re.compile(r"(?:/date\()?([0-9]{10})(?:[0-9]{3}|\.[0-9]+)?(?:\)/)?")  # seconds, or milliseconds, since 1970
_GROUP = re.compile(
    r"(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})z (?P<month>[a-z]{3}) (?P<year>\d{4}|\d{2})"
)  # 081653Z MAY 2024
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?P<month>\d{2})(?P<day>\d{2}) ?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})z?"
)
_SHORT_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LATIN_HALF = re.compile(r"\d\s*[ap]\.?m\b")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def read_date(text: str, lang: str | None = None) -> datetime | None:
    """Return the date in a text as UTC, None if there is none. A date without a time is midnight of its zone.

    `lang` decides what "AST" means, whether 5/11/2026 with "PM" is May 11 (English), and, if no zone is written, which
    local time is meant: Baghdad's for Arabic and Kurdish, Tehran's for Persian, else UTC. Seconds since 1970 are read.
    """
    plain = re.sub(r"(?<=\d)T(?=\d)|[\u200e\u200f]", " ", text[:LONGEST_DATE].translate(_DIGITS)).lower()
    try:
        if counted := _COUNTED.fullmatch(plain.strip()):
            return datetime.fromtimestamp(int(counted[1]), UTC)
        if written := _GROUP.fullmatch(plain.strip()) or _COMPACT.fullmatch(plain.strip()):
            return _exact(written.groupdict())
        day = _named_day(plain) or _numbered_day(plain, american=not is_local(lang) and bool(_LATIN_HALF.search(plain)))
        if day is None:
            return None
        hour, minute, second, rest = _time(plain)
        at = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=_zone(rest, lang))
        return at.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _exact(said: dict[str, str]) -> datetime | None:
    """Return the time of a date-time group of messages at sea, or of digits in a row; both are UTC."""
    month = said["month"]
    if not month.isdigit() and month not in _SHORT_MONTHS:
        return None
    year = int(said["year"]) + (2000 if len(said["year"]) == 2 else 0)
    number = int(month) if month.isdigit() else _SHORT_MONTHS.index(month) + 1
    clock = (int(said["hour"]), int(said["minute"]), int(said.get("second") or 0))
    return datetime(year, number, int(said["day"]), *clock, tzinfo=UTC)


def is_local(lang: str | None) -> bool:
    """Return whether outlets of a language mean their own local time, and write the day before the month."""
    return (lang or "").partition("-")[0] in _LOCAL


def is_arab(lang: str | None) -> bool:
    """Return whether "AST" means Arabia Standard Time in an outlet of that language."""
    return (lang or "").partition("-")[0] in _ARAB


@cache
def _months() -> tuple[re.Pattern[str], dict[str, tuple[str, int]]]:
    """Return a pattern of all month names, folded, longest first, and the month that each stands for."""
    names: dict[str, tuple[str, int]] = {}
    for calendar, months in _CALENDARS:
        for number, spellings in enumerate(months, 1):
            for spelling in spellings:
                names.setdefault(fold(spelling).strip(), (calendar, number))
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})[یي]?(?!\w)"), names


def _named_day(plain: str) -> date | None:
    """Return the day in a text that names its month ("24 November 2026", "November 24, 2026"), None if it has none."""
    folded = fold(plain)
    pattern, names = _months()
    found: dict[str, date] = {}
    for match in pattern.finditer(folded):
        calendar, month = names[match[1]]
        day, year = _around(folded[: match.start()], folded[match.end() :])
        made = _day(calendar, year, month, day) if day and year else None
        if made:
            found.setdefault(calendar, made)
    # outlets print the Hijri or Persian date beside the Gregorian one; the Gregorian needs no conversion
    return next((found[calendar] for calendar, _ in _CALENDARS if calendar in found), None)


def _around(before: str, after: str) -> tuple[int, int]:
    """Return (day, year) around a month name: day before and year after it, or both after it; 0 if not found."""
    left = re.search(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|[یي])?(?: of| من| [یي])? $", before)
    if left:
        right = re.match(r"(?: /? ?\w+){0,2}? (\d{4})(?!\d)", after)  # "تشرين الثاني / نوفمبر 2026"
        return int(left[1]), int(right[1]) if right else 0
    right = re.match(r" (\d{1,2})(?:st|nd|rd|th)? (?:\d{1,2} \d{2} (?:\d{2} )?(?:[ap]m )?)?(\d{4})(?!\d)", after)
    if right:
        return int(right[1]), int(right[2])
    return 0, 0


def _numbered_day(plain: str, *, american: bool) -> date | None:
    """Return the day that a text writes in numbers (2026-11-24, 24/11/2026, 1405/09/03), None if there is none.

    `american`: the month comes first between slashes, where it can.
    """
    for match in _NUMBERS.finditer(plain):
        first, second, third = match[1], match[2], match[3]
        if len(first) == 4:
            made = _day(_calendar_of(int(first)), int(first), int(second), int(third))
        elif len(third) == 4:
            # the day comes first in the region; a number above 12 can only be a day
            month_first = int(second) > 12 or (american and "/" in match[0] and int(first) <= 12)
            month, day = (int(first), int(second)) if month_first else (int(second), int(first))
            made = _day(_calendar_of(int(third)), int(third), month, day)
        else:
            made = None
        if made:
            return made
    return None


def _calendar_of(year: int) -> str:
    """Return the calendar of a year: Persian 1340-1425 (1961-2046), Hijri 1426-1480 (2005-2057), else Gregorian."""
    return "jalali" if 1340 <= year <= 1425 else "hijri" if 1426 <= year <= 1480 else "gregorian"


def _day(calendar: str, year: int, month: int, day: int) -> date | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    try:
        if calendar == "gregorian":
            return date(year, month, day)
        return date.fromordinal((jalali if calendar == "jalali" else hijri)(year, month, day))
    except (ValueError, OverflowError):
        return None


def jalali(year: int, month: int, day: int) -> int:
    """Return the ordinal of a Persian date: 33-year cycles of eight leap years, exact for 1244-1500 (1865-2121)."""
    cycles, rest = divmod(year + 1595, 33)
    before = (month - 1) * 31 if month < 7 else (month - 7) * 30 + 186
    return 365 * (year + 1595) + cycles * 8 + (rest + 3) // 4 + before + day - 356033


def hijri(year: int, month: int, day: int) -> int:
    """Return the ordinal of a tabular Islamic date (civil epoch); a sighted calendar may differ by a day or two."""
    return (11 * year + 3) // 30 + 354 * year + 30 * month - (month - 1) // 2 + day + 226630


def _time(plain: str) -> tuple[int, int, int, str]:
    """Return hour, minute, second and what is written next to them, such as the zone and the half of the day."""
    match = _TIME.search(plain)
    if not match:
        return 0, 0, 0, _NUMBERS.sub(" ", plain)
    hour = int(match[1])
    before = re.sub(r"(?<!\w)[مص](?!\w)", " ", plain[max(0, match.start() - 12) : match.start()])  # "م": of our era
    beside = fold(f"{before} {plain[match.end() : match.end() + 14]}")
    if hour < 12 and _AFTERNOON.search(beside):
        hour += 12
    elif hour == 12 and _MORNING.search(beside):
        hour = 0
    return hour, int(match[2]), int(match[3] or 0), plain[match.end() - 1 :]


def _zone(rest: str, lang: str | None) -> tzinfo:
    """Return the zone that is written behind the time, else what is usual in the language."""
    named = re.search(r"[a-z]+/[a-z_]+(?:/[a-z_]+)?|(?<=[m.\d] )[ecmp]t\b", rest)
    name = _AMERICAN.get(named[0], named[0]) if named else ""
    if name in _names_of_zones():
        return ZoneInfo(_names_of_zones()[name])
    return timezone(timedelta(minutes=_minutes_east(rest, lang)))


@cache
def _names_of_zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def _minutes_east(rest: str, lang: str | None) -> int:
    match = _OFFSET.search(rest)
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        # no zone is further than 14 hours from UTC, so a larger number is something else
        return minutes * (-1 if match[1] == "-" else 1) if minutes <= 14 * 60 else 0
    for word in re.findall(r"(?<![a-z])[a-z]{1,4}(?![a-z])", rest):
        if word == "ast":
            return 180 if is_arab(lang) else -240
        if word in _ZONES:
            return _ZONES[word]
    if "جرينتش" in rest or "غرينتش" in rest:
        return 0
    by_city = next((east for city, east in _CITIES.items() if city in rest), None)
    return by_city if by_city is not None else _LOCAL.get((lang or "").partition("-")[0], 0)


# -- what HTTP says -------------------------------------------------------------------------------------------------


def http_date(value: str) -> datetime | None:
    """Return an HTTP date as UTC (RFC 9110, 5.6.7: three forms, all GMT), None if the text is not one."""
    try:
        read = parsedate_to_datetime(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long a Retry-After header asks to wait: seconds, or until an HTTP date (RFC 9110, 10.2.3).

    A date in the past is 0. None if the header is absent or is neither (also if negative). The caller decides how long
    to wait then, and the longest wait to accept.
    """
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]+", text):
        digits = text.lstrip("0") or "0"
        return timedelta(seconds=int(digits)) if len(digits) < 10 else AGES
    until = http_date(text)
    return max(until - now, timedelta(0)) if until else None
