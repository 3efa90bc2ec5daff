"""`memlane up` and `memlane web` as processes: begun, asked, stopped, killed."""

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

import memlane
from memlane.testing.services.memlane_server import MemlaneServer, memlane_server
from memlane.testing.services.processes import wait_until
from memlane.testing.services.web_app import WebProcess, web_process

ROOT = Path(__file__).parents[2]
UP = ("up", "--port", "0", "--no-browser")
WEB = ("web", "--port", "0", "--no-browser")
GONE_S = 30.0


@pytest.fixture(scope="module")
def up() -> Iterator[WebProcess]:
    with web_process(*UP) as running:
        yield running


def get(url: str, key: str = "") -> tuple[int, str]:
    request = Request(url, headers={"authorization": f"Bearer {key}"} if key else {})  # noqa: S310 -- loopback
    try:
        with urlopen(request, timeout=20) as answer:  # noqa: S310 -- likewise
            return answer.status, answer.read().decode()
    except HTTPError as exc:
        return exc.code, exc.read().decode()


def all_children(pid: int) -> list[int]:
    """Return the children of all threads of a process."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(word) for task in found for word in task.read_text().split()]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def key_of(pid: int) -> str:
    """Return the key in the environment of the app's process."""
    variables = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    (key,) = [text.partition("=")[2] for text in variables if text.startswith("MEMLANE_STORE__API_KEY=")]
    return key


def test_app_and_server_answer_at_the_addresses_it_prints(up: WebProcess) -> None:
    assert up.printed().splitlines() == [f"Memlane: {up.url}", f"Its server: {up.server_url}"]
    assert "<title>" in get(up.url)[1]
    assert get(f"{up.server_url}/health/ready")[0] == 200


def test_nobody_but_the_app_is_let_in_by_the_server(up: WebProcess) -> None:
    (app,) = all_children(up.process.pid)
    key = key_of(app)
    assert get(f"{up.server_url}/v1/users")[0] == 401
    assert get(f"{up.server_url}/v1/users", "ml_" + "a" * 16 + "_" + "A" * 43)[0] == 401
    assert get(f"{up.server_url}/v1/users", key)[0] == 200
    with memlane.connect(up.server_url, api_key=key) as memory:
        memory.user("ann").session("s").add("user", "I live in Bergen.")
        assert memory.user("ann").recall("Bergen")[0].memory.text == "I live in Bergen."
        memory.user("ann").erase()


