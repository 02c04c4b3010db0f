"""Alerts, updates, digests and notices in three scripts, all invented, and the golden files of their mails.

python -m tests.unit.mailcases   writes tests/golden/mail anew; read the difference before it is committed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.alert import Alert, Cause, Hit, Kind, Message, Reason, Severity, Sibling
from alerts.delivery import Delivery, DeliveryState
from alerts.render.form import FORMS
from alerts.standing import Standing
from alerts.where import Where
from crawler.article import Article

GOLDEN = Path(__file__).parents[1] / "golden" / "mail"
NOW = datetime(2026, 6, 14, 0, 10, tzinfo=UTC)
ZONE = "Asia/Baghdad"


def hit(term: str, text: str, field: str, words: str) -> Hit:
    at = text.index(words)
    return Hit(term, words, field, at, at + len(words), words)


def alert(
    title: str,
    body: str,
    hits: tuple[tuple[str, str], ...],
    *,
    outlet: str,
    lang: str,
    url: str,
    story: str = "s0a1b2c3d4e5f6",
    severity: Severity = Severity.IMMEDIATE,
    outlets: tuple[str, ...] = (),
    changes: tuple[str, ...] = (),
    siblings: tuple[Sibling, ...] = (),
    glosses: tuple[str, ...] = (),
    origins: tuple[str, ...] = ("north-wire",),
) -> Alert:
    """Make an alert whose rule hit these words of title or body, each with the term it stands for."""
    found = tuple(
        hit(term, body if words in body else title, "body" if words in body else "title", words) for term, words in hits
    )
    article = Article(
        f"a-{story}",
        outlet,
        title,
        NOW,
        outlet=outlet,
        owner=outlet,
        lang=lang,
        url=url,
        text=body,
        published=NOW - timedelta(minutes=4),
    )
    cause = Cause("base-attacks", "Attacks on bases", "0a1b2c3d", severity, found, pir="PIR-2 force protection")
    return Alert(
        story,
        story.replace("s", "t", 1),
        2 if changes else 1,
        severity,
        NOW,
        article,
        (cause,),
        (outlet, *outlets),
        changes,
        Standing(origins, "B"),
        siblings,
        glosses,
        place="Qasim Brigade" if lang != "en" else "",
        foreign=lang != "en",
    )


ENGLISH = alert(
    "Rockets land beside Harir airfield; two guards hurt",
    "A night watchman counted four flashes over the ridge before the sirens began. Rockets landed beside Harir airfield, "
    "two guards were hurt, and the Qasim Brigade said on its own page that it had fired them. The runway stayed open.",
    (("$qasim-brigade", "Qasim Brigade"), ("airfield", "Harir airfield")),
    outlet="Northern Gazette",
    lang="en",
    url="https://www.northern-gazette.example/2026/06/14/harir?edition=late&page=2",
    severity=Severity.FLASH,
    outlets=("Valley Radio", "Tigris Daily"),
    origins=("northern-gazette", "valley-radio"),
    siblings=(Sibling("s0a1b2c3d4e5f7", "Road to Harir closed after blasts", "Valley Radio"),),
)
ARABIC = alert(
    "لواء القاسم يعلن مسؤوليته عن قصف محيط مطار حرير بأربعة صواريخ",
    "قال حارس ليلي إنه رأى أربع ومضات فوق التلال قبل أن تدوي صفارات الإنذار. وأعلن لواء القاسم على صفحته أنه أطلق الصواريخ "
    "على محيط مطار حرير، فيما أصيب حارسان بجروح طفيفة وبقي المدرج مفتوحا أمام الطائرات حتى الصباح.",
    (("$qasim-brigade", "لواء القاسم"), ("مطار", "مطار حرير")),
    outlet="جريدة الوادي",
    lang="ar",
    url="https://alwadi.example/أخبار/حرير",
    glosses=("لواء القاسم = Qasim Brigade",),
    origins=("alwadi",),
)
PERSIAN = alert(
    "تیپ قاسم می‌گوید چهار موشک به اطراف فرودگاه حریر شلیک کرده است",
    "نگهبان شب می‌گوید پیش از به صدا درآمدن آژیرها چهار شعله را بر فراز تپه‌ها دیده است. تیپ قاسم در صفحهٔ خود نوشت که "
    "موشک‌ها را به سوی فرودگاه حریر شلیک کرده است؛ دو نگهبان زخمی شدند و باند فرودگاه باز ماند.",
    (("$qasim-brigade", "تیپ قاسم"), ("فرودگاه", "فرودگاه حریر")),
    outlet="روزنامهٔ دره",
    lang="fa",
    url="https://darreh.example/news/1405/03/24",
    severity=Severity.PRIORITY,
    glosses=("تیپ قاسم = Qasim Brigade",),
    origins=(),
)
HARIR = Where("harir", "Harir air base", 36.53, 44.34)
ON_THE_WEB = replace(HARIR, link="https://map.example/?lat=36.53&lon=44.34#map=9/36.53/44.34")
# with a geo: URI, with the address of a map, without a place
SCRIPTS = {"en": replace(ENGLISH, where=HARIR), "ar": replace(ARABIC, where=ON_THE_WEB), "fa": PERSIAN}
CHANGES = {"en": ("2 -> 5 hurt", "CORRECTED: zab -> harir"), "ar": ("2 -> 5 جرحى",), "fa": ("2 -> 5 زخمی",)}
# the report that tells the change: outlet, headline, text
LATER = {
    "en": (
        "Valley Radio",
        "Harir airfield: number of hurt rises",
        "The runway stayed open through the night and the first flight of the morning left on time, a clerk said. The "
        "sirens were tested again at six. A doctor at the district hospital said that 5 guards were hurt when rockets "
        "landed beside Harir airfield, three of them by glass.",
    ),
    "ar": (
        "إذاعة الوادي",
        "ارتفاع عدد جرحى محيط مطار حرير",
        "بقي المدرج مفتوحا طوال الليل وغادرت أول رحلة في موعدها كما قال موظف في المطار، وجربت صفارات الإنذار مرة أخرى عند "
        "السادسة صباحا. وقال طبيب في مستشفى القضاء إن 5 جرحى من الحراس وصلوا إليه بعد سقوط الصواريخ، ثلاثة منهم بشظايا الزجاج.",
    ),
    "fa": (
        "رادیو دره",
        "شمار زخمی‌های اطراف فرودگاه حریر بیشتر شد",
        "به گفتهٔ یک کارمند فرودگاه، باند در تمام شب باز ماند و نخستین پرواز صبح سر وقت انجام شد و آژیرها ساعت شش دوباره "
        "آزمایش شدند. پزشک بیمارستان شهر گفت ۵ زخمی از میان نگهبانان به آنجا آورده شده‌اند و سه تن از آنان با شیشه زخمی شدند.",
    ),
}
QUIET = {
    "en": ("Bridge at Zab reopens after inspection", "Drone parts found in a lorry at the border"),
    "ar": ("إعادة فتح جسر الزاب بعد فحصه", "العثور على قطع طائرات مسيرة في شاحنة عند الحدود"),
    "fa": ("پل زاب پس از بازرسی بازگشایی شد", "قطعات پهپاد در یک کامیون در مرز پیدا شد"),
}
NOTICES = {
    "en": (
        "source Northern Gazette is down",
        "It has answered 503 since 02:10 Baghdad (13 Jun 23:10 UTC).\nIt is asked again every 30 min.",
    ),
    "ar": (
        "source جريدة الوادي is down",
        "It has answered 503 since 02:10 Baghdad (13 Jun 23:10 UTC).\nIt is asked again every 30 min.",
    ),
    "fa": (
        "source روزنامهٔ دره is silent",
        "Nothing new came for 26 h; its rhythm is one item in 2 h.\nIt is still polled.",
    ),
}


def delivery(kind: Kind, made: Alert | None = None, **more: object) -> Delivery:
    """Make the delivery of a message of this kind."""
    subject = made.story if made else "mail:2026-06-14T00Z" if kind is Kind.DIGEST else "notice:down:gazette"
    severity = made.severity if made else Severity.PRIORITY
    reason = {Kind.UPDATE: Reason.UPDATED, Kind.DIGEST: Reason.STALE, Kind.NOTICE: Reason.SYSTEM}.get(
        kind, Reason.FIRST_ARTICLE
    )
    plain = Delivery(
        "d0a1b2c3d4e5f6",
        subject,
        kind,
        1,
        "mail#0a1b2c",
        "mail",
        severity,
        reason,
        DeliveryState.SENDING,
        NOW,
        NOW,
        attempts=1,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def digest_of(script: str) -> list[Alert]:
    """Give an urgent story and two quiet ones."""
    first = SCRIPTS[script]
    first = replace(first, article=replace(first.article, published=NOW - timedelta(hours=50)))  # older than is fresh
    quiet = [
        replace(
            first,
            story=f"s0a1b2c3d4e5g{number}",
            thread=f"t0a1b2c3d4e5g{number}",
            severity=Severity.ROUTINE,
            article=replace(first.article, title=title),
            causes=(replace(first.causes[0], rule="roads", title="Roads and borders"),),
        )
        for number, title in enumerate(QUIET[script])
    ]
    return [first, *quiet]


def cases() -> dict[str, Message]:
    """Render every case, by its name."""
    form = FORMS["watchmail"]
    made: dict[str, Message] = {}
    for script, first in SCRIPTS.items():
        outlet, headline, text = LATER[script]
        changed = replace(
            first,
            changes=CHANGES[script],
            revision=2,
            article=replace(first.article, outlet=outlet, title=headline, text=text, url=f"{first.article.url}/2"),
            causes=tuple(replace(each, hits=()) for each in first.causes),
        )
        title, body = NOTICES[script]
        made |= {
            f"alert-{script}": form.alert(delivery(Kind.ALERT, first), first, ZONE),
            f"update-{script}": form.alert(
                delivery(
                    Kind.UPDATE,
                    changed,
                    repeat=True,
                    attempts=2,
                    notes=("Late: the mail server could not be reached for 12 min.",),
                ),
                changed,
                ZONE,
            ),
            f"digest-{script}": form.digest(delivery(Kind.DIGEST), digest_of(script), ZONE),
            f"notice-{script}": form.notice(delivery(Kind.NOTICE, payload={"title": title, "body": body})),
        }
    return made


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, message in cases().items():
        (GOLDEN / f"{name}.txt").write_text(f"{message.title}\n\n{message.body}\n", encoding="utf-8")
        (GOLDEN / f"{name}.html").write_text(message.html, encoding="utf-8")
