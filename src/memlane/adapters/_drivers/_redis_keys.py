"""The names of the Redis keys.

    <prefix>:{<tenant>/<user>}:x                    index of sessions, by expiry
                              :s:<session>          a session; with :b, :i (and :b:<n>, :i:<n>) its messages
                              :o  :oq               outbox: bodies and order
                              :m  :mb :ml :mn :mx :mt   memories; with :me:<id> and :mv:<embedder>
                              :p                    profile
                              :wk                   marks of due sessions, and who works on them
                              :w                    written so that WAIT has something to wait for
    <prefix>:{due}                                  partitions whose outbox may hold memories; with :w as above
    <prefix>:{work}  :l  :t                         partitions with marks, when they may be claimed; with :w as above
    <prefix>:{spent:<tenant>}:<day>                 what a tenant has spent in a day; with :w as above

Only `o`, `oq`, `{due}` and `{work}…` never have a time to live; nor do sessions and memories that never expire, and
their `x`, `m…`. Everything from an id is percent-encoded, so neither `{`, `}` nor `:` can come from one; all keys of a
partition have one hash tag and so one slot. This module builds names; it must not talk to Redis.
"""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from memlane.types.ids import Partition, SessionKey, segment

_REMEMBERED = 8_192


@dataclass(frozen=True, slots=True)
class PartitionKeys:
    """The keys of one partition; `name` is how the due set and the schedule of work know it."""

    name: bytes
    index: bytes
    outbox: tuple[bytes, bytes]
    memories: tuple[bytes, bytes, bytes, bytes, bytes, bytes]
    profile: bytes
    marks: bytes
    barrier: bytes


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The keys of one session; `name` is how the index knows it."""

    name: bytes
    state: bytes
    bodies: bytes
    ids: bytes
    partition: PartitionKeys


@lru_cache(maxsize=_REMEMBERED)
def partition_keys(prefix: str, partition: Partition) -> PartitionKeys:
    """Return the keys of a partition."""
    slug = partition.slug
    base = f"{prefix}:{{{slug}}}:".encode()
    state, bodies, log, names, expiring, gone = (base + kind for kind in (b"m", b"mb", b"ml", b"mn", b"mx", b"mt"))
    return PartitionKeys(
        name=slug.encode(),
        index=base + b"x",
        outbox=(base + b"o", base + b"oq"),
        memories=(state, bodies, log, names, expiring, gone),
        profile=base + b"p",
        marks=base + b"wk",
        barrier=base + b"w",
    )


@lru_cache(maxsize=_REMEMBERED)
def session_keys(prefix: str, key: SessionKey) -> SessionKeys:
    """Return the keys of a session."""
    partition = partition_keys(prefix, key.partition)
    name = segment(key.session).encode()
    state = partition.index[:-1] + b"s:" + name
    return SessionKeys(name=name, state=state, bodies=state + b":b", ids=state + b":i", partition=partition)


def due_keys(prefix: str) -> tuple[bytes, bytes]:
    """Return the keys of the due set and of what is written to wait for its replicas."""
    return f"{prefix}:{{due}}".encode(), f"{prefix}:{{due}}:w".encode()


def work_keys(prefix: str) -> tuple[bytes, bytes]:
    """Return the key with which those of the schedule of work begin, and of what is written to wait for replicas."""
    return f"{prefix}:{{work}}".encode(), f"{prefix}:{{work}}:w".encode()


def spent_keys(prefix: str, tenant: str, day: str) -> tuple[bytes, bytes]:
    """Return the key of what a tenant has spent in a day, and of what is written to wait for its replicas."""
    base = f"{prefix}:{{spent:{segment(tenant)}}}:{segment(day)}".encode()
    return base, base + b":w"


def session_of(name: bytes) -> str:
    """Return the session that the index calls `name`."""
    return unquote(name.decode())


def partition_of(name: bytes) -> Partition:
    """Return the partition that the due set calls `name`."""
    tenant, user = name.decode().split("/")
    return Partition(unquote(tenant), unquote(user))
