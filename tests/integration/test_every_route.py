"""Every address of the server, asked by those who may not: refused, the same whether a thing exists, and no trace.

What is asked comes from the OpenAPI document that the server serves and from `known_requests`; an address that is new
is walked as soon as it is there.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from known_requests import PROXIED, PUBLIC, SENT, TOOLS, Request, Target, beside_the_document, of_document
from whole_server import WholeServer, whole_server

from memlane.access.credential import SCOPES, Scope
from memlane.server.places import _HERE
from memlane.testing.services import RedisServer, redis_server

EXISTING = Target(user="luke", session="monday", memory="fact-1")
MISSING = Target(user="nobo", session="sunday", memory="fact-9")
PLANTED = "xylophone"
HIDDEN = "hidden-7"
"""Stands in ids that no request of a stranger names."""
ALL = frozenset(SCOPES)


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "redis"])
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[WholeServer]:
    """A server with data of `luke` in the tenant `acme`."""
    store = f"sqlite:///{tmp_path}/m.db?synchronous=normal"
    if request.param == "redis":
        redis: RedisServer = request.getfixturevalue("redis")
        redis.flush()
        store = redis.url
    async with whole_server(store) as server:
        await plant(server)
        yield server


async def plant(server: WholeServer) -> None:
    luke = server.memory.user("luke", tenant="acme")
    for name in ("monday", HIDDEN):
        session = luke.session(name)
        await session.add("user", f"I bought a {PLANTED}. My sister Ada lives in Bergen.")
        await session.add("assistant", f"A fine {PLANTED}!")
        await session.instruct(f"Speak of the {PLANTED}.")
        await session.chat(f"Where is my {PLANTED}?")
    await luke.remember(f"Plays the {PLANTED}.", id="fact-1", metadata={"of": PLANTED})
    await luke.remember(f"Tunes the {PLANTED}.", id=HIDDEN, kind="preference")
    await luke.set_preferences({"instrument": PLANTED})


class Answer(NamedTuple):
    """What came, but for what differs between any two answers."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


async def ask(
    server: WholeServer, request: Request, key: str | None = None, *, request_id: str = "walk", **headers: str
) -> Answer:
    """Send a request; left out are the date, and whether the connection ends, as it does where a body is not read."""
    sent = request.headers | headers | {"x-request-id": request_id}
    if key is not None:
        sent["x-memlane-key"] = key
    answer = await server.http.request(
        request.method, request.path, params=request.query, content=request.content, headers=sent
    )
    kept = sorted((name, value) for name, value in answer.headers.items() if name not in {"date", "connection"})
    return Answer(answer.status_code, tuple(kept), answer.text)


async def walk(server: WholeServer, target: Target) -> list[Request]:
    """Return a request for every address that needs a credential."""
    document = json.loads((await server.http.get("/openapi.json")).text)
    return [*of_document(document, target), *beside_the_document(target)]


async def export(server: WholeServer) -> list[str]:
    """Return all of luke, but for when it was asked."""
    lines = [line.decode() async for line in server.memory.user("luke", tenant="acme").export_lines()]
    assert any(PLANTED in line for line in lines)
    return [re.sub(r'"exported_at":"[^"]*"', "", line) for line in lines]


def stores_asked(server: WholeServer, request_id: str) -> list[str]:
    """Return what a request asked of stores, in any order.

    Left out is what earlier requests decide: whether the vector of a question is known, and counts wait to be written.
    """
    return sorted(
        name for name in server.calls.of_data(request_id) if not name.startswith("embedder.") and name != "usage.add"
    )


async def until_embedded(server: WholeServer) -> None:
    """Wait until nothing waits for its vector: what one request leaves to the background, the next may do itself."""
    async with asyncio.timeout(30):
        while server.memory._core.indexer._running:
            await asyncio.sleep(0.01)


def is_refused(answer: Answer) -> bool:
    """Whether an answer says that the credential does not allow it; MCP says so in the result of a tool."""
    return answer.status == 403 or (answer.status == 200 and "(forbidden)" in answer.body)


async def test_there_is_a_request_for_every_address(server: WholeServer) -> None:
    document = json.loads((await server.http.get("/openapi.json")).text)
    declared = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert sorted(declared) == sorted(SENT)
    requests = await walk(server, EXISTING)
    walked = {request.route.partition(" ")[2] for request in requests} | {*PUBLIC, "/mcp"}
    assert walked >= set(_HERE)
    assert {path.split("/")[1] for path in PROXIED} | {"mcp"} == set(server.parts.mounts)
    key = await server.key("acme", "luke")
    listing = next(request for request in requests if request.route == "mcp recall")
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    answer = await server.http.post(
        "/mcp?tools=all", json=asked, headers=listing.headers | {"authorization": f"Bearer {key}"}
    )
    assert {tool["name"] for tool in answer.json()["result"]["tools"]} == set(TOOLS)


