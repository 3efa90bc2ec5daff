"""What a list of API keys promises."""

from typing import Protocol

from memlane.types.key import KeyInfo


class KeyList(Protocol):
    """Knows the API keys of a store, and never gives a secret or a hash of one."""

    async def list(self, tenant: str | None = None) -> list[KeyInfo]:
        """Return the keys that have not expired, of one tenant or of all, oldest first.

        Raises:
            StoreUnavailableError: they cannot be read.
        """
        ...
