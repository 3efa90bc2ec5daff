"""What a server is put together from."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import msgspec

from memlane.access.credential import Gate, Meter
from memlane.engine.client import AsyncMemlane
from memlane.protocols.observer import Observer
from memlane.wiring.settings import Settings

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
"""An ASGI application (asgi.readthedocs.io, version 3)."""


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of one serving process; whoever made them closes them.

    Attributes:
        memory: The connection that requests are served from.
        gate: Finds out who is calling.
        meter: Holds callers to their budgets.
        settings: The settings tree.
        observer: Is told what is done.
        mounts: Applications beside `/v1`, by the first segment of their paths: `openai`, `anthropic`, `mcp`.
    """

    memory: AsyncMemlane
    gate: Gate
    meter: Meter
    settings: Settings
    observer: Observer
    mounts: Mapping[str, App] = {}