def test_its_key_is_on_no_command_line_in_no_log_and_in_no_file(up: WebProcess) -> None:
    (app,) = all_children(up.process.pid)
    key = key_of(app)
    assert re.fullmatch(r"ml_[a-z2-7]{16}_[A-Za-z0-9_-]{43}", key)
    for pid in (up.process.pid, app):
        assert key.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    files = [path for path in up.home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    assert not [path for path in files if key.encode() in path.read_bytes()]


def test_the_app_allows_no_other_origin_and_answers_to_no_other_name(up: WebProcess) -> None:
    with urlopen(up.url, timeout=20) as answer:  # noqa: S310 -- loopback
        policy = answer.headers["content-security-policy"]
    assert "connect-src 'self';" in policy
    assert "img-src 'self' data: blob:;" in policy
    assert "http" not in policy.replace("https://www.w3.org", "")
    assert websocket_status(up.url, "127.0.0.1") == 101
    assert websocket_status(up.url, "memory.example.com") == 403


def websocket_status(url: str, host: str) -> int:
    port = int(url.rpartition(":")[2])
    lines = (
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}:{port}",
        f"Origin: http://{host}:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol: streamlit",
    )
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(connection.recv(4096).split()[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_both(number: signal.Signals) -> None:
    with web_process(*UP) as running:
        left = all_children(running.process.pid)
        assert left
        running.tell(number)
        assert running.ended() == 0
        assert all(map(is_gone, left))
        assert running.errors().splitlines() == ["Ctrl-C stops both"]


def test_an_app_that_dies_ends_the_server_too_and_it_says_why() -> None:
    with web_process(*UP) as running:
        (app,) = all_children(running.process.pid)
        os.kill(app, signal.SIGKILL)
        assert running.ended() == 1
        assert "the web app ended by itself, with -9" in running.errors().splitlines()[-1]
        with pytest.raises(OSError, match="refused"):
            get(f"{running.server_url}/health/live")


@pytest.mark.parametrize("command", [UP, WEB])
def test_a_launcher_that_is_killed_leaves_nothing(command: tuple[str, ...]) -> None:
    with web_process(*command) as running:
        left = all_children(running.process.pid)
        assert left
        running.tell(signal.SIGKILL)
        running.ended()
        wait_until(lambda: all(map(is_gone, left)), "they have ended", GONE_S)


@pytest.mark.parametrize("command", ["up", "web"])
def test_a_port_that_is_taken_is_said_in_one_line(command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with web_process(command, "--port", port, begun=False) as running:
            assert running.ended() == 1
            (said,) = running.errors().splitlines()
            assert f"cannot listen on 127.0.0.1:{port}: Address already in use; choose another with --port" in said


def test_the_servers_port_is_that_of_the_settings() -> None:
    with web_process(*UP, MEMLANE_SERVER__PORT="0", MEMLANE_SERVER__LOG_FORMAT="text") as running:
        get(f"{running.server_url}/v1/users")
        wait_until(lambda: "GET /v1/users 401" in running.errors(), "the request is logged")


def test_up_serves_no_other_server() -> None:
    with web_process(*UP, "--store", "http://127.0.0.1:1", begun=False) as running:
        assert running.ended() == 2
        assert "memlane web --server" in running.errors()


@pytest.fixture(scope="module")
def server() -> Iterator[MemlaneServer]:
    with memlane_server() as running:
        yield running


def made_key(server: MemlaneServer) -> str:
    home = {name: str(server.home) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    command = [str(Path(sys.executable).parent / "memlane"), "keys", "create", "--tenant", "default"]
    done = subprocess.run(command, env=os.environ | home, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def test_the_app_works_on_a_server_with_a_key(server: MemlaneServer) -> None:
    with web_process(*WEB, "--server", server.url, MEMLANE_STORE__API_KEY=made_key(server)) as running:
        assert "<title>" in get(running.url)[1]
        running.tell(signal.SIGINT)
        assert running.ended() == 0


@pytest.mark.parametrize(("key", "what"), [("", "asks for a key"), ("ml_wrong", "does not accept the key")])
def test_a_key_that_is_not_let_in_says_what_to_do(server: MemlaneServer, key: str, what: str) -> None:
    with web_process(*WEB, "--server", server.url, begun=False, MEMLANE_STORE__API_KEY=key) as running:
        assert running.ended() == 1
        (said,) = running.errors().splitlines()
        assert what in said
        assert "memlane keys create" in said
        assert "MEMLANE_STORE__API_KEY" in said


def test_a_server_that_is_away_is_waited_for_by_the_pages() -> None:
    with web_process(*WEB, "--server", "http://127.0.0.1:1") as running:
        assert "the pages will say so until it answers" in running.errors()
        assert "<title>" in get(running.url)[1]


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., tuple[list[str], dict[str, str]]]:
    """Return the command of a make target and its environment, in an empty home."""

    def command(*arguments: str, **settings: str) -> tuple[list[str], dict[str, str]]:
        places = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MEMLANE_", "MAKE"))}
        given = ["make", "-s", "-C", str(ROOT), "-o", "setup", f"BIN={Path(sys.executable).parent}", *arguments]
        shown = {"MEMLANE_EMBEDDER__NAME": "hashing", "TERM": "xterm", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
        return given, {**kept, **places, **shown, **settings}

    return command


def test_make_run_with_piped_input_is_a_chat(make: Callable[..., tuple[list[str], dict[str, str]]]) -> None:
    command, environment = make("run")
    done = subprocess.run(
        command, env=environment, input="Hello there.\n", capture_output=True, text=True, timeout=100, check=False
    )
    assert (done.returncode, "from memory; no chat model" in done.stdout) == (0, True)


def test_make_run_at_a_terminal_opens_the_app(make: Callable[..., tuple[list[str], dict[str, str]]]) -> None:
    command, environment = make("run", MEMLANE_WEB__PORT="0")
    controller, terminal = pty.openpty()
    running = subprocess.Popen(
        command, env=environment, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    )
    os.close(terminal)
    try:
        said = read_until(controller, "Ctrl-C stops both")
        found = re.search(r"Memlane: (http://\S+)", said)
        assert found is not None
        assert "<title>" in get(found[1])[1]
        os.killpg(running.pid, signal.SIGINT)  # as Ctrl-C does
        running.wait(60)
        with pytest.raises(OSError, match="refused"):
            get(found[1])
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
        os.close(controller)


def read_until(terminal: int, wanted: str, seconds: float = 120.0) -> str:
    until, said = time.monotonic() + seconds, ""
    while wanted not in said:
        assert time.monotonic() < until, said
        if select.select([terminal], [], [], 0.2)[0]:
            said += os.read(terminal, 4096).decode(errors="replace")
    return said
