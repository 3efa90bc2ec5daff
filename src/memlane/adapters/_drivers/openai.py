"""The `openai` package: making its clients, for OpenAI, Azure and servers that speak the same API, and its errors.

Imported on use. No key, token or text of the user is ever put into a message or a repr.
"""

import re
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias
from urllib.parse import urlsplit

from memlane.adapters._drivers._patience import Patience, retry_after
from memlane.errors import (
    MemlaneError,
    MissingExtraError,
    ModelRateLimitError,
    ModelRefusedError,
    ModelUnavailableError,
    SettingError,
)

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

TokenProvider: TypeAlias = Callable[[], str | Awaitable[str]]

_PIP_LINE: Final = "pip install 'memlane[openai]'"
_OPENAI_HOST: Final = "api.openai.com"
_OPENAI_URL: Final = f"https://{_OPENAI_HOST}/v1"
_NO_KEY: Final = "none"  # the package insists on a key; servers without keys ignore it
_TIMEOUT: Final = timedelta(seconds=30)
_REFUSED_KEY: Final = frozenset({401, 403})
_REFUSED_INPUT: Final = frozenset({400, 413, 422})
_TRY_AGAIN: Final = frozenset({408, 409, 425, 429})
_SERVER_ERRORS: Final = 500
_TOO_MANY: Final = 429
_NOT_LATER: Final = re.compile(r"invalid|unsupported|policy|mismatch|image|context_length|content_filter")
_SAFE_CODE: Final = re.compile(r"[A-Za-z_]{1,64}", re.ASCII)


class OpenAIAccess(Protocol):
    """How to reach a server that speaks OpenAI's API."""

    @property
    def timeout(self) -> timedelta:
        """How long one attempt may take."""
        ...

    @property
    def max_retries(self) -> int:
        """How many attempts follow a failed one."""
        ...

    @property
    def provider(self) -> str:
        """Who runs it: `openai`, `azure`, or `openai-compatible`."""
        ...

    def open(self, patience: Patience | None = None) -> "AsyncOpenAI":
        """Return a new client, which has not connected yet and is the caller's to close.

        Args:
            patience: Limits finer than `timeout`, in its place.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class OpenAIServer:
    """OpenAI itself, or any server with the same API at `base_url`, such as `http://localhost:11434/v1`.

    Attributes:
        api_key: The key; may be None for a server that wants none.
        base_url: Up to and including the version; None for OpenAI.
        timeout: How long one attempt may take.
        max_retries: How many attempts follow one that failed to connect, was limited (429) or failed (5xx).
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    timeout: timedelta = _TIMEOUT
    max_retries: int = 2

    @property
    def provider(self) -> str:
        """`openai` for OpenAI itself, else `openai-compatible`."""
        host = urlsplit(self.base_url or _OPENAI_URL).hostname or ""
        return "openai" if host == _OPENAI_HOST or host.endswith(f".{_OPENAI_HOST}") else "openai-compatible"

    def open(self, patience: Patience | None = None) -> "AsyncOpenAI":
        """Return a new client, which has not connected yet and is the caller's to close.

        Args:
            patience: Limits finer than `timeout`, in its place.

        Raises:
            MissingExtraError: `openai` is not installed.
            SettingError: OpenAI itself without a key.
        """
        if not self.api_key and self.base_url is None:
            raise SettingError("OpenAI needs an API key (OPENAI_API_KEY); servers without one need a base URL")
        try:
            from openai import AsyncOpenAI  # noqa: PLC0415 - loaded on use
        except ImportError as exc:
            raise MissingExtraError("OpenAI", _PIP_LINE) from exc
        return AsyncOpenAI(
            api_key=self.api_key or _NO_KEY,
            base_url=self.base_url or _OPENAI_URL,
            max_retries=self.max_retries,
            **_limits(self.timeout, patience),
        )


@dataclass(frozen=True, kw_only=True)
class AzureOpenAIServer:
    """A deployment on Azure OpenAI, with a key or with Entra ID.

    Attributes:
        endpoint: Of the resource, such as `https://example.openai.azure.com`.
        deployment: The name the model was deployed under.
        api_key: The key, or None when `token_provider` is given.
        token_provider: Returns a token of Entra ID, such as `azure.identity.aio.get_bearer_token_provider(…)`.
        api_version: Version of Azure's API.
        timeout: How long one attempt may take.
        max_retries: How many attempts follow one that failed to connect, was limited (429) or failed (5xx).
    """

    endpoint: str
    deployment: str
    api_key: str | None = field(default=None, repr=False)
    token_provider: TokenProvider | None = field(default=None, repr=False)
    api_version: str = "2024-10-21"
    timeout: timedelta = _TIMEOUT
    max_retries: int = 2

    @property
    def provider(self) -> str:
        """`azure`."""
        return "azure"

    def open(self, patience: Patience | None = None) -> "AsyncOpenAI":
        """Return a new client, which has not connected yet and is the caller's to close.

        Args:
            patience: Limits finer than `timeout`, in its place.

        Raises:
            MissingExtraError: `openai` is not installed.
            SettingError: not exactly one of key and token provider is given.
        """
        if bool(self.api_key) == (self.token_provider is not None):
            raise SettingError("Azure OpenAI needs either an API key or a token provider")
        try:
            from openai import AsyncAzureOpenAI  # noqa: PLC0415 - loaded on use
        except ImportError as exc:
            raise MissingExtraError("Azure OpenAI", "pip install 'memlane[azure]'") from exc
        return AsyncAzureOpenAI(
            azure_endpoint=self.endpoint,
            azure_deployment=self.deployment,
            api_version=self.api_version,
            api_key=self.api_key or None,
            azure_ad_token_provider=_guarded(self.token_provider) if self.token_provider else None,
            max_retries=self.max_retries,
            **_limits(self.timeout, patience),
        )


