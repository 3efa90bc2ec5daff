"""`memlane web`: the web app alone, on a store or on a server."""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from memlane.cli.browser import open_page
from memlane.cli.output import note, say
from memlane.cli.where import Where, for_worker
from memlane.errors import MemlaneError, SettingError, StoreUnavailableError, UnauthenticatedError, UsageError
from memlane.wiring.connecting import connected

if TYPE_CHECKING:
    from memlane.web.launch import WebApp
    from memlane.wiring.settings import Settings

PORT = typer.Option("--port", metavar="PORT", help="The port of the pages; 0 for any that is free.")
NO_BROWSER = typer.Option("--no-browser", help="Print the address, and open nothing.")


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command()(for_worker(web))


def web(
    where: Where,
    *,
    server: Annotated[
        str | None,
        typer.Option("--server", metavar="URL", help="A Memlane server; its key is read from MEMLANE_STORE__API_KEY."),
    ] = None,
    port: Annotated[int | None, PORT] = None,
    host: Annotated[str | None, typer.Option("--host", metavar="HOST", help="The address to listen on.")] = None,
    expose: Annotated[
        bool, typer.Option("--expose", help="Let others than this machine reach the pages, which have no log-in.")
    ] = False,
    no_browser: Annotated[bool, NO_BROWSER] = False,
) -> None:
    """Open the web app on a store, or on a server.

    The pages have no log-in: who reaches them can read, change and erase what the store holds, or what the key allows.
    Ctrl-C or SIGTERM stops it.
    """
    from memlane.web.handover import environment_of  # noqa: PLC0415 -- help must come fast
    from memlane.web.launch import WebApp, check_installed  # noqa: PLC0415 -- likewise
    from memlane.wiring.remote import is_server  # noqa: PLC0415 -- likewise

    check_installed()
    if server is not None and where.store is not None:
        raise UsageError("--server and --store both say where memory is; leave out one")
    settings = where.settings({"web.port": port, "web.host": host, **({} if server is None else {"store.url": server})})
    url = settings.store.url
    is_remote = url is not None and is_server(url.reveal())
    if server is not None and not is_remote:
        raise SettingError("--server must be the URL of a Memlane server, https://… or http://…")
    _check_exposure(settings.web.host, expose=expose)
    check_port(settings)
    if is_remote:
        _check_server(settings)
    app = WebApp(settings.web.host, settings.web.port, environment_of(settings, os.environ))
    with _stopping(app):
        _run(app, opens=not no_browser)


def check_port(settings: "Settings") -> None:
    """Let pass where the port of the pages is free.

    Raises:
        MemlaneError: it is not, or the address is not this machine's.
    """
    from memlane.server.launch import listen  # noqa: PLC0415 -- help must come fast

    listen(settings.web.host, settings.web.port).close()


def _run(app: "WebApp", *, opens: bool) -> None:
    """Show the app until it is told to stop.

    Raises:
        MemlaneError: it ended by itself.
    """
    try:
        address = app.start()
        say(f"Memlane: {address}")
        note("Ctrl-C stops")
        if opens:
            open_page(address)
        app.wait()
    except MemlaneError:
        if not app.is_told:
            raise
    finally:
        app.stop()


@contextmanager
def _stopping(app: "WebApp") -> Generator[None]:
    def tell(_number: int, _frame: FrameType | None) -> None:
        app.tell()

    before = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check_exposure(host: str, *, expose: bool) -> None:
    from memlane.access.issuer import is_loopback  # noqa: PLC0415 -- help must come fast

    if not expose and not is_loopback(host):
        raise SettingError(
            f"the web app has no log-in, and {host} can be reached from other machines: put a proxy that "
            "authenticates before it and say --expose, or leave out --host (web.host)"
        )


def _check_server(settings: "Settings") -> None:
    """Let pass what the server lets in, and a server that is away: the pages say so until it is back.

    Raises:
        UnauthenticatedError: it does not accept the key.
        MemlaneError: the URL or an option is not understood.
    """
    with connected(settings) as memory:
        try:
            memory.ping()
        except StoreUnavailableError as exc:
            note(f"{exc}; the pages will say so until it answers")
        except UnauthenticatedError as exc:
            what = "does not accept the key" if settings.store.api_key else "asks for a key"
            raise UnauthenticatedError(
                f"the server {what}: make one with `memlane keys create` and put it into MEMLANE_STORE__API_KEY"
            ) from exc
