"""The Lua scripts of the Redis stores, and how their replies are cut up.

Owns the text of every script (package data in `lua/`) and the packing of many values into few. Must not know keys,
connections or records.
"""

import hashlib
import struct
from dataclasses import dataclass
from functools import cache
from importlib import resources

_SHARED = ("shared", "packing")
_SESSIONS = (*_SHARED, "session_functions")
_MEMORIES = (*_SHARED, "memory_functions")
_WORK = ("work_marks", "work_schedule")
_NOTHING = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Script:
    """A script: its text and the SHA-1 by which Redis knows it."""

    text: bytes
    sha: bytes


def _text(*names: str) -> bytes:
    folder = resources.files("memlane.adapters._drivers").joinpath("lua")
    return b"\n".join(folder.joinpath(f"{name}.lua").read_bytes() for name in names)


def _script(*texts: bytes) -> Script:
    text = b"\n".join(texts)
    return Script(text, hashlib.sha1(text, usedforsecurity=False).hexdigest().encode())


def _load(*names: str) -> Script:
    return _script(_text(*names))


@cache
def session_script(name: str) -> Script:
    """Return the script `name` that works on sessions."""
    return _load(*_SESSIONS, name)


@cache
def removal_script(name: str) -> Script:
    """Return the script `name` that removes sessions with their marks."""
    return _load(*_SESSIONS, *_WORK, name)


@cache
def append_script(memories: str, marks: str) -> Script:
    """Return the script that appends; `memories` is `none`, `shared` or `outbox`, `marks` is `here` or `apart`.

    Each run of a script makes its functions anew. Those that few appends need are made within tell_news().
    """
    functions = ("memory_functions",) if memories == "shared" else ()
    work = _WORK if marks == "here" else ("work_marks",)
    tell_news = b"local function tell_news(...)\n%b\nend" % _text(*work, f"mark_{marks}")
    return _script(_text("shared", "session_functions", *functions), tell_news, _text(f"take_{memories}", "append"))


@cache
def memory_script(name: str) -> Script:
    """Return the script `name` that works on memories."""
    return _load(*_MEMORIES, name)


@cache
def work_script(name: str) -> Script:
    """Return the script `name` that works on marks and on the schedule of work."""
    return _load(*_SHARED, *_WORK, name)


@cache
def record_script(name: str) -> Script:
    """Return the script `name` that works on records."""
    return _load(*_SHARED, "record_functions", name)


@cache
def usage_script(name: str) -> Script:
    """Return the script `name` that writes usage."""
    return _load(*_SHARED, "usage_functions", name)


@cache
def plain_script(name: str) -> Script:
    """Return the script `name` that needs neither."""
    return _load(*_SHARED, name)


def unpack(lengths: bytes, *parts: bytes) -> list[bytes | None]:
    """Return the values that a script packed; None where there was none.

    Args:
        lengths: Of each value, in bytes: numbers of 32 bits, the highest byte first; all bits set for None.
        parts: What the values are, joined.
    """
    data = parts[0] if len(parts) == 1 else b"".join(parts)
    values: list[bytes | None] = []
    start = 0
    for length in struct.unpack(f">{len(lengths) // 4}I", lengths):
        if length == _NOTHING:
            values.append(None)
            continue
        end = start + length
        values.append(data[start:end])
        start = end
    return values
