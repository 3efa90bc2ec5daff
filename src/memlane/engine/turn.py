"""A turn: keep what the user says, build the context, ask the model, keep what it replies.

The user's message is stored before the model is asked, with a mark that it asks for a reply; the reply names the
message that it answers. So a turn that fails or is killed leaves the message, and everyone can see that it is
unanswered. The reply's id is made from the message's, so that a turn which is done again stores one reply.
"""

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import ExitStack, aclosing, asynccontextmanager, contextmanager

import msgspec

from memlane.context.context import Context
from memlane.engine.ask import Ask
from memlane.engine.core import Core
from memlane.engine.counting import RememberingCounter
from memlane.engine.log import SessionLog
from memlane.engine.reading import messages_of
from memlane.engine.reply import Reply, ReplyStream, TokenCount
from memlane.engine.sent import sent_of
from memlane.engine.usage import tokens_of
from memlane.engine.window import Window, build_window
from memlane.errors import (
    MalformedOutputError,
    ModelRefusedError,
    ModelUnavailableError,
    TooLargeError,
    UsageError,
)
from memlane.protocols.chat_model import ChatModel, Completion, CountsPrompts, Prompt
from memlane.types.message import Message, make_message
from memlane.types.turn import CUT, Turn, Usage

_USUAL_ANSWER_TOKENS = 4_096
_FEW = 8
_MARGIN = 0.9
"""Which share of a model's context is filled when tokens are estimated: see bench/results.md for the error."""


class _Begun(msgspec.Struct, frozen=True):
    """A turn whose message is stored.

    Attributes:
        message: The message.
        context: What the model is sent.
        earlier: The replies there are.
        began: When it began.
        counter: What counts the model's tokens.
    """

    message: Message
    context: Context
    earlier: list[Message]
    began: int
    counter: RememberingCounter

    @property
    def reply(self) -> Message | None:
        """The whole reply that was given before, if any."""
        return next((reply for reply in self.earlier if reply.turn and reply.turn.stop != CUT), None)


async def chat(core: Core, log: SessionLog, ask: Ask, model: ChatModel) -> Reply:
    """Make a turn and return the reply; see `AsyncSession.chat`."""
    async with _begun(core, log, ask, model) as begun:
        if begun.reply is not None:
            return _reply(begun, begun.reply)
        completion = await model.complete(_prompt(begun.context, ask))
        _note_spent(core, log, begun, completion)
        return await _keep(core, log, begun, completion, model)


def stream(core: Core, log: SessionLog, ask: Ask, model: ChatModel) -> ReplyStream:
    """Make a turn and return the pieces of its reply; see `AsyncSession.stream`."""
    return ReplyStream(lambda made: _pieces(core, log, ask, model, made))


async def count_tokens(context: Context, model: ChatModel | None) -> TokenCount:
    """Return what a context comes to; see `AsyncSession.count_tokens`."""
    if model is None or not isinstance(model, CountsPrompts):
        return TokenCount(tokens=context.tokens, counter=context.counter, exact=context.exact)
    prompt = Prompt(system=context.system, messages=context.messages, remembered=context.remembered)
    return TokenCount(tokens=await model.count_prompt(prompt), counter=model.identity, exact=True)


def unanswered(messages: Sequence[Message]) -> list[Message]:
    """Return the messages that ask for a reply and have no whole one, oldest first."""
    answered = {message.turn.answers for message in messages if message.turn and message.turn.stop != CUT}
    return [message for message in messages if _asks(message) and message.id not in answered]


@asynccontextmanager
async def _begun(core: Core, log: SessionLog, ask: Ask, model: ChatModel) -> AsyncGenerator[_Begun]:
    """Store what is asked and put together what the model is to be sent; known as being replied to until the end."""
    began, counter = core.usage.moment(), core.models.counter(model, core.counter)
    with ExitStack() as flying:
        message, is_new = await asked(core, log, ask, flying)
        earlier = [] if is_new else await replies_to(log, message)
        window = Window(
            max_tokens=_budget(core, ask, model, counter) if ask.max_tokens is None else ask.max_tokens,
            last=ask.last,
            recall=ask.recall,
            upto=message.position,
            steady=True,
            counter=counter,
        )
        yield _Begun(message, await build_window(core, log, window), earlier, began, counter)


