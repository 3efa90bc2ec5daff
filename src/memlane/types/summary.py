"""A summary: what was said in a session up to a position, in brief."""

from datetime import datetime

import msgspec


class Summary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was said up to a position, in brief.

    Attributes:
        text: The summary.
        upto: Messages up to this position have left the window.
        message_ids: The messages it covers, oldest first.
        method: What made it, e.g. `extract-1`, or a prompt's name and version and the model.
        made_at: When; aware UTC. None where it is not known.
    """

    text: str
    upto: int
    message_ids: list[str] = []
    method: str = ""
    made_at: datetime | None = None
