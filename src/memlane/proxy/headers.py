"""Which headers go to the provider and come back, and whose key goes with them."""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import unquote

import msgspec

from memlane.access.credential import ANYONE, Credential
from memlane.access.key_secrets import read_secret
from memlane.errors import UsageError
from memlane.proxy.errors import Headers
from memlane.types.ids import check_id, segment

USER: Final = b"x-memlane-user"
SESSION: Final = b"x-memlane-session"
_OURS: Final = b"x-memlane-"
_KEY: Final = b"x-memlane-key"
_AUTHORIZATION: Final = b"authorization"
_API_KEY: Final = b"x-api-key"
_BEARER: Final = re.compile(rb"\s*bearer(?:\s+|$)", re.IGNORECASE)
_CREDENTIALS: Final = frozenset({_AUTHORIZATION, _API_KEY, b"api-key"})
# RFC 9110, section 7.6.1; the length and the host are those of the new request.
_HOP_BY_HOP: Final = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
        b"trailer", b"transfer-encoding", b"upgrade",
    }
)  # fmt: skip
_OF_ITS_ORIGIN: Final = re.compile(
    rb"access-control-.*|alt-svc|date|strict-transport-security|x-memlane-.*", re.IGNORECASE
)
"""What a provider says of its own address, which is not this one; and what only the proxy says."""
_NOT_SENT: Final = frozenset({b"host", b"content-length", b"cookie", b"expect"})
_MOST_IDS: Final = 20
_MOST_ID_BYTES: Final = 4_096


class Key(msgspec.Struct, frozen=True):
    """The key that the server has for a provider.

    Attributes:
        header: Where it is sent.
        value: The header's value; empty for no key.
    """

    header: bytes
    value: bytes


def first(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """Return the first header of this name (in lower case), None when there is none."""
    return next((value for key, value in headers if key.lower() == name), None)


def named_id(headers: Headers, name: bytes, what: str) -> str | None:
    """Return the id in a header, percent-decoded; None when there is none.

    Raises:
        UsageError: it is not a valid id.
    """
    raw = first(headers, name)
    if raw is None:
        return None
    try:
        return check_id(unquote(raw.decode(), errors="strict"), what)
    except UnicodeDecodeError as exc:
        raise UsageError(f"{what} must be UTF-8, percent-encoded where it is not ASCII") from exc


def upstream_headers(headers: Headers, credential: Credential, key: Key, *, identity: bool) -> Headers:
    """Return what goes to the provider of a caller's headers.

    Args:
        headers: As they came.
        credential: Who the caller was found to be.
        key: The server's own for this provider; it takes the place of the caller's.
        identity: Whether the answer is to come uncompressed.
    """
    dropped = _hop_by_hop(headers) | _NOT_SENT | ({b"accept-encoding"} if identity else set[bytes]())
    if key.value:
        dropped |= _CREDENTIALS
    elif credential.id != ANYONE:
        dropped |= {_shown_in(headers)}
    kept = [
        (name.lower(), value) for name, value in headers if name.lower() not in dropped and not _is_ours(name, value)
    ]
    if identity:
        kept.append((b"accept-encoding", b"identity"))
    return [*kept, (key.header, key.value)] if key.value else kept


def answer_headers(headers: Sequence[tuple[bytes, bytes]]) -> Headers:
    """Return what goes back to the caller of the provider's headers."""
    dropped = _hop_by_hop(headers)
    kept = [(name.lower(), value) for name, value in headers if name.lower() not in dropped]
    return [(name, value) for name, value in kept if not _OF_ITS_ORIGIN.fullmatch(name)]


def memory_headers(*, state: str, session: str | None, recalled: Sequence[str] | None) -> Headers:
    """Return what tells the caller about memory: `on`, or `off` and why; the session; how many memories, and which.

    Ids are percent-encoded; of very many, or very long ones, the first are named.
    """
    told = [(b"x-memlane-memory", state.encode())]
    if session is not None:
        told.append((SESSION, segment(session).encode()))
    if recalled is not None:
        told.append((b"x-memlane-recalled", _counted(recalled)))
    return told


def _counted(ids: Sequence[str]) -> bytes:
    listed, size = list[str](), 0
    for one in map(segment, ids[:_MOST_IDS]):
        size += len(one)
        if size > _MOST_ID_BYTES:
            break
        listed.append(one)
    return "; ".join([str(len(ids)), ",".join(listed)]).removesuffix("; ").encode()


def _hop_by_hop(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    named = [value for name, value in headers if name.lower() == b"connection"]
    return _HOP_BY_HOP | {option.strip().lower() for value in named for option in value.split(b",")}


def _shown_in(headers: Headers) -> bytes:
    """Return the header by which the caller was let in, found in the order in which the server's gate looks."""
    if first(headers, _KEY) is not None:
        return _KEY
    is_bearer = _BEARER.match(first(headers, _AUTHORIZATION) or b"") is not None
    return _AUTHORIZATION if is_bearer else _API_KEY


def _is_ours(name: bytes, value: bytes) -> bool:
    """Whether a header is for the proxy alone, or holds a key of Memlane's, wherever that was put."""
    if name.lower().startswith(_OURS):
        return True
    bare = _BEARER.sub(b"", value.strip(), count=1)
    return name.lower() in _CREDENTIALS and read_secret(bare.decode("latin-1")) is not None
