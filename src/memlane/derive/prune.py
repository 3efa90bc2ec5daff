"""Which memories a policy lets go.

Owns the choice; it deletes nothing. Pinned memories stay whatever a policy says, and messages stay unless it says that
it means them: what was said cannot be made anew.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from memlane.derive.strength import HALF_LIFE, last_touched, strength
from memlane.errors import UsageError
from memlane.types.memory import MESSAGE, Memory

_RULES: Final = "older_than, idle_for, keep_most, below_strength"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What may go: whatever meets any one of the rules.

    Attributes:
        older_than: What was created longer ago.
        idle_for: What was neither created nor said again nor used for so long.
        keep_most: Of each kind, what is not among the so many strongest; pinned ones count.
        below_strength: What is weaker than this, above 0 and at most 1; see `memlane.derive.strength`.
        half_life: That of the strength.
        kinds: Only memories of these kinds; None for all but messages.
        include_messages: Whether messages may go; `kinds`, where it is given, must name them too.

    Raises:
        UsageError: no rule is given, or a value is not allowed; says what is.
    """

    older_than: timedelta | None = None
    idle_for: timedelta | None = None
    keep_most: int | None = None
    below_strength: float | None = None
    half_life: timedelta = HALF_LIFE
    kinds: frozenset[str] | None = None
    include_messages: bool = False

    def __post_init__(self) -> None:
        if self.older_than is self.idle_for is self.keep_most is self.below_strength is None:
            raise UsageError(f"a policy needs at least one of {_RULES}")
        _check_span(self.older_than, "older_than")
        _check_span(self.idle_for, "idle_for")
        _check_span(self.half_life, "half_life")
        if self.keep_most is not None and not _is_count(self.keep_most):
            raise UsageError(f"keep_most must be a whole number of 0 or more, not {self.keep_most}")
        if self.below_strength is not None and not _is_strength(self.below_strength):
            raise UsageError(f"below_strength must be above 0 and at most 1, not {self.below_strength}")
        _check_kinds(self.kinds, include_messages=self.include_messages)


class Pruned(msgspec.Struct, frozen=True):
    """A memory that a policy lets go, and by which of its rules."""

    memory: Memory
    why: str


def select(memories: Iterable[Memory], policy: Policy, now: datetime) -> list[Pruned]:
    """Return what a policy lets go at a time, the weakest first; of equally strong ones the oldest."""
    meant = [memory for memory in memories if _is_meant(memory, policy)]
    strong = _strongest(meant, policy, now)
    found = [
        Pruned(memory, why) for memory in meant if not memory.pinned and (why := _why(memory, policy, now, strong))
    ]
    rank = _rank(policy, now)
    return sorted(found, key=lambda pruned: rank(pruned.memory))


def _is_meant(memory: Memory, policy: Policy) -> bool:
    if memory.kind == MESSAGE and not policy.include_messages:
        return False
    return policy.kinds is None or memory.kind in policy.kinds


def _strongest(memories: Sequence[Memory], policy: Policy, now: datetime) -> frozenset[str]:
    """Return the ids of the memories that `keep_most` keeps; equally strong ones by how new they are."""
    if policy.keep_most is None:
        return frozenset()
    by_kind: defaultdict[str, list[Memory]] = defaultdict(list)
    for memory in memories:
        by_kind[memory.kind].append(memory)
    rank = _rank(policy, now)
    return frozenset(
        memory.id for kind in by_kind.values() for memory in sorted(kind, key=rank, reverse=True)[: policy.keep_most]
    )


def _rank(policy: Policy, now: datetime) -> Callable[[Memory], tuple[bool, float, datetime, str]]:
    """Return what orders memories, the weakest first: pinned ones last, of equally strong ones the newest."""

    def rank(memory: Memory) -> tuple[bool, float, datetime, str]:
        return memory.pinned, strength(memory, now, half_life=policy.half_life), memory.created_at, memory.id

    return rank


def _why(memory: Memory, policy: Policy, now: datetime, strong: frozenset[str]) -> str:
    """Return the first rule that lets a memory go; empty text when none does."""
    if policy.older_than is not None and now - memory.created_at > policy.older_than:
        return f"older than {_span(policy.older_than)}"
    if policy.idle_for is not None and now - last_touched(memory) > policy.idle_for:
        return f"idle for more than {_span(policy.idle_for)}"
    if policy.below_strength is not None:
        found = strength(memory, now, half_life=policy.half_life)
        if found < policy.below_strength:
            return f"strength {found:.3f} is below {policy.below_strength:g}"
    if policy.keep_most is not None and memory.id not in strong:
        return f"not among the {policy.keep_most:,} strongest of kind {memory.kind}"
    return ""


def _span(span: timedelta) -> str:
    return f"{span.days} days" if span.days and span == timedelta(days=span.days) else str(span)


def _check_span(span: object, what: str) -> None:
    if span is not None and not (isinstance(span, timedelta) and span > timedelta(0)):
        raise UsageError(f"{what} must be a timedelta above zero, not {span!r}")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_strength(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1


def _check_kinds(kinds: object, *, include_messages: bool) -> None:
    if kinds is None:
        return
    if not (isinstance(kinds, frozenset | set) and kinds and all(isinstance(kind, str) for kind in kinds)):  # pyright: ignore[reportUnknownVariableType] -- checked here
        raise UsageError("kinds must be a set of at least one kind, such as {'fact', 'preference'}, or None")
    if MESSAGE in kinds and not include_messages:
        raise UsageError("kinds names messages, which only go with include_messages=True")
    if include_messages and MESSAGE not in kinds:
        raise UsageError("include_messages=True needs 'message' among the kinds, or no kinds")
