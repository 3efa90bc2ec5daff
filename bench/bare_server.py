"""What `load.py` holds the server against: the same framework and the same calls of Redis, and nothing else.

A handler decodes the body, makes the calls of the store that an append or a context makes (one script to append; one
read of the session, one look at what changed in the user's memories), and encodes what came. There is no
authentication, no check of messages, no recall, no budget of tokens, no counting.
"""

import argparse
import time
from collections import defaultdict
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar, post
from litestar.params import FromPath, JSONBody

from memlane.adapters._drivers.redis import RedisDriver
from memlane.adapters.memories.redis import RedisMemoryStore
from memlane.adapters.sessions.redis import RedisSessionStore
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import NewMessage
from memlane.types.ids import Partition, SessionKey

_TTL_MS = 3_600_000
_LAST = 250
"""As many messages as a context of 1,000 tokens reads."""


class Added(msgspec.Struct):
    """Positions of what was added."""

    positions: list[int]


def application(url: str) -> Litestar:
    """Return the application on a Redis server."""
    driver = RedisDriver.from_url(url)
    sessions, memories = RedisSessionStore(driver, shares_memories=True), RedisMemoryStore(driver)
    cursors: defaultdict[Partition, str | None] = defaultdict(lambda: None)

    @post("/v1/users/{user:str}/sessions/{session:str}/messages")
    async def add(user: FromPath[str], session: FromPath[str], data: JSONBody[dict[str, Any]]) -> Added:
        rows = [_row(message) for message in data["messages"]]
        key = SessionKey(Partition("default", user), session)
        places = await sessions.append(key, rows, now_ms=_now_ms(), default_ttl_ms=_TTL_MS)
        return Added([place.position for place in places])

    @post("/v1/users/{user:str}/sessions/{session:str}/context", status_code=200)
    async def context(user: FromPath[str], session: FromPath[str], data: JSONBody[dict[str, Any]]) -> list[Any]:
        partition = Partition("default", user)
        state = await sessions.read(SessionKey(partition, session), now_ms=_now_ms(), last=_LAST)
        if data["recall"]:
            changed = await memories.changes(partition, cursors[partition], now_ms=_now_ms())
            cursors[partition] = changed.cursor
        return [msgspec.Raw(stored.body) for stored in state.messages]

    return Litestar([add, context], openapi_config=None, logging_config=None)


def _row(message: dict[str, Any]) -> NewMessage:
    body = msgspec.json.encode(message)
    return NewMessage(message["id"], body, MemoryRow("m-" + message["id"], body))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    uvicorn.run(application(options.store), port=options.port, loop="uvloop", http="httptools", log_level="warning")


if __name__ == "__main__":
    main()
