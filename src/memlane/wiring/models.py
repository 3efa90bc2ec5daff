"""Name or URL to chat model.

Where a provider is and what opens it comes from the variables that the providers use themselves: `OPENAI_API_KEY`,
`OPENAI_BASE_URL`; `ANTHROPIC_API_KEY`, `ANTHROPIC_BASE_URL`; `AZURE_OPENAI_ENDPOINT`, `AZURE_OPENAI_API_KEY` or,
without it, Entra ID. A server of one's own is given by its URL and needs no key: one that is not the provider's is
never sent the provider's.
"""

import os
from collections.abc import Callable
from functools import partial
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from memlane.errors import SettingError
from memlane.protocols.chat_model import ChatModel
from memlane.wiring.azure import azure_server

NAMES: Final = (
    "none, anthropic:<model>, openai:<model>, openai-responses:<model>, azure:<deployment>, "
    "openai+http://<host>/v1#<model>, openai-responses+http://<host>/v1#<model>, anthropic+http://<host>#<model>, "
    "and the same with https"
)


def open_model(name: str | ChatModel | None) -> ChatModel | None:
    """Return the chat model of that name or URL; it connects on first use. A model is returned as it is.

    Raises:
        SettingError: the name is not understood, or what it needs is not set. A missing key shows on first use.
        MissingExtraError: its package is not installed.
    """
    if name is None or name == "none":
        return None
    return _opener(name)() if isinstance(name, str) else name


def check_model_name(name: str) -> str:
    """Return `name` when it is that of a chat model, without opening it.

    Raises:
        SettingError: it is not understood.
    """
    if name != "none":
        _opener(name)
    return name


def _opener(name: str) -> Callable[[], ChatModel]:
    kind, found, rest = name.partition(":")
    api, _, scheme = kind.partition("+")
    if found and scheme in ("http", "https") and api in _APIS:
        return _at_url(api, f"{scheme}:{rest}")
    if found and rest and not scheme:
        if kind == "azure":
            return partial(_azure, rest)
        if kind in _APIS:
            return partial(_APIS[kind], rest, None)
    # The name is not repeated where it may hold a password.
    shown = "" if "@" in name else f" {name!r}"
    raise SettingError(f"no chat model is called{shown or ' so'}; there are: {NAMES}")


def _at_url(api: str, text: str) -> Callable[[], ChatModel]:
    url = _split(text)
    if url is None or not url.hostname or not url.fragment or url.query:
        raise SettingError(f"the URL of a chat model names a host and, behind #, the model: {NAMES}")
    if "@" in url.netloc:
        raise SettingError("the URL of a chat model must not hold a user or password; keys belong in the environment")
    return partial(_APIS[api], unquote(url.fragment), url._replace(fragment="").geturl())


def _split(text: str) -> SplitResult | None:
    """Return the parts of a URL; None for what is none."""
    try:
        url = urlsplit(text)
        is_whole = url.port != 0  # reading the port checks it
    except ValueError:
        return None
    return url if is_whole else None


def _openai(model: str, base_url: str | None) -> ChatModel:
    from memlane.adapters.models.openai import OpenAIModel, OpenAIServer  # noqa: PLC0415 -- SDKs load on use

    return OpenAIModel(OpenAIServer(api_key=_openai_key(base_url), base_url=_openai_url(base_url)), model=model)


def _openai_responses(model: str, base_url: str | None) -> ChatModel:
    from memlane.adapters.models.openai_responses import (  # noqa: PLC0415 -- SDKs load on use
        OpenAIResponsesModel,
        OpenAIServer,
    )

    server = OpenAIServer(api_key=_openai_key(base_url), base_url=_openai_url(base_url))
    return OpenAIResponsesModel(server, model=model)


def _anthropic(model: str, base_url: str | None) -> ChatModel:
    from memlane.adapters.models.anthropic import AnthropicModel, AnthropicServer  # noqa: PLC0415 -- SDKs load on use

    key = None if base_url else os.environ.get("ANTHROPIC_API_KEY")
    server = AnthropicServer(api_key=key, base_url=base_url or os.environ.get("ANTHROPIC_BASE_URL"))
    return AnthropicModel(server, model=model)


def _azure(deployment: str) -> ChatModel:
    from memlane.adapters.models.openai import OpenAIModel  # noqa: PLC0415 -- SDKs load on use

    return OpenAIModel(azure_server(deployment, "a chat model"), model=deployment)


def _openai_key(base_url: str | None) -> str | None:
    return None if base_url else os.environ.get("OPENAI_API_KEY")


def _openai_url(base_url: str | None) -> str | None:
    return base_url or os.environ.get("OPENAI_BASE_URL")


_APIS: Final[dict[str, Callable[[str, str | None], ChatModel]]] = {
    "anthropic": _anthropic,
    "openai": _openai,
    "openai-responses": _openai_responses,
}
