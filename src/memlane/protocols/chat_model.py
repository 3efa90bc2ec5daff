"""What a chat model promises."""

from collections.abc import AsyncIterator
from typing import Any, Protocol, runtime_checkable

import msgspec

from memlane.types.message import Message
from memlane.types.turn import Usage


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is asked. Its parts stand in the order in which they change, the steadiest first.

    Attributes:
        system: Instructions and the summary; empty text for none. The same text turn after turn.
        messages: What was said, oldest first; tool calls followed by their results.
        remembered: What is remembered, as quoted data; stands just before the newest user message. Empty for nothing.
        tools: Tools that the model may call, OpenAI-shaped (`{"type": "function", "function": {…}}`).
        schema: A JSON schema (an object) that the answer must be an instance of; None for free text.
        max_output_tokens: The longest answer; None for the model's own limit.
        temperature: 0-2; None for the model's own.
    """

    messages: list[Message]
    system: str = ""
    remembered: str = ""
    tools: list[dict[str, Any]] = []
    schema: dict[str, Any] | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """A model's whole answer.

    Attributes:
        text: What it says; empty when it only calls tools.
        tool_calls: Calls it wants made, OpenAI-shaped, arguments as the JSON text that came.
        stop: Why it ended: `end`, `length`, `tool_calls` or `refused`.
        usage: Tokens as the provider counted them; None when it did not.
        model: The model that answered, as the provider names it.
    """

    text: str
    tool_calls: list[dict[str, Any]] = []
    stop: str = "end"
    usage: Usage | None = None
    model: str = ""


class ChatModel(Protocol):
    """Answers prompts: a provider's model, a local one, or a script in tests.

    Promises (each is a test in `memlane.testing.models`):
        C1 complete() returns the whole answer; stream() yields the same text in pieces, none empty, and last of all
           one `Completion` whose text is the pieces joined.
        C2 tool calls, tools and results pass through unaltered, streamed or not.
        C3 usage is the provider's, streamed or not, or None; never invented.
        C4 what fails raises a ModelError, SettingError or MissingExtraError: rate limits `ModelRateLimitError` with
           the provider's delay, what may succeed later `ModelUnavailableError`, what the provider does not accept
           `ModelRefusedError`, an answer that is not understood or not an instance of `schema` `MalformedOutputError`.
           Never content, key or token in the message.
        C5 rate limits and failures of the server are tried again with back-off, as long as the provider says, before
           they are raised; a stream that has begun is never begun again.
        C6 cancellation and closing a stream end the request at once and release the connection.
        C7 concurrent calls do not mix.
        C8 nothing answers within the time-out: ModelUnavailableError, also between the pieces of a stream.
        C9 the prompt given is left alone.
    """

    @property
    def identity(self) -> str:
        """Provider and model, e.g. `openai:gpt-4o`; 1-128 characters. Known before the first call."""
        ...

    @property
    def context_tokens(self) -> int | None:
        """How many tokens prompt and answer may come to together; None when that is not known."""
        ...

    async def complete(self, prompt: Prompt) -> Completion:
        """Return the model's answer.

        Raises:
            ModelError: see C4.
            SettingError: the key, the model or the address is not accepted.
            MissingExtraError: the provider's package is not installed.
        """
        ...

    def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        """Return the answer in pieces of text as they come and, last, the whole; errors as `complete`."""
        ...

    async def aclose(self) -> None:
        """Release what this model opened itself."""
        ...


@runtime_checkable
class CountsPrompts(Protocol):
    """An optional power: the provider counts what a prompt comes to, before it is asked."""

    async def count_prompt(self, prompt: Prompt) -> int:
        """Return the provider's own count of a prompt's tokens; errors as `complete`."""
        ...
