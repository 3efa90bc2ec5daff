"""Usage: how much was said, sent and recalled, over time."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

Step = Literal["minute", "hour", "day"]
STEPS: dict[Step, timedelta] = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
KEPT: dict[Step, timedelta] = {"minute": timedelta(days=2), "hour": timedelta(days=90), "day": timedelta(days=1_826)}
"""How long what happened in one step is kept."""


class Amounts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was used.

    Attributes:
        messages: Messages added.
        input_tokens: Tokens sent to models, as the provider counted them or as estimated.
        output_tokens: Tokens that came back.
        cached_tokens: Of those sent, what the provider read from its prompt cache.
        recalls: Searches made.
        hits: Memories that they returned.
    """

    messages: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    recalls: int = 0
    hits: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        """Return both together."""
        both = {name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__}
        return Amounts(**both)


class UsagePoint(msgspec.Struct, frozen=True, kw_only=True):
    """What was used in one step of time.

    Attributes:
        at: When the step began; aware UTC, a whole minute, hour or day.
        used: How much.
    """

    at: datetime
    used: Amounts


class SeenUser(msgspec.Struct, frozen=True, kw_only=True):
    """A user of a tenant, as usage knows them.

    Attributes:
        user: The user's id.
        seen_at: When something was last added, sent or recalled, to within a minute; aware UTC.
    """

    user: str
    seen_at: datetime
