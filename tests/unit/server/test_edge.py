"""The edge around small applications, driven as a server would drive it."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from memlane.access.credential import Credential, OpenGate
from memlane.access.scope import note_credential
from memlane.errors import StoreUnavailableError, TooLargeError, UnauthenticatedError
from memlane.protocols.observer import NoObserver
from memlane.server.authentication import Authenticated
from memlane.server.edge import CLIENT_LEFT, Edge
from memlane.server.logs import LogLines
from memlane.server.parts import App
from memlane.wiring.settings import ServerSettings

PLANTED = "planted-words"


class Answer:
    def __init__(self, sent: list[dict[str, Any]]) -> None:
        self.sent = sent
        self.status: int = sent[0]["status"] if sent else 0
        self.headers = {name.decode(): value.decode() for name, value in (sent[0]["headers"] if sent else ())}
        self.body = b"".join(message.get("body", b"") for message in sent[1:])

    @property
    def problem(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/problem+json"
        return json.loads(self.body)


Pieces = list[bytes | None]


async def asked(
    app: App,
    path: str = "/v1/users/ann/recall",
    *,
    method: str = "POST",
    body: Pieces | None = None,
    scheme: str = "http",
    lines: LogLines | None = None,
    settings: ServerSettings | None = None,
    **headers: str,
) -> Answer:
    """Ask through the edge; None among the pieces of a body stands for a client that says nothing more."""
    sent: list[dict[str, Any]] = []
    pieces = [b"{}"] if body is None else body
    waiting = list(pieces)

    async def receive() -> dict[str, Any]:
        if not waiting:
            return {"type": "http.disconnect"}
        piece = waiting.pop(0)
        if piece is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    given = {"host": "localhost", "content_length": str(sum(map(len, filter(None, pieces)))), **headers}
    scope = {
        "type": "http",
        "method": method,
        "scheme": scheme,
        "path": "/decoded",
        "raw_path": path.encode(),
        "query_string": PLANTED.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items() if value],
        "state": {},
    }
    await Edge(app, settings or ServerSettings(auth=False), NoObserver(), lines)(scope, receive, send)
    return Answer(sent)


def answering(body: bytes = b"{}", status: int = 200, **headers: str) -> App:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await read(receive)
        await send({"type": "http.response.start", "status": status, "headers": given})
        await send({"type": "http.response.body", "body": body})

    return app


def failing(error: BaseException) -> App:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise error

    return app


async def read(receive: Any) -> bytes:
    whole, more = b"", True
    while more:
        message = await receive()
        whole += message.get("body", b"")
        more = message.get("more_body", False)
    return whole


async def test_every_answer_carries_the_security_headers_and_its_request_id() -> None:
    answer = await asked(answering())
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]
    assert "strict-transport-security" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


async def test_a_page_may_have_a_policy_of_its_own_and_tls_is_remembered() -> None:
    answer = await asked(answering(content_security_policy="default-src 'self'"), scheme="https")
    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2_3", True), ("a b", False), ("x" * 65, False), ("é", False)])
async def test_a_request_id_is_taken_over_if_it_is_sane(given: str, *, kept: bool) -> None:
    answer = await asked(answering(), x_request_id=given)
    assert (answer.headers["x-request-id"] == given) is kept


async def test_the_path_behind_the_edge_is_still_encoded() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["path"])
        await answering()(scope, receive, send)

    await asked(app, "/v1/users/a%2Fb%3F..")
    assert seen == ["/v1/users/a%2Fb%3F.."]


async def test_an_announced_body_over_the_limit_is_refused_before_it_is_read() -> None:
    answer = await asked(failing(AssertionError()), settings=SMALL, content_length="11", body=[None])
    assert answer.status == 413
    assert answer.problem["limit_bytes"] == 10
    assert answer.headers["connection"] == "close"


SMALL = ServerSettings(auth=False, max_body_bytes=10, max_import_bytes=20)


async def test_a_body_is_counted_whatever_it_announces() -> None:
    answer = await asked(
        answering(), settings=SMALL, content_length="", transfer_encoding="chunked", body=[b"123456", b"789012", None]
    )
    assert (answer.status, answer.problem["code"], answer.problem["limit_bytes"]) == (413, "too_large", 10)


async def test_an_application_that_hides_the_error_does_not_hide_the_answer() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await read(receive)
        except TooLargeError:
            await answering(status=500)(scope, hear_nothing, send)

    async def hear_nothing() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    assert (
        await asked(app, settings=SMALL, content_length="", transfer_encoding="chunked", body=[b"x" * 11])
    ).status == 413


async def test_an_import_has_a_limit_of_its_own() -> None:
    assert (await asked(answering(), "/v1/users/a/import", settings=SMALL, body=[b"x" * 20])).status == 200
    assert (await asked(answering(), "/v1/users/a/import", settings=SMALL, body=[b"x" * 21])).status == 413


QUICK = ServerSettings(
    auth=False, request_timeout=timedelta(milliseconds=50), model_timeout=timedelta(milliseconds=300), streams_at_once=1
)


async def test_a_body_that_does_not_come_is_given_up() -> None:
    answer = await asked(answering(), settings=QUICK, body=[b"{", None])
    assert (answer.status, answer.problem["code"], answer.headers["connection"]) == (408, "timeout", "close")


def sleeping(seconds: float, then: App) -> App:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await read(receive)
        await asyncio.sleep(seconds)
        await then(scope, receive, send)

    return app


async def test_an_answer_that_does_not_come_is_given_up_and_a_model_has_longer() -> None:
    answer = await asked(sleeping(0.15, answering()), settings=QUICK)
    assert (answer.status, answer.problem["retryable"], answer.headers["retry-after"]) == (503, True, "1")
    assert (await asked(sleeping(0.15, answering()), "/v1/users/a/sessions/b/chat", settings=QUICK)).status == 200
    assert (await asked(sleeping(0.5, answering()), "/v1/users/a/sessions/b/chat", settings=QUICK)).status == 503


async def test_a_stream_that_has_begun_may_take_its_time() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await asyncio.sleep(0.04)
        await send({"type": "http.response.body"})

    assert (await asked(app, settings=QUICK)).body == b"xxx"


async def test_more_streams_than_allowed_are_refused_and_their_places_come_free() -> None:
    edge = Edge(sleeping(0.05, answering()), QUICK, NoObserver())
    app: App = edge
    both = await asyncio.gather(*(through(app, "/v1/users/a/sessions/b/chat") for _ in range(2)))
    assert sorted(both) == [200, 429]
    assert await through(app, "/v1/users/a/sessions/b/chat") == 200


async def through(edge: App, path: str) -> int:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "scheme": "http", "raw_path": path.encode(), "state": {}}
    await edge({**scope, "headers": [(b"host", b"localhost")]}, receive, send)
    return sent[0]["status"]


async def test_the_unforeseen_is_answered_without_any_detail_and_logged_without_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = await asked(failing(RuntimeError(PLANTED)))
    assert (answer.status, answer.problem["code"]) == (500, "unexpected")
    assert PLANTED not in answer.body.decode()
    assert caplog.records


async def test_errors_of_the_core_have_their_documents() -> None:
    answer = await asked(failing(StoreUnavailableError("the store is down")))
    assert (answer.status, answer.problem["code"], answer.headers["retry-after"]) == (503, "store_unavailable", "1")
    refused = await asked(failing(UnauthenticatedError("no")))
    assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")


async def test_head_gets_no_body() -> None:
    answer = await asked(failing(StoreUnavailableError("down")), method="HEAD", body=[])
    assert (answer.status, answer.body) == (503, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_who_cancels_for_a_client_that_left_hears_nothing_of_it_and_others_do() -> None:
    await asked(failing(asyncio.CancelledError(CLIENT_LEFT)))
    with pytest.raises(asyncio.CancelledError):
        await asked(failing(asyncio.CancelledError()))


async def test_a_stranger_of_the_browser_is_refused_where_there_is_no_authentication() -> None:
    assert (await asked(answering(), host="evil.example")).status == 403
    assert (await asked(answering(), origin="https://evil.example")).status == 403
    assert (await asked(answering(), host="evil.example", settings=ServerSettings())).status == 200


async def test_a_preflight_is_answered_by_the_edge() -> None:
    settings = ServerSettings(cors_origins=("https://app.example",))
    asking = {"origin": "https://app.example", "access_control_request_method": "PUT"}
    answer = await asked(failing(AssertionError()), method="OPTIONS", settings=settings, body=[], **asking)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "https://app.example")
    plain = await asked(answering(), settings=settings, origin="https://app.example")
    assert plain.headers["access-control-allow-origin"] == "https://app.example"


def knowing(app: App) -> App:
    async def known(scope: Any, receive: Any, send: Any) -> None:
        note_credential(scope, Credential(id="ml_abc", tenant=PLANTED))
        await app(scope, receive, send)

    return known


@pytest.mark.parametrize("form", ["json", "text"])
async def test_a_line_is_logged_that_names_the_route_and_nothing_that_was_said(form: str) -> None:
    written: list[str] = []
    lines = LogLines(written.append, form)
    await asked(
        knowing(answering(PLANTED.encode())),
        f"/v1/users/{PLANTED}",
        lines=lines,
        body=[PLANTED.encode()],
        x_api_key=PLANTED,
    )
    lines.flush()
    (line,) = "".join(written).splitlines()
    assert PLANTED not in line
    assert "/v1/users/{user}" in line
    assert "ml_abc" in line
    if form == "json":
        told = msgspec.json.decode(line)
        assert (told["status"], told["method"], told["bytes_in"]) == (200, "POST", len(PLANTED))


async def test_authentication_is_asked_of_everything_but_what_is_open() -> None:
    class Nobody(OpenGate):
        async def admit(self, secret: str | None) -> Credential:
            raise UnauthenticatedError("not valid")

    class NoMeter:
        async def request(self, credential: Credential) -> None: ...

        async def spent(self, credential: Credential, tokens: int) -> None: ...

    def guarded(*, open_metrics: bool) -> Callable[..., Any]:
        return Authenticated(answering(), Nobody(), NoMeter(), NoObserver(), open_metrics=open_metrics)

    closed = {path: (await asked(guarded(open_metrics=False), path)).status for path in PATHS}
    assert closed == {**dict.fromkeys(PATHS, 401), **dict.fromkeys(OPEN, 200)}
    assert (await asked(guarded(open_metrics=True), "/metrics")).status == 200


OPEN = ("/health/live", "/health/ready", "/openapi.json", "/docs", "/docs/style.css")
PATHS = (*OPEN, "/metrics", "/", "/v1/users/a", "/mcp", "/openai/v1/models", "/nowhere", "/docsx", "/health/live%2f..")
