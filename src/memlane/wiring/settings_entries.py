"""Every setting: its name, what it means, how it is read. The reference page is made from this table.

It must not read anything: sources are read by `settings_sources`.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches

import msgspec

from memlane.errors import SettingError
from memlane.wiring.settings_values import (
    DEFAULT,
    NEVER,
    choice_reader,
    life_reader,
    read_count,
    read_count_or_default,
    read_count_or_never,
    read_duration,
    read_list,
    read_port,
    read_size,
    read_switch,
    read_text,
    read_url,
    shown,
    shown_count,
    shown_list,
    shown_secret,
    shown_switch,
)

ENVIRONMENT_PREFIX = "MEMLANE_"
FILE_SUFFIX = "_FILE"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One setting.

    Attributes:
        name: Its path in the tree, e.g. `store.url`.
        about: What it means, one sentence.
        read: Makes the value of what a source gave; the second argument is what an error calls it.
        secret: Whether it may hold a password: shown masked, and readable from a file.
        show: Writes a value as `read` would take it, without secrets.
    """

    name: str
    about: str
    read: Callable[[object, str], object]
    secret: bool = False
    show: Callable[[object], str] = shown

    @property
    def variable(self) -> str:
        """The environment variable, e.g. `MEMLANE_STORE__URL`."""
        return ENVIRONMENT_PREFIX + self.name.upper().replace(".", "__")


