"""Gate and meter as settings have them, and where a server may listen without them."""

import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from memlane.access.credential import ANYONE, Credential
from memlane.access.keys import Keys
from memlane.errors import RateLimitError, SettingError, UnauthenticatedError
from memlane.testing.identity_provider import KEYS, IdentityProvider
from memlane.wiring import access as wired
from memlane.wiring.access import check_exposure, open_access, open_keys, open_records
from memlane.wiring.backends import Backend
from memlane.wiring.settings import Settings, load_settings


def settings(tmp_path: Path, **arguments: object) -> Settings:
    given = {"store.url": f"sqlite:///{tmp_path}/m.db", **{name.replace("__", "."): v for name, v in arguments.items()}}
    return load_settings(given, {}, directory=tmp_path, home=tmp_path)


async def closed(closers: list[Callable[[], Awaitable[None]]]) -> None:
    for close in closers:
        await close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_without_authentication_a_server_may_listen_on_this_machine(tmp_path: Path, host: str) -> None:
    check_exposure(settings(tmp_path, server__host=host, server__auth="off"))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "memory.example.com"])  # noqa: S104 -- to be refused
def test_without_authentication_a_server_may_listen_nowhere_else(tmp_path: Path, host: str, records: Any) -> None:
    check_exposure(settings(tmp_path, server__host=host))
    exposed = settings(tmp_path, server__host=host, server__auth="off")
    with pytest.raises(SettingError, match="memlane keys create"):
        check_exposure(exposed)
    with pytest.raises(SettingError, match="listens on"):
        open_access(exposed, records)


async def test_without_authentication_everybody_is_let_in_and_records_are_not_needed(tmp_path: Path) -> None:
    access = open_access(settings(tmp_path, server__auth="off"), None)
    assert (await access.gate.admit(None)).id == ANYONE
    await access.meter.request(await access.gate.admit("anything"))
    assert access.closers == []


async def test_with_authentication_a_key_is_needed(tmp_path: Path, records: Any, clock: Any) -> None:
    access = open_access(settings(tmp_path), records, clock=clock)
    made = await Keys(records, clock).create("acme")
    assert (await access.gate.admit(made.secret)).tenant == "acme"
    for wrong in (None, "eyJ.e.s", "sk-something"):
        with pytest.raises(UnauthenticatedError):
            await access.gate.admit(wrong)


async def test_the_usual_budgets_are_those_of_the_settings(tmp_path: Path, records: Any, clock: Any) -> None:
    limited = settings(tmp_path, server__requests_per_minute=2, server__tokens_per_minute=10)
    meter = open_access(limited, records, clock=clock).meter
    who = Credential(id="ml_x", tenant="acme")
    await meter.request(who)
    await meter.request(who)
    with pytest.raises(RateLimitError, match="requests"):
        await meter.request(who)
    await meter.spent(who, 10)
    with pytest.raises(RateLimitError, match="tokens"):
        await meter.request(who)


@pytest.mark.parametrize("arguments", [{}, {"server__auth": "off", "server__requests_per_minute": 5}])
def test_a_store_without_records_is_refused_where_they_are_needed(tmp_path: Path, arguments: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match="cannot keep"):
        open_access(settings(tmp_path, **arguments), None)


async def test_a_backend_without_records_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closings: list[str] = []

    async def close() -> None:
        closings.append("closed")

    bare = Backend(sessions=lambda _: None, memories=lambda: None, aclose=close)  # type: ignore[arg-type,return-value]
    monkeypatch.setattr(wired, "open_backend", lambda _: bare)
    records = open_records(settings(tmp_path))
    assert records.store is None
    await closed(records.closers)
    assert closings == ["closed"]
    with pytest.raises(SettingError, match="API keys"):
        open_keys(settings(tmp_path))


async def test_keys_are_kept_in_the_store_of_the_settings(tmp_path: Path) -> None:
    keys, closers = open_keys(settings(tmp_path))
    made = await keys.create("acme")
    await closed(closers)
    records = open_records(settings(tmp_path))
    access = open_access(settings(tmp_path), records.store)
    assert (await access.gate.admit(made.secret)).tenant == "acme"
    await closed([*access.closers, *records.closers])


def test_tokens_without_an_audience_are_refused(tmp_path: Path, records: Any) -> None:
    with pytest.raises(SettingError, match=r"auth\.audience"):
        open_access(settings(tmp_path, auth__issuer="https://id.example.com"), records)


@pytest.mark.parametrize("name", ["auth__issuer", "auth__jwks_url"])
def test_an_identity_provider_must_be_asked_over_https(tmp_path: Path, records: Any, name: str) -> None:
    given = {"auth__issuer": "https://id.example.com", "auth__audience": "memlane", name: "http://id.example.com"}
    with pytest.raises(SettingError, match="https"):
        open_access(settings(tmp_path, **given), records)


@pytest.mark.parametrize("names_keys", [False, True])
async def test_tokens_of_the_identity_provider_are_let_in_beside_keys(
    tmp_path: Path, records: Any, clock: Any, names_keys: object
) -> None:
    with IdentityProvider() as provider:
        given = {"auth__issuer": provider.issuer, "auth__audience": "memlane", "auth__user_claim": "none"}
        if names_keys:
            given["auth__jwks_url"] = provider.issuer + KEYS
        given |= {"auth__tenant_claim": "org", "auth__scope_claim": "realm.roles"}
        access = open_access(settings(tmp_path, **given), records, clock=clock)
        made = await Keys(records, clock).create("acme")
        claims = {"aud": "memlane", "sub": "s", "org": "umbrella", "realm": {"roles": ["admin"]}}
        found = await access.gate.admit(provider.token(claims | {"exp": clock.ms // 1_000 + 60}))
        assert (found.tenant, found.user, found.scopes) == ("umbrella", None, {"admin"})
        assert (await access.gate.admit(made.secret)).tenant == "acme"
        await closed(access.closers)
        assert len(provider.requests) == (1 if names_keys else 2)


def test_no_foreign_package_is_loaded_before_it_is_needed() -> None:
    program = "import sys, memlane.wiring.access, memlane.cli.keys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"jwt", "cryptography", "httpx2", "litestar", "redis"} & set(done.stdout.split())
