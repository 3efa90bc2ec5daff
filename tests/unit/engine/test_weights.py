"""The weights given to a connection are those that its recalls and episodes search with."""

from collections.abc import Callable
from typing import Any

import msgspec

from memlane import AsyncMemlane
from memlane.recall.weights import DEFAULT
from memlane.testing.fakes import InMemoryBackend

Open = Callable[..., AsyncMemlane]


async def test_a_signal_that_is_switched_off_has_no_share(open_one: Open, letters: Any) -> None:
    backend = InMemoryBackend()
    plain = open_one(backend, embedder=letters)
    other = open_one(backend, embedder=letters, weights=msgspec.structs.replace(DEFAULT, meaning=0.0, session=0.0))
    said = [{"role": "user", "content": f"heron {number}"} for number in range(5)]
    await plain.user("luke").session("s").add_many(said)
    usual, found = [await memory.user("luke").recall("heron 3") for memory in (plain, other)]
    assert usual[0].why["meaning"] > 0
    assert usual[0].why["session"] > 0
    assert {(recalled.why["meaning"], recalled.why["session"]) for recalled in found} == {(0.0, 0.0)}
    assert found[0].why["keyword"] > usual[0].why["keyword"]


async def test_episodes_search_with_them_too(open_one: Open) -> None:
    backend = InMemoryBackend()
    plain = open_one(backend)
    wordless = msgspec.structs.replace(DEFAULT, session_keyword=0.0, session_turn=0.0)
    other = open_one(backend, weights=wordless)
    await plain.user("luke").session("s").add("user", "heron")
    usual, found = [(await memory.user("luke").episodes("heron"))[0] for memory in (plain, other)]
    assert usual.why != found.why
