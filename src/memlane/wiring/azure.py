"""Azure OpenAI as its own variables say: `AZURE_OPENAI_ENDPOINT`, `AZURE_OPENAI_API_KEY` or, without it, Entra ID."""

import os
from typing import TYPE_CHECKING, Final

from memlane.errors import MissingExtraError, SettingError

if TYPE_CHECKING:
    from memlane.adapters._drivers.openai import AzureOpenAIServer

_ENTRA_SCOPE: Final = "https://cognitiveservices.azure.com/.default"


def azure_server(deployment: str, what: str) -> "AzureOpenAIServer":
    """Return how to reach a deployment; nothing is connected or asked for a token yet.

    Args:
        deployment: The name the model was deployed under.
        what: What is to be reached, for the message.

    Raises:
        SettingError: the endpoint is not set.
        MissingExtraError: there is no key, and no package for Entra ID.
    """
    from memlane.adapters._drivers.openai import AzureOpenAIServer  # noqa: PLC0415 -- SDKs load on use

    endpoint, key = os.environ.get("AZURE_OPENAI_ENDPOINT"), os.environ.get("AZURE_OPENAI_API_KEY")
    if not endpoint:
        raise SettingError(f"{what} on Azure needs AZURE_OPENAI_ENDPOINT")
    if key:
        return AzureOpenAIServer(endpoint=endpoint, deployment=deployment, api_key=key)
    try:
        from azure.identity.aio import DefaultAzureCredential, get_bearer_token_provider  # noqa: PLC0415 -- as above
    except ImportError as exc:
        raise MissingExtraError("Microsoft Entra ID", "pip install 'memlane[azure]'") from exc
    provider = get_bearer_token_provider(DefaultAzureCredential(), _ENTRA_SCOPE)
    return AzureOpenAIServer(endpoint=endpoint, deployment=deployment, token_provider=provider)
