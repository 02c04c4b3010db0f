"""Tell whether a fetched page is the article that a link promised, and cut the offer of a paywall off its text. Pure.

Servers answer 200 with an error page, a consent form, an offer or their front page; its words are not the article's.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from rapidfuzz import fuzz, utils

from crawler.text import urls
from crawler.text.folding import fold

_THING = r"(?:(?:the|this|that) )?(?:page|article|story|content|post|link|url)(?: (?:that )?you(?: \w+){1,4}?)?"
_AUX = r"(?:(?:was|is|could|can|has|have|does|do|may|might) ?)?"
ERROR = re.compile(
    r"^\W*(?:(?:error\W*)?(?:404|410|500|502|503)\b|(?:not|nothing|no results?) found|page unavailable|oops|sorry\b|"
    r"something went wrong|(?:an )?error(?: occurred)?\W*$|(?:service |site )?(?:temporarily )?unavailable\W*$|"
    rf"{_THING} {_AUX}(?:not|n[’']t|no longer|un) ?(?:be )?(?:found|available|exist|displayed)|"
    rf"{_THING} {_AUX}(?:have been |been |be )?(?:removed|deleted|expired|moved)\b|"
    rf"(?:we )?(?:could|can|did|do|are|were)(?:n[’']t| ?not)(?: able to)? (?:find|locate|show) {_THING}|"
    rf"access (?:denied|to {_THING} (?:has been |is |was )?(?:denied|restricted|blocked))|"
    r"(?:عذرا|عفوا|(?:هذه )?الصفحة|صفحة|لم يتم العثور|لم نعثر|خطأ).{0,40}"
    r"(?:غير موجود|غير متوفر|غير متاح|لم تعد|404|خطأ|العثور|حذف)|"
    r"(?:صفحه|خطا|متاسفانه).{0,30}(?:یافت نشد|پیدا نشد|وجود ندارد|404)|پەڕە.{0,20}نەدۆزرا)",
    re.IGNORECASE,
)
CONSENT = re.compile(
    r"^\W*(?:before you continue|we (?:value|care about) your privacy|your privacy|privacy (?:settings|choices)|"
    r"cookies?|manage (?:your )?(?:cookies|consent|privacy)|accept (?:all )?cookies|consent|"
    r"this (?:web)?site uses cookies|"
    r"قبل المتابعة|سياسة الخصوصية|ملفات تعريف الارتباط|نحن نهتم بخصوصيتك)",
    re.IGNORECASE,
)
GATE = re.compile(
    r"^\W*(?:log ?in|sign ?in|sign ?up|register|subscribe|become a (?:member|subscriber)|"
    r"create (?:a free |an )?account|تسجيل الدخول|اشترك|ورود|ثبت نام)\b",
    re.IGNORECASE,
)
# An offer in a paragraph: to go on reading one has to pay or log in.
OFFER = re.compile(
    r"(?:subscribe|sign (?:in|up)|log ?in|register|create an? (?:free )?account|start (?:your|a) (?:free )?trial)\b"
    r".{0,60}\b(?:to|and) (?:continue|keep|read|unlock|finish)\b|\b(?:to|and) (?:continue|keep|finish) reading\b|"
    r"\balready (?:a|have an?) (?:subscriber|member|account|subscription)\b|\bsubscribers? only\b|"
    r"\b(?:this|the full) (?:article|story|content) is (?:only |exclusively )?(?:for|available to|reserved for) "
    r"(?:our |paying |registered )*(?:subscribers|members|users)\b|\bunlock this (?:article|story)\b|"
    r"\byou have (?:reached|read|used) (?:your|all|the) .{0,40}(?:free )?(?:articles|limit)|لمتابعة القراءة|"
    r"(?:اشترك|سجل|سجّل)\S* .{0,30}(?:للمتابعة|لمتابعة|لقراءة|لإكمال)|هذا المحتوى (?:متاح )?للمشتركين|"
    r"برای (?:ادامه|مطالعه|خواندن).{0,40}(?:مشترک|اشتراک|وارد شوید|ثبت نام)",
    re.IGNORECASE,
)
_ARABIC, _LATIN = re.compile("[\u0621-\u06d3]"), re.compile("[A-Za-z]")
_FRONT = re.compile(r"/?(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:(?:index|home|default)\.\w{2,5})?", re.IGNORECASE)
IMPOSTORS = (("error_page", ERROR), ("consent", CONSENT), ("gate", GATE))
SAME_HEADLINE = 60.0  # rapidfuzz ratios, 0-100
SHARED = 0.6  # of a headline's and of a summary's words that must stand on the page, if it has another headline
FEW_WORDS = 4  # of a summary: fewer say nothing
START = 1_500  # characters of a page's text in which the headline's words are looked for
GATE_TEXT = 1_500  # characters: a page with more under such a headline may be an article on it


def not_the_article(title: str, summary: str, headline: str, text: str) -> str:
    """Return why a page with `headline` and `text` is not the article with `title` and `summary`; "" if it is.

    error_page | consent | gate | other_page
    """
    told = _is_told(title, summary, f"{headline}\n{text}")
    if headline and not _alike(title, headline):
        for name, pattern in IMPOSTORS:
            # of an article on cookies the text says so
            if pattern.match(headline) and (name == "error_page" or len(text) < GATE_TEXT or not told):
                return name
    # words of two scripts cannot be compared (an English headline of an Arabic page)
    if _is_arabic(title) != _is_arabic(f"{headline}\n{text[:START]}"):
        return ""
    return "" if told or (headline and _alike(title, headline)) else "other_page"


def is_front_page(url: str) -> bool:
    """Return whether an address is of a site's front page, or of its front page in one language (/en/)."""
    parts = urlsplit(urls.clean(url))
    return not parts.query and bool(_FRONT.fullmatch(parts.path))


def _is_arabic(text: str) -> bool:
    return len(_ARABIC.findall(text)) > len(_LATIN.findall(text))


def _alike(title: str, headline: str) -> bool:
    # the name of a section ("Iraq") is no headline, though all its words stand in one
    few = min(len(title.split()), len(headline.split())) < FEW_WORDS
    ratio = fuzz.token_sort_ratio if few else fuzz.token_set_ratio
    return ratio(fold(title), fold(headline), processor=utils.default_process) >= SAME_HEADLINE


def _is_told(title: str, summary: str, text: str) -> bool:
    """Return whether most words of the headline stand at the beginning of a text, and most of the summary's in it."""
    words, said = _words(title), _words(summary)
    start, whole = _words(text[:START]), _words(text)
    if len(words & start) < SHARED * len(words):
        return False
    return len(said) < FEW_WORDS or len(said & whole) >= SHARED * len(said)


def _words(text: str) -> set[str]:
    return {word for word in fold(text).split() if len(word) > 2 or word.isdigit()}


def without_offer(text: str) -> str:
    """Return a text up to the paragraph that offers to read on for a subscription.

    Where the offer stands at the beginning and the article follows, only that paragraph is left out.
    """
    paragraphs = text.split("\n")
    offers = [number for number, each in enumerate(paragraphs) if OFFER.search(each)]
    if not offers:
        return text
    first = offers[0]
    before, after = "\n".join(paragraphs[:first]), [each for each in paragraphs[first + 1 :] if not OFFER.search(each)]
    return "\n".join(after) if len(before) * 4 < len("\n".join(after)) else before
