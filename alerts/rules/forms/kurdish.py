"""Inflect a Sorani Kurdish verb or noun into the third-person forms that news prose writes.

A verb is given by its infinitive, alone (کوشتن) or behind other words (هێرش کردن); words may also follow it where it
ends in the -ە of direction (خستنە خوارەوە). One whose present stem is not known here is written with it: کشانەوە/کشێ.
The past of a transitive verb marks its doer on what stands before it (هێرشی کرد, هێرشیان کرد), and the passive has a
stem of its own (هێرش کرا). Forms that deny the deed are apart, in `negated`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from alerts.rules.forms import Form, FormError, Kind
from alerts.rules.forms.kurdish_words import JOINED, PREVERBS, SUFFERED, VERBS
from crawler.text.folding import ZWNJ, fold

_LETTERS = str.maketrans("يىك", "ییک")
_WORD = re.compile(r"[ء-غف-يپچژکگیەێۆڵڕڤھ]+")
_VOWELS = "اەیێۆو"  # nouns that end in one join their endings in several ways; -و may be a consonant, but need not
_LONG = ("ا", "ێ", "ۆ", "وو", "ی")  # vowels behind which an ending that begins with one takes a -ی-
_BACK = "ەوە"  # "back, again": کشانەوە
_REMEDY = "write a verb by its infinitive, as هێرش کردن, or with its present stem, as کشانەوە/کشێ"
_DOERS = ("ی", "یان", "مان")  # he, they, we: on what stands before a past


def forms(*parts: str) -> tuple[Form, ...]:
    """Return the forms that say the deed is done or will be, the infinitive first; the passive included.

    `parts` are the infinitive and, if need be, its present stem. Raise `FormError` for what is no verb known here.
    """
    verb = _read(parts)
    return _told([*verb.named(), *verb.told("")])


def negated(*parts: str) -> tuple[Form, ...]:
    """Return the forms that say the deed is not done, for the same `parts` as `forms`."""
    verb = _read(parts)
    return _told([*verb.told("نە"), *verb.named("نە")])


def noun_forms(*parts: str) -> tuple[Form, ...]:
    """Return a noun bare, definite, indefinite and plural, each with and without the -ی that joins what follows.

    `parts` is one noun that ends in a consonant, in -ا or in -ە. Raise `FormError` for any other.
    """
    word = _tidy(parts[0]) if len(parts) == 1 else ""
    if not _WORD.fullmatch(word) or (word.endswith(tuple(_VOWELS)) and not word.endswith(("ا", "ە"))):
        raise FormError(
            f"{'/'.join(parts)!r} is no Kurdish noun ending in a consonant, -ا or -ە; write its forms out in a list"
        )
    endings = ("کە", "کان", "یەک") if word.endswith(("ا", "ە")) else ("ەکە", "ەکان", "ێک", "ان")
    return _told(Form(f"{word}{each}{link}", "noun") for each in ("", *endings) for link in ("", "ی"))


@dataclass(frozen=True, slots=True)
class _Verb:
    """A verb in its parts: words before it, what is joined before its prefixes (دا of داخستن), the infinitive, stems.

    `is_back`: it ends in -ەوە. `after`: what follows its -ە of direction.
    """

    before: str
    preverb: str
    infinitive: str
    stem: str
    passive: str
    is_back: bool
    after: str

    @property
    def past(self) -> str:
        return self.infinitive.removesuffix("ن")

    def named(self, no: str = "") -> list[Form]:
        """Return the infinitive as the name of the deed, also with the -ە before to whom it is done."""
        name = f"{self.preverb}{no}{self.infinitive}"
        if self.after:
            return [Form(f"{start}{name}ە {self.after}", "noun") for start in self._starts()]
        if self.is_back:
            return [Form(f"{start}{name}{_BACK}", "noun") for start in self._starts()]
        return [Form(f"{start}{name}{end}", "noun") for end in ("", "ە") for start in self._starts()]

    def told(self, no: str) -> Iterator[Form]:
        """Yield the finite forms; with `no` those that deny."""
        own: Kind = "passive" if self.infinitive in SUFFERED and (self.before or self.after) else "active"
        yield from self._pasts(self.past, no, own, marked=bool(self.passive))
        yield from self._presents(self.stem, no, own)
        if self.passive:
            yield from self._pasts(f"{self.passive}ا", no, "passive", marked=False)
            yield from self._presents(f"{self.passive}ێ", no, "passive")

    def _pasts(self, past: str, no: str, kind: Kind, *, marked: bool) -> Iterator[Form]:
        """Yield a past by all its doers, alone, with -ە and as a perfect. `marked`: the doer is marked before it."""
        plural = past if marked else f"{past}ن"
        whole = past if past.endswith("وو") else f"{past}و" if past.endswith(_LONG) else f"{past}وو"
        for text in self._ended((past, plural), (f"{whole}ە", "" if marked else f"{whole}ن")):
            yield from (Form(f"{start}{self.preverb}{no}{text}", kind) for start in self._starts())
            if marked:
                yield from (Form(each, kind) for each in self._marked(no, text))
        if marked and not (self.before or self.preverb or no or self.is_back):
            yield from (Form(each, kind) for each in self._marked_behind(past, whole))

    def _marked(self, no: str, text: str) -> Iterator[str]:
        """Yield a past with its doer on the words before it, on its preverb or on its no."""
        for doer in _DOERS:
            if self.before:  # writers also join the verb to the doer's mark: ڕەتیکردەوە, هێرشیانکردە سەر
                yield from (f"{self.before}{doer}{gap}{self.preverb}{no}{text}" for gap in (" ", ""))
            if self.preverb:
                yield f"{self.before} {self.preverb}{doer}{no}{text}".lstrip()
            elif no:
                yield f"{self.before} {no}{doer}{text}".lstrip()

    def _marked_behind(self, past: str, whole: str) -> Iterator[str]:
        """Yield the pasts of a verb with nothing before it that could carry the doer: کوشتی, کوشتیان, گرتیانە ئەستۆ."""
        if self.after:
            yield from (f"{past}{doer} {self.after}" for doer in ("یە", "ییە", "یانە"))
        else:
            yield from (f"{past}ی", f"{past}یان", f"{whole}یەتی", f"{whole}یانە")

    def _ended(self, pasts: tuple[str, str], perfects: tuple[str, str]) -> Iterator[str]:
        """Yield each past and perfect as it ends where -ە or -ەوە follows, and where neither does."""
        singular, plural = pasts
        glide = "ی" if singular.endswith(_LONG) else ""
        if self.is_back:
            yield from (f"{singular}{glide}{_BACK}", f"{plural}{_BACK}", f"{perfects[0]}ت{_BACK}")
            if perfects[1]:
                yield f"{perfects[1]}ەت{_BACK}"
            return
        if not self.after:
            yield from (singular, plural, *filter(None, perfects))
        end = f" {self.after}" if self.after else ""
        toward = f"{plural}ە" if plural != singular else f"{singular}{glide}ە"
        # behind -وو the glide is left out as well: چووە دەرەوە
        bare = (f"{singular}ە",) if singular.endswith("وو") else ()
        directed = (
            *bare,
            f"{singular}{glide}ە",
            toward,
            f"{perfects[0]}تە",
            *(f"{each}ەتە" for each in perfects[1:] if each),
        )
        yield from (f"{each}{end}" for each in dict.fromkeys(directed))

    def _presents(self, stem: str, no: str, kind: Kind) -> Iterator[Form]:
        for each in _persons(stem):
            for prefix in ("نا", "نە") if no else ("دە", "ب"):
                for text in self._present_ended(each):
                    yield from (Form(f"{start}{self.preverb}{prefix}{text}", kind) for start in self._starts())

    def _present_ended(self, text: str) -> Iterator[str]:
        if self.is_back:
            yield f"{text}{_BACK}"
            return
        if not self.after:
            yield text
        yield f"{text}ە {self.after}".rstrip()

    def _starts(self) -> tuple[str, ...]:
        """Return the words before a past or the name of the deed, apart and joined to it."""
        return (f"{self.before} ", self.before) if self.before else ("",)


def _persons(stem: str) -> tuple[str, str]:
    """Return the present of a stem without its prefix, he and they: کە gives کات, کەن; کشێ gives کشێت, کشێن."""
    if stem.endswith("ە"):
        return f"{stem[:-1]}ات", f"{stem}ن"
    return f"{stem}{'' if stem.endswith('ێ') else 'ێ'}ت", f"{stem}ن"


def _read(parts: tuple[str, ...]) -> _Verb:
    """Return the verb that principal parts name."""
    written = "/".join(parts)
    given = _tidy(parts[1]) if len(parts) == 2 else ""
    words = _tidy(parts[0]).split() if 1 <= len(parts) <= 2 else []
    toward = (n for n, word in enumerate(words[:-1]) if word.endswith("نە") and _known(word[:-1], given))
    # a noun may end as an infinitive with -ە does: ئیدانە کردن
    at = len(words) - 1 if words and words[-1] in JOINED else next(toward, len(words) - 1)
    word = words[at].removesuffix("ە") if words[at + 1 :] else "".join(words[at : at + 1])
    is_back = word.endswith(f"ن{_BACK}")
    found = _known(word.removesuffix(_BACK) if is_back else word, given)
    if not found or not all(_WORD.fullmatch(each) for each in (*words, *given.split())):
        raise FormError(f"{written!r} is no Kurdish verb known here; {_REMEDY}")
    joined, preverb, infinitive, stem, passive = found
    before = " ".join((*words[: max(at, 0)], *filter(None, [joined])))
    return _Verb(before, preverb, infinitive, stem, passive, is_back, " ".join(words[at + 1 :]))


def _known(word: str, given: str) -> tuple[str, str, str, str, str] | None:
    """Return what is joined before an infinitive (a noun, a preverb), the infinitive, its stem and its passive."""
    for preverb in PREVERBS:
        if word.startswith(preverb) and (stems := _stems(word.removeprefix(preverb), given.removeprefix(preverb))):
            return "", preverb, word.removeprefix(preverb), *stems
    if stems := _stems(word, given):
        return "", "", word, *stems
    for infinitive in JOINED:
        if word.endswith(infinitive):
            return word.removesuffix(infinitive), "", infinitive, *VERBS[infinitive]
    return None


def _stems(infinitive: str, given: str) -> tuple[str, str] | None:
    """Return the present stem and the passive of an infinitive without anything before it."""
    if infinitive in VERBS:
        return VERBS[infinitive]
    if infinitive.endswith("اندن") and len(infinitive) > len("اندن") + 1:
        causative = f"{infinitive.removesuffix('اندن')}ێن"
        return causative, f"{causative}ر"
    return (given, "") if given and infinitive.endswith("ن") and len(infinitive) > 2 else None


def _tidy(text: str) -> str:
    return " ".join(text.translate(_LETTERS).replace(ZWNJ, " ").split())


def _told(found: Iterable[Form]) -> tuple[Form, ...]:
    """Return forms, one of each that folding makes equal; a name spelt as what is suffered is taken for that."""
    kinds: dict[str, Form] = {}
    for form in found:
        known = kinds.setdefault(fold(form.text), form)
        if known.kind != form.kind:
            suffered = {known.kind, form.kind} == {"noun", "passive"}
            kinds[fold(form.text)] = Form(known.text, "passive" if suffered else "either")
    return tuple(kinds.values())
