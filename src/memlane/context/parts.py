"""What a stored message holds, read into blocks that belong to no provider.

Owns the knowledge of OpenAI's and Anthropic's part shapes on the reading side. It must not drop anything: what it
does not know becomes a `Foreign` block with the part as it was. Nothing here writes a provider's shape.
"""

from typing import Any, Final, Literal, TypeAlias, cast

import msgspec

from memlane.types.message import Message

Provider: TypeAlias = Literal["openai", "anthropic"]

_ANSWERING: Final = frozenset({"tool", "function"})
_TEXT_KINDS: Final = frozenset({"text", "input_text", "output_text"})
_OPENAI_KINDS: Final = frozenset({"image_url", "input_audio", "file", "refusal", "audio", "video_url", "audio_url"})
_ANTHROPIC_KINDS: Final = frozenset(
    {"image", "document", "search_result", "container_upload", "thinking", "redacted_thinking", "server_tool_use"}
)
_OBJECTS: Final = msgspec.json.Encoder()


class Text(msgspec.Struct, frozen=True, gc=False):
    """Words."""

    text: str


class Image(msgspec.Struct, frozen=True):
    """A picture by its `https:`, `http:` or `data:` URL; `detail` is OpenAI's."""

    url: str
    detail: str | None = None


class Call(msgspec.Struct, frozen=True):
    """A tool call; `arguments` as the model wrote them, `custom` when they are free text by design."""

    id: str
    name: str
    arguments: str
    custom: bool = False


class Foreign(msgspec.Struct, frozen=True):
    """A part that only its own provider understands; None when it cannot be told whose it is."""

    kind: str
    raw: dict[str, Any]
    provider: Provider | None


class Result(msgspec.Struct, frozen=True):
    """The answer to a tool call."""

    call_id: str
    blocks: list[Text | Image | Foreign]
    failed: bool = False


Block: TypeAlias = Text | Image | Call | Result | Foreign


class Turn(msgspec.Struct, frozen=True, gc=False):
    """A message read into blocks, in the order in which they were said."""

    message: Message
    blocks: list[Block]

    @property
    def role(self) -> str:
        """The role of the message."""
        return self.message.role


def read_turn(message: Message) -> Turn:
    """Return the blocks of a message, whichever provider's shape it has."""
    content, role = message.content, message.role
    is_answer = role in _ANSWERING
    if isinstance(content, str) and not is_answer and not (message.tool_calls or message.extra):
        return Turn(message, [Text(content)])  # as most are
    blocks = _content_blocks(message)
    if is_answer:
        return Turn(message, _as_results(message, blocks))
    if role == "assistant" and not message.is_plain:
        blocks += _extra_blocks(message)
        known = {block.id for block in blocks if isinstance(block, Call)}
        # Some frameworks store the same call in both shapes at once.
        blocks += [call for call in _openai_calls(message) if call.id == "" or call.id not in known]
    return Turn(message, blocks)


def json_text(value: object) -> str:
    """Return compact JSON text of a JSON value."""
    return _OBJECTS.encode(value).decode()


def object_of(part: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the JSON object under a key, empty when there is none."""
    value = part.get(key)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def objects_of(part: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the JSON objects in the list under a key, none when there is no list."""
    value = part.get(key)
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]


def _content_blocks(message: Message) -> list[Block]:
    if message.content is None:
        return []
    if isinstance(message.content, str):
        return [Text(message.content)]
    origin = _origin(message)
    return [_read_part(part, message.role, origin) for part in message.content]


def _read_part(part: dict[str, Any], role: str, origin: Provider | None) -> Block:
    kind = str(part.get("type", ""))
    if kind == "tool_use" and role == "assistant":
        return Call(_text_of(part, "id"), _text_of(part, "name"), json_text(part.get("input") or {}))
    if kind == "tool_result" and role in ("user", "tool"):
        return _read_result(part, origin)
    return _read_leaf(part, kind, origin)


