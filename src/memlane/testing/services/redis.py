"""One Redis or Valkey server.

Owns starting it and speaking to it through the side door (the bare, blocking redis-py). Must not know Memlane's keys.
"""

import contextlib
import signal
import socket
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, cast

from memlane.testing.services.binaries import server_binary
from memlane.testing.services.processes import Process, free_port, new_folder, remove_folder


class Pause:
    """The outage of a server that holds its connections but does not answer (`memlane.testing.backends.Outage`)."""

    def __init__(self, server: "RedisServer") -> None:
        self._server = server

    async def begin(self) -> None:
        """Make the server stop answering."""
        self._server.pause()

    async def end(self) -> None:
        """Make it answer again."""
        self._server.resume()


class RedisServer:
    """A server on the loopback address with a folder of its own; keeps nothing on disk unless told to.

    Attributes:
        host: Where it listens.
        port: The port it listens on.
        url: How Memlane reaches it.
        outage: Takes it down and brings it back.
    """

    def __init__(self, binary: Path, *, options: Sequence[str] = (), sentinel_config: str | None = None) -> None:
        self.host, self.port = "127.0.0.1", free_port()
        self.url = f"redis://{self.host}:{self.port}"
        self.outage = Pause(self)
        self.folder = new_folder()
        listen = ["--bind", self.host, "--port", str(self.port), "--dir", str(self.folder)]
        usual = ["--save", "", "--repl-diskless-sync-delay", "0"]
        if sentinel_config is not None:
            (self.folder / "sentinel.conf").write_text(sentinel_config)
            usual = []
        config = [] if sentinel_config is None else [str(self.folder / "sentinel.conf"), "--sentinel"]
        self._process = Process([str(binary), *config, *listen, *usual, *options], self.folder, f"redis-{self.port}")

    def start(self) -> None:
        """Start it, with what its folder holds of an earlier run, and wait until it answers."""
        self._process.start(self._answers)

    def kill(self) -> None:
        """Kill it as a power failure would."""
        self._process.kill()

    def pause(self) -> None:
        """Let it hold its connections but answer nothing."""
        self._process.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it answer again."""
        self._process.signal(signal.SIGCONT)

    def remove(self) -> None:
        """Kill it and remove its folder."""
        self._process.remove()
        remove_folder(self.folder)

    def client(self) -> Any:
        """Return the bare, blocking client of redis-py: the side door. Close it after use."""
        from redis import Redis  # noqa: PLC0415 -- drivers load on use

        return Redis(host=self.host, port=self.port)

    def ask(self, *command: str | int) -> Any:
        """Return what it answers to one command."""
        with contextlib.closing(self.client()) as client:
            return client.execute_command(*command)

    def info(self, section: str) -> dict[str, Any]:
        """Return one section of what it says of itself."""
        return cast("dict[str, Any]", self.ask("INFO", section))

    def flush(self) -> None:
        """Empty it."""
        self.ask("FLUSHALL")

    async def dump(self) -> bytes:
        """Return every key and value, each by its plain bytes."""
        with contextlib.closing(self.client()) as client:
            return b"\n".join(part for key in client.scan_iter(count=1_000) for part in (key, *_bytes_of(client, key)))

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith((b"+PONG", b"-NOAUTH"))
        return False


@contextlib.contextmanager
def redis_server(
    kind: str = "redis", *, appendonly: bool = False, options: Sequence[str] = ()
) -> Generator[RedisServer]:
    """Yield a running server.

    Args:
        kind: One of `KINDS`.
        appendonly: Write every change to disk before it is acknowledged.
        options: More arguments of the server.
    """
    log = ["--appendonly", "yes", "--appendfsync", "always"] if appendonly else []
    with started([RedisServer(server_binary(kind), options=[*log, *options])]) as (server,):
        yield server


@contextlib.contextmanager
def started(servers: list[RedisServer]) -> Generator[list[RedisServer]]:
    """Yield servers once they answer; whatever happens, none is left behind."""
    try:
        for server in servers:
            server.start()
        yield servers
    finally:
        for server in servers:
            server.resume()
            server.remove()


def _bytes_of(client: Any, key: bytes) -> list[bytes]:
    """Return the value of a key; nothing when it has just expired."""
    match client.type(key):
        case b"string":
            return [client.get(key) or b""]
        case b"list":
            return client.lrange(key, 0, -1)
        case b"hash":
            return [part for pair in client.hgetall(key).items() for part in pair]
        case b"zset":
            return client.zrange(key, 0, -1)
        case b"TSDB-TYPE":
            return [b"%r" % sample for sample in client.execute_command("TS.RANGE", key, "-", "+")]
        case b"none":
            return []
        case other:
            raise AssertionError(f"a key of an unexpected type: {other!r}")
