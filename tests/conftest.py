"""No test reaches a real provider: connections go to loopback or to sockets of the file system, or are refused."""

import ipaddress
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import settings

_LOOPBACK_NAMES = ("localhost", "localhost.", "ip6-localhost", "", socket.gethostname().lower())


settings.register_profile("unhurried", deadline=None)  # these machines are shared
settings.load_profile("unhurried")


class RealConnectionError(AssertionError):
    """A test tried to reach another machine."""


def is_loopback(family: int, address: Any) -> bool:
    """Say whether an address of a socket is on this machine."""
    if family not in (socket.AF_INET, socket.AF_INET6):
        return family == socket.AF_UNIX
    return is_here(address[0])


def is_here(host: bytes | str | None) -> bool:
    """Say whether an address or name is this machine's."""
    host = host.decode() if isinstance(host, bytes) else host or ""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host.lower() in _LOOPBACK_NAMES
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback or found.is_unspecified


def _guarded_lookup(real: Callable[..., Any]) -> Callable[..., Any]:
    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        if not is_here(host):
            raise RealConnectionError(f"tests must not reach other machines: {host!r}")
        return real(host, *arguments, **options)

    return getaddrinfo


def _guarded(real: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]
        if not is_loopback(self.family, address):
            raise RealConnectionError(f"tests must not reach other machines: {address!r}")
        return real(self, *arguments)

    return connect


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: at the end every worker is to have something to do."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None and "random_programs" not in item.name)


@pytest.fixture(autouse=True, scope="session")
def _only_this_machine() -> Any:
    """Refuse connections to other machines, whoever makes them in this process."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


@pytest.fixture(autouse=True, scope="session")
def _nobody_is_trusted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Trust one authority that signs nothing: reading those of the world takes 50 ms for each client that is made."""
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    file.write_bytes(_authority().public_bytes(Encoding.PEM))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(file))
        yield


def _authority() -> x509.Certificate:
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    return (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )
