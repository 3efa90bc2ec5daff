"""Name to token counter: `estimate`, `estimate:<family>`, `tiktoken:<encoding>`, `auto:<model>`."""

import re
from typing import Final

from memlane.errors import MissingExtraError, SettingError
from memlane.protocols.counter import TokenCounter

_NAMES: Final = "auto, auto:<model>, estimate, estimate:<family>, tiktoken:<encoding>"
# OpenAI's models before GPT-4o, in names of deployments too.
_CL100K: Final = re.compile(r"gpt-?(?:4(?![\w.]|-1(?!\d))|3\.?5)|text-embedding")
_OPENAI_PROVIDERS: Final = frozenset({"openai", "openai-responses", "azure", "azure-responses"})
_OPENAI: Final = re.compile(r"gpt-?\d|gpt-oss|\bo[1-9]\b")


def open_counter(name: str | TokenCounter) -> TokenCounter:
    """Return the counter of that name; a counter is returned as it is.

    Raises:
        SettingError: the name is not understood, or its data are not at hand offline.
        MissingExtraError: its package is not installed.
    """
    if not isinstance(name, str):
        return name
    kind, _, of = name.partition(":")
    if kind == "tiktoken" and of:
        from memlane.adapters.counters.tiktoken import TiktokenCounter  # noqa: PLC0415 -- loaded on use

        return TiktokenCounter(of)
    if kind == "estimate" and (of or name == kind):
        return _estimate(of or "o200k")
    if kind == "auto":
        return counter_for(of) if of else _estimate("o200k")
    raise SettingError(f"no token counter is called {name!r}; there are: {_NAMES}")


def counter_for(identity: str) -> TokenCounter:
    """Return what counts a chat model's tokens best without asking anybody.

    That is tiktoken where the model's encoding is known for sure and the package and its data are at hand, else the
    estimate for the model's family: `generic` when that is not known.

    Args:
        identity: A `ChatModel.identity`, such as `openai:gpt-4o`, `anthropic:claude-…`, `azure:<deployment>` or
            `openai+http://127.0.0.1:11434/v1#llama3`; a bare name of a model will do.
    """
    from memlane.adapters.counters.tiktoken import TiktokenCounter, encoding_for  # noqa: PLC0415 -- loaded on use

    provider, model = _read(identity)
    encoding = encoding_for(model)
    if encoding is not None:
        try:
            return TiktokenCounter(encoding)
        except (MissingExtraError, SettingError):
            return _estimate("o200k" if encoding == "o200k_base" else "cl100k")
    return _estimate(_family(provider, model))


def _read(identity: str) -> tuple[str, str]:
    """Return provider and model, in lower case; of a fine-tuned model that which it was made from."""
    place, hash_sign, named = identity.lower().rpartition("#")
    if hash_sign:
        return place, named
    provider, colon, model = identity.lower().partition(":")
    if not colon or provider == "ft":
        provider, model = "", identity.lower()
    return provider, model.split(":")[1] if model.startswith("ft:") else model


def _family(provider: str, model: str) -> str:
    if "claude" in model or provider == "anthropic":
        return "claude"
    if _CL100K.search(model):
        return "cl100k"
    is_openai = provider in _OPENAI_PROVIDERS or _OPENAI.search(f"{provider}:{model}")
    return "o200k" if is_openai else "generic"


def _estimate(family: str) -> TokenCounter:
    from memlane.adapters.counters.estimate import EstimateCounter  # noqa: PLC0415 -- loaded on use

    return EstimateCounter(family)
