"""How the app's process learns where memory is: from its environment, which the launcher makes, and from nothing else.

A settings file is read by the launcher alone, so that what was given on its command line cannot be mixed with another
file's.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from memlane.wiring.remote import is_server
from memlane.wiring.settings import Settings, load_settings
from memlane.wiring.settings_entries import BY_NAME, ENTRIES, ENVIRONMENT_PREFIX
from memlane.wiring.store_url import StoreUrl

_OF_A_STORE: Final = ("store", "embedder", "tokens", "model", "work", "limits")


def environment_of(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the app's process.

    Args:
        settings: Where memory is; of a server, which decides on the rest, only its URL and the key count.
        environment: The launcher's own; of it everything is kept but Memlane's settings.
    """
    url = settings.store.url
    if url is not None and is_server(url.reveal()):
        return environment_for(url.reveal(), settings.store.api_key, environment)
    names = [entry.name for entry in ENTRIES if entry.name.partition(".")[0] in _OF_A_STORE]
    given = {BY_NAME[name].variable: _text(settings, name) for name in names}
    return _without_settings(environment) | {name: text for name, text in given.items() if text}


def environment_for(server: str, api_key: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of an app that works on a server; `environment` as for `environment_of`."""
    given = {BY_NAME["store.url"].variable: server, BY_NAME["store.api_key"].variable: api_key}
    return _without_settings(environment) | given


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Return what `environment_of` put into an environment.

    Raises:
        SettingError: it is not understood.
    """
    return load_settings({}, environment, config=Path(os.devnull), directory=Path.cwd(), home=Path.home())


def _text(settings: Settings, name: str) -> str:
    """Return a value as its reader takes it, secrets included; empty for none."""
    value, entry = settings.value(name), BY_NAME[name]
    if value is None:
        return ""
    if isinstance(value, StoreUrl):
        return value.reveal()
    return str(value) if entry.secret else entry.show(value)


def _without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in environment.items() if not name.startswith(ENVIRONMENT_PREFIX)}
