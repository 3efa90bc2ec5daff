"""One user of a server."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Unpack

from memlane.api import bodies
from memlane.api.paths import user_path
from memlane.client.bodies import decoded, listed, moment, query_of
from memlane.client.caller import Caller
from memlane.client.files import lines_of, reader_of
from memlane.client.session import RemoteSession
from memlane.client.transport import Answer
from memlane.derive.prune import Policy
from memlane.engine.browse import BrowseOptions, check_options
from memlane.engine.conversation import AsyncSession
from memlane.engine.knowledge import PruneReport
from memlane.engine.numbers import check_count
from memlane.engine.person import AsyncUser
from memlane.engine.restore import Progress
from memlane.engine.whole_file import write_whole
from memlane.errors import NotFoundError, PreconditionError, UsageError
from memlane.types.ids import Partition, SessionKey, check_id
from memlane.types.memory import Memory, Recalled, RecalledEpisode
from memlane.types.page import MemoryCount, MemoryPage
from memlane.types.session import Receipt, SessionInfo
from memlane.types.times import check_ttl
from memlane.types.usage import Step, UsagePoint
from memlane.types.values import check_object

_MOST_NAMED = 100
_MOST_BYTES = 4_000
"""So many kinds and sessions, and so long, go into an address; else all memories come, and are sorted out here."""

_LOOKS = 5


class RemoteUser(AsyncUser):
    """One user of the tenant of a server's key. A handle: making one does no I/O."""

    def __init__(self, caller: Caller, partition: Partition) -> None:  # pyright: ignore[reportMissingSuperCall] -- no engine here
        """Ask through `caller` about `partition`."""
        self._caller = caller
        self._partition = partition

    @property
    def id(self) -> str:
        """The user's id."""
        return self._partition.user

    @property
    def tenant(self) -> str:
        """The tenant as it was named; `default` for that of the key."""
        return self._partition.tenant

    def session(self, session_id: str, *, remember: bool = True) -> AsyncSession:
        """As `AsyncUser.session`."""
        key = SessionKey(self._partition, check_id(session_id, "session id"))
        return RemoteSession(self._caller, key, remember=remember)

    async def remember(
        self,
        text: str,
        *,
        id: str | None = None,  # noqa: A002 -- the public name of the field
        kind: str = "fact",
        metadata: Mapping[str, Any] | None = None,
        expires_at: datetime | None = None,
    ) -> Memory:
        """As `AsyncUser.remember`."""
        body = bodies.Remember(
            text=text,
            id=id,
            kind=kind,
            metadata=None if metadata is None else _document(metadata, "metadata"),
            expires_at=moment(expires_at, "expires_at"),
        )
        return await self._caller.post(self._at("memories"), body, Memory)

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
        """As `AsyncUser.recall`."""
        body = bodies.AskRecall(
            query=query,
            limit=limit,
            kinds=listed(kinds, "kinds"),
            since=moment(since, "since"),
            until=moment(until, "until"),
            at=moment(at, "at"),
            sessions=listed(sessions, "sessions"),
            metadata=None if metadata is None else _document(metadata, "metadata"),
        )
        return (await self._caller.post(self._at("recall"), body, bodies.Results)).results

    async def episodes(self, query: str, *, limit: int = 5, at: datetime | None = None) -> list[RecalledEpisode]:
        """As `AsyncUser.episodes`."""
        body = bodies.AskEpisodes(query=query, limit=limit, at=moment(at, "at"))
        return (await self._caller.post(self._at("episodes"), body, bodies.Episodes)).results

    async def sessions(self) -> list[SessionInfo]:
        """As `AsyncUser.sessions`."""
        pages = self._caller.pages(self._at("sessions"), bodies.Sessions)
        return [session async for page in pages for session in page.sessions]

    async def memories(
        self, *, kinds: Collection[str] | None = None, sessions: Collection[str] | None = None
    ) -> list[Memory]:
        """As `AsyncUser.memories`."""
        of, within = listed(kinds, "kinds"), listed(sessions, "sessions")
        if of == [] or within == []:
            return []
        asked = {"kind": of, "session": within}
        is_short = len(of or ()) + len(within or ()) <= _MOST_NAMED and len(query_of(asked)) <= _MOST_BYTES
        asked = asked if is_short else {}
        pages = self._caller.pages(self._at("memories"), bodies.Memories, **asked)
        found = [memory async for page in pages for memory in page.memories]
        return found if is_short else [memory for memory in found if _is_among(memory, of, within)]

    async def browse(self, **options: Unpack[BrowseOptions]) -> MemoryPage:
        """As `AsyncUser.browse`."""
        given = check_options(options)
        asked: dict[str, Any] = {
            **given,
            **{name: listed(given.get(name), name) for name in ("kinds", "sessions")},
            **{name: moment(given.get(name), name) for name in ("since", "until")},
        }
        return await self._caller.post(self._at("browse"), bodies.Browse(**asked), MemoryPage)

    async def growth(
        self, *, step: Step = "day", since: datetime | None = None, until: datetime | None = None
    ) -> list[MemoryCount]:
        """As `AsyncUser.growth`."""
        span = {"since": moment(since, "since"), "until": moment(until, "until")}
        return (await self._caller.get(self._at("growth"), bodies.Growth, step=step, **span)).points

    async def memory(self, memory_id: str) -> Memory | None:
        """As `AsyncUser.memory`."""
        try:
            return await self._caller.get(self._memory(memory_id), Memory)
        except NotFoundError:
            return None

    async def forget(self, memory_id: str, *, if_version: int | None = None) -> None:
        """As `AsyncUser.forget`."""
        await self._change(memory_id, if_version, "DELETE", self._memory(memory_id))

    async def facts(self, *, at: datetime | None = None) -> list[Memory]:
        """As `AsyncUser.facts`."""
        return (await self._caller.get(self._at("facts"), bodies.Memories, at=moment(at, "at"))).memories

    async def profile(self, *, max_tokens: int | None = None) -> str:
        """As `AsyncUser.profile`."""
        most = check_count(max_tokens, "max_tokens", least=1)
        return (await self._caller.get(self._at("profile"), bodies.GivenProfile, max_tokens=most)).profile

    async def history(self, memory_id: str) -> list[Memory]:
        """As `AsyncUser.history`."""
        return (await self._caller.get(self._memory(memory_id, "history"), bodies.Versions)).versions

    async def revert(self, memory_id: str, version: int, *, if_version: int | None = None) -> Memory:
        """As `AsyncUser.revert`."""
        path, body = self._memory(memory_id, "revert"), bodies.Revert(version=version)
        return decoded((await self._change(memory_id, if_version, "POST", path, body)).content, Memory)

    async def correct(
        self, memory_id: str, text: str, *, value: str | None = None, if_version: int | None = None
    ) -> Memory:
        """As `AsyncUser.correct`."""
        path, body = self._memory(memory_id), bodies.Correct(text=text, value=value)
        return decoded((await self._change(memory_id, if_version, "PATCH", path, body)).content, Memory)

    async def pin(self, memory_id: str, *, pinned: bool = True, if_version: int | None = None) -> Memory:
        """As `AsyncUser.pin`."""
        path, body = self._memory(memory_id, "pin"), bodies.Pin(pinned=pinned)
        return decoded((await self._change(memory_id, if_version, "PUT", path, body)).content, Memory)

    async def prune(self, policy: Policy, *, dry_run: bool = True) -> PruneReport:
        """As `AsyncUser.prune`."""
        if not isinstance(policy, Policy):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may be untyped
            raise UsageError(f"a policy must be a memlane.Policy, not {type(policy).__name__}")
        body = bodies.Prune(policy=policy, dry_run=dry_run)
        return await self._caller.post(self._at("prune"), body, PruneReport, slow=True)

    async def preferences(self) -> dict[str, Any]:
        """As `AsyncUser.preferences`."""
        return await self._caller.get(self._at("preferences"), dict[str, Any])

    async def set_preferences(
        self,
        preferences: Mapping[str, Any],
        *,
        merge: bool = True,
        ttl: timedelta | float | None = timedelta(days=90),
        if_was: Mapping[str, Any] | None = None,
    ) -> None:
        """As `AsyncUser.set_preferences`."""
        document, ttl_ms, etag = _document(preferences, "preferences"), check_ttl(ttl), None
        if if_was is not None:
            was, etag = await self._caller.tagged(self._at("preferences"), dict[str, Any])
            if was != _document(if_was, "if_was"):
                raise PreconditionError("the preferences are no longer what they were")
        query = {"ttl_seconds": "never" if ttl_ms is None else ttl_ms / 1_000}
        method = "PATCH" if merge else "PUT"
        await self._caller.send(method, self._at("preferences"), document, query=query, etag=etag)

    async def export(self, path: str | Path) -> int:
        """As `AsyncUser.export`."""
        self._caller.check_open()
        async with self._caller.open("GET", self._at("export"), slow=True) as pieces:
            return await write_whole(Path(path), pieces) - 1  # the head is not a record

    async def export_lines(self) -> AsyncIterator[bytes]:
        """As `AsyncUser.export_lines`."""
        async with self._caller.open("GET", self._at("export"), slow=True) as pieces:
            async for line in lines_of(pieces):
                yield line

    async def restore(
        self, path: str | Path, *, conversation: str | None = None, progress: Progress | None = None
    ) -> int:
        """As `AsyncUser.restore`; `progress` is called once, at the end."""
        content = reader_of(Path(path))
        done = await self._caller.upload(self._at("import"), content, bodies.Restored, conversation=conversation)
        if progress and done.records:
            progress(done.records, done.records)
        return done.new

    async def index(self, *, progress: Progress | None = None) -> bool:
        """As `AsyncUser.index`; `progress` is called once, at the end."""
        done = await self._caller.post(self._at("index"), None, bodies.Indexed, slow=True)
        if progress and done.memories:
            progress(done.embedded, done.memories)
        return done.indexed

    async def stats(
        self, *, step: Step = "day", since: datetime | None = None, until: datetime | None = None
    ) -> list[UsagePoint]:
        """As `AsyncUser.stats`."""
        span = {"since": moment(since, "since"), "until": moment(until, "until")}
        return (await self._caller.get(self._at("stats"), bodies.Stats, step=step, **span)).points

    async def erase(self) -> Receipt:
        """As `AsyncUser.erase`."""
        return decoded((await self._caller.send("DELETE", self._at(), slow=True)).content, Receipt)

    def _at(self, *rest: str) -> str:
        return user_path(self.id, *rest)

    def _memory(self, memory_id: str, *rest: str) -> str:
        return self._at("memories", check_id(memory_id, "memory id"), *rest)

    async def _change(self, memory_id: str, version: int | None, method: str, path: str, body: object = None) -> Answer:
        """Change a memory, if it has this version, where one is given.

        Its entity tag changes also when it is used, which makes no version: then it is looked at again.
        """
        for _ in range(_LOOKS):
            etag = await self._etag(self._memory(memory_id), version)
            try:
                return await self._caller.send(method, path, body, etag=etag)
            except PreconditionError:
                if version is None:
                    raise
        raise PreconditionError("the memory changes all the time")

    async def _etag(self, path: str, version: int | None) -> str | None:
        """Return the entity tag of a memory that has this version, None when it may have any.

        Raises:
            PreconditionError: it has another.
        """
        if version is None:
            return None
        memory, etag = await self._caller.tagged(path, Memory)
        if memory.version != version:
            raise PreconditionError(f"the memory has version {memory.version}, not {version}")
        return etag


def _document(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{what} must be a mapping, not {type(value).__name__}")
    return check_object(value, what)  # pyright: ignore[reportUnknownArgumentType] -- keys are checked there


def _is_among(memory: Memory, kinds: list[str] | None, sessions: list[str] | None) -> bool:
    return (kinds is None or memory.kind in kinds) and (sessions is None or memory.session_id in sessions)
