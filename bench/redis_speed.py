"""Memlane on Redis beside bare redis-py doing the least an application could do.

Both talk to one server from one event loop, block by block in turns. A session has 1,000 messages of 200 bytes.
"""

import argparse
import asyncio
import contextlib
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import redis.asyncio

import memlane
from made_up import Speech
from measure import Block, Timing, async_calls, interleaved
from memlane.adapters._drivers.redis import RedisDriver
from memlane.adapters.sessions.redis import RedisSessionStore
from memlane.engine.reading import instructions_of, messages_of
from memlane.protocols.sessions import NewMessage
from memlane.testing.services.redis import redis_server
from memlane.types.ids import Partition, SessionKey, ulid
from memlane.types.message import Message
from memlane.types.wire import decode_summary, encode_message, encode_summary
from report import Report, Table, Target, ms, run_script, versions

_MESSAGES = 1_000
_LAST = 20
_TTL_S = 3_600
_KEY = "bare"
_START, _END = "the count starts", "the count ends"
_INSTRUCTIONS = "You are a brief assistant."
_APPEND_REMARK = (
    "the one script runs 12 commands on the server where the bare pipeline runs two: id, state and three times to live "
    "of the session, and the memory with its place in two orders."
)
_SUMMARY = memlane.Summary(text="They planned a journey to Oslo.", upto=100)


class Bare:
    """What an application without a library does."""

    def __init__(self, client: "redis.asyncio.Redis[bytes]", turns: Iterator[str]) -> None:
        """Use `client`."""
        self._client = client
        self._turns = turns

    def body(self) -> str:
        """Return a message as such applications keep it."""
        now = datetime.now(UTC).isoformat()
        return json.dumps({"role": "user", "content": next(self._turns), "created_at": now})

    async def fill(self) -> None:
        """Write the session."""
        await self._client.rpush(_KEY, *(self.body() for _ in range(_MESSAGES)))

    def append(self, *, transaction: bool) -> Callable[[], Awaitable[object]]:
        """Return RPUSH and EXPIRE in one pipeline."""

        async def act() -> None:
            pipe = self._client.pipeline(transaction=transaction)
            pipe.rpush(_KEY, self.body())
            pipe.expire(_KEY, _TTL_S)
            await pipe.execute()

        return act

    async def read(self) -> list[Any]:
        """Return the last messages, decoded."""
        return [json.loads(body) for body in await self._client.lrange(_KEY, -_LAST, -1)]


class Store:
    """The session store alone, without the engine above it."""

    def __init__(self, url: str, turns: Iterator[str]) -> None:
        """Make the store on a driver of its own."""
        self._driver = RedisDriver.from_url(url)
        self._store = RedisSessionStore(self._driver, shares_memories=True)
        self._key = SessionKey(Partition("default", "store"), "s")
        self._turns = turns
        self.aclose = self._driver.aclose

    async def fill(self) -> None:
        """Write the session with instructions and a summary."""
        rows = [self._row() for _ in range(_MESSAGES)]
        await self._store.append(self._key, rows, now_ms=_now_ms(), default_ttl_ms=_TTL_S * 1_000)
        fields = {"instructions": _INSTRUCTIONS.encode(), "summary": encode_summary(_SUMMARY)}
        await self._store.write_fields(self._key, fields, now_ms=_now_ms(), default_ttl_ms=_TTL_S * 1_000)

    async def append(self) -> None:
        """Append one message, without a memory."""
        await self._store.append(self._key, [self._row()], now_ms=_now_ms(), default_ttl_ms=_TTL_S * 1_000)

    async def read(self) -> tuple[list[Message], str | None, memlane.Summary]:
        """Return the last messages, instructions and summary, decoded."""
        state = await self._store.read(self._key, now_ms=_now_ms(), last=_LAST)
        return messages_of(state), instructions_of(state), decode_summary(state.fields["summary"])

    def _row(self) -> NewMessage:
        message_id = ulid(_now_ms(), os.urandom(10))
        text = next(self._turns)
        message = Message(role="user", content=text, id=message_id, created_at=datetime.now(UTC))
        return NewMessage(message_id, encode_message(message))


