"""Which route a path belongs to: what logs and metrics call it, and how long and large a request to it may be.

Works on encoded paths, before any routing, so that what is refused has a name too. A name never holds an id.
"""

from typing import Final

import msgspec

_AFTER_USER: Final = {
    *("browse", "episodes", "export", "facts", "growth", "import", "index", "memories"),
    *("preferences", "profile", "prune", "recall", "sessions", "stats"),
}
_AFTER_SESSION: Final = {
    *("chat", "close", "context", "expiry", "instructions", "messages"),
    *("stats", "summary", "summary/rebuild", "tokens", "unanswered", "usage"),
}
_AFTER_MEMORY: Final = {"history", "pin", "revert"}
_HERE: Final = frozenset(
    {
        "/health/live",
        "/health/ready",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/mcp",
        "/v1/health",
        "/v1/keys",
        "/v1/models",
        "/v1/stats",
        "/v1/sweep",
        "/v1/users",
        "/v1/whoami",
        "/v1/work",
        "/v1/work/retry",
        "/v1/work/run",
        "/openai/v1/chat/completions",
        "/openai/v1/responses",
        "/anthropic/v1/messages",
    }
)
_ITEMS: Final = {"sessions": ("{session}", _AFTER_SESSION), "memories": ("{memory}", _AFTER_MEMORY)}
_MOUNTS: Final = ("/openai", "/anthropic", "/mcp", "/docs")
_SLOW_ENDS: Final = ("/chat", "/import", "/export", "/index", "/prune", "/work/run", "/summary/rebuild", "/sweep")
_PROXIES: Final = ("/openai", "/anthropic")
_SLOW_MOUNTS: Final = (*_PROXIES, "/mcp")
_USER: Final = "/v1/users/{user}"
_USER_DEPTH: Final = 4
UNKNOWN: Final = "unknown"


class Place(msgspec.Struct, frozen=True):
    """What the edge knows of a route.

    Attributes:
        name: Its path with `{user}` and the like in the place of ids.
        is_slow: Whether a model or all of a user may be behind it, so that it has the longer time-out and counts
            among streams.
        is_import: Whether its body is an archive.
        is_for_client: Whether it is pointless once the client has gone; a change, once asked for, is made.
        is_quiet: Whether it is asked too often by machines to be logged when it went well.
    """

    name: str
    is_slow: bool = False
    is_import: bool = False
    is_for_client: bool = False
    is_quiet: bool = False


def place_of(path: str) -> Place:
    """Return the place of an encoded path without its query."""
    name = _name(path)
    known = _PLACES.get(name)
    if known is None:
        known = _PLACES[name] = _place(name)
    return known


def _name(path: str) -> str:
    if path.startswith("/v1/users/"):
        return _below_user(path.rstrip("/").split("/"))
    if path in _HERE:
        return path
    return next((f"{mount}/…" for mount in _MOUNTS if path.startswith(f"{mount}/")), UNKNOWN)


def _below_user(parts: list[str]) -> str:
    """Name `["", "v1", "users", user, …]`."""
    named = ["", "v1", "users", "{user}", *parts[_USER_DEPTH:]]
    below = parts[_USER_DEPTH:]
    if below and below[0] not in _AFTER_USER:
        return UNKNOWN
    if len(below) > 1:
        if below[0] not in _ITEMS:
            return UNKNOWN
        item, after = _ITEMS[below[0]]
        named[_USER_DEPTH + 1] = item
        rest = "/".join(below[2:])
        if rest and rest not in after:
            return UNKNOWN
    return "/".join(named)


def _place(name: str) -> Place:
    return Place(
        name,
        is_slow=name.endswith(_SLOW_ENDS) or name.startswith(_SLOW_MOUNTS) or name == _USER,
        is_import=name.endswith("/import"),
        is_for_client=name.endswith("/chat") or name.startswith(_PROXIES),
        is_quiet=name.startswith("/health/") or name == "/metrics",
    )


_PLACES: dict[str, Place] = {}
