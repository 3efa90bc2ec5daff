"""`memlane serve`: the HTTP server, in the foreground."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from memlane.cli.output import note
from memlane.cli.where import Where, for_worker
from memlane.errors import MissingExtraError

if TYPE_CHECKING:
    from memlane.wiring.settings import Settings

_NEEDED = ("uvicorn", "httptools", "litestar", "prometheus_client", "aiohttp", "httpx2", "mcp", "jwt")


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command()(for_worker(serve))


def serve(
    where: Where,
    host: Annotated[str | None, typer.Option("--host", metavar="HOST", help="The address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="PORT", help="The port to listen on; 0 for any that is free.")
    ] = None,
    no_auth: Annotated[bool, typer.Option("--no-auth", help="Let everybody in; on loopback only.")] = False,
    workers: Annotated[int | None, typer.Option("--workers", metavar="N", help="How many processes serve.")] = None,
) -> None:
    """Serve memory over HTTP: /v1, the proxies /openai and /anthropic, and /mcp.

    Callers need a key, which `memlane keys create` makes. Ctrl-C or SIGTERM stops it once requests and streams that run
    have ended; a second one stops it at once. See `server.*` among the settings for its limits.
    """
    check_installed("pip install 'memlane[server]'")
    from memlane.server.first import lets_nobody_in  # noqa: PLC0415 -- help must come fast
    from memlane.server.launch import launch  # noqa: PLC0415

    given = {"host": host, "port": port, "workers": workers, "auth": "off" if no_auth else None}
    settings = where.settings({f"server.{name}": value for name, value in given.items()})
    if lets_nobody_in(settings):
        note("no key exists yet: `memlane keys create --tenant default` makes one; to try it out, --no-auth needs none")
    launch(settings, lambda address: _announce(address, settings))


def check_installed(pip_line: str) -> None:
    """Let pass where the server's packages are installed.

    Raises:
        MissingExtraError: one is not; says the pip line.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise MissingExtraError("the server", pip_line)


def _announce(address: str, settings: "Settings") -> None:
    if not settings.server.auth:
        note("warning: without authentication everybody on this machine can read and change everything")
    note(f"memlane serves {address}; Ctrl-C stops")
