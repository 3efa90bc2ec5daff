"""The `anthropic` package: making its clients, for Anthropic and servers that speak the same API, and its errors.

Imported on use. No key or text of the user is ever put into a message or a repr.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from memlane.adapters._drivers._patience import Patience, retry_after
from memlane.errors import (
    MemlaneError,
    MissingExtraError,
    ModelError,
    ModelRateLimitError,
    ModelRefusedError,
    ModelUnavailableError,
    SettingError,
)

if TYPE_CHECKING:
    from anthropic import APIStatusError, AsyncAnthropic

_PIP_LINE: Final = "pip install 'memlane[anthropic]'"
_ANTHROPIC_HOST: Final = "api.anthropic.com"
_ANTHROPIC_URL: Final = f"https://{_ANTHROPIC_HOST}"
_NO_KEY: Final = "none"  # the package would look for credentials of its own; servers without keys ignore it
_REFUSED_KEY: Final = frozenset({401, 403})
_REFUSED_INPUT: Final = frozenset({400, 413, 422})
_TRY_AGAIN: Final = frozenset({408, 409, 425})
_SERVER_ERRORS: Final = 500
_SAFE_KIND: Final = re.compile(r"[A-Za-z_]{1,64}", re.ASCII)
# Of an error in the midst of a stream, whose status is that of its beginning.
_STATUS_OF: Final = {
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "invalid_request_error": 400,
    "rate_limit_error": 429,
}


@dataclass(frozen=True, kw_only=True)
class AnthropicServer:
    """Anthropic itself, or any server with the same API at `base_url`, such as `http://localhost:11434`.

    Attributes:
        api_key: The key; may be None for a server that wants none.
        base_url: Up to but not including the version; None for Anthropic.
        max_retries: How many attempts follow one that failed to connect, was limited (429) or failed (5xx).
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    max_retries: int = 2

    @property
    def provider(self) -> str:
        """`anthropic` for Anthropic itself, else `anthropic-compatible`."""
        host = urlsplit(self.base_url or _ANTHROPIC_URL).hostname
        return "anthropic" if host == _ANTHROPIC_HOST else "anthropic-compatible"

    def open(self, patience: Patience) -> "AsyncAnthropic":
        """Return a new client, which has not connected yet and is the caller's to close.

        Raises:
            MissingExtraError: `anthropic` is not installed.
            SettingError: Anthropic itself without a key.
        """
        if not self.api_key and self.base_url is None:
            raise SettingError("Anthropic needs an API key (ANTHROPIC_API_KEY); servers without one need a base URL")
        try:
            import anthropic  # noqa: PLC0415 - loaded on use
        except ImportError as exc:
            raise MissingExtraError("Anthropic", _PIP_LINE) from exc
        limits = anthropic.Timeout(**patience.seconds())
        hooks = {"response": [patience.response_hook()]}
        key = self.api_key or _NO_KEY
        return anthropic.AsyncAnthropic(
            api_key=key,
            base_url=self.base_url or _ANTHROPIC_URL,
            max_retries=self.max_retries,
            timeout=limits,
            # The package sends the key as a bearer token; servers made for its earlier versions look for this header.
            default_headers={} if self.provider == "anthropic" else {"X-Api-Key": key},
            http_client=anthropic.DefaultAsyncHttpxClient(timeout=limits, event_hooks=hooks),
        )


@contextmanager
def translate_errors(what: str) -> Generator[None]:
    """Raise errors of the package as ours.

    Raises:
        SettingError: the key (401, 403) or the model (404) is refused.
        ModelRateLimitError: 429, with the delay that the server asked for.
        ModelUnavailableError: no connection, time-out, 5xx.
        ModelRefusedError: anything else that the server does not accept.
    """
    import anthropic  # noqa: PLC0415 - whoever has a client has imported it
    import httpx2  # noqa: PLC0415 - as above

    try:
        yield
    except anthropic.APIStatusError as exc:
        raise _status_error(what, exc) from exc
    except (anthropic.APITimeoutError, httpx2.TimeoutException) as exc:
        raise ModelUnavailableError(f"{what} did not answer in time") from exc
    except (anthropic.APIConnectionError, httpx2.RequestError) as exc:  # the package leaves those of a stream alone
        raise ModelUnavailableError(f"{what} cannot be reached, or broke off") from exc
    except anthropic.AnthropicError as exc:
        raise ModelRefusedError(f"{what} failed: {type(exc).__name__}") from exc


def refusal_text(error: MemlaneError) -> str:
    """Return what the server said when it did not accept the input as it was, in lower case; never show it."""
    cause = error.__cause__
    if getattr(cause, "status_code", None) not in _REFUSED_INPUT:
        return ""
    return f"{getattr(cause, 'message', '')}".lower()


def _status_error(what: str, exc: "APIStatusError") -> ModelError | SettingError:
    kind = str(exc.type or "")
    in_stream = exc.status_code < 400  # noqa: PLR2004 - the answer had begun well
    code = _STATUS_OF.get(kind, _SERVER_ERRORS) if in_stream else exc.status_code
    status = f"(HTTP {code}, {kind})" if _SAFE_KIND.fullmatch(kind) else f"(HTTP {code})"
    if code == 429:  # noqa: PLR2004 - too many requests
        return ModelRateLimitError(f"{what} takes no more for now {status}", retry_after(exc.response.headers))
    if code in _REFUSED_KEY:
        return SettingError(f"{what} refuses the key {status}")
    if code == 404:  # noqa: PLR2004 - as in every browser
        return SettingError(f"{what} does not know this model or address {status}")
    if code in _TRY_AGAIN or code >= _SERVER_ERRORS:
        return ModelUnavailableError(f"{what} is overloaded or out of order {status}")
    return ModelRefusedError(f"{what} refused the request {status}")
