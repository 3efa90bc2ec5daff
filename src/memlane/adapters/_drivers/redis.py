"""Connections to Redis and Valkey.

Owns URLs, TLS, pools, retries, time limits, confirmation by replicas and the translation of errors. Must not know
sessions, memories or what a script does.

What a store needs of its user on the server stands in `ACL_RIGHTS`.

What is promised when a server fails: an acknowledged write is in the memory of the primary, and on its disk as
`appendfsync` says (`always`: every acknowledged write survives `kill -9`; `everysec`: up to a second is lost). A
failover to a replica loses what the replica had not received, unless `wait_replicas=N` was asked for: then a write is
acknowledged only when N replicas have it too, or else raises DurabilityError. A write whose answer is lost is repeated;
appends and puts are idempotent, but a count that is returned may then be of the repetition, "the last n" messages are
those at that time, and a swap or replacement may be told that it came too late for what it has written itself.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

from memlane.errors import ClosedError, DurabilityError, MissingExtraError, SettingError, StoreUnavailableError

try:
    from redis import exceptions as redis_errors
    from redis.asyncio import ConnectionPool, Redis, RedisCluster, Sentinel
    from redis.asyncio.cluster import ClusterNode
    from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection
    from redis.asyncio.retry import Retry
    from redis.asyncio.sentinel import SentinelConnectionPool
    from redis.backoff import ExponentialWithJitterBackoff
except ImportError as exc:
    raise MissingExtraError("Redis", "pip install 'memlane[redis]'") from exc

from memlane.adapters._drivers._redis_errors import is_demotion, translate_errors
from memlane.adapters._drivers._redis_pipeline import run_calls
from memlane.adapters._drivers._redis_protocol import Argument, Call, packed
from memlane.adapters._drivers._redis_scripts import Script
from memlane.adapters._drivers._redis_url import Mode, OwnOptions, RedisTarget, parse_redis_url

ACL_RIGHTS = (
    "-@all +evalsha +eval +set +wait +info +ping +select +hello +auth +client|setinfo +client|setname"
    " +hget +hmget +hgetall +hset +hsetnx +hdel +hlen +hexists +llen +lindex +lrange +ltrim +rpush"
    " +zadd +zrem +zcard +zscore +zrange +zrevrange +zrangebyscore +zrangebylex +zpopmin"
    " +exists +unlink +pexpire +persist +pttl +time"
)
"""The commands a store runs, as ACL rules of its user; it also needs the keys `~ml1:*` (or of another `prefix`).

