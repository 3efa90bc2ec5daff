"""The dry run of a policy: the form that makes one, and what it would let go."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec

from memlane import Policy
from memlane.derive.prune import Pruned

PAGE: Final = 50


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as a person fills it in; None for a rule that is not meant, spans in days.

    Attributes:
        older_than, idle_for, keep_most, below_strength, half_life: As of `memlane.Policy`.
        kinds: Only of these kinds; none for all but messages.
        include_messages: Whether messages may go.
    """

    older_than: int | None = None
    idle_for: int | None = None
    keep_most: int | None = None
    below_strength: float | None = None
    half_life: int = 90
    kinds: tuple[str, ...] = ()
    include_messages: bool = False


def policy_of(form: Form) -> Policy:
    """Return the policy that a form means.

    Raises:
        UsageError: no rule is given, or a value is not allowed; says what is.
    """
    return Policy(
        older_than=_days(form.older_than),
        idle_for=_days(form.idle_for),
        keep_most=form.keep_most,
        below_strength=form.below_strength,
        half_life=timedelta(days=form.half_life),
        kinds=frozenset(form.kinds) or None,
        include_messages=form.include_messages,
    )


def reasons_of(pruned: Sequence[Pruned]) -> list[tuple[str, int]]:
    """Return why memories go, and how many for each reason, the most first."""
    return Counter(one.why for one in pruned).most_common()


def pages_of(pruned: Sequence[Pruned]) -> int:
    """Return how many pages the list has; at least 1."""
    return max(1, -(-len(pruned) // PAGE))


def page_of(pruned: Sequence[Pruned], number: int) -> Sequence[Pruned]:
    """Return one page of the list, `number` from 1; the last one for what is beyond it."""
    start = (min(number, pages_of(pruned)) - 1) * PAGE
    return pruned[start : start + PAGE]


def counted(count: int) -> str:
    """Return `1 memory`, `2,000 memories`."""
    return f"{count:,} {'memory' if count == 1 else 'memories'}"


def _days(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(days=count)
