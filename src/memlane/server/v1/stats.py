"""How usage over time is asked for."""

from datetime import datetime

from memlane.api.bodies import Body
from memlane.types.usage import Step


class AskStats(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which points of a series.

    Attributes:
        step: How long each is: `minute`, `hour` or `day`.
        since: From when on, with its time zone.
        until: Until when, likewise; now when absent.
    """

    step: Step = "day"
    since: datetime | None = None
    until: datetime | None = None
