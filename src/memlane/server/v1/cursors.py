"""Cursors: where a list goes on, as opaque text that is good for that list only.

Anybody can make one up: what it holds is checked like any other input.
"""

import base64
import binascii
import hashlib
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from memlane.server.problems import FieldError

_MARK_BYTES = 6
_Place = TypeVar("_Place")
Moment = Annotated[datetime, Meta(tz=True)]
"""A moment in a place: with its time zone, since it is compared with such."""


def make_cursor(of: tuple[str, ...], place: Any) -> str:
    """Return the cursor of a place in a list; `of` is all that makes it that list."""
    body = _mark(of) + msgspec.json.encode(place)
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def read_cursor(of: tuple[str, ...], cursor: str, kind: type[_Place]) -> _Place:
    """Return the place that a cursor of this list stands for.

    Raises:
        FieldError: it is not one, or that of another list.
    """
    try:
        body = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        if body[:_MARK_BYTES] != _mark(of):
            raise FieldError("cursor", "cursor is not one that this list gave")
        return msgspec.json.decode(body[_MARK_BYTES:], type=kind)
    except (binascii.Error, ValueError, msgspec.DecodeError) as exc:
        raise FieldError("cursor", "cursor is not one that this list gave") from exc


def _mark(of: tuple[str, ...]) -> bytes:
    text = "".join(f"{len(part)}:{part}" for part in of).encode()
    return hashlib.blake2b(text, digest_size=_MARK_BYTES).digest()