ENTRIES = (
    Entry(
        name="store.url",
        about="Where sessions live, and memories unless said otherwise: a store, or a server (`https://…`); by default "
        "one SQLite file in the user's data directory.",
        read=read_url,
        secret=True,
    ),
    Entry(
        name="store.memories_url",
        about="Another store for long-term memories; by default the same.",
        read=read_url,
        secret=True,
    ),
    Entry(
        name="store.api_key",
        about="The key sent to the server, where `store.url` is that of one.",
        read=read_text,
        secret=True,
        show=shown_secret,
    ),
    Entry(
        name="store.session_ttl",
        about="Sliding time to live of sessions: a duration, `never`, or `default`: an hour on Redis, never on SQLite.",
        read=life_reader(DEFAULT, NEVER),
    ),
    Entry(
        name="store.memories_ttl",
        about="Life of what is remembered of messages: a duration or `never`.",
        read=life_reader(NEVER),
    ),
    Entry(
        name="embedder.name",
        about="What finds by meaning: `local`, `none`, `hashing`, `openai:<model>`, `azure:<deployment>`.",
        read=read_text,
    ),
    Entry(
        name="tokens.counter",
        about="What counts tokens of a context: `estimate`, `tiktoken:<encoding>`, or `auto`: what suits the model.",
        read=read_text,
    ),
    Entry(
        name="model.name",
        about="Which chat model replies and does background work: `none`, `anthropic:<model>`, `openai:<model>`, "
        "`openai-responses:<model>`, `azure:<deployment>`, or a server with their API, "
        "`openai+http://localhost:11434/v1#<model>`.",
        read=read_text,
    ),
    Entry(
        name="model.offered",
        about="Further models that a turn may ask for, as of `model.name`, with commas between; none by default.",
        read=read_list,
        show=shown_list,
    ),
    Entry(
        name="model.context_tokens",
        about="How many tokens its prompt and answer may come to together, or `default`: what is known of the model.",
        read=read_count_or_default,
        show=shown_count,
    ),
    Entry(
        name="work.extract_every",
        about="Facts are looked for when this many messages have come, or the session has gone quiet.",
        read=read_count,
        show=shown_count,
    ),
    Entry(name="work.quiet", about="How long without a message until a session counts as quiet.", read=read_duration),
    Entry(
        name="work.compact_after_messages",
        about="With more messages than this in the window the oldest are summarised; or `never`.",
        read=read_count_or_never,
        show=shown_count,
    ),
    Entry(
        name="work.compact_after_tokens",
        about="With more tokens than this in the window the oldest messages are summarised; or `never`.",
        read=read_count_or_never,
        show=shown_count,
    ),
    Entry(
        name="work.most_tries",
        about="After this many failures a session is set aside until `memlane work retry`.",
        read=read_count,
        show=shown_count,
    ),
    Entry(
        name="work.lease",
        about="How long a worker keeps a user to itself without a sign of life; one that is killed is replaced then.",
        read=read_duration,
    ),
    Entry(
        name="work.model_calls_at_once",
        about="How many calls of the model a worker makes at a time.",
        read=read_count,
        show=shown_count,
    ),
    Entry(
        name="work.model_requests_per_minute",
        about="How many calls of the model a worker makes a minute; or `never` for no limit.",
        read=read_count_or_never,
        show=shown_count,
    ),
    Entry(
        name="work.model_tokens_per_minute",
        about="How many tokens a worker sends and receives a minute; or `never` for no limit.",
        read=read_count_or_never,
        show=shown_count,
    ),
    Entry(
        name="work.daily_tokens_per_tenant",
        about="How many tokens the work of one tenant may take on one day, UTC; or `never` for no limit.",
        read=read_count_or_never,
        show=shown_count,
    ),
    Entry(name="limits.max_message_bytes", about="Largest encoded message or memory.", read=read_size),
    Entry(name="limits.cache_bytes", about="How much of hot users' memories a process keeps.", read=read_size),
    Entry(
        name="limits.embed_wait",
        about="How long a recall waits for memories that have no vector yet.",
        read=read_duration,
    ),
    Entry(
        name="server.host",
        about="The address to listen on; other than loopback only with authentication.",
        read=read_text,
    ),
    Entry(
        name="server.port",
        about="The port to listen on; 0 for any that is free.",
        read=read_port,
        show=shown_count,
    ),
    Entry(name="server.workers", about="How many processes serve.", read=read_count, show=shown_count),
    Entry(
        name="server.auth",
        about="Whether callers need a key or token; `off` only on loopback, where everybody is the tenant `default`.",
        read=read_switch,
        show=shown_switch,
    ),
    Entry(name="server.max_body_bytes", about="Largest body of a request, imports aside.", read=read_size),
    Entry(name="server.max_import_bytes", about="Largest import.", read=read_size),
    Entry(name="server.max_messages", about="Most messages a call may add.", read=read_count, show=shown_count),
    Entry(
        name="server.request_timeout",
        about="How long a request may take, to its last byte in and its first byte out; models have `model_timeout`.",
        read=read_duration,
    ),
    Entry(name="server.model_timeout", about="How long a reply of a model may take.", read=read_duration),
    Entry(
        name="server.streams_at_once",
        about="Most streams open at a time, per process.",
        read=read_count,
        show=shown_count,
    ),
    Entry(
        name="server.requests_per_minute",
        about="Requests a key may make a minute, unless it has a budget of its own; or `never` for no limit.",
        read=read_count_or_never,
        show=shown_count,
    ),
    Entry(
        name="server.tokens_per_minute",
        about="Tokens a key may have sent to and received from models a minute, likewise.",
        read=read_count_or_never,
        show=shown_count,
    ),
    Entry(
        name="server.cors_origins",
        about="Origins whose pages may call from a browser, with commas between; none by default.",
        read=read_list,
        show=shown_list,
    ),
    Entry(
        name="server.open_metrics",
        about="Whether `/metrics` needs no key; otherwise the scope `admin`.",
        read=read_switch,
        show=shown_switch,
    ),
    Entry(
        name="server.log_format",
        about="`json`, one object a line, `text`, or `warnings`: text, and nothing of requests that were answered.",
        read=choice_reader("json", "text", "warnings"),
    ),
    Entry(
        name="server.stop_grace",
        about="How long requests and streams that run may go on when the server is told to stop.",
        read=read_duration,
    ),
    Entry(
        name="server.traces",
        about="Whether traces are sent (OTLP over HTTP); where to, say the `OTEL_…` variables.",
        read=read_switch,
        show=shown_switch,
    ),
    Entry(
        name="auth.issuer",
        about="Who issues tokens (OIDC, the claim `iss`); without one only keys are let in.",
        read=read_text,
    ),
    Entry(name="auth.audience", about="For whom tokens must be issued (the claim `aud`).", read=read_text),
    Entry(
        name="auth.jwks_url",
        about="Where the issuer's public keys are; by default found from the issuer.",
        read=read_text,
    ),
    Entry(name="auth.tenant_claim", about="The claim that names the tenant.", read=read_text),
    Entry(
        name="auth.user_claim",
        about="The claim that names the user; `none` for tokens of whole tenants.",
        read=read_text,
    ),
    Entry(
        name="auth.scope_claim", about="The claim that lists scopes, as text with spaces or as a list.", read=read_text
    ),
    Entry(name="proxy.openai_url", about="Where OpenAI's API is.", read=read_text),
    Entry(name="proxy.anthropic_url", about="Where Anthropic's API is.", read=read_text),
    Entry(
        name="proxy.openai_key",
        about="The key sent to it; without one the caller's passes through.",
        read=read_text,
        secret=True,
        show=shown_secret,
    ),
    Entry(
        name="proxy.anthropic_key",
        about="The key sent to it; without one the caller's passes through.",
        read=read_text,
        secret=True,
        show=shown_secret,
    ),
    Entry(
        name="proxy.fail_closed",
        about="Whether a call is refused when memory fails; otherwise it goes through without memory.",
        read=read_switch,
        show=shown_switch,
    ),
    Entry(
        name="proxy.recall", about="At most this many memories are put into a call.", read=read_count, show=shown_count
    ),
    Entry(
        name="proxy.memory_tokens",
        about="At most this many tokens of memories are put into a call.",
        read=read_count,
        show=shown_count,
    ),
    Entry(name="proxy.timeout", about="How long the provider may take between two bytes.", read=read_duration),
    Entry(
        name="web.host",
        about="The address of the pages of `memlane web`; they have no log-in: another than loopback needs `--expose`.",
        read=read_text,
    ),
    Entry(
        name="web.port",
        about="The port of the pages of `memlane up` and `memlane web`; 0 for any that is free.",
        read=read_port,
        show=shown_count,
    ),
)
BY_NAME = {entry.name: entry for entry in ENTRIES}
SECTIONS = tuple(dict.fromkeys(entry.name.partition(".")[0] for entry in ENTRIES))


def unknown(what: str, given: str, known: Iterable[str]) -> SettingError:
    """Return the error for a name that is not among `known`, with the nearest that is."""
    names = list(known)
    near = get_close_matches(given, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"
    return SettingError(f"{what} {given!r} is not known; {hint}")
