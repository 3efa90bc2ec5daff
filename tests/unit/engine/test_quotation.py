"""A reply from memory quotes who said what, when and where."""

from datetime import UTC, datetime

import pytest

from memlane.engine.quotation import quotations
from memlane.types.memory import Memory

MAY = datetime(2023, 5, 8, 13, 56, tzinfo=UTC)


def memory(text: str, *, kind: str = "message", role: str | None = "user", **fields: str | None) -> Memory:
    return Memory(id="m", text=text, kind=kind, role=role, created_at=MAY, **{"session_id": "trip", **fields})


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (memory("I'm vegetarian"), "On 8 May 2023 you said in session trip: “I'm vegetarian”"),
        (memory("Noted.", role="assistant"), "On 8 May 2023 the assistant said in session trip: “Noted.”"),
        (memory("Hi", name="Caroline"), "On 8 May 2023 Caroline said in session trip: “Hi”"),
        (memory("Hi", session_id="now"), "Earlier in this conversation you said: “Hi”"),
        (
            memory("Window seats", kind="preference", role=None, session_id=None),
            "On 8 May 2023 this was remembered as preference: “Window seats”",
        ),
        (memory("two\nlines", session_id="a\nb"), "On 8 May 2023 you said in session a b: “two lines”"),
    ],
)
def test_a_quotation_says_who_when_and_where(said: Memory, words: str) -> None:
    assert quotations([said], "now") == words


def test_several_quotations_stand_on_lines_of_their_own() -> None:
    assert len(quotations([memory("one"), memory("two\nlines")], "now").splitlines()) == 2


def test_a_long_text_is_cut() -> None:
    words = quotations([memory("word " * 1_000)], "now")
    assert len(words) < 500
    assert words.endswith("…”")
