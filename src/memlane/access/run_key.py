"""A key that lives as long as one run of the server: its secret is in the memory of two processes and nowhere else."""

from memlane.access.credential import SCOPES, Credential, Gate
from memlane.access.key_secrets import KeySecret, is_among, new_id, new_secret, public_prefix, read_secret, secret_hash

TENANT = "default"
"""The tenant that such a key is for."""


def new_run_key() -> KeySecret:
    """Return a key that no store knows, for a `RunKeyGate`."""
    return new_secret(new_id())


class RunKeyGate:
    """Lets in who shows the key of this run, with every scope; everybody else is another gate's.

    Args:
        sha256: SHA-256 of the key, in hexadecimal.
        others: The gate of all other callers.
    """

    def __init__(self, sha256: str, others: Gate) -> None:
        self._sha256 = sha256
        self._others = others

    async def admit(self, secret: str | None) -> Credential:
        """Return whose secret it is; errors as of `Gate`."""
        shown = read_secret(secret)
        if shown is None or not is_among(secret_hash(shown), [self._sha256]):
            return await self._others.admit(secret)
        return Credential(id=public_prefix(shown.id), tenant=TENANT, scopes=frozenset(SCOPES))
