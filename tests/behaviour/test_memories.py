"""Long-term memory through the public API."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from memlane import AsyncMemlane, errors
from memlane.testing.fakes import FakeClock


async def test_what_was_said_is_recalled_in_another_session_of_another_connection(connect: Callable[..., Any]) -> None:
    here, there = await connect(), await connect()
    said = await here.user("luke").session("monday").add("user", "My sister Ada breeds alpacas in Bergen.")
    await here.user("luke").session("monday").add("assistant", "How lovely.")
    found = await there.user("luke").recall("Who breeds alpacas?")
    assert found[0].memory.text == "My sister Ada breeds alpacas in Bergen."
    assert found[0].memory.message_ids == [said.id]
    assert (found[0].memory.session_id, found[0].memory.kind) == ("monday", "message")
    assert found[0].score == pytest.approx(sum(found[0].why.values()))
    await there.user("luke").session("tuesday").add("user", "Ada sold all her alpacas yesterday.")
    again = await here.user("luke").recall("Did Ada sell her alpacas yesterday?")
    assert again[0].memory.text == "Ada sold all her alpacas yesterday."


async def test_a_session_can_opt_out_of_being_remembered(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    await luke.session("private", remember=False).add("user", "My PIN hides under the rug.")
    assert await luke.recall("PIN rug") == []
    assert len(await luke.session("private").messages()) == 1


async def test_facts_are_remembered_listed_and_forgotten(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    fact = await luke.remember("Prefers window seats", kind="preference", metadata={"source": "form"})
    assert (await luke.recall("which seat?"))[0].memory == fact
    assert await luke.memories(kinds=["preference"]) == [fact]
    assert await luke.memory(fact.id) == fact
    await luke.forget(fact.id)
    assert await luke.recall("which seat?") == []
    assert await luke.memory(fact.id) is None
    with pytest.raises(errors.NotFoundError):
        await luke.forget(fact.id)


async def test_recall_is_narrowed_by_kind_session_time_and_metadata(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    await luke.session("old").add("user", "coffee in Rome", created_at=datetime(2024, 1, 1, tzinfo=UTC))
    await luke.session("new").add(
        "user", "coffee in Oslo", created_at=datetime(2025, 1, 1, tzinfo=UTC), metadata={"t": 1}
    )
    await luke.remember("likes coffee")

    async def texts(**scope: Any) -> set[str]:
        return {found.memory.text for found in await luke.recall("coffee", **scope)}

    assert await texts() == {"coffee in Rome", "coffee in Oslo", "likes coffee"}
    assert await texts(kinds=["fact"]) == {"likes coffee"}
    assert await texts(sessions=["old"]) == {"coffee in Rome"}
    assert await texts(since=datetime(2024, 6, 1, tzinfo=UTC), kinds=["message"]) == {"coffee in Oslo"}
    assert await texts(until=datetime(2025, 1, 1, tzinfo=UTC)) == {"coffee in Rome"}
    assert await texts(metadata={"t": 1}) == {"coffee in Oslo"}
    assert len(await luke.recall("coffee", limit=1)) == 1


async def test_a_memory_past_its_time_is_gone_from_every_face(connect: Callable[..., Any], clock: FakeClock) -> None:
    memory = await connect(memories_ttl=3600)
    luke = memory.user("luke")
    await luke.session("s").add("user", "the code is swordfish")
    await luke.remember("the parcel comes today", expires_at=datetime.fromtimestamp(clock.now_ms() / 1000 + 60, UTC))
    assert len(await luke.recall("code parcel")) == 2
    clock.advance(timedelta(minutes=2))
    assert [found.memory.text for found in await luke.recall("code parcel")] == ["the code is swordfish"]
    clock.advance(timedelta(hours=1))
    assert await luke.recall("code parcel") == []
    assert await luke.memories() == []
    assert len(await luke.session("s").messages()) == 1


async def test_episodes_find_the_session(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    await luke.session("flight").add_many(
        [
            {"role": "user", "content": "My flight was cancelled"},
            {"role": "assistant", "content": "I rebooked the flight"},
        ]
    )
    await luke.session("garden").add("user", "The tomatoes have blight")
    found = await luke.episodes("flight problems")
    assert found[0].session_id == "flight"
    assert found[0].score == pytest.approx(sum(found[0].why.values()))


async def test_preferences_merge_replace_and_expire(memory: AsyncMemlane, clock: FakeClock) -> None:
    luke = memory.user("luke")
    assert await luke.preferences() == {}
    await luke.set_preferences({"seat": "window", "diet": {"meat": False}})
    await luke.set_preferences({"seat": "aisle"})
    assert await luke.preferences() == {"seat": "aisle", "diet": {"meat": False}}
    await luke.set_preferences({"tone": "dry"}, merge=False, ttl=60)
    assert await luke.preferences() == {"tone": "dry"}
    clock.advance(timedelta(minutes=1))
    assert await luke.preferences() == {}
    with pytest.raises(errors.UsageError):
        await luke.set_preferences({"n": float("inf")})


async def test_the_context_recalls_what_is_not_in_the_window(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    await luke.session("monday").add("user", "I'm vegetarian and I land in Oslo on Friday.")
    chat = luke.session("tuesday")
    await chat.instruct("You are a brief assistant.")
    await chat.add("user", "Which vegetarian food is there in Oslo on Friday?")
    context = await chat.context()
    assert [found.memory.session_id for found in context.memories] == ["monday"]
    assert "I'm vegetarian and I land in Oslo on Friday." in context.remembered
    assert context.system == "You are a brief assistant."
    question = "Which vegetarian food is there in Oslo on Friday?"
    assert context.as_openai()[-1] == {"role": "user", "content": f"{context.remembered}\n\n{question}"}
    assert [message.content for message in context.messages] == [question]
    assert context.as_anthropic()["messages"][-1]["role"] == "user"
    assert (await chat.context(recall=0)).memories == []


async def test_an_impossible_budget_names_the_smallest_that_would_do(memory: AsyncMemlane) -> None:
    chat = memory.user("luke").session("s")
    await chat.instruct("word " * 50)
    await chat.add("user", "question " * 30)
    with pytest.raises(errors.BudgetExceededError) as refused:
        await chat.context(max_tokens=10)
    context = await chat.context(max_tokens=refused.value.needed_tokens)
    assert context.tokens <= refused.value.needed_tokens
    assert len(context.messages) == 1


async def test_erasing_a_user_removes_all_and_only_of_that_user(connect: Callable[..., Any]) -> None:
    memory, other = await connect(), await connect()
    for name in ("luke", "leia"):
        user = memory.user(name)
        await user.session("s").add("user", "the hidden base is on Hoth")
        await user.remember("likes snow")
        await user.set_preferences({"colour": "white"})
        assert len(await other.user(name).recall("hidden base snow")) == 2
    receipt = await memory.user("luke").erase()
    assert receipt.removed["sessions"] == receipt.removed["messages"] == receipt.removed["preferences"] == 1
    assert receipt.removed["memories"] == 2
    for connection in (memory, other):
        luke = connection.user("luke")
        assert await luke.recall("hidden base snow") == await luke.memories() == await luke.sessions() == []
        assert await luke.preferences() == {}
        assert len(await connection.user("leia").recall("hidden base snow")) == 2
    await memory.user("luke").session("s").add("user", "a new beginning")
    assert [found.memory.text for found in await other.user("luke").recall("beginning")] == ["a new beginning"]


async def test_an_export_reads_back_to_an_equal_state(connect: Callable[..., Any], tmp_path: Path) -> None:
    memory = await connect()
    luke, copy = memory.user("luke"), memory.user("copy", tenant="other")
    chat = luke.session("s")
    await chat.instruct("Be brief.")
    await chat.add_many(
        [
            {"role": "user", "content": [{"type": "text", "text": "look"}], "custom": [1]},
            {"role": "assistant", "content": "seen", "metadata": {"n": 1.5}},
        ]
    )
    await luke.session("t").add("user", "x", created_at=datetime(2020, 2, 2, tzinfo=UTC))
    forgotten = await luke.session("t").add("user", "forget this")
    found = await luke.recall("forget this", limit=1)
    assert found[0].memory.message_ids == [forgotten.id]
    await luke.forget(found[0].memory.id)
    await luke.remember("fact", expires_at=datetime(2099, 1, 1, tzinfo=UTC))
    await luke.set_preferences({"a": [1]}, ttl=None)
    path = tmp_path / "luke.jsonl"
    count = await luke.export(path)
    assert await copy.restore(path) == count - 2  # all but the two lines of sessions
    assert await copy.restore(path) == 0
    for session in ("s", "t"):
        assert await copy.session(session).messages() == await luke.session(session).messages()
        assert await copy.session(session).instructions() == await luke.session(session).instructions()
    assert await copy.memories() == await luke.memories()
    assert await copy.preferences() == await luke.preferences()
    await copy.export(tmp_path / "copy.jsonl")
    assert (tmp_path / "copy.jsonl").read_text().splitlines()[1:] == path.read_text().splitlines()[1:]


async def test_an_unreadable_import_is_refused_and_nothing_is_written(memory: AsyncMemlane, tmp_path: Path) -> None:
    luke = memory.user("luke")
    at, said = "2024-01-01T00:00:00Z", {"id": "1", "role": "user", "content": "x"}
    head = {"type": "memlane-export", "version": 1, "tenant": "t", "user": "u", "exported_at": at}
    cases = {
        "empty.jsonl": "",
        "broken.jsonl": '{"id": "c"',
        "other.json": '{"hello": 1}',
        "clash.json": json.dumps({"id": "c", "sessions": [{"id": "s", "at": at, "messages": [said, said]}]}),
        "ref.json": json.dumps({"id": "c", "sessions": [{"ref": "r", "id": "s", "at": at}]}),
        "newer.jsonl": json.dumps(head | {"version": 99}, separators=(",", ":")),
        "cut.jsonl": json.dumps(head, separators=(",", ":")) + '\n{"type":"mem',
    }
    for name, text in cases.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(errors.UsageError):
            await luke.restore(tmp_path / name)
    with pytest.raises(errors.UsageError, match="cannot read"):
        await luke.restore(tmp_path / "absent.jsonl")
    assert await luke.memories() == await luke.sessions() == []


async def test_importing_conversations_twice_adds_nothing(memory: AsyncMemlane, tmp_path: Path) -> None:
    path = tmp_path / "talks.json"
    path.write_text(
        '{"id":"c","sessions":[{"id":"s1","at":"2024-01-01T10:00:00Z","messages":[{"id":"a","role":"user","name":"Ann",'
        '"content":"I adopted a tortoise"},{"role":"assistant","content":"What is its name?"}]}]}'
    )
    luke = memory.user("luke")
    steps: list[tuple[int, int]] = []
    assert await luke.restore(path, progress=lambda done, total: steps.append((done, total))) == 2
    assert await luke.restore(path) == 0
    assert steps == [(2, 2)]
    assert await luke.index()
    found = (await luke.recall("tortoise"))[0].memory
    assert (found.message_ids, found.name, found.created_at) == (["a"], "Ann", datetime(2024, 1, 1, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    "bad",
    [
        {"query": 7},
        {"query": "\ud800"},
        {"limit": 0},
        {"limit": "3"},
        {"kinds": "fact"},
        {"since": "soon"},
        {"at": datetime(2024, 1, 1)},
    ],
    ids=str,
)
async def test_a_bad_question_is_refused(memory: AsyncMemlane, bad: dict[str, Any]) -> None:
    with pytest.raises(errors.UsageError):
        await memory.user("luke").recall(**{"query": "x", **bad})


async def test_without_an_embedder_recall_is_lexical_and_says_so(connect: Callable[..., Any]) -> None:
    memory = await connect(embedder=None)
    await memory.user("luke").session("s").add("user", "The otter sleeps.")
    found = await memory.user("luke").recall("otter")
    assert found[0].memory.text == "The otter sleeps."
    assert any("keyword" in note for note in found[0].notes)
    assert "meaning_unavailable" in found[0].why
