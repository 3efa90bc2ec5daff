"""CTranslate2, whose model is written here from the weights: its own converter would need torch and transformers."""

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memlane.adapters.embedders._minilm_files import WEIGHTS, Layout, read_layout
from runtimes.batches import Numbers, batched, padded
from runtimes.shape import Embed, Setting

_LAYERS, _HEADS = 6, 12
_EPSILON = 1e-12


def open_runtime(setting: Setting) -> Embed:
    """Return it with so many workers of so many threads; `numbers` is its compute type, `float32` or `int8`."""
    ctranslate2: Any = importlib.import_module("ctranslate2")
    _write(setting)
    encoder = ctranslate2.Encoder(
        str(setting.folder),
        compute_type=setting.numbers,
        inter_threads=setting.lanes,
        intra_threads=setting.threads,
    )

    def forward(batch: Numbers) -> NDArray[np.float32]:
        """Sum the vectors of a text's tokens; those of padding count for nothing."""
        tokens = np.array(encoder.forward_batch(batch).last_hidden_state)
        _, mask = padded(batch)
        return np.matmul(mask[:, None, :].astype(np.float32), tokens)[:, 0, :]

    return batched(setting, forward)


def _write(setting: Setting) -> None:
    """Write the model into the folder: every weight as it is, those of query, key and value one below the other."""
    specs: Any = importlib.import_module("ctranslate2.specs")
    encoder = specs.TransformerEncoderSpec(
        _LAYERS,
        _HEADS,
        pre_norm=False,
        activation=specs.common_spec.Activation.GELU,
        num_source_embeddings=2,
        embeddings_merge=specs.common_spec.EmbeddingsMerge.ADD,
        layernorm_embedding=True,
    )
    encoder.scale_embeddings = False
    weights = _Weights(setting)
    for part, name in zip(encoder.embeddings, ("word", "token_type"), strict=True):
        part.weight = weights[f"embeddings.{name}_embeddings.weight"]
    encoder.position_encodings.encodings = weights["embeddings.position_embeddings.weight"]
    weights.normalise(encoder.layernorm_embedding, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        name = f"encoder.layer.{number}"
        attention = layer.self_attention
        weights.linear(attention.linear[0], *(f"{name}.attention.self.{part}" for part in ("query", "key", "value")))
        weights.linear(attention.linear[1], f"{name}.attention.output.dense")
        weights.normalise(attention.layer_norm, f"{name}.attention.output.LayerNorm")
        weights.linear(layer.ffn.linear_0, f"{name}.intermediate.dense")
        weights.linear(layer.ffn.linear_1, f"{name}.output.dense")
        weights.normalise(layer.ffn.layer_norm, f"{name}.output.LayerNorm")
    model = specs.TransformerEncoderModelSpec(encoder)
    model.config.layer_norm_epsilon = _EPSILON
    model.register_vocabulary([str(number) for number in range(len(weights["embeddings.word_embeddings.weight"]))])
    model.validate()
    model.optimize()
    model.save(str(setting.folder))


class _Weights:
    """The tensors of the weights file by name."""

    def __init__(self, setting: Setting) -> None:
        path = setting.model_dir / WEIGHTS
        self._layout: Layout = read_layout(path)
        self._data = np.memmap(path, np.uint8, "r", offset=self._layout.data_start)

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        tensor = self._layout.tensors[name]
        start, end = tensor.data_offsets
        return np.array(self._data[start:end]).view("<f4").reshape(tensor.shape)

    def linear(self, spec: Any, *names: str) -> None:
        spec.weight = np.concatenate([self[f"{name}.weight"] for name in names])
        spec.bias = np.concatenate([self[f"{name}.bias"] for name in names])

    def normalise(self, spec: Any, name: str) -> None:
        spec.gamma, spec.beta = self[f"{name}.weight"], self[f"{name}.bias"]
