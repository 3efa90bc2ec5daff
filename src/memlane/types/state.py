"""What a connection says of itself: whether its parts work, and which models reply."""

from typing import Literal

import msgspec

State = Literal["ok", "warning", "fault"]


class HealthCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found.

    Attributes:
        name: What was looked at: `memlane`, `packages`, `store` (or `sessions` and `memories`), `embedder`,
            `token counter`, `chat model`, `background work`.
        state: `ok`, `warning` (it works, and something should be done), `fault` (it does not work).
        detail: What was found; no text of a conversation, no key.
        fix: The command or setting that mends it; empty for none.
    """

    name: str
    state: State
    detail: str
    fix: str = ""


class ModelNames(msgspec.Struct, frozen=True, kw_only=True):
    """Which models `chat` and `stream` take by name.

    Attributes:
        default: The one that replies when none is named; None when replies quote memory.
        offered: All that are offered for choice, the default first.
    """

    default: str | None
    offered: list[str]
