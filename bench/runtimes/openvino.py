"""OpenVINO with the graph that Memlane builds for ONNX Runtime."""

import importlib
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memlane.adapters.embedders._minilm_files import WEIGHTS, read_layout
from memlane.adapters.embedders._minilm_graph import build_graph
from runtimes.batches import Numbers, batched, padded
from runtimes.shape import Embed, Setting


def open_runtime(setting: Setting) -> Embed:
    """Return it with a stream a lane; `numbers` is its precision, `f32` or `bf16`.

    Raises:
        RuntimeError: it computes with another precision on this CPU.
    """
    model = _compiled(setting)
    chosen = model.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    if chosen != setting.numbers:
        raise RuntimeError(f"it computes in {chosen} on this CPU")
    own = threading.local()

    def forward(batch: Numbers) -> NDArray[np.float32]:
        if not hasattr(own, "request"):
            own.request = model.create_infer_request()
        ids, mask = padded(batch)
        own.request.infer({"ids": ids, "mask": mask}, share_inputs=True)
        return np.array(own.request.get_output_tensor(0).data)

    return batched(setting, forward)


def _compiled(setting: Setting) -> Any:
    openvino: Any = importlib.import_module("openvino")
    weights = setting.folder / WEIGHTS
    shutil.copyfile((setting.model_dir / WEIGHTS).resolve(), weights)  # the graph finds them in its own folder
    graph = Path(setting.folder / "model.onnx")
    graph.write_bytes(build_graph(read_layout(weights), file=weights.name))
    properties = {
        "INFERENCE_PRECISION_HINT": setting.numbers,
        "INFERENCE_NUM_THREADS": setting.lanes * setting.threads,
        "NUM_STREAMS": setting.lanes,
        "ENABLE_CPU_PINNING": False,
    }
    return openvino.Core().compile_model(graph, "CPU", properties)
