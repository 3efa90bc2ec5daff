"""What the app is connected to, without secrets."""

from urllib.parse import urlsplit

import msgspec

from memlane.wiring.remote import is_server
from memlane.wiring.settings import Settings
from memlane.wiring.store_url import StoreUrl


class Whereabouts(msgspec.Struct, frozen=True):
    """Where memory is.

    Attributes:
        place: The URL, its password masked.
        kind: `a Memlane server`, `stores, in this process` or the like; our own words.
        server: The server's address, where it is one.
        has_key: Whether the app shows a key to it.
        memories: The URL of the memories where they are elsewhere; masked.
    """

    place: str
    kind: str
    server: str | None = None
    has_key: bool = False
    memories: str | None = None


def whereabouts(settings: Settings, default_url: str) -> Whereabouts:
    """Return what the app is connected to.

    Args:
        settings: What it was started with.
        default_url: The store that it opens when they name none.
    """
    url = settings.store.url or StoreUrl(default_url)
    if is_server(url.reveal()):
        return Whereabouts(str(url), "a Memlane server", url.reveal().rstrip("/"), bool(settings.store.api_key))
    memories = settings.store.memories_url
    scheme = urlsplit(url.reveal().partition("?")[0]).scheme.partition("+")[0]
    kind = "an embedded file, in this process" if scheme == "sqlite" else "stores, from this process"
    return Whereabouts(str(url), kind, memories=None if memories is None else str(memories))