def measure(options: argparse.Namespace) -> Report:
    """Measure appends, reads and round trips against a server of its own."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(redis_server()).url
        runner = stack.enter_context(asyncio.Runner())
        return runner_report(runner, url, rounds=int(options.rounds), calls=int(options.calls))


def runner_report(runner: asyncio.Runner, url: str, *, rounds: int, calls: int) -> Report:
    """Return the report of one server."""
    turns = Speech(1).turns()
    client = redis.asyncio.Redis.from_url(url)
    bare, store = Bare(client, turns), Store(url, turns)
    off, on = runner.run(_connected(url, "none")), runner.run(_connected(url, "local"))
    sessions = {
        "plain": off.user("plain").session("s"),
        "forgetful": off.user("forgetful").session("s", remember=False),
        "embedded": on.user("embedded").session("s"),
    }
    try:
        for fill in (bare.fill(), store.fill(), _fill(sessions["plain"], sessions["forgetful"])):
            runner.run(fill)
        trips = runner.run(_trips(client, sessions["plain"]))  # before the embedder's own commands come between
        runner.run(_fill(sessions["embedded"]))
        reads = interleaved(_read_cases(runner, bare, store, sessions["plain"]), rounds=rounds, calls=calls)
        appends = interleaved(_append_cases(runner, bare, store, sessions, turns), rounds=rounds, calls=calls)
        server = runner.run(client.info("server"))
    finally:
        for close in (off.aclose, on.aclose, store.aclose, client.aclose):
            runner.run(close())
    return _report(appends, reads, trips, str(server["redis_version"]))


def _append_cases(
    runner: asyncio.Runner, bare: Bare, store: Store, sessions: dict[str, memlane.AsyncSession], turns: Iterator[str]
) -> dict[str, Block]:
    def add(name: str) -> Block:
        return async_calls(runner, lambda: sessions[name].add("user", next(turns)))

    return {
        "bare": async_calls(runner, bare.append(transaction=False)),
        "bare in MULTI": async_calls(runner, bare.append(transaction=True)),
        "store": async_calls(runner, store.append),
        "forgetful": add("forgetful"),
        "plain": add("plain"),
        "embedded": add("embedded"),
    }


def _read_cases(runner: asyncio.Runner, bare: Bare, store: Store, session: memlane.AsyncSession) -> dict[str, Block]:
    return {
        "bare": async_calls(runner, bare.read),
        "store": async_calls(runner, store.read),
        "messages": async_calls(runner, lambda: session.messages(_LAST)),
        "context": async_calls(runner, lambda: _context(session)),
    }


async def _connected(url: str, embedder: str) -> memlane.AsyncMemlane:
    return await memlane.connect_async(url, embedder=embedder, session_ttl=_TTL_S)


async def _fill(*sessions: memlane.AsyncSession) -> None:
    turns = Speech(2).turns()
    for session in sessions:
        await session.add_many([{"role": "user", "content": next(turns)} for _ in range(_MESSAGES)])
        await session.instruct(_INSTRUCTIONS)


async def _context(session: memlane.AsyncSession) -> memlane.Context:
    return await session.context(recall=0, last=_LAST)


async def _trips(client: "redis.asyncio.Redis[bytes]", session: memlane.AsyncSession) -> list[list[str]]:
    return [
        await _external_commands(client, "session.add", lambda: session.add("user", "hello")),
        await _external_commands(client, "session.context", lambda: _context(session)),
    ]


async def _external_commands(
    client: "redis.asyncio.Redis[bytes]", name: str, act: Callable[[], Awaitable[object]], times: int = 50
) -> list[str]:
    """Return a row: commands a call that came from outside (by MONITOR), and EVALSHA calls by INFO commandstats."""
    await act()  # the first call may have to send its script
    seen: list[str] = []
    async with client.monitor() as monitor:
        before = await _evalsha_calls(client)
        await client.echo(_START)
        for _ in range(times):
            await act()
        await client.echo(_END)
        after = await _evalsha_calls(client)
        async for event in monitor.listen():
            command: str = event["command"]
            if _END in command:
                break
            if event["client_type"] != "lua":
                seen.append(command.split(maxsplit=1)[0])
            if _START in command:
                seen.clear()
    return [name, ", ".join(sorted(set(seen))), f"{len(seen) / times:g}", f"{(after - before) / times:g}"]


async def _evalsha_calls(client: "redis.asyncio.Redis[bytes]") -> int:
    stats = await client.info("commandstats")
    return int(stats.get("cmdstat_evalsha", {}).get("calls", 0))


def _report(appends: dict[str, Timing], reads: dict[str, Timing], trips: list[list[str]], server: str) -> Report:
    bare_append, bare_read = appends["bare"], reads["bare"]
    append_names = {
        "bare": "bare redis-py: RPUSH + EXPIRE in a pipeline, `json.dumps`",
        "bare in MULTI": "the same in MULTI/EXEC (redis-py's default)",
        "store": "store: append (message, ids, index, time to live)",
        "forgetful": "`session.add`, `remember=False`",
        "plain": "`session.add`, embedder off (also becomes a memory)",
        "embedded": "`session.add`, embedder on (local, in the background)",
    }
    read_names = {
        "bare": "bare redis-py: LRANGE of 20, `json.loads` each",
        "store": "store: 20 as `Message`, instructions, summary",
        "messages": "`session.messages(last=20)`",
        "context": "`session.context(recall=0, last=20)`",
    }
    return Report(
        title="Redis: appends and reads beside bare redis-py",
        about=f"One event loop, a session of {_MESSAGES:,} messages of 200 bytes. Medians of rounds; `times` is the "
        "median of the rounds' quotients.",
        tables=[
            _timings("Append one message", append_names, appends, bare_append),
            _timings("Read the last 20 of 1,000", read_names, reads, bare_read),
            Table("Commands a call", ["call", "sent", "from outside", "of them EVALSHA"], trips),
        ],
        targets=[
            *_append_targets("embedder off", appends["plain"], appends),
            *_append_targets("embedder on", appends["embedded"], appends),
            Target("store read beside bare LRANGE", reads["store"].times(bare_read), 1.35, "times"),
            Target("commands `session.add` sends", float(trips[0][2]), 1),
            Target("commands `session.context` sends", float(trips[1][2]), 1),
        ],
        remarks=[f"Building a context adds {ms(reads['context'].beyond_ms(reads['store']))} ms to the store's read."],
        versions={"server": server, **versions("redis", "hiredis", "msgspec")},
    )


def _append_targets(which: str, ours: Timing, appends: dict[str, Timing]) -> list[Target]:
    floors = {"a bare pipeline (MULTI)": "bare in MULTI", "a bare pipeline without MULTI": "bare"}
    return [
        Target(
            f"`session.add`, {which}, beside {floor}", ours.times(appends[case]), 1.25, "times", remark=_APPEND_REMARK
        )
        for floor, case in floors.items()
    ]


def _timings(title: str, names: dict[str, str], timings: dict[str, Timing], floor: Timing) -> Table:
    rows = [
        [names[name], ms(timing.p50_ms), ms(timing.p95_ms), f"{timing.times(floor):.2f}"]
        for name, timing in timings.items()
    ]
    return Table(title, ["", "p50 ms", "p95 ms", "times"], rows)


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000)


if __name__ == "__main__":
    run_script("Measure Memlane on Redis beside bare redis-py.", ["rounds=15", "calls=200"], measure)
