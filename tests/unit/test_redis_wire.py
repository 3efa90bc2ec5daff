"""The bytes of a command, and values packed into few."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Connection

from memlane.adapters._drivers._redis_protocol import Argument, packed
from memlane.adapters._drivers._redis_scripts import unpack

ARGUMENTS = st.one_of(st.binary(max_size=50), st.text(max_size=50), st.integers())


@given(st.lists(ARGUMENTS, max_size=20))
def test_a_command_is_packed_as_the_driver_packs_it(arguments: list[Argument]) -> None:
    command = ("EVALSHA", *arguments)
    assert packed(command) == b"".join(Connection().pack_command(*command))


def test_a_large_argument_is_packed_whole() -> None:
    assert packed(("SET", b"x" * 2**20)) == b"*2\r\n$3\r\nSET\r\n$1048576\r\n" + b"x" * 2**20 + b"\r\n"


@given(st.lists(st.none() | st.binary(max_size=20)), st.integers(min_value=1, max_value=30))
def test_packed_values_are_cut_up_as_they_were(values: list[bytes | None], size: int) -> None:
    lengths = b"".join(struct.pack(">I", 0xFFFFFFFF if value is None else len(value)) for value in values)
    data = b"".join(value or b"" for value in values)
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    assert unpack(lengths, *parts) == values


@pytest.mark.parametrize("parts", [(), (b"",)])
def test_nothing_packed_is_nothing(parts: tuple[bytes, ...]) -> None:
    assert unpack(b"", *parts) == []
