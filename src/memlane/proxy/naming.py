"""Whose call it is, and of which session."""

from collections import OrderedDict

from memlane.access.credential import Credential
from memlane.context.rendering import message_text
from memlane.errors import UsageError
from memlane.proxy.dialect import Named
from memlane.proxy.errors import Headers
from memlane.proxy.headers import SESSION, USER, named_id
from memlane.types.ids import MAX_ID_CHARACTERS, Partition, SessionKey, check_id, derived_id
from memlane.types.message import Message

_MOST_ANSWERS = 10_000


def user_of(headers: Headers, named: Named, credential: Credential) -> str | None:
    """Return the user: of the header, else of the body, else the one that the key is for; None for nobody.

    Raises:
        ForbiddenError: the key is for another user.
        UsageError: the header holds no valid id.
    """
    user = named_id(headers, USER, "X-Memlane-User") or _valid(named.user) or credential.user
    return None if user is None else credential.check_user(user)


def session_of(headers: Headers, named: Named) -> str | None:
    """Return the session of the header, else of the body; None where neither names one.

    Raises:
        UsageError: the header holds no valid id.
    """
    return named_id(headers, SESSION, "X-Memlane-Session") or _valid(named.session)


def session_from(message: Message | None) -> str:
    """Return the session that a conversation which begins so belongs to, where nothing names it."""
    words = "" if message is None else "".join(message_text(message).split())
    return derived_id("proxy", words)


class Answers:
    """Knows the sessions of the newest answers by id, for calls that go on from one; of this process only."""

    def __init__(self) -> None:
        """Know none."""
        self._sessions: OrderedDict[tuple[Partition, str], str] = OrderedDict()

    def session(self, partition: Partition, answer: str) -> str:
        """Return the session of an answer; where it is not known, one for what goes on from it."""
        return self._sessions.get((partition, answer)) or derived_id("proxy-after", answer)

    def note(self, key: SessionKey, answer: str) -> None:
        """Learn to which session an answer belongs."""
        self._sessions[key.partition, answer] = key.session
        while len(self._sessions) > _MOST_ANSWERS:
            self._sessions.popitem(last=False)


def _valid(given: str | None) -> str | None:
    """Return an id of the body if it can be one: bodies may hold anything."""
    if given is None or len(given) > MAX_ID_CHARACTERS:
        return None
    try:
        return check_id(given, "id")
    except UsageError:
        return None
