"""Conditional requests (RFC 9110, 13): the headers If-Match and If-None-Match, and what they ask for."""

from memlane.errors import PreconditionError
from memlane.server.problems import FieldError

IF_MATCH = "If-Match"
_ANY = "*"


def heed_none_match(header: str | None, tag: str) -> bool:
    """Whether the caller already has what carries this ETag; weak comparison, as GET wants it."""
    if header is None:
        return False
    return header.strip() == _ANY or tag in [given.removeprefix("W/") for given in _tags(header)]


def check_match(header: str | None, tag: str | None) -> None:
    """Let pass a change of what carries this ETag (None: of what is not there), or one without a condition.

    Raises:
        PreconditionError: it is not what the caller saw.
        FieldError: the header is not a list of ETags.
    """
    if header is None:
        return
    if header.strip() == _ANY:
        matches = tag is not None
    else:
        given = _tags(header)
        if not all(one.removeprefix("W/").startswith('"') and one.endswith('"') for one in given):
            raise FieldError(IF_MATCH, f"{IF_MATCH} must be * or ETags as they were given, in their quotes")
        matches = tag in given
    if not matches:
        raise PreconditionError("it is not what it was when the caller read it; read it again")


def _tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",") if tag.strip()]
