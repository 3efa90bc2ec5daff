"""Searching what is remembered: memories and past sessions."""

from memlane.api.bodies import AskEpisodes, AskRecall, Episodes, Results
from memlane.server.v1.calls import NoQuery, UserCall
from memlane.server.v1.operations import Operations

operations = Operations("recall", __doc__)
_U = "/users/{user}"


@operations.at(
    "POST", f"{_U}/recall", scope="read", asks_model=True, example={"query": "Who breeds alpacas?", "limit": 5}
)
async def recall(call: UserCall[AskRecall, NoQuery]) -> Results:
    """Return the memories that answer a question best, best first."""
    asked = call.body
    found = await call.user.recall(
        asked.query,
        limit=asked.limit,
        kinds=asked.kinds,
        since=asked.since,
        until=asked.until,
        at=asked.at,
        sessions=asked.sessions,
        metadata=asked.metadata,
    )
    return Results(results=found)


@operations.at("POST", f"{_U}/episodes", scope="read", asks_model=True, example={"query": "the trip to Bergen"})
async def find_episodes(call: UserCall[AskEpisodes, NoQuery]) -> Episodes:
    """Return the past sessions that answer a question best, best first."""
    return Episodes(results=await call.user.episodes(call.body.query, limit=call.body.limit, at=call.body.at))
