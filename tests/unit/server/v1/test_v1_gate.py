"""Every operation asks the credential first, and gets a handle of nobody but whom its path names."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

import memlane
from memlane.access.credential import SCOPES
from memlane.server.v1.calls import KINDS, TenantCall, UserCall
from memlane.server.v1.catalogue import OPERATIONS
from memlane.server.v1.operations import Operation, Operations

ASKED = {operation.name: operation for operation in OPERATIONS}
OF_USERS = [name for name, operation in ASKED.items() if "user" in operation.named]
GUARDED = [name for name, operation in ASKED.items() if operation.scope is not None]
OF_TENANTS = [name for name, operation in ASKED.items() if operation.whole_tenant]


def address(operation: Operation, user: str = "luke") -> str:
    return operation.path.format(user=user, session="monday", memory="fact-1")


async def ask(client: httpx2.AsyncClient, operation: Operation, user: str = "luke") -> httpx2.Response:
    body: dict[str, Any] = {} if operation.method in ("GET", "DELETE") else {"json": operation.example or {}}
    return await client.request(operation.method, address(operation, user), **body)


@pytest.mark.parametrize("name", OF_USERS)
async def test_a_credential_of_one_user_reaches_no_other(name: str, memory: memlane.AsyncMemlane, call: Any) -> None:
    await memory.user("luke").remember("secret", id="fact-1")
    mias = call(memory, user="mia")
    known, unknown = await ask(mias, ASKED[name], "luke"), await ask(mias, ASKED[name], "nobody")
    assert known.status_code == unknown.status_code == 403
    assert known.content == unknown.content
    assert known.json()["code"] == "forbidden"


@pytest.mark.parametrize("name", OF_USERS)
async def test_another_tenant_sees_nothing(name: str, memory: memlane.AsyncMemlane, call: Any) -> None:
    luke = memory.user("luke")
    await luke.remember("likes xylophones", id="fact-1")
    await luke.session("monday").add("user", "I bought a xylophone")
    await luke.session("monday").instruct("Speak of xylophones")
    await luke.set_preferences({"instrument": "xylophone"})
    before = await luke.memories(), await luke.session("monday").messages(), await luke.preferences()
    answer = await ask(call(memory, tenant="other"), ASKED[name])
    assert "xylophone" not in answer.text
    assert (await luke.memories(), await luke.session("monday").messages(), await luke.preferences()) == before


@pytest.mark.parametrize("name", GUARDED)
async def test_every_operation_needs_its_scope(name: str, memory: memlane.AsyncMemlane, call: Any) -> None:
    operation = ASKED[name]
    answer = await ask(call(memory, scopes=frozenset(SCOPES) - {operation.scope}), operation)
    assert answer.status_code == 403
    assert answer.json()["detail"] == f"this needs the scope `{operation.scope}`"


@pytest.mark.parametrize("name", OF_TENANTS)
async def test_what_concerns_the_tenant_is_not_for_credentials_of_one_user(
    name: str, memory: memlane.AsyncMemlane, call: Any
) -> None:
    assert (await ask(call(memory, user="luke"), ASKED[name])).status_code == 403


async def test_forgetting_by_policy_needs_the_scope_to_erase(memory: memlane.AsyncMemlane, call: Any) -> None:
    writer = call(memory, scopes=frozenset({"write"}))
    body = {"policy": {"older_than": "P1D"}}
    assert (await writer.post("/v1/users/luke/prune", json=body)).status_code == 200
    assert (await writer.post("/v1/users/luke/prune", json=body | {"dry_run": False})).status_code == 403


def test_what_a_handler_gets_is_what_its_path_names() -> None:
    assert all(issubclass(KINDS[operation.named], operation.kind) for operation in OPERATIONS)
    assert all(
        issubclass(ASKED[name].kind, UserCall) and not issubclass(ASKED[name].kind, TenantCall) for name in OF_USERS
    )
    assert not hasattr(UserCall, "memory")


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/users/{user}/facts", TenantCall), ("/users", UserCall), ("/users/{user}/sessions/{session}", UserCall)],
)
def test_a_handler_that_takes_something_else_is_not_declared(path: str, kind: Any) -> None:
    async def handler(call: kind[None, None]) -> None: ...  # pyright: ignore[reportInvalidTypeForm] -- made here

    handler.__annotations__["call"] = kind[None, None]
    with pytest.raises(TypeError, match="names"):
        Operations("test", "").at("GET", path, scope="read")(handler)


@pytest.mark.parametrize("given", [{"user": "luke"}, {}])
async def test_a_caller_can_ask_who_it_is(
    given: dict[str, str], memory: memlane.AsyncMemlane, call: Callable[..., Any]
) -> None:
    answer = await call(memory, tenant="acme", scopes=frozenset({"erase"}), **given).get("/v1/whoami")
    assert answer.json() == {"tenant": "acme", "user": given.get("user"), "scopes": ["erase"]}
