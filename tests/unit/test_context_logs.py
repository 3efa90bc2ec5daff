"""A log that was read once makes the same contexts as its messages."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from memlane.adapters.counters.estimate import EstimateCounter
from memlane.context.context import build_context, read_log
from memlane.context.costs import Tally
from memlane.types.memory import Memory, Recalled
from memlane.types.message import Message, message_from_mapping
from memlane.types.summary import Summary

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
CALL = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}


def said(number: int, role: str, content: str | None, **fields: object) -> Message:
    given = {"role": role, "content": content, **fields}
    message = message_from_mapping(given, id=f"s{number}", created_at=NOON)
    return msgspec.structs.replace(message, position=number)


PLAIN = [said(number, ("assistant", "user")[number % 2], f"number {number} says this") for number in range(1, 30)]
WITH_TOOLS = [
    *PLAIN[:9],
    said(10, "assistant", None, tool_calls=[CALL]),
    said(11, "tool", "found", tool_call_id="c"),
    said(12, "tool", "whose?", tool_call_id="lost"),
    said(13, "user", "Thanks, and now?"),
]


@pytest.mark.parametrize("messages", [[], PLAIN, WITH_TOOLS], ids=["empty", "plain", "tools"])
@pytest.mark.parametrize("summary", [None, Summary(text="It began.", upto=4)], ids=["whole", "summary"])
@pytest.mark.parametrize("most", [None, 90, 200])
def test_contexts_of_one_log_are_those_of_its_messages(
    messages: list[Message], summary: Summary | None, most: int | None
) -> None:
    log, tally = read_log(messages, summary), Tally(EstimateCounter())
    memories = [
        Memory(id=f"m{number}", text=f"number {number} says this", kind="message", created_at=NOON, session_id="here")
        for number in (1, 5, 28, 40)
    ]
    for recalled in ([], [Recalled(memory=memory, score=0.5, why={}) for memory in memories]):
        given: dict[str, Any] = {"summary": summary, "recalled": recalled, "max_tokens": most, "session_id": "here"}
        assert build_context(messages=log, counter=tally, **given) == build_context(
            messages=messages, counter=EstimateCounter(), **given
        )