async def test_these_requests_are_valid(server: WholeServer) -> None:
    key = await server.key("acme")
    document = json.loads((await server.http.get("/openapi.json")).text)
    other = Target(user="luke", session="monday", memory=HIDDEN)
    for request in [*beside_the_document(other), *of_document(document, EXISTING)]:
        answer = await ask(server, request, key)
        assert answer.status in {200, 201, 204}, (request.route, answer)
        assert '"isError":true' not in answer.body, (request.route, answer)


async def test_without_a_valid_key_every_answer_is_the_same(server: WholeServer) -> None:
    valid = await server.key("acme")
    given = [
        {},
        {"x-memlane-key": "garbage"},
        {"authorization": f"Bearer {valid[:-1]}"},
        {"x-api-key": valid + "x"},
        {"authorization": f"Basic {valid}"},
        {"x-memlane-key": await server.revoked_key("acme")},
        {"authorization": f"Bearer {await server.expired_key('acme')}"},
    ]
    before, asked, found = await export(server), len(server.model.requests), set[Answer]()
    for target in (EXISTING, MISSING):
        for request in await walk(server, target):
            found |= {await ask(server, request, **headers) for headers in given}
    assert len(found) == 1, found
    (answer,) = found
    assert answer.status == 401
    assert dict(answer.headers)["www-authenticate"] == "Bearer"
    assert server.calls.of_data("walk") == []
    assert len(server.model.requests) == asked
    assert await export(server) == before


async def test_a_key_of_one_user_learns_nothing_of_another(server: WholeServer) -> None:
    key = await server.key("acme", "leia")
    before = await export(server)
    known, unknown = await walk(server, EXISTING), await walk(server, MISSING)
    texts = set[str]()
    for number, (there, nowhere) in enumerate(zip(known, unknown, strict=True)):
        if not there.is_of_user and not there.is_of_tenant:
            continue
        answers = [
            await ask(server, request, key, request_id=f"{number}-{which}")
            for which, request in enumerate((there, nowhere))
        ]
        assert is_refused(answers[0]), (there.route, answers[0])
        assert masked(answers[0]) == masked(answers[1]), there.route
        assert server.calls.of_data(f"{number}-0") == server.calls.of_data(f"{number}-1") == [], there.route
        if there.path.startswith("/v1/users/"):
            texts.add(json.loads(answers[0].body)["detail"])
    assert texts == {"this credential is for another user"}
    assert await export(server) == before


async def test_a_key_of_one_user_serves_that_user(server: WholeServer) -> None:
    key = await server.key("acme", "luke")
    for request in await walk(server, EXISTING):
        answer = await ask(server, request, key)
        assert is_refused(answer) == request.is_of_tenant, (request.route, answer)


async def test_another_tenant_is_told_what_it_would_be_told_of_nobody(server: WholeServer) -> None:
    key = await server.key("empire")
    await until_embedded(server)
    before = await export(server)
    known, unknown = await walk(server, EXISTING), await walk(server, MISSING)
    for number, (there, nowhere) in enumerate(zip(known, unknown, strict=True)):
        answers = list[Answer]()
        for which, request in enumerate((there, nowhere)):
            answers.append(await ask(server, request, key, request_id=f"{number}-{which}"))
            await until_embedded(server)
        for answer in answers:
            assert PLANTED not in str(answer), (there.route, answer)
            assert HIDDEN not in str(answer), (there.route, answer)
        if there.is_of_user:
            assert masked(answers[0]) == masked(answers[1]), there.route
        if there.is_of_user and there.path not in PROXIED:  # the proxy stores behind its answer
            assert stores_asked(server, f"{number}-0") == stores_asked(server, f"{number}-1"), there.route
    assert await export(server) == before


