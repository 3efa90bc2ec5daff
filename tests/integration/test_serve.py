"""`memlane serve` as a process: begun, asked, stopped."""

import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

import memlane
from memlane.testing.model_server import Answer, ModelServer
from memlane.testing.services import redis_server
from memlane.testing.services.memlane_server import MemlaneServer, memlane_server
from memlane.testing.services.processes import wait_until

_STARTED_S = 90.0
MESSAGES = "/v1/users/ann/sessions/s/messages"
CHAT = "/v1/users/ann/sessions/s/chat"
HELLO = {"messages": [{"role": "user", "content": "I live in Bergen."}]}
LONG = Answer(text=" ".join(f"word{number}" for number in range(30)), pause_s=0.1)
ENDLESS = Answer(text=" ".join(f"word{number}" for number in range(600)), pause_s=0.1)


def numbers(text: str) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_one_command_serves_and_what_is_added_is_recalled() -> None:
    with memlane_server("--no-auth") as server, httpx2.Client(base_url=server.url) as client:
        assert client.get("/health/live").json() == {"alive": True}
        assert client.get("/health/ready").json()["ready"] is True
        assert client.post(MESSAGES, json=HELLO).status_code == 201
        found = client.post("/v1/users/ann/recall", json={"query": "where do I live?"}).json()
        assert found["results"][0]["memory"]["text"] == "I live in Bergen."
        server.tell()
        assert server.ended() == 0
        assert "without authentication" in server.log()


def test_with_authentication_nobody_is_let_in_without_a_key_and_the_server_says_how_to_make_one() -> None:
    with memlane_server() as server, httpx2.Client(base_url=server.url) as client:
        assert "memlane keys create" in server.log()
        refused = client.post(MESSAGES, json=HELLO)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert client.get("/metrics").status_code == 401
        assert client.get("/nowhere").status_code == 401
        assert client.get("/health/ready").status_code == 200


