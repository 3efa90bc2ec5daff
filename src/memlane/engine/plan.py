"""What background work is done, and when."""

from datetime import timedelta

import msgspec

from memlane.errors import UsageError


class WorkPlan(msgspec.Struct, frozen=True, kw_only=True):
    """When facts are looked for, when the oldest messages are summarised, and how hard a model may be driven.

    Attributes:
        in_process: Whether this connection does the work itself, in the background; None: on SQLite only.
        extract_every: Facts are looked for when this many messages have come, or the session has gone quiet.
        quiet: How long without a message until a session counts as quiet.
        compact_after_messages: With more than this many messages in the window the oldest are summarised; None: never.
        compact_after_tokens: The same by tokens.
        keep: Which share of these limits stays in the window, 0-1.
        summary_tokens: The longest summary.
        most_tries: After this many failures a session is set aside until `memlane work retry`.
        lease: How long a worker keeps a user to itself without a sign of life.
        model_calls_at_once: How many calls of the model one process makes at a time.
        model_requests_per_minute: And how many a minute; None for no limit.
        model_tokens_per_minute: And how many tokens, sent and received; None for no limit.
        daily_tokens_per_tenant: How many tokens the work of one tenant may take on one day, UTC, all processes
            together; None for no limit.
    """

    in_process: bool | None = None
    extract_every: int = 10
    quiet: timedelta = timedelta(seconds=30)
    compact_after_messages: int | None = 100
    compact_after_tokens: int | None = 16_000
    keep: float = 0.5
    summary_tokens: int = 800
    most_tries: int = 5
    lease: timedelta = timedelta(seconds=60)
    model_calls_at_once: int = 4
    model_requests_per_minute: int | None = None
    model_tokens_per_minute: int | None = None
    daily_tokens_per_tenant: int | None = None

    @property
    def compacts(self) -> bool:
        """Whether windows are ever summarised."""
        return self.compact_after_messages is not None or self.compact_after_tokens is not None

    def __post_init__(self) -> None:
        """Check what was given.

        Raises:
            UsageError: a number or time out of range; says which and what is allowed.
        """
        for name in _COUNTS:
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise UsageError(f"{name} must be a whole number of at least 1, not {value!r}")
        for name in ("quiet", "lease"):
            if not isinstance(getattr(self, name), timedelta) or getattr(self, name) <= timedelta(0):
                raise UsageError(f"{name} must be a time longer than 0")
        if not 0 <= self.keep < 1:
            raise UsageError(f"keep must be from 0 to less than 1, not {self.keep!r}")


_COUNTS = (
    "extract_every",
    "compact_after_messages",
    "compact_after_tokens",
    "summary_tokens",
    "most_tries",
    "model_calls_at_once",
    "model_requests_per_minute",
    "model_tokens_per_minute",
    "daily_tokens_per_tenant",
)
