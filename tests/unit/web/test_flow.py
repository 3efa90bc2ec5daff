"""The flow of a conversation: its messages in order, what was recalled for its replies, and where the window begins."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memlane.types.message import Message
from memlane.types.summary import Summary
from memlane.types.turn import Sent, SentPart, Shown, Turn, Usage
from memlane.web.views.flow import (
    MOST_SOURCES,
    REPLY_LANE,
    TOOL_LANE,
    YOU_LANE,
    make_flow,
    recalled_ids,
    window_begins,
)
from memlane.web.views.flow_rows import BY_HAND, block_rows, cut_rows, height_of, lanes_of, link_rows, source_rows

START = datetime(2026, 3, 1, tzinfo=UTC)


def message(position: int, content: Any = "Hello", role: str = "user", **fields: Any) -> Message:
    return Message(
        role=role,
        content=content,
        id=f"m{position}",
        created_at=START + timedelta(minutes=position),
        position=position,
        **fields,
    )


def reply(position: int, *recalled: str, sent: int = 0) -> Message:
    parts = [SentPart(name="messages", count=sent, tokens=9)] if sent else []
    made = Sent(recalled=[Shown(id=one) for one in recalled], parts=parts)
    return message(position, "Well.", "assistant", turn=Turn(answers="m", usage=Usage(output_tokens=400), sent=made))


HOMES = {"a": "s1", "b": "s1", "c": "s2", "d": None}


def test_messages_stand_side_by_side_in_lanes_as_wide_as_they_are_long() -> None:
    flow = make_flow([message(1), message(2, "x" * 4_000, "assistant"), message(3, "r", "tool")], {})
    assert [block.lane for block in flow.blocks] == [YOU_LANE, REPLY_LANE, TOOL_LANE]
    assert [block.begin for block in flow.blocks[1:]] == [block.end for block in flow.blocks[:-1]]
    short, long, _ = (block.end - block.begin for block in flow.blocks)
    assert long > 10 * short > 0
    assert flow.blocks[1].tokens == 1_000
    assert flow.width == flow.blocks[-1].end


def test_the_tokens_of_a_reply_are_those_that_its_model_counted() -> None:
    assert make_flow([reply(1)], {}).blocks[0].tokens == 400


def test_lanes_without_messages_are_left_out_but_for_the_speakers() -> None:
    assert lanes_of(make_flow([message(1)], {})) == [YOU_LANE, REPLY_LANE]
    assert lanes_of(make_flow([message(1, "x", "system")], {})) == [YOU_LANE, REPLY_LANE, TOOL_LANE]


def test_people_who_speak_with_each_other_have_a_lane_each() -> None:
    talk = [message(1, name="Caroline"), message(2, name="Mel\x1b"), message(3, name="Caroline")]
    assert lanes_of(make_flow(talk, {})) == ["Caroline", "Mel␛"]
    assert lanes_of(make_flow([message(number, name=f"P{number}") for number in range(9)], {})) == [
        YOU_LANE,
        REPLY_LANE,
    ]


def test_replies_are_tied_to_the_sessions_of_what_was_recalled_for_them() -> None:
    flow = make_flow([message(1), reply(2, "a", "c"), message(3), reply(4, "a", "b", "d", "gone")], HOMES)
    assert [(source.session_id, source.memories) for source in flow.sources] == [
        ("s1", ["a", "b"]),
        ("s2", ["c"]),
        (None, ["d"]),
    ]
    assert [(link.position, link.source, link.count) for link in flow.links] == [
        (2, 0, 1),
        (2, 1, 1),
        (4, 0, 2),
        (4, 2, 1),
    ]
    assert [block.recalled for block in flow.blocks] == [0, 2, 0, 4]
    assert [row["title"] for row in source_rows(flow, {"s1": "The\nboat"})] == ["The boat", "s2", BY_HAND]


def test_of_many_sources_those_recalled_from_most_are_shown() -> None:
    homes = {f"m{number}": f"s{number}" for number in range(20)}
    flow = make_flow([reply(1, *homes), reply(2, "m19")], homes)
    assert len(flow.sources) == MOST_SOURCES
    assert "s19" in {source.session_id for source in flow.sources}
    assert {link.source for link in flow.links} == set(range(MOST_SOURCES))


def test_what_was_recalled_is_listed_once() -> None:
    assert recalled_ids([reply(1, "a", "b"), message(2), reply(3, "b", "c")]) == ["a", "b", "c"]


def test_curves_lead_from_the_reply_to_its_source() -> None:
    flow = make_flow([message(1), reply(2, "a"), reply(3, "c")], HOMES)
    rows = link_rows(flow)
    assert {row["link"] for row in rows} == {0, 1}
    ends = [row for row in rows if row["link"] == 1]
    assert (ends[0]["x"], ends[-1]["x"]) == (flow.blocks[2].middle, flow.sources[1].place)
    assert ends[0]["y"] < ends[-1]["y"] < height_of(flow)


@pytest.mark.parametrize(("upto", "after"), [(1, 1), (2, 2), (3, None), (9, None), (0, None)])
def test_the_end_of_the_summary_is_marked_where_it_is_within_the_page(upto: int, after: int | None) -> None:
    flow = make_flow([message(number) for number in (1, 2, 3)], {}, summary=Summary(text="…", upto=upto))
    assert flow.summary_at == (None if after is None else flow.blocks[after - 1].end)
    assert [row["says"] for row in cut_rows(flow)] == (["summarised up to here"] if after else [])


def test_the_window_begins_with_the_first_message_that_the_last_reply_was_sent() -> None:
    messages = [message(1), message(2, role="assistant"), message(3), reply(4, sent=2), message(5)]
    assert window_begins(messages) == 2
    assert make_flow(messages, {}, window_from=2).window_at == make_flow(messages, {}).blocks[1].begin
    assert make_flow(messages, {}, window_from=1).window_at is None


@pytest.mark.parametrize("messages", [[], [message(1)], [message(9), reply(10, sent=7)], [message(1), reply(2)]])
def test_where_the_window_begins_is_not_always_known(messages: list[Message]) -> None:
    assert window_begins(messages) is None


def test_nothing_is_an_empty_picture() -> None:
    flow = make_flow([], {})
    assert (block_rows(flow), source_rows(flow, {}), link_rows(flow), cut_rows(flow)) == ([], [], [], [])


def test_hostile_text_is_data_on_one_line() -> None:
    text = "<script>\x1b[31m\n![x](http://evil.example/x.png)"
    flow = make_flow([message(1, text, name="<b>\u202eKim"), reply(2, "a")], {"a": text})
    (first, _) = block_rows(flow)
    assert first["said"] == "<script>␛[31m ![x](http://evil.example/x.png)"
    assert "\u202e" not in first["speaker"]
    assert all("image" not in row for row in (*block_rows(flow), *source_rows(flow, {}), *link_rows(flow)))
    assert "\x1b" not in source_rows(flow, {})[0]["title"]