def test_what_others_reach_is_not_served_without_authentication() -> None:
    with memlane_server("--no-auth", "--host", "0.0.0.0", begun=False) as server:  # noqa: S104 -- it is refused
        assert server.ended() == 2
        assert "without authentication" in server.log()


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with memlane_server("--no-auth") as first:
        port = first.url.rpartition(":")[2]
        with memlane_server("--no-auth", "--port", port, begun=False) as second:
            assert second.ended() == 1
            (said,) = second.log().splitlines()
            assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in said


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def workers(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stream_that_runs_is_finished_before_the_server_ends(workers: str, number: signal.Signals) -> None:
    with talking(LONG, "--workers", workers) as (server, pieces, told):
        server.tell(number)
        assert server.ended() == 0
        told.join()
        assert "event: reply" in pieces[-1]
        with pytest.raises(httpx2.TransportError):
            httpx2.get(server.url + "/health/live")


def test_after_its_grace_a_stream_is_cut_and_what_had_come_is_kept(workers: str) -> None:
    with talking(ENDLESS, "--workers", workers, MEMLANE_SERVER__STOP_GRACE="500ms") as (server, pieces, told):
        began = time.monotonic()
        server.tell()
        assert server.ended() == 0
        assert time.monotonic() - began < 20
        told.join()
        assert "event: reply" not in "".join(pieces)
        kept = stored(server)
    assert [message["role"] for message in kept] == ["user", "assistant"]
    assert kept[1]["content"].startswith("word0 word1")
    assert len(kept[1]["content"].split()) < 600


def test_a_second_signal_ends_it_at_once(workers: str) -> None:
    with talking(ENDLESS, "--workers", workers) as (server, _, told):
        began = time.monotonic()
        server.tell()
        time.sleep(0.4)
        server.tell()
        assert server.ended() == 0
        assert time.monotonic() - began < 20
        told.join()


def stored(server: MemlaneServer) -> list[dict[str, str]]:
    """Read the session from the file that the server left."""
    url = f"sqlite:///{server.home}/memlane/memlane.db"
    with memlane.connect(url, embedder="none", work="off") as memory:
        return [
            {"role": message.role, "content": str(message.content)}
            for message in memory.user("ann").session("s").messages()
        ]


class Talk(threading.Thread):
    """Reads a streamed reply."""

    def __init__(self, url: str, pieces: list[str]) -> None:
        super().__init__(daemon=True)
        self._url, self._pieces = url, pieces

    def run(self) -> None:
        asked = {"text": "Tell me.", "stream": True}
        try:
            with httpx2.stream("POST", self._url + CHAT, json=asked, timeout=30) as answer:
                self._pieces.extend(answer.iter_text())
        except httpx2.TransportError:
            self._pieces.append("broken off")


class talking:  # noqa: N801 -- used as a function
    """A server whose model is in the middle of a streamed reply."""

    def __init__(self, answer: Answer, *arguments: str, **settings: str) -> None:
        self._model = ModelServer(key=None)
        self._model.script.will(answer)
        self._arguments, self._settings = arguments, settings

    def __enter__(self) -> tuple[MemlaneServer, list[str], Talk]:
        self._model.__enter__()
        named = f"openai+{self._model.base_url}#m"
        self._serving = memlane_server("--no-auth", "--model", named, *self._arguments, **self._settings)
        server = self._serving.__enter__()
        pieces: list[str] = []
        talk = Talk(server.url, pieces)
        talk.start()
        wait_until(lambda: "event: piece" in "".join(pieces), "the reply has begun", _STARTED_S)
        return server, pieces, talk

    def __exit__(self, *exc: object) -> None:
        self._serving.__exit__(None, None, None)
        self._model.__exit__(None, None, None)


def test_a_client_that_vanishes_in_a_stream_frees_its_place() -> None:
    settings = {"MEMLANE_SERVER__STREAMS_AT_ONCE": "1"}
    with talking(ENDLESS, **settings) as (server, _, _), httpx2.Client(base_url=server.url) as client:
        assert client.post(CHAT, json={"text": "And me?"}).status_code == 429
    with ModelServer(key=None) as model:
        model.script.will(ENDLESS, Answer(text="Yes."))
        named = f"openai+{model.base_url}#m"
        with memlane_server("--no-auth", "--model", named, **settings) as server:
            with httpx2.stream("POST", server.url + CHAT, json={"text": "Tell me.", "stream": True}) as answer:
                next(answer.iter_text())
            wait_until(
                lambda: httpx2.post(server.url + CHAT, json={"text": "And me?"}).status_code == 200,
                "its place is free",
                20,
            )
            kept = httpx2.get(server.url + MESSAGES).json()["messages"]
            assert kept[1]["turn"]["stop"] == "cut"


@pytest.fixture
def counted(workers: str) -> Iterator[MemlaneServer]:
    with memlane_server("--no-auth", "--workers", workers) as server:
        yield server


def test_the_scrape_counts_what_all_workers_did(counted: MemlaneServer) -> None:
    for number in range(24):
        with httpx2.Client(base_url=counted.url) as client:
            assert client.post(f"/v1/users/u{number}/sessions/s/messages", json=HELLO).status_code == 201
            assert client.post(f"/v1/users/u{number}/recall", json={"query": "live"}).status_code == 200
    wait_until(lambda: answered(counted) == {"201": 24, "200": 24}, "all are counted")
    text = httpx2.get(counted.url + "/metrics").text
    found = numbers(text)
    route = 'route="/v1/users/{user}/sessions/{session}/messages"'
    assert found[f'memlane_requests_total{{method="POST",{route},status="201"}}'] == 24
    assert found[f"memlane_request_seconds_count{{{route}}}"] == 24
    assert found['memlane_operation_seconds_count{backend="sqlite",operation="sessions.append"}'] == 24
    assert found['memlane_operation_seconds_count{backend="",operation="recall"}'] == 24
    wait_until(lambda: scraped(counted)["memlane_cache_users"] == 24, "the caches of all workers are counted")
    assert re.search(r'memlane_build_info\{.*version="', text)
    assert "ann" not in text
    assert "u23" not in text


def scraped(server: MemlaneServer) -> dict[str, float]:
    return numbers(httpx2.get(server.url + "/metrics").text)


def answered(server: MemlaneServer) -> dict[str, float]:
    """Return how many POSTs are counted, by status; a request is counted once its last byte is out."""
    found: dict[str, float] = {}
    for name, value in scraped(server).items():
        if named := re.fullmatch(r'memlane_requests_total\{method="POST",.*status="(\d+)"\}', name):
            found[named[1]] = found.get(named[1], 0) + value
    return found


def test_a_worker_that_dies_is_replaced_and_its_counts_are_kept() -> None:
    with memlane_server("--no-auth", "--workers", "2") as server:
        assert httpx2.post(server.url + MESSAGES, json=HELLO).status_code == 201
        wait_until(lambda: answered(server) == {"201": 1}, "it is counted")
        for worker in workers_of(server):
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: is_alive(server), "it serves again", _STARTED_S)
        assert answered(server) == {"201": 1}
        assert httpx2.get(server.url + MESSAGES).json()["messages"][0]["content"] == "I live in Bergen."


