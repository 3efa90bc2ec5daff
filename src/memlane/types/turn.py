"""How a message came about in a turn: asked of a model, or answered by one."""

import msgspec

CUT = "cut"
"""Why a reply ended that was broken off."""
QUOTED = "memory"
"""What a reply names as its model that was quoted from memory."""


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tokens of one call of a model, as the provider counted them.

    Attributes:
        input_tokens: What was sent, all of it, whatever a cache served.
        output_tokens: What came back, a model's private thoughts included.
        cached_tokens: Of what was sent, what the provider read from its prompt cache.
        estimated: Whether the provider did not say and these are our own counts.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False


class Turn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a message is in a turn of `session.chat` or `session.stream`.

    Attributes:
        answers: Of a reply, the id of the message that it answers; None of a message that asks for a reply.
        model: Of a reply, which model gave it.
        usage: Of a reply, what it took.
        stop: Of a reply, why it ended: `end`, `length`, `tool_calls`, `refused`, or `cut` when it was broken off.
    """

    answers: str | None = None
    model: str | None = None
    usage: Usage | None = None
    stop: str | None = None
