"""Memory for LLM applications: conversations and people, fast, lossless, isolated per user.

Importing this loads nothing: each name comes from its module when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from memlane._version import __version__

if TYPE_CHECKING:
    from memlane import errors
    from memlane.context.context import Context
    from memlane.engine.client import AsyncMemlane
    from memlane.engine.conversation import AsyncSession
    from memlane.engine.person import AsyncUser
    from memlane.sync import Memlane, Session, User
    from memlane.types.memory import Memory, Recalled, RecalledEpisode
    from memlane.types.message import Message
    from memlane.types.session import Receipt, SessionInfo
    from memlane.types.wire import Summary
    from memlane.wiring.build import connect, connect_async

_HOMES = {
    "AsyncMemlane": "memlane.engine.client",
    "AsyncSession": "memlane.engine.conversation",
    "AsyncUser": "memlane.engine.person",
    "Context": "memlane.context.context",
    "Memlane": "memlane.sync",
    "Memory": "memlane.types.memory",
    "Message": "memlane.types.message",
    "Recalled": "memlane.types.memory",
    "RecalledEpisode": "memlane.types.memory",
    "Receipt": "memlane.types.session",
    "Session": "memlane.sync",
    "SessionInfo": "memlane.types.session",
    "Summary": "memlane.types.wire",
    "User": "memlane.sync",
    "connect": "memlane.wiring.build",
    "connect_async": "memlane.wiring.build",
}

__all__ = [
    "AsyncMemlane",
    "AsyncSession",
    "AsyncUser",
    "Context",
    "Memlane",
    "Memory",
    "Message",
    "Recalled",
    "RecalledEpisode",
    "Receipt",
    "Session",
    "SessionInfo",
    "Summary",
    "User",
    "__version__",
    "connect",
    "connect_async",
    "errors",
]


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("memlane.errors")
    if name not in _HOMES:
        raise AttributeError(f"module 'memlane' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
