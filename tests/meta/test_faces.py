"""The blocking and the async faces have the same names and signatures."""

import inspect

import pytest

from memlane.engine.client import AsyncMemlane
from memlane.engine.conversation import AsyncSession
from memlane.engine.person import AsyncUser
from memlane.sync.connection import Memlane
from memlane.sync.session import Session
from memlane.sync.user import User

PAIRS = [(AsyncMemlane, Memlane), (AsyncUser, User), (AsyncSession, Session)]
ONLY_ASYNC = {"aclose", "add_new", "export_lines"}
ONLY_BLOCKING = {"close"}  # of a connection; `aclose` is its twin
FACES = {"stream": "BlockingStream'>"}


def _public(cls: type) -> dict[str, object]:
    return {name: member for name, member in vars(cls).items() if not name.startswith("_")}


@pytest.mark.parametrize(("slow", "blocking"), PAIRS)
def test_both_faces_have_the_same_names(slow: type, blocking: type) -> None:
    asynchronous, here = set(_public(slow)) - ONLY_ASYNC, set(_public(blocking))
    assert asynchronous == (here - ONLY_BLOCKING if slow is AsyncMemlane else here)


@pytest.mark.parametrize(("slow", "blocking"), PAIRS)
def test_both_faces_take_the_same_arguments(slow: type, blocking: type) -> None:
    for name, member in _public(slow).items():
        if callable(member) and name not in ONLY_ASYNC:
            ours, theirs = inspect.signature(member), inspect.signature(getattr(blocking, name))
            assert list(ours.parameters.values()) == list(theirs.parameters.values()), name


@pytest.mark.parametrize(("slow", "blocking"), PAIRS)
def test_both_faces_return_the_same_but_for_handles(slow: type, blocking: type) -> None:
    for name, member in _public(slow).items():
        if callable(member) and name not in ONLY_ASYNC:
            ours = str(inspect.signature(member).return_annotation).replace(".Async", ".")
            theirs = str(inspect.signature(getattr(blocking, name)).return_annotation)
            assert FACES.get(name, ours.rpartition(".")[2]) == theirs.rpartition(".")[2], name