On a Cluster it needs `+cluster|slots +cluster|shards +asking +command` besides. Where the server has time series, usage
is kept in them by a user with `+ts.add +ts.range`, and in plain buckets by any other.
"""
_DEFAULT_CONNECTIONS = 50
_DEFAULT_TIMEOUT_S = 5.0
_REPEATS = 3
_DEFAULT_OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": _DEFAULT_TIMEOUT_S,
    "socket_timeout": _DEFAULT_TIMEOUT_S,
    "max_connections": _DEFAULT_CONNECTIONS,
}
_TOPOLOGY_ERRORS = (
    redis_errors.AskError,
    redis_errors.ClusterDownError,
    redis_errors.ConnectionError,
    redis_errors.SlotNotCoveredError,
)
_NEVER_DECODE: dict[str, Any] = {"NEVER_DECODE": True}
_Answer = TypeVar("_Answer")


class RedisDriver:
    """A bounded number of connections to one Redis, Sentinel service or Cluster.

    An operation waits for a free connection rather than fail, is repeated with growing pauses when a connection
    breaks, and ends within `time_limit_s` whatever happens. One driver belongs to one event loop.

    Attributes:
        mode: `standalone`, `sentinel` or `cluster`.
        prefix: What every key begins with.
        time_limit_s: How long an operation may take.
    """

    def __init__(
        self,
        client: Redis | RedisCluster,
        *,
        mode: Mode,
        where: str,
        own: OwnOptions,
        socket_timeout_s: float,
        connections: int,
        waits_s: float,
        closes: Sequence[Redis | RedisCluster] = (),
    ) -> None:
        if socket_timeout_s <= 0 or waits_s <= 0:
            raise SettingError("socket_timeout and timeout must be more than 0 seconds")
        if own.wait_replicas and own.wait_timeout_ms >= socket_timeout_s * 1_000:
            raise SettingError("wait_timeout_ms must be less than socket_timeout, or the answer is never read")
        self.mode: Mode = mode
        self.prefix = own.prefix
        self.time_limit_s = socket_timeout_s + waits_s
        self._client = client
        self._execute: Callable[..., Awaitable[Any]] = cast("Any", client).execute_command
        self._where = where
        self._own = own
        self._turns = asyncio.Semaphore(connections)
        self._closes = list(closes)
        # Of a pool of our own we know how its connections are used, and leave out most of what redis-py does around
        # a command: a third of the time of an append.
        self._direct = bool(closes) and mode != "cluster"
        self._is_closed = False

    @classmethod
    def from_url(cls, url: str) -> "RedisDriver":
        """Return a driver that makes, and closes, its own connections; the first one on first use.

        Raises:
            SettingError: the URL is not understood.
        """
        target = parse_redis_url(url)
        options = {**_DEFAULT_OPTIONS, **target.options}
        connections, waits_s = int(options["max_connections"]), float(options.pop("timeout", _DEFAULT_TIMEOUT_S))
        if connections < 1:
            raise SettingError("max_connections must be at least 1")
        client, closes = _connect(target, options)
        return cls(
            client,
            mode=target.mode,
            where=target.where,
            own=target.own,
            socket_timeout_s=float(options["socket_timeout"]),
            connections=connections,
            waits_s=waits_s,
            closes=closes,
        )

    @classmethod
    def from_client(
        cls,
        client: Redis | RedisCluster,
        *,
        prefix: str = OwnOptions.prefix,
        wait_replicas: int = 0,
        wait_timeout_ms: int = OwnOptions.wait_timeout_ms,
    ) -> "RedisDriver":
        """Return a driver on a client of redis-py that stays yours to close; its own time-outs and retries hold.

        Raises:
            SettingError: a prefix or a number that is not allowed.
        """
        options: dict[str, Any] = client.get_connection_kwargs()
        timeout_s = float(options.get("socket_timeout") or _DEFAULT_TIMEOUT_S)
        mode: Mode = "cluster"
        pool_size: object = options.get("max_connections")
        if not isinstance(client, RedisCluster):
            mode = "sentinel" if isinstance(client.connection_pool, SentinelConnectionPool) else "standalone"
            pool_size = client.connection_pool.max_connections
        return cls(
            client,
            mode=mode,
            where=str(options.get("path") or f"{options.get('host', 'your client')}:{options.get('port', '')}"),
            own=OwnOptions(prefix, wait_replicas, wait_timeout_ms),
            socket_timeout_s=timeout_s,
            connections=min(cast("int", pool_size) or _DEFAULT_CONNECTIONS, _DEFAULT_CONNECTIONS),
            waits_s=timeout_s,
        )

    async def run(
        self, script: Script, keys: Sequence[bytes], args: Sequence[Argument], *, barrier: bytes | None = None
    ) -> Any:
        """Return what a script answers; one command, or one pipeline with WAIT when replicas must confirm.

        Args:
            script: What to run.
            keys: Its keys, all of one slot.
            args: Its arguments.
            barrier: Of a write: a key of the same slot that may be written before waiting for replicas.

        Raises:
            StoreUnavailableError: it cannot be reached, refuses, or takes too long.
            DurabilityError: written, but by fewer replicas than asked for.
            SettingError: it refuses the user.
            DamagedError: what is stored is not what Memlane wrote.
        """
        tail = (len(keys), *keys, *args)

        async def send() -> Any:
            try:
                return await self._send(("EVALSHA", script.sha, *tail), keys[0], barrier)
            except redis_errors.NoScriptError:
                return await self._send(("EVAL", script.text, *tail), keys[0], barrier)
            except redis_errors.ResponseError as exc:
                await self._leave_if_demoted(exc)
                raise

        return await self._in_turn(send)

    async def run_each(self, script: Script, calls: Sequence[Call]) -> list[Any]:
        """Return what a script answers to each of many calls, which are sent together: one round trip for each node.

        Waits for no replicas. Of calls that fail, others may have been done; errors as `run`.
        """

        async def send() -> list[Any]:
            try:
                return await run_calls(self._client, script, calls)
            except redis_errors.ResponseError as exc:
                await self._leave_if_demoted(exc)
                raise

        return await self._in_turn(send)

    async def command(self, name: str, key: bytes, *args: Argument) -> Any:
        """Return what one plain command answers, without waiting for replicas; errors as `run`."""
        return await self._in_turn(lambda: self._send((name, key, *args), key, None))

    async def ping(self) -> dict[str, str]:
        """Return facts about the server: `server`, `version`, `mode`, `aof`, and `evicts` when it might drop data.

        But for a Cluster also `size_bytes`, the memory that the whole server uses.

        Raises:
            StoreUnavailableError: it cannot be reached, refuses, or takes too long.
            SettingError: it refuses the user.
        """
        info = await self._in_turn(self._info)
        policy = str(info.get("maxmemory_policy", "noeviction"))
        facts = {
            "server": str(info.get("server_name", "redis")),
            "version": str(info.get("valkey_version", info.get("redis_version", "unknown"))),
            "mode": self.mode,
            "aof": "yes" if info.get("aof_enabled") else "no",
        }
        if self.mode != "cluster" and "used_memory" in info:
            facts["size_bytes"] = str(info["used_memory"])
        return facts if policy == "noeviction" else {**facts, "evicts": f"{policy}: conversations may be dropped"}

    async def aclose(self) -> None:
        """Close the connections this driver made."""
        self._is_closed = True
        closes, self._closes = self._closes, []
        for client in closes:
            await client.aclose()

    async def _in_turn(self, work: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Return what `work` does on one of the connections, within the time limit."""
        if self._is_closed:
            raise ClosedError("this connection to Redis was closed")
        with translate_errors(self._where):
            try:
                async with asyncio.timeout(self.time_limit_s), self._turns:
                    return await work()
            except TimeoutError as exc:
                raise StoreUnavailableError(
                    f"Redis at {self._where} did not answer within {self.time_limit_s:g} s"
                ) from exc

    async def _send(self, command: tuple[Argument, ...], key: bytes, barrier: bytes | None) -> Any:
        if isinstance(self._client, RedisCluster):
            return await self._send_to_cluster(self._client, command, key, barrier)
        awaited = barrier if self._own.wait_replicas else None
        if awaited is None and not self._direct:
            return await self._execute(*command, **_NEVER_DECODE)
        pool = self._client.connection_pool
        connection = pool.get_available_connection() if self._direct else await pool.get_connection()
        try:
            return await connection.retry.call_with_retry(
                lambda: (
                    _answer(connection, command) if awaited is None else self._confirmed(connection, command, awaited)
                ),
                lambda _: connection.disconnect(),
            )
        finally:
            await pool.release(connection)

    async def _send_to_cluster(
        self, client: RedisCluster, command: tuple[Argument, ...], key: bytes, barrier: bytes | None
    ) -> Any:
        # Before it knows the slots, the client would send what has a key to any node, and close all connections,
        # also those in use, once five nodes have said MOVED.
        await client.initialize()
        try:
            if barrier is None or not self._own.wait_replicas:
                return await self._execute(*command, **_NEVER_DECODE)
            return await self._confirmed_by_cluster(client, command, key, barrier)
        except AttributeError as exc:
            raise redis_errors.ConnectionError("a failover closed a connection in use") from exc

    async def _confirmed_by_cluster(
        self, client: RedisCluster, command: tuple[Argument, ...], key: bytes, barrier: bytes
    ) -> Any:
        """Write on a connection to the node that owns the slot; when that fails, let the client find the new owner."""
        for _ in range(_REPEATS):
            node = client.get_node_from_key(key)  # pyright: ignore[reportArgumentType] -- bytes are encodable too
            if node is None:
                break
            connection = node.acquire_connection()
            try:
                return await self._confirmed(connection, command, barrier)
            except _TOPOLOGY_ERRORS:
                await connection.disconnect()
            finally:
                node.release(connection)
            await self._execute("EXISTS", key)
        raise StoreUnavailableError(f"Redis at {self._where} cannot answer: the slot is being moved")

    async def _confirmed(self, connection: Any, command: tuple[Argument, ...], barrier: bytes) -> Any:
        """Write and wait for replicas in one go.

        WAIT waits for the last write of its connection. A repetition that changes nothing would leave it nothing to
        wait for, although its first attempt may not have been copied yet; the barrier is a write in any case.
        """
        own = self._own
        commands = (command, ("SET", barrier, b"", "PX", 1), ("WAIT", own.wait_replicas, own.wait_timeout_ms))
        await _ensure_connected(connection)
        await connection.send_packed_command(b"".join(map(packed, commands)))
        replies = [await _reply(connection) for _ in commands]
        for reply in replies:
            if isinstance(reply, Exception):
                raise reply
        if replies[2] < own.wait_replicas:
            raise DurabilityError(
                f"written to Redis at {self._where}, but {replies[2]} replicas of {own.wait_replicas} confirmed it "
                f"within {own.wait_timeout_ms} ms"
            )
        return replies[0]

    async def _leave_if_demoted(self, exc: redis_errors.ResponseError) -> None:
        """Close idle connections to a server that has become a replica: the same address may lead to its successor."""
        if is_demotion(exc) and not isinstance(self._client, RedisCluster):
            await self._client.connection_pool.disconnect(inuse_connections=False)

    async def _info(self) -> dict[str, Any]:
        if not isinstance(self._client, RedisCluster):
            return await self._execute("INFO")
        await self._client.initialize()
        node = self._client.get_default_node()
        return await self._execute("INFO", target_nodes=node)


