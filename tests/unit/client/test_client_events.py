"""Server-sent events are read whatever pieces they come in."""

from hypothesis import given
from hypothesis import strategies as st

from memlane.client.events import Event, EventReader

STREAM = (
    b': hello\n\nevent: piece\ndata: {"text":"a\\u2028b\xe2\x80\xa8c"}\n\n'
    b"event:reply\r\ndata:1\r\ndata: 2\r\nid: 7\r\n\r\ndata: x\n\nevent: none\n\n:beat\n\ndata: cut"
)
EVENTS = [
    Event("piece", '{"text":"a\\u2028b\u2028c"}'.encode()),
    Event("reply", b"1\n2"),
    Event("message", b"x"),
]


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_events_do_not_depend_on_where_the_bytes_are_cut(cuts: list[int]) -> None:
    reader, found, begin = EventReader(), list[Event](), 0
    for end in [*sorted(cuts), len(STREAM)]:
        found += reader.feed(STREAM[begin:end])
        begin = end
    assert found == EVENTS


def test_a_stream_of_one_byte_at_a_time_is_read() -> None:
    reader = EventReader()
    assert [event for byte in STREAM for event in reader.feed(bytes([byte]))] == EVENTS
