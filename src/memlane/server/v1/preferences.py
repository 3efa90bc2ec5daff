"""The preferences document of a user: a JSON object of the application's own."""

from typing import Any

from memlane.api.bodies import PREFERENCES_TTL, Body
from memlane.server.problems import FieldError
from memlane.server.v1.answers import Tagged, tag_of
from memlane.server.v1.calls import NoQuery, UserCall
from memlane.server.v1.matching import IF_MATCH, check_match
from memlane.server.v1.operations import Operations

operations = Operations("preferences", __doc__)
_PATH = "/users/{user}/preferences"
_EXAMPLE = {"language": "nb", "units": "metric"}
_NEVER = "never"
Document = dict[str, Any]


class AskLife(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long.

    Attributes:
        ttl_seconds: After how many seconds the document ceases to exist, or `never`; 90 days when absent.
    """

    ttl_seconds: str | None = None


@operations.at("GET", _PATH, scope="read")
async def get_preferences(call: UserCall[None, NoQuery]) -> Tagged[Document]:
    """Return the preferences document, empty when there is none or its time has passed."""
    return Tagged(await call.user.preferences())


@operations.at("PUT", _PATH, scope="write", guarded=True, example=_EXAMPLE)
async def replace_preferences(call: UserCall[Document, AskLife]) -> None:
    """Replace the preferences document; its time to live starts anew."""
    await _write(call, merge=False)


@operations.at("PATCH", _PATH, scope="write", guarded=True, example=_EXAMPLE)
async def merge_preferences(call: UserCall[Document, AskLife]) -> None:
    """Set these top-level keys of the preferences document and keep the others; its time to live starts anew."""
    await _write(call, merge=True)


async def _write(call: UserCall[Document, AskLife], *, merge: bool) -> None:
    header, was = call.request.headers.get(IF_MATCH), None
    if header is not None:
        was = await call.user.preferences()
        check_match(header, None if header.strip() == "*" and not was else tag_of(was))
    await call.user.set_preferences(call.body, merge=merge, ttl=_seconds(call.query.ttl_seconds), if_was=was)


def _seconds(given: str | None) -> float | None:
    if given is None:
        return PREFERENCES_TTL.total_seconds()
    if given == _NEVER:
        return None
    try:
        return float(given)
    except ValueError as exc:
        raise FieldError("ttl_seconds", f"ttl_seconds must be a number of seconds, or {_NEVER}") from exc
