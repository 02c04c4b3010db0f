"""A story in three scripts, and its delivery, as Slack is given them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from alerts.alert import Alert, Cause, Hit, Kind, Reason, Severity, Sibling
from alerts.delivery import Delivery, DeliveryState
from alerts.render.form import form_of
from alerts.standing import Standing
from alerts.where import Where
from crawler.article import Article

NOW = datetime(2026, 11, 25, 0, 7, tzinfo=UTC)
SLACK = form_of("watchslack")
# language -> outlet, headline, text, a word of it that was hit, the rule's term, gloss, second outlet, sibling
STORIES = {
    "en": (
        *("Gulf Wire", "Drone falls on Harir base, 14 killed, two officers say"),
        *("Two officers said a drone fell on Harir base near Erbil after midnight and killed 14 guards.", "Harir base"),
        *("$iraq-base", "Harir base = air base in Erbil province", "Dijla News", "Sirens sound over Erbil"),
    ),
    "ar": (
        *("دجلة الإخبارية", "سقوط مسيّرة على قاعدة حرير ومقتل 14 حارساً"),
        *("قال ضابطان إن مسيّرة سقطت بعد منتصف الليل على قاعدة حرير قرب أربيل وقتلت 14 حارساً.", "قاعدة حرير"),
        *("$iraq-base", "قاعدة حرير = air base in Erbil province", "Gulf Wire", "دوي صافرات الإنذار في أربيل"),
    ),
    "fa": (
        *("خبر خلیج", "سقوط پهپاد بر پایگاه حریر؛ ۱۴ نگهبان کشته شدند"),
        *("دو افسر گفتند پهپادی نیمه‌شب بر پایگاه حریر در نزدیکی اربیل افتاد و ۱۴ نگهبان را کشت.", "پایگاه حریر"),
        *("$iraq-base", "پایگاه حریر = air base in Erbil province", "Gulf Wire", "آژیرها در اربیل به صدا درآمدند"),
    ),
}

HARIR = Where("harir", "Harir air base", 36.53, 44.34)
# with a geo: URI, with the address of a map, without a place
WHERE = {"en": HARIR, "ar": replace(HARIR, link="https://map.example/?lat=36.53&lon=44.34#map=9/36.53/44.34")}


def alert_of(lang: str) -> Alert:
    outlet, headline, text, word, term, gloss, second, sibling = STORIES[lang]
    start = text.index(word)
    hit = Hit(term, word, "body", start, start + len(word), word)
    cause = Cause("us-forces", "Attack on US forces", "0a1b2c3d", Severity.FLASH, (hit,), pir="PIR-1 force protection")
    article = Article(
        "a6yz",
        "src",
        headline,
        NOW,
        outlet,
        url=f"https://outlet.example/{lang}/1",
        text=text,
        lang=lang,
        published=NOW,
    )
    return Alert(
        *("s6yzkq0h3m2v8cd", "t6yz", 2, Severity.FLASH, NOW, article, (cause,), (outlet, second)),
        standing=Standing(("gulf-wire", "dijla"), "B"),
        siblings=(Sibling("s6yzkq0aaaaaaaa", sibling, second),),
        glosses=(gloss,),
        place="" if lang == "en" else "Harir air base",
        foreign=lang != "en",
        where=WHERE.get(lang),
    )


def delivery(kind: Kind = Kind.ALERT, reason: Reason = Reason.FIRST_ARTICLE, **more: object) -> Delivery:
    made = Delivery(
        *("d6yzkq1h3m2v8cd", "s6yzkq0h3m2v8cd", kind, 2, "w#1", "w", Severity.FLASH, reason, DeliveryState.SENDING),
        *(NOW, NOW),
    )
    return replace(made, **more)  # type: ignore[arg-type]
