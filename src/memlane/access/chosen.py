"""The gate of a server that knows API keys and, where it is told of an identity provider, tokens."""

from memlane.access.credential import Credential, Gate
from memlane.access.key_secrets import KEY_PREFIX


class ChosenGate:
    """Sends each caller to the gate that their secret is for.

    Args:
        keys: The gate of what begins with `ml_`, and of those who show nothing.
        tokens: The gate of everything else; None where only keys are let in.
    """

    def __init__(self, keys: Gate, tokens: Gate | None = None) -> None:
        self._keys = keys
        self._tokens = tokens

    async def admit(self, secret: str | None) -> Credential:
        """Return whose secret it is; errors as of `Gate`."""
        if self._tokens is None or secret is None or secret.startswith(KEY_PREFIX):
            return await self._keys.admit(secret)
        return await self._tokens.admit(secret)
