"""Counts are remembered, texts are not."""

from memlane.engine.counting import RememberingCounter


class Counting:
    name = "letters"
    exact = True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def count(self, text: str) -> int:
        self.asked.append(text)
        return len(text)


def test_a_text_is_counted_once_and_not_kept() -> None:
    inner = Counting()
    counter = RememberingCounter(inner)
    assert [counter.count("heron"), counter.count("heron"), counter.count("otters")] == [5, 5, 6]
    assert inner.asked == ["heron", "otters"]
    assert (counter.name, counter.exact) == ("letters", True)
    assert "heron" not in repr(vars(counter)["_counts"])
