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


class SentPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part of what a model was sent.

    Attributes:
        name: `instructions`, `summary`, `messages` or `memories`.
        count: How many.
        tokens: What they took.
    """

    name: str
    count: int = 0
    tokens: int = 0


class Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A memory that a model was shown.

    Attributes:
        id: The memory; it may have been forgotten or changed since.
        score: How well it answered, to four decimals; comparable within one reply only.
        why: Each signal's share of the score, likewise.
    """

    id: str
    score: float = 0.0
    why: dict[str, float] = {}


class Sent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a reply was made from; no texts, they stand where they are kept.

    Attributes:
        tokens: What all of it came to, as counted before it was sent.
        max_tokens: The budget; None for none.
        parts: What took how many tokens; they add up to `tokens`.
        recalled: The memories that were shown, best first; of a reply without a model, those that it quotes.
        left_out: How many messages, memories and summaries were not shown.
    """

    tokens: int = 0
    max_tokens: int | None = None
    parts: list[SentPart] = []
    recalled: list[Shown] = []
    left_out: int = 0


class Turn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a message is in a turn of `session.chat` or `session.stream`.

    Attributes:
        answers: Of a reply, the id of the message that it answers; None of a message that asks for a reply.
        model: Of a reply, which model gave it.
        usage: Of a reply, what it took.
        stop: Of a reply, why it ended: `end`, `length`, `tool_calls`, `refused`, or `cut` when it was broken off.
        sent: Of a reply, what it was made from; None of one that an older Memlane or the proxy kept.
    """

    answers: str | None = None
    model: str | None = None
    usage: Usage | None = None
    stop: str | None = None
    sent: Sent | None = None
