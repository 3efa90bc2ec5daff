"""What was typed in `memlane chat`, for the arrow keys: one file a user, readable by nobody else.

Owns where that file lies, and that it goes when the user is erased.
"""

import hashlib
import os
from pathlib import Path

from memlane.types.ids import make_partition

_PRIVATE_DIRECTORY = 0o700
_PRIVATE_FILE = 0o600


def history_file(tenant: str, user: str) -> Path:
    """Return the file of a user, made when it is not there.

    Raises:
        OSError: it cannot be made.
    """
    path = _place(tenant, user)
    path.parent.mkdir(mode=_PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_APPEND, _PRIVATE_FILE))
    return path


def forget_history(tenant: str, user: str) -> None:
    """Remove the file of a user, if there is one."""
    _place(tenant, user).unlink(missing_ok=True)


def _place(tenant: str, user: str) -> Path:
    """Return the path: a digest, because an id is no file name."""
    base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    slug = make_partition(user, tenant).slug
    return base / "memlane" / "chat" / hashlib.blake2b(slug.encode(), digest_size=16).hexdigest()
