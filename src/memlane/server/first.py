"""What whoever starts a server for the first time should hear."""

import asyncio
from contextlib import AsyncExitStack, suppress

from memlane.errors import MemlaneError
from memlane.wiring.access import open_keys
from memlane.wiring.settings import Settings


def lets_nobody_in(settings: Settings) -> bool:
    """Say whether a server asks for keys, and there is none; a store that is down counts as having some."""
    if not settings.server.auth or settings.auth.issuer:
        return False
    with suppress(MemlaneError):
        return asyncio.run(_has_no_key(settings))
    return False


async def _has_no_key(settings: Settings) -> bool:
    keys, closers = open_keys(settings)
    async with AsyncExitStack() as stack:
        for close in reversed(closers):
            stack.push_async_callback(close)
        return not await keys.list()
