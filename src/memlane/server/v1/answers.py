"""What a handler may give besides a record: a record with its ETag, or a stream; and how answers are sent."""

import hashlib
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec

from memlane.server.parts import App, Receive, Send

Given = TypeVar("Given")
Headers = Sequence[tuple[bytes, bytes]]
Stream = App
"""A handler that gives this sends the answer by itself."""
_encoder = msgspec.json.Encoder()
_TAG_BYTES = 12


class Tagged(Generic[Given]):
    """A record and what its ETag begins with, e.g. a version."""

    def __init__(self, given: Given, version: int | None = None) -> None:
        self.given = given
        self.version = version


def encode(given: Any) -> bytes:
    """Return the JSON of an answer."""
    return _encoder.encode(given)


def etag(body: bytes, version: int | None = None) -> str:
    """Return the strong ETag of a body: its version, if it has one, and 96 bits of its BLAKE2b (RFC 7693)."""
    digest = hashlib.blake2b(body, digest_size=_TAG_BYTES).hexdigest()
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def tag_of(given: Any, version: int | None = None) -> str:
    """Return the ETag under which a record is given."""
    return etag(encode(given), version)


class Whole:
    """An answer that is sent in one piece: an ASGI application.

    Attributes:
        status: The HTTP status.
        body: The whole body.
        headers: Its headers but for the content length.
    """

    def __init__(self, status: int, body: bytes, headers: Headers) -> None:
        self.status = status
        self.body = body
        self.headers = headers

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ARG002 -- ASGI
        """Send it; to HEAD, without its body."""
        headers = list(self.headers)
        if self.status not in (204, 304):
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self.body})
