"""A server that speaks TLS only and lets in one user with few rights."""

import contextlib
import hashlib
import shutil
import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from memlane.testing.services.binaries import absent, server_binary
from memlane.testing.services.processes import Process, free_port, new_folder, remove_folder

PASSWORD = "s/e#s:a@m e%?"  # noqa: S105 -- of a server that lives as long as a test
_ADMIN_PASSWORD = "admin-of-a-test"  # noqa: S105 -- the same


@dataclass
class RedisTlsServer:
    """A running server.

    Attributes:
        url: How Memlane reaches it as the restricted user; ends in an option, so that more can be added with `&`.
        port: Its port.
        authority: The file of the authority that signed its certificate.
    """

    url: str
    port: int
    authority: Path

    def client(self) -> Any:
        """Return the bare, blocking client of redis-py as a user who may do all. Close it after use."""
        from redis import Redis  # noqa: PLC0415 -- drivers load on use

        return Redis(
            host="127.0.0.1",
            port=self.port,
            ssl=True,
            ssl_ca_certs=str(self.authority),
            username="admin",
            password=_ADMIN_PASSWORD,
        )


@contextlib.contextmanager
def redis_tls_server(kind: str = "redis", *, keys: str = "ml1:*", rights: str = "-@all") -> Generator[RedisTlsServer]:
    """Yield a server with TLS whose user `memlane` may use only some keys and commands.

    Args:
        kind: One of `KINDS` whose server was built with TLS.
        keys: The pattern of keys the user may use.
        rights: ACL rules that say which commands the user may run.
    """
    binary, openssl = server_binary(kind), shutil.which("openssl")
    if openssl is None:
        absent("openssl")
    folder, port = new_folder(), free_port()
    _certify(openssl, folder)
    (folder / "users.acl").write_text(
        f"user default off\nuser admin on >{_ADMIN_PASSWORD} ~* &* +@all\n"
        f"user memlane on #{_sha256(PASSWORD)} resetkeys ~{keys} resetchannels {rights}\n"
    )
    process = Process([str(binary), *_options(folder, port)], folder, f"redis-tls-{port}")
    place = f"127.0.0.1:{port}/0?ssl_ca_certs={quote(str(folder / 'ca.crt'), safe='')}"
    server = RedisTlsServer(f"rediss://memlane:{quote(PASSWORD, safe='')}@{place}", port, folder / "ca.crt")
    try:
        process.start(lambda: _answers(server))
        yield server
    finally:
        process.remove()
        remove_folder(folder)


def _options(folder: Path, port: int) -> list[str]:
    return [
        *("--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)),
        *("--tls-cert-file", "server.crt", "--tls-key-file", "server.key", "--tls-ca-cert-file", "ca.crt"),
        *("--tls-auth-clients", "no", "--aclfile", str(folder / "users.acl")),
    ]


def _certify(openssl: str, folder: Path) -> None:
    """Make an authority and a certificate for the loopback address."""
    (folder / "names.cnf").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    steps = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ca.key -out ca.crt -subj /CN=memlane-test-authority",
        "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost",
        "x509 -req -days 2 -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile names.cnf -out server.crt",
    )
    for step in steps:
        subprocess.run([openssl, *step.split()], cwd=folder, check=True, capture_output=True)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _answers(server: RedisTlsServer) -> bool:
    from redis.exceptions import ConnectionError as Unreachable  # noqa: PLC0415 -- drivers load on use

    with contextlib.suppress(Unreachable), contextlib.closing(server.client()) as client:
        return bool(client.ping())
    return False
