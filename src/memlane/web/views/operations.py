"""Health, stores and keys as a person looks at them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from memlane.types.key import KeyInfo
from memlane.types.state import HealthCheck, State
from memlane.types.visible import one_line

ICONS: Final[Mapping[State, tuple[str, str]]] = {
    "ok": ("check_circle", "green"),
    "warning": ("warning", "orange"),
    "fault": ("error", "red"),
}
"""Icon and colour of each state."""
_VERSIONS: Final = frozenset({"memlane", "packages"})
_ID_CHARACTERS: Final = 60
_SOON: Final = timedelta(days=7)
_KIB: Final = 1_024
_SIZE: Final = "size_bytes"
_HEADLINE: Final = frozenset({"server", "version", _SIZE})
_LONGEST_VALUE: Final = 200


class Summary(msgspec.Struct, frozen=True):
    """All checks in one.

    Attributes:
        state: The worst there is.
        words: What to say of it.
    """

    state: State
    words: str


class Store(msgspec.Struct, frozen=True):
    """A store.

    Attributes:
        title: What it keeps.
        server: What it is, with its version.
        size: How large it is; `unknown` where it does not tell.
        facts: What else it says of itself, by name.
    """

    title: str
    server: str
    size: str
    facts: list[tuple[str, str]]


def summary(checks: Sequence[HealthCheck]) -> Summary:
    """Return all checks in one."""
    faults, warnings = (sum(check.state == state for check in checks) for state in ("fault", "warning"))
    if faults:
        return Summary("fault", f"{faults} part{'s do' if faults > 1 else ' does'} not work")
    if warnings:
        return Summary("warning", f"It works; {warnings} thing{'s' if warnings > 1 else ''} to look at")
    return Summary("ok", "Everything works")


def parts(checks: Sequence[HealthCheck]) -> list[HealthCheck]:
    """Return the checks of parts, what does not work first, then what should be looked at."""
    order = ("fault", "warning", "ok")
    return sorted(
        (check for check in checks if check.name not in _VERSIONS), key=lambda check: order.index(check.state)
    )


def versions(checks: Sequence[HealthCheck]) -> list[tuple[str, str]]:
    """Return what is installed: names and versions, those that are missing last."""
    found = [("Memlane", check.detail) for check in checks if check.name == "memlane"]
    for check in checks:
        if check.name == "packages":
            found += [_package(text) for text in check.detail.split(", ") if text]
    return sorted(found, key=lambda one: one[1] == "not installed")


def stores(told: Mapping[str, Mapping[str, str]]) -> list[Store]:
    """Return the stores, one where sessions and memories are in the same.

    Args:
        told: As `Memlane.ping` gives it: facts by role.
    """
    roles = list(told)
    if len(roles) > 1 and all(told[role] == told[roles[0]] for role in roles):
        return [_store("Conversations and memories", told[roles[0]])]
    titles = {"sessions": "Conversations", "memories": "Memories"}
    return [_store(titles.get(role, role), told[role]) for role in roles]


def size_text(size_bytes: int) -> str:
    """Return a size for people, e.g. `12.3 MiB`."""
    size, units = float(size_bytes), ["B", "KiB", "MiB", "GiB", "TiB"]
    while size >= _KIB and len(units) > 1:
        size, units = size / _KIB, units[1:]
    return f"{size:.0f} {units[0]}" if units[0] == "B" else f"{size:.1f} {units[0]}"


def key_rows(keys: Sequence[KeyInfo], now: datetime) -> list[dict[str, Any]]:
    """Return the rows of a table of keys, the newest first; never a secret."""
    return [
        {
            "Key": f"{key.prefix}…",
            "Name": one_line(key.name, _ID_CHARACTERS),
            "Tenant": one_line(key.tenant, _ID_CHARACTERS),
            "User": "all users" if key.user is None else one_line(key.user, _ID_CHARACTERS),
            "May": ", ".join(key.scopes),
            "State": _key_state(key, now),
            "Made": key.created_at,
            "Expires": key.expires_at,
            "Requests/min": key.requests_per_minute,
            "Tokens/min": key.tokens_per_minute,
        }
        for key in sorted(keys, key=lambda key: key.created_at, reverse=True)
    ]


def users_in_words(count: int, most: int) -> str:
    """Return how many users there are: `12`, `10,000 or more`; `most`: how many were asked for."""
    return f"{count:,}{' or more' if count >= most else ''}"


def _key_state(key: KeyInfo, now: datetime) -> str:
    if key.expires_at is None:
        return "valid"
    if key.expires_at <= now:
        return "expired"
    return "expires soon" if key.expires_at - now < _SOON else "valid"


def _store(title: str, facts: Mapping[str, str]) -> Store:
    size = facts.get(_SIZE, "")
    return Store(
        title,
        one_line(f"{facts.get('server', '')} {facts.get('version', '')}".strip(), _ID_CHARACTERS) or "unknown",
        size_text(int(size)) if size.isdecimal() else "unknown",
        [(name, one_line(fact, _LONGEST_VALUE)) for name, fact in facts.items() if name not in _HEADLINE],
    )


def _package(text: str) -> tuple[str, str]:
    name, _, found = text.partition(" ")
    return name, found
