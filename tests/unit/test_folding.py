"""What folding makes equal, what it keeps apart, and that its map back to the original never drifts."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.text import folding
from crawler.text.folding import Folded, fold

SAME = [
    ("case", "Kataib HEZBOLLAH", "kataib hezbollah"),
    ("diacritics", "Sunnī Müller", "sunni muller"),
    ("apostrophe inside a word", "Kata'ib Kata\u2019ib Kata\u02bfib", "kataib kataib kataib"),
    ("possessive", "Iran's and Iraq\u2019s", "iran s and iraq s"),
    ("hyphen and dashes", "Ain al-Asad Ain al\u2013Asad", "ain al asad ain al asad"),
    ("acronym with dots", "U.S. troops, U.S.-led, the U.S.A.", "us troops us led the usa"),
    ("decimal is no acronym", "3.5 tonnes", "3 5 tonnes"),
    ("end of sentence", "in Iraq. Troops", "in iraq troops"),
    ("line wrap and NBSP", "Popular\nMobilization\u00a0Forces", "popular mobilization forces"),
    ("alef, yeh, teh marbuta", "أربيل إيران آمر على القاعدة", "اربيل ايران امر علي القاعده"),
    ("harakat and tatweel", "الحَشْدُ الشـــعبي", "الحشد الشعبي"),
    ("Persian letters", "کتائب حزب‌الله", "كتايب حزب الله"),
    ("Arabic for the same", "كتائب حزب الله", "كتايب حزب الله"),
    ("Kurdish ae as heh and a zero-width non-joiner", "بنكه‌ى حه‌رير، له‌ هه‌ولێر", "بنكهي حهرير له ههولير"),
    ("a zero-width non-joiner in Persian", "شبه‌نظامیان به‌ پایگاه‌های", "شبه نظاميان به پايگاه هاي"),
    ("zero-width non-joiner in Latin", "mili\u200ctia", "militia"),
    ("Arabic and Persian digits", "١٢ ۱۲ 12", "12 12 12"),
    ("ligature", "ﷲ ﻻ", "الله لا"),
    ("underscores", "_militia_", "militia"),
    ("zero-width space, soft hyphen, word joiner, BOM", "mi\u200bli\u00adti\u2060a\ufeff", "militia"),
    ("Cyrillic look-alikes", "m\u0456liti\u0430", "militia"),
    ("full-width and bold", "\uff4d\uff49litia \U0001d426\U0001d422litia", "militia militia"),
    ("circled", "\u24dc\u24d8litia", "militia"),
    ("combining mark", "mili\u0301tia", "militia"),
    ("tag characters and variation selector", "mil\U000e0069itia\ufe0f", "militia"),
    ("undecoded references", "&#109;ilitia mili&shy;tia &amp;", "militia militia"),
    ("nothing", "  ...  ", ""),
]


@pytest.mark.parametrize(("name", "given_text", "expected"), SAME, ids=[row[0] for row in SAME])
def test_folds_to(name: str, given_text: str, expected: str) -> None:
    assert fold(given_text).strip() == expected, name


def test_hit_points_back_to_the_original() -> None:
    text = "Said &#109;ili\u00adtia of the U.S. Kata\u2019ib\u00a0\u00a0Hezbollah, وَالحَشْدُ"
    folded = Folded(text)
    found = {
        words: text[slice(*folded.span(start, start + len(words)))]
        for words in ("militia", "us", "kataib hezbollah", "الحشد")
        for start in [folded.text.index(words)]
    }
    assert found == {
        "militia": "&#109;ili\u00adtia",
        "us": "U.S.",
        "kataib hezbollah": "Kata\u2019ib\u00a0\u00a0Hezbollah",
        "الحشد": "الحَشْدُ",
    }


def test_hit_in_old_kurdish_points_back() -> None:
    text = "سه‌ر بنكه‌ى حه‌رير"
    folded = Folded(text)
    at = folded.text.index("حهرير")
    assert text[slice(*folded.span(at, at + len("حهرير")))] == "حه‌رير"


SCRIPTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("aZ.'’ -\n\u200c\u200b&;#109sUS"),
        st.characters(codec="utf-8", categories=["L", "M", "N", "P", "Z", "C", "S"]),
        st.sampled_from("ابتکیىةأإؤئهلێ\u064e\u0640\u200c"),
    ),
    max_size=60,
)


@given(SCRIPTS)
@example("\u1e9e.\u0130.a")
@example("'s's&#39;s")
def test_map_covers_every_folded_character(text: str) -> None:
    folded = Folded(text)
    starts = [folded.span(i, i + 1)[0] for i in range(len(folded.text))]
    assert starts == sorted(starts)
    words = folded.text.split()
    position = 1
    for word in words:
        start, end = folded.span(position, position + len(word))
        assert word in fold(text[start:end]).replace(" ", "") or word in fold(text[max(0, start - 2) : end + 2])
        position += len(word) + 1


@given(st.lists(SCRIPTS, min_size=8, max_size=16).map("\n".join))
@example("\u0645\u200c\u0647 " * 90 + "\u06ce " * 200)  # Kurdish, as a letter far behind shows
@example("... " * 90 + "a " * 300 + "... " * 90)
def test_map_in_pieces_is_that_of_the_whole(text: str) -> None:
    folded, whole = Folded(text), Folded(text)
    in_pieces = [folded.span(at, at + 1) for at in range(len(folded.text))]
    within = folded.within(len(text) // 3, len(text) // 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "SHORT", len(text))
        assert [whole.span(at, at + 1) for at in range(len(whole.text))] == in_pieces
        assert whole.within(len(text) // 3, len(text) // 2) == within


@given(SCRIPTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="aB 1\u0627\u064b\u200c'.,\u00bd&;\n"), st.data())
def test_within_is_the_way_back_of_span(text: str, data: st.DataObject) -> None:
    folded = Folded(text)
    words = [at for at, char in enumerate(folded.text) if char != " "]
    if not words:
        return
    start = data.draw(st.sampled_from(words))
    end = data.draw(st.sampled_from([at + 1 for at in words if at >= start]))
    again = folded.within(*folded.span(start, end))
    # more than one folded letter may come from one of the original: then all of them are within
    assert again[0] <= start
    assert end <= again[1]
    assert folded.span(*again) == folded.span(start, end)
