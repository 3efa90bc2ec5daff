"""Memlane beside libraries that keep chat history, in one process, on one server and one disk, in turns.

The peers have an environment of their own, `.services/peers`, with Memlane installed there too. This script makes it,
starts the server and runs itself there with `--inside`.
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec

import memlane
from environments import peers_python
from made_up import Speech
from measure import Block, Timing, async_calls, interleaved, plain_calls
from report import SERVICES, Report, Table, Target, ms, run_script, versions

_MESSAGES = 1_000
_LAST = 20
_TTL_S = 3_600
_REDIS_SESSION = "openai-agents `RedisSession`"
_SQLITE_SESSION = "openai-agents `SQLiteSession`"
_LANGCHAIN = "langchain-community `RedisChatMessageHistory`"
_LANGCHAIN_ASYNC = f"{_LANGCHAIN}, its async methods"
_REMARKS = {
    ("append", _LANGCHAIN): "two plain commands on a blocking socket, without an event loop between and not atomic; "
    "it keeps neither ids, nor an index of sessions, nor memories.",
    (
        "read",
        _REDIS_SESSION,
    ): "it returns the stored JSON as dictionaries; Memlane reads state, documents and expiry in "
    "the same command and returns messages.",
    ("append", _LANGCHAIN_ASYNC): "they run the blocking methods on a thread.",
    ("read", _SQLITE_SESSION): "it selects one column of one table; Memlane reads state, documents, counters and "
    "expiry in the same transaction and returns messages.",
    ("append", _SQLITE_SESSION): "it writes a third of the pages: no ids, no expiry, no memories.",
}
_PACKAGES = ("openai-agents", "langchain-community", "langchain-core", "redis", "hiredis", "msgspec")


def measure(options: argparse.Namespace) -> Report:
    """Start the server, measure in the peers' environment and return what that found."""
    from memlane.testing.services.redis import redis_server  # noqa: PLC0415 -- absent in the peers' environment

    python = peers_python()
    SERVICES.mkdir(exist_ok=True)
    with redis_server() as server, tempfile.TemporaryDirectory(prefix="bench-", dir=SERVICES) as folder:
        command = [str(python), __file__, "--inside", server.url, folder, options.rounds, options.calls]
        found = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        report = msgspec.json.decode(found.stdout.splitlines()[-1], type=Report)
        report.versions["redis-server"] = str(server.info("server")["redis_version"])
        return report


class Case(msgspec.Struct):
    """One library in one configuration."""

    append: Block
    read: Block


class Inside:
    """All cases of one run, filled and ready, and what must be closed afterwards."""

    def __init__(self, runner: asyncio.Runner, redis_url: str, folder: Path) -> None:
        """Open everything; each case has a session of 1,000 messages of its own."""
        self._runner = runner
        self._turns = Speech(1).turns()
        self._closes: list[Callable[[], Coroutine[Any, Any, None]]] = []
        redis_case, sqlite_case = self._memlane(redis_url), self._memlane(f"sqlite:///{folder / 'memlane.db'}")
        self.redis = {
            "Memlane": redis_case[True],
            "Memlane, `remember=False`": redis_case[False],
            _REDIS_SESSION: self._agents(self._redis_session(redis_url)),
        }
        plain, awaited = self._langchain(redis_url)
        self.redis |= {
            _LANGCHAIN_ASYNC: awaited,
            "Memlane, blocking": self._memlane_blocking(redis_url, remember=True),
            "Memlane, blocking, `remember=False`": self._memlane_blocking(redis_url, remember=False),
            _LANGCHAIN: plain,
        }
        self.sqlite = {
            "Memlane": sqlite_case[True],
            "Memlane, `remember=False`": sqlite_case[False],
            _SQLITE_SESSION: self._agents(self._sqlite_session(folder / "agents.db")),
        }

    def close(self) -> None:
        """Close what was opened."""
        for close in reversed(self._closes):
            self._runner.run(close())

    def _memlane(self, url: str) -> dict[bool, Case]:
        memory = self._runner.run(_connected(url))
        self._closes.append(memory.aclose)
        return {remember: self._session(memory, remember=remember) for remember in (True, False)}

    def _session(self, memory: memlane.AsyncMemlane, *, remember: bool) -> Case:
        session = memory.user(f"remember {remember}").session("s", remember=remember)
        self._runner.run(session.add_many([{"role": "user", "content": next(self._turns)} for _ in range(_MESSAGES)]))
        return Case(
            append=async_calls(self._runner, lambda: session.add("user", next(self._turns))),
            read=async_calls(self._runner, lambda: session.messages(_LAST)),
        )

    def _memlane_blocking(self, url: str, *, remember: bool) -> Case:
        memory = memlane.connect(url, embedder="none", session_ttl=_TTL_S)
        self._closes.append(_later(memory.close))
        session = memory.user(f"blocking, remember {remember}").session("s", remember=remember)
        session.add_many([{"role": "user", "content": next(self._turns)} for _ in range(_MESSAGES)])
        return Case(
            append=plain_calls(lambda: session.add("user", next(self._turns))),
            read=plain_calls(lambda: session.messages(_LAST)),
        )

    def _redis_session(self, url: str) -> Any:
        from agents.extensions.memory import RedisSession  # noqa: PLC0415 -- only in the peers' environment

        session = RedisSession.from_url("s", url=url, ttl=_TTL_S)
        self._closes.append(session.close)
        return session

    def _sqlite_session(self, path: Path) -> Any:
        from agents import SQLiteSession  # noqa: PLC0415 -- only in the peers' environment

        session = SQLiteSession("s", path)
        self._closes.append(_later(session.close))
        return session

    def _agents(self, session: Any) -> Case:
        self._runner.run(session.add_items([self._item() for _ in range(_MESSAGES)]))
        return Case(
            append=async_calls(self._runner, lambda: session.add_items([self._item()])),
            read=async_calls(self._runner, lambda: session.get_items(limit=_LAST)),
        )

    def _item(self) -> dict[str, str]:
        return {"role": "user", "content": next(self._turns)}

    def _langchain(self, url: str) -> tuple[Case, Case]:
        """Return its blocking and its async methods; the latter call the former on a thread."""
        from langchain_community.chat_message_histories import RedisChatMessageHistory  # noqa: PLC0415 -- as above
        from langchain_core.messages import HumanMessage  # noqa: PLC0415 -- as above

        history = RedisChatMessageHistory("s", url=url, ttl=_TTL_S)
        self._closes.append(_later(history.redis_client.close))
        for _ in range(_MESSAGES):
            history.add_message(HumanMessage(next(self._turns)))
        plain = Case(
            append=plain_calls(lambda: history.add_message(HumanMessage(next(self._turns)))),
            read=plain_calls(lambda: history.messages[-_LAST:]),
        )
        awaited = Case(
            append=async_calls(self._runner, lambda: history.aadd_messages([HumanMessage(next(self._turns))])),
            read=async_calls(self._runner, history.aget_messages),
        )
        return plain, awaited


