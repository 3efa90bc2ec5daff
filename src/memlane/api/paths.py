"""The addresses of `/v1`.

Ids are data: each stands in one segment, percent-encoded, also where it holds `/`, `?`, `.` or spaces.
"""

from memlane.types.ids import segment

PREFIX = "/v1"
USERS = f"{PREFIX}/users"
WORK = f"{PREFIX}/work"
STATS = f"{PREFIX}/stats"
HEALTH = f"{PREFIX}/health"
KEYS = f"{PREFIX}/keys"
MODELS = f"{PREFIX}/models"
SWEEP = f"{PREFIX}/sweep"
WHOAMI = f"{PREFIX}/whoami"


def user_path(user: str, *rest: str) -> str:
    """Return the path of something of a user: `rest` are segments, encoded here."""
    return "/".join((USERS, _encoded(user), *map(_encoded, rest)))


def session_path(user: str, session: str, *rest: str) -> str:
    """Return the path of something of a session: `rest` are segments, encoded here."""
    return user_path(user, "sessions", session, *rest)


def _encoded(value: str) -> str:
    """Encode one segment; dots too where they alone make it up, since `.` and `..` are steps in a path."""
    return value.replace(".", "%2E") if value in (".", "..") else segment(value)
