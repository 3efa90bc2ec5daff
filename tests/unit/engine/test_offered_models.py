"""Models offered beside the connection's own: opened when asked, closed with it, measured by their own means."""

from collections.abc import Callable
from typing import Any

import pytest

import memlane
from memlane.adapters.counters.estimate import EstimateCounter
from memlane.engine.counting import RememberingCounter
from memlane.engine.models import Models
from memlane.errors import SettingError
from memlane.testing.scripted_model import ScriptedModel

USUAL = RememberingCounter(EstimateCounter())


def models(**parts: Any) -> tuple[Models, list[str]]:
    opened: list[str] = []

    def open_one(name: str) -> ScriptedModel:
        opened.append(name)
        return ScriptedModel("ok", identity=name)

    return Models(ScriptedModel("ok", identity="own:1"), open_one, **parts), opened


def test_the_default_comes_first_and_each_once() -> None:
    known, opened = models(name="openai:a", offered=["openai:b", "openai:a", "openai:b"])
    assert known.names == memlane.ModelNames(default="openai:a", offered=["openai:a", "openai:b"])
    assert opened == []
    assert Models(None, offered=["openai:b"]).names == memlane.ModelNames(default=None, offered=["openai:b"])


async def test_each_is_opened_once_and_closed_with_the_connection() -> None:
    known, opened = models(offered=["openai:b"])
    first, second = known.chosen("openai:b"), known.chosen("openai:b")
    assert first is second
    assert known.chosen("own:1") is known.default
    assert opened == ["openai:b"]
    await known.aclose()
    assert isinstance(first, ScriptedModel)
    assert first.closed


def test_another_model_has_its_own_counter_unless_one_was_chosen_for_all() -> None:
    made: list[str] = []

    def counter_of(identity: str) -> EstimateCounter:
        made.append(identity)
        return EstimateCounter("claude")

    known, _ = models(counter_of=counter_of)
    other = ScriptedModel("ok", identity="anthropic:x")
    assert known.default is not None
    assert known.counter(known.default, USUAL) is USUAL
    assert known.counter(other, USUAL) is known.counter(other, USUAL)
    assert (known.counter(other, USUAL).name, made) == (EstimateCounter("claude").name, ["anthropic:x"])
    assert models()[0].counter(other, USUAL) is USUAL


async def test_a_turn_is_measured_by_the_model_that_replies() -> None:
    own = ScriptedModel("ok", "ok", identity="openai:gpt-4o")
    other = ScriptedModel("ok", identity="anthropic:claude-x", context_tokens=200_000)
    async with memlane.connect_async("sqlite://", embedder="none", model=own, context_tokens=900) as memory:
        chat = memory.user("luke").session("a")
        first, second = await chat.chat("Hello there"), await chat.chat("Hello again", model=other)
    assert (first.context.max_tokens or 0) < 900 < (second.context.max_tokens or 0)
    assert "claude" in second.context.counter
    assert "claude" not in first.context.counter


@pytest.mark.parametrize("offered", ["openai:a", ["openai:a", 1], ["nobody"], ["openai+http://"], 3, [""]], ids=repr)
async def test_what_names_no_model_is_refused_before_anything_is_opened(offered: Any) -> None:
    with pytest.raises(SettingError):
        await memlane.connect_async("sqlite://", embedder="none", offered_models=offered)


async def test_a_server_decides_on_its_models_itself() -> None:
    connect: Callable[..., Any] = memlane.connect_async
    with pytest.raises(SettingError, match="offered_models"):
        await connect("https://memory.example.com", offered_models=["openai:a"])