async def asked(core: Core, log: SessionLog, ask: Ask, flying: ExitStack) -> tuple[Message, bool]:
    """Store what is asked, unless it stands there already; return it and whether it is new.

    Args:
        core: The connection's parts.
        log: The session.
        ask: The turn.
        flying: Holds the mark that this process replies to the message.

    Raises:
        UsageError: there is nothing to reply to, or the id is that of another message.
    """
    newest = await _newest(log) if ask.content is None or ask.id is None else None
    if ask.content is None:
        if newest is None or newest.role == "assistant":
            raise UsageError("there is nothing to reply to: the session is empty or ends with a reply")
        flying.enter_context(_in_flight(core, log, newest.id))
        return newest, False
    if newest is not None and _is_same(newest, ask) and (log.key, newest.id) not in core.turns:
        flying.enter_context(_in_flight(core, log, newest.id))
        return newest, False
    message = make_message(
        "user",
        ask.content,
        id=core.new_id() if ask.id is None else ask.id,
        created_at=core.stamps.next(),
        name=ask.name,
        metadata=ask.metadata,
        turn=Turn(),
    )
    flying.enter_context(_in_flight(core, log, message.id))  # before others can see it
    stored, is_new = await log.append_one(message)
    if not is_new and stored.content != message.content:
        raise UsageError("the id is that of another message of this session")
    return stored, is_new


async def _newest(log: SessionLog) -> Message | None:
    """Return the newest message but for replies that were cut, None when there is none."""
    count = _FEW
    while True:
        state = await log.read(count)
        messages = messages_of(state)
        found = next((one for one in reversed(messages) if not (one.turn and one.turn.stop == CUT)), None)
        if found is not None or len(messages) < count:
            return found
        count *= 2


def _is_same(newest: Message, ask: Ask) -> bool:
    """Whether the session ends with this very message, still without a whole reply: the turn is being tried again."""
    return _asks(newest) and newest.content == ask.content and newest.name == ask.name


def _asks(message: Message) -> bool:
    return message.turn is not None and message.turn.answers is None


async def replies_to(log: SessionLog, message: Message) -> list[Message]:
    """Return the replies to a message, those that were cut included, oldest first."""
    later = await log.after(message.position)
    return [reply for reply in later if reply.turn is not None and reply.turn.answers == message.id]


@contextmanager
def _in_flight(core: Core, log: SessionLog, message_id: str) -> Generator[None]:
    """Know, in this process, that a message is being replied to."""
    core.turns[log.key, message_id] += 1
    try:
        yield
    finally:
        core.turns[log.key, message_id] -= 1
        if not core.turns[log.key, message_id]:
            del core.turns[log.key, message_id]


