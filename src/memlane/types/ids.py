"""What an id may be, and how one is made, encoded and compared.

Ids are data: opaque text of 1-512 characters, compared exactly. Nothing may build a key, path, pattern or SQL
text from one without `segment()`.
"""

import hashlib
from urllib.parse import quote

import msgspec

from memlane.errors import UsageError

MAX_ID_CHARACTERS = 512
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def check_id(value: object, what: str) -> str:
    """Return `value` when it is a valid id.

    Raises:
        UsageError: not text, empty, longer than 512 characters, or containing NUL or a lone surrogate.
    """
    if not isinstance(value, str):
        raise UsageError(f"{what} must be text, not {type(value).__name__}")
    if not 1 <= len(value) <= MAX_ID_CHARACTERS:
        raise UsageError(f"{what} must have 1-{MAX_ID_CHARACTERS} characters, not {len(value)}")
    if "\0" in value:
        raise UsageError(f"{what} must not contain NUL")
    return check_text(value, what)


def check_text(value: str, what: str) -> str:
    """Return `value` when it can be kept exactly.

    Raises:
        UsageError: it contains a lone surrogate, which no encoding keeps.
    """
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        raise UsageError(f"{what} contains a lone surrogate at character {exc.start}") from exc
    return value


def segment(value: str) -> str:
    """Return `value` percent-encoded so that only letters, digits, `_`, `.`, `-` and `~` stand bare."""
    return quote(value, safe="")


class Partition(msgspec.Struct, frozen=True, order=True):
    """Whose memory it is: everything of one user of one tenant. Both are valid ids."""

    tenant: str
    user: str

    @property
    def slug(self) -> str:
        """`tenant/user`, each percent-encoded: distinct partitions have distinct slugs."""
        return f"{segment(self.tenant)}/{segment(self.user)}"


class SessionKey(msgspec.Struct, frozen=True, order=True):
    """One session of one partition."""

    partition: Partition
    session: str


def make_partition(user: object, tenant: object) -> Partition:
    """Return the partition of `user` in `tenant`.

    Raises:
        UsageError: either is not a valid id.
    """
    return Partition(check_id(tenant, "tenant"), check_id(user, "user id"))


def message_memory_id(session: str, message: str) -> str:
    """Return the id of the memory made from a message: the same message always makes the same id.

    A 128-bit BLAKE2b (RFC 7693) of both ids, so it reveals neither and two messages never meet.
    """
    text = f"{len(session)}:{session}{message}".encode()
    return "m-" + hashlib.blake2b(text, digest_size=16).hexdigest()


def derived_id(prefix: str, *parts: str) -> str:
    """Return the id of something made from these parts: the same parts always make the same id.

    `prefix` and a 128-bit BLAKE2b (RFC 7693), so it reveals none of them and different parts never meet.
    """
    text = "".join(f"{len(part)}:{part}" for part in parts).encode()
    return f"{prefix}-" + hashlib.blake2b(text, digest_size=16).hexdigest()


def episode_id(session: str) -> str:
    """Return the id of a session's episode: there is one a session."""
    return derived_id("e", session)


def reply_id(message: str, attempt: int) -> str:
    """Return the id of the reply to a message, after so many attempts that were cut."""
    return derived_id("r", message, str(attempt))


def ulid(now_ms: int, random: bytes) -> str:
    """Return a ULID (github.com/ulid/spec): 48 bits of time and 80 of `random`, sortable by time.

    Args:
        now_ms: Milliseconds since 1970, UTC.
        random: Ten random bytes.
    """
    number = (now_ms << 80) | int.from_bytes(random[:10])
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
