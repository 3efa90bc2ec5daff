"""How lists are asked for, page by page."""

from typing import Annotated

from msgspec import Meta

from memlane.api.bodies import Body

USUAL = 100
MOST = 1_000
Limit = Annotated[int, Meta(ge=1, le=MOST)]


class Page(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of a list.

    Attributes:
        limit: At most this many, 1-1,000.
        cursor: Where to go on, as the page before said.
    """

    limit: Limit = USUAL
    cursor: str | None = None
