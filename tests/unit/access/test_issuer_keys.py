"""The keys of an identity provider: when they are fetched, what is done when it is down, and what it must not be."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from memlane.access import issuer as issuer_module
from memlane.access.issuer import Issuer, is_loopback
from memlane.access.issuer_keys import IssuerKeys, usable_keys
from memlane.errors import MissingExtraError, SettingError, StoreUnavailableError
from memlane.testing.identity_provider import (
    CONFIGURATION,
    KEYS,
    PRIVATE_KEYS,
    IdentityProvider,
    public_key,
    public_keys,
)

OTHER = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with IdentityProvider() as provider:
        yield provider


@pytest.fixture
async def issuer(provider: IdentityProvider) -> AsyncIterator[Issuer]:
    issuer = Issuer(provider.issuer)
    yield issuer
    await issuer.aclose()


class Source:
    def __init__(self) -> None:
        self.given: list[Any] | None = public_keys()
        self.asked = 0
        self.slow = asyncio.Event()
        self.slow.set()

    async def __call__(self) -> list[Any]:
        self.asked += 1
        await self.slow.wait()
        if self.given is None:
            raise StoreUnavailableError("down")
        return self.given


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
async def keys(source: Source, clock: Any) -> AsyncIterator[IssuerKeys]:
    keys = IssuerKeys(source, monotonic=clock.monotonic)
    yield keys
    await keys.aclose()


async def settled(keys: IssuerKeys) -> None:
    while keys._fetching is not None:
        await asyncio.sleep(0)


async def test_keys_are_fetched_once_however_many_ask(keys: IssuerKeys, source: Source) -> None:
    found = await asyncio.gather(*(keys.find("RS256", "RS256") for _ in range(100)))
    assert all(found)
    assert source.asked == 1


async def test_a_key_that_is_not_known_is_looked_for_once_and_not_at_every_try(
    keys: IssuerKeys, source: Source, clock: Any
) -> None:
    await keys.find("RS256", "RS256")
    assert source.given is not None
    clock.pass_s(10)
    source.given.append(public_key(OTHER, "RS256", kid="new"))
    assert await keys.find("new", "RS256")
    assert source.asked == 2
    for number in range(50):
        assert await keys.find(f"made up {number}", "RS256") is None
    assert source.asked == 2
    clock.pass_s(10)
    assert await keys.find("made up", "RS256") is None
    assert source.asked == 3


async def test_keys_that_are_ten_minutes_old_are_refreshed_without_a_wait(
    keys: IssuerKeys, source: Source, clock: Any
) -> None:
    await keys.find("RS256", "RS256")
    source.given = [public_key(OTHER, "RS256", kid="new")]
    source.slow.clear()
    clock.pass_s(601)
    assert await keys.find("RS256", "RS256")
    source.slow.set()
    await settled(keys)
    assert source.asked == 2
    assert await keys.find("RS256", "RS256") is None


async def test_while_the_provider_is_down_known_keys_go_on_working_for_a_day(
    keys: IssuerKeys, source: Source, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await keys.find("RS256", "RS256")
    source.given = None
    with caplog.at_level(logging.WARNING):
        for _ in range(23):
            clock.pass_s(3_600)
            assert await keys.find("RS256", "RS256")
            await settled(keys)
    assert "were not refreshed" in caplog.text
    with pytest.raises(StoreUnavailableError):
        await keys.find("made up", "RS256")
    clock.pass_s(2 * 3_600)
    with pytest.raises(StoreUnavailableError):
        await keys.find("RS256", "RS256")


async def test_a_provider_that_was_never_up_is_not_asked_by_every_caller(
    keys: IssuerKeys, source: Source, clock: Any
) -> None:
    source.given = None
    for _ in range(20):
        with pytest.raises(StoreUnavailableError):
            await keys.find("RS256", "RS256")
    assert source.asked == 1
    source.given = public_keys()
    clock.pass_s(10)
    assert await keys.find("RS256", "RS256")


async def test_who_gives_up_waiting_does_not_stop_the_others(keys: IssuerKeys, source: Source) -> None:
    source.slow.clear()
    impatient = asyncio.create_task(keys.find("RS256", "RS256"))
    patient = asyncio.create_task(keys.find("RS256", "RS256"))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.wait([impatient])
    source.slow.set()
    assert await patient


@pytest.mark.parametrize(
    "useless",
    [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "x"},
        {**public_key(OTHER, "RS256"), "use": "enc"},
        {**public_key(OTHER, "RS256"), "key_ops": ["encrypt"]},
        {**public_key(OTHER, "RS256"), "key_ops": "verify"},
        {**public_key(OTHER, "RS256"), "alg": "HS256"},
        {**public_key(OTHER, "RS256"), "alg": "none"},
        {**public_key(OTHER, "RS256"), "alg": ["RS256"]},
        {**public_key(OTHER, "RS256"), "n": "!"},
        {**public_key(OTHER, "RS256"), "n": 5},
        {**public_key(PRIVATE_KEYS["ES256"], "ES256"), "crv": "P-384"},
        {**public_key(PRIVATE_KEYS["ES256"], "ES256"), "crv": "secp256k1"},
        {**public_key(PRIVATE_KEYS["ES256"], "ES256"), "crv": ["P-256"]},
        {**public_key(PRIVATE_KEYS["ES256"], "ES256"), "x": "AA"},
        {**public_key(PRIVATE_KEYS["EdDSA"], "EdDSA"), "crv": "X25519"},
        {"kty": ["RSA"]},
        {"kty": "RSA"},
        {"kty": "EC", "crv": "P-256"},
        {"kty": "OKP", "crv": "Ed25519"},
        {},
        [],
        None,
        "RSA",
    ],
)
def test_a_key_that_cannot_verify_is_passed_over(useless: Any) -> None:
    assert [key.kid for key in usable_keys([useless, *public_keys()])] == list(PRIVATE_KEYS)


_JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=3), max_size=2)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(public_keys()), st.dictionaries(st.sampled_from(["kty", "crv", "n", "e", "x", "y", "alg"]), _JSON)
)
def test_no_key_set_fails_in_another_way(key: dict[str, Any], changes: dict[str, Any]) -> None:
    assert [one.kid for one in usable_keys([key | changes, public_keys()[-1]])][-1] == "EdDSA"


async def test_keys_are_found_from_the_issuer(issuer: Issuer, provider: IdentityProvider) -> None:
    assert await issuer.keys() == public_keys()
    assert [request.path for request in provider.requests] == [CONFIGURATION, KEYS]


async def test_keys_are_read_from_where_the_settings_say(provider: IdentityProvider) -> None:
    issuer = Issuer("https://id.example.com", provider.issuer + KEYS)
    assert await issuer.keys() == public_keys()
    assert [request.path for request in provider.requests] == [KEYS]
    await issuer.aclose()


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (KEYS, None),
        (KEYS, b"no JSON"),
        (KEYS, b"\xff"),
        (KEYS, b"[" * 100_000),
        (KEYS, []),
        (KEYS, {}),
        (KEYS, {"keys": {}}),
        (KEYS, b'{"keys": [' + b" " * 1_100_000 + b"]}"),
        (KEYS, "/elsewhere"),
        (CONFIGURATION, None),
        (CONFIGURATION, "/elsewhere"),
        (CONFIGURATION, {"issuer": "https://another.example.com", "jwks_uri": "{}/keys"}),
        (CONFIGURATION, {"issuer": "{}"}),
        (CONFIGURATION, {"issuer": "{}", "jwks_uri": 5}),
        (CONFIGURATION, {"issuer": "{}", "jwks_uri": "http://keys.example.com/keys"}),
        (CONFIGURATION, {"issuer": "{}", "jwks_uri": "file:///etc/passwd"}),
        (CONFIGURATION, {"issuer": "{}", "jwks_uri": "https://"}),
    ],
)
async def test_an_answer_that_does_not_do_counts_as_down(
    issuer: Issuer, provider: IdentityProvider, path: str, answer: Any
) -> None:
    if isinstance(answer, dict):
        answer = {name: _at(value, provider) for name, value in answer.items()}
    provider.instead[path] = answer
    with pytest.raises(StoreUnavailableError):
        await issuer.keys()
    assert "/elsewhere" not in {request.path for request in provider.requests}


def _at(value: Any, provider: IdentityProvider) -> Any:
    return value.replace("{}", provider.issuer) if isinstance(value, str) else value


async def test_a_provider_that_does_not_answer_counts_as_down(
    issuer: Issuer, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_module, "_TIMEOUT_S", 0.1)
    provider.stalled.set()
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        await issuer.keys()


async def test_a_provider_that_refuses_connections_counts_as_down(provider: IdentityProvider) -> None:
    with IdentityProvider() as gone:
        pass
    issuer = Issuer(gone.issuer)
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        await issuer.keys()
    await issuer.aclose()


@pytest.mark.parametrize(
    "url", ["", "id.example.com", "http://id.example.com", "ftp://127.0.0.1", "https://", "https://[", "https://a:b"]
)
def test_an_address_that_is_not_safe_to_ask_is_refused(url: str) -> None:
    with pytest.raises(SettingError):
        Issuer(url)
    with pytest.raises(SettingError):
        Issuer("https://id.example.com", url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST", "::ffff:127.0.0.1"]
)
def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",  # noqa: S104 -- a name, not a socket
        "::",
        "",
        "10.0.0.1",
        "example.com",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "2130706433",
        "0",
        "::ffff:10.0.0.1",
        "*",
    ],
)
def test_nothing_else_counts_as_this_machine(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("package", ["jwt", "cryptography"])
async def test_without_its_packages_it_says_what_to_install(
    keys: IssuerKeys, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=r"memlane\[server\]"):
        await keys.find("RS256", "RS256")


async def test_without_httpx_it_says_what_to_install(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with pytest.raises(MissingExtraError, match=r"memlane\[server\]"):
        await issuer.keys()
