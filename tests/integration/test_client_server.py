"""A connection to a real `memlane serve`: keys, the blocking face, the command line, restarts, lost answers, TLS."""

import asyncio
import ipaddress
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import memlane
from memlane import errors
from memlane.cli.main import main
from memlane.client.caller import Caller, KeyTenant
from memlane.client.connection import RemoteMemlane
from memlane.client.transport import Transport
from memlane.testing.raw_server import RawServer, answer
from memlane.testing.served import secret_of, served
from memlane.testing.services.memlane_server import MemlaneServer, memlane_server

COMMAND = "import sys; from memlane.cli.main import main; sys.exit(main())"


def new_key(server: MemlaneServer, *arguments: str) -> str:
    """Make a key as the operator of the server does, at its home."""
    places = {name: str(server.home) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MEMLANE_")}
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "keys", "create", "--json", *arguments],
        env={**kept, **places},
        cwd=server.home,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)["key"]


@pytest.fixture(scope="module")
def server() -> Iterator[MemlaneServer]:
    with memlane_server() as server:
        yield server


def test_the_blocking_face_works_as_embedded(server: MemlaneServer, tmp_path: Path) -> None:
    key = new_key(server, "--tenant", "acme", "--scope", "read,write,erase,admin")
    with memlane.connect(server.url, api_key=key) as memory:
        luke = memory.user("luke", tenant="acme")
        session = luke.session("trip")
        session.add("user", "We take the night ferry to Bergen.")
        assert luke.recall("ferry")[0].memory.text == "We take the night ferry to Bergen."
        assert session.context("ferry").messages[0].content == "We take the night ferry to Bergen."
        assert "".join(session.stream("Which ferry?")) != ""
        assert [seen.user for seen in memory.users()] == ["luke"]
        assert sum(point.used.messages for point in luke.stats()) == 3
        assert luke.export(tmp_path / "luke.jsonl") > 3
        copy = memory.user("copy")
        assert copy.restore(tmp_path / "luke.jsonl") > 0
        assert copy.session("trip").messages() == session.messages()
        receipt = luke.erase()
        assert (receipt.tenant, receipt.removed["messages"]) == ("acme", 3)
        assert memory.ping()["sessions"]["server"] == "SQLite"


def test_a_key_opens_what_it_is_for_and_nothing_else(server: MemlaneServer) -> None:
    key = new_key(server, "--tenant", "acme", "--user", "luke", "--scope", "read")
    with memlane.connect(server.url, api_key=key) as memory:
        assert memory.user("luke").memories() == []
        with pytest.raises(errors.ForbiddenError, match="another user"):
            memory.user("leia").memories()
        with pytest.raises(errors.ForbiddenError, match="scope `write`"):
            memory.user("luke").remember("likes tea")
        with pytest.raises(errors.ForbiddenError, match="another tenant"):
            memory.user("luke", tenant="other").memories()
        with pytest.raises(errors.ForbiddenError):
            memory.users()
    for wrong in (None, "mk-no-such-key", key + "x"):
        with memlane.connect(server.url, api_key=wrong) as memory, pytest.raises(errors.UnauthenticatedError):
            memory.user("luke").memories()