async def _answer(connection: Any, command: tuple[Argument, ...]) -> Any:
    """Return what one command answers; when interrupted, redis-py closes the connection."""
    await _ensure_connected(connection)
    await connection.send_packed_command(packed(command))
    return await connection.read_response(disable_decoding=True)


async def _ensure_connected(connection: Any) -> None:
    """Connect where it should be now; a broken connection would else go back to where a Sentinel once sent it."""
    if not connection.is_connected:
        await connection.connect()


async def _reply(connection: Any) -> Any:
    try:
        return await connection.read_response(disable_decoding=True)
    except redis_errors.ResponseError as exc:
        return exc


def _connect(target: RedisTarget, options: dict[str, Any]) -> tuple[Redis | RedisCluster, list[Redis | RedisCluster]]:
    if target.mode == "sentinel":
        return _connect_by_sentinel(target, {**options, "socket_timeout": None})
    if target.mode == "cluster":
        nodes = [ClusterNode(host, port) for host, port in target.nodes]
        cluster = RedisCluster(startup_nodes=nodes, retry=_retry(), reinitialize_steps=0, **options)
        return cluster, [cluster]
    options = {**options, "socket_timeout": None}  # `_turn` limits the time; in redis-py each limit costs a task
    options["connection_class"] = UnixDomainSocketConnection if "path" in options else Connection
    if options.pop("ssl", False):
        options["connection_class"] = SSLConnection
    for host, port in target.nodes:
        options.update(host=host, port=port)
    client = Redis.from_pool(ConnectionPool(retry=_retry(), **options))
    return client, [client]


def _connect_by_sentinel(target: RedisTarget, options: dict[str, Any]) -> tuple[Redis, list[Redis | RedisCluster]]:
    times = {name: _DEFAULT_OPTIONS[name] for name in ("socket_connect_timeout", "socket_timeout")}
    sentinel = Sentinel(target.nodes, sentinel_kwargs={**times, **target.sentinel_options}, **options)
    client: Redis = cast("Any", sentinel).master_for(target.service, retry=_retry())
    return client, [client, *sentinel.sentinels]


def _retry() -> Retry:
    """Repeat what failed because a connection broke, not what took too long: that has used up its time."""
    return Retry(
        ExponentialWithJitterBackoff(base=0.05, cap=0.5), _REPEATS, supported_errors=(redis_errors.ConnectionError,)
    )


def new_token() -> bytes:
    """Return text that nobody else has made: it names an incarnation of a partition, should this write begin one."""
    return os.urandom(8).hex().encode()
