"""A long conversation chatted through with everything on, while workers are killed: what stays, and what it costs.

    python bench/long_chat.py [--data PATH] [--task locomo] [--messages 300] [--store URL] [--kills 10] [--no-model]

A conversation (made up, or one of a retrieval task) is said turn by turn to `session.chat`; a loopback server that
speaks OpenAI's protocol replies with the recorded replies and, to background work, as a careful model would. Meanwhile
processes of `memlane worker` do the work on the same store and are killed with SIGKILL at random moments; a last one
drains. Then it is checked that

- every message is stored once, in order, and recallable;
- the summary covers exactly what has left the window;
- every fact names messages that exist, and no fact is there twice; the session has one episode.

Each is a target of 100 %. Reported besides: how much of each prompt began as the one before it, and the tokens sent
beside those of sending the whole conversation each turn.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import memlane
from long_chat_model import MODEL, Recorded, prefix_shares
from made_up import Speech
from memlane.adapters.counters.estimate import EstimateCounter
from memlane.testing.model_server import Asked, ModelServer, Script
from report import Report, Table, Target, run_script
from retrieval_data import conversations

_SAMPLE = 40
_USER, _SESSION = "luke", "long"
_HOMES = [
    "Oslo",
    "Bergen",
    "Lund",
    "Hamar",
    "Turku",
    "Riga",
    "Ghent",
    "Porto",
    "Leeds",
    "Malaga",
    "Verona",
    "Nantes",
    "Cork",
    "Basel",
]
_PLAN = {"MEMLANE_WORK__QUIET": "1 s", "MEMLANE_WORK__COMPACT_AFTER_MESSAGES": "60"}


def measure(options: argparse.Namespace) -> Report:
    """Chat through the conversation, kill workers meanwhile, and check what stands."""
    turns = _turns(options)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = str(options.store) or f"sqlite:///{folder / 'chat.db'}"
        recorded = Recorded(dict(turns))
        server = stack.enter_context(ModelServer(key="none", model=MODEL, script=Script(recorded.reply)))
        model = "none" if options.no_model else f"openai+{server.base_url}#{MODEL}"
        workers = _Workers(url, model, int(options.kills), {**_PLAN, "MEMLANE_WORK__LEASE": str(options.lease)})
        stack.callback(workers.stop)
        plan = memlane.WorkPlan(in_process=False)
        memory = stack.enter_context(memlane.connect(url, model=model, embedder="hashing", work=plan))
        session = memory.user(_USER).session(_SESSION)
        session.instruct("You are an old friend. Answer briefly.")
        for text, _ in turns:
            session.chat(text)
            workers.maybe_kill()
        workers.drain()
        asked = [asked for asked in server.asked if asked.schema is None]
        return _report(options, turns, memory, asked, workers.killed)


class _Workers:
    """Processes of `memlane worker`, one at a time, killed at random moments and begun anew."""

    def __init__(self, url: str, model: str, kills: int, settings: dict[str, str]) -> None:
        self._environment = {**os.environ, **settings}
        command = Path(sys.executable).parent / "memlane"
        self._command = [str(command), "worker", "--store", url, "--model", model, "--embedder", "hashing"]
        self._left = kills
        self._random = random.Random(7)
        self._running: subprocess.Popen[bytes] | None = None
        self.killed = 0

    def maybe_kill(self) -> None:
        """See that a worker runs; kill it now and then, wherever it is."""
        if self._running is None:
            self._running = self._start()
        elif self.killed < self._left and self._random.random() < 0.2:
            time.sleep(self._random.random())
            self._running.send_signal(signal.SIGKILL)
            self._running.wait()
            self.killed += 1
            self._running = None

    def drain(self) -> None:
        """Kill what runs and let another worker finish everything."""
        self.stop()
        subprocess.run([*self._command, "--drain"], check=True, env=self._environment)

    def stop(self) -> None:
        """Kill what runs."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, env=self._environment, stderr=subprocess.DEVNULL)


def _turns(options: argparse.Namespace) -> list[tuple[str, str]]:
    """Return what is said and what is replied, `--messages` messages in all."""
    count = int(options.messages) // 2
    if options.data:
        return _recorded(next(conversations(Path(options.data), str(options.task))), count)
    speech = Speech(11)
    return [
        (f"I live in {_HOMES[number // 12 % len(_HOMES)]}." if number % 12 == 0 else speech.text(120), speech.text(200))
        for number in range(count)
    ]


