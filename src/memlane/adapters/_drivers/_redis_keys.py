"""The names of the Redis keys.

    <prefix>:{<tenant>/<user>}:x                    index of sessions, by expiry
                              :s:<session>          a session; with :b, :i (and :b:<n>, :i:<n>) its messages
                              :o  :oq               outbox: bodies and order
                              :m  :mb :ml :mn :mx :mt   memories; with :me:<id> and :mv:<embedder>
                              :p                    profile
                              :wk                   marks of due sessions, and who works on them
                              :u:<…>  :ux  :ut      usage: buckets or series, index of them, writes of the last minute
                              :w                    written so that WAIT has something to wait for
    <prefix>:{due}                                  partitions whose outbox may hold memories; with :w as above
    <prefix>:{work}  :l  :t                         partitions with marks, when they may be claimed; with :w as above
    <prefix>:{spent:<tenant>}:<day>                 what a tenant has spent in a day; with :w as above
    <prefix>:{records:<collection>}:n  :x           ids of a collection, and of those that expire, by expiry
                                   :r:<record>      a record; with :w as above
    <prefix>:{take:<collection>/<record>}           how much of a budget was taken; with :w as above
    <prefix>:{usage:<tenant>}:u:<…>  :ux  :ut       usage of a tenant; with :w as above
                              :n  :s                users of the tenant, and when they were seen

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


@dataclass(frozen=True, slots=True)
class CollectionKeys:
    """The keys of one collection of records; `record` is what the key of each begins with."""

    names: bytes
    expiring: bytes
    record: bytes
    barrier: bytes


@lru_cache(maxsize=_REMEMBERED)
def collection_keys(prefix: str, collection: str) -> CollectionKeys:
    """Return the keys of a collection."""
    base = f"{prefix}:{{records:{segment(collection)}}}:".encode()
    return CollectionKeys(names=base + b"n", expiring=base + b"x", record=base + b"r:", barrier=base + b"w")


def taken_keys(prefix: str, collection: str, record: str) -> tuple[bytes, bytes]:
    """Return the key of what was taken of a budget, and of what is written to wait for its replicas."""
    base = f"{prefix}:{{take:{segment(collection)}/{segment(record)}}}".encode()
    return base, base + b":w"


@dataclass(frozen=True, slots=True)
class UsageKeys:
    """The keys of the usage of a tenant, or of a user with their sessions.

    Attributes:
        series: What the keys of buckets and series begin with, the index of them, and the tokens of writes.
        users: The users of a tenant, and when they were seen.
        barrier: Written so that WAIT has something to wait for.
    """

    series: tuple[bytes, bytes, bytes]
    users: tuple[bytes, bytes]
    barrier: bytes


@lru_cache(maxsize=_REMEMBERED)
def usage_keys(prefix: str, tenant: str, user: str | None) -> UsageKeys:
    """Return the keys of the usage of a user, or (None) of the tenant, whose `users` are only there."""
    tag = f"usage:{segment(tenant)}" if user is None else Partition(tenant, user).slug
    base = f"{prefix}:{{{tag}}}:".encode()
    return UsageKeys(
        series=(base + b"u:", base + b"ux", base + b"ut"),
        users=(base + b"n", base + b"s"),
        barrier=base + b"w",
    )


def session_of(name: bytes) -> str:
    """Return the session that the index calls `name`."""
    return unquote(name.decode())


def partition_of(name: bytes) -> Partition:
    """Return the partition that the due set calls `name`."""
    tenant, user = name.decode().split("/")
    return Partition(unquote(tenant), unquote(user))
