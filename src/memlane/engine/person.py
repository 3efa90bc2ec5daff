"""The handle of one user: what is remembered of a person, across sessions."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from memlane.derive.prune import Policy
from memlane.engine import knowledge, recollect
from memlane.engine.conversation import AsyncSession
from memlane.engine.core import Core
from memlane.engine.export import export
from memlane.engine.knowledge import PruneReport
from memlane.engine.listing import all_memories
from memlane.engine.numbers import check_count
from memlane.engine.restore import Progress, restore
from memlane.engine.verbatim import memory_row
from memlane.errors import NotFoundError, UsageError
from memlane.types.ids import Partition, SessionKey, check_id, check_text
from memlane.types.memory import MESSAGE, Memory, Recalled, RecalledEpisode
from memlane.types.session import Receipt, SessionInfo
from memlane.types.times import check_time, check_ttl, from_ms
from memlane.types.values import check_object
from memlane.types.wire import check_size, decode_memory, decode_value, encode_value

_MOST_KIND_CHARACTERS = 64


class AsyncUser:
    """One user of one tenant. A handle: making one does no I/O."""

    def __init__(self, core: Core, partition: Partition) -> None:
        """Handle the memory of `partition`."""
        self._core = core
        self._partition = partition

    @property
    def id(self) -> str:
        """The user's id."""
        return self._partition.user

    @property
    def tenant(self) -> str:
        """The tenant's id."""
        return self._partition.tenant

    def session(self, session_id: str, *, remember: bool = True) -> AsyncSession:
        """Return the handle of a session.

        Args:
            session_id: Any text of 1-512 characters without NUL.
            remember: Whether messages added through this handle also become memories that `recall` finds.

        Raises:
            UsageError: `session_id` is not a valid id.
        """
        key = SessionKey(self._partition, check_id(session_id, "session id"))
        return AsyncSession(self._core, key, remember=remember)

    async def remember(
        self,
        text: str,
        *,
        kind: str = "fact",
        metadata: Mapping[str, Any] | None = None,
        expires_at: datetime | None = None,
    ) -> Memory:
        """Remember something of this user and return the memory.

        Args:
            text: What to remember.
            kind: `fact`, `preference`, `summary`, or a name of your own; not `message`, which is what was said.
            metadata: A JSON object of your own.
            expires_at: When it ceases to exist; None for never.

        Raises:
            UsageError: a field is not allowed; nothing was written.
            TooLargeError: over the limit; nothing was written.
            StoreUnavailableError: the store cannot be reached.
        """
        self._core.check_open()
        memory = Memory(
            id=self._core.new_id(),
            text=_words(text),
            kind=_kind(kind),
            created_at=self._core.stamps.next(),
            metadata=_mapping(metadata, "metadata"),
            expires_at=None if expires_at is None else check_time(expires_at, "expires_at"),
        )
        row = memory_row(memory)
        check_size(row.body, self._core.limits.message_bytes, "the memory")
        await self._core.memories.put(self._partition, [row], now_ms=self._core.clock.now_ms())
        self._core.notice(self._partition, [memory])
        return memory

    async def recall(
        self,
        query: str,
        *,
        limit: int = 10,
        kinds: Collection[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        at: datetime | None = None,
        sessions: Collection[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> list[Recalled]:
        """Return the memories that answer `query` best, best first.

        All that was added before is found, also what another process added to the same store.

        Args:
            query: What to look for, in ordinary words.
            limit: At most this many, 1-10,000.
            kinds: Only memories of these kinds; by default all but episodes, which `episodes` finds.
            since: Only memories created at or after this time.
            until: Only memories created before this time.
            at: The moment the question is asked; now when absent. What does not hold at it is left out.
            sessions: Only memories of these sessions.
            metadata: Only memories whose metadata has these top-level values.

        Raises:
            UsageError: an argument is out of range.
            StoreUnavailableError: a store cannot be reached.
        """
        scope = recollect.Scope(kinds=kinds, since=since, until=until, sessions=sessions, metadata=metadata)
        return await recollect.recall(self._core, self._partition, query, limit=limit, at=at, scope=scope)

    async def episodes(self, query: str, *, limit: int = 5, at: datetime | None = None) -> list[RecalledEpisode]:
        """Return the past sessions that answer `query` best, best first; errors as `recall`."""
        return await recollect.episodes(self._core, self._partition, query, limit=limit, at=at)

    async def sessions(self) -> list[SessionInfo]:
        """Return the live sessions of this user, the most recently written first.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        self._core.check_open()
        rows = await self._core.sessions.sessions(self._partition, now_ms=self._core.clock.now_ms())
        return [
            SessionInfo(
                session_id=row.session,
                messages=row.count,
                created_at=from_ms(row.created_at_ms),
                updated_at=from_ms(row.updated_at_ms),
                expires_at=None if row.expires_at_ms is None else from_ms(row.expires_at_ms),
            )
            for row in rows
        ]

    async def memories(
        self, *, kinds: Collection[str] | None = None, sessions: Collection[str] | None = None
    ) -> list[Memory]:
        """Return what is remembered of this user, oldest first, optionally of some kinds or sessions only.

        Raises:
            StoreUnavailableError: a store cannot be reached.
        """
        self._core.check_open()
        await self._core.courier.deliver(self._partition)
        return await all_memories(self._core, self._partition, kinds=kinds, sessions=sessions)

    async def memory(self, memory_id: str) -> Memory | None:
        """Return one memory, None when there is none with this id.

        Raises:
            UsageError: not a valid id.
            StoreUnavailableError: a store cannot be reached.
        """
        self._core.check_open()
        check_id(memory_id, "memory id")
        await self._core.courier.deliver(self._partition)
        rows = await self._core.memories.get(self._partition, [memory_id], now_ms=self._core.clock.now_ms())
        return None if rows[0] is None else decode_memory(rows[0].body)

    async def forget(self, memory_id: str) -> None:
        """Remove one memory for good. A message still in its session's window stays there.

        A fact that this one had ended holds again.

        Raises:
            NotFoundError: there is no memory with this id.
            UsageError: not a valid id.
            StoreUnavailableError: a store cannot be reached.
        """
        self._core.check_open()
        check_id(memory_id, "memory id")
        await self._core.courier.deliver(self._partition)
        memory = await self.memory(memory_id)
        deleted = await self._core.memories.delete(self._partition, [memory_id], now_ms=self._core.clock.now_ms())
        if memory is None or not deleted:
            raise NotFoundError("there is no memory with this id")
        await knowledge.reopen(self._core, self._partition, [memory])

    async def facts(self, *, at: datetime | None = None) -> list[Memory]:
        """Return the facts and preferences that hold, those said first coming first.

        Args:
            at: The moment they hold at; now when absent.

        Raises:
            UsageError: `at` is not a time with its zone.
            StoreUnavailableError: the store cannot be reached.
        """
        return await knowledge.facts(self._core, self._partition, at)

    async def profile(self, *, max_tokens: int | None = None) -> str:
        """Return what is known now for a system prompt: facts and preferences, grouped and dated, as quoted data.

        Args:
            max_tokens: The strongest that fit; None for all.

        Raises:
            UsageError: `max_tokens` is below 1.
            StoreUnavailableError: the store cannot be reached.
        """
        check_count(max_tokens, "max_tokens", least=1)
        return await knowledge.profile(self._core, self._partition, max_tokens)

    async def history(self, memory_id: str) -> list[Memory]:
        """Return every version of a memory, oldest first; the last is what it is now, and `past` tells what changed.

        Raises:
            NotFoundError: there is no memory with this id.
            StoreUnavailableError: the store cannot be reached.
        """
        return await knowledge.history(self._core, self._partition, memory_id)

    async def revert(self, memory_id: str, version: int) -> Memory:
        """Make a memory what it was in an earlier version and return it; that is a change like any other.

        Only this memory changes: a fact that another one ended holds again beside it; end or forget the other yourself.

        Raises:
            NotFoundError: there is no memory with this id, or no such version.
            StoreUnavailableError: the store cannot be reached.
        """
        return await knowledge.revert(self._core, self._partition, memory_id, version)

    async def pin(self, memory_id: str, *, pinned: bool = True) -> Memory:
        """Keep a memory from fading and from being pruned, or let it go again; return it. Errors as `history`."""
        return await knowledge.pin(self._core, self._partition, memory_id, pinned=pinned)

    async def prune(self, policy: Policy, *, dry_run: bool = True) -> PruneReport:
        """Forget what a policy says; by default only list it.

        Args:
            policy: What may go; what is pinned never does.
            dry_run: Whether to list only.

        Raises:
            UsageError: not a policy.
            StoreUnavailableError: the store cannot be reached.
        """
        return await knowledge.prune(self._core, self._partition, policy, dry_run=dry_run)

    async def preferences(self) -> dict[str, Any]:
        """Return the profile document, empty when there is none or its time has passed.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        self._core.check_open()
        profile = await self._core.memories.profile(self._partition, now_ms=self._core.clock.now_ms())
        return {name: decode_value(body) for name, body in profile.values.items()}

    async def set_preferences(
        self, preferences: Mapping[str, Any], *, merge: bool = True, ttl: timedelta | float | None = timedelta(days=90)
    ) -> None:
        """Write the profile document; its time to live starts anew.

        Args:
            preferences: A JSON object.
            merge: Set these top-level keys and keep the others, as `dict.update` does; otherwise replace all.
            ttl: A timedelta or seconds after which the document ceases to exist; None for never.

        Raises:
            UsageError: not a JSON object, or a time out of range; nothing was written.
            TooLargeError: over the limit; nothing was written.
            StoreUnavailableError: the store cannot be reached.
        """
        self._core.check_open()
        values = {name: encode_value(value) for name, value in _mapping(preferences, "preferences").items()}
        check_size(b"".join(values.values()), self._core.limits.message_bytes, "the preferences document")
        await self._core.memories.update_profile(
            self._partition, values, replace=not merge, ttl_ms=check_ttl(ttl), now_ms=self._core.clock.now_ms()
        )

    async def export(self, path: str | Path) -> int:
        """Write everything of this user as JSON Lines and return how many records there are.

        The file appears whole or not at all; `restore` reads it back to an equal state, on any store.

        Raises:
            UsageError: the file cannot be written.
            StoreUnavailableError: a store cannot be reached.
        """
        return await export(self._core, self._partition, Path(path))

    async def restore(
        self, path: str | Path, *, conversation: str | None = None, progress: Progress | None = None
    ) -> int:
        """Read a file that `export` wrote, or conversations in the neutral form; return how many records were new.

        What is there already is left alone, so an interrupted restore is completed by another. Sliding times to live
        start anew.

        Args:
            path: The file; `.gz` is decompressed.
            conversation: Of a file of conversations, only the one with this id.
            progress: Called with (records done, records in all).

        Raises:
            UsageError: the file cannot be read or a line is not understood (says which); nothing was written.
            StoreUnavailableError: a store cannot be reached.
        """
        return await restore(self._core, self._partition, Path(path), progress, conversation)

    async def index(self, *, progress: Progress | None = None) -> bool:
        """Give every memory its vector now, as a bulk import wants it; return whether all have one.

        Without this a recall does it when needed, for a bounded time, and the rest follows in the background.

        Args:
            progress: Called with (memories with a vector, memories).

        Raises:
            StoreUnavailableError: a store cannot be reached.
        """
        return await recollect.index(self._core, self._partition, progress)

    async def erase(self) -> Receipt:
        """Remove every trace of this user from both stores and this process, and return what was removed.

        Raises:
            StoreUnavailableError: a store cannot be reached; repeat it, what is gone stays gone.
        """
        core, partition = self._core, self._partition
        core.check_open()
        core.indexer.forget(partition)
        core.uses.forget(partition)
        async with core.courier.hold(partition):
            removed = await core.sessions.erase(partition)
            for kind, count in (await core.memories.erase(partition)).items():
                removed[kind] = removed.get(kind, 0) + count
        core.residents.drop(partition)
        return Receipt(
            tenant=partition.tenant, user=partition.user, erased_at=from_ms(core.clock.now_ms()), removed=removed
        )


def _words(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise UsageError("text to remember must be non-empty text")
    return check_text(text, "text")


def _kind(kind: object) -> str:
    if kind == MESSAGE:
        raise UsageError("kind `message` is what was said in a session; use session.add")
    if not isinstance(kind, str) or not 1 <= len(kind) <= _MOST_KIND_CHARACTERS:
        raise UsageError(f"kind must be text of 1-{_MOST_KIND_CHARACTERS} characters")
    return check_id(kind, "kind")


def _mapping(value: object, what: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UsageError(f"{what} must be a mapping, not {type(value).__name__}")
    return check_object(value, what)  # pyright: ignore[reportUnknownArgumentType] -- keys are checked there
