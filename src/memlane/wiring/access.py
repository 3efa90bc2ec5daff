"""Who is let into a server, put together from settings: gate and meter, and where a server may listen without them."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from memlane.access.budgets import Budgets, Unmetered
from memlane.access.chosen import ChosenGate
from memlane.access.claims import ClaimNames
from memlane.access.credential import Gate, Meter, OpenGate
from memlane.access.issuer import Issuer, is_loopback
from memlane.access.issuer_keys import IssuerKeys
from memlane.access.key_gate import KeyGate
from memlane.access.keys import Keys
from memlane.access.run_key import RunKeyGate
from memlane.access.tokens import TokenGate
from memlane.engine.clock import SystemClock
from memlane.errors import SettingError
from memlane.protocols.clock import Clock
from memlane.protocols.records import RecordStore
from memlane.wiring.backends import open_backend
from memlane.wiring.build import default_url
from memlane.wiring.settings import AuthSettings, ServerSettings, Settings

Closer = Callable[[], Awaitable[None]]


class Access(NamedTuple):
    """Gate and meter of a server, and what to call, in this order, when it stops."""

    gate: Gate
    meter: Meter
    closers: list[Closer]


class Records(NamedTuple):
    """The records beside a connection's memory, None where its store keeps none; and what to call, in this order."""

    store: RecordStore | None
    closers: list[Closer]


def check_exposure(settings: Settings) -> None:
    """Let pass a server that asks who is calling, or that only this machine reaches.

    Raises:
        SettingError: neither.
    """
    host = settings.server.host
    if not settings.server.auth and not is_loopback(host):
        raise SettingError(
            f"without authentication a server listens on 127.0.0.1 only, not on {host}: leave out --no-auth "
            "(server.auth = off) and make a key with `memlane keys create --tenant TENANT`, or leave out --host"
        )


def open_records(settings: Settings) -> Records:
    """Open the records of the store that the settings name, with a handle of their own on it.

    A connection does not lend its driver: it may be a client or store of the caller's, and records must be readable,
    by `memlane keys`, where no connection is. A second handle costs a file descriptor on SQLite, whose writers wait for
    each other in any case, and on Redis a pool that opens a connection only while one is used.

    Raises:
        SettingError: the URL is not understood.
        MissingExtraError: its driver is not installed.
    """
    url = settings.store.url
    backend = open_backend(default_url() if url is None else url.reveal())
    if backend.records is None:
        return Records(None, [backend.aclose])
    store = backend.records()
    return Records(store, [store.aclose, backend.aclose])


def open_keys(settings: Settings) -> tuple[Keys, list[Closer]]:
    """Open the keys of the store that the settings name, and say what to call, in this order, to close it.

    Raises:
        SettingError: the URL is not understood, or the store keeps no records.
        MissingExtraError: its driver is not installed.
    """
    records = open_records(settings)
    return Keys(_required(records.store, "API keys"), SystemClock()), records.closers


def open_access(settings: Settings, records: RecordStore | None, *, clock: Clock | None = None) -> Access:
    """Return the gate and the meter of a server.

    Args:
        settings: Whether callers need a credential, whose tokens are let in, and the usual budgets.
        records: Where keys and budgets are; None where the store keeps none. Stays the caller's to close.
        clock: Where time comes from; None for this machine's.

    Raises:
        SettingError: a server that others reach without authentication, tokens without an audience, a URL that is not
            safe to ask, or a store without records where they are needed.
    """
    check_exposure(settings)
    clock = SystemClock() if clock is None else clock
    if not settings.server.auth:
        return Access(OpenGate(), _meter(settings.server, records, clock), [])
    known = _required(records, "API keys; choose another, or --no-auth on loopback")
    tokens, closers = _token_gate(settings.auth, clock)
    gate: Gate = ChosenGate(KeyGate(known, clock), tokens)
    if settings.run_key_sha256:
        gate = RunKeyGate(settings.run_key_sha256, gate)
    return Access(gate, _meter(settings.server, known, clock), closers)


def _meter(server: ServerSettings, records: RecordStore | None, clock: Clock) -> Meter:
    requests, tokens = _limit(server.requests_per_minute), _limit(server.tokens_per_minute)
    if records is None and requests is None and tokens is None:
        return Unmetered()
    counts = _required(records, "budgets of requests and tokens")
    return Budgets(counts, clock, requests_per_minute=requests, tokens_per_minute=tokens)


def _token_gate(auth: AuthSettings, clock: Clock) -> tuple[TokenGate | None, list[Closer]]:
    if not auth.issuer:
        return None, []
    if not auth.audience:
        raise SettingError("auth.issuer needs auth.audience: otherwise tokens for other services would be let in too")
    issuer = Issuer(auth.issuer, auth.jwks_url or None)
    keys = IssuerKeys(issuer.keys)
    names = ClaimNames(
        tenant=auth.tenant_claim, user=None if auth.user_claim == "none" else auth.user_claim, scope=auth.scope_claim
    )
    gate = TokenGate(keys, issuer=auth.issuer, audience=auth.audience, names=names, clock=clock)
    return gate, [keys.aclose, issuer.aclose]


def _limit(value: int | str) -> int | None:
    return value if isinstance(value, int) else None


def _required(records: RecordStore | None, what: str) -> RecordStore:
    if records is None:
        raise SettingError(f"this store cannot keep {what}")
    return records
