"""The suite every session store passes; subclass it and override `backend`."""

import pytest

from memlane.testing.backends import SessionBackend


class SessionStoreSuite:
    """Checks the promises P1-P9 of `SessionStore`."""

    @pytest.fixture
    async def backend(self) -> SessionBackend:
        """Yield a fresh, empty backend."""
        raise NotImplementedError