def test_the_command_line_works_on_a_server(
    server: MemlaneServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = new_key(server, "--tenant", "shell", "--scope", "read,write,erase")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MEMLANE_STORE__URL", server.url)
    monkeypatch.setenv("MEMLANE_STORE__API_KEY", key)

    def memlane_says(*arguments: str, code: int = 0) -> str:
        ended = main(arguments)
        told = "".join(capsys.readouterr())
        assert (ended, key in told) == (code, False), told
        return told

    memlane_says("remember", "-u", "luke", "likes tea")
    assert "likes tea" in memlane_says("recall", "-u", "luke", "tea")
    assert "likes tea" in memlane_says("memories", "-u", "luke")
    memlane_says("export", "-u", "luke", "luke.jsonl")
    assert "1 new" in memlane_says("import", "-u", "copy", "luke.jsonl")
    assert server.url in memlane_says("config", "show")
    assert "fault" not in memlane_says("doctor")
    assert "1  memories" in memlane_says("erase", "-u", "luke", "--yes")
    refused = memlane_says("recall", "-u", "luke", "tea", "--embedder", "none", code=2)
    assert "the server decides on embedder" in refused
    monkeypatch.delenv("MEMLANE_STORE__API_KEY")
    assert "unauthenticated" in memlane_says("recall", "-u", "luke", "tea", code=1)


def test_a_server_that_was_killed_is_unavailable_until_it_is_back(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/m.db"
    with memlane_server("--no-auth", "--store", store) as first, memlane.connect(first.url) as memory:
        session = memory.user("luke").session("s")
        session.add("user", "before")
        first.tell(signal.SIGKILL)
        first.ended()
        with pytest.raises(errors.StoreUnavailableError, match=r"cannot be reached|broke the connection off"):
            session.add("user", "lost")
        with memlane_server("--no-auth", "--store", store, "--port", first.url.rpartition(":")[2]):
            session.add("user", "after")
            assert [message.content for message in session.messages()] == ["before", "after"]


async def test_what_is_tried_again_after_lost_answers_is_there_once(tmp_path: Path) -> None:
    async with (
        memlane.connect_async(f"sqlite:///{tmp_path}/m.db", embedder="none", work="off") as memory,
        served(memory) as url,
        losing_answers(url, every=3) as lossy,
    ):
        transport = Transport(lossy, api_key=secret_of("default"), pauses=[0.01] * 12)
        async with RemoteMemlane(Caller(transport, KeyTenant(transport))) as remote:
            luke = remote.user("luke")
            await asyncio.gather(*(luke.session("s").add("user", f"m{number}") for number in range(60)))
            await asyncio.gather(*(luke.remember(f"f{number}") for number in range(30)))
        said = [str(message.content) for message in await memory.user("luke").session("s").messages()]
        facts = [fact.text for fact in await memory.user("luke").memories(kinds={"fact"})]
    assert sorted(said) == sorted(f"m{number}" for number in range(60))
    assert sorted(facts) == sorted(f"f{number}" for number in range(30))


class losing_answers:  # noqa: N801 -- used as a function
    """A relay in front of a server that passes on every request, and loses some answers with their connections."""

    def __init__(self, url: str, *, every: int) -> None:
        self._port = int(url.rpartition(":")[2])
        self._every = every
        self._answers = 0

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port)
        there = asyncio.create_task(_pass(reader, there_writer))
        try:
            while piece := await there_reader.read(65_536):
                self._answers += 1
                if self._answers % self._every == 0:
                    break
                writer.write(piece)
        finally:
            there.cancel()
            there_writer.close()
            writer.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65_536):
        writer.write(piece)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate that its own key signed, and the key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "t")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (tmp_path / "cert.pem").write_bytes(made.public_bytes(pem))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return tmp_path / "cert.pem", tmp_path / "key.pem"


async def test_a_server_whose_certificate_nobody_trusts_gets_no_key(certificate: tuple[Path, Path]) -> None:
    context, script = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), RawServer([answer({"stores": {}})])
    context.load_cert_chain(*certificate)
    async with script.serving(context) as url:
        async with memlane.connect_async(url, api_key="mk-1") as memory:
            with pytest.raises(errors.StoreUnavailableError, match="cannot be reached"):
                await memory.ping()
        assert script.seen == []
        program = f"import memlane; print(memlane.connect({url!r}, api_key='mk-1').ping())"
        trusting = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            program,
            env={**os.environ, "SSL_CERT_FILE": str(certificate[0])},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await trusting.communicate()
    assert (said.strip(), trusting.returncode) == (b"{}", 0)
