"""Turns with the server's model: whole replies, and replies as server-sent events."""

from typing import Any

from memlane.api.bodies import AskChat
from memlane.engine.ask import TurnOptions
from memlane.engine.reply import Reply
from memlane.server.problems import FieldError
from memlane.server.v1.answers import Stream, Whole, encode
from memlane.server.v1.calls import NoQuery, SessionCall
from memlane.server.v1.events import ReplyEvents
from memlane.server.v1.operations import JSON, Operations
from memlane.server.v1.streaming import EVENTS

operations = Operations("chat", __doc__)


@operations.at(
    "POST",
    "/users/{user}/sessions/{session}/chat",
    scope="write",
    keyed=True,
    asks_model=True,
    media=EVENTS,
    also=Reply,
    example={"text": "Where does my sister live?", "stream": True},
)
async def chat(call: SessionCall[AskChat, NoQuery]) -> Stream:
    """Keep what the user says, ask the server's model with all it should know, keep its reply and return it.

    The user's message is stored before the model is asked; if that fails it stays, among the unanswered, and repeating
    the call with the same text, id or Idempotency-Key replies to it instead of adding another. With `stream`, the reply
    comes as server-sent events.
    """
    asked, options = call.body, await _options(call)
    session = call.session_that(remembers=asked.remember)
    if asked.stream:
        return ReplyEvents(session.stream(asked.text, **options), call.spent)
    reply = await session.chat(asked.text, **options)
    await call.spent(reply.usage.input_tokens + reply.usage.output_tokens)
    return Whole(200, encode(reply), ((b"content-type", JSON.encode()),))


async def _options(call: SessionCall[AskChat, Any]) -> TurnOptions:
    """Return the options of a turn; its model is one of the server's, which calls no address of the caller's choosing.

    Raises:
        FieldError: the model is another.
    """
    asked = call.body
    model = None if asked.model == call.settings.model.name else asked.model
    if model is not None and model not in (await call.models()).offered:
        raise FieldError("model", "model must be null or one that GET /v1/models names")
    return TurnOptions(
        model=model,
        id=asked.id if asked.id is not None or asked.text is None else call.id_for("message", "chat"),
        name=asked.name,
        metadata=asked.metadata,
        max_tokens=asked.max_tokens,
        last=asked.last,
        recall=asked.recall,
        tools=asked.tools,
        max_output_tokens=asked.max_output_tokens,
        temperature=asked.temperature,
    )
