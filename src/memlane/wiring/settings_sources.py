"""Where settings are read from: the environment, files of secrets, and `memlane.toml`.

Each reader returns the values found, by name, with their origin. It must not decide which source wins.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from memlane.errors import SettingError
from memlane.wiring.settings_entries import BY_NAME, ENTRIES, ENVIRONMENT_PREFIX, FILE_SUFFIX, SECTIONS, Entry, unknown

FILE_NAME = "memlane.toml"
_READ_ELSEWHERE = frozenset({"MEMLANE_REDIS_SERVER", "MEMLANE_VALKEY_SERVER"})  # the test kit's


class Found(msgspec.Struct, frozen=True):
    """A value and where it was found, e.g. `environment MEMLANE_STORE__URL`. Not shown: it may be a secret."""

    value: object
    origin: str

    def __repr__(self) -> str:
        return f"Found(…, {self.origin!r})"


def from_environment(environment: Mapping[str, str]) -> dict[str, Found]:
    """Return what `MEMLANE_*` variables set; an empty one counts as absent.

    Raises:
        SettingError: an unknown variable, a value that is not understood, a file that cannot be read.
    """
    variables = _variables()
    found: dict[str, Found] = {}
    for variable, text in _given(environment):
        if variable not in variables:
            raise unknown("the environment variable", variable, variables)
        entry, from_file = variables[variable]
        if entry.name in found:
            raise SettingError(f"{entry.variable} and {entry.variable}{FILE_SUFFIX} are both set; unset one")
        given = _secret(Path(text), variable) if from_file else text
        found[entry.name] = Found(entry.read(given, variable), f"environment {variable}")
    return found


def from_file(path: Path) -> dict[str, Found]:
    """Return what a TOML file sets.

    Raises:
        SettingError: the file cannot be read, is not TOML, or has a key or value that is not understood.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as exc:
        raise SettingError(f"cannot read {path}: {exc.strerror}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise SettingError(f"{path} is not valid TOML: {exc}") from exc
    return {
        name: Found(BY_NAME[name].read(value, f"{name} in {path}"), f"file {path}")
        for name, value in _leaves(document, path)
    }


def find_file(environment: Mapping[str, str], directory: Path, home: Path) -> Path | None:
    """Return the settings file that applies when none is named: in `directory`, else in the user's configuration."""
    configuration = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    places = (directory / FILE_NAME, configuration / "memlane" / FILE_NAME)
    return next((place for place in places if place.is_file()), None)


def _given(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for variable, text in sorted(environment.items()):
        if variable.startswith(ENVIRONMENT_PREFIX) and text and variable not in _READ_ELSEWHERE:
            yield variable, text


def _variables() -> dict[str, tuple[Entry, bool]]:
    """Return entry, and whether it names a file, by variable."""
    plain = {entry.variable: (entry, False) for entry in ENTRIES}
    return plain | {entry.variable + FILE_SUFFIX: (entry, True) for entry in ENTRIES if entry.secret}


def _secret(path: Path, variable: str) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except OSError as exc:
        raise SettingError(f"cannot read {path}, which {variable} names: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise SettingError(f"{path}, which {variable} names, is not UTF-8 text") from exc


def _leaves(document: dict[str, Any], path: Path) -> Iterator[tuple[str, object]]:
    for section, table in document.items():
        if section not in SECTIONS:
            raise unknown(f"in {path} the section", section, SECTIONS)
        if not isinstance(table, dict):
            raise SettingError(f"{section} in {path} must be a section: [{section}]")
        for key, value in cast("dict[str, object]", table).items():
            name = f"{section}.{key}"
            if name not in BY_NAME:
                raise unknown(f"in {path} the setting", name, BY_NAME)
            yield name, value
