"""Starts the server: checks what is asked, opens the socket, serves in this process or in several."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

from memlane.errors import MemlaneError
from memlane.server.workers import Workers
from memlane.wiring.access import check_exposure
from memlane.wiring.settings import Settings

Announce = Callable[[str], None]
"""Is given the address, once it answers."""
_BACKLOG: Final = 2_048


def launch(settings: Settings, announce: Announce) -> None:
    """Serve until a signal comes.

    Args:
        settings: The settings tree.
        announce: Called with the server's address once it accepts.

    Raises:
        SettingError: a setting is not understood, or others could call without authentication.
        MissingExtraError: a package is not installed; says the pip line.
        MemlaneError: the address cannot be listened on, or a part not be opened.
    """
    check_exposure(settings)
    listening = listen(settings.server.host, settings.server.port)
    address = address_of(listening, settings.server.host)
    if settings.server.workers > 1:
        Workers(settings, listening, lambda: announce(address)).run()
    else:
        from memlane.server.running import run  # noqa: PLC0415 -- only those who serve load the framework

        run(settings, listening, lambda: announce(address))


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to an address of this machine and accepts; its port is drawn if `port` is 0.

    Raises:
        MemlaneError: the address is in use, not this machine's, or not allowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with ExitStack() as unless_bound:
            listening = unless_bound.enter_context(socket.socket(family, kind, protocol))
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(_BACKLOG)
            listening.setblocking(False)
            unless_bound.pop_all()
            return listening
    except OSError as exc:
        raise MemlaneError(
            f"cannot listen on {_joined(host, port)}: {exc.strerror or exc}; choose another with --port"
        ) from exc


def address_of(listening: socket.socket, host: str) -> str:
    """Return the URL of a bound socket."""
    return f"http://{_joined(host, listening.getsockname()[1])}"


def _joined(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