def _read_leaf(part: dict[str, Any], kind: str, origin: Provider | None) -> Text | Image | Foreign:
    if kind in _TEXT_KINDS and isinstance(part.get("text"), str):
        return Text(part["text"])
    image = _read_image(part, kind)
    return Foreign(kind, part, _provider_of(kind) or origin) if image is None else image


def _read_image(part: dict[str, Any], kind: str) -> Image | None:
    if kind == "image_url":
        held = object_of(part, "image_url")
        url = _text_of(held, "url") or _text_of(part, "image_url")
        if url.startswith(("https://", "http://", "data:")):
            return Image(url, _text_of(held, "detail") or None)
    return _read_source(object_of(part, "source")) if kind == "image" else None


def _read_source(source: dict[str, Any]) -> Image | None:
    kind, url = source.get("type"), _text_of(source, "url")
    if kind == "url" and url:
        return Image(url)
    media_type, data = _text_of(source, "media_type"), _text_of(source, "data")
    return Image(f"data:{media_type};base64,{data}") if kind == "base64" and media_type and data else None


def _read_result(part: dict[str, Any], origin: Provider | None) -> Result:
    blocks: list[Text | Image | Foreign] = []
    if isinstance(part.get("content"), str):
        blocks.append(Text(part["content"]))
    blocks += [_read_leaf(item, str(item.get("type", "")), origin) for item in objects_of(part, "content")]
    return Result(_text_of(part, "tool_use_id"), blocks, failed=part.get("is_error") is True)


def _as_results(message: Message, blocks: list[Block]) -> list[Block]:
    """Return a tool message's results: those in its parts, or itself as one."""
    results: list[Block] = [block for block in blocks if isinstance(block, Result)]
    own = [block for block in blocks if isinstance(block, Text | Image | Foreign)]
    if own or not results:
        is_function = message.role == "function"
        call_id = _function_id(message.name or "") if is_function else message.tool_call_id or ""
        results.append(Result(call_id, own))
    return results


def _openai_calls(message: Message) -> list[Call]:
    calls = [_read_call(call) for call in message.tool_calls or []]
    legacy = object_of(message.extra, "function_call")
    if legacy:
        name = _text_of(legacy, "name")
        calls.append(Call(_function_id(name), name, _arguments(legacy.get("arguments"))))
    return calls


def _read_call(call: dict[str, Any]) -> Call:
    custom = isinstance(call.get("custom"), dict)
    held = object_of(call, "custom" if custom else "function") or call
    arguments = held.get("input") if custom else held.get("arguments")
    return Call(_text_of(call, "id"), _text_of(held, "name"), _arguments(arguments), custom)


def _extra_blocks(message: Message) -> list[Block]:
    """Return what an OpenAI assistant message says outside its content."""
    blocks: list[Block] = []
    refusal = _text_of(message.extra, "refusal")
    if refusal:
        blocks.append(Foreign("refusal", {"type": "refusal", "refusal": refusal}, "openai"))
    audio = object_of(message.extra, "audio")
    if _text_of(audio, "id"):
        blocks.append(Foreign("audio", {**audio, "type": "audio"}, "openai"))
    return blocks


def _function_id(name: str) -> str:
    """Return the id under which a call of OpenAI's older `function_call` shape, which has none, finds its answer."""
    return f"function:{name}"


def _arguments(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json_text(value)


def _text_of(part: dict[str, Any], key: str) -> str:
    value = part.get(key)
    return value if isinstance(value, str) else ""


def _provider_of(kind: str) -> Provider | None:
    if kind in _OPENAI_KINDS:
        return "openai"
    if kind in _ANTHROPIC_KINDS or kind.endswith("_tool_result"):
        return "anthropic"
    return None


def _origin(message: Message) -> Provider | None:
    """Return whose shape the message has, from what only one provider writes; None when nothing tells."""
    if message.tool_calls or message.tool_call_id:
        return "openai"
    kinds = {str(part.get("type", "")) for part in message.content or [] if isinstance(part, dict)}
    if kinds & {"tool_use", "tool_result"}:
        return "anthropic"
    return next((found for kind in sorted(kinds) if (found := _provider_of(kind))), None)
