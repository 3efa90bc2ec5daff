"""A demonstration: what two invented people said over some weeks. It is there only after somebody asked for it.

The conversations stand in `demo_conversations`, each session so many days before the moment of loading.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from memlane import Memlane
from memlane.errors import ForbiddenError

Progress = Callable[[int, int], object]
"""Is told how many sessions are in, and of how many."""
_FOLDER: Final = Path(__file__).with_name("demo_conversations")
_PAUSE: Final = timedelta(seconds=50)


class DemoSession(msgspec.Struct, frozen=True):
    """A conversation: so many days ago, at a time of the day, in messages as `Session.add_many` takes them."""

    id: str
    days_ago: int
    time: time
    messages: list[dict[str, Any]]

    def dated(self, now: datetime) -> list[dict[str, Any]]:
        """Return the messages with ids and moments, as if said before `now` (aware)."""
        day = (now - timedelta(days=self.days_ago)).date()
        began = datetime.combine(day, self.time, now.tzinfo)
        return [
            {**message, "id": f"{self.id}-{place}", "created_at": began + place * _PAUSE}
            for place, message in enumerate(self.messages, 1)
        ]


class DemoPerson(msgspec.Struct, frozen=True):
    """An invented person."""

    user: str
    sessions: list[DemoSession]


def people() -> list[DemoPerson]:
    """Return the invented people with what they said, as packaged."""
    return [msgspec.json.decode(path.read_bytes(), type=DemoPerson) for path in sorted(_FOLDER.glob("*.json"))]


def is_loaded(memory: Memlane) -> bool:
    """Say whether the demonstration is there, or a part of it.

    Raises:
        MemlaneError: it cannot be seen.
    """
    return any(memory.user(person.user).sessions() or memory.user(person.user).facts() for person in people())


def load(memory: Memlane, now: datetime, progress: Progress | None = None) -> int:
    """Add the demonstration, look for facts and episodes in it, and return how many messages it has.

    A message that is there already is left alone, so that a load that broke off is completed by another.

    Args:
        memory: Where to.
        now: The moment that its days count back from; aware.
        progress: Called after each session.

    Raises:
        MemlaneError: not all of it could be added.
    """
    sessions = [(person.user, session) for person in people() for session in person.sessions]
    for done, (user, session) in enumerate(sessions, 1):
        talk = memory.user(user).session(session.id)
        talk.add_many(session.dated(now))
        talk.close()
        if progress is not None:
            progress(done, len(sessions))
    _understand(memory)
    return sum(len(session.messages) for _, session in sessions)


def remove(memory: Memlane) -> int:
    """Erase both people, everywhere, and return how many records went.

    Raises:
        MemlaneError: not all of it could be removed.
    """
    return sum(sum(memory.user(person.user).erase().removed.values()) for person in people())


def _understand(memory: Memlane) -> None:
    """Do the due work of the tenant now; with a key that may not, it is done in the background a little later."""
    try:
        memory.run_due(tenant="default", until_idle=False)
    except ForbiddenError:
        return
