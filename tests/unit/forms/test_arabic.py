"""Arabic conjugation against tables written by hand: nothing missing, nothing extra, each form of its kind."""

from __future__ import annotations

import pytest

from alerts.rules.automaton import spelling
from alerts.rules.forms import FormError, arabic
from alerts.rules.forms.arabic import forms, noun_forms
from alerts.rules.forms.arabic_words import LEFT_OUT
from crawler.text.folding import fold
from tests.unit.forms.arabic_tables import NOUNS, VERBS

# more verbs of the news: what holds for every form is held to them too
_OTHERS = """
أعلن أسقط أنهى أنشأ أوقف أفرج أغار أدان أجلى ألغى أعاد أعد/يعد/إعداد أكد/يؤكد/تأكيد حذر/يحذر/تحذير صفى/يصفي/تصفية
هدأ/يهدأ/هدوء هدّأ استأنف استقبل استلم اتهم اقتحم اعترض انتشر انفجر ادعى اطلع اصطدم اضطر حاصر داهم نادى تراجع تصدى
تدهور توفي/يتوفى/وفاة لقي/يلقى/لقاء جاء/يجيء/مجيء سأل/يسأل/سؤال أمر/يأمر/أمر آمن/يؤمن/إيمان احمر/يحمر/احمرار
"""
OTHERS = _OTHERS.split()
# the principal parts of the verbs of LEFT_OUT that need them
_PARTS = """
أسر/يأسر/أسر أمر/يأمر/أمر أعد/يعد/إعداد أقر/يقر/إقرار أصر/يصر/إصرار سأل/يسأل/سؤال وجه/يوجه/توجيه أسس/يؤسس/تأسيس
وصل/يصل/وصول دعا/يدعو/دعوة نفى/ينفي/نفي عاد/يعود/عودة قاد/يقود/قيادة صفى/يصفي/تصفية هدأ/يهدأ/هدوء حرر/يحرر/تحرير
دمر/يدمر/تدمير سلم/يسلم/تسليم قرر/يقرر/تقرير نفذ/ينفذ/تنفيذ نظم/ينظم/تنظيم حكم/يحكم/حكم خطف/يخطف/خطف ضبط/يضبط/ضبط
نشر/ينشر/نشر نقل/ينقل/نقل جمع/يجمع/جمع حمل/يحمل/حمل خرج/يخرج/خروج دخل/يدخل/دخول طلب/يطلب/طلب
"""
PARTS = {parts.partition("/")[0]: parts for parts in _PARTS.split()} | {"وقع": "وقع/يقع/وقوع وقّع"}


def kinds(verb: str) -> dict[str, str]:
    return {fold(form.text): form.kind for form in forms(*verb.split("/"))}


@pytest.mark.parametrize("verb", VERBS)
def test_verb_has_every_form_of_its_table_and_no_other(verb: str) -> None:
    expected = {fold(word): kind for kind, words in VERBS[verb].items() for word in words.split()}
    assert kinds(verb) == expected


@pytest.mark.parametrize("noun", NOUNS)
def test_noun_has_every_form_of_its_table_and_no_other(noun: str) -> None:
    found = noun_forms(*noun.split("/"))
    assert {form.text for form in found} == set(NOUNS[noun].split())
    assert {form.kind for form in found} == {"noun"}


def test_every_form_can_be_searched_and_is_told_once() -> None:
    verbs = [*VERBS, *OTHERS]
    assert len(verbs) > 70
    for verb in verbs:
        found = forms(*verb.split("/"))
        assert fold(found[0].text) == fold(verb.partition("/")[0])
        assert all(spelling(form.text) for form in found), verb
        assert all(len(form.text) >= 3 for form in found[1:]), verb
        assert len({fold(form.text) for form in found}) == len(found) >= 20, verb


