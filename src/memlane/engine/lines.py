"""Messages as lines: who said what when."""

from collections.abc import Sequence

from memlane.context.rendering import message_text
from memlane.types.line import Line
from memlane.types.message import Message
from memlane.types.turn import QUOTED


def spoken(messages: Sequence[Message]) -> list[Message]:
    """Return messages without those that only quote memory: what was recalled is not said anew."""
    return [message for message in messages if message.turn is None or message.turn.model != QUOTED]


def line_of(message: Message) -> Line:
    """Return a message as a line."""
    role = message.role if message.name else ""
    return Line(speaker=message.name or message.role, at=message.created_at, text=message_text(message), role=role)
