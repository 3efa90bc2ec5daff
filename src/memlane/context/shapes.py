"""Messages in the shapes of model providers; stored messages may have either shape, or both.

Owns what both shapes have in common: where the system text and what is remembered go (`placement`). The shapes
themselves are written by `shape_openai` and `shape_anthropic`. It must not choose which messages are sent.
"""

from collections.abc import Sequence
from typing import Any

from memlane.context.placement import joined
from memlane.context.shape_anthropic import anthropic_messages
from memlane.context.shape_openai import openai_messages
from memlane.types.message import Message


def as_openai(messages: Sequence[Message], system: str = "", remembered: str = "") -> list[dict[str, Any]]:
    """Return the `messages` of an OpenAI chat completion; nothing in them is shared with the messages given.

    Args:
        messages: What was said, oldest first.
        system: The system text; sent first unless it is empty.
        remembered: What stands before the words of the newest unanswered user message, else at the end of `system`.
    """
    sent, left = openai_messages(messages, remembered)
    whole = joined(system, left)
    head = [{"role": "system", "content": whole}] if whole else []
    return [*head, *sent]


def as_anthropic(messages: Sequence[Message], system: str = "", remembered: str = "") -> dict[str, Any]:
    """Return `messages`, and `system` unless it is empty, of an Anthropic request; arguments as `as_openai`."""
    moved, sent, left = anthropic_messages(messages, remembered)
    whole = joined(*(text for text in (system, moved, left) if text.strip()))
    return {"system": whole, "messages": sent} if whole else {"messages": sent}
