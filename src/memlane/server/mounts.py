"""What stands beside `/v1`: the memory proxy and MCP."""

from collections.abc import Mapping
from contextlib import AsyncExitStack

from memlane.access.credential import Meter
from memlane.engine.client import AsyncMemlane
from memlane.mcp.mount import make_mcp
from memlane.protocols.observer import Observer
from memlane.proxy.app import make_proxy
from memlane.server.parts import App
from memlane.wiring.settings import Settings


async def open_mounts(
    stack: AsyncExitStack, memory: AsyncMemlane, settings: Settings, meter: Meter, observer: Observer
) -> Mapping[str, App]:
    """Open the applications beside `/v1`, by the first segment of their paths; `stack` closes them.

    Raises:
        SettingError: a setting of the proxy is not understood.
        MissingExtraError: a package is not installed.
    """
    proxy = make_proxy(memory, settings.proxy, meter, observer)
    stack.push_async_callback(proxy.aclose)
    mcp = await stack.enter_async_context(make_mcp(memory, settings))
    return {**proxy.apps, "mcp": mcp.app}
