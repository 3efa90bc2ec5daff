"""What is read of an answer beside its way."""

import gzip
import json

import pytest

from memlane.proxy.chat import ChatDialect
from memlane.proxy.collecting import Answer
from memlane.types.turn import CUT

WHOLE = json.dumps({"choices": [{"message": {"content": "Hi there."}, "finish_reason": "stop"}]}).encode()
CHUNKS = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in ("Hi", " there", ".")]
EVENTS = b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in CHUNKS)
END = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
STREAM = b"text/event-stream; charset=utf-8"


def read(content: bytes, kind: bytes, *, encoding: bytes = b"", size: int = 7, is_whole: bool = True) -> object:
    answer = Answer(ChatDialect(), kind, encoding)
    for begun in range(0, len(content), size):
        answer.feed(content[begun : begun + size])
    found = answer.collected(is_whole=is_whole)
    return None if found is None else (found.completion.text, found.completion.stop)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_whole_answers_and_streams_are_put_together(size: int) -> None:
    assert read(WHOLE, b"application/json", size=size) == ("Hi there.", "end")
    assert read(EVENTS + END, STREAM, size=size) == ("Hi there.", "end")
    assert read((EVENTS + END).replace(b"\n", b"\r\n"), STREAM, size=size) == ("Hi there.", "end")
    assert read(gzip.compress(EVENTS + END), STREAM, encoding=b"gzip", size=size) == ("Hi there.", "end")


def test_what_had_come_of_a_stream_is_cut() -> None:
    assert read(EVENTS, STREAM, is_whole=False) == ("Hi there.", CUT)
    assert read(EVENTS, STREAM) == ("Hi there.", CUT)
    assert read(EVENTS + b"data: {nonsense}\n\n" + END, STREAM) == ("Hi there.", CUT)
    assert read(b"", STREAM, is_whole=False) is None


@pytest.mark.parametrize("content", [b"", b"{", b"7", b"<html>", b'{"choices": []}', b'{"choices": 7}', WHOLE[:-5]])
def test_what_is_no_answer_is_not_kept(content: bytes) -> None:
    assert read(content, b"application/json") is None


def test_an_encoding_that_nobody_knows_is_not_read() -> None:
    assert read(WHOLE, b"application/json", encoding=b"br") is None


def test_what_is_held_of_an_answer_is_bounded() -> None:
    answer = Answer(ChatDialect(), STREAM, b"")
    answer.feed(EVENTS)
    for _ in range(40):
        answer.feed(b"x" * 1_000_000)
    assert answer._events is not None
    assert len(answer._events._rest) < 20_000_000
    found = answer.collected(is_whole=True)
    assert found is not None
    assert found.completion.stop == CUT
