"""How a mail is written: golden texts, nothing live in its HTML, links that are what they seem, colours one can read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import charset, message_from_bytes, policy
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from alerts.alert import Kind, Message
from alerts.decide.attempt import LEASE
from alerts.receivers import BadReceiverUrl, parse
from alerts.receivers.mailurl import EXAMPLE, LONGEST_TIMEOUT, Account, Tls, account_of
from alerts.receivers.mime import compose, subject
from alerts.receivers.smtp import MEANING, QUIT_TIMEOUT, REPLIES_OF_PATIENCE
from alerts.render.form import FORMS, PLAIN
from alerts.render.mail import CHIPS, DARK, LIGHT
from alerts.render.words import link
from crawler.text.urls import host
from tests.unit.hostile import ALL
from tests.unit.mailattacks import PAYLOADS, attacked
from tests.unit.mailcases import ENGLISH, GOLDEN, PERSIAN, SCRIPTS, ZONE, cases, delivery, digest_of

CASES = cases()
NOW = datetime(2026, 6, 14, tzinfo=UTC)
ACCOUNT = Account("smtp.example.org", 587, Tls.STARTTLS, "watch@example.org", "officer@example.org")
TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "div",
    "span",
    "h1",
    "h2",
    "p",
    "blockquote",
    "mark",
    "bdi",
    "a",
    "ul",
    "li",
    "hr",
}
ATTRIBUTES = {"lang", "dir", "class", "style", "href", "name", "content", "charset"}


@pytest.mark.parametrize("name", CASES)
def test_mail_reads_as_its_golden_files(name: str) -> None:
    """python -m tests.unit.mailcases writes them anew."""
    message = CASES[name]
    assert (GOLDEN / f"{name}.txt").read_text(encoding="utf-8") == f"{message.title}\n\n{message.body}\n"
    assert (GOLDEN / f"{name}.html").read_text(encoding="utf-8") == message.html


def test_text_part_is_the_plain_text_that_every_receiver_gets() -> None:
    for made in SCRIPTS.values():
        mail, plain = (form.alert(delivery(Kind.ALERT, made), made, ZONE) for form in (FORMS["watchmail"], PLAIN))
        assert replace(mail, html="") == plain
    assert FORMS["watchmail"] is FORMS["watchmails"]


# ---- T22, T34: nothing of a feed lives in the HTML


def _elements(message: Message) -> list[html.HtmlElement]:
    return [each for each in html.document_fromstring(message.html).iter() if isinstance(each.tag, str)]


STORED = [text for text in ALL if text.isascii() or text.encode(errors="ignore").decode() == text]  # no half surrogates


@pytest.mark.parametrize("payload", [*PAYLOADS, *STORED])
def test_nothing_of_a_feed_lives_in_the_html(payload: str) -> None:
    for message in attacked(payload):
        found = _elements(message)
        assert {each.tag for each in found} <= TAGS
        assert {name for each in found for name in each.attrib} <= ATTRIBUTES
        assert all(each.get("href").startswith("https://outlet.example/") for each in found if each.tag == "a")
        assert len([each for each in found if each.tag == "style"]) == 1
        assert "url(" not in found[0].find(".//style").text
        assert all("url(" not in each.get("style", "") for each in found)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_feed_wrote_is_shown_as_it_was_written(payload: str) -> None:
    heading = html.document_fromstring(attacked(payload)[0].html).find(".//h1").text_content()
    shown = re.sub(r"[\x00-\x1f\u202e\u2066-\u2069]+", " ", payload).strip()
    assert heading.split() == f"Militia {shown} base".split()


def test_templates_in_a_headline_are_not_evaluated() -> None:
    assert not [message for message in attacked(PAYLOADS[-1]) if "49" in message.title + message.body]


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_gives_the_same_elements_as_a_plain_one(title: str, outlet: str) -> None:
    """Whatever a headline or an outlet is made of, no tag but our own and the isolates of right-to-left words appear."""
    made = replace(
        ENGLISH,
        article=replace(ENGLISH.article, title=title, outlet=outlet),
        causes=(replace(ENGLISH.causes[0], hits=()),),
    )
    tags, plain = (
        [each.tag for each in _elements(message) if each.tag != "bdi"]
        for message in (
            FORMS["watchmail"].alert(delivery(Kind.ALERT, each), each, ZONE)
            for each in (made, replace(ENGLISH, causes=made.causes))
        )
    )
    assert tags == plain


# ---- directions


def test_every_text_of_others_carries_its_own_direction() -> None:
    page = html.document_fromstring(CASES["update-ar"].html)
    assert page.find(".//h1").get("dir") == page.find(".//blockquote").get("dir") == "auto"
    for each in page.iter("p"):
        bare = "".join([each.text or "", *(child.tail or "" for child in each)])
        assert not re.search(r"[\u0590-\u08ff]", bare), bare
    assert {each.get("dir") for each in page.iter("bdi")} == {"auto"}
    assert [each.text_content() for each in page.iter("mark")] == ["5"]
    first = html.document_fromstring(CASES["alert-ar"].html)
    assert [each.text_content() for each in first.iter("mark")] == ["لواء القاسم", "مطار حرير"]


def test_bidi_controls_go_and_the_joiner_of_persian_words_stays() -> None:
    marks = "\u202a\u202b\u202d\u202e\u2066\u2067\u200e\u200f\u061c\u200b\u2060\ufeff"
    made = replace(PERSIAN, article=replace(PERSIAN.article, title="می‌گوید" + "".join(f"{mark}الف" for mark in marks)))
    message = FORMS["watchmail"].alert(delivery(Kind.ALERT, made), made, ZONE)
    heading = html.document_fromstring(message.html).find(".//h1").text_content()
    assert heading.startswith("می‌گویدالف")
    assert not set(marks) & set(heading + message.title)


# ---- size


def test_a_digest_of_fifty_stories_is_not_clipped_by_gmail() -> None:
    stories = [
        replace(each, story=f"{each.story}{n}", thread=f"{each.thread}{n}")
        for n in range(40)
        for each in digest_of("ar")
    ]
    message = FORMS["watchmail"].digest(delivery(Kind.DIGEST), stories, ZONE)
    assert len(message.html.encode()) < 102_000
    assert "and 70 more" in message.html


@pytest.mark.parametrize(
    ("title", "body"), [("x" * 10_000, "y"), ("", ""), ("ا" * 165, "ب" * 1_000_000), ("t", "word " * 200_000)]
)
def test_whatever_a_feed_sends_the_mail_stays_small(title: str, body: str) -> None:
    made = replace(
        ENGLISH, article=replace(ENGLISH.article, title=title, text=body), causes=(replace(ENGLISH.causes[0], hits=()),)
    )
    message = FORMS["watchmail"].alert(delivery(Kind.ALERT, made), made, ZONE)
    wire = compose(ACCOUNT, message, NOW).as_bytes()
    assert len(message.title) <= 120
    assert len(wire) < 100_000


# ---- subjects


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=250)
    .map(str.strip)
    .filter(bool)
)
def test_any_title_comes_out_of_its_header_as_it_went_in(title: str) -> None:
    wire = compose(ACCOUNT, Message(title, "b", key="d1", topic="s1"), NOW).as_bytes()
    assert message_from_bytes(wire, policy=policy.default)["Subject"] == title
    assert max(map(len, wire.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


@settings(deadline=None)  # a time by the clock on the wall says nothing on a loaded machine
@given(st.text(min_size=1, max_size=400))
def test_any_text_makes_one_mail_with_the_same_headers(text: str) -> None:
    message = Message(text, text, key=text, topic=text, follows=text, html=text)
    mail = message_from_bytes(compose(ACCOUNT, message, NOW).as_bytes(), policy=policy.default)
    expected = compose(ACCOUNT, Message("t", "b", key="d", topic="s", html="h"), NOW).keys()
    assert mail.keys() == expected
    assert mail.defects == []


def test_plain_subjects_stay_readable_and_fold_at_words() -> None:
    assert subject("FLASH Militia at the base | Wire") == "FLASH Militia at the base | Wire"
    wire = compose(ACCOUNT, Message("word " * 40, "b", key="d1"), NOW).as_bytes()
    assert b"=?" not in wire


def test_message_ids_are_stable_and_one_word_whatever_the_key_holds() -> None:
    for key in ("d0a1", "a b", "x" * 500, "<>@", "ا", "\r\nBcc: x"):
        first, again = (compose(ACCOUNT, Message("t", "b", key=key, topic=key), NOW) for _ in range(2))
        assert first["Message-ID"] == again["Message-ID"]
        for name in ("Message-ID", "References", "In-Reply-To"):
            assert re.fullmatch(r"<[\w.-]+@example\.org>", first[name], re.ASCII)


def test_a_mail_does_not_depend_on_the_table_of_charsets_that_apprise_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    message = Message(PERSIAN.article.title, PERSIAN.article.body, key="d1")
    before = compose(ACCOUNT, message, NOW).as_bytes()
    monkeypatch.setattr(charset, "CHARSETS", {"utf-8": (charset.QP, charset.QP, "utf-8")})
    assert compose(ACCOUNT, message, NOW).as_bytes() == before


# ---- links (T21)

LINKS = [
    ("https://outlet.example/a?b=1&c=2#d", "https://outlet.example/a?b=1&c=2"),
    (" https://outlet.example/a ", "https://outlet.example/a"),
    ("HTTPS://Outlet.Example:8443/A", "https://outlet.example:8443/A"),
    ("https://outlet.example/a|b<c>d", "https://outlet.example/a%7Cb%3Cc%3Ed"),
    ("https://outlet.example/\"x'y`z", "https://outlet.example/%22x%27y%60z"),
    ("https://outlet.example/a b?c d#e f", "https://outlet.example/a%20b?c%20d"),
    ("https://outlet.example/\u202egpj.exe", "https://outlet.example/gpj.exe"),
    ("https://outlet.example/خبر/١", "https://outlet.example/%D8%AE%D8%A8%D8%B1/%D9%A1"),
    ("https://outlet.example/%D8%AE?a=%20", "https://outlet.example/%D8%AE?a=%20"),
    ("https://outlet.example/a\nb", "https://outlet.example/ab"),
    ("https://outlet.example/?u=https://x.example/?a=b", "https://outlet.example/?u=https://x.example/?a=b"),
    ("https://оutlet.example/", "https://xn--utlet-iye.example/"),
    ("https://مثال.إختبار/", "https://xn--mgbh0fb.xn--kgbechtv/"),
    ("https://outlet。example/", "https://outlet.example/"),
    ("http://[::1]:8080/a", None),
    ("https://192.0.2.1/a", "https://192.0.2.1/a"),
    ("https://a_b.example/", "https://a_b.example/"),
    ("https://bank.example@evil.example/", None),
    ("https://bank.example:443@evil.example/", None),
    ("https://@evil.example/", None),
    ("https://bank.example\\@evil.example/", None),
    ("https://bank.example\\.evil.example/", None),
    ("https://bank.example%2eevil.example/", None),
    ("https://<script>/", None),
    ("https://\u202emoc.example/", "https://moc.example/"),
    ("https://-.example/", None),
    ("https://a..example/", None),
    ("https:///x", None),
    ("https:x", None),
    ("//outlet.example/x", None),
    ("https://outlet.example:99999/", None),
    ("https://[::1/", None),
    ("https://[fe80::1%25eth0]/", None),
    ("javascript:alert(1)", None),
    ("JaVaScRiPt:alert(1)//https://outlet.example", None),
    ("java\nscript:alert(1)", None),
    ("data:text/html,<script>alert(1)</script>", None),
    ("vbscript:x", None),
    ("file:///etc/passwd", None),
    ("mailto:x@example.net", None),
    ("ftp://outlet.example/x", None),
    ("https://outlet.example/" + "a" * 8192, None),
    ("", None),
    (None, None),
]


@pytest.mark.parametrize(("url", "shown"), LINKS)
def test_a_link_is_what_it_seems_or_none(url: str | None, shown: str | None) -> None:
    assert link(url) == shown


@given(st.text(max_size=100), st.sampled_from(["https://", "http://outlet.example/", ""]))
def test_a_vetted_link_can_end_nothing(text: str, start: str) -> None:
    if (url := link(start + text)) is not None:
        assert re.fullmatch(r"https?://[a-z0-9._-]+(:[0-9]+)?([/?#][^\s<>\"'|`\\\x00-\x20\x7f]*)?", url)
        assert host(url).isascii()


def test_a_link_that_is_none_is_not_shown_in_any_part() -> None:
    made = replace(ENGLISH, article=replace(ENGLISH.article, url="javascript:top.hit()"))
    message = FORMS["watchmail"].alert(delivery(Kind.ALERT, made), made, ZONE)
    assert "javascript" not in message.html + message.body
    assert "(the source gave no link)" in message.body
    assert "(the source gave no link)" in message.html


# ---- colours (WCAG 2.2, 1.4.3)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_stands_out_from_its_ground(palette: tuple[str, ...]) -> None:
    ground, words, lesser, quote, mark, marked, link = palette
    pairs = [(words, ground), (lesser, ground), (words, quote), (marked, mark), (link, ground)]
    assert min(_contrast(*pair) for pair in pairs) >= 4.5
    assert min(_contrast("#ffffff", chip) for chip in CHIPS.values()) >= 4.5


# ---- URLs

GOOD = [
    (EXAMPLE, ("smtp.example.org", 587, Tls.STARTTLS, "user", "password", "watch@example.org", "officer@example.org", 20)),
    ("watchmails://u:p@smtp.example.org/o@x.example?from=w@x.example", ("smtp.example.org", 465, Tls.IMPLICIT, "u", "p", "w@x.example", "o@x.example", 20)),
    ("watchmail://w%40x.example:p%2F%3F%23%25@smtp.example.org:2525/o@x.example/", ("smtp.example.org", 2525, Tls.STARTTLS, "w@x.example", "p/?#%", "w@x.example", "o@x.example", 20)),
    ("watchmail://w@x.example:p@smtp.example.org/o@x.example", ("smtp.example.org", 587, Tls.STARTTLS, "w@x.example", "p", "w@x.example", "o@x.example", 20)),
    ("watchmail://relay/o+desk@x.example?from=w+1@x.example&tls=none&timeout=7.5", ("relay", 25, Tls.NONE, "", "", "w+1@x.example", "o+desk@x.example", 7.5)),
    ("watchmail://u:p@127.0.0.1/o@x.example?from=w@x.example&tls=none", ("127.0.0.1", 25, Tls.NONE, "u", "p", "w@x.example", "o@x.example", 20)),
    ("watchmail://[2001:db8::1]/o@bücher.example?from=w@x.example&tls=starttls", ("2001:db8::1", 587, Tls.STARTTLS, "", "", "w@x.example", "o@xn--bcher-kva.example", 20)),
]  # fmt: skip


@pytest.mark.parametrize(("url", "expected"), GOOD)
def test_a_url_names_one_account(url: str, expected: tuple[object, ...]) -> None:
    made = account_of(url)
    assert (
        made.host,
        made.port,
        made.tls,
        made.user,
        made.password,
        made.sender,
        made.recipient,
        made.timeout,
    ) == expected
    assert parse("mail", url).schema in {"watchmail", "watchmails"}
    assert made.password not in repr(made) or not made.password or len(made.password) < 2


BAD = [
    ("watchmail://u:p@smtp.example.org?from=w@x.example", "names no recipient"),
    ("watchmail://u:p@smtp.example.org/a@x.example,b@x.example?from=w@x.example", "names 2 recipients; write one URL for each"),
    ("watchmail://u:p@smtp.example.org/a@x.example/b@x.example?from=w@x.example", "names 2 recipients"),
    ("watchmail://u:p@smtp.example.org/nobody?from=w@x.example", "an address that is none"),
    ("watchmail://u:p@smtp.example.org/o@x..example?from=w@x.example", "a host or a domain that cannot be one"),
    ("watchmail://u:p@smtp.example.org/o@x.example?from=w%0d%0aBcc:x@x.example", "cannot be read"),
    ("watchmail://u:p@smtp.example.org/حسن@x.example?from=w@x.example", "in ASCII letters before the @"),
    ("watchmail://u:p@smtp.example.org/o@x.example", "add ?from="),
    ("watchmail://u:p@/o@x.example?from=w@x.example", "names no mail server"),
    ("watchmail://u:p@smtp..org/o@x.example?from=w@x.example", "cannot be one"),
    ("watchmail://u:p@smtp.example.org:99999/o@x.example?from=w@x.example", "cannot be read"),
    ("watchmail://u@smtp.example.org/o@x.example?from=w@x.example", "a user or a password alone"),
    ("watchmail://u:canary/x@smtp.example.org/o@x.example?from=w@x.example", "write / as %2F"),
    ("watchmail://u:1234?canary@smtp.example.org/o@x.example?from=w@x.example", "unknown parameter"),
    ("watchmail://u:canary#x@smtp.example.org/o@x.example?from=w@x.example", "# as %23"),
    ("watchmail://u:canaryé@smtp.example.org/o@x.example?from=w@x.example", "letters outside ASCII"),
    ("watchmail://u:p@smtp.example.org/o@x.example?from=w@x.example&tsl=none", 'did you mean "tls"?'),
    ("watchmail://u:p@smtp.example.org/o@x.example?from=w@x.example&tls=no", "write tls=starttls"),
    ("watchmail://u:canary@smtp.example.org/o@x.example?from=w@x.example&tls=none", "send its password unencrypted"),
    ("watchmails://u:p@smtp.example.org/o@x.example?from=w@x.example&tls=starttls", "leave tls out"),
    ("watchmail://u:p@smtp.example.org/o@x.example?from=w@x.example&from=v@x.example", "twice"),
    ("watchmail://u:p@smtp.example.org/o@x.example?from=w@x.example&timeout=0", "write timeout=20"),
    ("watchmail://u:p@smtp.example.org/o@x.example?from=w@x.example&timeout=90", "up to 60"),
    ("watchmail://u:p@smtp.example.org/o@x.example?from=w@x.example&name=", "name of the sender"),
    ("watchmial://u:canary@smtp.example.org/o@x.example?from=w@x.example", 'did you mean "watchmail"?'),
]  # fmt: skip


@pytest.mark.parametrize(("url", "said"), BAD)
def test_a_url_that_names_no_account_says_what_to_write(url: str, said: str) -> None:
    with pytest.raises(BadReceiverUrl) as caught:
        parse("mail", url)
    assert said in str(caught.value)
    assert "canary" not in str(caught.value)


def test_an_attempt_ends_before_the_lease_of_its_delivery() -> None:
    """The last handshake may begin when the time is over, and the goodbye comes after."""
    assert LEASE.total_seconds() > (REPLIES_OF_PATIENCE + 1) * LONGEST_TIMEOUT + QUIT_TIMEOUT


def test_each_reply_code_of_smtp_is_explained_once() -> None:
    assert all(code // 100 in {4, 5} for code in MEANING)
    assert all(one < other for one, other in pairwise(MEANING))
