"""A conversation as it is read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memlane.types.message import Message
from memlane.types.session import SessionInfo
from memlane.types.turn import Sent, Turn, Usage
from memlane.web.views.conversation import (
    blocks_of,
    branched,
    foot,
    is_editable,
    lines,
    size_of,
    text_of,
    to_answer,
)

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _message(content: str | list[dict[str, Any]] | None, role: str = "user", **fields: Any) -> Message:
    return Message(**{"id": "m", "created_at": _NOON, **fields, "role": role, "content": content})


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (_message("Hi"), [("text", "", "Hi")]),
        (_message("21", "tool"), [("result", "", "21")]),
        (_message("21", "function", name="count"), [("result", "count", "21")]),
        (
            _message(None, "assistant", tool_calls=[{"function": {"name": "weather", "arguments": '{"at": "Oslo"}'}}]),
            [("call", "weather", '{"at": "Oslo"}')],
        ),
        (
            _message([{"type": "tool_use", "name": "weather", "input": {"at": "Ås"}}], "assistant"),
            [("call", "weather", '{\n "at": "Ås"\n}')],
        ),
        (_message([{"type": "tool_result", "content": "cold"}]), [("result", "", "cold")]),
        (
            _message([{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "http://x/y"}}]),
            [("text", "", "Look"), ("other", "image", "")],
        ),
        (_message([{"type": 7}, {}]), [("other", "7", ""), ("other", "part", "")]),
        (_message(None, "assistant", tool_calls=[{"function": "odd"}]), [("call", "tool", "")]),
        (_message(""), []),
    ],
)
def test_every_shape_of_message_is_shown_in_blocks_and_no_address_is_among_them(
    message: Message, shown: list[tuple[str, str, str]]
) -> None:
    assert [(block.kind, block.title, block.text) for block in blocks_of(message)] == shown


def test_the_text_of_a_message_is_what_was_said_in_words() -> None:
    parts = [{"type": "text", "text": "one"}, {"type": "image_url"}, {"type": "text", "text": "two"}]
    assert text_of(_message(parts)) == "one\n\ntwo"


def test_only_plain_words_of_a_user_can_be_said_anew() -> None:
    assert is_editable(_message("Hi"))
    assert not is_editable(_message("Hi", "assistant"))
    assert not is_editable(_message([{"type": "text", "text": "Hi"}]))


def test_lines_say_who_spoke_what_was_cut_and_which_was_looked_for() -> None:
    cut = _message("so far", "assistant", id="r", turn=Turn(answers="m", model="gpt", stop="cut"))
    quoted = _message("you said", "assistant", id="q", turn=Turn(answers="m", model="memory", stop="end"))
    shown = lines([_message("Hi"), cut, quoted, _message("odd", "developer", id="d")], "r")
    assert [line.speaker for line in shown] == ["user", "assistant", "assistant", "system"]
    assert [line.is_cut for line in shown] == [False, True, False, False]
    assert [line.is_quoted for line in shown] == [False, False, True, False]
    assert [line.is_marked for line in shown] == [False, True, False, False]


def test_the_foot_says_when_by_what_and_at_what_cost() -> None:
    usage = Usage(input_tokens=1_200, output_tokens=30, cached_tokens=1_000)
    whole = _message("Hi", "assistant", turn=Turn(answers="m", model="gpt-4o", usage=usage, stop="end"))
    (line,) = lines([whole])
    now = _NOON + timedelta(minutes=5)
    assert foot(line, now) == "5 min ago · gpt-4o · 1,200 tokens in, 1,000 from cache, 30 out"
    (said,) = lines([_message("Hi")])
    assert foot(said, now) == "5 min ago"
    estimated = Turn(answers="m", model="x", usage=Usage(input_tokens=1, output_tokens=2, estimated=True), stop="cut")
    (cut,) = lines([_message("Hi", "assistant", turn=estimated)])
    assert foot(cut, now) == "5 min ago · x · about 1 tokens in, 2 out · stopped"
    (quoted,) = lines([_message("Hi", "assistant", turn=Turn(answers="m", model="memory", stop="end"))])
    assert foot(quoted, now) == "5 min ago · quoted from memory, no model"


def test_a_message_that_asks_waits_until_a_whole_reply_has_come() -> None:
    asking = _message("Well?", id="a", turn=Turn())
    cut = _message("We", "assistant", id="c", turn=Turn(answers="a", stop="cut"))
    whole = _message("Well.", "assistant", id="w", turn=Turn(answers="a", stop="end"))
    assert to_answer([asking]) is asking
    assert to_answer([asking, cut]) is asking
    assert to_answer([asking, cut, whole]) is None
    assert to_answer([_message("added by hand")]) is None
    assert to_answer([cut]) is None
    assert to_answer([]) is None


def test_a_branch_has_ids_of_its_own_and_replies_that_answer_them() -> None:
    asking = _message("Well?", id="a", turn=Turn(), position=1)
    reply = _message("Well.", "assistant", id="w", turn=Turn(answers="a", model="x", stop="end"), position=2)
    ids = iter(["1", "2"])
    first, second = branched([asking, reply], lambda: next(ids))
    assert (first["id"], second["id"]) == ("1", "2")
    assert second["memlane_turn"]["answers"] == "1"
    assert second["created_at"] == _NOON
    assert branched([reply], lambda: "3")[0]["memlane_turn"]["answers"] == "a"


def test_the_size_says_what_is_shown_and_what_the_last_reply_was_made_from() -> None:
    info = SessionInfo(session_id="s", messages=1_500, created_at=_NOON, updated_at=_NOON)
    sent = Turn(answers="m", stop="end", sent=Sent(tokens=800, max_tokens=2_000))
    reply = _message("Hi", "assistant", turn=sent)
    assert size_of(info, [reply], 12) == "1 of 1,500 messages shown, 12 tokens · last window 800 of 2,000"
    assert size_of(info, [_message("Hi")], 12) == "1 of 1,500 messages shown, 12 tokens"
    one = SessionInfo(session_id="s", messages=1, created_at=_NOON, updated_at=_NOON)
    assert size_of(one, [_message("Hi")], 2) == "1 message shown, 2 tokens"
