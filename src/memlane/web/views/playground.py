"""The recall playground: what was found, weighed again signal by signal."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from memlane.types.memory import Recalled

CANDIDATES: Final = 50
"""So many are found; those are weighed again, and no others."""
_SIGNALS: Final[Mapping[str, tuple[str, str]]] = {
    "keyword": ("#0f766e", "Words in common with the question, rare ones more."),
    "meaning": ("#d97706", "How near it is in meaning."),
    "session": ("#6366f1", "How well the whole conversation answers."),
    "window": ("#0284c7", "How well it answers together with the turns around it."),
    "speaker": ("#db2777", "The question names who said it."),
    "date": ("#dc2626", "It was said near the time that the question names."),
    "statement": ("#65a30d", "It does not end by asking."),
    "answer": ("#a16207", "The turn before asked something."),
    "substance": ("#9333ea", "It says something, and not only “Great!”."),
    "person": ("#14b8a6", "A person said it, not a machine."),
    "opening": ("#f59e0b", "It opened a conversation."),
}
_OTHER_COLOUR: Final = "#64748b"


class Ranked(msgspec.Struct, frozen=True):
    """One of those found, weighed again.

    Attributes:
        recalled: It as it was found.
        shares: Each signal's share as weighed now; they add up to `score`.
        score: Comparable within this list only.
        rank: Its place now, from 1.
        was: Its place as it was found, from 1.
    """

    recalled: Recalled
    shares: dict[str, float]
    score: float
    rank: int
    was: int

    @property
    def moved(self) -> str:
        """How it moved: `↑ 3`, `↓ 1`; empty text when it did not."""
        return "" if self.rank == self.was else f"{'↑' if self.rank < self.was else '↓'} {abs(self.was - self.rank)}"


def rerank(found: Sequence[Recalled], weights: Mapping[str, float]) -> list[Ranked]:
    """Return what was found in the order of its shares, each times its signal's weight.

    With every weight at 1 the order is that of `found`; of equal ones, too.

    Args:
        found: Best first, as recall returned them.
        weights: Of each signal, how much it counts now; 1 for those that are not named.
    """
    weighed = [
        (was, one, {name: share * weights.get(name, 1.0) for name, share in one.why.items()})
        for was, one in enumerate(found, 1)
    ]
    if any(weight != 1 for weight in weights.values()):
        weighed.sort(key=lambda item: (-sum(item[2].values()), item[0]))
    return [Ranked(one, shares, sum(shares.values()), rank, was) for rank, (was, one, shares) in enumerate(weighed, 1)]


def signals_of(found: Sequence[Recalled]) -> list[str]:
    """Return the signals that any of those found has a share of, the one that says most in all of them first."""
    totals: dict[str, float] = {}
    for one in found:
        for name, share in one.why.items():
            totals[name] = totals.get(name, 0.0) + share
    return sorted((name for name, total in totals.items() if total > 0), key=lambda name: (-totals[name], name))


def bars_of(ranked: Sequence[Ranked], signals: Sequence[str]) -> list[dict[str, Any]]:
    """Return the pieces of a stacked bar for each: `rank`, `signal`, `order` of the signal, `share`; none of zero."""
    return [
        {"rank": one.rank, "signal": name, "order": order, "share": round(one.shares[name], 4)}
        for one in ranked
        for order, name in enumerate(signals)
        if one.shares.get(name, 0.0) > 0
    ]


def best_shares(one: Ranked, most: int = 3) -> list[tuple[str, float]]:
    """Return the signals that say most for one, with their shares."""
    found = sorted(one.shares.items(), key=lambda item: (-item[1], item[0]))
    return [(name, share) for name, share in found if share > 0][:most]


def says(signal: str) -> str | None:
    """Return what a signal is; None for one that is not known here."""
    return _SIGNALS[signal][1] if signal in _SIGNALS else None


def colour_of(signal: str) -> str:
    """Return a signal's colour, the same in every chart."""
    return _SIGNALS[signal][0] if signal in _SIGNALS else _OTHER_COLOUR


def notes_of(found: Sequence[Recalled]) -> list[str]:
    """Return what recall says of how it found these, each note once."""
    return list(dict.fromkeys(note for one in found for note in one.notes))
