"""Name to embedder: `local`, `none`, `hashing`, `openai:<model>`, `azure:<deployment>`.

Where a hosted embedder is and what opens it comes from the variables that the providers use themselves:
`OPENAI_API_KEY`, `OPENAI_BASE_URL`; `AZURE_OPENAI_ENDPOINT`, `AZURE_OPENAI_API_KEY` or, without it, Entra ID.
"""

import os

from memlane.errors import SettingError
from memlane.protocols.embedder import Embedder
from memlane.wiring.azure import azure_server

NAMES = "local, none, hashing, openai:<model>[/<dimension>], azure:<deployment>[/<dimension>]"


def open_embedder(name: str | Embedder | None) -> Embedder | None:
    """Return the embedder of that name; it loads or connects on first use. An embedder is returned as it is.

    Raises:
        SettingError: the name is not understood, or what it needs is not set.
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


def _hosted(kind: str, name: str) -> Embedder:
    from memlane.adapters.embedders.openai import OpenAIEmbedder, OpenAIServer  # noqa: PLC0415 -- SDKs load on use

    model, _, length = name.partition("/")
    dimension = _dimension(length) if length else None
    if kind == "azure":
        return OpenAIEmbedder(azure_server(model, "an embedder"), dimension=dimension)
    server = OpenAIServer(api_key=os.environ.get("OPENAI_API_KEY"), base_url=os.environ.get("OPENAI_BASE_URL"))
    return OpenAIEmbedder(server, model=model, dimension=dimension)


def _dimension(length: str) -> int:
    if not length.isdecimal():
        raise SettingError(f"the dimension of an embedder must be a whole number, not {length!r}")
    return int(length)
