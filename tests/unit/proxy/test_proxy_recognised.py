"""A history that is sent again and goes on is recognised by how it begins, and reads as if it had been read whole."""

import json
from typing import Any

import pytest

from memlane.proxy.body import Body, NotUnderstoodError
from memlane.proxy.chat import ChatDialect
from memlane.proxy.dialect import Dialect
from memlane.proxy.history import History, Reader, Said
from memlane.proxy.messages import MessagesDialect
from memlane.proxy.responses import ResponsesDialect
from memlane.types.ids import Partition

LUKE, LEIA = Partition("default", "luke"), Partition("default", "leia")
LONG = "long enough to be worth it " * 30
TALK: list[dict[str, Any]] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": f"Hello. {LONG}"},
    *({"role": ("assistant", "user")[at % 2], "content": f"{at} {LONG}"} for at in range(9)),
]
CALL = {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"}
DIALECTS = [ChatDialect(), MessagesDialect(), ResponsesDialect()]


def body(dialect: Dialect, talk: list[dict[str, Any]], *, indent: int | None = None) -> Body:
    return Body(json.dumps({"model": "m", dialect.field: talk}, indent=indent).encode())


def read(
    reader: Reader, given: Body, *, partition: Partition = LUKE, session: str | None = "s", found: str = ""
) -> History:
    history = reader.read(given, partition, session)
    reader.note(given, partition, session, history, found)
    return history


def is_recognised(history: History) -> bool:
    return history.whole() is not history


def marks(said: list[Said]) -> list[int]:
    return [one.marks.whole for one in said]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_it_reads_as_the_whole(dialect: Dialect, indent: int | None) -> None:
    reader = Reader(dialect)
    for upto in range(len(TALK) - 3, len(TALK) + 1):
        given = body(dialect, TALK[:upto], indent=indent)
        history, whole = read(reader, given), Reader(dialect).read(given, LUKE, "s")
        assert is_recognised(history) == (upto > len(TALK) - 3)
        assert history.wholes == whole.wholes
        assert all(history.says(one.marks.words) for one in whole.said)
        assert not history.says(1)
        for count in range(upto):
            assert marks(history.behind(count)) == marks(whole.behind(count))
        other = given.copy()
        dialect.put(given, history.items, "Remember this.", history.said[-1].at)
        dialect.put(other, whole.items, "Remember this.", whole.said[-1].at)
        assert json.loads(given.data()) == json.loads(other.data())


def test_few_of_its_messages_are_read() -> None:
    reader = Reader(ChatDialect())
    read(reader, body(ChatDialect(), TALK[:-2]))
    assert len(read(reader, body(ChatDialect(), TALK)).said) == 3


@pytest.mark.parametrize("at", [0, 1, len(TALK) - 4])
def test_another_beginning_is_read(at: int) -> None:
    reader = Reader(ChatDialect())
    read(reader, body(ChatDialect(), TALK[:-2]))
    other = [*TALK[:at], {**TALK[at], "content": TALK[at]["content"][::-1]}, *TALK[at + 1 :]]
    history = read(reader, body(ChatDialect(), other))
    assert not is_recognised(history)
    assert history.wholes == Reader(ChatDialect()).read(body(ChatDialect(), other), LUKE, "s").wholes


def test_it_is_known_of_one_user_and_session_only() -> None:
    reader = Reader(ChatDialect())
    read(reader, body(ChatDialect(), TALK[:-2]))
    assert not is_recognised(reader.read(body(ChatDialect(), TALK), LEIA, "s"))
    assert not is_recognised(reader.read(body(ChatDialect(), TALK), LUKE, "t"))
    assert not is_recognised(reader.read(body(ChatDialect(), TALK), LUKE, None))
    assert is_recognised(reader.read(body(ChatDialect(), TALK), LUKE, "s"))


def test_where_no_session_is_named_it_is_that_which_was_found() -> None:
    reader = Reader(ChatDialect())
    for upto, known in ((len(TALK) - 2, ""), (len(TALK), "found")):
        history = read(reader, body(ChatDialect(), TALK[:upto]), session=None, found="found")
        assert history.session == known


def test_items_that_become_one_message_with_those_behind_them_are_read_again() -> None:
    dialect = ResponsesDialect()
    reader = Reader(dialect)
    talk = [*TALK, {"role": "assistant", "content": f"I look. {LONG}"}]
    read(reader, body(dialect, talk))
    given = body(dialect, [*talk, CALL])
    assert read(reader, given).wholes == Reader(dialect).read(given, LUKE, "s").wholes


def test_what_is_no_message_behind_it_is_not_understood() -> None:
    reader = Reader(ChatDialect())
    read(reader, body(ChatDialect(), TALK[:-2]))
    with pytest.raises(NotUnderstoodError):
        reader.read(body(ChatDialect(), [*TALK[:-2], {"role": 7}]), LUKE, "s")


def test_of_what_was_said_nothing_is_kept() -> None:
    reader = Reader(ChatDialect())
    read(reader, body(ChatDialect(), TALK))
    assert "long enough" not in repr(vars(reader)) + repr(vars(reader._beginnings))
