"""What an error of Redis or its driver means to a caller of Memlane.

Owns the translation, and must never pass on what a reply quotes: only the server's code word and, where nothing could
be asked at all, the driver's words about the connection.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager

from redis import exceptions as redis_errors

from memlane.errors import DamagedError, MemlaneError, SettingError, StoreError, StoreUnavailableError

_UNAVAILABLE = {
    "ASK": "the slot is being moved",
    "BUSY": "a script keeps it busy",
    "CLUSTERDOWN": "the cluster is down",
    "LOADING": "it is loading its data",
    "MASTERDOWN": "its primary is down",
    "MISCONF": "it refuses writes because it cannot save them to disk",
    "MOVED": "the slot has moved",
    "NOREPLICAS": "it refuses writes because too few replicas are connected",
    "OOM": "it refuses writes because its memory is full",
    "READONLY": "it is a replica",
    "TRYAGAIN": "the slot is being moved",
}
_REFUSED = {
    "NOAUTH": "it wants a user name or password",
    "WRONGPASS": "the user name or password is wrong",
    "NOPERM": "this user may not run a command that Memlane needs; see ACL_RIGHTS in memlane.adapters._drivers.redis",
    "NOPROTO": "it does not speak the protocol version asked for",
}
_DAMAGED = {
    "WRONGTYPE": "a key holds another type than Memlane wrote",
    "DAMAGED": "messages of a session are missing, perhaps evicted to free memory",
}
_CODES = {**_UNAVAILABLE, **_REFUSED, **_DAMAGED}
_CODE = re.compile(r"\b(" + "|".join(_CODES) + r")\b")
_CONNECTION = (redis_errors.ConnectionError, redis_errors.TimeoutError)
_LOGIN = (redis_errors.AuthenticationError, redis_errors.AuthorizationError)
_LONGEST_REASON = 300


@contextmanager
def translate_errors(where: str) -> Generator[None]:
    """Raise what Redis and its driver raise as errors of Memlane.

    Raises:
        StoreUnavailableError: it cannot be reached, takes too long, or refuses for now.
        SettingError: it refuses the user, or a command the user may not run.
        DamagedError: what is stored is not what Memlane wrote.
        StoreError: anything else it says.
    """
    try:
        yield
    except MemlaneError:  # some of ours are OSErrors too
        raise
    except (redis_errors.RedisError, redis_errors.RedisClusterException, OSError) as exc:
        raise _translated(exc, where) from exc


def is_demotion(exc: Exception) -> bool:
    """Return whether a server refused a write because it is a replica now."""
    return _code_of(exc) == "READONLY"


def _translated(exc: Exception, where: str) -> StoreError | SettingError:
    code = _code_of(exc)
    if code in _REFUSED or isinstance(exc, _LOGIN):
        return SettingError(f"Redis at {where} refuses: {_REFUSED.get(code, _REFUSED['WRONGPASS'])}")
    if code in _DAMAGED:
        return DamagedError(f"Redis at {where}: {_DAMAGED[code]}")
    if code in _UNAVAILABLE:
        return StoreUnavailableError(f"Redis at {where} cannot answer: {_UNAVAILABLE[code]}")
    if isinstance(exc, redis_errors.ResponseError):
        return StoreError(f"Redis at {where} answered with an error of the kind {_kind(exc)}")
    reason = str(exc)[:_LONGEST_REASON] if isinstance(exc, (*_CONNECTION, OSError)) else ""
    return StoreUnavailableError(f"Redis at {where} cannot be reached: {reason or type(exc).__name__}")


def _code_of(exc: Exception) -> str:
    """Return the server's code word; redis-py cuts some off and makes a class of them."""
    if isinstance(exc, _LOGIN):
        return "WRONGPASS" if "WRONGPASS" in str(exc) or "invalid" in str(exc) else "NOAUTH"
    for kind, code in (
        (redis_errors.NoPermissionError, "NOPERM"),
        (redis_errors.ReadOnlyError, "READONLY"),
        (redis_errors.OutOfMemoryError, "OOM"),
        (redis_errors.BusyLoadingError, "LOADING"),
        (redis_errors.MasterDownError, "MASTERDOWN"),
        (redis_errors.ClusterDownError, "CLUSTERDOWN"),
        (redis_errors.TryAgainError, "TRYAGAIN"),
        (redis_errors.MovedError, "MOVED"),
        (redis_errors.AskError, "ASK"),
    ):
        if isinstance(exc, kind):
            return code
    if not isinstance(exc, redis_errors.ResponseError):
        return ""
    found = _CODE.search(str(exc))
    return found.group(1) if found else ""


def _kind(exc: Exception) -> str:
    word = str(exc).split(" ", 1)[0]
    return word if word.isupper() and word.isalpha() else type(exc).__name__
