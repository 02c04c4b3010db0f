"""How far what is told is confirmed: who reports it, how reliable they are, and how far they agree on the toll."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the origins of a thread say of the toll that an alert tells.

    `toll` is that toll in words ("2 wounded", "no casualties"), `by` are the origins that tell it; `others` is what
    else is said, each with the origins that say it. Those that say nothing of it are in neither.
    """

    toll: str
    by: tuple[str, ...]
    others: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a thread is confirmed: its origins in order, and the best Admiralty letter of its sources.

    Where a toll is told, `agreement` says who tells it; it is that toll which is rated then. `opposed` are the origins
    that say the opposite of what is told: that it did not happen, or harmed nobody; `doubting` those that only ask
    whether it did, or deny it; `echoes` those of which nothing is known but another's headline. Letter and number are
    never folded into one score (NATO AJP-2.1 rates source and information apart).
    """

    origins: tuple[str, ...] = ()
    letter: str = "F"
    agreement: Agreement | None = None
    opposed: tuple[str, ...] = ()
    echoes: tuple[str, ...] = ()
    doubting: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """The automatic number: 2 when two origins agree, 3 single origin, 6 unknown. Only people set 1."""
        agreeing = len(self.agreement.by) if self.agreement else self.agreeing
        return 2 if agreeing > 1 else 3 if agreeing else 6

    @property
    def agreeing(self) -> int:
        """How many origins report what is told, or nothing against it; those that say another number count too."""
        return len(self.telling)

    @property
    def confirming(self) -> int:
        """How many of those report it in words of their own: what `when` and a second origin ask for."""
        return sum(each not in self.echoes for each in self.telling)

    @property
    def telling(self) -> tuple[str, ...]:
        """The origins that tell it: those that say the opposite, or only ask or deny, confirm nothing."""
        return tuple(each for each in self.origins if each not in self.opposed and each not in self.doubting)

    @property
    def rating(self) -> str:
        return f"{self.letter}{self.number}"
