"""What an embedder promises."""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Purpose: TypeAlias = Literal["document", "query"]


class Embedder(Protocol):
    """Turns texts into vectors whose inner product is their similarity.

    Promises (each is a test in `memlane.testing.embedders`):
        E1 embed() returns float32 of shape (n, dimension), rows of unit length, in the order given.
        E2 the same text and purpose give the same vector, in any batch, up to 1e-3 of cosine.
        E3 any text is accepted: empty, 1 MiB, emoji, NUL; none gives NaN.
        E4 `identity` changes whenever vectors would: model, precision, text limits.
        E5 nothing is loaded or connected before the first embed(); what cannot be raises EmbedderUnavailableError
           or MissingExtraError.
    """

    @property
    def identity(self) -> str:
        """Name of the vector space, stored with every vector; 1-128 characters of `[A-Za-z0-9._:/+-]`."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> NDArray[np.float32]:
        """Return one unit vector a text."""
        ...

    async def aclose(self) -> None:
        """Release what this embedder opened itself."""
        ...
