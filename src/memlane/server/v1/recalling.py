"""Searching what is remembered: memories and past sessions."""

from typing import Final

from memlane.api.bodies import AskEpisodes, AskRecall, Episodes, Results
from memlane.server.problems import FieldError
from memlane.server.v1.calls import NoQuery, UserCall
from memlane.server.v1.operations import Operations

operations = Operations("recall", __doc__)
_U = "/users/{user}"
_MOST_QUERY: Final = 100_000


@operations.at(
    "POST", f"{_U}/recall", scope="read", asks_model=True, example={"query": "Who breeds alpacas?", "limit": 5}
)
async def recall(call: UserCall[AskRecall, NoQuery]) -> Results:
    """Return the memories that answer a question best, best first."""
    asked = call.body
    found = await call.user.recall(
        checked_query(asked.query),
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
    asked = call.body
    return Episodes(results=await call.user.episodes(checked_query(asked.query), limit=asked.limit, at=asked.at))


def checked_query(query: str) -> str:
    """Return a query that takes no other caller's time: its words are looked up in the event loop, all at once.

    Raises:
        FieldError: it is longer than 100,000 characters.
    """
    if len(query) > _MOST_QUERY:
        raise FieldError("query", f"query must be at most {_MOST_QUERY:,} characters, not {len(query):,}")
    return query
