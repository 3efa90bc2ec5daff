"""Headers that every answer carries, and which pages may read them (CORS, https://fetch.spec.whatwg.org)."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from memlane.access.scope import Scope
from memlane.server.refusals import Headers

SECURITY: Final[Headers] = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
STRICT_TRANSPORT: Final = (b"strict-transport-security", b"max-age=31536000")
_METHODS: Final = b"GET, POST, PUT, PATCH, DELETE"
_EXPOSED: Final = b"ETag, Retry-After, X-Request-Id, X-Memlane-Session, X-Memlane-Recalled, X-Memlane-Memory"
_KEPT_SECONDS: Final = b"600"
_HEADER_NAMES: Final = re.compile(rb"[A-Za-z0-9-]{1,64}(?:\s*,\s*[A-Za-z0-9-]{1,64}){0,63}")
_LOOPBACK: Final = re.compile(rb"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?", re.IGNORECASE)


def header_of(scope: Scope, name: bytes) -> str | None:
    """Return the first header of a request that has this name (in lower case); None when there is none."""
    return next((value.decode("latin-1") for known, value in scope["headers"] if known == name), None)


class Origins:
    """The origins whose pages may call; none of them may when there are none."""

    def __init__(self, allowed: Collection[str]) -> None:
        """Allow these origins, compared exactly, or every origin if `*` is among them."""
        self._allowed = frozenset(origin.encode() for origin in allowed)

    def allows(self, origin: bytes) -> bool:
        """Say whether pages of an origin may call."""
        return b"*" in self._allowed or origin in self._allowed

    def headers(self, origin: bytes) -> Headers:
        """Return what lets a page of this origin read an answer; nothing for one that may not."""
        if not self._allowed:
            return []
        varies = (b"vary", b"Origin")
        if not self.allows(origin):
            return [varies]
        return [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", _EXPOSED), varies]

    def preflight(self, headers: Mapping[bytes, bytes]) -> Headers | None:
        """Return the answer to a question that a browser asks before it calls; None if the request is none.

        An origin that may not call gets an answer that allows nothing.
        """
        origin = headers.get(b"origin")
        if origin is None or b"access-control-request-method" not in headers:
            return None
        if not self.allows(origin):
            return [(b"vary", b"Origin")]
        wanted = headers.get(b"access-control-request-headers", b"")
        allowed = wanted if _HEADER_NAMES.fullmatch(wanted) else b"content-type"
        return [
            *self.headers(origin),
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", allowed),
            (b"access-control-max-age", _KEPT_SECONDS),
        ]


def is_from_here(headers: Mapping[bytes, bytes], origins: Origins) -> bool:
    """Say whether a request to a server without authentication comes from a program here rather than a web page.

    A page of another origin could otherwise use a browser on this machine, by a plain form or by a name that it makes
    point to loopback (DNS rebinding). `Host` must name loopback, and `Origin`, where there is one, the same server.
    """
    host, origin = headers.get(b"host", b""), headers.get(b"origin")
    if not _LOOPBACK.fullmatch(host):
        return False
    return origin is None or origin.partition(b"://")[2] == host or origins.allows(origin)
