"""Messages in the shapes of model providers; stored messages may have either shape, or both.

Owns what both shapes have in common: where the system text goes. The shapes themselves are written by
`shape_openai` and `shape_anthropic`. It must not choose which messages are sent.
"""

from collections.abc import Sequence
from typing import Any

from memlane.context.shape_anthropic import anthropic_messages
from memlane.context.shape_openai import openai_messages
from memlane.types.message import Message


def as_openai(messages: Sequence[Message], system: str = "") -> list[dict[str, Any]]:
    """Return the `messages` of an OpenAI chat completion; nothing in them is shared with the messages given."""
    head = [{"role": "system", "content": system}] if system else []
    return [*head, *openai_messages(messages)]


def as_anthropic(messages: Sequence[Message], system: str = "") -> dict[str, Any]:
    """Return `messages`, and `system` unless it is empty, of an Anthropic request; shared with nothing given."""
    moved, sent = anthropic_messages(messages)
    whole = "\n\n".join(text for text in (system, moved) if text.strip())
    return {"system": whole, "messages": sent} if whole else {"messages": sent}
