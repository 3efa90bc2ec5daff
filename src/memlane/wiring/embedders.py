"""Name to embedder: `local`, `none`, `hashing`, `openai:<model>`, `azure:<deployment>`."""

from memlane.errors import SettingError
from memlane.protocols.embedder import Embedder

NAMES = "local, none, hashing, openai:<model>, azure:<deployment>"


def open_embedder(name: str | Embedder | None) -> Embedder | None:
    """Return the embedder of that name; it loads or connects on first use. An embedder is returned as it is.

    Raises:
        SettingError: the name is not understood.
        MissingExtraError: its SDK is not installed.
    """
    if name is None or name == "none":
        return None
    if not isinstance(name, str):
        return name
    kind, _, model = name.partition(":")
    if kind in ("openai", "azure") and model:
        return _hosted(kind, model)
    if name == "local":
        from memlane.adapters.embedders.local import OnnxEmbedder  # noqa: PLC0415 -- runtimes load on use

        return OnnxEmbedder()
    if name == "hashing":
        from memlane.adapters.embedders.hashing import HashingEmbedder  # noqa: PLC0415 -- runtimes load on use

        return HashingEmbedder()
    raise SettingError(f"no embedder is called {name!r}; there are: {NAMES}")


def _hosted(kind: str, model: str) -> Embedder:
    from memlane.adapters.embedders.openai import OpenAIEmbedder  # noqa: PLC0415 -- SDKs load on use

    return OpenAIEmbedder.azure(model) if kind == "azure" else OpenAIEmbedder(model)
