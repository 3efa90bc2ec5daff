"""A connection to a server has every method of an embedded one, and each is its own."""

import inspect

import pytest

from memlane.client.connection import RemoteMemlane
from memlane.client.session import RemoteSession
from memlane.client.user import RemoteUser
from memlane.engine.client import AsyncMemlane
from memlane.engine.conversation import AsyncSession
from memlane.engine.person import AsyncUser

PAIRS = [(AsyncMemlane, RemoteMemlane), (AsyncUser, RemoteUser), (AsyncSession, RemoteSession)]
INHERITED = {"__aenter__", "__aexit__"}  # they only call aclose()
OF_EVERY_OBJECT = {"__module__", "__doc__", "__dict__", "__weakref__", "__firstlineno__", "__static_attributes__"}


def _own(cls: type) -> dict[str, object]:
    return {name: member for name, member in vars(cls).items() if name not in OF_EVERY_OBJECT}


@pytest.mark.parametrize(("embedded", "remote"), PAIRS)
def test_nothing_of_the_engine_is_reached_by_mistake(embedded: type, remote: type) -> None:
    meant = {name for name in _own(embedded) if not name.startswith("_") or name.endswith("__")}
    assert meant - INHERITED <= set(vars(remote))
    assert issubclass(remote, embedded)


@pytest.mark.parametrize(("embedded", "remote"), PAIRS)
def test_a_server_adds_no_names(embedded: type, remote: type) -> None:
    assert {name for name in _own(remote) if not name.startswith("_")} <= set(dir(embedded))


@pytest.mark.parametrize(("embedded", "remote"), PAIRS)
def test_both_take_and_give_the_same(embedded: type, remote: type) -> None:
    for name, member in _own(embedded).items():
        if callable(member) and name not in INHERITED | {"__init__"}:
            assert inspect.signature(member) == inspect.signature(getattr(remote, name)), name
