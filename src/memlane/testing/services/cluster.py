"""A Redis Cluster of three primaries with a replica each."""

import contextlib
from collections.abc import Generator
from dataclasses import dataclass

from memlane.testing.services.binaries import server_binary
from memlane.testing.services.processes import wait_until
from memlane.testing.services.redis import RedisServer, started

_PRIMARIES = 3
_SLOTS = 16_384
_QUICK_MS = 2_000
_PATIENT_MS = 30_000
_ROW_OF_A_PRIMARY_ALONE = 3  # first slot, last slot, primary; then a replica each


@dataclass
class RedisClusterServers:
    """Six nodes.

    Attributes:
        url: How Memlane reaches the Cluster.
        nodes: The primaries, then a replica of each.
        outage: None: a Cluster that is stopped as a whole needs long to trust itself again.
    """

    url: str
    nodes: list[RedisServer]
    outage: None = None

    def flush(self) -> None:
        """Empty it."""
        for node in self._primaries():
            node.flush()

    async def dump(self) -> bytes:
        """Return every key and value, each by its plain bytes."""
        return b"\n".join([await node.dump() for node in self._primaries()])

    def owner(self, key: str) -> RedisServer:
        """Return the node that is primary of the slot of a key, as the first living node sees it."""
        for node in self.nodes:
            with contextlib.suppress(ConnectionError, OSError):
                return self._owner_seen_by(node, key)
        raise RuntimeError("no node of the cluster answers")

    def _primaries(self) -> list[RedisServer]:
        return [node for node in self.nodes if node.info("replication")["role"] == "master"]

    def _owner_seen_by(self, node: RedisServer, key: str) -> RedisServer:
        from redis.exceptions import ConnectionError as Unreachable  # noqa: PLC0415 -- drivers load on use

        try:
            slot = int(node.ask("CLUSTER", "KEYSLOT", key))
            for first, last, primary, *_ in node.ask("CLUSTER SLOTS"):
                if first <= slot <= last:
                    return next(known for known in self.nodes if known.port == primary[1])
        except Unreachable as exc:
            raise ConnectionError("the node is down") from exc
        raise RuntimeError("the slot has no owner")


@contextlib.contextmanager
def redis_cluster(kind: str = "redis", *, fails_over: bool = False) -> Generator[RedisClusterServers]:
    """Yield a running Cluster in which every replica follows, so that a failover will succeed.

    Args:
        kind: One of `KINDS`.
        fails_over: Whether a node that says nothing for two seconds is replaced by its replica. Otherwise it has half
            a minute, so that on a machine that is slow for a while no node is taken for dead.
    """
    binary = server_binary(kind)
    options = ["--cluster-enabled", "yes", "--cluster-node-timeout", str(_QUICK_MS)]
    # A replica is listed once it has received something, be it a ping.
    options += ["--cluster-require-full-coverage", "no", "--repl-ping-replica-period", "1"]
    with started([RedisServer(binary, options=options) for _ in range(2 * _PRIMARIES)]) as nodes:
        _join(nodes)
        if not fails_over:
            for node in nodes:
                node.ask("CONFIG", "SET", "cluster-node-timeout", _PATIENT_MS)
        urls = ",".join(f"{node.host}:{node.port}" for node in nodes)
        yield RedisClusterServers(f"redis+cluster://{urls}", nodes)


def _join(nodes: list[RedisServer]) -> None:
    primaries, replicas = nodes[:_PRIMARIES], nodes[_PRIMARIES:]
    for number, node in enumerate(primaries):
        slots = range(number * _SLOTS // _PRIMARIES, (number + 1) * _SLOTS // _PRIMARIES)
        node.ask("CLUSTER", "ADDSLOTS", *slots)
        node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
    for node in nodes[1:]:
        node.ask("CLUSTER", "MEET", nodes[0].host, nodes[0].port)
    wait_until(lambda: all(_known_nodes(node) == len(nodes) for node in nodes), "all nodes know each other")
    for primary, replica in zip(primaries, replicas, strict=True):
        replica.ask("CLUSTER", "REPLICATE", _text(primary.ask("CLUSTER", "MYID")))
    wait_until(lambda: all(map(_follows, replicas)), "every replica follows")
    wait_until(lambda: all(map(_is_complete, nodes)), "every node sees the whole cluster")


def _known_nodes(node: RedisServer) -> int:
    return int(node.ask("CLUSTER INFO")["cluster_known_nodes"])


def _follows(node: RedisServer) -> bool:
    return node.info("replication").get("master_link_status") == "up"


def _is_complete(node: RedisServer) -> bool:
    """Whether a node says that all slots are served and that each primary has its replica."""
    with_a_replica = [len(row) > _ROW_OF_A_PRIMARY_ALONE for row in node.ask("CLUSTER SLOTS")]
    return node.ask("CLUSTER INFO")["cluster_state"] == "ok" and with_a_replica == [True] * _PRIMARIES


def _text(reply: bytes | str) -> str:
    return reply.decode() if isinstance(reply, bytes) else reply
