"""Who may read and write on the board, from a request's headers alone."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest

from alerts.board import door, guard
from alerts.board.guard import (
    SIGNED_FOR,
    Caller,
    carries_token,
    cookie_for,
    guesses,
    is_from_us,
    is_ours,
    local_path,
    reader_of,
)
from crawler.config.settings import BoardSettings

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
TOKEN = b"correct-horse-battery"
PLAIN = BoardSettings()
PROXIED = BoardSettings(url="https://board.example/", proxies=("10.1.2.0/24",), user_header="X-Remote-User")


def asked(remote: str = "127.0.0.1", cookie: str = "", **headers: str) -> Caller:
    return Caller(remote, {name.replace("_", "-"): text for name, text in headers.items()}, cookie)


@pytest.mark.parametrize(
    ("host", "settings", "ours"),
    [
        ("127.0.0.1:8420", PLAIN, True),
        ("[::1]:8420", PLAIN, True),
        ("::1", PLAIN, True),
        ("localhost:8420", PLAIN, True),
        ("localhost.:8420", PLAIN, True),
        ("192.168.1.7", PLAIN, True),
        ("evil.example", PLAIN, False),
        ("127.0.0.1.evil.example:8420", PLAIN, False),
        ("board.example", PLAIN, False),
        ("", PLAIN, False),
        ("board.example", PROXIED, True),
        ("BOARD.example:443", PROXIED, True),
        ("a.board.example", PROXIED, False),
    ],
)
def test_only_a_host_of_ours_is_answered(host: str, settings: BoardSettings, ours: bool) -> None:
    assert is_ours(asked(host=host), settings) is ours


def test_cookie_is_worth_its_name_until_it_runs_out() -> None:
    cookie = cookie_for("Noor", TOKEN, NOW)
    assert reader_of(asked(cookie=cookie), PLAIN, TOKEN, NOW).name == "Noor"
    last = NOW + SIGNED_FOR
    assert reader_of(asked(cookie=cookie), PLAIN, TOKEN, last - timedelta(seconds=1)).writes
    assert not reader_of(asked(cookie=cookie), PLAIN, TOKEN, last).writes
    assert not reader_of(asked(cookie=cookie), PLAIN, b"another-token-of-ours", NOW).writes
    assert not reader_of(asked(cookie=cookie), PLAIN, b"", NOW).writes


@pytest.mark.parametrize("at", range(0, 84, 7))
def test_cookie_that_was_changed_is_worth_nothing(at: int) -> None:
    cookie = cookie_for("Noor", TOKEN, NOW)
    other = "A" if cookie[at] != "A" else "B"
    assert not reader_of(asked(cookie=cookie[:at] + other + cookie[at + 1 :]), PLAIN, TOKEN, NOW).writes


@pytest.mark.parametrize("cookie", ["", ".", "..", "a.b.c", "\u00e9.1.2", "." * 200])
def test_cookie_that_is_none_is_no_error(cookie: str) -> None:
    assert not reader_of(asked(cookie=cookie), PLAIN, TOKEN, NOW).writes


def test_proxy_names_the_user_and_nobody_else_does() -> None:
    assert reader_of(asked("10.1.2.3", x_remote_user="noor"), PROXIED, b"", NOW).name == "noor"
    assert not reader_of(asked("10.1.3.3", x_remote_user="noor"), PROXIED, b"", NOW).writes
    assert not reader_of(asked("10.1.2.3"), PROXIED, b"", NOW).writes
    assert not reader_of(asked("10.1.2.3", x_remote_user="noor"), PLAIN, b"", NOW).writes


def test_program_sends_the_token() -> None:
    given = asked(authorization=f"Bearer {TOKEN.decode()}", x_name="siem")
    assert reader_of(given, PLAIN, TOKEN, NOW).name == "siem"
    assert not reader_of(asked(authorization="Bearer correct"), PLAIN, TOKEN, NOW).writes
    assert not reader_of(asked(authorization="Bearer "), PLAIN, b"", NOW).writes


def test_who_shares_the_proxys_address_may_give_the_token() -> None:
    right = {"authorization": f"Bearer {TOKEN.decode()}"}
    assert reader_of(asked("10.1.2.3", x_name="siem", **right), PROXIED, TOKEN, NOW).name == "siem"
    assert reader_of(asked("10.1.2.3", cookie=cookie_for("Noor", TOKEN, NOW)), PROXIED, TOKEN, NOW).name == "Noor"
    assert not reader_of(asked("10.1.2.3", x_remote_user="", **right), PROXIED, TOKEN, NOW).writes


def test_only_the_token_itself_stands_for_the_key_of_a_form() -> None:
    """A proxy may add an Authorization of its own to every request, also to a forged one."""
    right = {"authorization": f"Bearer {TOKEN.decode()}"}
    assert carries_token(asked(**right), PLAIN, TOKEN)
    assert not carries_token(asked(authorization="Bearer eyJ", cookie=cookie_for("Noor", TOKEN, NOW)), PLAIN, TOKEN)
    assert not carries_token(asked(authorization="Bearer "), PLAIN, b"")
    assert not carries_token(asked("10.1.2.3", x_remote_user="noor", **right), PROXIED, TOKEN)


def test_wrong_token_is_a_guess_where_nothing_else_names_the_caller() -> None:
    wrong, right = {"authorization": "Bearer eyJ"}, {"authorization": f"Bearer {TOKEN.decode()}"}
    assert guesses(asked(**wrong), PLAIN, TOKEN, NOW)
    assert not guesses(asked(**right), PLAIN, TOKEN, NOW)
    assert not guesses(asked(authorization="Basic eyJ"), PLAIN, TOKEN, NOW)
    assert not guesses(asked(**wrong), PLAIN, b"", NOW)
    assert not guesses(asked(cookie=cookie_for("Noor", TOKEN, NOW), **wrong), PLAIN, TOKEN, NOW)
    assert not guesses(asked("10.1.2.3", x_remote_user="noor", **wrong), PROXIED, TOKEN, NOW)


def test_reading_cannot_be_used_to_guess() -> None:
    for each in ("eyJ", TOKEN.decode()):
        reads = replace(asked(authorization=f"Bearer {each}"), method="GET")
        assert not guesses(reads, PLAIN, TOKEN, NOW)
        assert not reader_of(reads, PLAIN, TOKEN, NOW).writes


def test_key_of_a_form_is_one_readers_and_one_processes() -> None:
    keys = {guard.form_key(name, secret) for name in ("", "Noor", "Sami") for secret in (b"one", b"another")}
    assert len(keys) == 6


def test_name_cannot_hide_or_run_on() -> None:
    assert guard.name_of("a\u202eb\n" + "c" * 100) == "ab " + "c" * 57


def test_form_is_from_us_by_what_the_browser_says() -> None:
    assert is_from_us(asked(host="127.0.0.1:8420", origin="http://127.0.0.1:8420"))
    assert not is_from_us(asked(host="127.0.0.1:8420", origin="http://127.0.0.1:9000"))
    assert not is_from_us(asked(host="127.0.0.1:8420", origin="null"))
    assert not is_from_us(asked(host="127.0.0.1:8420", origin="http://["))
    assert not is_from_us(asked(host="127.0.0.1:8420", sec_fetch_site="cross-site"))
    assert not is_from_us(asked(host="127.0.0.1:8420", sec_fetch_site="same-site"))  # another port of this machine
    assert is_from_us(asked(host="127.0.0.1:8420", sec_fetch_site="same-origin"))


@pytest.mark.parametrize(
    ("given", "there"),
    [
        ("/stories?range=7d#s1", "/stories?range=7d#s1"),
        ("//evil.example", "/"),
        ("//[", "/"),
        ("/[", "/["),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
    ],
)
def test_form_sends_nobody_elsewhere(given: str, there: str) -> None:
    assert local_path(given) == there


class Uncomparable(bytes):
    """Secret bytes that say where they are compared as texts are: letter by letter, in a time that tells of them."""

    __hash__ = bytes.__hash__

    def __eq__(self, other: object) -> bool:
        raise AssertionError("a secret was compared by ==")

    __ne__ = __eq__


def test_token_is_compared_in_a_time_that_tells_nothing_of_it() -> None:
    assert guard.is_token(TOKEN.decode(), Uncomparable(TOKEN))
    assert not guard.is_token("guessed-and-guessed-", Uncomparable(TOKEN))


@pytest.mark.parametrize(
    ("module", "name"), [(guard, "is_token"), (guard, "_signed"), (door, "form")], ids=["token", "cookie", "form"]
)
def test_secrets_meet_what_was_given_in_compare_digest_alone(module: ModuleType, name: str) -> None:
    tree = ast.parse(inspect.getsource(module))
    [function] = [
        each
        for each in ast.walk(tree)
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == name
    ]
    calls = [
        each.func.attr
        for each in ast.walk(function)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)
    ]
    assert calls.count("compare_digest") == 1
    told = (ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot)
    compared = [each for each in ast.walk(function) if isinstance(each, ast.Compare)]
    assert not [ast.unparse(each) for each in compared if isinstance(each.ops[0], told)]
    assert not [each for each in calls if each in {"startswith", "endswith", "__eq__"}]
