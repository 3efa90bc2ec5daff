"""`memlane up`: server and web app together, for one person on this machine."""

import os
import signal
import threading
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from memlane.cli.browser import open_page
from memlane.cli.output import note, say
from memlane.cli.serve import check_installed as check_server_installed
from memlane.cli.web import NO_BROWSER, PORT, check_port
from memlane.cli.where import Where, for_worker
from memlane.errors import MemlaneError, SettingError

if TYPE_CHECKING:
    from memlane.web.launch import WebApp
    from memlane.wiring.settings import Settings

_PIP_LINE = "pip install 'memlane[web,server,cli]'"
_LOOPBACK = "127.0.0.1"
_ANY_PORT = 0
_STOP_GRACE = "3 s"


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command()(for_worker(up))


def up(
    where: Where,
    port: Annotated[int | None, PORT] = None,
    no_browser: Annotated[bool, NO_BROWSER] = False,
) -> None:
    """Open Memlane in the browser: the server and its web app, on this machine only.

    The server draws a free port unless server.port is set, and asks for keys as always; the app has one of its own,
    which no file holds and which ends with this run. Ctrl-C or SIGTERM stops both.
    """
    from memlane.server.launch import launch  # noqa: PLC0415 -- help must come fast
    from memlane.web.launch import check_installed  # noqa: PLC0415 -- likewise

    check_server_installed(_PIP_LINE)
    check_installed(_PIP_LINE)
    settings = _settings(where, port)
    check_port(settings)
    with_web = _Companion(settings, opens=not no_browser)
    try:
        launch(with_web.settings, with_web.begin)
    finally:
        with_web.end()
    with_web.check()


class _Companion:
    """The web app beside a server of this process: begun when that answers; one that ends by itself ends the server.

    Attributes:
        settings: The server's, which let the app in.
    """

    def __init__(self, settings: "Settings", *, opens: bool) -> None:
        from memlane.access.key_secrets import secret_hash  # noqa: PLC0415 -- help must come fast
        from memlane.access.run_key import new_run_key  # noqa: PLC0415 -- likewise

        self._key = new_run_key()
        self.settings = msgspec.structs.replace(settings, run_key_sha256=secret_hash(self._key))
        self._opens = opens
        self._app: WebApp | None = None
        self._following: threading.Thread | None = None
        self._failure: MemlaneError | None = None

    def begin(self, server: str) -> None:
        """Start the app for a server that answers at `server`; returns at once."""
        from memlane.web.handover import environment_for  # noqa: PLC0415 -- help must come fast
        from memlane.web.launch import WebApp  # noqa: PLC0415 -- likewise

        web = self.settings.web
        self._app = WebApp(web.host, web.port, environment_for(server, self._key.text, os.environ))
        self._following = threading.Thread(target=self._follow, args=(self._app, server), daemon=True)
        self._following.start()

    def end(self) -> None:
        """Stop the app."""
        if self._app is not None:
            self._app.tell()
        if self._following is not None:
            self._following.join()

    def check(self) -> None:
        """Let pass a run that ended because it was told to.

        Raises:
            MemlaneError: the app ended by itself.
        """
        if self._failure is not None:
            raise self._failure

    def _follow(self, app: "WebApp", server: str) -> None:
        try:
            address = app.start()
            say(f"Memlane: {address}")
            say(f"Its server: {server}")
            note("Ctrl-C stops both")
            if self._opens:
                open_page(address)
            app.wait()
        except MemlaneError as exc:
            if not app.is_told:
                self._failure = exc
                os.kill(os.getpid(), signal.SIGTERM)
        finally:
            app.stop()


def _settings(where: Where, port: int | None) -> "Settings":
    """Return the settings: on loopback, with authentication, and for a server that one person has beside the pages.

    Raises:
        SettingError: one is not understood, or names a server to work on.
    """
    from memlane.wiring.remote import is_server  # noqa: PLC0415 -- help must come fast

    given = where.settings()
    if given.store.url is not None and is_server(given.store.url.reveal()):
        raise SettingError("memlane up serves a store; for the pages of another server: memlane web --server URL")
    ours: dict[str, object] = {
        "server.port": _ANY_PORT,
        "server.log_format": "warnings",
        "server.stop_grace": _STOP_GRACE,
    }
    unset = {name: value for name, value in ours.items() if given.origin(name) == "default"}
    fixed = {"server.host": _LOOPBACK, "server.auth": "on", "web.host": _LOOPBACK, "web.port": port}
    return where.settings({**unset, **fixed})