def _recorded(conversation: dict[str, Any], count: int) -> list[tuple[str, str]]:
    """Return the turns of a recorded conversation; what one speaker said in a row is one message."""
    said = [message for session in conversation["sessions"] for message in session["messages"]]
    runs: list[tuple[str, str]] = []
    for message in said:
        role = "user" if message.get("name", message["role"]) == said[0].get("name", said[0]["role"]) else "assistant"
        if runs and runs[-1][0] == role:
            runs[-1] = (role, f"{runs[-1][1]}\n{message['content']}")
        else:
            runs.append((role, message["content"]))
    pairs = [(runs[at][1], runs[at + 1][1]) for at in range(0, len(runs) - 1, 2)]
    return pairs[:count]


def _report(
    options: argparse.Namespace,
    turns: Sequence[tuple[str, str]],
    memory: memlane.Memlane,
    asked: Sequence[Asked],
    killed: int,
) -> Report:
    user = memory.user(_USER)
    session = user.session(_SESSION)
    messages = session.messages()
    checks = {
        "messages stored once, in order": _in_order(messages, turns, has_model=not options.no_model),
        "messages found by recall, of a sample": _found(user, messages),
        "summary and window together are the conversation": _covered(session, messages),
        "facts whose sources exist": _sourced(user, messages),
        "facts and episodes that are there once": _once(user),
    }
    return Report(
        title=f"A long conversation, {'without a model' if options.no_model else 'with a model'}",
        about=f"{len(messages)} messages ({'recorded' if options.data else 'made up'}) by `session.chat`, workers "
        f"killed {killed} times with SIGKILL meanwhile, then drained; "
        f"{str(options.store).partition(':')[0] or 'sqlite'}.",
        tables=[] if options.no_model else [_cost(turns, asked)],
        targets=[Target(name, share * 100, 100, "%", at_least=True) for name, share in checks.items()],
    )


def _in_order(messages: Sequence[memlane.Message], turns: Sequence[tuple[str, str]], *, has_model: bool) -> float:
    said = [message.content for message in messages if message.role == "user"]
    replied = [message.content for message in messages if message.role == "assistant"]
    expected = [text for text, _ in turns]
    right = said == expected and [message.role for message in messages] == ["user", "assistant"] * len(turns)
    return float(right and (not has_model or replied == [reply for _, reply in turns]))


def _found(user: memlane.User, messages: Sequence[memlane.Message]) -> float:
    remembered = {memory.message_ids[0] for memory in user.memories(kinds={"message"})}
    sample = random.Random(3).sample([message for message in messages if message.id in remembered], _SAMPLE)
    hits = 0
    for message in sample:
        found = user.recall(str(message.content), limit=10, kinds={"message"})
        hits += any(one.memory.text == message.content for one in found)
    return hits / len(sample)


def _covered(session: memlane.Session, messages: Sequence[memlane.Message]) -> float:
    summary = session.summary()
    window = [message.id for message in session.context(recall=0).messages]
    covered = summary.message_ids if summary else []
    return float(bool(covered) and covered + window == [message.id for message in messages])


def _sourced(user: memlane.User, messages: Sequence[memlane.Message]) -> float:
    said = {message.id for message in messages if message.role == "user"}
    facts = user.memories(kinds={"fact", "preference"})
    sources = [{*fact.message_ids, *(mention.message_id for mention in fact.mentions)} for fact in facts]
    return sum(bool(found) and found <= said for found in sources) / len(sources) if sources else 0.0


def _once(user: memlane.User) -> float:
    facts = user.memories(kinds={"fact", "preference"})
    same = Counter((fact.subject, fact.attribute, (fact.value or "").casefold(), fact.valid_from) for fact in facts)
    return float(max(same.values(), default=0) == 1 and len(user.memories(kinds={"episode"})) == 1)


def _cost(turns: Sequence[tuple[str, str]], asked: Sequence[Asked]) -> Table:
    count = EstimateCounter().count
    whole = sent = 0
    log = 0
    for (text, reply), prompt in zip(turns, asked, strict=False):
        log += count(text)
        whole += log
        log += count(reply)
        sent += count(prompt.system) + sum(count(str(said["content"])) for said in prompt.messages)
    same = prefix_shares(asked)
    rows = [
        ["tokens sent, all turns", f"{sent:,}"],
        ["tokens of sending the whole conversation each turn", f"{whole:,}"],
        ["sent, of that", f"{sent / whole:.1%}"],
        ["of what was sent, begins as the prompt before", f"{same:.1%}"],
    ]
    return Table("Cost of the turns, by the estimate", ["", ""], rows)


if __name__ == "__main__":
    run_script(
        str(__doc__),
        ["data=", "task=locomo", "messages=300", "store=", "kills=10", "lease=60 s", "no-model=flag"],
        measure,
    )
