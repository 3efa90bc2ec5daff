"""Background work: each fact, summary and episode is made once, whatever fails and however often it is done again."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from memlane.derive.change import settle
from memlane.engine.client import AsyncMemlane
from memlane.engine.core import Limits
from memlane.engine.extract import by_patterns
from memlane.engine.facts import record
from memlane.engine.labour import Labour
from memlane.engine.plan import WorkPlan
from memlane.engine.summarise import leaving_messages
from memlane.engine.workshop import Workshop
from memlane.errors import ModelRateLimitError, ModelRefusedError, ModelUnavailableError, UsageError
from memlane.protocols.chat_model import Prompt
from memlane.testing.fakes import FakeClock, InMemoryBackend
from memlane.testing.scripted_model import ScriptedModel
from memlane.types.ids import Partition, SessionKey

Open = Callable[..., AsyncMemlane]
PLAN = WorkPlan(in_process=False, compact_after_messages=20, keep=0.5)
LUKE = Partition("default", "luke")


def core(memory: AsyncMemlane) -> Any:
    return memory._core


async def facts(memory: AsyncMemlane) -> list[tuple[str | None, str | None]]:
    return [(fact.attribute, fact.value) for fact in await memory.user("luke").facts()]


def extractor(prompt: Prompt) -> str:
    """Answer any of the prompts as a careful model would: who says `home X` lives in X."""
    asked = str(prompt.messages[-1].content)
    lines = [msgspec.json.decode(line) for line in asked.splitlines() if line.startswith('{"number"')]
    if "diary" in prompt.system:
        return '{"title": "A trip", "summary": "They spoke.", "open_ends": []}'
    if "summary of a long conversation" in prompt.system:
        return msgspec.json.encode({"summary": f"Up to {lines[-1]['text'][:20]}"}).decode()
    found = [
        {
            "kind": "fact",
            "subject": "user",
            "attribute": "home",
            "value": line["text"].split()[1],
            "text": f"Lives in {line['text'].split()[1]}.",
            "ends": False,
            "valid_from": None,
            "valid_to": None,
            "confidence": 0.9,
            "messages": [line["number"]],
        }
        for line in lines
        if line["person"] and line["text"].startswith("home ")
    ]
    return msgspec.json.encode({"facts": found}).decode()


async def test_facts_are_found_without_a_model_and_name_their_messages(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    luke = memory.user("luke")
    told = await luke.session("a").add("user", "I live in Oslo.")
    assert await memory.run_due() >= 1
    (fact,) = await luke.facts()
    assert (fact.attribute, fact.value, fact.session_id, fact.message_ids) == ("home", "Oslo", "a", [told.id])
    assert await memory.run_due() == 0
    assert await memory.work() == []


async def test_a_newer_fact_ends_the_older_and_the_past_can_still_be_asked(open_one: Open, clock: FakeClock) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    luke = memory.user("luke")
    await luke.session("a").add("user", "I live in Oslo.")
    await memory.run_due()
    then = (await luke.facts())[0].created_at + timedelta(hours=1)
    clock.advance(timedelta(days=30))
    await luke.session("b").add("user", "I moved to Bergen.")
    await memory.run_due()
    assert [fact.value for fact in await luke.facts()] == ["Bergen"]
    assert [fact.value for fact in await luke.facts(at=then)] == ["Oslo"]


async def test_a_step_can_be_seen_and_undone(open_one: Open, clock: FakeClock) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    luke = memory.user("luke")
    await luke.session("a").add("user", "I live in Oslo.")
    await memory.run_due()
    clock.advance(timedelta(days=1))
    await luke.session("b").add("user", "I live in Bergen.")
    await memory.run_due()
    oslo = next(memory_ for memory_ in await luke.memories(kinds={"fact"}) if memory_.value == "Oslo")
    assert [version.valid_to is None for version in await luke.history(oslo.id)] == [True, False]
    assert (await luke.revert(oslo.id, 1)).valid_to is None
    assert [version.valid_to is None for version in await luke.history(oslo.id)] == [True, False, True]
    assert (await luke.pin(oslo.id)).pinned
    assert not (await luke.pin(oslo.id, pinned=False)).pinned


async def test_what_an_assistant_says_is_no_fact_of_the_user(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    await memory.user("luke").session("a").add("assistant", "I live in Oslo.")
    await memory.run_due()
    assert await facts(memory) == []


async def test_a_model_finds_facts_with_real_sources_only(open_one: Open) -> None:
    def inventing(prompt: Prompt) -> str:
        answer = msgspec.json.decode(extractor(prompt))
        if "facts" in answer:
            answer["facts"] += [{**fact, "value": "Nowhere", "messages": [99]} for fact in answer["facts"]]
        return msgspec.json.encode(answer).decode()

    memory = open_one(InMemoryBackend(), plan=PLAN, model=ScriptedModel(inventing))
    told = await memory.user("luke").session("a").add("user", "home Oslo")
    await memory.run_due()
    (fact,) = await memory.user("luke").facts()
    assert (fact.value, fact.message_ids) == ("Oslo", [told.id])
    assert "scripted:model" in fact.method


async def test_a_window_past_its_limit_is_summarised_and_nothing_is_lost(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    session = memory.user("luke").session("a")
    for number in range(30):
        await session.add("user", f"The train number {number} leaves at noon.")
    await memory.run_due()
    summary = await session.summary()
    assert summary is not None
    messages, context = await session.messages(), await session.context(recall=0)
    assert len(messages) == 30
    assert summary.message_ids + [message.id for message in context.messages] == [message.id for message in messages]
    assert len(context.messages) == 10
    assert summary.text.partition("\n")[0] in context.system
    assert summary.method == "extract-1"


async def test_what_is_added_while_a_summary_is_made_stays_in_the_window(open_one: Open) -> None:
    backend = InMemoryBackend()
    adding: list[Any] = []

    async def slow(prompt: Prompt) -> str:
        if "summary of a long conversation" in prompt.system and not adding:
            adding.append(await memory.user("luke").session("a").add("user", "meanwhile"))
        return extractor(prompt)

    memory = open_one(backend, plan=PLAN, model=ScriptedModel(slow))
    session = memory.user("luke").session("a")
    for number in range(30):
        await session.add("user", f"line {number}")
    await memory.run_due()
    context = await session.context(recall=0)
    assert context.messages[-1].content == "meanwhile"
    assert await memory.work() == []


async def test_tool_pairs_are_not_parted_by_a_summary(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    session = memory.user("luke").session("a")
    for number in range(15):
        call = {"id": f"c{number}", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        await session.add_many(
            [
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "content": f"The answer is {number}.", "tool_call_id": f"c{number}"},
            ]
        )
    await memory.run_due()
    summary = await session.summary()
    assert summary is not None
    assert len(summary.message_ids) % 2 == 0


async def test_a_summary_can_be_made_anew(open_one: Open) -> None:
    model = ScriptedModel(extractor)
    memory = open_one(InMemoryBackend(), plan=PLAN, model=model)
    session = memory.user("luke").session("a")
    for number in range(30):
        await session.add("user", f"line {number}")
    await memory.run_due()
    before = await session.summary()
    after = await session.rebuild_summary()
    assert before is not None
    assert after is not None
    assert (after.upto, after.message_ids) == (before.upto, before.message_ids)
    assert await memory.user("luke").session("none").rebuild_summary() is None


@pytest.mark.parametrize("answer", ["", "not JSON", '{"summary": ""}', '{"facts": 7}', "[" * 5000])
async def test_a_models_bad_answer_changes_nothing_and_is_tried_again(
    open_one: Open, clock: FakeClock, answer: str
) -> None:
    answers: list[Callable[[Prompt], str]] = [lambda _: answer]

    def answered(prompt: Prompt) -> str:
        return answers[-1](prompt)

    model = ScriptedModel(answered)
    memory = open_one(InMemoryBackend(), plan=PLAN, model=model)
    session = memory.user("luke").session("a")
    for number in range(30):
        await session.add("user", f"home Oslo{number}")
    assert await memory.run_due() == 0
    assert await session.summary() is None
    assert await facts(memory) == []
    (due,) = await memory.work()
    assert (due.sessions[0].tries, due.sessions[0].error) == (1, "malformed_output")
    answers.append(extractor)
    clock.advance(timedelta(minutes=1))
    assert await memory.run_due() > 0
    assert await memory.work() == []


async def test_what_keeps_failing_is_set_aside_and_can_be_brought_back(open_one: Open, clock: FakeClock) -> None:
    plan = msgspec.structs.replace(PLAN, most_tries=3)
    model = ScriptedModel(*[ModelRefusedError("no")] * 3, extractor)
    memory = open_one(InMemoryBackend(), plan=plan, model=model)
    await memory.user("luke").session("a").add("user", "home Oslo")
    for _ in range(3):
        await memory.run_due()
        clock.advance(timedelta(hours=1))
    (due,) = await memory.work()
    assert (due.sessions[0].set_aside, due.sessions[0].error) == (True, "model_refused")
    assert await memory.run_due() == 0
    assert await memory.retry_work() == 1
    assert await memory.run_due() > 0
    assert await facts(memory) == [("home", "Oslo")]


async def test_a_model_that_is_down_is_waited_for_however_long(open_one: Open, clock: FakeClock) -> None:
    plan = msgspec.structs.replace(PLAN, most_tries=2)
    model = ScriptedModel(*[ModelUnavailableError("down")] * 6, extractor)
    memory = open_one(InMemoryBackend(), plan=plan, model=model)
    await memory.user("luke").session("a").add("user", "home Oslo")
    for _ in range(6):
        assert await memory.run_due() == 0
        clock.advance(timedelta(hours=1))
    assert await memory.run_due() > 0


async def test_one_users_failure_does_not_hold_up_another(open_one: Open) -> None:
    def picky(prompt: Prompt) -> str:
        if "home Bad" in str(prompt.messages[-1].content):
            raise ModelRefusedError("no")
        return extractor(prompt)

    memory = open_one(InMemoryBackend(), plan=PLAN, model=ScriptedModel(picky))
    for user, home in (("a", "Bad"), ("b", "Oslo"), ("c", "Lund")):
        await memory.user(user).session("s").add("user", f"home {home}")
    await memory.run_due()
    assert [fact.value for user in ("a", "b", "c") for fact in await memory.user(user).facts()] == ["Oslo", "Lund"]


async def test_a_provider_says_when_to_come_back(open_one: Open, clock: FakeClock) -> None:
    model = ScriptedModel(ModelRateLimitError("slow down", 120.0), extractor)
    memory = open_one(InMemoryBackend(), plan=PLAN, model=model)
    await memory.user("luke").session("a").add("user", "home Oslo")
    await memory.run_due()
    (due,) = await memory.work()
    assert due.ready_at_ms == clock.now_ms() + 120_000


async def test_a_tenants_daily_tokens_are_not_passed(open_one: Open, clock: FakeClock) -> None:
    plan = msgspec.structs.replace(PLAN, daily_tokens_per_tenant=5_000)
    model = ScriptedModel(extractor)
    memory = open_one(InMemoryBackend(), plan=plan, model=model)
    for number in range(4):
        await memory.user(f"u{number}").session("a").add("user", "home Oslo")
    await memory.run_due()
    spent = len(model.prompts)
    assert 0 < spent < 8
    await memory.user("x", tenant="other").session("a").add("user", "home Oslo")
    await memory.run_due()
    assert await memory.user("x", tenant="other").facts()
    clock.advance(timedelta(days=1))
    await memory.run_due()
    assert len(model.prompts) > spent


async def test_work_waits_for_quiet_or_for_enough_messages(open_one: Open, clock: FakeClock) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    session = memory.user("luke").session("a")
    await session.add("user", "I live in Oslo.")
    workshop = Workshop(core(memory), core(memory).ledger, Labour(core(memory)).work)
    assert await workshop.once() == 0
    assert await facts(memory) == []
    clock.advance(PLAN.quiet + timedelta(seconds=1))
    assert await workshop.once() > 0
    assert await facts(memory) == [("home", "Oslo")]
    for number in range(PLAN.extract_every):
        await session.add("user", f"I like tea number {number}.")
    assert await workshop.once() > 0


async def test_a_closed_session_does_not_wait_for_quiet(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    session = memory.user("luke").session("a")
    await session.add("user", "I live in Oslo. Can you book a table for Friday?")
    await session.close()
    workshop = Workshop(core(memory), core(memory).ledger, Labour(core(memory)).work)
    assert await workshop.once() > 0
    (episode,) = await memory.user("luke").memories(kinds={"episode"})
    assert episode.session_id == "a"
    assert episode.metadata["title"]


async def test_an_episode_is_written_anew_when_more_is_said_and_stays_one(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    session = memory.user("luke").session("a")
    await session.add("user", "Where does the ferry leave?")
    await memory.run_due()
    await session.add("user", "And when does the train to Hamar leave?")
    await memory.run_due()
    (episode,) = await memory.user("luke").memories(kinds={"episode"})
    assert "Hamar" in episode.text
    await memory.run_due()


async def test_work_that_is_done_twice_changes_nothing(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN, model=ScriptedModel(extractor))
    session = memory.user("luke").session("a")
    for number in range(30):
        await session.add("user", f"home Oslo{number}")
    await memory.run_due()
    before = {found.id: found for found in await memory.user("luke").memories()}
    summary = await session.summary()
    work = Labour(core(memory)).work
    await asyncio.gather(*(work(SessionKey(LUKE, "a"), True) for _ in range(4)))
    assert {found.id: found for found in await memory.user("luke").memories()} == before
    assert await session.summary() == summary


class Dying:
    """Counts writes over all stores until none is left: then every call fails, as if the worker had been killed."""

    writes = frozenset({"swap_field", "replace", "finish", "claim", "fail", "put", "release", "extend"})

    def __init__(self, left: int) -> None:
        self.left = left

    def before(self) -> None:
        if self.left <= 0:
            raise ConnectionResetError("killed")

    def after(self, call: str) -> None:
        self.left -= call in self.writes


class Mortal:
    """A store that dies with the others."""

    def __init__(self, store: Any, dying: Dying) -> None:
        self._store = store
        self._dying = dying

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._store, name)
        if not callable(member):
            return member

        async def call(*args: Any, **kwargs: Any) -> Any:
            self._dying.before()
            result = await member(*args, **kwargs)
            self._dying.after(name)
            return result

        return call


@pytest.mark.parametrize("step", range(1, 14))
async def test_a_crash_at_any_step_is_made_good_and_everything_exists_once(
    open_one: Open, clock: FakeClock, step: int
) -> None:
    backend = InMemoryBackend()
    writer = open_one(backend, plan=PLAN)
    session = writer.user("luke").session("a")
    for number in range(30):
        await session.add("user", f"home Oslo{number}" if number % 10 == 0 else f"line {number} about trains")

    dying = Dying(step)
    killed = open_one(
        backend,
        plan=PLAN,
        sessions=Mortal(backend.sessions(), dying),
        memories=Mortal(backend.memories(), dying),
        model=ScriptedModel(extractor),
    )
    core(killed).ledger = Mortal(backend.work(), dying)
    doomed = Workshop(core(killed), core(killed).ledger, Labour(core(killed)).work)
    try:
        await doomed.run()
    except ConnectionResetError:
        clock.advance(timedelta(minutes=5))
    heir = open_one(backend, plan=PLAN, model=ScriptedModel(extractor))
    await heir.run_due()
    found = await heir.user("luke").memories(kinds={"fact", "episode"})
    assert sorted(memory.value or memory.kind for memory in found) == ["Oslo0", "Oslo10", "Oslo20", "episode"]
    summary = await heir.user("luke").session("a").summary()
    assert summary is not None
    assert len(summary.message_ids) == 20
    assert await heir.work() == []


async def test_many_recorders_at_once_lose_nothing(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    session = memory.user("luke").session("a")
    messages = await session.add_many([{"role": "user", "content": f"I like tea{n} very much."} for n in range(12)])
    said = [by_patterns([message], "a") for message in messages]
    await asyncio.gather(*(record(core(memory), LUKE, statements) for statements in said))
    assert len(await memory.user("luke").facts()) == len([one for statements in said for one in statements])
    assert (
        settle(
            await memory.user("luke").facts(), [one for statements in said for one in statements], now=datetime.now(UTC)
        )
        == []
    )


async def test_an_erased_user_gets_no_facts_from_work_in_progress(open_one: Open) -> None:
    async def erasing(prompt: Prompt) -> str:
        await memory.user("luke").erase()
        return extractor(prompt)

    memory = open_one(InMemoryBackend(), plan=PLAN, model=ScriptedModel(erasing))
    await memory.user("luke").session("a").add("user", "home Oslo")
    await memory.run_due()
    assert await memory.user("luke").memories() == []
    assert await memory.work() == []


async def test_using_a_fact_is_counted_and_leaves_no_revision(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    luke = memory.user("luke")
    await luke.session("a").add("user", "I live in Oslo.")
    await memory.run_due()
    await luke.session("b").context("Where does he live: Oslo?")
    await core(memory).uses.write()
    (fact,) = await luke.facts()
    assert (fact.uses, fact.version) == (1, 1)
    assert fact.used_at is not None


@pytest.mark.parametrize(
    "fields",
    [{"extract_every": 0}, {"keep": 1.0}, {"quiet": timedelta(0)}, {"most_tries": True}, {"lease": 3}],
)
def test_a_plan_that_cannot_be_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        WorkPlan(**fields)


def test_nothing_leaves_a_window_within_its_limits() -> None:
    class Words:
        name, exact = "words", True

        def count(self, text: str) -> int:
            return len(text.split())

    assert leaving_messages([], PLAN, Words()) == []


async def test_a_session_begun_anew_meanwhile_keeps_nothing_of_the_old(open_one: Open, clock: FakeClock) -> None:
    async def removing(prompt: Prompt) -> str:
        if not removed:
            removed.append(True)
            await luke.erase()
            clock.advance(timedelta(seconds=1))
            await luke.session("a").add_many([{"role": "user", "content": f"home Lund{n}"} for n in range(5)])
        return extractor(prompt)

    removed: list[bool] = []
    memory = open_one(InMemoryBackend(), plan=PLAN, model=ScriptedModel(removing))
    luke = memory.user("luke")
    await luke.session("a").add_many([{"role": "user", "content": f"home Oslo{n}"} for n in range(30)])
    await memory.run_due()
    clock.advance(timedelta(minutes=11))
    await memory.run_due()
    assert {fact.value for fact in await luke.memories(kinds={"fact"})} == {f"Lund{n}" for n in range(5)}
    assert await luke.session("a").summary() is None
    assert len((await luke.session("a").context(recall=0)).messages) == 5
    assert await memory.work() == []


async def test_work_ends_where_the_newest_message_has_expired(open_one: Open, clock: FakeClock) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    session = memory.user("luke").session("a")
    await session.add_many([{"role": "user", "content": f"I like tea {n}."} for n in range(3)])
    await session.expire(1, last=1)
    clock.advance(timedelta(seconds=2))
    await asyncio.wait_for(memory.run_due(), timeout=20)
    assert await memory.work() == []


async def test_a_pinned_episode_stays_pinned_when_it_is_written_anew(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    luke = memory.user("luke")
    await luke.session("a").add("user", "Where does the ferry leave?")
    await memory.run_due()
    (episode,) = await luke.memories(kinds={"episode"})
    await luke.pin(episode.id)
    await luke.session("a").add("user", "And when does the train to Hamar leave?")
    await memory.run_due()
    (again,) = await luke.memories(kinds={"episode"})
    assert again.pinned
    assert "Hamar" in again.text


async def test_a_change_of_the_episode_meanwhile_loses_neither(open_one: Open) -> None:
    async def pinning(prompt: Prompt) -> str:
        if "diary" in prompt.system and (found := await luke.memories(kinds={"episode"})):
            await luke.pin(found[0].id)
        return extractor(prompt)

    memory = open_one(InMemoryBackend(), plan=PLAN, model=ScriptedModel(pinning))
    luke = memory.user("luke")
    await luke.session("a").add("user", "One.")
    await memory.run_due()
    await luke.session("a").add("user", "Two.")
    await memory.run_due()
    (episode,) = await luke.memories(kinds={"episode"})
    assert episode.pinned
    assert await memory.work() == []


async def test_quoted_memory_is_no_source_of_anything(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    luke = memory.user("luke")
    await luke.session("a").add("user", "The night ferry to Bergen is white.")
    await luke.session("b").chat("Which colour is the night ferry to Bergen?")
    await memory.run_due()
    episode = next(one for one in await luke.memories(kinds={"episode"}) if one.session_id == "b")
    assert "white" not in episode.text


async def test_a_summary_whose_messages_have_expired_stays(open_one: Open, clock: FakeClock) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    session = memory.user("luke").session("a")
    await session.add_many([{"role": "user", "content": f"We took train number {n}."} for n in range(30)])
    await memory.run_due()
    before = await session.summary()
    await session.expire(1, last=30)
    clock.advance(timedelta(seconds=2))
    after = await session.rebuild_summary()
    assert before is not None
    assert after is not None
    assert after.text == before.text


async def test_a_fact_said_many_times_stays_small(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    luke = memory.user("luke")
    await luke.session("a").add_many([{"role": "user", "content": "I live in Oslo."} for _ in range(120)])
    await memory.run_due()
    (fact,) = await luke.facts()
    assert len(msgspec.json.encode(fact)) < 60_000
    assert [version.support for version in await luke.history(fact.id)][:3] == [1, 2, 3]


async def test_what_is_derived_lives_as_long_as_what_is_remembered(open_one: Open, clock: FakeClock) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN, limits=Limits(memories_ttl_ms=60_000))
    luke = memory.user("luke")
    await luke.session("a").add("user", "I live in Oslo.")
    await memory.run_due()
    assert await luke.facts()
    clock.advance(timedelta(minutes=2))
    assert await luke.facts() == []
    assert await luke.memories() == []


async def test_a_prompt_beyond_the_days_budget_is_set_aside_and_not_tried_for_ever(
    open_one: Open, clock: FakeClock
) -> None:
    plan = msgspec.structs.replace(PLAN, daily_tokens_per_tenant=10, most_tries=2)
    memory = open_one(InMemoryBackend(), plan=plan, model=ScriptedModel(extractor))
    await memory.user("luke").session("a").add("user", "home Oslo")
    for _ in range(2):
        await memory.run_due()
        clock.advance(timedelta(hours=1))
    assert (await memory.work())[0].sessions[0].set_aside


async def test_a_worker_told_to_stop_before_it_began_stops(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    memory.stop_work()
    assert await asyncio.wait_for(memory.serve_work(), timeout=5) == 0
