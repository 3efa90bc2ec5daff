"""A primary, a replica, and three Sentinels that watch them."""

import contextlib
from collections.abc import Generator
from dataclasses import dataclass

from memlane.testing.services.binaries import server_binary
from memlane.testing.services.processes import wait_until
from memlane.testing.services.redis import RedisServer, started

SERVICE = "memory"
_DOWN_AFTER_MS = 1_000


@dataclass
class RedisSentinelServers:
    """A watched primary and replica.

    Attributes:
        url: How Memlane reaches whichever is primary.
        servers: The two, the first primary first.
        sentinels: The three.
    """

    url: str
    servers: list[RedisServer]
    sentinels: list[RedisServer]


@contextlib.contextmanager
def redis_sentinel(kind: str = "redis") -> Generator[RedisSentinelServers]:
    """Yield a running topology in which every part knows all others, so that a failover will succeed."""
    binary = server_binary(kind)
    primary = RedisServer(binary)
    replica = RedisServer(binary, options=["--replicaof", primary.host, str(primary.port)])
    config = (
        f"sentinel monitor {SERVICE} {primary.host} {primary.port} 2\n"
        f"sentinel down-after-milliseconds {SERVICE} {_DOWN_AFTER_MS}\n"
        f"sentinel failover-timeout {SERVICE} 6000\n"
    )
    with started([primary, replica]) as servers:
        wait_until(lambda: replica.info("replication")["master_link_status"] == "up", "the replica follows")
        with started([RedisServer(binary, sentinel_config=config) for _ in range(3)]) as sentinels:
            wait_until(lambda: all(map(_knows_all, sentinels)), "the sentinels know each other")
            nodes = ",".join(f"{sentinel.host}:{sentinel.port}" for sentinel in sentinels)
            yield RedisSentinelServers(f"redis+sentinel://{nodes}/{SERVICE}", servers, sentinels)


def _knows_all(sentinel: RedisServer) -> bool:
    state = sentinel.info("sentinel").get("master0", {})
    return state.get("status") == "ok" and state.get("slaves") == 1 and state.get("sentinels") == 3
