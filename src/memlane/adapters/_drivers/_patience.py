"""How long a chat model may take, for the HTTP clients inside the providers' packages.

Owns the limits and how they reach a client. When to try again is the packages' own matter.
"""

import math
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import mktime_tz, parsedate_tz
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait for a model.

    Attributes:
        connect: For a connection.
        first_byte: For the answer to begin; a whole answer begins when the model has finished.
        between: For more of an answer that has begun. Signs of life that say nothing count.
        longest_wait: The longest pause a provider may ask for before another attempt; a longer one is not sat out.
    """

    connect: timedelta = timedelta(seconds=10)
    first_byte: timedelta = timedelta(minutes=3)
    between: timedelta = timedelta(minutes=1)
    longest_wait: timedelta = timedelta(minutes=1)

    def seconds(self) -> dict[str, float]:
        """Return the limits until an answer begins, as the packages' `Timeout` takes them."""
        first_s, connect_s = self.first_byte.total_seconds(), self.connect.total_seconds()
        return {"connect": connect_s, "read": first_s, "write": first_s, "pool": first_s}

    def response_hook(self) -> Callable[[Any], Awaitable[None]]:
        """Return what an HTTP client calls when an answer has begun: it sets what depends on the answer."""

        async def on_response(response: Any) -> None:
            response.request.extensions["timeout"]["read"] = self.between.total_seconds()
            wait_s = retry_after(response.headers)
            if wait_s is not None and wait_s > self.longest_wait.total_seconds():
                response.headers["x-should-retry"] = "false"  # the packages obey it

        return on_response


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds a server asks to be left alone; None when it does not say, or not comprehensibly."""
    for name, divisor in (("retry-after-ms", 1_000), ("retry-after", 1)):
        value = headers.get(name, "")
        wait_s = _number(value) / divisor
        if math.isnan(wait_s) and name == "retry-after" and (date := parsedate_tz(value)):
            wait_s = max(0.0, mktime_tz(date) - time.time())
        if math.isfinite(wait_s) and wait_s >= 0:
            return wait_s
    return None


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan
