"""The suite every memory store passes; subclass it and override `backend`."""

import pytest

from memlane.testing.backends import MemoryBackend


class MemoryStoreSuite:
    """Checks the promises M1-M10 of `MemoryStore`."""

    @pytest.fixture
    async def backend(self) -> MemoryBackend:
        """Yield a fresh, empty backend."""
        raise NotImplementedError
