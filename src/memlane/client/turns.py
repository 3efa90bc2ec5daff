"""Turns over HTTP: what is asked, and the pieces of a reply."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import Any, Final

from memlane.api.bodies import AskChat, Messages, Piece
from memlane.api.paths import session_path
from memlane.client.bodies import decoded
from memlane.client.caller import Caller
from memlane.client.events import EventReader
from memlane.client.failures import problem_error
from memlane.engine.ask import TurnOptions, check_turn
from memlane.engine.reply import Reply, ReplyStream
from memlane.errors import MemlaneError, ModelUnavailableError, UsageError
from memlane.types.ids import SessionKey
from memlane.types.message import make_message

_KEEPING_SECONDS: Final = 2.0
_BLINK_SECONDS: Final = 0.01
_FEW: Final = 5


def checked_turn(
    text: str | list[dict[str, Any]] | None, options: TurnOptions, *, remember: bool, stream: bool
) -> AskChat:
    """Return what is asked.

    Raises:
        UsageError: an option is unknown or out of range, nothing is said, or the model is an object.
    """
    given = check_turn(text, options)
    model = given.pop("model", None)
    if model is not None and not isinstance(model, str):
        raise UsageError("over HTTP the server's model replies; a model object cannot be sent")
    said, named = text, {name: given.pop(name, None) for name in ("id", "name", "metadata")}
    if text is not None:
        message = make_message(
            "user",
            text,
            id=named["id"] or "-",
            created_at=datetime.now(UTC),
            name=named["name"],
            metadata=named["metadata"],
        )
        said, named["metadata"] = message.content, message.metadata or None
    return AskChat(text=said, model=model, remember=remember, stream=stream, **named, **given)


def streamed(caller: Caller, key: SessionKey, ask: AskChat) -> ReplyStream:
    """Return the pieces of a reply; nothing is sent before the first is asked for."""
    return ReplyStream(lambda made: _pieces(caller, key, ask, made))


async def _pieces(caller: Caller, key: SessionKey, ask: AskChat, made: ReplyStream) -> AsyncGenerator[str]:
    heard: list[str] = []
    try:
        async with caller.open("POST", _at(key, "chat"), ask) as source, aclosing(_heard(source, made)) as pieces:
            async for piece in pieces:
                heard.append(piece)
                yield piece
    except GeneratorExit:
        await _kept(caller, key, "".join(heard))
        raise


async def _heard(source: AsyncGenerator[bytes], made: ReplyStream) -> AsyncGenerator[str]:
    events = EventReader()
    async for content in source:
        for event in events.feed(content):
            if event.name == "piece":
                yield decoded(event.data, Piece).text
            elif event.name == "reply":
                made.reply = decoded(event.data, Reply)
                made.usage = made.reply.usage
                return
            elif event.name == "problem":
                raise problem_error(event.data)
    raise ModelUnavailableError("the reply broke off")


async def _kept(caller: Caller, key: SessionKey, text: str) -> None:
    """Wait until the server, which learns only by the broken connection, has stored what had come.

    For a moment at most: that it is stored does not depend on this, so whatever fails here is nobody's concern.
    """
    if not text:
        return
    with suppress(MemlaneError, TimeoutError):
        async with asyncio.timeout(_KEEPING_SECONDS):
            while not await _is_stored(caller, key, text):  # noqa: ASYNC110 -- the server is another process
                await asyncio.sleep(_BLINK_SECONDS)


async def _is_stored(caller: Caller, key: SessionKey, text: str) -> bool:
    newest = (await caller.get(_at(key, "messages"), Messages, last=_FEW)).messages
    return any(_is_reply(message.content, text) for message in newest if message.turn and message.turn.answers)


def _is_reply(content: object, begin: str) -> bool:
    return isinstance(content, str) and content.startswith(begin)


def _at(key: SessionKey, *rest: str) -> str:
    return session_path(key.partition.user, key.session, *rest)
