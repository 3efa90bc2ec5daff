"""Opens what one serving process is made of, and closes it in order. Each process opens its own."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec

from memlane.engine.client import AsyncMemlane
from memlane.errors import SettingError
from memlane.protocols.observer import Observer
from memlane.server.mounts import open_mounts
from memlane.server.parts import Parts
from memlane.wiring.access import open_access, open_records
from memlane.wiring.build import connect_async
from memlane.wiring.metering import observed
from memlane.wiring.settings import Settings
from memlane.wiring.watching import Watched


class Opened(msgspec.Struct, frozen=True):
    """The parts of a process, and what looks at its connection."""

    parts: Parts
    watched: Watched


@asynccontextmanager
async def opened(settings: Settings, observer: Observer) -> AsyncGenerator[Opened]:
    """Open the parts of a serving process; they are closed when the block ends, the mounts first.

    Raises:
        SettingError: a setting is not understood, or the store cannot keep what authentication needs.
        MissingExtraError: a package is not installed; says the pip line.
    """
    async with AsyncExitStack() as stack:
        memory = await stack.enter_async_context(_connected(settings, observer))
        records = open_records(settings)
        for close in reversed(records.closers):
            stack.push_async_callback(close)
        access = open_access(settings, observed(records.store, observer, "records"))
        for close in reversed(access.closers):
            stack.push_async_callback(close)
        mounts = await open_mounts(stack, memory, settings, access.meter, observer)
        parts = Parts(
            memory=memory,
            gate=access.gate,
            meter=access.meter,
            settings=settings,
            observer=observer,
            mounts=mounts,
        )
        yield Opened(parts, Watched(memory))


@asynccontextmanager
async def _connected(settings: Settings, observer: Observer) -> AsyncGenerator[AsyncMemlane]:
    url, memories = settings.store.url, settings.store.memories_url
    if url is not None and url.reveal().startswith(("http://", "https://")):
        raise SettingError("a server serves a store, not another server; name one with --store")
    options = settings.connect_options()
    options["observer"] = observer
    place, other = None if url is None else url.reveal(), None if memories is None else memories.reveal()
    async with connect_async(place, memories=other, **options) as memory:
        yield memory
