"""The installed command, as a process: through pipes, at a terminal, killed, and without its packages."""

import contextlib
import json
import os
import pty
import select
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import memlane
from memlane.testing.services import redis_server

MEMLANE = str(Path(sys.executable).parent / "memlane")
SECONDS = 60
SESSIONS, EACH = 600, 3

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """The environment of a user whose home is empty."""
    places = ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    return {
        **{place: str(tmp_path / place.lower()) for place in places},
        "PATH": os.environ["PATH"],
        "MEMLANE_EMBEDDER__NAME": "hashing",
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "TERM": "xterm",
    }


@pytest.fixture
def command(surroundings: dict[str, str], tmp_path: Path) -> Command:
    def run(*arguments: str, stdin: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [MEMLANE, *arguments],
            input=stdin,
            env=surroundings | environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    return run


def test_what_was_said_is_quoted_by_another_process(command: Command) -> None:
    first = command("chat", "--user", "luke", stdin="I'm vegetarian and I land in Oslo on Friday.\n")
    assert (first.returncode, "I have nothing on that" in first.stdout) == (0, True)
    second = command("chat", "--user", "luke", stdin="What did I say about Oslo?\n")
    assert (second.returncode, "Traceback" in second.stderr) == (0, False)
    assert "you said in session" in second.stdout
    assert "“I'm vegetarian and I land in Oslo on Friday.”" in second.stdout


def test_the_file_of_the_embedded_store_is_its_owners_only(command: Command, tmp_path: Path) -> None:
    command("remember", "x", "--user", "luke")
    file = tmp_path / "xdg_data_home" / "memlane" / "memlane.db"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["memories", "--user", "luke"], 0),
        (["memories", "--user", "luke", "--store", "redis://127.0.0.1:1"], 1),
        (["memories"], 2),
        (["forget", "nope", "--user", "luke"], 4),
    ],
)
def test_the_exit_code_says_how_it_went(command: Command, arguments: list[str], code: int) -> None:
    done = command(*arguments)
    assert done.returncode == code
    assert done.stderr.startswith("error: ") == (code != 0)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("package", ["typer", "rich", "prompt_toolkit"])
