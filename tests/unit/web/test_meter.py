"""What a reply was made from, in numbers."""

from memlane.types.turn import Sent, SentPart, Turn, Usage
from memlane.web.views import meter

_PARTS = [
    SentPart(name="instructions", count=1, tokens=40),
    SentPart(name="messages", count=12, tokens=1_210),
    SentPart(name="memories", count=3, tokens=150),
]


def _turn(max_tokens: int | None = 4_000, output_tokens: int = 100) -> Turn:
    sent = Sent(tokens=1_400, max_tokens=max_tokens, parts=_PARTS)
    return Turn(answers="m", stop="end", usage=Usage(output_tokens=output_tokens), sent=sent)


def test_the_parts_stand_in_order_and_the_rest_of_the_budget_is_free() -> None:
    assert [(part.title, part.tokens, part.count) for part in meter.segments(_turn())] == [
        ("Instructions", 40, 0),
        ("Memories", 150, 3),
        ("Messages", 1_210, 12),
        ("Reply", 100, 0),
        ("Free", 2_500, 0),
    ]


def test_without_a_budget_or_room_nothing_is_free() -> None:
    assert "Free" not in {part.title for part in meter.segments(_turn(None))}
    assert "Free" not in {part.title for part in meter.segments(_turn(1_500))}
    assert "Reply" not in {part.title for part in meter.segments(_turn(output_tokens=0))}
    assert meter.segments(Turn(answers="m", stop="end")) == []


def test_the_bar_has_a_row_of_each_part_in_order() -> None:
    rows = meter.bar_rows(meter.segments(_turn()))
    assert [row["order"] for row in rows] == sorted(row["order"] for row in rows)
    assert {row["part"] for row in rows} <= set(meter.PARTS)
    assert meter.legend(meter.segments(_turn(None, 0))) == "Instructions 40 · Memories 150 (3) · Messages 1,210 (12)"


def test_totals_are_said_in_words() -> None:
    assert meter.total(Sent(tokens=1_400, max_tokens=4_000)) == "1,400 of 4,000 tokens sent"
    assert meter.total(Sent(tokens=1_400)) == "1,400 tokens sent"
    assert meter.left_out(Sent(left_out=1_200)) == "1,200 messages or memories left out: the window"
    assert meter.left_out(Sent(left_out=1)) == "1 message or memory left out: the window"
    assert not meter.left_out(Sent())


def test_shares_add_up_largest_first_and_those_against_it_have_none() -> None:
    found = meter.shares({"keyword": 0.1, "meaning": 0.3, "opening": 0.0, "statement": -0.1, "own_signal": 0.1})
    assert [(share.title, round(share.part, 2)) for share in found] == [
        ("same meaning", 0.6),
        ("same words", 0.2),
        ("own signal", 0.2),
        ("states something", 0.0),
    ]
    assert meter.shares_in_words(found, 2) == "same meaning 60 % · same words 20 %"
    assert meter.shares({}) == []
    assert meter.shares({"keyword": 0.0}) == []
