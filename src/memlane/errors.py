"""Every error Memlane raises, in one tree.

    MemlaneError
    ├── UsageError(ValueError)             the caller's input is not allowed; nothing was written
    │   ├── TooLargeError                  a message or document over the limit
    │   ├── SettingError                   a URL, option or setting that is not understood
    │   └── BudgetExceededError            a token budget too small for what must stay
    ├── NotFoundError(LookupError)         acting on something that is not there
    ├── PreconditionError                  what is to be changed is no longer what the caller saw
    ├── AccessError(PermissionError)       the server does not let the caller do it
    │   ├── UnauthenticatedError           no credential, or not a valid one
    │   ├── ForbiddenError                 the credential does not allow it
    │   └── RateLimitError                 too many requests or tokens; retryable, says after how long
    ├── UnsupportedError                   a power the adapter does not declare
    ├── MissingExtraError(ImportError)     an optional package is not installed; names the pip line
    ├── ClosedError(RuntimeError)          used after close, inside a running loop, or after a fork
    ├── StoreError                         a store failed
    │   ├── StoreUnavailableError(ConnectionError)   down, slow or refusing; retryable
    │   ├── DurabilityError                written, but not confirmed by enough replicas; retryable
    │   ├── StoreVersionError              written by a newer Memlane
    │   └── DamagedError                   stored bytes that do not decode
    ├── EmbedderError                      an embedder failed
    │   └── EmbedderUnavailableError(ConnectionError)  cannot be reached or loaded; retryable
    └── ModelError                         a chat model failed
        ├── ModelUnavailableError(ConnectionError)  down, slow, broken off or out of order; retryable
        ├── ModelRateLimitError            too many requests or tokens; retryable, says after how long
        ├── ModelRefusedError              the provider does not accept the request
        └── MalformedOutputError(ValueError)  the answer is not what was asked for; retryable

`code` is stable text for machines, `retryable` says whether the same call may succeed later. A message never
contains conversation text, keys or passwords.
"""

from typing import ClassVar


class MemlaneError(Exception):
    """The base of every error raised by Memlane."""

    code: ClassVar[str] = "memlane_error"
    retryable: ClassVar[bool] = False


class UsageError(MemlaneError, ValueError):
    """The input is not allowed; nothing was written."""

    code = "usage"


class TooLargeError(UsageError):
    """The encoded message or document is over the limit.

    Attributes:
        size_bytes: Size of what was refused.
        limit_bytes: The largest size allowed.
    """

    code = "too_large"

    def __init__(self, what: str, size_bytes: int, limit_bytes: int) -> None:
        """Say what was too large, its size and the limit."""
        super().__init__(f"{what} is {size_bytes:,} bytes encoded; the limit is {limit_bytes:,} bytes")
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class SettingError(UsageError):
    """A URL, option or setting is not understood."""

    code = "setting"


class BudgetExceededError(UsageError):
    """A token budget is too small for what must stay in the context.

    Attributes:
        needed_tokens: The smallest budget that would do.
        budget_tokens: The budget that was given.
    """

    code = "budget_exceeded"

    def __init__(self, needed_tokens: int, budget_tokens: int) -> None:
        """Say which budget was given and the smallest that would do."""
        super().__init__(
            f"a context of {budget_tokens:,} tokens cannot hold the instructions and the newest exchange; "
            f"the smallest budget that would do is {needed_tokens:,} tokens"
        )
        self.needed_tokens = needed_tokens
        self.budget_tokens = budget_tokens


class NotFoundError(MemlaneError, LookupError):
    """The thing acted on does not exist."""

    code = "not_found"


class PreconditionError(MemlaneError):
    """What is to be changed is no longer what the caller saw; nothing was written."""

    code = "precondition"


class AccessError(MemlaneError, PermissionError):
    """A server does not let the caller do it."""

    code = "access"


class UnauthenticatedError(AccessError):
    """There is no credential, or not a valid one."""

    code = "unauthenticated"


class ForbiddenError(AccessError):
    """The credential does not allow this."""

    code = "forbidden"


class RateLimitError(AccessError):
    """Too many requests or tokens for now.

    Attributes:
        retry_after: How long to wait, in seconds.
    """

    code = "rate_limit"
    retryable = True

    def __init__(self, message: str, retry_after: float) -> None:
        """Say what is limited and for how long."""
        super().__init__(message)
        self.retry_after = retry_after


class UnsupportedError(MemlaneError):
    """The adapter does not declare this power."""

    code = "unsupported"


class MissingExtraError(MemlaneError, ImportError):
    """An optional package is not installed.

    Attributes:
        pip_line: The command that installs it.
    """

    code = "missing_extra"

    def __init__(self, what: str, pip_line: str) -> None:
        """Say what needs the package and how to install it."""
        super().__init__(f"{what} needs an optional package; install it with: {pip_line}")
        self.pip_line = pip_line


class ClosedError(MemlaneError, RuntimeError):
    """The connection cannot be used here: closed, inside a running loop, or in a forked child."""

    code = "closed"


class StoreError(MemlaneError):
    """A store failed."""

    code = "store"


class StoreUnavailableError(StoreError, ConnectionError):
    """The store is down, too slow, or refuses; the same call may succeed later."""

    code = "store_unavailable"
    retryable = True


class DurabilityError(StoreError):
    """The write was made but not confirmed by enough replicas; repeating it is safe."""

    code = "durability"
    retryable = True


class StoreVersionError(StoreError):
    """The store was written by a newer Memlane than this one."""

    code = "store_version"


class DamagedError(StoreError):
    """Stored bytes do not decode."""

    code = "damaged"


class EmbedderError(MemlaneError):
    """An embedder failed."""

    code = "embedder"


class EmbedderUnavailableError(EmbedderError, ConnectionError):
    """The embedder cannot be reached or loaded; the same call may succeed later."""

    code = "embedder_unavailable"
    retryable = True


class ModelError(MemlaneError):
    """A chat model failed."""

    code = "model"


class ModelUnavailableError(ModelError, ConnectionError):
    """The model cannot be reached, is too slow, broke off or is out of order; the same call may succeed later."""

    code = "model_unavailable"
    retryable = True


class ModelRateLimitError(ModelError):
    """The provider takes no more requests or tokens for now.

    Attributes:
        retry_after: How long to wait, in seconds; None when the provider did not say.
    """

    code = "model_rate_limit"
    retryable = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        """Say what is limited and, where it is known, for how long."""
        super().__init__(message)
        self.retry_after = retry_after


class ModelRefusedError(ModelError):
    """The provider does not accept the request: its key, its model, its size or what it says."""

    code = "model_refused"


class MalformedOutputError(ModelError, ValueError):
    """The model's answer is not what was asked for; another attempt may be."""

    code = "malformed_output"
    retryable = True
