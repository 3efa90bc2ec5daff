"""What a person can do with what is known of them: read it, see its history, undo a step, pin and prune."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from memlane.context.remembered import quoted
from memlane.derive.change import Change, as_of, correction, revised
from memlane.derive.profile import profile_text
from memlane.derive.prune import Policy, Pruned, select
from memlane.engine.core import Core
from memlane.engine.facts import KINDS, change, hold_at, known_facts, replace
from memlane.engine.listing import all_memories
from memlane.engine.remembering import check_words
from memlane.engine.verbatim import memory_row
from memlane.errors import NotFoundError, PreconditionError, StoreUnavailableError, UsageError
from memlane.protocols.memories import MemoryRow, Replacement
from memlane.types.ids import Partition, check_id
from memlane.types.memory import EPISODE, MESSAGE, SUMMARY, Memory
from memlane.types.times import check_time, from_ms
from memlane.types.wire import check_size, decode_memory, decode_value

_ATTEMPTS = 20
_TOLD = frozenset({MESSAGE, SUMMARY, EPISODE})


class PruneReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy takes.

    Attributes:
        pruned: The memories and, of each, why; the weakest first.
        dry_run: Whether they are still there.
    """

    pruned: list[Pruned]
    dry_run: bool


async def facts(core: Core, partition: Partition, at: object) -> list[Memory]:
    """Return what holds at a time; see `AsyncUser.facts`."""
    core.check_open()
    moment = from_ms(core.clock.now_ms() + 1) if at is None else check_time(at, "at")  # all of this millisecond
    known = await known_facts(core, partition)
    return hold_at([memory for memory, _ in known.values()], moment)


async def profile(core: Core, partition: Partition, max_tokens: int | None) -> str:
    """Return what is known now, as text; see `AsyncUser.profile`."""
    held = await facts(core, partition, None)
    stored = await core.memories.profile(partition, now_ms=core.clock.now_ms())
    preferences = {name: decode_value(body) for name, body in stored.values.items()}
    now = from_ms(core.clock.now_ms())
    return profile_text(held, preferences, now, max_tokens=max_tokens, count=core.counter.count, quote=quoted)


async def history(core: Core, partition: Partition, memory_id: object) -> list[Memory]:
    """Return every version of a memory, oldest first; see `AsyncUser.history`."""
    memory, _ = await _get(core, partition, memory_id)
    return [as_of(memory, version) for version in range(1, memory.version + 1)]


async def forget(core: Core, partition: Partition, memory_id: object, if_version: int | None) -> None:
    """Remove one memory for good; see `AsyncUser.forget`."""
    memory, body = await _get(core, partition, memory_id)
    if if_version is not None:
        memory = await _end_life(core, partition, memory, body, if_version)
    deleted = await core.memories.delete(partition, [memory.id], now_ms=core.clock.now_ms())
    if not deleted and if_version is None:
        raise _missing()
    await reopen(core, partition, [memory])


async def _end_life(core: Core, partition: Partition, memory: Memory, body: bytes, if_version: int) -> Memory:
    """Let a memory of this version cease to exist, atomically, and return it; only removing it is left to be done.

    Raises:
        PreconditionError: it has another version.
        NotFoundError: somebody else removed it.
        StoreUnavailableError: others kept changing it.
    """
    for _ in range(_ATTEMPTS):
        _check_version(memory, if_version)
        now_ms = core.clock.now_ms()
        row = MemoryRow(memory.id, body, expires_at_ms=now_ms)
        if await core.memories.replace(partition, [Replacement(row=row, was=body)], now_ms=now_ms):
            return memory
        memory, body = await _get(core, partition, memory.id)
    raise _kept_changing()


async def revert(
    core: Core, partition: Partition, memory_id: object, version: object, if_version: int | None = None
) -> Memory:
    """Make a memory what it was in an earlier version; see `AsyncUser.revert`."""
    if not isinstance(version, int) or isinstance(version, bool):
        raise UsageError(f"version must be a whole number, not {version!r}")
    now = from_ms(core.clock.now_ms())

    def reverted(memory: Memory) -> Memory:
        try:
            earlier = as_of(memory, version)
        except LookupError as exc:
            raise NotFoundError(str(exc)) from exc
        fields = {
            name: getattr(earlier, name)
            for name in Memory.__struct_fields__
            if name != "past" and getattr(earlier, name) != getattr(memory, name)
        }
        return revised(memory, "reverted", now, None, **fields) if fields else memory

    return await _change(core, partition, memory_id, reverted, if_version)


