"""What a runtime is told and gives, in plain types: this runs in every environment, with and without Memlane."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Embed = Callable[[list[str], bool, int], Any]
"""Takes texts, whether they are queries, and how many to run at once; returns an array of rows of unit length.

Memlane and sentence-transformers choose themselves how many to run at once.
"""


@dataclass(frozen=True)
class Setting:
    """How to open a runtime.

    Attributes:
        model_dir: The weights of all-MiniLM-L6-v2, `model.safetensors`, and its tokenizer.
        lanes: How many batches run beside each other.
        threads: How many threads work on one batch; 0 for what the runtime itself would choose.
        numbers: How it computes, in the runtime's own word, such as `float32` or `int8`.
        folder: Where it may write; lives as long as the runtime.
    """

    model_dir: Path
    lanes: int
    threads: int
    numbers: str
    folder: Path
