"""The chat model behind OpenAI's Responses API: OpenAI, Azure OpenAI, and servers that speak the same.

Owns what is sent. How answers read is `_responses_answers`; clients and errors belong to the driver.
"""

from typing import TYPE_CHECKING, Any, Final, cast

from memlane.adapters._drivers._patience import Patience
from memlane.adapters._drivers.openai import AzureOpenAIServer, OpenAIServer
from memlane.adapters.models._answers import with_words
from memlane.adapters.models._behind_openai import BehindOpenAI
from memlane.adapters.models._hosted import SCHEMA, Collector, EventStream
from memlane.adapters.models._openai_parts import named_schema
from memlane.adapters.models._responses_answers import ResponsesCollector, read_response
from memlane.context.shape_responses import as_responses
from memlane.protocols.chat_model import Completion, Prompt

if TYPE_CHECKING:
    from openai import AsyncOpenAI

__all__ = ["AzureOpenAIServer", "OpenAIResponsesModel", "OpenAIServer", "Patience"]

_LEAST_LIMIT: Final = 16
_OPTIONAL: Final = {SCHEMA: ("text.format", "json_schema", "structured output"), "temperature": ("temperature",)}


class OpenAIResponsesModel(BehindOpenAI):
    """A chat model behind OpenAI's Responses API.

    Nothing is left with the provider (`store` is false): each request carries the whole conversation. Azure has the
    API in versions later than the default of `AzureOpenAIServer`; give its `api_version`. The API takes no limit below
    16 tokens, so a lower one is sent as 16.

    Promises: those of `ChatModel`.
    """

    def _request(self, prompt: Prompt, without: frozenset[str]) -> dict[str, Any]:
        system = with_words(prompt.system, prompt.schema, unless=SCHEMA not in without)
        request: dict[str, Any] = {
            "model": self._model,
            "store": False,
            **as_responses(prompt.messages, system, prompt.remembered),
        }
        if prompt.tools:
            request["tools"] = [_tool(tool) for tool in prompt.tools]
        if prompt.schema is not None and SCHEMA not in without:
            request["text"] = {"format": {"type": "json_schema", **named_schema(prompt.schema)}}
        if prompt.temperature is not None and "temperature" not in without:
            request["temperature"] = prompt.temperature
        if prompt.max_output_tokens is not None:
            request["max_output_tokens"] = max(_LEAST_LIMIT, prompt.max_output_tokens)
        return request

    def _optional(self, prompt: Prompt) -> dict[str, tuple[str, ...]]:
        absent = {SCHEMA: prompt.schema is None, "temperature": prompt.temperature is None}
        return {part: names for part, names in _OPTIONAL.items() if not absent[part]}

    async def _ask(self, client: "AsyncOpenAI", request: dict[str, Any]) -> bytes:
        responses: Any = client.responses.with_raw_response
        answer = await responses.create(**request)
        return answer.content

    async def _begin(self, client: "AsyncOpenAI", request: dict[str, Any]) -> EventStream:
        return cast("EventStream", await client.responses.create(**request, stream=True))

    def _read(self, content: bytes) -> Completion:
        return read_response(content, self._what)

    def _collector(self) -> Collector:
        return ResponsesCollector(self._what)


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    """Return a tool of chat completions as this API has it: flat, and not strict unless it says so."""
    kind = tool.get("type")
    held = tool.get(str(kind))
    if not isinstance(held, dict):
        return tool
    strict = {"strict": False} if kind == "function" else {}
    return {"type": kind, **strict, **cast("dict[str, Any]", held)}
