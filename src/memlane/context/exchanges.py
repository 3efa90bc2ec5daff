"""A window in the order in which providers want it: every tool call followed at once by its answers.

Owns what is moved and what is added so that a request is valid: results move up to their call, a call that nothing
answered gets an answer that says so, ids become unique and allowed. It writes no provider's shape.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from memlane.context.pairing import Place, pair
from memlane.context.parts import Block, Call, Result, Text, Turn, read_turn
from memlane.types.message import Message

NO_RESULT: Final = "(no result was recorded)"
_NAME = re.compile(r"[^A-Za-z0-9_-]")
_MAX_NAME_CHARACTERS: Final = 64


class Exchange(msgspec.Struct, frozen=True):
    """A message without its tool results, and the answers to its calls, in the order of the calls."""

    message: Message
    blocks: list[Block]
    answers: list[Result]


def arrange(messages: Sequence[Message], *, allowed_id: re.Pattern[str]) -> list[Exchange]:
    """Return the exchanges of a window.

    The last exchange's calls may be in flight, so those without a result stay open; any other gets `NO_RESULT`.

    Args:
        messages: Oldest first.
        allowed_id: What an id of a call must match; another id, or a repeated one, is replaced by one made from the
            message's id, the same in every request.
    """
    turns = [read_turn(message) for message in messages]
    answers = pair(turns)
    kept = [at for at, turn in enumerate(turns) if not _is_only_results(turn)]
    ids = _call_ids(turns, kept, allowed_id)
    return [_exchange(turns, at, answers, ids, in_flight=at == kept[-1]) for at in kept]


def tool_name(name: str) -> str:
    """Return a tool's name as both providers allow it: 1-64 of `[A-Za-z0-9_-]`, anything else replaced by `_`."""
    return _NAME.sub("_", name)[:_MAX_NAME_CHARACTERS] or "unknown"


def _is_only_results(turn: Turn) -> bool:
    return bool(turn.blocks) and all(isinstance(block, Result) for block in turn.blocks)


def _exchange(
    turns: list[Turn], at: int, answers: dict[Place, Place], ids: dict[Place, str], *, in_flight: bool
) -> Exchange:
    blocks: list[Block] = []
    results: list[Result] = []
    for index, block in enumerate(turns[at].blocks):
        place = Place(at, index)
        if isinstance(block, Call):
            blocks.append(msgspec.structs.replace(block, id=ids[place]))
            if place in answers or not in_flight:
                results.append(_answer(turns, answers.get(place), ids[place]))
        elif not isinstance(block, Result):
            blocks.append(block)
    return Exchange(turns[at].message, blocks, results)


def _answer(turns: list[Turn], place: Place | None, call_id: str) -> Result:
    found = None if place is None else turns[place.turn].blocks[place.block]
    if isinstance(found, Result):
        return msgspec.structs.replace(found, call_id=call_id)
    return Result(call_id, [Text(NO_RESULT)])


def _call_ids(turns: list[Turn], kept: list[int], allowed: re.Pattern[str]) -> dict[Place, str]:
    ids: dict[Place, str] = {}
    taken: set[str] = set()
    for at in kept:
        for index, block in enumerate(turns[at].blocks):
            if isinstance(block, Call):
                ids[Place(at, index)] = _free_id(block.id, f"{index}/{turns[at].message.id}", taken, allowed)
    return ids


def _free_id(given: str, place: str, taken: set[str], allowed: re.Pattern[str]) -> str:
    chosen = given
    while chosen in taken or not allowed.fullmatch(chosen):
        place += "/"
        chosen = "call_" + hashlib.blake2b(place.encode(), digest_size=12).hexdigest()
    taken.add(chosen)
    return chosen