def test_without_its_packages_the_command_says_how_to_get_them(package: str) -> None:
    program = (
        f"import sys; sys.modules[{package!r}] = None; from memlane.cli.main import main; sys.exit(main(['chat']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 3
    assert "pip install 'memlane[cli]'" in done.stderr


def test_a_reader_that_goes_away_is_no_traceback(
    command: Command, surroundings: dict[str, str], tmp_path: Path
) -> None:
    for number in range(3):
        command("remember", f"{number} " + "word " * 20_000, "--user", "luke")
    line = f"{MEMLANE} memories --user luke | head -c 10"
    done = subprocess.run(
        ["/bin/sh", "-c", line], env=surroundings, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def big_conversation(folder: Path) -> Path:
    """Write a conversation whose import takes long enough to be killed in its midst."""
    sessions = [
        {
            "id": f"s{number}",
            "at": f"2026-01-01T00:{number // 60:02}:{number % 60:02}Z",
            "messages": [{"role": "user", "content": f"word{number} and part {part}"} for part in range(EACH)],
        }
        for number in range(SESSIONS)
    ]
    file = folder / "big.json"
    file.write_text(json.dumps({"id": "big", "sessions": sessions}))
    return file


def test_an_import_that_was_killed_is_completed_by_another(
    command: Command, surroundings: dict[str, str], tmp_path: Path
) -> None:
    file, url = big_conversation(tmp_path), f"sqlite:///{tmp_path}/m.db"
    arguments = [MEMLANE, "import", str(file), "--user", "luke", "--store", url, "--no-index"]
    with memlane.connect(url, embedder="none") as memory:
        luke = memory.user("luke")
        process = subprocess.Popen(arguments, env=surroundings, cwd=tmp_path, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + SECONDS
        while len(luke.sessions()) < 20 and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait(SECONDS)
        before = len(luke.memories())
        assert 20 * EACH <= before < SESSIONS * EACH
        done = command("import", str(file), "--user", "luke", "--store", url, "--json")
        assert done.returncode == 0, done.stderr
        counts = json.loads(done.stdout)
        assert counts == {"new": SESSIONS * EACH - before, "already_there": before, "indexed": True}
        texts = [memory.text for memory in luke.memories()]
        assert sorted(texts) == sorted(
            f"word{number} and part {part}" for number in range(SESSIONS) for part in range(EACH)
        )
        assert [message.content for message in luke.session("s599").messages()] == [
            f"word599 and part {part}" for part in range(EACH)
        ]


class Terminal:
    """A process that believes it stands at a terminal."""

    def __init__(self, arguments: list[str], environment: dict[str, str], folder: Path) -> None:
        controller, end = pty.openpty()
        self._controller = controller
        self.seen = ""
        self._passed = 0
        self.process = subprocess.Popen(
            arguments, stdin=end, stdout=end, stderr=end, env=environment, cwd=folder, start_new_session=True
        )
        os.close(end)

    def type(self, keys: str) -> None:
        """Type; wait for the prompt before, as a terminal that is between two prompts swallows Ctrl-D."""
        os.write(self._controller, keys.encode())

    def wait_for(self, words: str) -> None:
        """Read until `words` were printed behind what was waited for before."""
        deadline = time.monotonic() + SECONDS
        while words not in self.seen[self._passed :]:
            assert self._read(deadline), f"{words!r} was not printed, but {self.seen[self._passed :]!r}"
        self._passed = self.seen.index(words, self._passed) + len(words)

    def close(self) -> int:
        """Read to the end and return the exit code."""
        deadline = time.monotonic() + SECONDS
        while self._read(deadline):
            pass
        os.close(self._controller)
        return self.process.wait(SECONDS)

    def _read(self, deadline: float) -> bool:
        """Read what comes next; return False at the end, or when nothing came in time."""
        if not select.select([self._controller], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return False
        try:
            self.seen += os.read(self._controller, 65_536).decode(errors="replace")
        except OSError:  # how a terminal says that its last process has gone
            return False
        return True


@pytest.fixture
def at_terminal(surroundings: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(*arguments: str) -> Terminal:
        opened.append(Terminal([MEMLANE, *arguments], surroundings, tmp_path))
        return opened[-1]

    yield start
    for terminal in opened:
        with contextlib.suppress(ProcessLookupError):
            terminal.process.kill()
        terminal.process.wait(SECONDS)


def test_a_chat_at_a_terminal_keeps_a_history_that_only_its_owner_reads(
    at_terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    terminal = at_terminal("chat", "--user", "luke", "--session", "s")
    terminal.wait_for("you>")
    assert "No chat model is configured" in terminal.seen
    for keys in ("The night ferry is white.\r", "\x1b[200~two\nlines\x1b[201~\r"):
        terminal.type(keys)
        terminal.wait_for("(from memory; no chat model)")
        terminal.wait_for("you>")
    terminal.type("\x04")
    assert terminal.close() == 0
    (history,) = (tmp_path / "xdg_state_home" / "memlane" / "chat").iterdir()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    assert "The night ferry is white." in history.read_text()
    with memlane.connect(f"sqlite:///{tmp_path}/xdg_data_home/memlane/memlane.db", embedder="none") as memory:
        said = [message.content for message in memory.user("luke").session("s").messages() if message.role == "user"]
    assert said == ["The night ferry is white.", "two\nlines"]


def test_an_interrupt_at_the_prompt_does_not_end_a_chat(at_terminal: Callable[..., Terminal]) -> None:
    terminal = at_terminal("chat")
    terminal.wait_for("you>")
    terminal.type("half a line\x03")
    terminal.wait_for("Ctrl-D")
    terminal.wait_for("you>")
    terminal.type("/quit\r")
    assert terminal.close() == 0


@pytest.mark.parametrize(("typed", "code", "left"), [("luke", 0, 0), ("leia", 2, 1)])
def test_erasing_asks_for_the_users_id(
    command: Command, at_terminal: Callable[..., Terminal], typed: str, code: int, left: int
) -> None:
    command("remember", "A secret", "--user", "luke")
    terminal = at_terminal("erase", "--user", "luke")
    terminal.wait_for("Type the user's id")
    terminal.type(f"{typed}\r")
    assert terminal.close() == code
    assert len(json.loads(command("memories", "--user", "luke", "--json").stdout)) == left


def test_an_interrupted_question_erases_nothing(command: Command, at_terminal: Callable[..., Terminal]) -> None:
    command("remember", "A secret", "--user", "luke")
    terminal = at_terminal("erase", "--user", "luke")
    terminal.wait_for("Type the user's id")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.close() == 130
    assert len(json.loads(command("memories", "--user", "luke", "--json").stdout)) == 1


def test_an_import_at_a_terminal_shows_its_progress(at_terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    terminal = at_terminal("import", str(big_conversation(tmp_path)), "--user", "luke")
    terminal.wait_for("messages")
    terminal.wait_for("embedding")
    terminal.wait_for(f"{SESSIONS * EACH:,} new, 0 already there")
    assert terminal.close() == 0


def test_doctor_warns_of_a_redis_that_may_lose_or_drop_conversations(command: Command) -> None:
    with redis_server(options=["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"]) as server:
        done = command("doctor", "--store", server.url, "--json")
    assert done.returncode == 0, done.stdout
    warnings = [check["detail"] for check in json.loads(done.stdout) if check["state"] == "warning"]
    assert len(warnings) == 2
    assert "allkeys-lru" in warnings[0]
    assert "append-only" in warnings[1]


def test_a_chat_on_redis_is_remembered_beyond_its_session(command: Command) -> None:
    with redis_server() as server:
        command("chat", "--user", "luke", stdin="The ferry to Bergen is white.\n", MEMLANE_STORE__URL=server.url)
        done = command("chat", "--user", "luke", stdin="Which ferry goes to Bergen?\n", MEMLANE_STORE__URL=server.url)
    assert "“The ferry to Bergen is white.”" in done.stdout


def test_help_comes_without_loading_what_commands_need(surroundings: dict[str, str]) -> None:
    program = "import sys; from memlane.cli.main import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program], env=surroundings, capture_output=True, text=True, check=True, timeout=SECONDS
    )
    assert not {"numpy", "sqlite3", "redis", "onnxruntime", "prompt_toolkit", "rich"} & set(done.stderr.split())
