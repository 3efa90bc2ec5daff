"""What is known of a user: facts, profile, and letting go of what is stale."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from memlane.api.bodies import Body, GivenProfile, Memories, Prune
from memlane.engine.knowledge import PruneReport
from memlane.server.v1.calls import NoQuery, UserCall
from memlane.server.v1.operations import Operations

operations = Operations("knowledge", __doc__)
_U = "/users/{user}"


class AskFacts(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When.

    Attributes:
        at: The moment they hold at, with its time zone; now when absent.
    """

    at: datetime | None = None


class AskProfile(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much.

    Attributes:
        max_tokens: The strongest that fit; absent for all.
    """

    max_tokens: Annotated[int, Meta(ge=1, le=2**53)] | None = None


@operations.at("GET", f"{_U}/facts", scope="read")
async def list_facts(call: UserCall[None, AskFacts]) -> Memories:
    """Return the facts and preferences that hold, those said first coming first."""
    return Memories(memories=await call.user.facts(at=call.query.at))


@operations.at("GET", f"{_U}/profile", scope="read")
async def get_profile(call: UserCall[None, AskProfile]) -> GivenProfile:
    """Return what is known now for a system prompt: facts and preferences, grouped and dated, as quoted data."""
    return GivenProfile(profile=await call.user.profile(max_tokens=call.query.max_tokens))


@operations.at("POST", f"{_U}/prune", scope="write", example={"policy": {"idle_for": "P90D"}})
async def prune(call: UserCall[Prune, NoQuery]) -> PruneReport:
    """Forget what a policy says; by default only list it. To forget needs the scope `erase` too."""
    if not call.body.dry_run:
        call.credential.check_scope("erase")
    return await call.user.prune(call.body.policy, dry_run=call.body.dry_run)
