"""A page is stored as an article's text only where it is that article; an offer to subscribe is no part of it."""

from __future__ import annotations

import pytest

from crawler.parse.belonging import is_front_page, not_the_article, without_offer

TITLE, SUMMARY = "Harbour workers end their strike", "Dockers in Umm Qasr went back to work on Monday after a week."
TEXT = "Dockers in Umm Qasr went back to work on Monday, after a week in which no ship was unloaded. " * 4
MOST_READ = "Most read\nGunmen shell a barracks near Kirkuk\nHarbour workers end their strike\nRain in the north"
CASES = [
    ("the article", TITLE, TEXT, ""),
    ("the article under a rewritten headline", "Umm Qasr: no more waiting for ships", f"{TITLE}. {TEXT}", ""),
    ("the article without a headline", "", f"{TITLE}\n{TEXT}", ""),
    ("an error with the most read", "Page not found", MOST_READ, "error_page"),
    ("a number", "404", MOST_READ, "error_page"),
    ("an error in Arabic", "عذراً، الصفحة غير موجودة", MOST_READ, "error_page"),
    ("what was not found", "We couldn't find the page", MOST_READ, "error_page"),
    ("a page that was asked for", "The page you requested was not found", MOST_READ, "error_page"),
    ("a page that is gone", "This article has been removed", MOST_READ, "error_page"),
    ("not for this region", "This content isn’t available in your region", MOST_READ, "error_page"),
    ("an error without a word", "Error", MOST_READ, "error_page"),
    ("a server that is down", "Service temporarily unavailable", MOST_READ, "error_page"),
    ("a page denied", "Access to this page has been denied", MOST_READ, "error_page"),
    ("another excuse in Arabic", "عفوا هذه الصفحة لم تعد متاحة", MOST_READ, "error_page"),
    ("an error in Persian", "صفحه مورد نظر یافت نشد", MOST_READ, "error_page"),
    ("a consent form", "Before you continue", "We use cookies to deliver our services. " * 9, "consent"),
    ("another consent form", "We value your privacy", "Our 842 partners store data on your device. " * 40, "consent"),
    ("a login", "Sign in", "Use your account to read the news of the day. " * 9, "gate"),
    ("an offer", "Subscribe for one dollar", "Our reporters are in every town. " * 9, "gate"),
    ("the front page, which lists it", "Outlet - News of the day", MOST_READ, "other_page"),
    ("another article", "Gunmen shell a barracks", "Gunmen shelled a barracks near Kirkuk at noon. " * 9, "other_page"),
    ("the article in another script", "عمال الميناء ينهون إضرابهم", "عاد عمال الميناء إلى العمل يوم الاثنين. " * 9, ""),
    ("a section", "Harbour", "Gunmen shelled a barracks near Kirkuk at noon. " * 9, "other_page"),
    ("no headline, other words", "", "Gunmen shelled a barracks near Kirkuk at noon. " * 9, "other_page"),
]


@pytest.mark.parametrize(("name", "headline", "text", "reason"), CASES, ids=[row[0] for row in CASES])
def test_page_is_the_article_or_named(name: str, headline: str, text: str, reason: str) -> None:
    assert not_the_article(TITLE, SUMMARY, headline, text) == reason, name


FRONT = ["https://a.example", "https://a.example/", "https://a.example/?utm_source=x#top", "https://a.example/ar/"]
FRONT += ["https://a.example/en-us", "https://a.example/index.html"]
NOT_FRONT = ["https://a.example/?p=7", "https://a.example/iraq/", "https://a.example/en/1", "https://a.example/7"]


def test_front_page_by_its_address() -> None:
    assert [each for each in (*FRONT, *NOT_FRONT) if is_front_page(each)] == FRONT


def test_article_on_an_error_page_is_an_article() -> None:
    title = "Sorry not enough, families of victims say"
    assert not_the_article(title, "", title, "The families met the minister. " * 9) == ""


FIRST, LAST = "The harbour is open again, the port said.", "Ships wait in a line of nine miles. " * 20
OFFERS = [
    ("at the end", f"{FIRST}\nSubscribe now to continue reading.\nWe cover every militia.", FIRST),
    ("for members", f"{FIRST}\nThis article is only for subscribers.\nGunmen everywhere.", FIRST),
    ("for who has an account", f"{FIRST}\nAlready a subscriber? Sign in.", FIRST),
    ("a limit", f"{FIRST}\nYou have reached your monthly limit of free articles.\nMore.", FIRST),
    ("in Arabic", f"{FIRST}\nاشترك الآن لمتابعة القراءة\nميليشيا", FIRST),
    ("in Persian", f"{FIRST}\nبرای ادامه خواندن مشترک شوید\nخبر", FIRST),
    ("before the article", f"Sign in to continue.\n{FIRST}\n{LAST}", f"{FIRST}\n{LAST}"),
    (
        "none",
        f"{FIRST}\nThe union will continue to read the contract.",
        f"{FIRST}\nThe union will continue to read the contract.",
    ),
]


@pytest.mark.parametrize(("name", "text", "left"), OFFERS, ids=[row[0] for row in OFFERS])
def test_offer_to_subscribe_ends_the_text(name: str, text: str, left: str) -> None:
    assert without_offer(text) == left, name