async def _connected(url: str) -> memlane.AsyncMemlane:
    return await memlane.connect_async(url, embedder="none", session_ttl=_TTL_S)


def _later(close: Callable[[], object]) -> Callable[[], Coroutine[Any, Any, None]]:
    """Return a blocking close as the others are; it runs on a thread, where no loop runs."""

    async def closing() -> None:
        await asyncio.to_thread(close)

    return closing


def _inside(redis_url: str, folder: Path, *, rounds: int, calls: int) -> Report:
    with contextlib.ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        cases = Inside(runner, redis_url, folder)
        stack.callback(cases.close)
        on_redis = _both(cases.redis, rounds=rounds, calls=calls)
        on_sqlite = _both(cases.sqlite, rounds=rounds, calls=calls)
    return Report(
        title="Beside the peers",
        about=f"One process, one Redis server, one disk, in turns; sessions of {_MESSAGES:,} messages of 200 bytes, "
        f"a time to live of an hour ({_SQLITE_SESSION} knows none). Every append is of one message, on SQLite flushed "
        f"to the disk by both. {_LANGCHAIN} can only read all messages; the last 20 are kept. No embedder.",
        tables=[_table("On Redis", on_redis), _table("On SQLite, a file each", on_sqlite)],
        targets=[
            *_targets(on_redis, "Memlane", _REDIS_SESSION),
            *_targets(on_redis, "Memlane", _LANGCHAIN_ASYNC),
            *_targets(on_redis, "Memlane", _LANGCHAIN),
            *_targets(on_redis, "Memlane, blocking", _LANGCHAIN),
            *_targets(on_sqlite, "Memlane", _SQLITE_SESSION),
        ],
        remarks=["Unless `remember=False`, a message becomes a memory in the same write; the peers keep history only."],
        versions=versions(*_PACKAGES),
    )


_Found = dict[str, tuple[Timing, Timing]]


def _both(cases: dict[str, Case], *, rounds: int, calls: int) -> _Found:
    """Measure reads before appends, which make the sessions longer."""
    reads = interleaved({name: case.read for name, case in cases.items()}, rounds=rounds, calls=calls // 2)
    appends = interleaved({name: case.append for name, case in cases.items()}, rounds=rounds, calls=calls)
    return {name: (appends[name], reads[name]) for name in cases}


def _table(title: str, found: _Found) -> Table:
    rows = [
        [name, ms(append.p50_ms), ms(append.p95_ms), ms(read.p50_ms), ms(read.p95_ms)]
        for name, (append, read) in found.items()
    ]
    return Table(title, ["", "append p50 ms", "append p95 ms", "last 20 p50 ms", "last 20 p95 ms"], rows)


def _targets(found: _Found, ours: str, peer: str) -> list[Target]:
    return [
        Target(
            f"{act}: {ours} beside {peer}, p50", mine.times(theirs), 1.0, "times", remark=_REMARKS.get((act, peer), "")
        )
        for act, mine, theirs in zip(("append", "read"), found[ours], found[peer], strict=True)
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        _, _, _url, _folder, _rounds, _calls = sys.argv
        os.environ["OPENAI_AGENTS_DISABLE_TRACING"] = "1"
        print(msgspec.json.encode(_inside(_url, Path(_folder), rounds=int(_rounds), calls=int(_calls))).decode())
    else:
        run_script("Measure Memlane beside its peers.", ["rounds=11", "calls=100"], measure)
