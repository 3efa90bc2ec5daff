"""A line of a conversation: who said what when, and nothing else."""

from datetime import datetime

import msgspec

_NOT_PEOPLE = frozenset({"assistant", "tool", "function", "system", "developer"})


class Line(msgspec.Struct, frozen=True):
    """What one message said, as text.

    Attributes:
        speaker: The speaker's name, or the role where there is none.
        at: When it was said; aware UTC.
        text: The words.
        role: The role, where `speaker` is a name; empty when `speaker` is the role.
    """

    speaker: str
    at: datetime
    text: str
    role: str = ""

    @property
    def is_by_person(self) -> bool:
        """Whether a person said it, not a model, a tool or the application."""
        return (self.role or self.speaker) not in _NOT_PEOPLE
