"""Generate the written forms of a verb or noun, so that a rule names it once: `strike~` finds struck, striking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["active", "passive", "either", "noun"]


class FormError(ValueError):
    """A word that cannot be inflected; the message says why, and what to write instead."""


@dataclass(frozen=True, slots=True)
class Form:
    """One written form. `kind` says whether its subject does the deed ("active") or suffers it ("passive").

    A "noun" names the deed and has no subject; "either" is spelt alike in several kinds, as English "struck" is.
    """

    text: str
    kind: Kind
