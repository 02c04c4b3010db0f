"""Sorani forms against tables written by hand."""

from __future__ import annotations

import pytest

from alerts.rules.automaton import spelling
from alerts.rules.forms import Form, FormError
from alerts.rules.forms.kurdish import forms, negated, noun_forms
from crawler.text.folding import fold

ACTIVE = """
هێرشی کرد؛ هێرشی کردە؛ هێرشی کردووە؛ هێرشیان کرد؛ هێرشیان کردە؛ هێرشیان کردووە؛ هێرش کرد؛ هێرشکرد؛ هێرش کردە؛ هێرشکردە؛
هێرش کردووە؛ هێرشکردووە؛ هێرش دەکات؛ هێرش دەکەن؛ هێرش بکات؛ هێرش بکەن
"""
PASSIVE = """
هێرش کرا؛ هێرشکرا؛ هێرش کران؛ هێرشکران؛ هێرش کرایە؛ هێرشکرایە؛ هێرش کراوە؛ هێرشکراوە؛ هێرش کراون؛ هێرشکراون؛
هێرش دەکرێت؛ هێرش دەکرێن؛ هێرش بکرێت؛ هێرش بکرێن
"""
DENIED_ACTIVE = """
هێرشی نەکرد؛ هێرشی نەکردە؛ هێرشی نەکردووە؛ هێرشیان نەکرد؛ هێرشیان نەکردە؛ هێرشیان نەکردووە؛ هێرش نەکرد؛ هێرشنەکرد؛
هێرش نەکردە؛ هێرشنەکردە؛ هێرش نەکردووە؛ هێرشنەکردووە؛ هێرش ناکات؛ هێرش ناکەن؛ هێرش نەکات؛ هێرش نەکەن
"""
DENIED_PASSIVE = """
هێرش نەکرا؛ هێرشنەکرا؛ هێرش نەکران؛ هێرشنەکران؛ هێرش نەکرایە؛ هێرشنەکرایە؛ هێرش نەکراوە؛ هێرشنەکراوە؛ هێرش نەکراون؛
هێرشنەکراون؛ هێرش ناکرێت؛ هێرش ناکرێن؛ هێرش نەکرێت؛ هێرش نەکرێن
"""


def listed(table: str, kind: str, noun: str) -> set[tuple[str, str]]:
    return {(text.strip().replace("هێرش", noun), kind) for text in table.split("؛")}


@pytest.mark.parametrize("noun", ["هێرش", "دەستگیر", "بۆردومان", "هەڕەشە"])
def test_a_compound_has_the_forms_of_its_table(noun: str) -> None:
    said = listed(ACTIVE, "active", noun) | listed(PASSIVE, "passive", noun)
    denied = listed(DENIED_ACTIVE, "active", noun) | listed(DENIED_PASSIVE, "passive", noun)
    assert {(form.text, form.kind) for form in forms(f"{noun} کردن")} == said | {
        (f"{noun} کردن", "noun"),
        (f"{noun}کردن", "noun"),
    }
    assert {(form.text, form.kind) for form in negated(f"{noun} کردن")} == denied | {
        (f"{noun} نەکردن", "noun"),
        (f"{noun}نەکردن", "noun"),
    }


def test_joined_apart_and_with_arabic_letters_a_verb_is_the_same() -> None:
    assert forms("هێرشکردن") == forms("هێرش کردن") == forms("هێرش\u200cكردن")


def test_the_infinitive_comes_first_and_no_two_forms_fold_to_one() -> None:
    found = forms("هێرش کردن")
    assert found[0] == Form("هێرش کردن", "noun")
    assert len({fold(form.text) for form in found}) == len(found)


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("هێرش", "هێرش هێرشی هێرشەکە هێرشەکەی هێرشەکان هێرشەکانی هێرشێک هێرشێکی هێرشان هێرشانی"),
        ("سوپا", "سوپا سوپای سوپاکە سوپاکەی سوپاکان سوپاکانی سوپایەک سوپایەکی"),
        ("هەڕەشە", "هەڕەشە هەڕەشەی هەڕەشەکە هەڕەشەکەی هەڕەشەکان هەڕەشەکانی هەڕەشەیەک هەڕەشەیەکی"),
    ],
)
def test_a_noun_has_the_forms_of_its_table(noun: str, expected: str) -> None:
    assert noun_forms(noun) == tuple(Form(text, "noun") for text in expected.split())


def test_every_form_can_be_searched_for() -> None:
    for form in (*forms("هێرش کردن"), *negated("هێرش کردن"), *noun_forms("هێرش"), *noun_forms("سوپا")):
        assert spelling(form.text) is not None


@pytest.mark.parametrize("parts", [(), ("",), ("کردن",), ("کوشتن",), ("attack کردن",), ("هێرش کردن", "که")])
def test_another_verb_is_refused_with_the_remedy(parts: tuple[str, ...]) -> None:
    for inflect in (forms, negated):
        with pytest.raises(FormError, match="no Kurdish verb in کردن, as هێرش کردن; write its forms out"):
            inflect(*parts)


@pytest.mark.parametrize("parts", [(), ("",), ("attack",), ("نوێ",), ("کۆمپانی",), ("هێرش", "هێرشان")])
def test_another_noun_is_refused_with_the_remedy(parts: tuple[str, ...]) -> None:
    with pytest.raises(FormError, match="no Kurdish noun ending in a consonant, -ا or -ە; write its forms out"):
        noun_forms(*parts)
