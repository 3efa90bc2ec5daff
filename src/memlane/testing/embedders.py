"""The suite every embedder passes; subclass it and override `embedder`."""

import pytest

from memlane.protocols.embedder import Embedder


class EmbedderSuite:
    """Checks the promises E1-E5 of `Embedder`."""

    @pytest.fixture
    async def embedder(self) -> Embedder:
        """Yield an embedder that has not been used yet; close it after."""
        raise NotImplementedError

    def make_unreachable(self) -> Embedder:
        """Return an embedder of this kind whose model or server is not there.

        Raises:
            UnsupportedError: there is nothing that this embedder could fail to load or reach.
        """
        raise NotImplementedError
