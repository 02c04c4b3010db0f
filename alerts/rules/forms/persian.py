"""Conjugate a Persian verb, given by its infinitive, into the forms that news prose writes: third person, "we did".

Any words may stand before the infinitive (هدف قرار دادن); they are repeated unchanged in front of every form. An
infinitive whose present stem is not known here is written with it: کشتن/کش. Forms that deny the deed are apart, in
`negated`: نکرد is no report of an attack. The half-space is folded to a space, so می‌کند also finds می کند. It follows
that a form may lie inside one of `negated` (ربود in نمی‌ربود, کشته in کشته نشد): where hits overlap, the longest counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from alerts.rules.forms import Form, FormError, Kind
from alerts.rules.forms.persian_words import (
    ALSO_NOUN,
    APART,
    BECOME,
    COUNTERPARTS,
    INTRANSITIVE,
    KEEPS,
    NO_DEED,
    NO_PASSIVE,
    OTHER_VERBS,
    OTHER_WORDS,
    OWN_DEED,
    PREVERBS,
    STEMS,
    SUFFERED,
)
from crawler.text.folding import ZWNJ, fold

_LETTERS = str.maketrans("يىك", "ییک")
_LAST_WORD = re.compile(rf"(?:(.*)[\s{ZWNJ}])?([^\s{ZWNJ}]+)", re.DOTALL)
_LETTER = "[ء-غف-يپچژکگی]"
_WORD = re.compile(rf"{_LETTER}+")
_WORDS = re.compile(rf"(?:{_LETTER}|[\s{ZWNJ}])+")
_SHORTEST = 3  # letters of a form
_REMEDY = "write a verb by its infinitive, as حمله کردن, or with its present stem, as کشتن/کش"
_OTHER_WORDS = frozenset(fold(each) for each in OTHER_WORDS)


@dataclass(frozen=True, slots=True)
class _Verb:
    """An infinitive without its preverb (گشتن of بازگشتن), its present stem, and the words before it as written."""

    before: str
    preverb: str
    infinitive: str
    stem: str

    @property
    def past(self) -> str:
        return self.infinitive[:-1]

    @property
    def participle(self) -> str:
        return f"{self.past}ه"

    def follows(self, words: Iterable[str]) -> bool:
        """Return whether one of some words stands directly before the verb."""
        before = f" {_plain(self.before)}"
        return any(before.endswith(f" {each}") for each in words)


def forms(*parts: str) -> tuple[Form, ...]:
    """Return the forms that say the deed is done or will be, the infinitive first; their passive included.

    `parts` are the infinitive and, if need be, its present stem. Raise `FormError` for what is no verb known here.
    """
    verb = _read(parts)
    found = [_form(verb, "", verb.infinitive, "noun")]
    for mode in _modes(verb):
        found += mode.affirmed()
    return _told(found, found[0], _left_out(verb))


def negated(*parts: str) -> tuple[Form, ...]:
    """Return the forms that say the deed is not done, for the same `parts` as `forms`: نکرد, نمی‌کند, نشد."""
    verb = _read(parts)
    return _told([form for mode in _modes(verb) for form in mode.denied()], None, _left_out(verb))


def noun_forms(*parts: str) -> tuple[Form, ...]:
    """Return a noun (حمله/حملات) with its indefinite -y. `parts` are the singular and such plurals as it has.

    The search itself knows the plurals in -ها, and finds a noun in -ه or -ی before a separate -ای.
    """
    words = [_tidy(part) for part in parts]
    if not words or not all(_WORDS.fullmatch(word) for word in words):
        raise FormError(f"{'/'.join(parts)!r} is no Persian noun; write it and its plurals, as حمله/حملات")
    return _told(Form(each, "noun") for word in words for each in (word, _indefinite(word)))


def _indefinite(word: str) -> str:
    if word.endswith(("ه", "ی")):
        return word
    return f"{word}یی" if word.endswith(("ا", "و")) else f"{word}ی"


def _read(parts: tuple[str, ...]) -> _Verb:
    """Return the verb that principal parts name."""
    written = "/".join(parts)
    match = _LAST_WORD.fullmatch(_tidy(parts[0])) if 1 <= len(parts) <= 2 else None
    if not match or not match[2].endswith(("دن", "تن")) or not _WORD.fullmatch(match[2]) or len(match[2]) < _SHORTEST:
        raise FormError(f"{written!r} is no Persian infinitive (…دن, …تن); {_REMEDY}")
    before, infinitive = match[1] or "", match[2]
    if infinitive == "بودن" or (infinitive in NO_DEED and not before):
        raise FormError(f"{written!r} names no deed by itself; write it with its noun, as حمله کردن")
    preverb = _preverb(infinitive)
    simple = infinitive.removeprefix(preverb)
    given = _tidy(parts[1]).removeprefix(preverb) if len(parts) == 2 else ""
    if len(parts) == 2 and not _WORD.fullmatch(given):
        raise FormError(f"{parts[1]!r} is no present stem (one word); {_REMEDY}")
    stem = _stem(simple, given)
    if not stem:
        raise FormError(f"the present stem of {infinitive!r} is not known; {_REMEDY}")
    return _Verb(f"{before} " if before else "", preverb, simple, stem)


def _preverb(infinitive: str) -> str:
    """Return باز of بازگشتن, nothing of باختن: what remains must be a verb with a deed of its own."""
    if infinitive in STEMS:
        return ""
    light = NO_DEED - {"داشتن"}
    rest = {each: infinitive.removeprefix(each) for each in PREVERBS if infinitive.startswith(each)}
    return next((each for each, verb in rest.items() if verb in STEMS and verb not in light), "")


def _stem(infinitive: str, given: str) -> str:
    known = STEMS.get(infinitive, "")
    if not known and infinitive.endswith(("یدن", "ندن")) and len(infinitive) > 4:
        known = infinitive.removesuffix("دن").removesuffix("ی")
    stem = known if not given or f"{given}ی" == known else given
    return f"{stem}ی" if stem.endswith("ا") else stem


@dataclass(frozen=True, slots=True)
class _Mode:
    """A verb as it is conjugated in one voice: itself, or the one that makes its passive."""

    verb: _Verb
    kind: Kind
    participle: Kind
    names: bool = False  # whether its infinitive is a name of the deed that is not told yet

    def affirmed(self) -> list[Form]:
        verb = self.verb
        told = [*_pasts(verb.past), *_perfects(verb.participle), *_presents(verb), *_subjunctives(verb)]
        if self.kind == "active":
            told += [f"{verb.past}یم", f"{verb.participle}{ZWNJ}ایم"]  # a claim: "we struck"
        named = [_form(verb, "", verb.infinitive, "noun")] if self.names else []
        return named + self._kinds(told, verb.participle)

    def denied(self) -> list[Form]:
        verb = self.verb
        participle = _denied(verb.participle)
        told = [*_pasts(_denied(verb.past)), *_perfects(participle), *_presents(verb, "ن")]
        told += [_denied(each) for each in _subjunctives(verb, plain=True)]
        return [*self._kinds(told, participle), _form(verb, "", _denied(verb.infinitive), "noun")]

    def _kinds(self, told: list[str], participle: str) -> list[Form]:
        found = []
        for text in told:
            kind = self.participle if text == participle else self.kind
            found += [_form(self.verb, join, text, kind) for join in _joins(self.verb, text)]
        return found


def _modes(verb: _Verb) -> list[_Mode]:
    """Return how the verb is conjugated: itself and, where others can do the deed to its subject, its passives."""
    if _is_suffered(verb):
        return [_Mode(verb, "passive", "passive")]
    passives = list(_passives(verb))
    # a participle before شد is part of the passive: کشته alone may be "has killed" or "killed"
    shared = any(each.before.rstrip().endswith(f"{verb.preverb}{verb.participle}") for each in passives)
    own = _Mode(verb, "active", "either" if shared else "active")
    return [own, *(_Mode(each, kind, kind, names=True) for each in passives for kind in [_passive_kind(each)])]


def _passive_kind(passive: _Verb) -> Kind:
    """Return "either" for وارد شد, "came in" or "was brought in"."""
    return "either" if passive.infinitive == "شدن" and passive.follows(OWN_DEED) else "passive"


def _is_suffered(verb: _Verb) -> bool:
    if verb.infinitive in {"شدن", "گردیدن"}:
        return not verb.follows(OWN_DEED)
    return verb.follows(noun for noun, each in SUFFERED if each == verb.infinitive)


def _passives(verb: _Verb) -> Iterator[_Verb]:
    plain = f"{verb.preverb}{verb.infinitive}"
    if INTRANSITIVE & {plain, verb.infinitive} or verb.follows(NO_PASSIVE.get(verb.infinitive, ())) or _has(verb):
        return
    if verb.before and verb.infinitive in BECOME:
        yield _Verb(verb.before, "", "شدن", STEMS["شدن"])
        return
    yield _Verb(f"{verb.before}{verb.preverb}{verb.participle} ", "", "شدن", STEMS["شدن"])
    for (noun, light), other in COUNTERPARTS.items():
        if light == verb.infinitive and verb.follows([noun]):
            yield _Verb(verb.before, "", other, STEMS[other])


def _has(verb: _Verb) -> bool:
    """Return whether it is داشتن "to have", which takes no می: قصد دارد, but نگه می‌دارد."""
    return verb.infinitive == "داشتن" and not verb.preverb and not verb.follows(KEEPS)


def _pasts(past: str) -> list[str]:
    return [past, f"{past}ند"]


def _perfects(participle: str) -> list[str]:
    return [participle, f"{participle} است", f"{participle}{ZWNJ}اند"]


def _presents(verb: _Verb, no: str = "") -> list[str]:
    """Return imperfect, present and future, which begin with a word of their own."""
    present = [f"{verb.stem}د", f"{verb.stem}ند"]
    if _has(verb):
        lasting = [_denied(each) for each in present] if no else present
    else:
        lasting = [f"{no}می{ZWNJ}{each}" for each in (*_pasts(verb.past), *present)]
    return [*lasting, f"{no}خواهد {verb.past}", f"{no}خواهند {verb.past}"]


def _subjunctives(verb: _Verb, *, plain: bool = False) -> list[str]:
    """Return بکشد and, where other words make clear what it is, or for `plain`, the bare کند."""
    if _has(verb):
        return [f"{verb.participle} باشد", f"{verb.participle} باشند"]
    bare = [f"{verb.stem}د", f"{verb.stem}ند"]
    prefixed = [] if verb.preverb or plain else [_attached("ب", each) for each in bare]
    return prefixed + (bare if verb.before or verb.preverb or plain else [])


def _denied(text: str) -> str:
    return _attached("ن", text)


def _attached(prefix: str, text: str) -> str:
    """Prefix a form: ب and آید give بیاید, افتد gives بیفتد, ایستد gives بایستد."""
    if text.startswith("آ"):
        return f"{prefix}یا{text[1:]}"
    if text.startswith("ا") and not text.startswith("ای"):
        return f"{prefix}ی{text[1:]}"
    return prefix + text


def _joins(verb: _Verb, text: str) -> tuple[str, ...]:
    """Return what may stand between a preverb and a form: بازگشت and باز گشت, but only برگشت and بر می‌گردد."""
    apart = verb.preverb in APART or text.startswith(("می", "نمی", "خواه", "نخواه"))
    return ("", " ") if verb.preverb and apart else ("",)


def _form(verb: _Verb, join: str, text: str, kind: Kind) -> Form:
    return Form(f"{verb.before}{verb.preverb}{join}{text}", kind)


def _told(
    found: Iterable[Form], citation: Form | None = None, left_out: frozenset[str] = frozenset()
) -> tuple[Form, ...]:
    """Return forms without those that are too short or another word; one of each that folding makes equal."""
    kinds: dict[str, Form] = {}
    for form in found:
        folded = fold(form.text)
        if form != citation and (
            form.text in left_out or folded in _OTHER_WORDS or len(folded.replace(" ", "")) < _SHORTEST
        ):
            continue
        known = kinds.setdefault(folded, form)
        if known.kind != form.kind or form.text in ALSO_NOUN:
            kinds[folded] = Form(known.text, "either")
    return tuple(kinds.values())


def _left_out(verb: _Verb) -> frozenset[str]:
    return frozenset() if verb.before else OTHER_VERBS.get(f"{verb.preverb}{verb.infinitive}", frozenset())


def _tidy(text: str) -> str:
    """Return text with composed letters, Persian yeh and kaf, and single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_LETTERS).split())


def _plain(text: str) -> str:
    return " ".join(text.replace(ZWNJ, " ").split())
