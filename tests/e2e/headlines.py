"""Headlines of three languages, and of all at once."""

from __future__ import annotations

import random

WORDS = {
    "en": "militia rocket base clash army drone convoy river minister denies strike village toll rises funeral U.S. 17 — “quoted”",
    "ar": "فصيل صاروخ قاعدة اشتباك الجيش مسيّرة رتل نهر الوزير ينفي ضربة قرية حصيلة ترتفع تشييع ١٧ «مقتل» الحشدُ",
    "fa": "گروه موشک پایگاه درگیری ارتش پهپاد کاروان رود وزیر تکذیب می‌کند حمله روستا آمار می‌گوید نیروهای ۱۷ «کشته» حزب‌الله",
    "other": "🇮🇶 👩‍🚒 é ñ Ł İ 伊拉克 ㍿ =?utf-8?q?x?= =?US-ASCII?B?YQ==?= & < > \" ' \\ ( ) , : ; @ [ ]",
}


def headlines(count: int) -> list[str]:
    """Make up headlines of one language or of several, from short to the longest a subject takes."""
    dice = random.Random(7)
    made = []
    for _ in range(count):
        mixed = dice.choice([["en"], ["ar"], ["fa"], ["ar", "en"], ["fa", "en"], ["ar", "fa", "en", "other"]])
        words = [dice.choice(WORDS[dice.choice(mixed)].split()) for _ in range(dice.randint(1, 40))]
        made.append(dice.choice([" ", " ", " ", "  ", " | "]).join(words)[:240].strip())
    return made
