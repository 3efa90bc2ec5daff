"""What the benchmarks of the embedder reckon, and the worker they ask."""

import sys
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from embedder_process import EmbedderProcess, least_cosine
from embedder_runtimes import Found, Runner, Way, fastest, made_up_texts, slowest_quotient
from embedding_cache import CachedEmbedder
from made_up import RandomEmbedder
from measure import Timing
from memlane.adapters.embedders._minilm_files import find_model
from runtimes.batches import batched, padded
from runtimes.shape import Setting


@pytest.fixture
def model_dir() -> Path:
    return find_model(None)


def test_the_least_cosine_is_that_of_the_worst_pair() -> None:
    assert least_cosine([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.6, 0.8]]) == pytest.approx(0.8)


def test_a_batch_is_padded_with_what_its_mask_leaves_out() -> None:
    ids, mask = padded([[5, 6, 7], [8]])
    assert ids.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


@pytest.mark.parametrize("lanes", [1, 2])
def test_vectors_come_in_the_order_of_the_texts_whatever_the_batches(
    model_dir: Path, tmp_path: Path, lanes: int
) -> None:
    sizes: list[int] = []

    def forward(batch: list[list[int]]) -> NDArray[np.float32]:
        sizes.append(len(batch))
        return np.array([[3.0 * len(numbers), 4.0 * len(numbers)] for numbers in batch], np.float32)

    embed = batched(Setting(model_dir, lanes, 1, "float32", tmp_path), forward)
    vectors = embed(["one two three", "one", "one two"], False, 2)
    assert vectors == pytest.approx(np.array([[0.6, 0.8]] * 3))
    assert sorted(sizes) == [1, 2]


def test_made_up_texts_have_the_tokens_that_are_told(model_dir: Path) -> None:
    from memlane.adapters._drivers.wordpiece import WordPieceTokenizer  # noqa: PLC0415 -- where it is installed

    tokenizer = WordPieceTokenizer(model_dir / "tokenizer.json", max_tokens=256)
    tokens = {name: [len(tokenizer.encode(text)) for text in texts] for name, texts in made_up_texts().items()}
    assert tokens["a question alone"] == [10]
    assert tokens["long texts"] == [256] * 8
    assert 35 <= np.mean(tokens["chat turns"]) <= 45


def test_the_fastest_batch_is_chosen_without_its_first_call() -> None:
    taken = {1: [1.0, 9.0, 9.0], 4: [99.0, 5.0, 6.0]}

    class Trials:
        def embed(self, _: list[str], *, batch: int, **__: object) -> dict[str, list[float]]:
            return {"ms": taken[batch]}

    runner = Runner(cast("EmbedderProcess", Trials()), Way(1, 1))
    assert fastest([runner], ["text"] * 4, is_query=False).batch == 4


def test_only_the_same_vectors_count_as_the_same_work() -> None:
    timings = {"Memlane": Timing([[2.0]]), "exact": Timing([[4.0]]), "coarse": Timing([[1.0]])}
    found = Found(1, timings, {}, {"Memlane": 1.0, "exact": 1.0, "coarse": 0.99}, {})
    assert slowest_quotient(found, {"set": found}, ours="Memlane") == 0.5


async def test_questions_are_embedded_each_time_where_they_are_timed(tmp_path: Path) -> None:
    embedder = CachedEmbedder(RandomEmbedder(), tmp_path / "vectors.db", queries=False)
    first = await embedder.embed(["who?"], purpose="query")
    assert not np.array_equal(first, await embedder.embed(["who?"], purpose="query"))
    kept = await embedder.embed(["I"], purpose="document")
    assert np.array_equal(kept, await embedder.embed(["I"], purpose="document"))
    assert embedder.hits == 1
    await embedder.aclose()


def test_the_worker_embeds_with_memlane(model_dir: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    assert model_dir
    process = EmbedderProcess(sys.executable, "memlane", tmp_path / "log")
    with process.worker:
        told = process.embed(["a", "b"], calls=2)
    assert process.load_s > 0
    assert len(told["ms"]) == 2
    assert np.linalg.norm(told["vectors"], axis=1) == pytest.approx([1.0, 1.0])
