"""What is not a call with memory passes through byte for byte."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from proxy_server import ProxyServer

from memlane.testing.loopback import LoopbackServer, SeenRequest, Wire
from memlane.wiring.settings import ProxySettings

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hi."}]}
ANSWER = json.dumps({"choices": [{"message": {"content": "Noted."}, "finish_reason": "stop"}], "odd": 1.0}).encode()
HEADERS = {"X-Memlane-User": "luke", "X-Memlane-Session": "s"}


class Upstream(LoopbackServer):
    """Answers chats compressed whatever was asked for, and everything else with what was asked."""

    def answer(self, request: SeenRequest, wire: Wire) -> None:
        if request.path.endswith("/moved"):
            wire.send(307, b"", Location="http://example.org/elsewhere", Set_Cookie="a=b")
        elif request.path.endswith("/chat/completions"):
            wire.send(200, gzip.compress(ANSWER), Content_Encoding="gzip", X_Odd="yes")
        else:
            wire.send(201, json.dumps(request.body).encode(), X_Path=request.path, Connection="keep-alive")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream(key=None) as server:
        yield server


@pytest.fixture
def client(upstream: Upstream, tmp_path: Path) -> Iterator[httpx2.Client]:
    settings = ProxySettings(openai_url=f"{upstream.address}/below/v1/", anthropic_url=upstream.address)
    with (
        ProxyServer(settings, f"sqlite:///{tmp_path / 'm.db'}") as proxy,
        httpx2.Client(base_url=proxy.address, headers=HEADERS, timeout=20) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/openai/v1/embeddings", "/below/v1/embeddings"),
        ("/openai/v1/files/a%2Fb?limit=3&x=%20", "/below/v1/files/a%2Fb?limit=3&x=%20"),
        ("/anthropic/v1/messages/count_tokens?beta=true", "/v1/messages/count_tokens?beta=true"),
        ("/anthropic/anything", "/anything"),
    ],
)
def test_other_paths_reach_the_provider_as_they_are(client: httpx2.Client, path: str, there: str) -> None:
    answer = client.post(path, json={"input": "ä"})
    assert (answer.status_code, answer.headers["x-path"], answer.json()) == (201, there, {"input": "ä"})
    assert "x-memlane-memory" not in answer.headers
    assert client.get(path).headers["x-path"] == there


def test_bodies_in_pieces_pass_in_pieces(client: httpx2.Client, upstream: Upstream) -> None:
    pieces = [b'{"a": ', b'"' + b"x" * 300_000 + b'"', b"}"]
    length = str(sum(map(len, pieces)))
    answer = client.post("/openai/v1/files", content=iter(pieces), headers={"content-length": length})
    assert answer.content == json.dumps({"a": "x" * 300_000}).encode()
    assert upstream.requests[-1].headers["content-length"] == length


@pytest.mark.parametrize(
    "path",
    [
        "/openai/v2/models",
        "/openai/v1/../secrets",
        "/anthropic/%2E%2e/x",
        "/openai/v1",
        "/openai/v1/..%2f..%2fsecrets",
        "/openai/v1/%2e%2e%5Csecrets",
        "/openai/v1/..\\secrets",
    ],
)
def test_no_path_leads_out_of_the_api(client: httpx2.Client, upstream: Upstream, path: str) -> None:
    request = client.build_request("GET", "/x")
    request.url = request.url.copy_with(raw_path=path.encode())
    answer = client.send(request)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert upstream.requests == []


def test_redirects_are_the_clients_and_cookies_nobodys(client: httpx2.Client, upstream: Upstream) -> None:
    answer = client.post("/openai/v1/moved", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "http://example.org/elsewhere")
    httpx2.post(client.base_url.join("/openai/v1/embeddings"))
    assert "cookie" not in upstream.requests[-1].headers


def test_a_compressed_answer_comes_back_as_it_is_and_is_read(client: httpx2.Client, upstream: Upstream) -> None:
    with client.stream("POST", "/openai/v1/chat/completions", json=BODY) as answer:
        raw = b"".join(answer.iter_raw())
    assert gzip.decompress(raw) == ANSWER
    assert (answer.headers["content-encoding"], answer.headers["x-odd"]) == ("gzip", "yes")
    assert upstream.requests[-1].headers["accept-encoding"] == "identity"
    following = client.post(
        "/openai/v1/chat/completions",
        json={**BODY, "messages": [*BODY["messages"], {"role": "assistant", "content": "Noted."}]},
    )
    assert following.headers["x-memlane-memory"] == "on"
