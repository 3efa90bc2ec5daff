"""What the memory proxy adds to a call of a provider: the way through it, recognising, recalling, storing.

Client, proxy and a pretended provider are three processes on loopback. The same call goes to the provider directly,
through the proxy without a user (the way alone), and with memory: once with the newest message only, as a client sends
whose history is kept elsewhere, and once with the whole history, as most clients do.
"""

import argparse
import asyncio
import contextlib
import http.client
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvloop

import memlane
from made_up import RandomEmbedder, Speech
from measure import Block, Timing, interleaved, plain_calls
from memlane.access.credential import OpenGate
from memlane.access.scope import note_credential
from memlane.engine.verbatim import memory_row
from memlane.protocols.observer import NoObserver
from memlane.proxy.app import make_proxy
from memlane.recall.text import RECIPE
from memlane.types.ids import Partition
from memlane.wiring.backends import open_backend
from memlane.wiring.settings import ProxySettings
from recall_parts import memory
from report import RESULTS, SERVICES, Report, Table, Target, circumstances, enter, ms, run_script, versions

_PARTITION = Partition("default", "luke")
_SESSION = "long"
_MESSAGES = 1_000
_MEMORIES = 10_000
_AT_ONCE = 1_000
_LIMIT_MS = 5.0
_PATH = "/chat/completions"
_READY = ("on", "off; no user")
_BLINK_S = 0.2
_DIRECT, _WAY, _NEWEST, _WHOLE = "directly", "through the proxy, no user", "newest message only", "whole history"


class _Client:
    """Makes calls over one connection that is kept open."""

    def __init__(self, base: str, *, user: bool) -> None:
        address, _, self._prefix = base.removeprefix("http://").partition("/")
        self._connection = http.client.HTTPConnection(address)
        named = {"X-Memlane-User": _PARTITION.user, "X-Memlane-Session": _SESSION} if user else {}
        self._headers = {"Content-Type": "application/json", "Authorization": "Bearer sk-loopback", **named}

    def open(self) -> None:
        """Ask until the memories have been read into the proxy's process."""
        while self._asked(_user("Ready?"))[0] not in _READY:
            time.sleep(_BLINK_S)

    def call(self, messages: list[dict[str, str]]) -> str:
        """Ask and return the answer."""
        state, said = self._asked(messages)
        if state not in _READY:
            raise RuntimeError(state)
        return said

    def _asked(self, messages: list[dict[str, str]]) -> tuple[str, str]:
        """Ask; return what became of memory, and the answer."""
        body = json.dumps({"model": "m", "messages": messages})
        self._connection.request("POST", f"/{self._prefix}{_PATH}", body, self._headers)
        with self._connection.getresponse() as answer:
            content: Any = json.loads(answer.read())
            state = answer.headers.get("X-Memlane-Memory", "on")
        return state, content["choices"][0]["message"]["content"]


def measure(options: argparse.Namespace) -> Report:
    """Fill a store, start provider and proxy, and call both in turns."""
    start = time.monotonic()
    SERVICES.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=SERVICES)))
        stores = {"SQLite": f"sqlite:///{folder / 'm.db'}", "Redis": _redis(stack)}
        script = folder / "script.py"
        script.write_text("def reply(asked):\n    return 'Noted.'\n")
        model = [sys.executable, "-m", "memlane.testing.model_server", "--script", str(script)]
        provider = f"{_started(stack, model)}/v1"
        found = {name: _measured(stack, url, provider, options) for name, url in stores.items()}
    report = _report(found)
    report.remarks.append(circumstances("python bench/proxy_overhead.py"))
    report.seconds = time.monotonic() - start
    if options.enter:
        enter(RESULTS, [report])
    return report


def _redis(stack: contextlib.ExitStack) -> str:
    from memlane.testing.services.redis import redis_server  # noqa: PLC0415 -- the served process needs none

    return stack.enter_context(redis_server()).url


def _started(stack: contextlib.ExitStack, command: list[str]) -> str:
    """Start a process that serves until it is told to stop, and return the address that it writes first."""
    process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    stack.callback(process.terminate)
    assert process.stdout is not None  # noqa: S101 -- it was asked for
    return process.stdout.readline().strip()


def _measured(stack: contextlib.ExitStack, url: str, provider: str, options: argparse.Namespace) -> dict[str, Timing]:
    history = asyncio.run(_fill(url))
    proxy = _started(stack, [sys.executable, __file__, "--serve", url, provider]) + "/openai/v1"
    speech, pause_s = Speech(3), float(options.pause)
    questions = (speech.question() for _ in itertools.count())
    direct, way, with_memory = _Client(provider, user=False), _Client(proxy, user=False), _Client(proxy, user=True)
    with_memory.open()
    cases = {
        _DIRECT: _after(pause_s, lambda: direct.call(_user(next(questions)))),
        f"{_DIRECT}, {_WHOLE}": _after(pause_s, lambda: direct.call([*history, *_user(next(questions))])),
        _WAY: _after(pause_s, lambda: way.call(_user(next(questions)))),
        f"{_WAY}, {_WHOLE}": _after(pause_s, lambda: way.call([*history, *_user(next(questions))])),
        _NEWEST: _after(pause_s, _talking(with_memory, questions, history, whole=False)),
        _WHOLE: _after(pause_s, _talking(with_memory, questions, history, whole=True)),
    }
    return interleaved(cases, rounds=int(options.rounds), calls=int(options.calls))


