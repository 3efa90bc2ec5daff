"""Anthropic's Messages, as the proxy reads and extends them."""

from collections.abc import Sequence
from typing import Any

from memlane.adapters.models._anthropic_answers import MessageCollector, read_message
from memlane.protocols.chat_model import Completion
from memlane.proxy.body import Body, Item, fields_of, items_of, list_from, value_of
from memlane.proxy.dialect import Collector, Named, named_in, simplest, text_before, text_behind, with_field


class MessagesDialect:
    """Messages: results of tools stand in messages of the user, the system text has a field of its own."""

    field = "messages"
    joins = False

    def named(self, body: Body) -> Named:
        """Return whose call it is."""
        return named_in(body)

    def history(self, body: Body) -> list[Item]:
        """Return the messages."""
        return items_of(body.raw("messages") or b"")

    def goes_on(self, before: Item, item: Item) -> bool:  # noqa: ARG002 -- each item is a message
        """Each item is a message."""
        return False

    def read(self, items: Sequence[Item]) -> dict[str, Any] | None:
        """Return the message; None for one that gives instructions within the conversation."""
        said = value_of(items[0])
        if said.get("role") == "system":
            return None
        return {"role": said.get("role"), "content": simplest(said.get("content"))}

    def put(self, body: Body, items: list[Item], text: str, at: int | None) -> None:
        """Put a text before the words of a message, behind the results of tools in it, or into `system`."""
        if at is None:
            body.put("system", text_behind(body.raw("system"), text))
            return
        content = fields_of(items[at]).get("content")
        items[at] = with_field(items[at], "content", text_before(content, text, "text"))
        body.put("messages", list_from(items))

    def whole(self, content: bytes) -> Completion:
        """Return what the body of an answer says."""
        return read_message(content)

    def collector(self) -> Collector:
        """Return what puts a streamed answer together."""
        return MessageCollector("the provider")

    def answer_id(self, answer: dict[str, Any]) -> str | None:  # noqa: ARG002 -- the client sends its history
        """Nothing goes on from an answer's id."""
        return None
