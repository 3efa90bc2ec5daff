"""The blocking faces: the same names, run on one event-loop thread per connection.

Nothing is decided here. A blocking call inside a running event loop would stop that loop, so it is refused; so is
a call in a child process that inherited the connection by a fork.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from memlane.context.context import Context
from memlane.engine.client import AsyncMemlane
from memlane.engine.conversation import AsyncSession
from memlane.engine.person import AsyncUser
from memlane.engine.restore import Progress
from memlane.errors import ClosedError
from memlane.types.memory import Memory, Recalled, RecalledEpisode
from memlane.types.message import Message
from memlane.types.session import Receipt, SessionInfo

_Result = TypeVar("_Result")


class LoopThread:
    """One daemon thread that runs an event loop for blocking callers."""

    def __init__(self) -> None:
        """Start the thread."""
        self._pid = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="memlane", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Run `work` on the loop and return its result; an interrupt of the caller cancels it.

        Raises:
            ClosedError: called inside a running loop, after a fork, or after close().
        """
        try:
            self._check()
        except ClosedError:
            work.close()
            raise
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Stop the loop and its thread; a second call does nothing."""
        if self._loop.is_closed() or self._pid != os.getpid():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _check(self) -> None:
        if self._pid != os.getpid():
            raise ClosedError("this connection was opened before a fork; open another in the child process")
        if self._loop.is_closed():
            raise ClosedError("this connection is closed")
        if asyncio._get_running_loop() is not None:  # noqa: SLF001 -- get_running_loop would raise on the usual path
            raise ClosedError("a blocking call inside a running event loop would stop it; use memlane.connect_async")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())


class Session:
    """One conversation of one user. A handle: making one does no I/O."""

    def __init__(self, session: AsyncSession, loop: LoopThread) -> None:
        """Run `session` on `loop`."""
        self._session = session
        self._loop = loop

    @property
    def id(self) -> str:
        """The session's id."""
        return self._session.id

    def add(
        self,
        role: str,
        content: str | list[dict[str, Any]] | None,
        *,
        id: str | None = None,  # noqa: A002 -- the public name of the field
        name: str | None = None,
        created_at: datetime | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Message:
        """As `AsyncSession.add`."""
        return self._loop.run(
            self._session.add(role, content, id=id, name=name, created_at=created_at, metadata=metadata)
        )

    def add_many(self, messages: Iterable[Message | Mapping[str, Any]]) -> list[Message]:
        """As `AsyncSession.add_many`."""
        return self._loop.run(self._session.add_many(messages))

    def messages(self, last: int | None = None) -> list[Message]:
        """As `AsyncSession.messages`."""
        return self._loop.run(self._session.messages(last))

    def instruct(self, text: str | None) -> None:
        """As `AsyncSession.instruct`."""
        self._loop.run(self._session.instruct(text))

    def instructions(self) -> str | None:
        """As `AsyncSession.instructions`."""
        return self._loop.run(self._session.instructions())

    def context(
        self,
        query: str | None = None,
        *,
        max_tokens: int | None = None,
        last: int | None = None,
        recall: int = 5,
    ) -> Context:
        """As `AsyncSession.context`."""
        return self._loop.run(self._session.context(query, max_tokens=max_tokens, last=last, recall=recall))

    def expire(self, ttl: timedelta | float | None, *, last: int | None = None) -> int:
        """As `AsyncSession.expire`."""
        return self._loop.run(self._session.expire(ttl, last=last))

    def delete(self, *, memories: bool = False) -> int:
        """As `AsyncSession.delete`."""
        return self._loop.run(self._session.delete(memories=memories))


class User:
    """One user of one tenant. A handle: making one does no I/O."""

    def __init__(self, user: AsyncUser, loop: LoopThread) -> None:
        """Run `user` on `loop`."""
        self._user = user
        self._loop = loop

    @property
    def id(self) -> str:
        """The user's id."""
        return self._user.id

    @property
    def tenant(self) -> str:
        """The tenant's id."""
        return self._user.tenant

    def session(self, session_id: str, *, remember: bool = True) -> Session:
        """As `AsyncUser.session`."""
        return Session(self._user.session(session_id, remember=remember), self._loop)

    def remember(
        self,
        text: str,
        *,
        kind: str = "fact",
        metadata: Mapping[str, Any] | None = None,
        expires_at: datetime | None = None,
    ) -> Memory:
        """As `AsyncUser.remember`."""
        return self._loop.run(self._user.remember(text, kind=kind, metadata=metadata, expires_at=expires_at))

    def recall(
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
        """As `AsyncUser.recall`."""
        return self._loop.run(
            self._user.recall(
                query,
                limit=limit,
                kinds=kinds,
                since=since,
                until=until,
                at=at,
                sessions=sessions,
                metadata=metadata,
            )
        )

    def episodes(self, query: str, *, limit: int = 5, at: datetime | None = None) -> list[RecalledEpisode]:
        """As `AsyncUser.episodes`."""
        return self._loop.run(self._user.episodes(query, limit=limit, at=at))

    def sessions(self) -> list[SessionInfo]:
        """As `AsyncUser.sessions`."""
        return self._loop.run(self._user.sessions())

    def memories(
        self, *, kinds: Collection[str] | None = None, sessions: Collection[str] | None = None
    ) -> list[Memory]:
        """As `AsyncUser.memories`."""
        return self._loop.run(self._user.memories(kinds=kinds, sessions=sessions))

    def memory(self, memory_id: str) -> Memory | None:
        """As `AsyncUser.memory`."""
        return self._loop.run(self._user.memory(memory_id))

    def forget(self, memory_id: str) -> None:
        """As `AsyncUser.forget`."""
        self._loop.run(self._user.forget(memory_id))

    def preferences(self) -> dict[str, Any]:
        """As `AsyncUser.preferences`."""
        return self._loop.run(self._user.preferences())

    def set_preferences(
        self, preferences: Mapping[str, Any], *, merge: bool = True, ttl: timedelta | float | None = timedelta(days=90)
    ) -> None:
        """As `AsyncUser.set_preferences`."""
        self._loop.run(self._user.set_preferences(preferences, merge=merge, ttl=ttl))

    def export(self, path: str | Path) -> int:
        """As `AsyncUser.export`."""
        return self._loop.run(self._user.export(path))

    def restore(self, path: str | Path, *, conversation: str | None = None, progress: Progress | None = None) -> int:
        """As `AsyncUser.restore`; `progress` is called on the connection's thread."""
        return self._loop.run(self._user.restore(path, conversation=conversation, progress=progress))

    def index(self, *, progress: Progress | None = None) -> bool:
        """As `AsyncUser.index`; `progress` is called on the connection's thread."""
        return self._loop.run(self._user.index(progress=progress))

    def erase(self) -> Receipt:
        """As `AsyncUser.erase`."""
        return self._loop.run(self._user.erase())


class Memlane:
    """A connection to Memlane's memory on some stores; a context manager."""

    def __init__(self, open_connection: Callable[[], Awaitable[AsyncMemlane]]) -> None:
        """Open a connection on a loop thread of its own."""
        self._loop = LoopThread()
        try:
            self._memlane = self._loop.run(_awaited(open_connection))
        except BaseException:
            self._loop.close()
            raise

    def user(self, user_id: str, *, tenant: str = "default") -> User:
        """As `AsyncMemlane.user`."""
        return User(self._memlane.user(user_id, tenant=tenant), self._loop)

    def sweep(self) -> int:
        """As `AsyncMemlane.sweep`."""
        return self._loop.run(self._memlane.sweep())

    def ping(self) -> dict[str, dict[str, str]]:
        """As `AsyncMemlane.ping`."""
        return self._loop.run(self._memlane.ping())

    def close(self) -> None:
        """Stop background work and release what this connection opened; a second call does nothing."""
        try:
            self._loop.run(self._memlane.aclose())
        except ClosedError:
            if asyncio._get_running_loop() is not None:  # noqa: SLF001 -- as above
                raise
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


async def _awaited(open_connection: Callable[[], Awaitable[AsyncMemlane]]) -> AsyncMemlane:
    return await open_connection()
