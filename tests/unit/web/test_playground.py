"""The recall playground weighs again what was found."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.recall.signals import SIGNALS
from memlane.types.memory import Memory, Recalled
from memlane.web.views.playground import bars_of, best_shares, colour_of, notes_of, rerank, says, signals_of

NOW = datetime(2026, 5, 20, tzinfo=UTC)
SHARES = st.dictionaries(st.sampled_from(["keyword", "meaning", "window"]), st.floats(0, 1), min_size=1)


def found(name: str, notes: tuple[str, ...] = (), **why: float) -> Recalled:
    memory = Memory(id=name, text=name, kind="message", created_at=NOW)
    return Recalled(memory=memory, score=sum(why.values()), why=why, notes=list(notes))


FOUND = [found("a", keyword=0.1, window=0.5), found("b", keyword=0.4, window=0.1), found("c", keyword=0.2)]


@given(st.lists(SHARES, max_size=8))
def test_with_every_weight_at_one_nothing_moves(whys: list[dict[str, float]]) -> None:
    ranked = rerank([found(str(number), **why) for number, why in enumerate(whys)], {"keyword": 1.0, "meaning": 1.0})
    assert [one.recalled.memory.id for one in ranked] == [str(number) for number in range(len(whys))]
    assert all(one.moved == "" for one in ranked)


def test_a_signal_weighed_down_reorders_what_was_found() -> None:
    ranked = rerank(FOUND, {"window": 0.0})
    assert [one.recalled.memory.id for one in ranked] == ["b", "c", "a"]
    assert [one.moved for one in ranked] == ["↑ 1", "↑ 1", "↓ 2"]


@given(st.lists(SHARES, max_size=8), st.dictionaries(st.sampled_from(["keyword", "window"]), st.floats(0, 2)))
def test_the_shares_of_each_add_up_to_its_score_and_none_is_lost(
    whys: list[dict[str, float]], weights: dict[str, float]
) -> None:
    ranked = rerank([found(str(number), **why) for number, why in enumerate(whys)], weights)
    assert sorted(one.was for one in ranked) == list(range(1, len(whys) + 1))
    assert [one.rank for one in ranked] == list(range(1, len(whys) + 1))
    for one in ranked:
        assert one.score == pytest.approx(sum(one.shares.values()))
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True) or all(
        weight == 1 for weight in weights.values()
    )


def test_signals_that_say_nothing_are_not_offered() -> None:
    assert signals_of([*FOUND, found("d", date=0.0)]) == ["keyword", "window"]


def test_bars_hold_numbers_and_signals_and_nothing_of_the_text() -> None:
    bars = bars_of(rerank(FOUND, {}), ["keyword", "window"])
    assert bars[0] == {"rank": 1, "signal": "keyword", "order": 0, "share": 0.1}
    assert len(bars) == 5


def test_the_best_shares_come_first() -> None:
    assert best_shares(rerank(FOUND, {})[0], 1) == [("window", 0.5)]


def test_notes_are_said_once() -> None:
    assert notes_of([found("a", ("no embedder",)), found("b", ("no embedder", "x"))]) == ["no embedder", "x"]


def test_every_signal_of_recall_is_explained() -> None:

    assert all(says(signal.__name__) for signal in SIGNALS)
    assert says("magic") is None


def test_every_signal_has_a_colour_of_its_own() -> None:
    colours = {colour_of(signal.__name__) for signal in SIGNALS}
    assert len(colours) == len(SIGNALS)
    assert colour_of("magic") not in colours
