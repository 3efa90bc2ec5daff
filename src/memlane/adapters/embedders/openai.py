"""The embedder behind OpenAI's API: what is sent, in which batches, and what is accepted as an answer.

Clients and errors belong to the driver.
"""

import asyncio
import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from memlane.adapters._drivers.openai import (
    AzureOpenAIServer,
    OpenAIAccess,
    OpenAIServer,
    is_refused_input,
    translate_errors,
)
from memlane.adapters.embedders._batches import run_side_by_side
from memlane.errors import ClosedError, EmbedderError, EmbedderUnavailableError, SettingError
from memlane.protocols.embedder import Purpose

if TYPE_CHECKING:
    from openai import AsyncOpenAI

__all__ = ["AzureOpenAIServer", "OpenAIEmbedder", "OpenAIServer"]

_KNOWN_DIMENSIONS: Final = {
    "text-embedding-3-small": 1_536,
    "text-embedding-3-large": 3_072,
    "text-embedding-ada-002": 1_536,
}
_CAN_SHORTEN: Final = "text-embedding-3-"
_BATCH_TEXTS: Final = 256
_BATCH_TOKENS: Final = 250_000
_REQUESTS_AT_ONCE: Final = 4
_MAX_TOKENS: Final = 8_191
_CAUTION: Final = 0.75
# About one token each, in the encoding of the embedding models.
_PIECE: Final = re.compile(r"\s*(?:[A-Za-z]{1,5}|[0-9]{1,3}|[\u0080-\u07ff]{1,2}|\S)|\s+")
_NOT_IN_IDENTITY: Final = re.compile(r"[^A-Za-z0-9._:/-]")
_LONGEST_IDENTITY: Final = 128
_BLANK: Final = "."  # stands for texts without any character to see, which the API refuses


class _Item(msgspec.Struct):
    embedding: str | list[float]
    index: int | None = None


class _Answer(msgspec.Struct):
    data: list[_Item]


class OpenAIEmbedder:
    """Embeds with a model behind OpenAI's API: OpenAI, Azure OpenAI, or a server that speaks the same.

    Texts without a visible character are embedded as a full stop. A text beyond the limit of the model is cut: first
    by an estimate of its tokens, a quarter below the limit, and should the server still refuse it, where no
    tokenizer can exceed the limit (one token a byte).

    Promises: those of `Embedder`.
    """

    def __init__(
        self,
        access: OpenAIAccess,
        *,
        model: str = "text-embedding-3-small",
        dimension: int | None = None,
        max_tokens: int = _MAX_TOKENS,
        sends_dimension: bool | None = None,
    ) -> None:
        """Choose the server and the model; connect to nothing yet.

        Args:
            access: The server. The client made from it is closed by aclose().
            model: Name of the model, also when Azure knows it under a deployment's name.
            dimension: Length of a vector; needed for models other than OpenAI's own.
            max_tokens: The longest text that the model takes.
            sends_dimension: Whether to ask the server for `dimension`; None: only of OpenAI's models that can
                shorten, and only for a length other than their own.

        Raises:
            SettingError: a dimension is missing, impossible or not what the model has.
        """
        self._access = access
        self._model = model
        self._dimension = _choose_dimension(model, dimension)
        self._max_tokens = max_tokens
        shortened = model.startswith(_CAN_SHORTEN) and self._dimension != _KNOWN_DIMENSIONS.get(model)
        self._sends_dimension = shortened if sends_dimension is None else sends_dimension
        self._identity = _make_identity(model, self._dimension, max_tokens)
        self._client: AsyncOpenAI | None = None
        self._opening = asyncio.Lock()
        self._closed = False
        # The package honours a server's wish to wait up to two minutes; a recall must not.
        self._deadline_s = access.timeout.total_seconds() * (access.max_retries + 1)

    @property
    def identity(self) -> str:
        """Name of the vector space: model, length and text limit."""
        return self._identity

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> NDArray[np.float32]:  # noqa: ARG002 - both alike
        """Return one unit vector a text: float32, shape (n, dimension).

        Raises:
            MissingExtraError: `openai` is not installed.
            EmbedderUnavailableError: the server cannot be reached, is overloaded or out of order.
            SettingError: the key or the model is refused.
            EmbedderError: the request was refused, or the answer is not one usable vector a text.
            ClosedError: after aclose().
        """
        batches = list(_batches((_cut_to(text, self._max_tokens) for text in texts), self._max_tokens))
        results = await run_side_by_side(batches, self._embed_batch, width=_REQUESTS_AT_ONCE)
        return np.concatenate([np.empty((0, self._dimension), np.float32), *results])

    async def aclose(self) -> None:
        """Close the client."""
        self._closed = True
        async with self._opening:
            client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _embed_batch(self, texts: list[str]) -> NDArray[np.float32]:
        try:
            return self._vectors(await self._request(texts), len(texts))
        except EmbedderError as exc:
            if not (_may_be_too_long(texts[0], self._max_tokens) and is_refused_input(exc)):
                raise
        head = texts[0].encode()[: self._max_tokens].decode(errors="ignore")
        return self._vectors(await self._request([head]), 1)

    async def _request(self, texts: list[str]) -> bytes:
        client = await self._opened()
        extra = {"dimensions": self._dimension} if self._sends_dimension else None
        with translate_errors("the embedding server", failed=EmbedderError, unavailable=EmbedderUnavailableError):
            async with asyncio.timeout(self._deadline_s):
                answer = await client.embeddings.with_raw_response.create(
                    model=self._model, input=texts, encoding_format="base64", extra_body=extra
                )
        return answer.content

    async def _opened(self) -> "AsyncOpenAI":
        async with self._opening:
            if self._closed:
                raise ClosedError("the embedder was used after close")
            if self._client is None:
                self._client = await asyncio.to_thread(self._access.open)  # importing the package takes a second
            return self._client

    def _vectors(self, content: bytes, count: int) -> NDArray[np.float32]:
        try:
            items = msgspec.json.decode(content, type=_Answer).data
            vectors = [_decode(item.embedding) for item in _in_order(items)]
        except (msgspec.DecodeError, ValueError) as exc:
            raise EmbedderError("the embedding server gave an answer that is not understood") from exc
        if len(vectors) != count:
            raise EmbedderError(f"the embedding server gave {len(vectors)} vectors for {count} texts")
        for vector in vectors:
            if len(vector) != self._dimension:
                raise EmbedderError(f"the vectors have {len(vector)} numbers where {self._dimension} were expected")
        return _normalised(np.stack(vectors))


