"""Sorani forms against tables written by hand."""

from __future__ import annotations

import pytest

from alerts.rules.automaton import spelling
from alerts.rules.forms import Form, FormError
from alerts.rules.forms.kurdish import forms, negated, noun_forms
from alerts.rules.forms.kurdish_words import linked
from crawler.article import Article
from crawler.text.folding import fold
from tests.unit.shipped import NOW, names

ACTIVE = """
هێرشی کرد؛ هێرشی کردە؛ هێرشی کردووە؛ هێرشی کردووەتە؛ هێرشیان کرد؛ هێرشیان کردە؛ هێرشیان کردووە؛ هێرشیان کردووەتە؛
هێرش کرد؛ هێرشکرد؛ هێرش کردە؛ هێرشکردە؛ هێرش کردووە؛ هێرشکردووە؛ هێرش کردووەتە؛ هێرشکردووەتە؛
هێرش دەکات؛ هێرش دەکەن؛ هێرش بکات؛ هێرش بکەن؛ هێرش دەکاتە؛ هێرش دەکەنە؛ هێرش بکاتە؛ هێرش بکەنە
"""
PASSIVE = """
هێرش کرا؛ هێرشکرا؛ هێرش کران؛ هێرشکران؛ هێرش کرایە؛ هێرشکرایە؛ هێرش کرانە؛ هێرشکرانە؛ هێرش کراوە؛ هێرشکراوە؛ هێرش کراون؛
هێرشکراون؛ هێرش کراوەتە؛ هێرشکراوەتە؛ هێرش کراونەتە؛ هێرشکراونەتە؛ هێرش دەکرێت؛ هێرش دەکرێن؛ هێرش بکرێت؛ هێرش بکرێن؛ هێرش دەکرێتە؛ هێرش دەکرێنە؛
هێرش بکرێتە؛ هێرش بکرێنە
"""
DENIED_ACTIVE = """
هێرشی نەکرد؛ هێرشی نەکردە؛ هێرشی نەکردووە؛ هێرشی نەکردووەتە؛ هێرشیان نەکرد؛ هێرشیان نەکردە؛ هێرشیان نەکردووە؛
هێرشیان نەکردووەتە؛ هێرش نەیکرد؛ هێرش نەیکردە؛ هێرش نەیکردووە؛ هێرش نەیکردووەتە؛ هێرش نەیانکرد؛ هێرش نەیانکردە؛
هێرش نەیانکردووە؛ هێرش نەیانکردووەتە؛ هێرش نەکرد؛ هێرشنەکرد؛ هێرش نەکردە؛ هێرشنەکردە؛ هێرش نەکردووە؛ هێرشنەکردووە؛
هێرش نەکردووەتە؛ هێرشنەکردووەتە؛ هێرش ناکات؛ هێرش ناکەن؛ هێرش نەکات؛ هێرش نەکەن؛ هێرش ناکاتە؛ هێرش ناکەنە؛
هێرش نەکاتە؛ هێرش نەکەنە
"""
DENIED_PASSIVE = """
هێرش نەکرا؛ هێرشنەکرا؛ هێرش نەکران؛ هێرشنەکران؛ هێرش نەکرایە؛ هێرشنەکرایە؛ هێرش نەکرانە؛ هێرشنەکرانە؛ هێرش نەکراوە؛
هێرشنەکراوە؛ هێرش نەکراون؛ هێرشنەکراون؛ هێرش نەکراوەتە؛ هێرشنەکراوەتە؛ هێرش نەکراونەتە؛ هێرشنەکراونەتە؛ هێرش ناکرێت؛ هێرش ناکرێن؛ هێرش نەکرێت؛
هێرش نەکرێن؛ هێرش ناکرێتە؛ هێرش ناکرێنە؛ هێرش نەکرێتە؛ هێرش نەکرێنە
"""
NAMED = "{0} کردن؛ {0}کردن؛ {0} کردنە؛ {0}کردنە"
UNNAMED = "{0} نەکردن؛ {0}نەکردن؛ {0} نەکردنە؛ {0}نەکردنە"


def listed(table: str, kind: str, noun: str) -> set[tuple[str, str]]:
    """Each form of a table, those of "they" of "we" too, and joined; where the doer is marked on the no it never is."""
    texts = [text.strip() for text in table.split("؛")]
    texts += [text.replace("یان", "مان") for text in texts if "هێرشیان" in text or "نەیان" in text]
    texts += [text.replace(" ", "") for text in texts if " نەی" not in text and " نەمان" not in text]
    return {(text.replace("هێرش", noun), kind) for text in texts}


@pytest.mark.parametrize("noun", ["هێرش", "دەستگیر", "بۆردومان", "هەڕەشە", "ئیدانە"])
def test_a_compound_has_the_forms_of_its_table(noun: str) -> None:
    said = listed(ACTIVE, "active", noun) | listed(PASSIVE, "passive", noun)
    denied = listed(DENIED_ACTIVE, "active", noun) | listed(DENIED_PASSIVE, "passive", noun)
    said |= listed(NAMED.format(noun), "noun", noun)
    denied |= listed(UNNAMED.format(noun), "noun", noun)
    assert {(form.text, form.kind) for form in forms(f"{noun} کردن")} == said
    assert {(form.text, form.kind) for form in negated(f"{noun} کردن")} == denied


