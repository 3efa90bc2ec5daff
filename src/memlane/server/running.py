"""One serving process: from the open socket to the last byte.

Told to stop, it accepts nothing more, lets requests and streams end for as long as `server.stop_grace`, cuts the rest,
and closes what it opened, so that what had come is kept. Told again, it cuts at once.
"""

import asyncio
import contextlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Generator
from importlib.util import find_spec
from typing import Final

import uvicorn

from memlane.server.connections import Connection
from memlane.server.logs import LogLines, log_modules
from memlane.server.observing.watch import open_watch
from memlane.server.opening import opened
from memlane.server.whole import Whole, make_server
from memlane.wiring.settings import Settings

_CUT_SECONDS: Final = 5.0
_KEEP_ALIVE_SECONDS: Final = 75
_PIPE_BYTES: Final = select.PIPE_BUF
_LOOK_SECONDS: Final = 0.05
Told = Callable[[], None]


class Serving(uvicorn.Server):
    """A uvicorn server that can be told to stop, twice."""

    def __init__(self, config: uvicorn.Config, whole: Whole, begun: Callable[[], None], grace_seconds: float) -> None:
        """Serve `whole`, and say when connections are accepted."""
        super().__init__(config)
        self._whole = whole
        self._grace_seconds = grace_seconds
        self._begun = begun

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        await super().startup(sockets)
        if self.started:
            self._begun()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop to accept, let what runs end or cut it, and close what is left."""
        self._whole.stop()
        for server in self.servers:
            server.close()
        for listening in sockets or ():
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._ended()
        await self._whole.edge.cut(_CUT_SECONDS)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await self.lifespan.shutdown()

    async def _ended(self) -> None:
        """Wait for requests and for readers of answers, as long as they are given."""
        until = time.monotonic() + self._grace_seconds
        while time.monotonic() < until and not self.force_exit:
            await asyncio.sleep(_LOOK_SECONDS)
            if not self.server_state.connections and not self._whole.edge.running:
                return

    def tell(self) -> None:
        """Stop; at once when told again."""
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to `running`."""
        yield


async def serve(
    settings: Settings, listening: socket.socket, *, begun: Callable[[], None], tells: Callable[[Told], None]
) -> None:
    """Serve from an open socket until told to stop.

    Args:
        settings: The settings tree.
        listening: A bound socket, which is closed.
        begun: Called once connections are accepted.
        tells: Is given what to call, in this loop, to stop.

    Raises:
        MemlaneError: a part cannot be opened.
    """
    lines = LogLines(_write, settings.server.log_format)
    log_modules(lines)
    try:
        async with open_watch(settings) as watch, opened(settings, watch.observer) as given:
            whole = make_server(
                given.parts,
                checks={"stores": given.watched.check_stores, "embedder": given.watched.check_embedder},
                exposition=watch.exposition,
                lines=lines,
                continued=watch.continued,
            )
            async with watch.looking_at(given.watched):
                serving = Serving(_config(whole), whole, begun, settings.server.stop_grace.total_seconds())
                tells(serving.tell)
                await serving.serve(sockets=[listening])
    finally:
        lines.flush()


def stop_on_signals(tell: Told, numbers: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGINT)) -> None:
    """Let signals stop the server that runs in this thread's loop."""
    loop = asyncio.get_running_loop()
    for number in numbers:
        loop.add_signal_handler(number, tell)


def run(
    settings: Settings,
    listening: socket.socket,
    begun: Callable[[], None],
    *,
    tells: Callable[[Told], None] = stop_on_signals,
) -> None:
    """Serve in this process until a signal comes; arguments and errors as `serve`."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(settings, listening, begun=begun, tells=tells))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if find_spec("uvloop") is None:
        return None
    import uvloop  # noqa: PLC0415 -- it is not on every platform

    return uvloop.new_event_loop


def _config(whole: Whole) -> uvicorn.Config:
    return uvicorn.Config(
        whole,
        http=Connection,
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )


def _write(text: str) -> None:
    """Write whole lines in pieces that a pipe takes as one, so that those of several processes do not mix."""
    sys.stderr.flush()
    piece = b""
    for line in text.encode(errors="backslashreplace").splitlines(keepends=True):
        if piece and len(piece) + len(line) > _PIPE_BYTES:
            os.write(sys.stderr.fileno(), piece)
            piece = b""
        piece += line
    os.write(sys.stderr.fileno(), piece)
