"""The chat model behind OpenAI's chat completions: OpenAI, Azure OpenAI, and servers that speak the same.

Owns what is sent. How answers read is `_chat_answers`; clients and errors belong to the driver.
"""

from typing import TYPE_CHECKING, Any, Final, cast

from memlane.adapters._drivers._patience import Patience
from memlane.adapters._drivers.openai import AzureOpenAIServer, OpenAIServer
from memlane.adapters.models._answers import with_words
from memlane.adapters.models._behind_openai import BehindOpenAI
from memlane.adapters.models._chat_answers import ChatCollector, read_chat
from memlane.adapters.models._hosted import SCHEMA, Collector, EventStream
from memlane.adapters.models._openai_parts import named_schema
from memlane.context.shapes import as_openai
from memlane.protocols.chat_model import Completion, Prompt

if TYPE_CHECKING:
    from openai import AsyncOpenAI

__all__ = ["AzureOpenAIServer", "OpenAIModel", "OpenAIServer", "Patience"]

_LIMIT: Final = "limit"
_LIMIT_NAMES: Final = ("max_completion_tokens", "max_tokens")
_OPTIONAL: Final = {
    SCHEMA: ("response_format", "json_schema", "structured output"),
    "stream_options": ("stream_options", "include_usage"),
    "temperature": ("temperature",),
    _LIMIT: _LIMIT_NAMES,
}


class OpenAIModel(BehindOpenAI):
    """A chat model behind OpenAI's chat completions.

    The longest answer is asked for as `max_completion_tokens` of OpenAI and Azure, whose reasoning models know
    nothing else, and as `max_tokens` of compatible servers, many of which pass over the newer name in silence; a
    server that refuses one is asked with the other. What else a server refuses is left out: a schema (it is asked
    for in words), a temperature, the usage of a stream.

    Promises: those of `ChatModel`.
    """

    def _request(self, prompt: Prompt, without: frozenset[str]) -> dict[str, Any]:
        system = with_words(prompt.system, prompt.schema, unless=SCHEMA not in without)
        request: dict[str, Any] = {
            "model": self._model,
            "messages": as_openai(prompt.messages, system, prompt.remembered),
        }
        if prompt.tools:
            request["tools"] = prompt.tools
        if prompt.schema is not None and SCHEMA not in without:
            request["response_format"] = {"type": "json_schema", "json_schema": named_schema(prompt.schema)}
        if prompt.temperature is not None and "temperature" not in without:
            request["temperature"] = prompt.temperature
        if prompt.max_output_tokens is not None:
            is_newer = self._is_compatible == (_LIMIT in without)
            request[_LIMIT_NAMES[not is_newer]] = prompt.max_output_tokens
        if "stream_options" not in without:
            request["stream_options"] = {"include_usage": True}
        return request

    def _optional(self, prompt: Prompt) -> dict[str, tuple[str, ...]]:
        absent = {SCHEMA: prompt.schema is None, "temperature": prompt.temperature is None}
        absent[_LIMIT] = prompt.max_output_tokens is None
        return {part: names for part, names in _OPTIONAL.items() if not absent.get(part)}

    async def _ask(self, client: "AsyncOpenAI", request: dict[str, Any]) -> bytes:
        request.pop("stream_options", None)
        completions: Any = client.chat.completions.with_raw_response
        answer = await completions.create(**request)
        return answer.content

    async def _begin(self, client: "AsyncOpenAI", request: dict[str, Any]) -> EventStream:
        return cast("EventStream", await client.chat.completions.create(**request, stream=True))

    def _read(self, content: bytes) -> Completion:
        return read_chat(content)

    def _collector(self) -> Collector:
        return ChatCollector(self._what)
