"""Which memories a reply may quote: it is silent rather than beside the point."""

from datetime import UTC, datetime

import pytest

from memlane.recall.relevance import relevant
from memlane.types.memory import Memory, Recalled

MAY = datetime(2023, 5, 8, 13, 56, tzinfo=UTC)


def memory(text: str, *, kind: str = "message", role: str | None = "user", **fields: str | None) -> Memory:
    return Memory(id="m", text=text, kind=kind, role=role, created_at=MAY, **{"session_id": "trip", **fields})


def recalled(text: str, keyword: float = 0.0, meaning: float = 0.0, **fields: str) -> Recalled:
    why = {"keyword": keyword, "meaning": meaning}
    return Recalled(memory=memory(text, **fields), score=keyword + meaning, why=why)


OSLO = recalled("I land in Oslo on Friday.", 0.02, 0.0)
ITSELF = recalled("What about Oslo?", 0.3, 0.3)


def test_what_shares_the_topic_is_quoted() -> None:
    assert relevant("What did I say about Oslo?", ITSELF, [OSLO]) == [OSLO]


def test_what_shares_the_topic_is_quoted_also_when_the_line_itself_was_not_found() -> None:
    assert relevant("What did I say about Oslo?", None, [OSLO]) == [OSLO]


def test_what_means_the_same_as_a_question_is_quoted_without_a_word_in_common() -> None:
    found = recalled("I am vegetarian.", 0.0, 0.2)
    assert relevant("Which dishes suit him?", ITSELF, [found]) == [found]


@pytest.mark.parametrize("line", ["hello", "Hi there!", "thanks a lot", "ok", "good morning", "", "???", "👋"])
def test_a_pleasantry_is_no_reason_to_quote(line: str) -> None:
    greeting = recalled("Hello there, thanks, good morning to you, my friend 👋", 0.3, 0.3)
    assert relevant(line, ITSELF, [greeting]) == []


def test_the_best_of_nothing_is_not_quoted() -> None:
    found = recalled("Glad you like it, it is peaceful", 0.04, 0.1)
    assert relevant("What is the capital of France?", ITSELF, [found]) == []


def test_an_earlier_question_is_no_answer() -> None:
    assert relevant("Where is Oslo?", ITSELF, [recalled("Is Oslo far away?", 0.3, 0.3)]) == []


def test_the_same_words_again_are_no_answer() -> None:
    assert relevant("I like Oslo", ITSELF, [recalled("Oslo!", 0.3, 0.3)]) == []


def test_the_order_of_recall_is_kept() -> None:
    found = [recalled(f"Oslo has a harbour and {word}", 0.1, 0.1) for word in ("ships", "gulls", "rain")]
    assert relevant("Tell me about Oslo", ITSELF, found) == found