def workers_of(server: MemlaneServer) -> list[int]:
    pid = server.process.pid
    children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [child for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]


def test_workers_whose_parent_was_killed_stop() -> None:
    with memlane_server("--no-auth", "--workers", "2") as server:
        left = workers_of(server)
        assert len(left) == 2
        server.tell(signal.SIGKILL)
        server.ended()
        wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in left), "they have ended", _STARTED_S)


def is_alive(server: MemlaneServer) -> bool:
    try:
        return httpx2.get(server.url + "/health/ready", timeout=2).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_log_holds_neither_texts_nor_ids_nor_keys(form: str) -> None:
    planted = "Xq7planted"
    with memlane_server("--no-auth", MEMLANE_SERVER__LOG_FORMAT=form) as server:
        secret = {"authorization": f"Bearer {planted}-key", "x-api-key": f"{planted}-key"}
        with httpx2.Client(base_url=server.url, headers=secret) as client:
            body = {"messages": [{"role": "user", "content": f"{planted} text"}]}
            client.post(f"/v1/users/{planted}-user/sessions/{planted}-s/messages?x={planted}", json=body)
            client.post(f"/v1/users/{planted}-user/sessions/{planted}-s/messages", json=body)
            client.post(f"/v1/users/{planted}-user/recall", json={"query": planted, planted: 1})
            client.post(f"/v1/users/{planted}/sessions/s/chat", json={"text": planted})
            client.post(f"/openai/v1/chat/completions?{planted}", json={"model": planted, "user": planted})
            client.post("/mcp", content=planted)
            client.get(f"/{planted}%0A%1b[31m")
        server.tell()
        assert server.ended() == 0
        log = server.log()
    assert planted not in log
    assert "\x1b" not in log
    lines = log.splitlines()
    assert sum("/v1/users/{user}/sessions/{session}/messages" in line for line in lines) == 2
    if form == "json":
        told = [json.loads(line) for line in lines if line.startswith("{")]
        assert {line["event"] for line in told} == {"request"}


def test_a_server_whose_redis_is_away_says_so_and_serves_again_when_it_is_back() -> None:
    with redis_server() as redis, memlane_server("--no-auth", "--store", redis.url) as server:
        assert httpx2.post(server.url + MESSAGES, json=HELLO).status_code == 201
        redis.kill()
        refused = httpx2.post(server.url + MESSAGES, json=HELLO, timeout=30)
        assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
        assert int(refused.headers["retry-after"]) >= 1
        ready = httpx2.get(server.url + "/health/ready", timeout=10)
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        assert ready.json()["checks"]["stores"] in {"store_unavailable", "timeout"}
        assert httpx2.get(server.url + "/health/live").status_code == 200
        redis.start()
        wait_until(lambda: is_alive(server), "it is ready again", 10)
        assert httpx2.post(server.url + MESSAGES, json=HELLO).status_code == 201


def test_a_server_begins_while_its_store_is_away() -> None:
    with memlane_server("--store", "redis://127.0.0.1:1") as server:
        ready = httpx2.get(server.url + "/health/ready", timeout=10)
        assert (ready.status_code, ready.json()["ready"]) == (503, False)


@pytest.fixture
def collector() -> Iterator[HTTPServer]:
    """Takes traces; `sent` is what came."""

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 -- as the base names it

    sent: list[bytes] = []
    with HTTPServer(("127.0.0.1", 0), Taking) as server:
        server.sent = sent  # pyright: ignore[reportAttributeAccessIssue]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_requests_are_traced_from_the_caller_to_the_store(collector: Any) -> None:
    settings = {
        "MEMLANE_SERVER__TRACES": "on",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
    }
    with memlane_server("--no-auth", **settings) as server:
        caller = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
        httpx2.post(server.url + MESSAGES, json=HELLO, headers=caller)
        server.tell()
        assert server.ended() == 0
    sent = b"".join(collector.sent)
    assert b"sessions.append" in sent
    assert bytes.fromhex("0af7651916cd43dd8448eb211c80319c") in sent
    assert b"Bergen" not in sent
    assert b"/ann" not in sent
