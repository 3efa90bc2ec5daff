"""How the values of settings are read from text, TOML and arguments, and how they are written.

Pure functions: each takes a value and the name by which an error calls it.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

from memlane.errors import SettingError
from memlane.wiring.store_url import StoreUrl

DEFAULT: Literal["default"] = "default"
NEVER: Literal["never"] = "never"

_UNIT_SECONDS = {"ms": 0.001, "s": 1, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_UNIT_BYTES = {"": 1, "b": 1, "kib": 1024, "mib": 1024**2, "gib": 1024**3}
_SHOWN_MS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_SHOWN_BYTES = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


def read_text(value: object, name: str) -> str:
    """Return non-empty text.

    Raises:
        SettingError: it is not.
    """
    if not isinstance(value, str) or not value.strip():
        raise SettingError(f"{name} must be non-empty text")
    return value.strip()


def read_url(value: object, name: str) -> StoreUrl:
    """Return a store URL; errors as `read_text`."""
    return StoreUrl(read_text(value, name))


def read_duration(value: object, name: str) -> timedelta:
    """Return a duration: a number of seconds, or text such as `90 s`, `15 min`, `1 h`, `30 d`.

    Raises:
        SettingError: neither, or not above zero.
    """
    amount = _amount(value, _UNIT_SECONDS, "s")
    if amount is None or not amount > 0:
        raise SettingError(
            f"{name} must be a duration such as 90 s, 15 min, 1 h or 30 d; units: {_named(_UNIT_SECONDS)}"
        )
    try:
        return timedelta(seconds=amount)
    except OverflowError as exc:
        raise SettingError(f"{name} is out of range") from exc


def life_reader(*words: str) -> Callable[[object, str], timedelta | str]:
    """Return a reader of a time to live: a duration, or one of `words`."""

    def read(value: object, name: str) -> timedelta | str:
        if isinstance(value, str) and value.strip().lower() in words:
            return value.strip().lower()
        try:
            return read_duration(value, name)
        except SettingError as exc:
            raise SettingError(f"{exc}; or {' or '.join(words)}") from exc

    return read


def read_size(value: object, name: str) -> int:
    """Return a number of bytes: a whole number, or text such as `512 MiB`.

    Raises:
        SettingError: neither, or below 1.
    """
    amount = _amount(value, _UNIT_BYTES, "")
    if amount is None or amount < 1 or amount != int(amount):
        raise SettingError(f"{name} must be a number of bytes such as 1048576 or 512 MiB; units: KiB, MiB, GiB")
    return int(amount)


def read_count(value: object, name: str) -> int:
    """Return a whole number of at least 1.

    Raises:
        SettingError: it is not.
    """
    text = value.strip() if isinstance(value, str) else value
    number = int(text) if isinstance(text, str) and text.isdecimal() else text
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise SettingError(f"{name} must be a whole number of at least 1")
    return number


def read_count_or_never(value: object, name: str) -> int | str:
    """Return a whole number of at least 1, or `never`; errors as `read_count`."""
    return _count_or(NEVER, value, name)


def read_count_or_default(value: object, name: str) -> int | str:
    """Return a whole number of at least 1, or `default`; errors as `read_count`."""
    return _count_or(DEFAULT, value, name)


def _count_or(word: str, value: object, name: str) -> int | str:
    if isinstance(value, str) and value.strip().lower() == word:
        return word
    try:
        return read_count(value, name)
    except SettingError as exc:
        raise SettingError(f"{exc}; or {word}") from exc


def shown_count(value: object) -> str:
    """Return a number as `read_count` would take it."""
    return str(value)


def shown(value: object) -> str:
    """Return a value as `read_…` would take it, without secrets; empty for None."""
    if isinstance(value, timedelta):
        return _shown_amount(value // timedelta(milliseconds=1), _SHOWN_MS)
    if isinstance(value, int):
        return _shown_amount(value, _SHOWN_BYTES)
    return "" if value is None else str(value)


def _amount(value: object, units: dict[str, float] | dict[str, int], bare: str) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value * units[bare]
    found = _AMOUNT.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    factor = units.get(found[2] or bare) if found else None
    return None if found is None or factor is None else float(found[1]) * factor


def _shown_amount(amount: int, units: dict[str, int]) -> str:
    unit = max((unit for unit in units if amount % units[unit] == 0), key=lambda unit: units[unit])
    return f"{amount // units[unit]} {unit}"


def _named(units: dict[str, float]) -> str:
    return ", ".join(units)


def read_switch(value: object, name: str) -> bool:
    """Return whether something is on: `on`, `yes`, `true`, `1`, or `off`, `no`, `false`, `0`.

    Raises:
        SettingError: it is none of them.
    """
    word = str(value).strip().lower()
    if word not in _SWITCH:
        raise SettingError(f"{name} must be one of {', '.join(_SWITCH)}, not {value!r}")
    return _SWITCH[word]


def shown_switch(value: object) -> str:
    """Write what `read_switch` returned."""
    return "on" if value else "off"


def choice_reader(*words: str) -> Callable[[object, str], str]:
    """Return a reader of one of these words."""

    def read(value: object, name: str) -> str:
        if value not in words:
            raise SettingError(f"{name} must be one of {', '.join(words)}, not {value!r}")
        return str(value)

    return read


def shown_secret(value: object) -> str:
    """Write whether there is a secret, and nothing of it."""
    return "***" if value else ""


def read_list(value: object, name: str) -> tuple[str, ...]:
    """Return texts: a list, or one text with commas between.

    Raises:
        SettingError: it is neither.
    """
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):  # pyright: ignore[reportUnknownVariableType] -- checked here
        raise SettingError(f"{name} must be a list of texts, not {value!r}")
    return tuple(str(one).strip() for one in given if str(one).strip())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] -- texts


def shown_list(value: object) -> str:
    """Write what `read_list` returned."""
    return ",".join(value) if isinstance(value, tuple) else str(value)  # pyright: ignore[reportUnknownArgumentType] -- texts


def read_port(value: object, name: str) -> int:
    """Return the number of a TCP port, 0-65535; 0 for any that is free.

    Raises:
        SettingError: it is not one.
    """
    text = str(value)
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= _LAST_PORT:
        raise SettingError(f"{name} must be a port, 0-{_LAST_PORT}, not {value!r}")
    return int(text)


_SWITCH = {"on": True, "yes": True, "true": True, "1": True, "off": False, "no": False, "false": False, "0": False}
_LAST_PORT = 65_535
