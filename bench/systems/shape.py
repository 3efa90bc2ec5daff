"""What a system is given and asked, in plain types: it must run in every environment."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class Turn(NamedTuple):
    """One message as every system gets it: the speaker's name, where there is one, stands before the words."""

    message_id: str
    session_id: str
    role: str
    text: str


@dataclass(frozen=True)
class Place:
    """Where a system may write, and what it embeds with.

    Attributes:
        folder: An empty folder of its own.
        model_dir: The weights of all-MiniLM-L6-v2.
        vectors: A file of vectors that were computed before; None to compute them all.
    """

    folder: Path
    model_dir: Path
    vectors: Path | None = None


class Found(NamedTuple):
    """What a system returns: ids, best first; without a ranking of sessions, that of their messages counts."""

    messages: list[str]
    sessions: list[str] | None = None


class System(Protocol):
    """A memory system in its best honest configuration."""

    packages: tuple[str, ...]
    """What is installed of it, for the table."""

    def load(self, conversation: dict[str, Any]) -> None:
        """Take in a conversation in the neutral form; searches concern this one until the next is loaded."""
        ...

    def search(self, question: str, *, at: str | None, limit: int) -> list[str]:
        """Return at most `limit` message ids, best first: the call that is timed."""
        ...

    def found(self, question: str, *, at: str | None, limit: int) -> Found:
        """Return what is scored, untimed."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


def turns(conversation: dict[str, Any]) -> list[Turn]:
    """Return the messages of a conversation in order of time."""
    return [
        Turn(message["id"], session["id"], message["role"], spoken(message))
        for session in conversation["sessions"]
        for message in session["messages"]
        if message["content"]
    ]


def spoken(message: dict[str, Any]) -> str:
    """Return the words of a message, the speaker's name before them where there is one."""
    name = message.get("name")
    return f"{name}: {message['content']}" if name else message["content"]
