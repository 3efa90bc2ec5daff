"""Memory for LLM applications: conversations and people, fast, lossless, isolated per user.

Importing this loads nothing: each name comes from its module when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from memlane._version import __version__

if TYPE_CHECKING:
    from memlane import errors
    from memlane.context.context import Context
    from memlane.derive.prune import Policy
    from memlane.engine.client import AsyncMemlane
    from memlane.engine.conversation import AsyncSession
    from memlane.engine.knowledge import PruneReport
    from memlane.engine.person import AsyncUser
    from memlane.engine.plan import WorkPlan
    from memlane.engine.reply import Reply
    from memlane.sync.connection import Memlane
    from memlane.sync.session import Session
    from memlane.sync.user import User
    from memlane.types.key import KeyInfo
    from memlane.types.memory import Memory, Recalled, RecalledEpisode
    from memlane.types.message import Message
    from memlane.types.page import MemoryCount, MemoryPage
    from memlane.types.session import Receipt, SessionInfo
    from memlane.types.state import HealthCheck, ModelNames
    from memlane.types.summary import Summary
    from memlane.types.turn import Usage
    from memlane.wiring.build import connect, connect_async

_HOMES = {
    "AsyncMemlane": "memlane.engine.client",
    "AsyncSession": "memlane.engine.conversation",
    "AsyncUser": "memlane.engine.person",
    "Context": "memlane.context.context",
    "HealthCheck": "memlane.types.state",
    "KeyInfo": "memlane.types.key",
    "Memlane": "memlane.sync.connection",
    "Memory": "memlane.types.memory",
    "MemoryCount": "memlane.types.page",
    "MemoryPage": "memlane.types.page",
    "Message": "memlane.types.message",
    "ModelNames": "memlane.types.state",
    "Policy": "memlane.derive.prune",
    "PruneReport": "memlane.engine.knowledge",
    "Recalled": "memlane.types.memory",
    "RecalledEpisode": "memlane.types.memory",
    "Receipt": "memlane.types.session",
    "Reply": "memlane.engine.reply",
    "Session": "memlane.sync.session",
    "SessionInfo": "memlane.types.session",
    "Summary": "memlane.types.summary",
    "Usage": "memlane.types.turn",
    "User": "memlane.sync.user",
    "WorkPlan": "memlane.engine.plan",
    "connect": "memlane.wiring.build",
    "connect_async": "memlane.wiring.build",
}

__all__ = [
    "AsyncMemlane",
    "AsyncSession",
    "AsyncUser",
    "Context",
    "HealthCheck",
    "KeyInfo",
    "Memlane",
    "Memory",
    "MemoryCount",
    "MemoryPage",
    "Message",
    "ModelNames",
    "Policy",
    "PruneReport",
    "Recalled",
    "RecalledEpisode",
    "Receipt",
    "Reply",
    "Session",
    "SessionInfo",
    "Summary",
    "Usage",
    "User",
    "WorkPlan",
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
