"""ONNX: building a graph (`onnx`), running one (`onnxruntime`), and the translation of their errors.

Knows nothing of any particular model. Both packages are imported on use.
"""

import importlib
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from memlane.errors import EmbedderError, EmbedderUnavailableError, MissingExtraError

_PIP_LINE: Final = "pip install 'memlane[local]'"
_OPSET: Final = 20  # the first with Gelu
_IR_VERSION: Final = 9
_ERRORS_ONLY: Final = 3


class GraphBuilder:
    """Collects the nodes of one graph; every value is known by its name.

    Raises:
        MissingExtraError: `onnx` is not installed.
    """

    def __init__(self) -> None:
        self._onnx: Any = _import("onnx")  # generated protobuf classes have no usable types
        self._nodes: list[Any] = []
        self._tensors: dict[str, Any] = {}

    @property
    def float_type(self) -> int:
        """The number of float32 in the format."""
        return int(self._onnx.TensorProto.FLOAT)

    def node(self, operator: str, *inputs: str, **attributes: float | Sequence[int]) -> str:
        """Add a node with one output and return the name of the output."""
        output = f"{operator}_{len(self._nodes)}"
        self._nodes.append(self._onnx.helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def constant(self, value: NDArray[np.int64] | np.float32) -> str:
        """Add a constant and return its name."""
        name = f"constant_{len(self._tensors)}"
        self._tensors[name] = self._onnx.numpy_helper.from_array(np.asarray(value), name)
        return name

    def mapped(self, name: str, shape: Sequence[int], *, file: str, offset: int, length: int) -> str:
        """Add float32 weights that stay in a file beside the model, and return their name.

        Args:
            name: Name of the weights; adding the same name again changes nothing.
            shape: Their shape.
            file: Name of the file in the folder given to `open_session`.
            offset: Where they begin, in bytes.
            length: How long they are, in bytes.
        """
        tensor = self._onnx.TensorProto(name=name, data_type=self.float_type, dims=shape)
        tensor.data_location = self._onnx.TensorProto.EXTERNAL
        for key, value in (("location", file), ("offset", offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        self._tensors[name] = tensor
        return name

    def build(
        self,
        *,
        inputs: Mapping[str, Sequence[str | int]],
        outputs: Mapping[str, tuple[str, Sequence[str | int]]],
    ) -> bytes:
        """Return the serialised graph.

        Args:
            inputs: Name → shape of the int64 inputs.
            outputs: Name → value to give out, and its shape; float32.
        """
        helper = self._onnx.helper
        names = self._onnx.TensorProto
        for name, (value, _) in outputs.items():
            self._nodes.append(helper.make_node("Identity", [value], [name]))
        graph = helper.make_graph(
            self._nodes,
            "memlane",
            [helper.make_tensor_value_info(name, names.INT64, shape) for name, shape in inputs.items()],
            [helper.make_tensor_value_info(name, names.FLOAT, shape) for name, (_, shape) in outputs.items()],
            list(self._tensors.values()),
        )
        opset = helper.make_opsetid("", _OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)
        return cast("bytes", model.SerializeToString())


class OnnxSession:
    """A loaded graph; run() may be called from several threads at once."""

    def __init__(self, session: Any) -> None:
        """Wrap an `onnxruntime.InferenceSession`."""
        self._session = session

    def run(self, inputs: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        """Return the first output, in the thread of the caller.

        Raises:
            EmbedderError: the runtime failed.
        """
        with _translate_errors(EmbedderError, "the local model failed"):
            return cast("NDArray[np.float32]", self._session.run(None, inputs)[0])


def open_session(model: bytes, *, folder: Path) -> OnnxSession:
    """Load a graph whose weights are mapped from files in `folder`, to be run by the threads that call it.

    One thread a run: on 2 cores a second one made one short text slower (6.0 ms against 5.5 ms, with spinning
    16 ms), and runs side by side use the cores as well. The arena saves page faults (a long text: 55 ms against
    75 ms); without memory patterns it stays as small as the largest run needs.

    Raises:
        MissingExtraError: `onnxruntime` is not installed.
        EmbedderUnavailableError: the graph or its weights cannot be loaded.
    """
    runtime = _import("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.log_severity_level = _ERRORS_ONLY
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    with _translate_errors(EmbedderUnavailableError, "the local model cannot be loaded"):
        session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return OnnxSession(session)


@contextmanager
def _translate_errors(into: type[EmbedderError], message: str) -> Generator[None]:
    try:
        yield
    except Exception as exc:  # the runtime's error classes have no other base
        raise into(message) from exc


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as exc:
        raise MissingExtraError("the local embedder", _PIP_LINE) from exc
