"""The computation of all-MiniLM-L6-v2 as an ONNX graph of standard operators.

Builds a few kilobytes of graph that point into the weights file; must not read, copy or change a weight. The
graph takes `ids` and `mask` (int64, shape (texts, tokens)) and gives `vectors` (float32, shape (texts, 384), rows
of unit length).
"""

from typing import Final

import numpy as np

from memlane.adapters._drivers.onnx import GraphBuilder
from memlane.adapters.embedders._minilm_files import Layout

DIMENSION: Final = 384
_LAYERS: Final = 6
_HEADS: Final = 12
_EPSILON: Final = 1e-12
_MASKED: Final = 1e9  # subtracted from the score of a padding token: its share of attention becomes exactly 0


def build_graph(layout: Layout, *, file: str) -> bytes:
    """Return the model (Devlin et al. 2019, BERT; mean pooling as in Reimers & Gurevych 2019) as a serialised graph.

    Args:
        layout: Where the weights lie in their file.
        file: Name of that file in the folder that the session is given.

    Raises:
        MissingExtraError: `onnx` is not installed.
    """
    return _MiniLm(layout, file).build()


class _MiniLm:
    """Writes the graph, one method a part of the model; each takes and returns names of values."""

    def __init__(self, layout: Layout, file: str) -> None:
        self._layout = layout
        self._file = file
        self._graph = GraphBuilder()
        self._node = self._graph.node
        self._constant = self._graph.constant
        self._shape = self._node("Shape", "ids")
        self._mask = self._node("Cast", "mask", to=self._graph.float_type)
        self._flat = self._constant(np.array([-1, DIMENSION], np.int64))
        self._split = self._with_shape([_HEADS, DIMENSION // _HEADS])
        self._axis_1 = self._constant(np.array([1], np.int64))

    def build(self) -> bytes:
        hidden = self._embeddings()
        bias = self._attention_bias()
        for layer in range(_LAYERS):
            hidden = self._layer(hidden, bias, f"encoder.layer.{layer}")
        return self._graph.build(
            inputs={"ids": ("texts", "tokens"), "mask": ("texts", "tokens")},
            outputs={"vectors": (self._pool(hidden), ("texts", DIMENSION))},
        )

    def _embeddings(self) -> str:
        zero = self._constant(np.array([0], np.int64))
        length = self._node("Gather", self._shape, self._axis_1)
        words = self._node("Gather", self._weight("embeddings.word_embeddings.weight"), "ids")
        positions = self._node("Slice", self._weight("embeddings.position_embeddings.weight"), zero, length, zero)
        kind = self._node("Slice", self._weight("embeddings.token_type_embeddings.weight"), zero, self._axis_1, zero)
        summed = self._node("Add", self._node("Add", words, positions), kind)
        return self._node("Reshape", self._normalised(summed, "embeddings.LayerNorm"), self._flat)

    def _attention_bias(self) -> str:
        """Return 0 for tokens and a large negative number for padding, shaped to fit the scores."""
        axes = self._constant(np.array([1, 2], np.int64))
        below_zero = self._node("Sub", self._node("Unsqueeze", self._mask, axes), self._constant(np.float32(1)))
        return self._node("Mul", below_zero, self._constant(np.float32(_MASKED)))

    def _layer(self, hidden: str, bias: str, name: str) -> str:
        attended = self._linear(self._attention(hidden, bias, name), f"{name}.attention.output.dense")
        hidden = self._normalised(self._node("Add", attended, hidden), f"{name}.attention.output.LayerNorm")
        inner = self._node("Gelu", self._linear(hidden, f"{name}.intermediate.dense"))
        outer = self._linear(inner, f"{name}.output.dense")
        return self._normalised(self._node("Add", outer, hidden), f"{name}.output.LayerNorm")

    def _attention(self, hidden: str, bias: str, name: str) -> str:
        query = self._heads(hidden, f"{name}.attention.self.query", perm=[0, 2, 1, 3])
        key = self._heads(hidden, f"{name}.attention.self.key", perm=[0, 2, 3, 1])
        value = self._heads(hidden, f"{name}.attention.self.value", perm=[0, 2, 1, 3])
        scale = self._constant(np.float32(1 / np.sqrt(DIMENSION // _HEADS)))
        scores = self._node("Add", self._node("Mul", self._node("MatMul", query, key), scale), bias)
        mixed = self._node("MatMul", self._node("Softmax", scores, axis=-1), value)
        return self._node("Reshape", self._node("Transpose", mixed, perm=[0, 2, 1, 3]), self._flat)

    def _heads(self, hidden: str, name: str, *, perm: list[int]) -> str:
        split = self._node("Reshape", self._linear(hidden, name), self._split)
        return self._node("Transpose", split, perm=perm)

    def _pool(self, hidden: str) -> str:
        """Sum over real tokens and normalise; dividing by their number first would change nothing."""
        tokens = self._node("Reshape", hidden, self._with_shape([DIMENSION]))
        mask = self._node("Unsqueeze", self._mask, self._constant(np.array([2], np.int64)))
        summed = self._node("ReduceSum", self._node("Mul", tokens, mask), self._axis_1, keepdims=0)
        return self._node("LpNormalization", summed, axis=-1, p=2)

    def _linear(self, value: str, name: str) -> str:
        # transB takes the weights as they lie in the file, so that they need no transposed copy.
        return self._node("Gemm", value, self._weight(f"{name}.weight"), self._weight(f"{name}.bias"), transB=1)

    def _normalised(self, value: str, name: str) -> str:
        weights = self._weight(f"{name}.weight"), self._weight(f"{name}.bias")
        return self._node("LayerNormalization", value, *weights, axis=-1, epsilon=_EPSILON)

    def _with_shape(self, tail: list[int]) -> str:
        return self._node("Concat", self._shape, self._constant(np.array(tail, np.int64)), axis=0)

    def _weight(self, name: str) -> str:
        tensor = self._layout.tensors[name]
        start, end = tensor.data_offsets
        return self._graph.mapped(
            name, tensor.shape, file=self._file, offset=self._layout.data_start + start, length=end - start
        )
