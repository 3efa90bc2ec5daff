"""How a turn is to be made: the options of `session.chat` and `session.stream`, checked."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import msgspec

from memlane.engine.core import Core
from memlane.engine.numbers import check_count
from memlane.errors import UsageError
from memlane.protocols.chat_model import ChatModel
from memlane.types.values import check_json

_HOTTEST = 2


class TurnOptions(TypedDict, total=False):
    """What `chat` and `stream` take besides the text.

    Attributes:
        model: Which model replies, as in `connect`; by default that of the connection.
        id: Of the user's message; made when absent. With an id that has its reply that reply is returned.
        name: The user's name, if the model should see one.
        metadata: A JSON object of your own, kept with the user's message.
        max_tokens: Budget of what is sent; by default what the model's context leaves beside the answer.
        last: At most this many recent messages; by default as many as fit.
        recall: At most this many memories, 5 by default; 0 for none.
        tools: Tools the model may call, OpenAI-shaped.
        max_output_tokens: The longest reply; by default the model's own limit.
        temperature: 0-2; by default the model's own.
    """

    model: ChatModel | str | None
    id: str | None
    name: str | None
    metadata: Mapping[str, Any] | None
    max_tokens: int | None
    last: int | None
    recall: int
    tools: Sequence[Mapping[str, Any]]
    max_output_tokens: int | None
    temperature: float | None


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A turn to be made: what is said (None: nothing new), and the options, checked. `model` None: quote memory."""

    content: str | list[dict[str, Any]] | None
    model: ChatModel | None
    id: str | None = None
    name: str | None = None
    metadata: Mapping[str, Any] | None = None
    max_tokens: int | None = None
    last: int | None = None
    recall: int = 5
    tools: list[dict[str, Any]] = []
    max_output_tokens: int | None = None
    temperature: float | None = None


def make_ask(core: Core, content: str | list[dict[str, Any]] | None, options: TurnOptions) -> Ask:
    """Return how a turn is to be made.

    Raises:
        UsageError: an option is unknown or out of range, or nothing is said.
        SettingError: the model is not understood.
        ClosedError: the connection is closed.
    """
    core.check_open()
    given = check_turn(content, options)
    given["model"] = core.models.chosen(options.get("model"))
    return Ask(content=content, **given)


def check_turn(content: object, options: TurnOptions) -> dict[str, Any]:
    """Return the options of a turn, its tools as JSON; what concerns a model or the user's message is not looked at.

    Raises:
        UsageError: an option is unknown or out of range, or nothing is said.
    """
    if content is not None and not content:
        raise UsageError("there is nothing to reply to: the text is empty")
    if unknown := options.keys() - TurnOptions.__annotations__.keys():
        raise UsageError(f"a turn has no option {', '.join(sorted(unknown))}; there are: {_OPTIONS}")
    check_count(options.get("last"), "last", least=1)
    check_count(options.get("max_tokens"), "max_tokens", least=1)
    check_count(options.get("max_output_tokens"), "max_output_tokens", least=1)
    check_count(options.get("recall", 5), "recall", least=0)
    _check_temperature(options.get("temperature"))
    return {**options, "tools": _tools(options.get("tools", ()))}


def _tools(tools: object) -> list[dict[str, Any]]:
    checked = check_json(tools, "tools")
    if not isinstance(checked, list) or not all(isinstance(tool, dict) for tool in checked):  # pyright: ignore[reportUnknownVariableType] -- JSON
        raise UsageError("tools must be a list of JSON objects, OpenAI-shaped")
    return checked  # pyright: ignore[reportUnknownVariableType] -- checked above


def _check_temperature(value: object) -> None:
    if value is None:
        return
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _HOTTEST:
        raise UsageError(f"temperature must be a number from 0 to {_HOTTEST}, not {value!r}")


_OPTIONS = ", ".join(sorted(TurnOptions.__annotations__))
