"""Messages as lines: who said what when."""

from memlane.context.rendering import message_text
from memlane.types.line import Line
from memlane.types.message import Message


def line_of(message: Message) -> Line:
    """Return a message as a line."""
    role = message.role if message.name else ""
    return Line(speaker=message.name or message.role, at=message.created_at, text=message_text(message), role=role)