async def test_a_tenant_that_has_nothing_is_told_of_nothing(server: WholeServer) -> None:
    key = await server.key("naboo")
    counted = {"list_users": [], "list_work": [], "get_stats": [], "retry_work": 0, "run_work": 0}
    before = await export(server)
    document = json.loads((await server.http.get("/openapi.json")).text)
    operations = {
        f"{method.upper()} {path}": operation["operationId"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    for request in of_document(document, EXISTING):
        name = operations[request.route]
        if name in counted:
            answer = json.loads((await ask(server, request, key)).body)
            assert counted[name] in answer.values(), (request.route, answer)
    assert await export(server) == before


async def test_no_request_names_a_tenant(server: WholeServer) -> None:
    key = await server.key("empire")
    before = await export(server)
    for request in await walk(server, EXISTING):
        answer = await ask(server, request, key, **{"x-memlane-tenant": "acme", "x-tenant": "acme"})
        assert PLANTED not in str(answer), (request.route, answer)
        if not request.path.startswith("/v1/"):
            continue
        named = Request(
            request.route, request.method, request.path, request.scopes, query=request.query | {"tenant": "acme"},
            headers=request.headers, content=request.content,
        )  # fmt: skip
        refused = await ask(server, named, key)
        assert (refused.status, json.loads(refused.body)["field"]) == (422, "tenant"), (request.route, refused)
    assert await export(server) == before


async def test_every_address_needs_its_scopes_and_no_others(server: WholeServer) -> None:
    lacking: dict[Scope, str] = {scope: await server.key("acme", None, ALL - {scope}) for scope in SCOPES}
    having: dict[frozenset[Scope], str] = {}
    before = await export(server)
    for number, request in enumerate(await walk(server, EXISTING)):
        for scope in request.scopes:
            answer = await ask(server, request, lacking[scope], request_id=f"{number}-{scope}")
            assert is_refused(answer), (request.route, scope, answer)
            assert f"this needs the scope `{scope}`" in answer.body, (request.route, scope, answer)
            assert server.calls.of_data(f"{number}-{scope}") == [], (request.route, scope)
    assert await export(server) == before
    for request in await walk(server, MISSING):
        needed = request.scopes or frozenset({"erase"})
        if needed not in having:
            having[needed] = await server.key("acme", None, needed)
        assert not is_refused(await ask(server, request, having[needed])), request.route


async def test_the_scopes_are_those_that_were_decided(server: WholeServer) -> None:
    reading = {"recall", "browse_memories", "find_episodes", "get_context", "count_tokens"}
    of_tenant = {"list_users", "list_keys", "get_stats", "list_work", "retry_work", "run_work", "sweep"}
    document = json.loads((await server.http.get("/openapi.json")).text)
    for methods in document["paths"].values():
        for method, operation in methods.items():
            name, wanted = operation["operationId"], {"get": "read", "delete": "erase"}.get(method, "write")
            wanted = "read" if name in reading else "admin" if name in of_tenant else wanted
            expected = [] if name == "whoami" else [wanted]
            assert operation["security"] == [{"bearer": expected}, {"key": expected}], name


async def test_what_is_public_says_the_same_to_everybody(server: WholeServer) -> None:
    keys = [None, "garbage", await server.key("acme"), await server.key("empire")]
    for path in PUBLIC:
        request = Request(path, "GET", path, frozenset(), is_of_user=False)
        (answer,) = {await ask(server, request, key) for key in keys}
        assert answer.status == 200
        assert PLANTED not in answer.body


async def test_a_path_that_leads_out_of_a_tenant_leads_nowhere(server: WholeServer) -> None:
    key = await server.key("empire")
    paths = (
        "/v1/users/..%2F..%2Facme/sessions", "/v1/users/%2e%2e/sessions", "/v1/users/acme%2Fluke/sessions",
        "/v1/users/acme:luke/sessions", "/v1/users/acme%00luke/sessions", "/v1/users/*/sessions",
        "/v1/users/luke%0a/sessions", "/v1/users/%252e%252e%2Fluke/sessions", "/v1//users/luke/sessions",
    )  # fmt: skip
    for path in paths:
        for method in ("GET", "HEAD", "OPTIONS"):
            request = Request(path, method, path, frozenset())
            answer = await ask(server, request, key)
            assert answer.status < 500, (method, path, answer)
            assert PLANTED not in str(answer), (method, path)
            assert HIDDEN not in str(answer), (method, path)


_MASKS = (
    (re.compile(r"\b(?:luke|nobo)\b"), "USER"),
    (re.compile(r"\b(?:monday|sunday)\b"), "SESSION"),
    (re.compile(r"\bfact-[19]\b"), "MEMORY"),
    (re.compile(r'(?<=")\d+-\d(?=")'), "REQUEST"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:]+(?:\.\d+)?Z"), "TIME"),
    (re.compile(r"\b[0-9a-f]{16,64}\b"), "HASH"),
)


def masked(answer: Answer) -> Answer:
    """Return an answer without ids, times and hashes, and without lengths that depend on them."""
    headers = [(name, mask(value)) for name, value in answer.headers if name not in {"content-length", "x-request-id"}]
    return Answer(answer.status, tuple(headers), mask(answer.body))


def mask(text: str) -> str:
    for pattern, name in _MASKS:
        text = pattern.sub(name, text)
    return text
