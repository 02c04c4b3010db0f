"""Now, when the wall clock is set: no jump by itself, one step when asked. And pages that are no feed, by name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.clock import Clock
from crawler.parse.impostors import named
from tests.unit.desk import NOW


@pytest.mark.parametrize("hours", [-1, 1, 24 * 365 * 10])
def test_a_set_wall_clock_is_one_step_and_time_goes_on(hours: int) -> None:
    wall, seconds = [NOW], [100.0]
    clock = Clock(lambda: wall[0], lambda: seconds[0])
    seconds[0], wall[0] = 160.0, NOW + timedelta(seconds=60, hours=hours)
    assert clock() == NOW + timedelta(seconds=60)
    assert clock.step() == timedelta(hours=hours)
    assert clock() == wall[0]
    assert clock.step() == timedelta(0)


def test_small_drift_is_left_alone() -> None:
    clock = Clock(lambda: NOW, lambda: 0.0)
    clock._wall = lambda: NOW + timedelta(seconds=4)
    assert (clock.step(), clock()) == (timedelta(0), NOW)


PAGES = [
    ("<rss version='2.0'/>", ""),
    ("no markup", ""),
    ("<!DOCTYPE html><html><body>Welcome</body></html>", "an HTML page"),
    ("\n<html><form><input name=p type='password'></form></html>", "a login page"),
    ("<html><head><title>Sign in to read on</title></head></html>", "a login page"),
    ("<!doctype html><html><title>Just a moment...</title></html>", "a challenge page: a check of the browser"),
    ("<html><script src='/cdn-cgi/challenge-platform/x.js'></script></html>", "a challenge page: Cloudflare"),
    ("<html><div class='g-recaptcha'></div></html>", "a challenge page: a captcha"),
    ("<html><title>Your consent and cookies</title><button>Agree</button></html>", "a consent page"),
    ("<html><title>Council bans cookie jars</title><a href='/1'>More</a></html>", "an HTML page"),
    (
        "<html><p>Please enable JavaScript to see this site</p></html>",
        "a challenge page: for browsers with scripts only",
    ),
    (
        "<html><script>document.cookie = 'a=1'; window.location.reload()</script></html>",
        "a challenge page: for browsers with scripts only",
    ),
    ("<html><noscript>Please enable JavaScript</noscript><a href='/1'>News</a></html>", "an HTML page"),
    (
        "<html><meta content='0; URL=https://a.example/feed.xml' http-equiv=Refresh></html>",
        "an HTML page that sends browsers on to https://a.example/feed.xml",
    ),
]


@pytest.mark.parametrize(("page", "name"), PAGES, ids=[row[0][:40] for row in PAGES])
def test_page_that_is_no_feed_is_named(page: str, name: str) -> None:
    assert named(page.encode()) == name
