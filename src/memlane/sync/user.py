"""The blocking face of a user."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Unpack

from memlane.derive.prune import Policy
from memlane.engine.browse import BrowseOptions
from memlane.engine.knowledge import PruneReport
from memlane.engine.person import AsyncUser
from memlane.engine.restore import Progress
from memlane.sync.loop import LoopThread
from memlane.sync.session import Session
from memlane.types.memory import Memory, Recalled, RecalledEpisode
from memlane.types.page import MemoryCount, MemoryPage
from memlane.types.session import Receipt, SessionInfo
from memlane.types.usage import Step, UsagePoint


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
        id: str | None = None,  # noqa: A002 -- the public name of the field
        kind: str = "fact",
        metadata: Mapping[str, Any] | None = None,
        expires_at: datetime | None = None,
    ) -> Memory:
        """As `AsyncUser.remember`."""
        return self._loop.run(self._user.remember(text, id=id, kind=kind, metadata=metadata, expires_at=expires_at))

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

    def browse(self, **options: Unpack[BrowseOptions]) -> MemoryPage:
        """As `AsyncUser.browse`."""
        return self._loop.run(self._user.browse(**options))

    def growth(
        self, *, step: Step = "day", since: datetime | None = None, until: datetime | None = None
    ) -> list[MemoryCount]:
        """As `AsyncUser.growth`."""
        return self._loop.run(self._user.growth(step=step, since=since, until=until))

    def memory(self, memory_id: str) -> Memory | None:
        """As `AsyncUser.memory`."""
        return self._loop.run(self._user.memory(memory_id))

    def forget(self, memory_id: str, *, if_version: int | None = None) -> None:
        """As `AsyncUser.forget`."""
        self._loop.run(self._user.forget(memory_id, if_version=if_version))

    def facts(self, *, at: datetime | None = None) -> list[Memory]:
        """As `AsyncUser.facts`."""
        return self._loop.run(self._user.facts(at=at))

    def profile(self, *, max_tokens: int | None = None) -> str:
        """As `AsyncUser.profile`."""
        return self._loop.run(self._user.profile(max_tokens=max_tokens))

    def history(self, memory_id: str) -> list[Memory]:
        """As `AsyncUser.history`."""
        return self._loop.run(self._user.history(memory_id))

    def revert(self, memory_id: str, version: int, *, if_version: int | None = None) -> Memory:
        """As `AsyncUser.revert`."""
        return self._loop.run(self._user.revert(memory_id, version, if_version=if_version))

    def correct(self, memory_id: str, text: str, *, value: str | None = None, if_version: int | None = None) -> Memory:
        """As `AsyncUser.correct`."""
        return self._loop.run(self._user.correct(memory_id, text, value=value, if_version=if_version))

    def pin(self, memory_id: str, *, pinned: bool = True, if_version: int | None = None) -> Memory:
        """As `AsyncUser.pin`."""
        return self._loop.run(self._user.pin(memory_id, pinned=pinned, if_version=if_version))

    def prune(self, policy: Policy, *, dry_run: bool = True) -> PruneReport:
        """As `AsyncUser.prune`."""
        return self._loop.run(self._user.prune(policy, dry_run=dry_run))

    def preferences(self) -> dict[str, Any]:
        """As `AsyncUser.preferences`."""
        return self._loop.run(self._user.preferences())

    def set_preferences(
        self,
        preferences: Mapping[str, Any],
        *,
        merge: bool = True,
        ttl: timedelta | float | None = timedelta(days=90),
        if_was: Mapping[str, Any] | None = None,
    ) -> None:
        """As `AsyncUser.set_preferences`."""
        self._loop.run(self._user.set_preferences(preferences, merge=merge, ttl=ttl, if_was=if_was))

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

    def stats(
        self, *, step: Step = "day", since: datetime | None = None, until: datetime | None = None
    ) -> list[UsagePoint]:
        """As `AsyncUser.stats`."""
        return self._loop.run(self._user.stats(step=step, since=since, until=until))