def _budget(core: Core, ask: Ask, model: ChatModel, counter: RememberingCounter) -> int:
    whole = core.context_tokens(model)
    answer = ask.max_output_tokens or min(_USUAL_ANSWER_TOKENS, whole // 4)
    room = max(1, whole - answer)
    return room if counter.exact else max(1, int(room * _MARGIN))


def _prompt(context: Context, ask: Ask) -> Prompt:
    return Prompt(
        system=context.system,
        messages=context.messages,
        remembered=context.remembered,
        tools=ask.tools,
        max_output_tokens=ask.max_output_tokens,
        temperature=ask.temperature,
    )


class _Heard:
    """What a stream has given so far: pieces, and last of all the whole."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.completion: Completion | None = None
        self.usage: Usage | None = None

    @property
    def whole(self) -> Completion:
        """The whole answer.

        Raises:
            ModelUnavailableError: the stream ended without it.
        """
        if self.completion is None:
            raise ModelUnavailableError("the model broke off")
        return self.completion


async def _pieces(core: Core, log: SessionLog, ask: Ask, model: ChatModel, made: ReplyStream) -> AsyncGenerator[str]:
    async with _begun(core, log, ask, model) as begun:
        if begun.reply is not None:
            made.reply = _reply(begun, begun.reply)
            yield made.reply.text
            return
        heard = _Heard()
        core.unkept[heard] = lambda: _break_off(core, log, begun, heard, model)
        try:
            async with aclosing(_hear(model, _prompt(begun.context, ask), heard)) as source:
                async for piece in source:
                    yield piece
            _note_heard(core, log, begun, heard)
            made.reply = await _keep(core, log, begun, heard.whole, model)
        except BaseException:
            if heard in core.unkept:  # else the connection has closed, and kept it
                await core.tasks.whole(core.unkept[heard]())
            raise
        finally:
            made.usage = heard.usage
            core.unkept.pop(heard, None)


async def _hear(model: ChatModel, prompt: Prompt, heard: _Heard) -> AsyncGenerator[str]:
    """Yield what a model streams, note it, and close its stream whatever kind of iterator it is."""
    source = model.stream(prompt)
    try:
        async for piece in source:
            if isinstance(piece, Completion):
                heard.completion = piece
            elif piece:
                heard.said.append(piece)
                yield piece
    finally:
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()


def _note_heard(core: Core, log: SessionLog, begun: _Begun, heard: _Heard) -> None:
    """Count, once, what a stream took that gave anything."""
    if heard.usage is None and (heard.said or heard.completion):
        heard.usage = _note_spent(core, log, begun, heard.completion or Completion(text="".join(heard.said)))


def _note_spent(core: Core, log: SessionLog, begun: _Begun, completion: object) -> Usage | None:
    """Count what a call of a model took, also one whose answer is of no use or not kept, and return it."""
    if not isinstance(completion, Completion):
        return None
    used = _used(begun, completion)
    core.usage.note(log.key.partition, log.key.session, tokens_of(used), since=begun.began)
    return used


def _used(begun: _Begun, completion: Completion) -> Usage:
    if completion.usage is not None:
        return completion.usage
    output_tokens = begun.counter.count(_storable(completion.text))
    return Usage(input_tokens=begun.context.tokens, output_tokens=output_tokens, estimated=True)


async def _keep(core: Core, log: SessionLog, begun: _Begun, completion: Completion, model: ChatModel) -> Reply:
    """Store a whole reply; one that cannot be stored whole is stored as cut, and raises."""
    text = _storable(_checked(completion, model).text)
    usage = _used(begun, completion)
    sent = sent_of(core, begun.context)
    turn = Turn(answers=begun.message.id, model=model.identity, usage=usage, stop=completion.stop, sent=sent)
    if not await log.has(begun.message):  # erased, deleted or expired meanwhile: nothing of it may come back
        return _reply(begun, log.reply(text, completion.tool_calls, turn, attempt=len(begun.earlier)))
    try:
        message = await log.append_reply(text, completion.tool_calls, turn, attempt=len(begun.earlier))
    except TooLargeError:
        await _keep_cut(core, log, begun, text, model)
        raise
    return _reply(begun, message)


def _checked(completion: Completion, model: ChatModel) -> Completion:
    """Return an answer that says something.

    Raises:
        ModelRefusedError: the model refused, without a word.
        MalformedOutputError: it is empty, or no answer at all.
    """
    if not isinstance(completion, Completion):  # pyright: ignore[reportUnnecessaryIsInstance] -- models may be anybody's
        raise MalformedOutputError(f"{model.identity} gave a {type(completion).__name__}, not a Completion")
    if completion.text.strip() or completion.tool_calls:
        return completion
    if completion.stop == "refused":
        raise ModelRefusedError(f"{model.identity} refused to answer")
    raise MalformedOutputError(f"{model.identity} gave an empty answer")


def _storable(text: str) -> str:
    """Return text with halves of a character joined, and what is left of them replaced: no encoding keeps them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


async def _break_off(core: Core, log: SessionLog, begun: _Begun, heard: _Heard, model: ChatModel) -> None:
    """Count and store what had come of a stream."""
    _note_heard(core, log, begun, heard)
    await _keep_cut(core, log, begun, "".join(heard.said), model)


async def _keep_cut(core: Core, log: SessionLog, begun: _Begun, text: str, model: ChatModel) -> None:
    """Store what had come of a reply, as much as a message holds."""
    if not text or not await log.has(begun.message):
        return
    kept = _storable(text).encode()[: core.limits.message_bytes // 2].decode(errors="ignore")
    turn = Turn(answers=begun.message.id, model=model.identity, stop=CUT, sent=sent_of(core, begun.context))
    await log.append_reply(kept, [], turn, attempt=len(begun.earlier))


def _reply(begun: _Begun, message: Message) -> Reply:
    text = message.content if isinstance(message.content, str) else ""
    usage = message.turn.usage if message.turn and message.turn.usage else Usage(estimated=True)
    return Reply(text=text, message=message, context=begun.context, usage=usage)
