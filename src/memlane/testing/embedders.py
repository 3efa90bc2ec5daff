"""The suite every embedder passes.

An adapter's test file subclasses `EmbedderSuite`, overrides the `embedder` fixture and says by `make_unreachable`
what it looks like when the model or server is not there. pytest-asyncio must run in its `auto` mode.
"""

import asyncio
import re

import numpy as np
import pytest
from numpy.typing import NDArray

from memlane.errors import EmbedderUnavailableError, MissingExtraError, UnsupportedError
from memlane.protocols.embedder import Embedder, Purpose

TEXTS: tuple[str, ...] = (
    "I'm vegetarian and I land in Oslo on Friday.",
    "She plays the cello.",
    "oslo",
    "Ich lande am Freitag in Oslo und esse kein Fleisch.",
    "\u0645\u0631\u062d\u0628\u0627 \u4f60\u597d",
)
HOSTILE_TEXTS: tuple[str, ...] = (
    "",
    " ",
    "\n\t",
    "\0",
    "a\0b",
    "\U0001f600",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 50,
    "\u202e\u200b\ufeff",
    "[CLS] [SEP] [MASK] <|endoftext|>",
    "\ud7ff\ue000\uffff\U0010ffff",
    "x" * 1_048_576,
    "word " * 200_000,
)
_PURPOSES: tuple[Purpose, ...] = ("document", "query")
_IDENTITY = re.compile(r"[A-Za-z0-9._:/+-]{1,128}")
_SAME_COSINE = 1 - 1e-3


class EmbedderSuite:
    """Checks the promises E1-E5 of `Embedder`; subclass it and override `embedder` and `make_unreachable`."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        """Yield an embedder that has not been used yet, and close it; an override may be asynchronous."""
        raise NotImplementedError("override the fixture `embedder`")

    def make_unreachable(self) -> Embedder:
        """Return an embedder of this kind whose model or server is not there, failing within some seconds.

        Raises:
            UnsupportedError: there is nothing that this embedder could fail to load or reach.
        """
        raise NotImplementedError("override `make_unreachable`; raise UnsupportedError where nothing can be missing")

    def make_variants(self) -> list[Embedder]:
        """Return embedders of this kind with other settings that change vectors; none where there are no such."""
        return []

    @pytest.mark.parametrize("purpose", _PURPOSES)
    async def test_vectors_are_unit_rows_of_float32_one_a_text(self, embedder: Embedder, purpose: Purpose) -> None:
        vectors = await embedder.embed(TEXTS, purpose=purpose)
        _check_shape(embedder, vectors, len(TEXTS))

    async def test_no_texts_give_no_rows(self, embedder: Embedder) -> None:
        vectors = await embedder.embed([], purpose="document")
        assert vectors.dtype == np.float32
        assert vectors.shape == (0, embedder.dimension)

    @pytest.mark.parametrize("purpose", _PURPOSES)
    async def test_rows_come_in_the_order_of_the_texts(self, embedder: Embedder, purpose: Purpose) -> None:
        texts = [text * length for length in (9, 1, 4) for text in TEXTS]
        vectors = await embedder.embed(texts, purpose=purpose)
        backwards = await embedder.embed(texts[::-1], purpose=purpose)
        _check_same(vectors, backwards[::-1])

    async def test_different_texts_give_different_vectors(self, embedder: Embedder) -> None:
        vectors = await embedder.embed(TEXTS, purpose="document")
        cosines = vectors @ vectors.T
        assert np.all(cosines[~np.eye(len(TEXTS), dtype=bool)] < _SAME_COSINE)

    @pytest.mark.parametrize("purpose", _PURPOSES)
    async def test_a_text_gives_the_same_vector_in_any_batch(self, embedder: Embedder, purpose: Purpose) -> None:
        alone = np.concatenate([await embedder.embed([text], purpose=purpose) for text in TEXTS])
        _check_same(alone, await embedder.embed(TEXTS, purpose=purpose))
        among = await embedder.embed([*TEXTS, *("filler " * number for number in range(1, 90))], purpose=purpose)
        _check_same(alone, among[: len(TEXTS)])

    async def test_concurrent_calls_do_not_mix_their_texts(self, embedder: Embedder) -> None:
        expected = await embedder.embed(TEXTS, purpose="document")
        calls = [embedder.embed([TEXTS[number % len(TEXTS)]], purpose="document") for number in range(20)]
        results = await asyncio.gather(*calls)
        for number, vectors in enumerate(results):
            _check_same(vectors, expected[[number % len(TEXTS)]])

    async def test_any_text_is_accepted_and_none_gives_nan(self, embedder: Embedder) -> None:
        vectors = await embedder.embed(HOSTILE_TEXTS, purpose="document")
        _check_shape(embedder, vectors, len(HOSTILE_TEXTS))
        queries = await embedder.embed(HOSTILE_TEXTS[:4], purpose="query")
        _check_shape(embedder, queries, 4)

    async def test_the_texts_given_are_left_alone(self, embedder: Embedder) -> None:
        texts = [*HOSTILE_TEXTS[:8], *TEXTS]
        await embedder.embed(texts, purpose="document")
        assert texts == [*HOSTILE_TEXTS[:8], *TEXTS]

    async def test_vectors_returned_are_the_callers_to_change(self, embedder: Embedder) -> None:
        vectors = await embedder.embed(TEXTS, purpose="document")
        kept = vectors.copy()
        vectors[:] = 0
        _check_same(kept, await embedder.embed(TEXTS, purpose="document"))

    async def test_identities_are_well_formed_stay_and_tell_settings_apart(self, embedder: Embedder) -> None:
        variants = self.make_variants()
        before = [(one.identity, one.dimension) for one in (embedder, *variants)]
        assert all(_IDENTITY.fullmatch(identity) and dimension > 0 for identity, dimension in before)
        assert len({identity for identity, _ in before}) == len(before)
        await embedder.embed(TEXTS[:1], purpose="document")
        assert [(one.identity, one.dimension) for one in (embedder, *variants)] == before
        for variant in variants:
            await variant.aclose()

    async def test_what_cannot_be_loaded_or_reached_is_unavailable_at_the_first_call(
        self, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        try:
            missing = self.make_unreachable()
        except UnsupportedError:
            _refuse_files_and_network(monkeypatch)
            _check_shape(embedder, await embedder.embed(TEXTS, purpose="query"), len(TEXTS))
            return
        assert missing.identity
        assert missing.dimension
        for _ in range(2):
            with pytest.raises((EmbedderUnavailableError, MissingExtraError)):
                await missing.embed(TEXTS, purpose="query")
        await missing.aclose()

    async def test_closing_twice_or_unused_is_harmless(self, embedder: Embedder) -> None:
        await embedder.aclose()
        await embedder.aclose()


def _check_shape(embedder: Embedder, vectors: NDArray[np.float32], count: int) -> None:
    assert vectors.dtype == np.float32
    assert vectors.shape == (count, embedder.dimension)
    assert np.all(np.isfinite(vectors))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def _check_same(one: NDArray[np.float32], other: NDArray[np.float32]) -> None:
    assert one.shape == other.shape
    assert np.all(np.sum(one * other, axis=1) >= _SAME_COSINE)


def _refuse_files_and_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make opening a file or connecting raise, for an embedder that says it needs neither."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("an embedder that needs nothing opened a file or a connection")

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr("socket.socket.connect", refuse)