def _limits(timeout: timedelta, patience: Patience | None) -> dict[str, Any]:
    import openai  # noqa: PLC0415 - whoever opens a client has imported it

    if patience is None:
        return {"timeout": timeout.total_seconds()}
    limits = openai.Timeout(**patience.seconds())
    hooks = {"response": [patience.response_hook()]}
    return {"timeout": limits, "http_client": openai.DefaultAsyncHttpxClient(timeout=limits, event_hooks=hooks)}


@contextmanager
def translate_errors(
    what: str,
    *,
    failed: type[MemlaneError],
    unavailable: type[MemlaneError],
    limited: type[ModelRateLimitError] | None = None,
) -> Generator[None]:
    """Raise errors of the package as ours.

    Args:
        what: Who was asked, for the message.
        failed: Raised when the request was refused or the answer not understood.
        unavailable: Raised when the same request may succeed later: no connection, time-out, 429, 5xx.
        limited: Raised for 429 instead, with the delay that the server asked for.

    Raises:
        SettingError: the key (401, 403) or the model (404) is refused.
    """
    import openai  # noqa: PLC0415 - whoever has a client has imported it

    try:
        yield
    except openai.APIStatusError as exc:
        if limited and exc.status_code == _TOO_MANY:
            raise limited(f"{what} takes no more for now {_status(exc)}", retry_after(exc.response.headers)) from exc
        raise _status_error(what, exc, failed=failed, unavailable=unavailable) from exc
    except (openai.APITimeoutError, TimeoutError) as exc:
        raise unavailable(f"{what} did not answer in time") from exc
    except openai.APIConnectionError as exc:
        raise unavailable(f"{what} cannot be reached, or broke off") from exc
    except openai.APIError as exc:  # reported in the midst of a stream
        raise _reported(what, exc.code, exc.type, failed=failed, unavailable=unavailable, limited=limited) from exc
    except _TokenError as exc:
        raise unavailable(f"no token could be had for {what}") from exc
    except openai.OpenAIError as exc:
        raise failed(f"{what} failed: {type(exc).__name__}") from exc


class _TokenError(Exception):
    """The token provider failed, in whichever way its package fails."""


def _guarded(provider: TokenProvider) -> Callable[[], Awaitable[str]]:
    async def token() -> str:
        try:
            given = provider()
            return given if isinstance(given, str) else await given
        except Exception as exc:
            raise _TokenError from exc

    return token


def is_refused_input(error: MemlaneError) -> bool:
    """Say whether a translated error means that the server did not accept the input as it was."""
    return getattr(error.__cause__, "status_code", None) in _REFUSED_INPUT


def reported_error(what: str, code: str | None) -> MemlaneError:
    """Return the error of a model for a code that an answer of the Responses API carries."""
    return _reported(
        what, code, None, failed=ModelRefusedError, unavailable=ModelUnavailableError, limited=ModelRateLimitError
    )


def _reported(
    what: str,
    code: str | None,
    kind: str | None,
    *,
    failed: type[MemlaneError],
    unavailable: type[MemlaneError],
    limited: type[ModelRateLimitError] | None,
) -> MemlaneError:
    shown = f" ({code})" if code and _SAFE_CODE.fullmatch(code) else ""
    if limited and "rate_limit" in f"{code} {kind}":
        return limited(f"{what} takes no more for now{shown}")
    if kind == "invalid_request_error" or _NOT_LATER.search(code or ""):
        return failed(f"{what} refused the request{shown}")
    return unavailable(f"{what} broke off with an error{shown}")


def refusal_text(error: MemlaneError) -> str:
    """Return what the server said when it did not accept the input as it was, in lower case; never show it."""
    cause = error.__cause__
    if getattr(cause, "status_code", None) not in _REFUSED_INPUT:
        return ""
    return f"{getattr(cause, 'param', '')} {getattr(cause, 'message', '')}".lower()


def _status(exc: "APIStatusError") -> str:
    code = f", {exc.code}" if exc.code and _SAFE_CODE.fullmatch(exc.code) else ""
    return f"(HTTP {exc.status_code}{code})"


def _status_error(
    what: str, exc: "APIStatusError", *, failed: type[MemlaneError], unavailable: type[MemlaneError]
) -> MemlaneError:
    status = _status(exc)
    if exc.status_code in _REFUSED_KEY:
        return SettingError(f"{what} refuses the key or token {status}")
    if exc.status_code == 404:  # noqa: PLR2004 - as in every browser
        return SettingError(f"{what} does not know this model, deployment or address {status}")
    if exc.status_code in _TRY_AGAIN or exc.status_code >= _SERVER_ERRORS:
        return unavailable(f"{what} is overloaded or out of order {status}")
    return failed(f"{what} refused the request {status}")
