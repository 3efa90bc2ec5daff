"""URL of a Memlane server to a connection."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from memlane.errors import MissingExtraError, SettingError, UsageError
from memlane.types.times import check_ttl

if TYPE_CHECKING:
    from memlane.engine.client import AsyncMemlane

OPTIONS: Final = ("api_key", "timeout")
"""The options of `connect` that are for servers."""
_SCHEMES: Final = ("http", "https")
_USUAL_TIMEOUT: Final = timedelta(seconds=60)


def is_server(url: object) -> bool:
    """Say whether a URL is that of a server."""
    return isinstance(url, str) and url.partition("://")[0].lower() in _SCHEMES


def open_server(url: str, memories: object, options: Mapping[str, object]) -> "AsyncMemlane":
    """Return a connection to the server at a URL; it connects on first use.

    Raises:
        SettingError: the URL is not understood, or an option belongs to the server.
        MissingExtraError: the HTTP client is not installed.
    """
    base_url = _base_url(url)
    given = {**options, "memories": memories}
    own = [name for name, value in given.items() if name not in OPTIONS and value is not None]
    if own:
        raise SettingError(f"the server decides on {', '.join(sorted(own))}; leave it out with a server's URL")
    api_key, timeout = _key(options.get("api_key")), _timeout(options.get("timeout"))
    try:
        from memlane.client.opening import open_connection  # noqa: PLC0415 -- packages load on use
    except ModuleNotFoundError as exc:
        raise MissingExtraError("a connection to a server", "pip install 'memlane[client]'") from exc
    return open_connection(base_url, api_key=api_key, timeout=timeout)


def refuse_server_options(options: Mapping[str, object]) -> None:
    """Refuse options that only a connection to a server has.

    Raises:
        SettingError: there is one.
    """
    given = [name for name in OPTIONS if options.get(name) is not None]
    if given:
        raise SettingError(f"{', '.join(given)}: for a connection to a server, whose URL begins with https://")


def _base_url(text: str) -> str:
    url = _split(text)
    if url is None or not url.hostname or "?" in text or "#" in text:
        raise SettingError("the URL of a server names a host, a port and a path at most: https://memory.example.com")
    if "@" in url.netloc:
        raise SettingError("the URL of a server must not hold a user or password; give the key as api_key")
    return text.rstrip("/")


def _split(text: str) -> SplitResult | None:
    """Return the parts of a URL; None for what is none."""
    try:
        url = urlsplit(text)
        is_whole = url.port != 0 and text.isascii() and text.isprintable() and " " not in text  # the port is checked
    except ValueError:
        return None
    return url if is_whole else None


def _key(given: object) -> str | None:
    """Return a key that can stand in a header; it is not repeated where it cannot."""
    if given is None:
        return None
    if not isinstance(given, str) or not given or not (given.isascii() and given.isprintable()) or " " in given:
        raise SettingError("api_key must be text of printable ASCII characters without spaces")
    return given


def _timeout(given: object) -> float:
    try:
        ms = check_ttl(_USUAL_TIMEOUT if given is None else given, "timeout")
    except UsageError as exc:
        raise SettingError(str(exc)) from exc
    return (ms or 0) / 1_000
