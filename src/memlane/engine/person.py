"""The handle of one user: what is remembered of a person, across sessions."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Unpack

from memlane.derive.prune import Policy
from memlane.engine import knowledge, recollect, remembering
from memlane.engine.browse import BrowseOptions, browse, growth
from memlane.engine.conversation import AsyncSession
from memlane.engine.core import Core
from memlane.engine.erase import erase
from memlane.engine.export import export, export_lines
from memlane.engine.knowledge import PruneReport
from memlane.engine.listing import all_memories
from memlane.engine.numbers import check_count
from memlane.engine.reading import listed_session
from memlane.engine.restore import Progress, restore
from memlane.engine.stats import user_stats
from memlane.types.ids import Partition, SessionKey, check_id
from memlane.types.memory import Memory, Recalled, RecalledEpisode
from memlane.types.page import MemoryCount, MemoryPage
from memlane.types.session import Receipt, SessionInfo
from memlane.types.usage import Step, UsagePoint
from memlane.types.wire import decode_memory


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
        id: str | None = None,  # noqa: A002 -- the public name of the field
        kind: str = "fact",
        metadata: Mapping[str, Any] | None = None,
        expires_at: datetime | None = None,
    ) -> Memory:
        """Remember something of this user and return the memory.

        Args:
            text: What to remember.
            id: Unique within the user's memories; made when absent. One that is there adds nothing: the stored memory
                is returned.
            kind: `fact`, `preference`, `summary`, or a name of your own; not `message`, which is what was said.
            metadata: A JSON object of your own.
            expires_at: When it ceases to exist; None for never.

        Raises:
            UsageError: a field is not allowed, or the id is that of a memory with other text, kind or metadata;
                nothing was written.
            TooLargeError: over the limit; nothing was written.
            StoreUnavailableError: the store cannot be reached.
        """
        return await remembering.remember(
            self._core, self._partition, text, memory_id=id, kind=kind, metadata=metadata, expires_at=expires_at
        )

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
        return [listed_session(row) for row in rows]

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

    async def browse(self, **options: Unpack[BrowseOptions]) -> MemoryPage:
        """Return a page of what is remembered of this user, the newest first, and how much there is of each kind.

        Args:
            **options: Which memories, and which page; see `BrowseOptions`.

        Raises:
            UsageError: an option is unknown or out of range, or `after` is none that a page gave.
            StoreUnavailableError: a store cannot be reached.
        """
        return await browse(self._core, self._partition, options)

    async def growth(
        self, *, step: Step = "day", since: datetime | None = None, until: datetime | None = None
    ) -> list[MemoryCount]:
        """Return how many of the memories there are were made over time, oldest first; steps without any are left out.

        Args:
            step: `minute`, `hour` or `day`.
            since: Only memories created at or after this time; all by default.
            until: Only memories created before this time.

        Raises:
            UsageError: an argument is out of range.
            StoreUnavailableError: a store cannot be reached.
        """
        return await growth(self._core, self._partition, step=step, since=since, until=until)

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

    async def forget(self, memory_id: str, *, if_version: int | None = None) -> None:
        """Remove one memory for good. A message still in its session's window stays there.

        A fact that this one had ended holds again.

        Args:
            memory_id: Which.
            if_version: Only if this is its version.

        Raises:
            NotFoundError: there is no memory with this id.
            PreconditionError: it has another version; nothing was removed.
            UsageError: not a valid id.
            StoreUnavailableError: a store cannot be reached.
        """
        await knowledge.forget(self._core, self._partition, memory_id, if_version)

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

    async def revert(self, memory_id: str, version: int, *, if_version: int | None = None) -> Memory:
        """Make a memory what it was in an earlier version and return it; that is a change like any other.

        Only this memory changes: a fact that another one ended holds again beside it; end or forget the other yourself.

        Args:
            memory_id: Which.
            version: The earlier version.
            if_version: Only if this is its version now.

        Raises:
            NotFoundError: there is no memory with this id, or no such version.
            PreconditionError: it has another version than `if_version`; nothing was changed.
            StoreUnavailableError: the store cannot be reached.
        """
        return await knowledge.revert(self._core, self._partition, memory_id, version, if_version)

    async def correct(
        self, memory_id: str, text: str, *, value: str | None = None, if_version: int | None = None
    ) -> Memory:
        """Make a memory say something else and return it; that is a change like any other, which `revert` undoes.

        What it said stays in its history. The messages that it came from stay as they are, and looking for facts in
        them again does not bring back what was corrected.

        Args:
            memory_id: Which. What was said, summaries and episodes cannot be corrected: they tell what happened.
            text: What it shall say.
            value: Of a fact with an attribute, what that is now, e.g. `Bergen`; unchanged when absent.
            if_version: Only if this is its version.

        Raises:
            UsageError: a memory of another kind, a value for what has no attribute, or text that is empty or cannot be
                kept; nothing was changed.
            TooLargeError: over the limit; nothing was changed.
            NotFoundError: there is no memory with this id.
            PreconditionError: it has another version than `if_version`; nothing was changed.
            StoreUnavailableError: the store cannot be reached.
        """
        return await knowledge.correct(self._core, self._partition, memory_id, text, value=value, if_version=if_version)

    async def pin(self, memory_id: str, *, pinned: bool = True, if_version: int | None = None) -> Memory:
        """Keep a memory from fading and from being pruned, or let it go again; return it. Errors as `revert`."""
        return await knowledge.pin(self._core, self._partition, memory_id, pinned=pinned, if_version=if_version)

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
        return await remembering.preferences(self._core, self._partition)

    async def set_preferences(
        self,
        preferences: Mapping[str, Any],
        *,
        merge: bool = True,
        ttl: timedelta | float | None = timedelta(days=90),
        if_was: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the profile document; its time to live starts anew.

        Args:
            preferences: A JSON object.
            merge: Set these top-level keys and keep the others, as `dict.update` does; otherwise replace all.
            ttl: A timedelta or seconds after which the document ceases to exist; None for never.
            if_was: Only if the document is still this one, empty for none; None for whatever it is.

        Raises:
            UsageError: not a JSON object, or a time out of range; nothing was written.
            TooLargeError: over the limit; nothing was written.
            PreconditionError: the document is not what `if_was` says; nothing was written.
            StoreUnavailableError: the store cannot be reached.
        """
        await remembering.set_preferences(self._core, self._partition, preferences, merge=merge, ttl=ttl, if_was=if_was)

    async def export(self, path: str | Path) -> int:
        """Write everything of this user as JSON Lines and return how many records there are.

        The file appears whole or not at all; `restore` reads it back to an equal state, on any store.

        Raises:
            UsageError: the file cannot be written.
            StoreUnavailableError: a store cannot be reached.
        """
        return await export(self._core, self._partition, Path(path))

    def export_lines(self) -> AsyncIterator[bytes]:
        """Yield the lines that `export` writes, each with its line end, reading on as they are taken.

        Raises:
            StoreUnavailableError: a store cannot be reached.
        """
        return export_lines(self._core, self._partition)

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

        What they used goes last, from the store of sessions: until all else is gone they stay listed by
        `AsyncMemlane.users`. Their tenant's sums stay and name nobody. What another process has counted of them before,
        it drops, or takes back as it writes.

        Raises:
            StoreUnavailableError: a store cannot be reached; repeat it, what is gone stays gone.
        """
        return await erase(self._core, self._partition)

    async def stats(
        self, *, step: Step = "day", since: datetime | None = None, until: datetime | None = None
    ) -> list[UsagePoint]:
        """Return how much this user used over time, oldest first; arguments and errors as `AsyncMemlane.stats`."""
        return await user_stats(self._core, self._partition, step=step, since=since, until=until)
