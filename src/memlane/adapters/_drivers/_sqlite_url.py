"""What a `sqlite:` URL may say. Opens nothing."""

import os
from urllib.parse import parse_qsl, unquote, urlsplit

from memlane.adapters._drivers._sqlite_database import SqliteSettings, Synchronous
from memlane.errors import SettingError

_FORMS = "sqlite:///relative.db, sqlite:////absolute/path.db or sqlite:// (in memory)"
_OPTIONS = ("synchronous", "timeout")
_SYNCHRONOUS: dict[str, Synchronous] = {"full": "full", "normal": "normal"}
_LONGEST_TIMEOUT_S = 3_600.0


def parse_url(url: str) -> tuple[str | None, SqliteSettings]:
    """Return the path (None for memory) and the settings of a URL.

    Raises:
        SettingError: another form, or an option that is not known; says what is allowed.
    """
    parts = urlsplit(url)
    if parts.scheme != "sqlite" or parts.netloc or parts.fragment or not url.startswith("sqlite://"):
        raise SettingError(f"a SQLite URL must look like {_FORMS}; write # in a path as %23")
    path = unquote(parts.path.removeprefix("/"))
    return check_path(path or ":memory:"), _settings(parts.query)


def check_path(path: "str | os.PathLike[str]") -> str | None:
    """Return an absolute path, None for `:memory:`.

    Raises:
        SettingError: empty, or containing NUL.
    """
    text = os.fspath(path)
    if not text or "\0" in text:
        raise SettingError("the path of a SQLite file must not be empty or contain NUL")
    return None if text == ":memory:" else os.path.abspath(text)  # noqa: PTH100 -- resolve() would follow links


def check_settings(*, timeout_s: float, synchronous: str, max_pages: int | None) -> SqliteSettings:
    """Return checked settings.

    Raises:
        SettingError: a value out of its range; says what is allowed.
    """
    if not 0 < timeout_s <= _LONGEST_TIMEOUT_S:
        raise SettingError(f"timeout must be more than 0 and at most {_LONGEST_TIMEOUT_S:.0f} seconds")
    if synchronous not in _SYNCHRONOUS:
        raise SettingError(f"synchronous must be {' or '.join(_SYNCHRONOUS)}, not {synchronous!r}")
    if max_pages is not None and max_pages < 1:
        raise SettingError("max_pages must be at least 1")
    return SqliteSettings(timeout_s=timeout_s, synchronous=_SYNCHRONOUS[synchronous], max_pages=max_pages)


def _settings(query: str) -> SqliteSettings:
    options: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in _OPTIONS:
            raise SettingError(f"unknown option {name!r} in a SQLite URL; known: {', '.join(_OPTIONS)}")
        if name in options:
            raise SettingError(f"option {name!r} is given twice in a SQLite URL")
        options[name] = value
    return check_settings(
        timeout_s=_seconds(options.get("timeout", "30")),
        synchronous=options.get("synchronous", "full").lower(),
        max_pages=None,
    )


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError as exc:
        raise SettingError(f"timeout must be a number of seconds, not {text!r}") from exc
