"""What window and cache saved, checked by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest

from memlane.types.message import Message
from memlane.types.turn import QUOTED, Sent, SentPart, Turn, Usage
from memlane.web.views.savings import (
    Prices,
    Savings,
    amount,
    chart_rows,
    money_of,
    reply_costs,
    savings_of,
    table_rows,
)

AT = datetime(2026, 11, 21, tzinfo=UTC)


def said(position: int, characters: int, turn: Turn | None = None) -> Message:
    role = "user" if turn is None else "assistant"
    text = "x" * characters
    return Message(id=f"m{position}", role=role, content=text, created_at=AT, position=position, turn=turn)


def reply(position: int, characters: int, sent: Sent | None, **turn: Any) -> Message:
    given = {"model": "m", "usage": Usage(input_tokens=100, cached_tokens=60, output_tokens=9)} | turn
    return said(position, characters, Turn(answers=f"m{position - 1}", sent=sent, **given))


def sent(messages: int, tokens: int, *, memories: int = 0, instructions: int = 10) -> Sent:
    parts = [
        SentPart(name="instructions", count=1, tokens=instructions),
        SentPart(name="memories", count=2, tokens=memories),
        SentPart(name="messages", count=messages, tokens=tokens),
    ]
    return Sent(tokens=instructions + memories + tokens, parts=parts)


def test_what_was_left_out_counts_at_the_characters_to_a_token_of_what_was_sent() -> None:
    # 100 characters were left out; of those sent, 40 are 20 tokens: two characters to a token, so 50 tokens.
    log = [said(1, 60), said(2, 40), said(3, 40), reply(4, 30, sent(1, 20, memories=15))]
    (cost,) = reply_costs(log)
    assert (cost.messages, cost.left_out) == (1, 2)
    assert cost.whole == 10 + 20 + 50
    assert cost.sent == 10 + 15 + 20
    assert cost.saved == 50 - 15


def test_a_reply_that_left_nothing_out_saved_nothing_and_its_memories_cost() -> None:
    (cost,) = reply_costs([said(1, 40), reply(2, 5, sent(1, 20, memories=15))])
    assert (cost.left_out, cost.saved) == (0, -15)


def test_messages_that_were_not_read_count_as_left_out_and_as_long_as_the_others_are() -> None:
    log = [said(101, 40), reply(102, 20, sent(1, 20))]
    (cost,) = reply_costs(log, older=100)
    assert cost.left_out == 100
    assert cost.whole == 10 + 20 + 100 * 30 // 2


def test_four_characters_are_a_token_where_no_messages_were_sent() -> None:
    (cost,) = reply_costs([said(1, 400), reply(2, 5, sent(0, 0))])
    assert cost.whole == 10 + 100


def test_replies_without_a_model_or_without_a_record_are_left_out() -> None:
    log = [
        said(1, 40),
        reply(2, 5, sent(1, 20), model=QUOTED),
        reply(3, 5, None),
        reply(4, 5, sent(1, 20), usage=None),
    ]
    assert reply_costs(log) == []
    assert reply_costs([]) == []
    assert savings_of([]).saved_share == 0


def test_more_messages_sent_than_are_known_is_all_that_are_known() -> None:
    (cost,) = reply_costs([said(1, 40), reply(2, 5, sent(7, 20))])
    assert (cost.messages, cost.left_out) == (1, 0)


def test_sums_and_shares() -> None:
    log = [said(1, 80), said(2, 20), reply(3, 20, sent(1, 10)), said(4, 20), reply(5, 9, sent(1, 10))]
    found = savings_of(reply_costs(log))
    assert found.replies == 2
    assert found.whole == (10 + 10 + 40) + (10 + 10 + 60)
    assert found.sent == 40
    assert found.saved == 100
    assert found.saved_share == pytest.approx(100 / 140)
    assert found.cached_share == pytest.approx(0.6)
    assert [row["reply"] for row in chart_rows(reply_costs(log))] == [1, 2]
    rows = table_rows(reply_costs(log))
    assert [row["Reply"] for row in rows] == [2, 1]
    assert all(row["Saved"] == row["Whole log"] - row["Sent"] for row in rows)


def test_money_is_tokens_at_the_price_of_their_kind() -> None:
    found = Savings(1, whole=3_000_000, sent=1_000_000, input_tokens=1_000_000, cached_tokens=400_000, output_tokens=1)
    money = money_of(found, Prices(fresh=2.5, cached=0.5, out=1_000_000))
    assert money.spent == pytest.approx(0.6 * 2.5 + 0.4 * 0.5 + 1)
    assert money.by_window == pytest.approx(5)
    assert money.by_cache == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.00"),
        (1234.5, "1,234.50"),
        (0.1, "0.10"),
        (0.0123, "0.012"),
        (0.000_012_3, "0.000012"),
        (-0.5, "\u22120.50"),
        (1e-12, "0.00000000"),
    ],
)
def test_money_is_written_without_exponents(value: float, text: str) -> None:
    assert amount(value) == text
