"""Clients that talk to a server all at once, with Locust; `load.py` runs this in an environment of its own.

Each client is one user with one session: it adds a turn of two messages, asks for a context, and does so again at its
pace. What it sent and what was acknowledged is written down, so that the server can be held to it afterwards.
"""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402 -- after the patch
import json  # noqa: E402
import random  # noqa: E402
from itertools import count  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
from locust import FastHttpUser, constant_pacing, constant_throughput, task  # noqa: E402
from locust.env import Environment  # noqa: E402

_WORDS = Path(__file__).with_name("made_up.py").read_text(encoding="utf-8").split()
_NUMBERS = count()
_STOP_SECONDS = 20


class Talker(FastHttpUser):
    """One user of the server under load, in one session."""

    abstract = True
    headers: dict[str, str] = {}  # noqa: RUF012 -- set once, before any client starts
    sent: list[dict[str, Any]] = []  # noqa: RUF012 -- all clients write to one list
    recall = 5
    connection_timeout = network_timeout = 60.0

    def on_start(self) -> None:
        """Choose a name."""
        self.name = f"load-{next(_NUMBERS)}"
        self.path = f"/v1/users/{self.name}/sessions/talk"
        self.said = 0
        self.random = random.Random(self.name)

    @task
    def turn(self) -> None:
        """Add two messages, and ask for a context."""
        ids = [f"{self.name}-{self.said}", f"{self.name}-{self.said + 1}"]
        self.said += 2
        roles = zip(("user", "assistant"), ids, strict=True)
        messages = [{"role": role, "content": self._text(), "id": name} for role, name in roles]
        added = self._post("add", f"{self.path}/messages", {"messages": messages})
        self.sent.append({"user": self.name, "ids": ids, "acknowledged": added})
        self._post("context", f"{self.path}/context", {"max_tokens": 1_000, "recall": self.recall})

    def _text(self) -> str:
        return " ".join(self.random.choices(_WORDS, k=25))

    def _post(self, name: str, path: str, body: dict[str, Any]) -> bool:
        with self.client.post(path, json=body, headers=self.headers, name=name, catch_response=True) as response:
            if response.status_code not in (200, 201):
                response.failure(f"{response.status_code} {(response.text or '')[:200]}")
                return False
            return True


class AgentMemoryTalker(Talker):
    """The same on agent-memory-server: its client appends by writing the whole session, and reads it back."""

    abstract = True

    def on_start(self) -> None:
        """Choose a name; nothing has been said."""
        super().on_start()
        self.path = f"/v1/working-memory/{self.name}"
        self.messages: list[dict[str, str]] = []

    @task
    def turn(self) -> None:
        """Write the session with two messages more, and read it."""
        ids = [f"{self.name}-{self.said}", f"{self.name}-{self.said + 1}"]
        self.said += 2
        roles = zip(("user", "assistant"), ids, strict=True)
        self.messages += [{"role": role, "content": self._text(), "id": name} for role, name in roles]
        body = {"messages": self.messages, "user_id": self.name}
        with self.client.put(self.path, json=body, name="add", catch_response=True) as response:
            added = response.status_code == 200
            response.success() if added else response.failure(str(response.status_code))
        self.sent.append({"user": self.name, "ids": ids, "acknowledged": added})
        self.client.get(f"{self.path}?user_id={self.name}", name="context")


def main() -> None:
    """Run the clients for a time; write what they sent and what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pace", type=float, default=1.0, help="seconds from turn to turn of a client; 0: none")
    parser.add_argument("--key", default="")
    parser.add_argument("--recall", type=int, default=5, help="memories a context may quote; 0: no recall")
    parser.add_argument("--shape", choices=("memlane", "agent-memory-server"), default="memlane")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    Talker.wait_time = constant_pacing(options.pace) if options.pace else constant_throughput(1_000)
    Talker.host, Talker.recall = options.host, options.recall
    if options.key:
        Talker.headers = {"Authorization": f"Bearer {options.key}"}
    talker = Talker if options.shape == "memlane" else AgentMemoryTalker
    talker.abstract = False
    environment = Environment(user_classes=[talker], stop_timeout=_STOP_SECONDS)
    runner = environment.create_local_runner()
    runner.start(options.users, spawn_rate=options.users / 4)
    gevent.sleep(4)  # until all of them have come
    environment.stats.reset_all()
    gevent.sleep(options.seconds)
    requests = {name: _figures(entry) for (name, _), entry in environment.stats.entries.items()}
    runner.quit()
    errors = [f"{error.name}: {error.error} ({error.occurrences})" for error in environment.stats.errors.values()]
    found = {"requests": requests, "errors": errors, "sent": Talker.sent, "seconds": options.seconds}
    options.out.write_text(json.dumps(found), encoding="utf-8")


def _figures(stats: Any) -> dict[str, float]:
    percentiles = {f"p{percent}_ms": stats.get_response_time_percentile(percent / 100) for percent in (50, 95, 99)}
    return {"requests": stats.num_requests, "failures": stats.num_failures, **percentiles}


if __name__ == "__main__":
    main()