async def correct(
    core: Core,
    partition: Partition,
    memory_id: object,
    text: object,
    *,
    value: object = None,
    if_version: int | None = None,
) -> Memory:
    """Make a memory say something else; see `AsyncUser.correct`."""
    words, worth = check_words(text), None if value is None else check_words(value, "value")
    now = from_ms(core.clock.now_ms())

    def corrected(memory: Memory) -> Memory:
        if memory.kind in _TOLD:
            raise UsageError(f"a memory of kind {memory.kind} tells what happened: forget it, or say something new")
        if worth is not None and memory.attribute is None:
            raise UsageError("only a fact that has an attribute has a value")
        if memory.text == words and worth in (None, memory.value):
            return memory
        changed = correction(memory, words, worth, now)
        check_size(memory_row(changed).body, core.limits.message_bytes, "the memory")
        return changed

    return await _change(core, partition, memory_id, corrected, if_version)


async def pin(
    core: Core, partition: Partition, memory_id: object, *, pinned: bool, if_version: int | None = None
) -> Memory:
    """Pin a memory or let it go; see `AsyncUser.pin`."""
    now = from_ms(core.clock.now_ms())
    name = "pinned" if pinned else "unpinned"

    def changed(memory: Memory) -> Memory:
        return memory if memory.pinned == pinned else revised(memory, name, now, None, pinned=pinned)

    return await _change(core, partition, memory_id, changed, if_version)


async def reopen(core: Core, partition: Partition, removed: Sequence[Memory]) -> None:
    """Let facts hold again that ended only because of facts which are removed now: until the next one, if there is one.

    Raises:
        StoreUnavailableError: the store cannot be reached, or others kept changing the same facts.
    """
    gone = {memory.id: memory for memory in removed if memory.kind in KINDS}
    now = from_ms(core.clock.now_ms())

    def decide(known: list[Memory]) -> list[Change]:
        return [
            Change(fact, _reopened(fact, gone[fact.replaced_by], now))
            for fact in known
            if fact.replaced_by is not None and fact.replaced_by in gone and fact.id not in gone
        ]

    if gone:
        await change(core, partition, decide)


def _reopened(fact: Memory, gone: Memory, now: datetime) -> Memory:
    return revised(fact, "reopened", now, None, valid_to=gone.valid_to, replaced_by=gone.replaced_by)


async def prune(core: Core, partition: Partition, policy: Policy, *, dry_run: bool) -> PruneReport:
    """Forget what a policy says; see `AsyncUser.prune`."""
    core.check_open()
    if not isinstance(policy, Policy):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may be untyped
        raise UsageError(f"policy must be a memlane Policy, not {type(policy).__name__}")
    await core.courier.deliver(partition)
    memories = await all_memories(core, partition)
    taken = select(memories, policy, from_ms(core.clock.now_ms()))
    if not dry_run and taken:
        ids = [one.memory.id for one in taken]
        await core.memories.delete(partition, ids, now_ms=core.clock.now_ms())
    return PruneReport(pruned=taken, dry_run=dry_run)


async def _change(
    core: Core, partition: Partition, memory_id: object, decide: Callable[[Memory], Memory], if_version: int | None
) -> Memory:
    """Change one memory from what it is, again while others change it too.

    Raises:
        NotFoundError: there is no such memory.
        PreconditionError: it has another version than `if_version`.
        StoreUnavailableError: the store cannot be reached, or others kept changing it.
    """
    for _ in range(_ATTEMPTS):
        memory, body = await _get(core, partition, memory_id)
        _check_version(memory, if_version)
        changed = decide(memory)
        if changed is memory or await replace(core, partition, [Change(memory, changed)], {memory.id: body}):
            return changed
    raise _kept_changing()


def _check_version(memory: Memory, wanted: int | None) -> None:
    if wanted is not None and memory.version != wanted:
        raise PreconditionError(f"the memory has version {memory.version} by now, not {wanted}")


def _kept_changing() -> StoreUnavailableError:
    return StoreUnavailableError("others kept changing the same memory; try again")


def _missing() -> NotFoundError:
    return NotFoundError("there is no memory with this id")


async def _get(core: Core, partition: Partition, memory_id: object) -> tuple[Memory, bytes]:
    core.check_open()
    wanted = check_id(memory_id, "memory id")
    await core.courier.deliver(partition)
    rows = await core.memories.get(partition, [wanted], now_ms=core.clock.now_ms())
    if rows[0] is None:
        raise _missing()
    return decode_memory(rows[0].body), rows[0].body
