"""OpenAI's chat completions, as the proxy reads and extends them."""

from collections.abc import Sequence
from typing import Any, Final

from memlane.adapters.models._chat_answers import ChatCollector, read_chat
from memlane.protocols.chat_model import Completion
from memlane.proxy.body import Body, Item, fields_of, item_from, items_of, list_from, value_of
from memlane.proxy.dialect import Collector, Named, named_in, simplest, text_before, text_behind, with_field

_SYSTEM: Final = ("system", "developer")
_NOT_KEPT: Final = frozenset({"id", "created_at", "metadata", "memlane_turn"})


class ChatDialect:
    """Chat completions: `messages` is the history, its system messages are the client's own."""

    field = "messages"
    joins = False

    def named(self, body: Body) -> Named:
        """Return whose call it is."""
        return named_in(body, "user", "safety_identifier")

    def history(self, body: Body) -> list[Item]:
        """Return the messages, system messages included."""
        return items_of(body.raw("messages") or b"")

    def goes_on(self, before: Item, item: Item) -> bool:  # noqa: ARG002 -- each item is a message
        """Each item is a message."""
        return False

    def read(self, items: Sequence[Item]) -> dict[str, Any] | None:
        """Return the message; None for a system message."""
        said = value_of(items[0])
        if said.get("role") in _SYSTEM:
            return None
        kept = {key: value for key, value in said.items() if key not in _NOT_KEPT and value not in (None, [], {})}
        return {**kept, "content": simplest(said.get("content"))}

    def put(self, body: Body, items: list[Item], text: str, at: int | None) -> None:
        """Put a text before the words of a message, or at the end of a system message in front."""
        if at is not None:
            items[at] = with_field(items[at], "content", text_before(_content(items[at]), text, "text"))
        elif items and value_of(fields_of(items[0]).get("role", b"null")) in _SYSTEM:
            items[0] = with_field(items[0], "content", text_behind(_content(items[0]), text))
        else:
            items.insert(0, item_from({"role": "system", "content": text}))
        body.put("messages", list_from(items))

    def whole(self, content: bytes) -> Completion:
        """Return what the body of an answer says."""
        return read_chat(content)

    def collector(self) -> Collector:
        """Return what puts a streamed answer together."""
        return ChatCollector("the provider")

    def answer_id(self, answer: dict[str, Any]) -> str | None:  # noqa: ARG002 -- the client sends its history
        """Nothing goes on from an answer's id."""
        return None


def _content(message: Item) -> Item | None:
    return fields_of(message).get("content")
