"""Whose call it is, and of which session."""

from collections import OrderedDict

import msgspec

from memlane.access.credential import Credential
from memlane.context.rendering import message_text
from memlane.errors import UsageError
from memlane.proxy.dialect import Named
from memlane.proxy.errors import Headers
from memlane.proxy.headers import SESSION, USER, named_id
from memlane.proxy.marks import beside_words
from memlane.types.ids import MAX_ID_CHARACTERS, Partition, SessionKey, check_id, derived_id
from memlane.types.message import Message

_MOST_ANSWERS = 10_000
_NOT_KNOWN = "-"
"""Where a provider's part of a session begins, before that is known: the id of no message of the proxy's."""


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
    if message is None:
        return derived_id("proxy", "")
    words = "".join(message_text(message).split())
    return derived_id("proxy", words, *beside_words(message))


class Held(msgspec.Struct, frozen=True):
    """What a provider has of a session, where it keeps the history itself.

    Attributes:
        session: The session.
        begins: The id of the first message that it has; empty for all that is stored.
        ends: The id of the answer that is gone on from; empty where that is the newest message.
    """

    session: str
    begins: str = ""
    ends: str = ""


class Answers:
    """Knows the sessions of the newest answers by id, for calls that go on from one; of this process only."""

    def __init__(self) -> None:
        """Know none."""
        self._held: OrderedDict[tuple[Partition, str], Held] = OrderedDict()

    def session(self, partition: Partition, answer: str) -> str:
        """Return the session of an answer; where it is not known, one for what goes on from it."""
        known = self._held.get((partition, answer))
        return derived_id("proxy-after", answer) if known is None else known.session

    def held(self, key: SessionKey, named: Named) -> Held | None:
        """Return what the provider has of a session already; None for nothing, and where that is not known."""
        if named.conversation == key.session:
            return Held(key.session)
        known = None if named.follows is None else self._held.get((key.partition, named.follows))
        return known if known is not None and known.session == key.session else None

    def begin(self, key: SessionKey, answer: str) -> None:
        """Learn to which session an answer belongs that is still to be stored."""
        self.note(key.partition, answer, Held(key.session, _NOT_KNOWN))

    def note(self, partition: Partition, answer: str, held: Held) -> None:
        """Learn what the provider has that gave an answer."""
        self._held[partition, answer] = held
        while len(self._held) > _MOST_ANSWERS:
            self._held.popitem(last=False)


def _valid(given: str | None) -> str | None:
    """Return an id of the body if it can be one: bodies may hold anything."""
    if given is None or len(given) > MAX_ID_CHARACTERS:
        return None
    try:
        return check_id(given, "id")
    except UsageError:
        return None