def _choose_dimension(model: str, dimension: int | None) -> int:
    known = _KNOWN_DIMENSIONS.get(model)
    chosen = known if dimension is None else dimension
    if chosen is None:
        raise SettingError(f"the dimension of the embedding model {model!r} is not known; give it")
    if chosen < 1 or (known is not None and not _is_possible(model, chosen, known)):
        raise SettingError(f"the embedding model {model!r} cannot give vectors of {chosen} numbers")
    return chosen


def _is_possible(model: str, dimension: int, known: int) -> bool:
    return dimension == known or (model.startswith(_CAN_SHORTEN) and dimension < known)


def _make_identity(model: str, dimension: int, max_tokens: int) -> str:
    encoded = _NOT_IN_IDENTITY.sub(lambda found: "".join(f"+{byte:02x}" for byte in found[0].encode()), model)
    identity = f"openai:{encoded}/{dimension}/{max_tokens}"
    if len(identity) > _LONGEST_IDENTITY:
        raise SettingError(f"the name of the embedding model is too long: {len(model)} characters")
    return identity


def _may_be_too_long(text: str, max_tokens: int) -> bool:
    # No token is shorter than a byte.
    return len(text) > max_tokens or len(text.encode()) > max_tokens


def _cut_to(text: str, max_tokens: int) -> str:
    text = text.encode(errors="replace").decode()  # a lone surrogate cannot be sent
    if not text.strip("\0 \t\r\n\f\v") or text.isspace():
        return _BLANK
    if not _may_be_too_long(text, max_tokens):
        return text
    beyond = next(islice(_PIECE.finditer(text), int(max_tokens * _CAUTION), None), None)
    return text if beyond is None else text[: beyond.start()]


def _batches(texts: Iterable[str], max_tokens: int) -> Iterator[list[str]]:
    """Yield texts in batches that the API takes; one that may be too long stands alone, so as to be cut alone."""
    batch: list[str] = []
    room = _BATCH_TOKENS
    for text in texts:
        tokens = len(text.encode())
        alone = tokens > max_tokens
        if batch and (alone or tokens > room or len(batch) == _BATCH_TEXTS):
            yield batch
            batch, room = [], _BATCH_TOKENS
        batch.append(text)
        room -= tokens
        if alone:
            yield batch
            batch, room = [], _BATCH_TOKENS
    if batch:
        yield batch


def _in_order(items: list[_Item]) -> list[_Item]:
    numbers = [item.index for item in items]
    if all(number is None for number in numbers):
        return items
    by_number = {item.index: item for item in items}
    if set(by_number) != set(range(len(items))):
        raise ValueError("the indexes are not 0 to n-1")
    return [by_number[number] for number in range(len(items))]


def _decode(embedding: str | list[float]) -> NDArray[np.float32]:
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), "<f4").astype(np.float32)
    with np.errstate(over="ignore"):  # becomes infinity, and is refused as such
        return np.array(embedding, np.float32)


def _normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or np.any(lengths == 0):
        raise EmbedderError("the embedding server gave a vector that is zero or not a number")
    return (vectors / lengths).astype(np.float32)
