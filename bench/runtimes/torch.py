"""sentence-transformers on torch, on the CPU."""

import importlib
import os
from typing import Any

from runtimes.shape import Embed, Setting

_BATCH = 32  # its default


def open_runtime(setting: Setting) -> Embed:
    """Return it with its own number of threads or the one given; it sorts and batches by itself."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch: Any = importlib.import_module("torch")
    library: Any = importlib.import_module("sentence_transformers")
    if setting.threads:
        torch.set_num_threads(setting.threads)
    model = library.SentenceTransformer(str(setting.model_dir), device="cpu")
    return lambda texts, _, __: model.encode(
        texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
    )