@pytest.mark.parametrize(
    ("verb", "active", "passive", "noun"),
    [
        ("أدان", "يدين", "أدين يدان مدان", "إدانات"),
        ("استأنف", "استأنف", "استؤنف", "استئناف"),
        ("هدّأ", "يهدئ", "هدئ", "تهدئته"),
        ("أكد/يؤكد/تأكيد", "أكده", "", "تأكيد"),
        ("رأى/يرى/رؤية", "رآه رأت يراها", "مرئي", "رؤيته"),
        ("سأل/يسأل/سؤال", "سائل", "سئل", "سؤاله"),
        ("نادى", "نادت ناداه", "نودي نوديت", "مناداته"),
        ("انتشر", "منتشر تنتشر", "", "انتشار"),
        ("استلم", "استلمها", "", "استلام"),
        ("ادعى", "ادعت", "ادعيت", "ادعاء"),
        ("أوقف", "أوقفه", "", "إيقاف"),
        ("أعد/يعد/إعداد", "أعدها", "", "إعدادها"),
        ("تصدى", "يتصدى تصدوا", "", "تصديه"),
        ("تدهور", "يتدهور متدهورة", "", "تدهوره"),
        ("لقي/يلقى/لقاء", "لقيه", "ملقي", "لقاؤهم"),
        ("جاء/يجيء/مجيء", "جاءوا جاؤوا يجيئون يجيئه", "جيئت", "مجيئه"),
        ("احمر/يحمر/احمرار", "احمر احمررنا محمرة", "", "احمرار"),
    ],
)
def test_patterns_beside_the_tables(verb: str, active: str, passive: str, noun: str) -> None:
    found = kinds(verb)
    for kind, words in (("active", active), ("passive", passive), ("noun", noun)):
        assert {word: found.get(fold(word)) for word in words.split()} == dict.fromkeys(words.split(), kind)


@pytest.mark.parametrize(
    ("sloppy", "right"),
    [
        ("اعلن", "أعلن"),
        ("رد\u0651", "رد"),
        ("ق\u064eص\u064eف", "قصف"),
        ("استولي", "استولى"),
        ("تبنی", "تبنى"),
        ("انهى", "أنهى"),
    ],
)
def test_sloppy_spelling_of_the_past_has_the_same_forms(sloppy: str, right: str) -> None:
    assert {fold(form.text) for form in forms(sloppy)} == {fold(form.text) for form in forms(right)}


def test_passive_that_reads_as_and_with_another_verb_is_not_made() -> None:
    assert "passive" not in kinds("واصل").values()


def test_words_after_the_verb_follow_every_form_and_take_the_place_of_pronouns() -> None:
    found = {form.text: form.kind for form in forms("أطلق النار")}
    assert all(text.endswith(" النار") for text in found)
    assert found["أطلقت النار"] == "either"
    assert found["إطلاق النار"] == "noun"
    assert "مطلق النار" in found  # left out without the noun
    assert not {"أطلقه النار", "إطلاقان النار"} & set(found)
    assert "صواريخ كروز" in [form.text for form in noun_forms("صاروخ كروز", "صواريخ")]


@pytest.mark.parametrize("verb", LEFT_OUT)
def test_form_is_left_out_that_would_else_be_generated(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = PARTS.get(verb, verb).split(" ")  # of two verbs of one spelling, both
    words = {fold(word) for several in LEFT_OUT[verb] for word in several.split()}
    assert not words & {form for each in given for form in kinds(each)}
    monkeypatch.setattr(arabic, "_LEFT_OUT", {})
    assert words <= {form for each in given for form in kinds(each)}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((), "no word is given"),
        (("",), "is not an Arabic word"),
        (("strike",), "is not an Arabic word"),
        (("و",), "is not an Arabic word"),
        (("عاد",), "عاد does not show its present: write past/present/masdar"),
        (("وصل",), "وصل does not show its present"),
        (("نفى",), "نفى does not show its present"),
        (("أمر",), "أمر does not show its present"),
        (("رد", "رد"), "رد is not the present of رد, which begins with ي"),
        (("رد", ""), "is not an Arabic word"),
        (("غارة",), "غارة is spelt like no past of a verb"),
        (("هجوم",), "هجوم is spelt like no past of a verb"),
        (("سنة",), "سنة is a noun"),
        (("استهدافات",), "استهدافات is spelt like no past of a verb"),
    ],
)
def test_error_says_what_to_write_instead(parts: tuple[str, ...], message: str) -> None:
    with pytest.raises(FormError, match=message):
        forms(*parts)


@pytest.mark.parametrize(("noun", "message"), [("يد", "too short"), ("drone", "is not an Arabic word")])
def test_error_on_a_noun_says_why(noun: str, message: str) -> None:
    with pytest.raises(FormError, match=message):
        noun_forms(noun)
