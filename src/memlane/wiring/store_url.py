"""A store URL that never shows its password by accident.

Owns how a URL is masked wherever it is shown. It must not open or validate one: that is the drivers' part.
"""

import re

_MASK = "***"
_HOST = r"(?:[\w.-]+|\[[\da-fA-F:.]+\])?(?::\d+)?"
_NO_USER = re.compile(rf"{_HOST}(?:,{_HOST})*(?:/[^@?]*)?(?:\?.*)?", re.DOTALL)
_SECRET_OPTION = re.compile(r"(?<=[?&])([^=&]*(?:password|passwd|secret|token|credential)[^=&]*)=[^&]*", re.IGNORECASE)


class StoreUrl:
    """The URL of a store: shown masked, and whole only by `reveal`."""

    __slots__ = ("_url",)

    def __init__(self, url: str) -> None:
        """Hold `url`."""
        self._url = url

    def reveal(self) -> str:
        """Return the URL as it was given, password included."""
        return self._url

    def __str__(self) -> str:
        return masked_url(self._url)

    def __repr__(self) -> str:
        return f"StoreUrl({masked_url(self._url)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoreUrl) and other._url == self._url

    def __hash__(self) -> int:
        return hash(self._url)


def masked_url(url: str) -> str:
    """Return `url` with `***` in the place of its password and of query options that look secret.

    A password with reserved characters that were not percent-encoded is masked whole, at the price of masking more
    than it.
    """
    scheme, found, rest = url.partition("://")
    if not found:
        return url
    if "@" in rest and not _NO_USER.fullmatch(rest):
        user_info, _, place = rest.rpartition("@")
        user, has_password, _ = user_info.partition(":")
        rest = f"{user}{':' + _MASK if has_password else ''}@{place}"
    return f"{scheme}://" + _SECRET_OPTION.sub(rf"\1={_MASK}", rest)
