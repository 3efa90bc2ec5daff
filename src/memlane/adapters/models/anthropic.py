"""The chat model behind Anthropic's Messages API: Anthropic, and servers that speak the same.

Owns what is sent. How answers read is `_anthropic_answers`, where the prompt cache is told to look `_anthropic_marks`;
clients and errors belong to the driver.
"""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final, cast

from memlane.adapters._drivers._patience import Patience
from memlane.adapters._drivers.anthropic import AnthropicServer, refusal_text, translate_errors
from memlane.adapters.models._answers import understood, with_words
from memlane.adapters.models._anthropic_answers import MessageCollector, read_count, read_message
from memlane.adapters.models._anthropic_marks import marked_messages, marked_system, marked_tools
from memlane.adapters.models._anthropic_schema import shape_only
from memlane.adapters.models._hosted import SCHEMA, Collector, EventStream, HostedModel
from memlane.context.shapes import as_anthropic
from memlane.context.sizes import output_size
from memlane.errors import MemlaneError
from memlane.protocols.chat_model import Completion, Prompt

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

__all__ = ["AnthropicModel", "AnthropicServer", "Patience"]

_LONGEST_ANSWER: Final = 32_000  # every model since Claude 4 takes as much
_HOTTEST: Final = 1.0
_OPTIONAL: Final = {SCHEMA: ("output_config", "output_format", "json_schema"), "temperature": ("temperature",)}


class AnthropicModel(HostedModel["AsyncAnthropic"]):
    """A chat model behind Anthropic's Messages API.

    What stays from turn to turn is marked for the prompt cache: the tools, the system text, and all before the newest
    question. The API wants a limit in every request; where the prompt has none, `longest_answer` is sent.

    Anthropic's API (version 2026-10-21) knows no temperature any more, so that of a prompt is sent only to compatible
    servers, and not above 1. Numbers and lengths that a schema limits are put to Anthropic in words, as its package
    does: the API takes only the shape.

    Promises: those of `ChatModel` and `CountsPrompts`.
    """

    def __init__(
        self,
        access: AnthropicServer,
        *,
        model: str,
        context_tokens: int | None = None,
        longest_answer: int | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Choose the server and the model; connect to nothing yet.

        Args:
            access: The server. The client made from it is closed by aclose().
            model: Name of the model.
            context_tokens: How many tokens prompt and answer may come to; None: as known for the name.
            longest_answer: The longest answer in tokens where a prompt sets no limit; None: as known for the name.
            patience: How long to wait; None for the defaults.

        Raises:
            SettingError: no name of a model, or one that is too long.
        """
        super().__init__(
            lambda: access.open(patience or Patience()),
            provider=access.provider,
            model=model,
            context_tokens=context_tokens,
        )
        self._longest_answer = longest_answer or output_size(model) or _LONGEST_ANSWER
        self._is_compatible = access.provider != "anthropic"

    async def count_prompt(self, prompt: Prompt) -> int:
        """Return Anthropic's own count of a prompt's tokens; errors as `ChatModel.complete`."""
        client = await self._opening.client()

        async def count(request: dict[str, Any]) -> bytes:
            for name in ("max_tokens", "extra_body"):
                request.pop(name, None)
            messages: Any = client.messages.with_raw_response
            return await _body(await messages.count_tokens(**request))

        content, _ = await self._send(prompt, count)
        with understood(self._what):
            return read_count(content)

    def _request(self, prompt: Prompt, without: frozenset[str]) -> dict[str, Any]:
        system = with_words(prompt.system, prompt.schema, unless=SCHEMA not in without)
        shaped = as_anthropic(prompt.messages, system, prompt.remembered)
        request: dict[str, Any] = {
            "model": self._model,
            "max_tokens": prompt.max_output_tokens or self._longest_answer,
            "messages": marked_messages(shaped["messages"]),
        }
        if "system" in shaped:
            request["system"] = marked_system(shaped["system"])
        if prompt.tools:
            request["tools"] = marked_tools([_tool(tool) for tool in prompt.tools])
        if prompt.schema is not None and SCHEMA not in without:
            schema = shape_only(prompt.schema)
            request["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
        if self._sends_temperature(prompt) and "temperature" not in without:
            request["extra_body"] = {"temperature": min(_HOTTEST, prompt.temperature or 0.0)}
        return request

    def _optional(self, prompt: Prompt) -> dict[str, tuple[str, ...]]:
        absent = {SCHEMA: prompt.schema is None, "temperature": not self._sends_temperature(prompt)}
        return {part: names for part, names in _OPTIONAL.items() if not absent[part]}

    def _impossible(self, prompt: Prompt) -> frozenset[str]:
        has_shape = prompt.schema is None or shape_only(prompt.schema) is not None
        return frozenset() if has_shape else frozenset({SCHEMA})

    def _sends_temperature(self, prompt: Prompt) -> bool:
        return self._is_compatible and prompt.temperature is not None

    async def _ask(self, client: "AsyncAnthropic", request: dict[str, Any]) -> bytes:
        messages: Any = client.messages.with_raw_response
        return await _body(await messages.create(**request))

    async def _begin(self, client: "AsyncAnthropic", request: dict[str, Any]) -> EventStream:
        return cast("EventStream", await client.messages.create(**request, stream=True))

    def _read(self, content: bytes) -> Completion:
        return read_message(content)

    def _collector(self) -> Collector:
        return MessageCollector(self._what)

    def _errors(self) -> AbstractContextManager[None]:
        return translate_errors(self._what)

    def _refusal_text(self, error: MemlaneError) -> str:
        return refusal_text(error)


async def _body(response: Any) -> bytes:
    """Return the body of an answer, which the package has not read yet."""
    return await response.http_response.aread()


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    """Return a tool of OpenAI's shape as Anthropic has it; one of another kind as it is."""
    held = tool.get("function")
    if tool.get("type") != "function" or not isinstance(held, dict):
        return tool
    function = cast("dict[str, Any]", held)
    kept = {name: function[name] for name in ("name", "description", "strict") if name in function}
    return {**kept, "input_schema": function.get("parameters") or {"type": "object"}}
