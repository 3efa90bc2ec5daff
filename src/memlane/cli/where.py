"""Where a command works: the options that name store, user and settings, and the connection made of them.

Every command takes the same ones, so they are declared here once and added to its signature.
"""

import inspect
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from memlane.wiring.connecting import connected

if TYPE_CHECKING:
    from memlane import User
    from memlane.wiring.settings import Settings

_STORE = Annotated[str | None, typer.Option("--store", metavar="URL", help="Where sessions live, and memories.")]
_MEMORIES = Annotated[
    str | None, typer.Option("--memories", metavar="URL", help="Another store for long-term memories.")
]
_EMBEDDER = Annotated[
    str | None, typer.Option("--embedder", metavar="NAME", help="What finds by meaning: local, none, openai:<model> …")
]
_MODEL = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME", help="Which chat model: none, anthropic:<model>, openai:<model> …"),
]
_CONFIG = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="The settings file, memlane.toml.")]
_DEBUG = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]
_USER = Annotated[str, typer.Option("--user", "-u", metavar="USER", help="Whose memory.")]
_TENANT = Annotated[str, typer.Option("--tenant", metavar="TENANT", help="Whose user.")]
_JSON = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_SETTINGS: Mapping[str, tuple[Any, object]] = {
    "store": (_STORE, None),
    "memories": (_MEMORIES, None),
    "embedder": (_EMBEDDER, None),
    "config": (_CONFIG, None),
    "debug": (_DEBUG, False),
}


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """The common options of a command; `user` is empty where a command concerns no user."""

    store: str | None = None
    memories: str | None = None
    embedder: str | None = None
    config: Path | None = None
    debug: bool = False
    model: str | None = None
    user: str = ""
    tenant: str = "default"
    json: bool = False

    def settings(self, more: Mapping[str, object] | None = None) -> "Settings":
        """Return the settings: these options, the environment, `memlane.toml`, defaults.

        Args:
            more: Further options by setting, e.g. `server.port`; None for one that was not given.

        Raises:
            SettingError: one of them is not understood.
        """
        from memlane.wiring.settings import load_settings  # noqa: PLC0415 -- help must come fast

        arguments = {
            "store.url": self.store,
            "store.memories_url": self.memories,
            "embedder.name": self.embedder,
            "model.name": self.model,
            **(more or {}),
        }
        return load_settings(arguments, os.environ, config=self.config, directory=Path.cwd(), home=Path.home())

    @contextmanager
    def person(self) -> Generator["User"]:
        """Connect, and give the user.

        Raises:
            MemlaneError: as `memlane.connect`.
        """
        with connected(self.settings()) as memory:
            yield memory.user(self.user, tenant=self.tenant)


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of settings to a command, which gets them as its first argument."""
    return _extended(command, _SETTINGS)


def with_settings_and_json(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of settings and `--json`."""
    return _extended(command, {**_SETTINGS, "json": (_JSON, False)})


def for_user(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that name a user, those of settings, and `--json`."""
    user = {"user": (_USER, inspect.Parameter.empty), "tenant": (_TENANT, "default")}
    return _extended(command, {**user, **_SETTINGS, "json": (_JSON, False)})


def for_tenant(command: Callable[..., None]) -> Callable[..., None]:
    """Add the option that names a tenant, those of settings, and `--json`."""
    return _extended(command, {"tenant": (_TENANT, "default"), **_SETTINGS, "json": (_JSON, False)})


def for_talker(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that name a user, `you` by default, a model, and those of settings."""
    user = {"user": (_USER, "you"), "tenant": (_TENANT, "default"), "model": (_MODEL, None)}
    return _extended(command, {**user, **_SETTINGS})


def for_service(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that name a user, and those of settings."""
    user = {"user": (_USER, inspect.Parameter.empty), "tenant": (_TENANT, "default")}
    return _extended(command, {**user, **_SETTINGS})


def for_worker(command: Callable[..., None]) -> Callable[..., None]:
    """Add the option that names a model, and those of settings."""
    return _extended(command, {"model": (_MODEL, None), **_SETTINGS})


def _extended(command: Callable[..., None], options: Mapping[str, tuple[Any, object]]) -> Callable[..., None]:
    """Return `command` with a signature that typer reads: its own parameters but the first, then `options`."""

    def run(**given: Any) -> None:
        where = Where(**{name: given.pop(name) for name in options})
        command(where, **given)

    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, (annotation, default) in options.items()
    ]
    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own] + added
    run.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess] -- read by inspect
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__name__, run.__doc__, run.__module__ = command.__name__, command.__doc__, command.__module__
    return run
