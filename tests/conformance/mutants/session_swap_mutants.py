"""Session stores that each break one promise, named for what they do wrong; the suite must fail on every one.

Here: swapping a document (P10).
"""

import asyncio
from typing import Any

from memlane.testing.fake_sessions import InMemorySessionStore
from memlane.types.ids import SessionKey


class SwapsWhateverIsThere(InMemorySessionStore):
    """P10."""

    async def swap_field(
        self, key: SessionKey, name: str, old: bytes | None, new: bytes | None, *, now_ms: int
    ) -> bool:
        session = self._shelf.live(key, now_ms)
        seen = old if session is None else session.fields.get(name)
        return await super().swap_field(key, name, seen, new, now_ms=now_ms)


class WritesAndThenSaysNo(InMemorySessionStore):
    """P10: only its answer is right."""

    async def swap_field(
        self, key: SessionKey, name: str, old: bytes | None, new: bytes | None, *, now_ms: int
    ) -> bool:
        session = self._shelf.live(key, now_ms)
        was = session is not None and session.fields.get(name) == old
        if session is not None and new is not None:
            session.fields[name] = new
        return was


class SwapsInTwoSteps(InMemorySessionStore):
    """P10."""

    async def swap_field(
        self, key: SessionKey, name: str, old: bytes | None, new: bytes | None, *, now_ms: int
    ) -> bool:
        session = self._shelf.live(key, now_ms)
        if session is None or session.fields.get(name) != old:
            return False
        await asyncio.sleep(0)
        await super().swap_field(key, name, session.fields.get(name), new, now_ms=now_ms)
        return True


class TakesEmptyForAbsent(InMemorySessionStore):
    """P10."""

    async def swap_field(
        self, key: SessionKey, name: str, old: bytes | None, new: bytes | None, *, now_ms: int
    ) -> bool:
        session = self._shelf.live(key, now_ms)
        kept = None if session is None else session.fields.get(name)
        same = (kept or None) == (old or None)
        return await super().swap_field(key, name, kept if same else old, new, now_ms=now_ms)


class ComparesByLength(InMemorySessionStore):
    """P10."""

    async def swap_field(
        self, key: SessionKey, name: str, old: bytes | None, new: bytes | None, *, now_ms: int
    ) -> bool:
        session = self._shelf.live(key, now_ms)
        kept = None if session is None else session.fields.get(name)
        same = kept is not None and old is not None and len(kept) == len(old)
        return await super().swap_field(key, name, kept if same else old, new, now_ms=now_ms)


class SwapsNothingForNothing(InMemorySessionStore):
    """P10: absent is never as seen."""

    async def swap_field(
        self, key: SessionKey, name: str, old: bytes | None, new: bytes | None, *, now_ms: int
    ) -> bool:
        return old is not None and await super().swap_field(key, name, old, new, now_ms=now_ms)


class KeepsWhatIsSwappedOut(InMemorySessionStore):
    """P10: a document is emptied, not removed."""

    async def swap_field(
        self, key: SessionKey, name: str, old: bytes | None, new: bytes | None, *, now_ms: int
    ) -> bool:
        return await super().swap_field(key, name, old, new or b"", now_ms=now_ms)


class BeginsASessionBySwapping(InMemorySessionStore):
    """P10."""

    async def swap_field(self, key: SessionKey, name: str, *bodies: bytes | None, now_ms: int) -> bool:
        self._shelf.reach(key, now_ms)
        return await super().swap_field(key, name, *bodies, now_ms=now_ms)


class SwapsInExpiredSessions(InMemorySessionStore):
    """P10."""

    async def swap_field(self, key: SessionKey, name: str, *bodies: bytes | None, now_ms: int) -> bool:
        session = self._shelf.sessions.get(key)
        return await super().swap_field(key, name, *bodies, now_ms=now_ms if session is None else session.created_at_ms)


class RenewsBySwapping(InMemorySessionStore):
    """P10."""

    _default_ttl_ms: int | None = None

    async def write_fields(self, key: SessionKey, fields: Any, *, now_ms: int, default_ttl_ms: int | None) -> None:
        self._default_ttl_ms = default_ttl_ms
        await super().write_fields(key, fields, now_ms=now_ms, default_ttl_ms=default_ttl_ms)

    async def swap_field(self, key: SessionKey, name: str, *bodies: bytes | None, now_ms: int) -> bool:
        swapped = await super().swap_field(key, name, *bodies, now_ms=now_ms)
        session = self._shelf.live(key, now_ms)
        if swapped and session is not None:
            updated_at_ms = session.updated_at_ms
            session.renew(now_ms, self._default_ttl_ms)
            session.updated_at_ms = updated_at_ms
        return swapped


class TakesASwapForActivity(InMemorySessionStore):
    """P10."""

    async def swap_field(self, key: SessionKey, name: str, *bodies: bytes | None, now_ms: int) -> bool:
        swapped = await super().swap_field(key, name, *bodies, now_ms=now_ms)
        if swapped:
            self._shelf.sessions[key].updated_at_ms = now_ms
        return swapped


class SwapsInEverySession(InMemorySessionStore):
    """P10: in all sessions of the partition that hold the same."""

    async def swap_field(
        self, key: SessionKey, name: str, old: bytes | None, new: bytes | None, *, now_ms: int
    ) -> bool:
        swapped = [
            await super(SwapsInEverySession, self).swap_field(one, name, old, new, now_ms=now_ms)
            for one in self._shelf.of(key.partition)
        ]
        return any(swapped)


MUTANTS: tuple[type[InMemorySessionStore], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