def _after(pause_s: float, act: Callable[[], object]) -> Block:
    """Return the block of a call with a pause before it, which is not counted."""
    timed = plain_calls(act)

    def block(calls: int) -> list[float]:
        taken: list[float] = []
        for _ in range(calls):
            time.sleep(pause_s)
            taken += timed(1)
        return taken

    return block


def _talking(
    client: _Client, questions: Iterator[str], history: list[dict[str, str]], *, whole: bool
) -> Callable[[], None]:
    """Return what takes one more turn of the conversation, which goes on and on."""

    def turn() -> None:
        asked = _user(next(questions))
        answer = client.call([*history, *asked] if whole else asked)
        history.extend([*asked, {"role": "assistant", "content": answer}])

    return turn


def _user(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


async def _fill(url: str) -> list[dict[str, str]]:
    """Store memories with vectors and the session; return its messages as a client would send them."""
    backend, speech, embedder = open_backend(url), Speech(1), RandomEmbedder()
    store = backend.memories()
    now_ms = time.time_ns() // 1_000_000
    try:
        for begun in range(0, _MEMORIES - _MESSAGES, _AT_ONCE):
            memories = [memory(number, speech.text()) for number in range(begun, begun + _AT_ONCE)]
            await store.put(_PARTITION, [memory_row(one) for one in memories], now_ms=now_ms)
            halves = embedder.vectors(len(memories)).astype("<f2")
            vectors = {one.id: halves[row].tobytes() for row, one in enumerate(memories)}
            await store.put_vectors(_PARTITION, f"{embedder.identity}+{RECIPE}", vectors, now_ms=now_ms)
    finally:
        await store.aclose()
        await backend.aclose()
    roles = itertools.cycle(("user", "assistant"))
    said = [{"role": next(roles), "content": speech.text()} for _ in range(_MESSAGES)]
    async with memlane.connect_async(url, embedder=RandomEmbedder(), work="off") as opened:
        user = opened.user(_PARTITION.user)
        await user.session(_SESSION).add_many(said)
        await user.recall("once")
    return said


async def _serve(url: str, provider: str) -> None:
    """Serve the proxy until told to stop, with an embedder that costs nothing; write the address first."""
    import uvicorn  # noqa: PLC0415 -- only here

    credential = await OpenGate().admit(None)
    async with memlane.connect_async(url, embedder=RandomEmbedder(), work="off") as opened:
        proxy = make_proxy(opened, ProxySettings(openai_url=provider), _NoMeter(), NoObserver())

        async def app(scope: Any, receive: Any, send: Any) -> None:
            note_credential(scope, credential)
            await proxy.apps["openai"](scope, receive, send)

        class Server(uvicorn.Server):
            async def startup(self, sockets: Any = None) -> None:
                await super().startup(sockets)
                print(f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}", flush=True)

        config = uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws="none", timeout_keep_alive=600)
        await Server(config).serve()
        await proxy.aclose()


class _NoMeter:
    """Lets everybody spend."""

    async def request(self, credential: object) -> None:
        """Count nothing."""

    async def spent(self, credential: object, tokens: int) -> None:
        """Count nothing."""


def _report(found: dict[str, dict[str, Timing]]) -> Report:
    rows: list[list[str]] = []
    targets: list[Target] = []
    for store, cases in found.items():
        for name in (_WAY, _NEWEST, f"{_WAY}, {_WHOLE}", _WHOLE):
            beside = cases[f"{_DIRECT}, {_WHOLE}" if _WHOLE in name else _DIRECT]
            added, case = cases[name].beyond_ms(beside), cases[name]
            rows.append([f"{store}: {name}", ms(beside.p50_ms), ms(case.p50_ms), ms(case.p95_ms), ms(added)])
            if name in (_NEWEST, _WHOLE):
                targets.append(Target(f"added by the proxy, {store}, {name}, p50", added, _LIMIT_MS, "ms"))
    header = ["call", "directly p50 ms", "p50 ms", "p95 ms", "added p50 ms"]
    return Report(
        title="The memory proxy",
        about=f"OpenAI chat completions, not streamed, by a plain client over one connection, a call at a time, to a "
        f"pretended provider; {_MEMORIES:,} memories, {_MESSAGES:,} of them the messages of the session, which grows "
        "by two with each call. Every question is new; the embedder gives random vectors at no cost, so that embedding "
        "the question is not in the figures. Before each call there is a pause, as between the turns of a "
        "conversation, in which what was just said is embedded. Added: the median over rounds of the difference to "
        "the same call made directly.",
        tables=[Table("One call", header, rows)],
        targets=targets,
        versions=versions("uvicorn", "uvloop", "httptools", "httpx2"),
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run(_serve(sys.argv[2], sys.argv[3]))
    else:
        options = ["rounds=5", "calls=10", "pause=0.8", "enter=flag"]
        run_script("Measure what the memory proxy adds to a call.", options, measure)
