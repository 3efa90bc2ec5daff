"""The lines of an export file, version 1: what `export` writes and `restore` reads.

The first line is an `ExportHead`; every other line is one of the records below, told apart by its `type`. A
session's line stands before those of its messages.
"""

from datetime import datetime
from typing import Any

import msgspec

from memlane.types.memory import Memory
from memlane.types.summary import Summary

VERSION = 1


class ExportHead(msgspec.Struct, frozen=True, kw_only=True, tag="memlane-export"):
    """The first line: what this file is, and whose."""

    version: int
    tenant: str
    user: str
    exported_at: datetime


class SessionLine(msgspec.Struct, frozen=True, kw_only=True, tag="session", omit_defaults=True):
    """A session without its messages. `ttl_ms`: its own sliding time to live, 0 for never."""

    id: str
    instructions: str | None = None
    summary: Summary | None = None
    ttl_ms: int | None = None


class MessageLine(msgspec.Struct, frozen=True, kw_only=True, tag="message", omit_defaults=True):
    """A message of the session before it. `expires_at`: its own time, when it has one."""

    session: str
    position: int
    message: dict[str, Any]
    expires_at: datetime | None = None


class MemoryLine(msgspec.Struct, frozen=True, kw_only=True, tag="memory"):
    """A memory."""

    memory: Memory


class PreferencesLine(msgspec.Struct, frozen=True, kw_only=True, tag="preferences", omit_defaults=True):
    """The profile document and when it ceases to exist."""

    preferences: dict[str, Any]
    expires_at: datetime | None = None


Line = ExportHead | SessionLine | MessageLine | MemoryLine | PreferencesLine
_encoder = msgspec.json.Encoder()
decode_line = msgspec.json.Decoder(Line).decode


def encode_line(line: Line) -> bytes:
    """Return a line of an export file, with its end."""
    return _encoder.encode(line) + b"\n"
