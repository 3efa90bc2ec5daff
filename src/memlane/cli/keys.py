"""`memlane keys`: make, list, revoke and rotate the API keys of a server."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from memlane.cli.arguments import read_life
from memlane.cli.lines import minute
from memlane.cli.output import note, say, say_json
from memlane.cli.where import Where, with_settings_and_json
from memlane.errors import SettingError, UsageError
from memlane.types.visible import one_line

if TYPE_CHECKING:
    from memlane.access.keys import Keys, NewKey
    from memlane.types.key import KeyInfo
    from memlane.wiring.settings import Settings

T = TypeVar("T")

_KEY = Annotated[str, typer.Argument(metavar="ID", help="Its id or prefix, as `memlane keys list` shows them.")]


def register(application: typer.Typer) -> None:
    """Add `keys create`, `list`, `revoke` and `rotate`."""
    keys = typer.Typer(help="API keys of a server: who may call it, and what for.", rich_markup_mode=None)
    for name, command in (("create", create), ("list", list_keys), ("revoke", revoke), ("rotate", rotate)):
        keys.command(name)(with_settings_and_json(command))
    application.add_typer(keys, name="keys")


def create(  # noqa: PLR0917 -- typer passes all by name
    where: Where,
    tenant: Annotated[str, typer.Option("--tenant", metavar="TENANT", help="The tenant it is for.")],
    user: Annotated[str | None, typer.Option("--user", metavar="USER", help="The only user it is for.")] = None,
    scope: Annotated[
        str, typer.Option(metavar="SCOPES", help="What it may do: some of read,write,erase,admin.")
    ] = "read,write",
    expires: Annotated[str, typer.Option(metavar="IN", help="How long it is valid, e.g. 90d, or never.")] = "never",
    name: Annotated[str, typer.Option(metavar="NAME", help="What to call it in lists.")] = "",
    requests_per_minute: Annotated[int | None, typer.Option(metavar="N", help="Its budget of requests.")] = None,
    tokens_per_minute: Annotated[int | None, typer.Option(metavar="N", help="Its budget of tokens of models.")] = None,
) -> None:
    """Make a key and print it.

    It is shown this once: only a hash of it is kept.
    """
    expires_at = _expiry(expires)

    async def work(keys: "Keys") -> "NewKey":
        return await keys.create(
            tenant,
            user=user,
            scopes=[one.strip() for one in scope.split(",")],
            expires_at=expires_at,
            name=name,
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
        )

    _show_secret(where, _with_keys(where, work))


def list_keys(
    where: Where,
    tenant: Annotated[str | None, typer.Option("--tenant", metavar="TENANT", help="Only of this tenant.")] = None,
) -> None:
    """List the keys that have not expired, oldest first."""
    found = _with_keys(where, lambda keys: keys.list(tenant))
    if where.json:
        return say_json(found)
    for info in found:
        say(_line(info))
    if not found:
        note("there is no key; memlane keys create --tenant TENANT makes one")
    return None


def revoke(where: Where, key: _KEY) -> None:
    """Remove a key: servers refuse it within seconds."""
    from memlane.access.key_gate import TRUSTED_S  # noqa: PLC0415 -- help must come fast

    _with_keys(where, lambda keys: keys.revoke(key))
    if where.json:
        say_json({"revoked": _id(key)})
    else:
        note(f"revoked {_id(key)}; every server refuses it within {TRUSTED_S:.0f} seconds")


def rotate(
    where: Where,
    key: _KEY,
    overlap: Annotated[str, typer.Option(metavar="TIME", help="How long the one before stays valid; 0: not.")] = "1h",
) -> None:
    """Give a key a new secret and print it.

    Tenant, user, scopes, expiry and budgets stay.
    """
    lasting = _overlap(overlap)
    _show_secret(where, _with_keys(where, lambda keys: keys.rotate(key, lasting)))


def _show_secret(where: Where, made: "NewKey") -> None:
    if where.json:
        say_json({"key": made.secret, "info": made.info})
        return
    say(made.secret)
    note(f"{_line(made.info)}\nthis is the only time that it is shown; send it as Authorization: Bearer <key>")


def _line(info: "KeyInfo") -> str:
    whose = f"{one_line(info.tenant)}/{one_line(info.user)}" if info.user is not None else f"{one_line(info.tenant)}/*"
    until = "never expires" if info.expires_at is None else f"until {minute(info.expires_at)}"
    parts = [info.prefix, f"{','.join(info.scopes):<22}", f"{until:<23}", whose, *_budgets(info), one_line(info.name)]
    return "  ".join(parts).rstrip()


def _budgets(info: "KeyInfo") -> list[str]:
    given = {"requests": info.requests_per_minute, "tokens": info.tokens_per_minute}
    return [f"{limit:,} {what}/min" for what, limit in given.items() if limit is not None]


def _expiry(text: str) -> datetime | None:
    life = read_life(text, "--expires")
    try:
        return None if life is None else datetime.now(UTC) + life
    except OverflowError as exc:
        raise UsageError("--expires is out of range; say never") from exc


def _overlap(text: str) -> timedelta:
    from memlane.wiring.settings_values import read_duration  # noqa: PLC0415 -- help must come fast

    return timedelta(0) if text.strip() == "0" else read_duration(text, "--overlap")


def _id(key: str) -> str:
    """Return the id alone, for whoever pasted the whole key."""
    from memlane.access.key_secrets import id_of  # noqa: PLC0415 -- help must come fast

    return id_of(key)


def _check_store(settings: "Settings") -> None:
    """Refuse a server's address: no one makes keys over HTTP."""
    from memlane.wiring.remote import is_server  # noqa: PLC0415 -- help must come fast

    url = settings.store.url
    if url is not None and is_server(url.reveal()):
        raise SettingError(
            "keys stand in the store that the server has, not behind its address; name that with --store"
        )


def _with_keys(where: Where, work: Callable[["Keys"], Awaitable[T]]) -> T:
    """Do something with the keys of the store that the settings name."""
    settings = where.settings()
    _check_store(settings)

    async def run() -> Any:
        from memlane.wiring.access import open_keys  # noqa: PLC0415 -- help must come fast

        keys, closers = open_keys(settings)
        try:
            return await work(keys)
        finally:
            for close in closers:
                await close()

    return asyncio.run(run())
