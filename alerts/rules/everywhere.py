"""Rules and texts go in; a problem comes out for each term that nearly every text holds: it asks for nothing. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from alerts.rule import Condition, Config
from alerts.rules.automaton import Automaton
from alerts.rules.lexicon import Meaning, expand
from crawler.article import Article
from crawler.config.problems import Place, Problem
from crawler.text.folding import Folded

NEARLY_ALL = 0.85  # of the texts of a language; no name of the desk stands in half of them
FEWEST = 50  # articles of a language in an archive, from which it says more than our own texts
MOST = 2_000  # articles that are looked at; more say the same
# Short news of everyday subjects, made up, read three at a time, as an article has some sentences: what stands in
# nearly all of them is no subject but the language itself.
TEXTS = {
    "en": (
        "The city council has agreed on a new plan for the park, and work is to begin in spring, it said on Monday.",
        "A storm is expected in the north of the country, and people are told to stay at home, weather offices said.",
        "The price of bread has risen by a tenth in a year, and bakers say that it is the cost of energy to blame.",
        "Her first novel was written in the evenings; it is on the list for a prize that is to be given in the autumn.",
        "The home side won in the last minute of the game, and a crowd of thousands sang on the way to the station.",
        "Doctors in the region say that a new test for the disease is quick and cheap, and that it will save lives.",
        "The museum is to open a hall for children in June, with a garden on the roof and a view of the river.",
        "A train was late for an hour in the morning, as the signal in the tunnel had failed; it is now mended.",
    ),
    "ar": (
        "قال المجلس البلدي في بيان إن العمل في الحديقة الجديدة سيبدأ في الربيع، وإن الكلفة أقل من المتوقع على ما يبدو.",
        "من المتوقع أن تصل العاصفة إلى شمال البلاد في المساء، ودعت دائرة الأرصاد السكان إلى البقاء في بيوتهم.",
        "ارتفع سعر الخبز في العام الماضي، وقال أصحاب المخابز إن السبب هو كلفة الطاقة التي زادت من جديد على الجميع.",
        "كتبت روايتها الأولى في المساء بعد العمل، وهي الآن على قائمة الجائزة التي تمنح في الخريف من كل عام.",
        "فاز الفريق في الدقيقة الأخيرة من المباراة، وغنى الآلاف من المشجعين في الطريق إلى المحطة على ضوء القمر.",
        "يقول الأطباء إن الفحص الجديد سريع ورخيص، وإنه سيستخدم في المستشفيات من بداية العام المقبل على الأرجح.",
        "يفتح المتحف قاعة للأطفال في حزيران، مع حديقة على السطح ومنظر على النهر، كما جاء في إعلان من الإدارة.",
        "تأخر القطار ساعة في الصباح بسبب عطل في النفق، ثم عادت الحركة إلى طبيعتها من دون خسائر على الخط.",
    ),
    "fa": (
        "شورای شهر اعلام کرد که کار در پارک تازه از بهار آغاز می‌شود و هزینه آن از آنچه گفته شده بود کمتر است.",
        "هواشناسی از توفان در شمال کشور خبر داد و از مردم خواست که در خانه بمانند و به جاده نروند.",
        "بهای نان در یک سال گذشته بالا رفته است و نانوایان می‌گویند که این از هزینه انرژی است و به آنها ربطی ندارد.",
        "نخستین رمان او که در شب‌ها نوشته شد، در فهرست جایزه‌ای است که در پاییز به نویسندگان داده می‌شود.",
        "تیم میزبان در دقیقه پایانی بازی را برد و هزاران نفر در راه به ایستگاه آواز خواندند که از دور شنیده می‌شد.",
        "پزشکان می‌گویند که آزمایش تازه ارزان و سریع است و از سال آینده در بیمارستان‌ها به کار می‌رود.",
        "موزه در خرداد تالاری برای کودکان باز می‌کند که باغی در بام دارد و از آن به رود نگاه می‌کنند.",
        "قطار در صبح یک ساعت دیر کرد که از خرابی در تونل بود و سپس رفت و آمد به حال نخست برگشت.",
    ),
}


def everywhere(config: Config, articles: Sequence[Article] = ()) -> list[Problem]:
    """Return a problem for each term by which a rule holds, or is vetoed, and which nearly every text holds.

    Texts are the articles of a language where there are enough, else our own.
    """
    asked = list(_asked(config))
    meanings: dict[str, list[Meaning]] = defaultdict(list)  # by alias
    for term in dict.fromkeys(term for term, _ in asked):
        for meaning in expand(config, term):
            if not _has_context(config, meaning):
                meanings[meaning.alias].append(meaning)
    shares = _shares(meanings, _texts(articles))
    common = {meaning.term: (meaning, *share) for alias, share in shares.items() for meaning in meanings[alias]}
    return sorted({Problem(place, _said(*common[term])) for term, place in asked if term in common})


def _said(meaning: Meaning, share: float, where: str) -> str:
    word = f'"{meaning.alias}"' if meaning.alias == meaning.term else f'"{meaning.alias}" ({meaning.term})'
    return f"{word} stands in {share:.0%} of {where}: it tells no article from another; take it out or write more"


def _asked(config: Config) -> Iterator[tuple[str, Place]]:
    for rule in config.rules:
        yield from _deciding(rule.match)
    for row in config.scale:
        yield from _deciding(row.condition)


def _deciding(condition: Condition) -> Iterator[tuple[str, Place]]:
    """Yield the terms that decide by standing anywhere; beside another word the commonest may count: "no attack"."""
    if condition.op == "term":
        yield condition.term, condition.place
    elif condition.op not in {"near", "same", "event"}:
        for child in condition.children:
            yield from _deciding(child)


def _has_context(config: Config, meaning: Meaning) -> bool:
    needs = config.entities[meaning.entity].requires if meaning.entity else {}
    return meaning.alias in needs or "" in needs


def _texts(articles: Sequence[Article]) -> Mapping[str, tuple[str, Sequence[str]]]:
    """Return, for each language, texts and what they are."""
    found: dict[str, list[str]] = defaultdict(list)
    for article in articles[:: len(articles) // MOST + 1]:
        if article.lang:
            found[article.lang[:2]].append(f"{article.title}\n{article.body}")
    own = {
        lang: (f"everyday texts ({lang})", ["\n".join((texts * 2)[i : i + 3]) for i in range(len(texts))])
        for lang, texts in TEXTS.items()
    }
    return {**own, **{k: (f"your articles ({k})", each) for k, each in found.items() if len(each) >= FEWEST}}


def _shares(aliases: Iterable[str], texts: Mapping[str, tuple[str, Iterable[str]]]) -> dict[str, tuple[float, str]]:
    """Return the aliases that stand in nearly all texts of a language, with their share and what those texts are."""
    automaton = Automaton(aliases)
    found: dict[str, tuple[float, str]] = {}
    for where, each in texts.values():
        counts: dict[int, int] = defaultdict(int)
        folded = [Folded(text) for text in each]
        for text in folded:
            for number in {number for number, *_ in automaton.find(text)}:
                counts[number] += 1
        for number, count in counts.items():
            if count >= NEARLY_ALL * len(folded):
                found[automaton.aliases[number]] = (count / len(folded), where)
    return found