VERBS = {
    ("کوشتن",): ("کوشت کوشتی کوشتیان کوشتوویەتی دەکوژێت دەکوژن بکوژێت", "کوژرا کوژران کوژراوە کوژراون دەکوژرێت"),
    ("داخستن",): ("داخست دایخست دایانخست داخستووە دادەخات دادەخەن دابخات", "داخرا داخران داخراوە دادەخرێت"),
    ("سەپاندن",): ("سەپاند سەپاندی سەپاندووە دەسەپێنێت دەسەپێنن", "سەپێنرا سەپێنران دەسەپێنرێت"),
    ("کشانەوە", "کشێ"): ("کشایەوە کشاوەتەوە کشاونەتەوە دەکشێتەوە دەکشێنەوە", ""),
    ("تەقینەوە",): ("تەقییەوە تەقیوەتەوە دەتەقێتەوە", ""),
    ("بریندار بوون",): ("", "بریندار؛بوو برینداربوو بریندار؛بوون برینداربوون بریندار؛بووە بریندار؛دەبێت"),
    ("خستنە خوارەوە",): ("خستە؛خوارەوە خستیە؛خوارەوە خستیانە؛خوارەوە دەخاتە؛خوارەوە", "خرایە؛خوارەوە خرانە؛خوارەوە"),
    ("گرتنە ئەستۆ",): ("گرتە؛ئەستۆ گرتووەتە؛ئەستۆ دەگرێتە؛ئەستۆ دەگرنە؛ئەستۆ", "گیرایە؛ئەستۆ"),
    ("کەوتنە بەر هێرش",): ("", "کەوتە؛بەر؛هێرش کەوتنە؛بەر؛هێرش کەوتووەتە؛بەر؛هێرش دەکەوێتە؛بەر؛هێرش"),
    ("ڕەت کردنەوە",): ("ڕەتیکردەوە ڕەتیانکردەوە ڕەتدەکاتەوە ڕەتی؛کردەوە", "ڕەتکرایەوە ڕەت؛کرایەوە"),
    ("چوونە دەرەوە",): ("چووە؛دەرەوە چوویە؛دەرەوە دەچێتە؛دەرەوە", ""),
    ("دەنگ دان",): ("دەنگی؛دا دەنگیان؛دا دەنگ؛دەدات دەنگ؛دەدەن", "دەنگ؛درا دەنگ؛دەدرێت"),
}


@pytest.mark.parametrize("parts", VERBS)
def test_verbs_of_each_class_have_the_forms_of_their_table(parts: tuple[str, ...]) -> None:
    found = {form.text: form.kind for form in forms(*parts)}
    for kind, table in zip(("active", "passive"), VERBS[parts], strict=True):
        for text in table.split():
            assert found.get(text.replace("؛", " ")) == kind, text


@pytest.mark.parametrize(
    ("parts", "table"),
    [
        (("کوشتن",), "نەکوشت نەیکوشت نەکوژرا نەکوژران ناکوژێت ناکوژرێت نەکوژراوە"),
        (("داخستن",), "دانەخست داینەخست دانەخرا داناخات داناخرێت"),
        (("کشانەوە", "کشێ"), "نەکشایەوە نەکشانەوە ناکشێتەوە نەکشاوەتەوە"),
        (("خستنە خوارەوە",), "نەخستە؛خوارەوە نەخرایە؛خوارەوە نەخرانە؛خوارەوە ناخاتە؛خوارەوە"),
        (("بریندار بوون",), "بریندار؛نەبوو بریندار؛نەبوون بریندار؛نابێت"),
    ],
)
def test_a_denial_is_no_report(parts: tuple[str, ...], table: str) -> None:
    denied = {form.text for form in negated(*parts)}
    assert {each.replace("؛", " ") for each in table.split()} <= denied
    assert not denied & {form.text for form in forms(*parts)}


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
    verbs = (*forms("هێرش کردن"), *negated("هێرش کردن"), *(form for parts in VERBS for form in forms(*parts)))
    for form in (*verbs, *noun_forms("هێرش"), *noun_forms("سوپا")):
        assert spelling(form.text) is not None


@pytest.mark.parametrize(
    "parts", [(), ("",), ("سەر",), ("فاڵ گرتنەوەی",), ("چەقین",), ("attack کردن",), ("هێرش کردن", "که", "کە")]
)
def test_another_verb_is_refused_with_the_remedy(parts: tuple[str, ...]) -> None:
    for inflect in (forms, negated):
        with pytest.raises(FormError, match="no Kurdish verb known here; write a verb by its infinitive"):
            inflect(*parts)


@pytest.mark.parametrize("parts", [(), ("",), ("attack",), ("نوێ",), ("کۆمپانی",), ("هێرش", "هێرشان")])
def test_another_noun_is_refused_with_the_remedy(parts: tuple[str, ...]) -> None:
    with pytest.raises(FormError, match="no Kurdish noun ending in a consonant, -ا or -ە; write its forms out"):
        noun_forms(*parts)


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("بەرگری ئیسلامی", {"بەرگریی ئیسلامی"}),
        ("هێزی دەریایی ئێران", {"هێزیی دەریایی ئێران", "هێزی دەریای ئێران", "هێزیی دەریای ئێران"}),
        ("ئیسلامیی", set()),  # one word takes its link behind it
        ("نیروی دریایی سپاه", set()),  # Persian
    ],
)
def test_the_link_of_an_inner_word_may_be_written_or_not(text: str, spelt: set[str]) -> None:
    assert set(linked(text)) == spelt


def test_a_name_is_found_with_the_link_of_its_inner_word() -> None:
    found = names().match(Article("a", "s", "هێرش بۆ سەر کونسوڵگەریی ئەمریکا لە هەولێر", NOW, lang="ckb"))
    assert "us-consulate-erbil" in {each.rule for each in found}
