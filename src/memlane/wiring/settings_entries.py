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
    life_reader,
    read_count,
    read_count_or_default,
    read_count_or_never,
    read_duration,
    read_size,
    read_text,
    read_url,
    shown,
    shown_count,
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
        about="Where sessions live, and memories unless said otherwise; by default one SQLite file in the user's data "
        "directory.",
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
)
BY_NAME = {entry.name: entry for entry in ENTRIES}
SECTIONS = tuple(dict.fromkeys(entry.name.partition(".")[0] for entry in ENTRIES))


def unknown(what: str, given: str, known: Iterable[str]) -> SettingError:
    """Return the error for a name that is not among `known`, with the nearest that is."""
    names = list(known)
    near = get_close_matches(given, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"
    return SettingError(f"{what} {given!r} is not known; {hint}")
