"""What to send to a model: contexts, their count, and the instructions and summary they are made of."""

from typing import Any

import msgspec

from memlane.api.bodies import AskContext, AskCount, GivenContext, GivenSummary, Instructions
from memlane.context.context import Context
from memlane.engine.reply import TokenCount
from memlane.server.v1.answers import Tagged, tag_of
from memlane.server.v1.calls import NoQuery, SessionCall
from memlane.server.v1.matching import IF_MATCH, check_match
from memlane.server.v1.operations import Operations
from memlane.server.v1.recalling import checked_query

operations = Operations("context", __doc__)
_S = "/users/{user}/sessions/{session}"
_EXAMPLE = {"query": "Where does my sister live?", "max_tokens": 4000, "shape": "openai"}


@operations.at("POST", f"{_S}/context", scope="read", asks_model=True, example=_EXAMPLE)
async def get_context(call: SessionCall[AskContext, NoQuery]) -> GivenContext:
    """Return what to send to a model: instructions, what is remembered, summary and recent messages."""
    asked = call.body
    query = None if asked.query is None else checked_query(asked.query)
    context = await call.session.context(query, max_tokens=asked.max_tokens, last=asked.last, recall=asked.recall)
    return GivenContext(**msgspec.structs.asdict(context), ready=_ready(context, asked.shape))


def _ready(context: Context, shape: str | None) -> Any:
    if shape is None:
        return None
    return context.as_anthropic() if shape == "anthropic" else context.as_openai()


@operations.at("POST", f"{_S}/tokens", scope="read", asks_model=True)
async def count_tokens(call: SessionCall[AskCount, NoQuery]) -> TokenCount:
    """Return what a context comes to: by the model's own count where it has one, else as the context says."""
    return await call.session.count_tokens(call.body.context)


@operations.at("GET", f"{_S}/instructions", scope="read")
async def get_instructions(call: SessionCall[None, NoQuery]) -> Tagged[Instructions]:
    """Return the instructions (system prompt) of a session."""
    return Tagged(Instructions(instructions=await call.session.instructions()))


@operations.at("PUT", f"{_S}/instructions", scope="write", guarded=True)
async def set_instructions(call: SessionCall[Instructions, NoQuery]) -> Tagged[Instructions]:
    """Set the instructions of a session; null or empty text removes them."""
    header, text = call.request.headers.get(IF_MATCH), call.body.instructions or None
    if header is None:
        await call.session.instruct(text)
    else:
        was = Instructions(instructions=await call.session.instructions())
        check_match(header, None if header.strip() == "*" and was.instructions is None else tag_of(was))
        await call.session.instruct(text, if_was=was.instructions)
    return Tagged(Instructions(instructions=text))


@operations.at("GET", f"{_S}/summary", scope="read")
async def get_summary(call: SessionCall[None, NoQuery]) -> GivenSummary:
    """Return the summary of what has left the window, with the messages it covers; null when nothing has."""
    return GivenSummary(summary=await call.session.summary())


@operations.at("POST", f"{_S}/summary/rebuild", scope="write", asks_model=True)
async def rebuild_summary(call: SessionCall[None, NoQuery]) -> GivenSummary:
    """Make the summary anew from the messages it covers, and return it."""
    return GivenSummary(summary=await call.session.rebuild_summary())
