"""The guard in tests/conftest.py: nothing in this process reaches another machine."""

import asyncio
import socket
from pathlib import Path

import pytest

from memlane.adapters.models.openai import OpenAIModel, OpenAIServer
from memlane.protocols.chat_model import Prompt
from memlane.testing.loopback import LoopbackServer

# Of documentation (RFC 5737, RFC 3849): nobody's.
FOREIGN = [(socket.AF_INET, ("192.0.2.1", 443)), (socket.AF_INET6, ("2001:db8::1", 443, 0, 0))]
REFUSED = "tests must not reach other machines"


@pytest.mark.parametrize(("family", "address"), FOREIGN)
@pytest.mark.parametrize("way", ["connect", "connect_ex"])
def test_a_connection_to_another_machine_is_refused(family: int, address: tuple[object, ...], way: str) -> None:
    with socket.socket(family) as held, pytest.raises(AssertionError, match=REFUSED):
        getattr(held, way)(address)


def test_a_datagram_to_another_machine_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as held, pytest.raises(AssertionError, match=REFUSED):
        held.sendto(b"x", ("192.0.2.1", 53))


def test_a_name_that_is_not_this_machines_is_refused() -> None:
    with socket.socket() as held, pytest.raises(AssertionError, match=REFUSED):
        held.connect(("api.openai.com", 443))


async def test_the_event_loop_is_refused_too() -> None:
    with pytest.raises(AssertionError, match=REFUSED):
        await asyncio.open_connection("192.0.2.1", 443)


async def test_the_providers_packages_are_refused_too() -> None:
    model = OpenAIModel(OpenAIServer(api_key="sk-x", base_url="https://provider.example/v1"), model="m")
    with pytest.raises(AssertionError, match=REFUSED):
        await model.complete(Prompt(messages=[]))
    await model.aclose()


def test_this_machine_is_reached(tmp_path: Path) -> None:
    with LoopbackServer() as server, socket.socket() as held:
        host, _, port = server.address.removeprefix("http://").partition(":")
        held.connect((host, int(port)))
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as held:
        listening.bind(str(tmp_path / "s"))
        listening.listen()
        held.connect(str(tmp_path / "s"))
