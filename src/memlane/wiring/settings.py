"""The settings tree of programs built on Memlane: the command line, servers and workers.

The library itself takes arguments. A program builds the tree once, with `load_settings`, and passes it down; nothing
here is read at import. Each value is taken from the first that has it: arguments, the environment, `memlane.toml`,
defaults.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from memlane.engine.plan import WorkPlan
from memlane.wiring.settings_entries import BY_NAME, ENTRIES, SECTIONS, unknown
from memlane.wiring.settings_sources import Found, find_file, from_environment, from_file
from memlane.wiring.settings_values import DEFAULT, NEVER
from memlane.wiring.store_url import StoreUrl

if TYPE_CHECKING:
    from memlane.wiring.build import Options

ARGUMENT = "argument"
"""Where a value came from that the command line gave."""
_MIB = 1024 * 1024


class StoreSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where memory lives, and for how long; see `settings_entries`."""

    url: StoreUrl | None = None
    memories_url: StoreUrl | None = None
    api_key: str = ""
    session_ttl: timedelta | Literal["default", "never"] = DEFAULT
    memories_ttl: timedelta | Literal["never"] = NEVER


class EmbedderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What finds by meaning."""

    name: str = "local"


class TokensSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What counts tokens."""

    counter: str = "auto"


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What replies, and does background work."""

    name: str = "none"
    offered: tuple[str, ...] = ()
    context_tokens: int | Literal["default"] = DEFAULT


class WorkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """When background work is done, and how hard a model may be driven; see `memlane.WorkPlan`."""

    extract_every: int = 10
    quiet: timedelta = timedelta(seconds=30)
    compact_after_messages: int | Literal["never"] = 100
    compact_after_tokens: int | Literal["never"] = 16_000
    most_tries: int = 5
    lease: timedelta = timedelta(seconds=60)
    model_calls_at_once: int = 4
    model_requests_per_minute: int | Literal["never"] = NEVER
    model_tokens_per_minute: int | Literal["never"] = NEVER
    daily_tokens_per_tenant: int | Literal["never"] = NEVER

    def plan(self, *, in_process: bool | None = None) -> WorkPlan:
        """Return it as `memlane.connect` takes it."""
        given: dict[str, Any] = {name: getattr(self, name) for name in self.__struct_fields__}
        limits: dict[str, Any] = {name: None if value == NEVER else value for name, value in given.items()}
        return WorkPlan(**limits, in_process=in_process)


class LimitsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes and times that bound one process."""

    max_message_bytes: int = _MIB
    cache_bytes: int = 512 * _MIB
    embed_wait: timedelta = timedelta(seconds=60)


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How `memlane serve` listens, and what it allows."""

    host: str = "127.0.0.1"
    port: int = 8765
    workers: int = 1
    auth: bool = True
    max_body_bytes: int = 8 * _MIB
    max_import_bytes: int = 1_024 * _MIB
    max_messages: int = 1_000
    request_timeout: timedelta = timedelta(seconds=60)
    model_timeout: timedelta = timedelta(minutes=10)
    streams_at_once: int = 1_000
    requests_per_minute: int | Literal["never"] = NEVER
    tokens_per_minute: int | Literal["never"] = NEVER
    cors_origins: tuple[str, ...] = ()
    open_metrics: bool = False
    log_format: str = "json"
    stop_grace: timedelta = timedelta(seconds=30)
    traces: bool = False


class AuthSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Whose tokens are let in; empty texts for none."""

    issuer: str = ""
    audience: str = ""
    jwks_url: str = ""
    tenant_claim: str = "tenant"
    user_claim: str = "sub"
    scope_claim: str = "scope"


class ProxySettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the proxy sends calls, and what it adds to them; empty keys pass the caller's through."""

    openai_url: str = "https://api.openai.com/v1"
    anthropic_url: str = "https://api.anthropic.com"
    openai_key: str = ""
    anthropic_key: str = ""
    fail_closed: bool = False
    recall: int = 5
    memory_tokens: int = 1_000
    timeout: timedelta = timedelta(minutes=10)


class WebSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where `memlane up` and `memlane web` offer their pages."""

    host: str = "127.0.0.1"
    port: int = 8501


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The whole tree.

    `origins` says by name where each value that is not a default came from. `run_key_sha256` is no setting: the program
    that starts a server sets it to let in a key of its own, for as long as the server runs.
    """

    store: StoreSettings = StoreSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    tokens: TokensSettings = TokensSettings()
    model: ModelSettings = ModelSettings()
    work: WorkSettings = WorkSettings()
    limits: LimitsSettings = LimitsSettings()
    server: ServerSettings = ServerSettings()
    auth: AuthSettings = AuthSettings()
    proxy: ProxySettings = ProxySettings()
    web: WebSettings = WebSettings()
    run_key_sha256: str = ""
    origins: dict[str, str] = {}

    def value(self, name: str) -> object:
        """Return the value of e.g. `store.url`."""
        section, _, key = name.partition(".")
        return getattr(getattr(self, section), key)

    def origin(self, name: str) -> str:
        """Return where the value came from: `argument`, `environment …`, `file …` or `default`."""
        return self.origins.get(name, "default")

    def connect_options(self) -> "Options":
        """Return what `memlane.connect` takes besides the stores."""
        session_ttl, memories_ttl = self.store.session_ttl, self.store.memories_ttl
        return {
            "embedder": self.embedder.name,
            "counter": None if self.tokens.counter == "auto" else self.tokens.counter,
            "model": self.model.name,
            "offered_models": self.model.offered,
            "context_tokens": None if self.model.context_tokens == DEFAULT else self.model.context_tokens,
            "work": self.work.plan(),
            "session_ttl": None if session_ttl == NEVER else session_ttl,
            "memories_ttl": None if memories_ttl == NEVER else memories_ttl,
            "max_message_bytes": self.limits.max_message_bytes,
            "cache_bytes": self.limits.cache_bytes,
            "embed_wait": self.limits.embed_wait,
        }


def load_settings(
    arguments: Mapping[str, object],
    environment: Mapping[str, str],
    *,
    config: Path | None = None,
    directory: Path,
    home: Path,
) -> Settings:
    """Return the settings of a program.

    Args:
        arguments: Value by name (`store.url`), as given on the command line; None counts as absent.
        environment: The process's environment.
        config: The settings file; None looks for `memlane.toml` in `directory`, then in the user's configuration.
        directory: The working directory.
        home: The user's home directory.

    Raises:
        SettingError: a name or value that is not understood, or a file that cannot be read.
    """
    path = find_file(environment, directory, home) if config is None else config
    found = {
        **({} if path is None else from_file(path)),
        **from_environment(environment),
        **_from_arguments(arguments),
    }
    return _tree(found)


def _from_arguments(arguments: Mapping[str, object]) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for name, value in arguments.items():
        if name not in BY_NAME:
            raise unknown("the setting", name, BY_NAME)
        if value is not None:
            found[name] = Found(BY_NAME[name].read(value, f"the argument for {name}"), ARGUMENT)
    return found


def _tree(found: Mapping[str, Found]) -> Settings:
    values: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for entry in ENTRIES:
        if entry.name in found:
            section, _, key = entry.name.partition(".")
            values[section][key] = found[entry.name].value
    return Settings(
        store=StoreSettings(**values["store"]),
        embedder=EmbedderSettings(**values["embedder"]),
        tokens=TokensSettings(**values["tokens"]),
        model=ModelSettings(**values["model"]),
        work=WorkSettings(**values["work"]),
        limits=LimitsSettings(**values["limits"]),
        server=ServerSettings(**values["server"]),
        auth=AuthSettings(**values["auth"]),
        proxy=ProxySettings(**values["proxy"]),
        web=WebSettings(**values["web"]),
        origins={name: given.origin for name, given in found.items()},
    )
