"""What stands where in the whole server, and who gets there."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import httpx2
import pytest

import memlane
from memlane.access.credential import Credential, Scope
from memlane.access.scope import credential_of
from memlane.errors import EmbedderUnavailableError, StoreUnavailableError, UnauthenticatedError
from memlane.protocols.observer import NoObserver
from memlane.server.parts import Parts
from memlane.server.whole import Whole, make_server
from memlane.wiring.settings import ServerSettings, Settings

KEYS: dict[str, tuple[str | None, frozenset[Scope]]] = {
    "reader": (None, frozenset({"read"})),
    "admin": (None, frozenset({"admin"})),
    "ann": ("ann", frozenset({"read", "write", "erase", "admin"})),
}


class SmallGate:
    def __init__(self) -> None:
        self.is_down = False

    async def admit(self, secret: str | None) -> Credential:
        if self.is_down:
            raise StoreUnavailableError("keys cannot be looked up")
        if secret not in KEYS:
            raise UnauthenticatedError("the key or token is not valid")
        user, scopes = KEYS[secret]
        return Credential(id=secret, tenant="acme", user=user, scopes=scopes)


class NoMeter:
    async def request(self, credential: Credential) -> None: ...

    async def spent(self, credential: Credential, tokens: int) -> None: ...


async def mounted(scope: Any, receive: Any, send: Any) -> None:
    body = f"{scope['path']} {credential_of(scope).tenant}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


Build = Callable[..., tuple[Whole, httpx2.AsyncClient]]


@pytest.fixture
async def gate() -> SmallGate:
    return SmallGate()


@pytest.fixture
async def build(gate: SmallGate) -> AsyncGenerator[Build]:
    async def exposition() -> tuple[bytes, str]:
        return b"numbers 1\n", "text/plain"

    def built(server: ServerSettings | None = None, **options: Any) -> tuple[Whole, httpx2.AsyncClient]:
        settings = Settings(server=server or ServerSettings())
        parts = Parts(
            memory=memory,
            gate=gate,
            meter=NoMeter(),
            settings=settings,
            observer=NoObserver(),
            mounts={"openai": mounted},
        )
        whole = make_server(parts, exposition=exposition, **options)
        transport = httpx2.ASGITransport(whole)
        return whole, httpx2.AsyncClient(transport=transport, base_url="http://localhost")

    async with memlane.connect_async("sqlite://", embedder="none", work="off") as memory:
        yield built


async def test_metrics_are_for_admins_of_the_whole_tenant_or_open(build: Build) -> None:
    _, client = build()
    statuses = {
        name: (await client.get("/metrics", headers={"x-memlane-key": name})).status_code for name in (*KEYS, "no")
    }
    assert statuses == {"reader": 403, "admin": 200, "ann": 403, "no": 401}
    _, open_client = build(ServerSettings(open_metrics=True))
    answer = await open_client.get("/metrics")
    assert (answer.status_code, answer.text) == (200, "numbers 1\n")


async def test_readiness_says_what_is_missing(build: Build, gate: SmallGate) -> None:
    async def failing() -> None:
        raise EmbedderUnavailableError("planted")

    _, client = build(checks={"embedder": failing})
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        503,
        {"ready": False, "checks": {"embedder": "embedder_unavailable", "keys": "ok"}},
    )
    gate.is_down = True
    _, second = build()
    assert (await second.get("/health/ready")).json()["checks"] == {"keys": "store_unavailable"}


async def test_a_server_that_stops_is_alive_and_not_ready(build: Build) -> None:
    whole, client = build()
    assert (await client.get("/health/ready")).status_code == 200
    whole.stop()
    assert (await client.get("/health/ready")).status_code == 503
    assert (await client.get("/health/live")).status_code == 200


async def test_what_is_only_read_refuses_other_methods_and_answers_head_without_a_body(build: Build) -> None:
    _, client = build()
    refused = await client.post("/health/live")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    head = await client.head("/health/live")
    assert (head.status_code, head.content) == (200, b"")


async def test_a_mount_gets_its_whole_path_encoded_and_the_credential(build: Build) -> None:
    _, client = build()
    answer = await client.get("/openai/v1/files/a%2Fb", headers={"authorization": "Bearer reader"})
    assert answer.text == "/openai/v1/files/a%2Fb acme"
    assert (await client.get("/openai/v1/models")).status_code == 401


@pytest.mark.parametrize("path", ["/docs/../v1/users/ann/preferences", "/docs/%2e%2e/v1/users", "/docs//v1/whoami"])
async def test_nothing_is_reached_through_what_is_open(build: Build, path: str) -> None:
    _, client = build()
    request = httpx2.Request("GET", "http://localhost/")
    request.url = httpx2.URL("http://localhost").copy_with(raw_path=path.encode())
    assert (await client.send(request)).status_code in {401, 404}


async def test_an_unknown_address_is_no_different_from_another_without_a_credential(build: Build) -> None:
    _, client = build()
    known, unknown = await client.get("/v1/users/ann/preferences"), await client.get("/nowhere")
    assert (known.status_code, unknown.status_code) == (401, 401)
    assert {**known.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}
