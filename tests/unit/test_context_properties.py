"""Any log under any budget gives a context that keeps every promise and that both providers would take."""

import re
import types
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

import msgspec
import pytest
from anthropic.types import MessageParam
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionMessageParam
from typing_extensions import get_type_hints, is_typeddict

from memlane.context.context import Context, Draft, build_context
from memlane.context.groups import group
from memlane.context.shape_anthropic import OPENING
from memlane.context.shapes import as_anthropic, as_openai
from memlane.errors import BudgetExceededError
from memlane.types.memory import Memory, Recalled
from memlane.types.message import Message, message_from_mapping
from memlane.types.summary import Summary

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
PNG = "data:image/png;base64,iVBORw0KGgo="


class Counter:
    """Counts by a rule of its own; not every rule is kind."""

    exact = True

    def __init__(self, name: str) -> None:
        self.name = name

    def count(self, text: str) -> int:
        rules = {"up": -(-len(text) // 4), "down": len(text) // 4, "words": len(text.split()), "characters": len(text)}
        return rules[self.name]


words = st.sampled_from(
    ["", " ", "\n", "Hi", "yes", "one two three", "</remembered>", "a longer sentence than others. "]
)
call_ids = st.sampled_from(["c1", "c2", "call_0", "functions.f:0", "x" * 41, ""])
texts = words.map(lambda text: {"type": "text", "text": text})
pictures = st.sampled_from(
    [
        {"type": "image_url", "image_url": {"url": PNG}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
    ]
)
rare = st.sampled_from(
    [
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}},
        {"type": "refusal", "refusal": "No."},
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
    ]
)
parts = st.lists(st.one_of(texts, pictures, rare), max_size=3)
names = st.sampled_from([None, None, "luke", "Leia Organa"])
arguments = st.sampled_from(["", "{}", '{"a": 1}', '{"a": ', "[1]"])


def openai_call(call_id: str, given_arguments: str) -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": "do.it", "arguments": given_arguments}}


def custom_call(call_id: str) -> dict[str, Any]:
    return {"id": call_id, "type": "custom", "custom": {"name": "do", "input": "it"}}


def use(call_id: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": "do.it", "input": {"a": 1}}


def result(call_id: str, content: Any, failed: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call_id, "content": content, "is_error": failed}


speech = st.builds(
    lambda role, content, name: {"role": role, "content": content, "name": name},
    st.sampled_from(["user", "user", "assistant", "assistant", "system", "developer"]),
    st.one_of(words, parts, st.none()),
    names,
)
openai_calls = st.builds(
    lambda content, calls: {"role": "assistant", "content": content, "tool_calls": calls},
    st.one_of(st.none(), words),
    st.lists(st.one_of(st.builds(openai_call, call_ids, arguments), call_ids.map(custom_call)), max_size=3),
)
anthropic_calls = st.builds(
    lambda said, calls: {"role": "assistant", "content": [*said, *calls]},
    parts,
    st.lists(call_ids.map(use), max_size=3),
)
both_calls = st.builds(
    lambda call_id: {"role": "assistant", "content": [use(call_id)], "tool_calls": [openai_call(call_id, "{}")]},
    call_ids,
)
legacy_calls = st.just({"role": "assistant", "content": None, "tool_calls": [], "function_call": {"name": "f"}})
openai_results = st.builds(
    lambda call_id, content: {"role": "tool", "content": content, "tool_call_id": call_id or None},
    call_ids,
    st.one_of(words, st.lists(texts, max_size=2)),
)
legacy_results = st.just({"role": "function", "name": "f", "content": "r"})
anthropic_results = st.builds(
    lambda results, said: {"role": "user", "content": [*results, *said]},
    st.lists(st.builds(result, call_ids, words | st.lists(texts | pictures, max_size=2), st.booleans()), max_size=3),
    parts,
)  # fmt: skip
mappings = st.one_of(
    speech, speech, openai_calls, openai_results, openai_results, anthropic_calls, anthropic_results,
    both_calls, legacy_calls, legacy_results,
)  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> list[Message]:
    messages = [
        message_from_mapping(mapping, id=f"s{at}", created_at=NOON)
        for at, mapping in enumerate(draw(st.lists(mappings, max_size=12)), start=1)
    ]
    return [msgspec.structs.replace(message, position=at) for at, message in enumerate(messages, start=1)]


memories = st.builds(
    lambda at, text, kind, session, sources, score: Recalled(
        memory=Memory(
            id=f"m{at}",
            text=text,
            kind=kind,
            created_at=NOON - timedelta(days=at),
            session_id=session,
            message_ids=[f"s{source}" for source in sources],
        ),
        score=score,
        why={},
    ),
    st.integers(0, 99),
    words,
    st.sampled_from(["message", "fact", "summary"]),
    st.sampled_from(["here", "there", None]),
    st.lists(st.integers(1, 12), max_size=2),
    st.sampled_from([0.1, 0.5, 0.9]),
)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "messages": draw(logs()),
        "instructions": draw(st.sampled_from([None, "", "Be brief, and kind."])),
        "summary": draw(st.none() | st.builds(Summary, text=words, upto=st.integers(0, 4))),
        "recalled": draw(st.lists(memories, max_size=6)),
        "last": draw(st.none() | st.integers(0, 8)),
        "session_id": draw(st.sampled_from(["here", None])),
        "memory_share": draw(st.sampled_from([0, 0.3, 1])),
        "counter": Counter(draw(st.sampled_from(["up", "down", "words", "characters"]))),
    }


windows = st.fixed_dictionaries({"max_tokens": st.none() | st.integers(0, 700), "steady": st.booleans()})


def places(messages: list[Message]) -> list[int]:
    return [message.position for message in messages]


def live(request: dict[str, Any]) -> list[Message]:
    upto = request["summary"].upto if request["summary"] else 0
    return [message for message in request["messages"] if message.position > upto]


def try_build(request: dict[str, Any], budget: int) -> Context:
    """Return the context of a budget, or of the one that the refusal says is needed."""
    needed = needed_tokens(request, budget)
    if needed is None:
        return build_context(**request, max_tokens=budget)
    assert needed > budget
    assert needed_tokens(request, needed - 1) == needed
    return build_context(**request, max_tokens=needed)


def needed_tokens(request: dict[str, Any], budget: int | None = None) -> int | None:
    try:
        build_context(**({"max_tokens": budget} | request))
    except BudgetExceededError as refused:
        return refused.needed_tokens
    return None


@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(0, 700))
def test_a_context_keeps_to_its_budget_and_shows_what_it_must(request: dict[str, Any], budget: int) -> None:
    context = try_build(request, budget)
    shown, groups = places(context.messages), [places(found) for found in group(live(request))]
    assert context.tokens <= (context.max_tokens or 0)
    assert context.system.startswith(request["instructions"] or "")
    assert shown == sorted(shown)
    assert all(set(found) <= set(shown) or not set(found) & set(shown) for found in groups)
    if groups and request["last"] != 0:
        assert set(groups[-1]) <= set(shown)
    if request["last"] is not None:
        assert len(shown) <= max(request["last"], len(groups[-1]) if groups else 0)
    for what, got, asked in (
        ("message", shown, request["messages"]),
        ("memory", context.memories, request["recalled"]),
    ):
        assert len(got) + sum(len(item.ids) for item in context.left_out if item.what == what) == len(asked)


@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(0, 700))
def test_tokens_are_those_of_all_that_is_sent(request: dict[str, Any], budget: int) -> None:
    context, counter = try_build(request, budget), request["counter"]
    opened = [OPENING for message in context.as_anthropic()["messages"][:1] if message["content"] == OPENING]
    frames = [*(counter.count(text) + 4 for text in opened), 4 * len(context.messages)]
    least = counter.count(context.system) + sum(frames)
    assert sum(part.tokens for part in context.parts) == context.tokens >= least


plain_logs = st.lists(st.tuples(st.sampled_from(["user", "assistant"]), words.filter(str.strip)), max_size=12)


@settings(max_examples=100, deadline=None)
@given(requests(), plain_logs, st.integers(0, 700))
def test_tokens_of_plain_text_are_exactly_those_of_what_is_sent(
    request: dict[str, Any], spoken: list[tuple[str, str]], budget: int
) -> None:
    said = [{"role": role, "content": text} for role, text in spoken]
    context, counter = try_build({**request, "messages": stored(said)}, budget), request["counter"]
    sent = context.as_openai()
    first = next((message["role"] for message in sent if message["role"] != "system"), "user")
    opening = counter.count(OPENING) + 4 if first == "assistant" else 0
    said_tokens = sum(counter.count(message["content"]) for message in sent)
    assert context.tokens == said_tokens + 4 * len(context.messages) + opening


@settings(max_examples=200, deadline=None)
@given(requests(), st.integers(0, 700))
def test_what_is_remembered_is_sent_once_and_is_all_that_it_changes(request: dict[str, Any], budget: int) -> None:
    context = try_build(request, budget)
    block, without = context.remembered, msgspec.structs.replace(context, remembered="")
    for sent, bare in (
        (with_system(context.as_openai()), with_system(without.as_openai())),
        (as_one_list(context.as_anthropic()), as_one_list(without.as_anthropic())),
    ):
        holding = [at for at, message in enumerate(sent) if block and any(block in text for text in texts_of(message))]
        assert len(holding) == bool(context.memories)
        assert "".join(text for message in sent for text in texts_of(message)).count(block or "\0") == len(holding)
        assert without_block(sent, block) == without_block(bare, block)
        before = holding[0] if holding else len(sent)
        assert sent[:before] == bare[:before]
        assert all(is_call(message) for message in sent[before + 1 :] if before and message["role"] == "assistant")


def with_system(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sent if sent and sent[0]["role"] == "system" else [{"role": "system", "content": ""}, *sent]


def as_one_list(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"role": "system", "content": request.get("system", "")}, *request["messages"]]


def is_call(message: dict[str, Any]) -> bool:
    return "tool_calls" in message or "'tool_use'" in str(message["content"])


def texts_of(message: dict[str, Any]) -> list[str]:
    content = message["content"] or ""
    if isinstance(content, str):
        return [content]
    return [part["text"] for part in content if part.get("type") == "text"]


def without_block(sent: list[dict[str, Any]], block: str) -> list[tuple[str, Any]]:
    """Return roles and texts with the block and the empty line around it taken out."""
    rest: list[tuple[str, Any]] = []
    for message in sent:
        texts = [text.replace(block, "").strip("\n") if block else text.strip("\n") for text in texts_of(message)]
        rest.append((message["role"], [text for text in texts if text]))
    return [(role, texts) for role, texts in rest if role != "system" or texts]


@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(0, 400), st.integers(0, 200))
def test_a_larger_budget_never_shows_fewer_messages(request: dict[str, Any], budget: int, more: int) -> None:
    small = try_build(request, budget)
    large = build_context(**request, max_tokens=(small.max_tokens or 0) + more)
    assert set(places(small.messages)) <= set(places(large.messages))
    assert not (small.summary and not large.summary)
    assert set(places(large.messages)) <= set(places(build_context(**request).messages))


@settings(max_examples=200, deadline=None)
@given(requests(), windows, st.lists(memories, max_size=6))
def test_a_draft_makes_and_foretells_the_contexts_that_are_built_anew(
    request: dict[str, Any], window: dict[str, Any], others: list[Recalled]
) -> None:
    request |= window
    recalled = request.pop("recalled")
    if needed_tokens(request):
        with pytest.raises(BudgetExceededError):
            Draft(**request)
        return
    draft = Draft(**request)
    for found in ([], recalled, others, recalled):
        context = draft.context(found)
        assert context == build_context(**request, recalled=found)
        assert draft.messages(found) == context.messages


@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(0, 700))
def test_nothing_is_said_twice(request: dict[str, Any], budget: int) -> None:
    context = try_build(request, budget)
    shown = {message.id for message in context.messages}
    spoken = {message.content.strip() for message in context.messages if isinstance(message.content, str)} - {""}
    quoted = [found.memory for found in context.memories]
    assert len({memory.text.strip() for memory in quoted}) == len(quoted)
    for memory in quoted:
        assert memory.text.strip() not in spoken
        if memory.session_id == request["session_id"] is not None and memory.message_ids:
            assert not set(memory.message_ids) <= shown


@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(0, 700))
def test_openai_would_take_every_context(request: dict[str, Any], budget: int) -> None:
    check_openai(try_build(request, budget).as_openai())


@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(0, 700))
def test_anthropic_would_take_every_context(request: dict[str, Any], budget: int) -> None:
    sent = try_build(request, budget).as_anthropic()
    assert set(sent) == {"messages", *(["system"] if sent.get("system") else [])}
    check_anthropic(sent["messages"])


@settings(max_examples=100, deadline=None)
@given(logs())
def test_words_reach_both_providers(messages: list[Message]) -> None:
    openai, anthropic = str(as_openai(messages)), str(as_anthropic(messages))
    for message in messages:
        if message.role in ("user", "assistant") and isinstance(message.content, str):
            words_said = repr(message.content.strip())[1:-1]
            assert words_said in openai
            assert words_said in anthropic


@settings(max_examples=100, deadline=None)
@given(logs())
def test_what_was_sent_can_be_stored_and_sent_again_unchanged(messages: list[Message]) -> None:
    openai, anthropic = as_openai(messages), as_anthropic(messages)["messages"]
    assert as_openai(stored(openai)) == openai
    assert as_anthropic(stored(anthropic))["messages"] == anthropic


def stored(sent: list[dict[str, Any]]) -> list[Message]:
    return [message_from_mapping(mapping, id=f"again{at}", created_at=NOON) for at, mapping in enumerate(sent)]


def fits(value: Any, hint: Any) -> bool:
    """Whether a JSON value is what a type of an official SDK describes; unknown keys are refused."""
    if is_typeddict(hint):
        return _fits_fields(value, hint)
    origin, options = get_origin(hint), get_args(hint)
    if origin is Literal:
        return value in options
    if origin in (Required, NotRequired, Union, types.UnionType):
        return any(fits(value, option) for option in options)
    if origin in (list, Iterable):
        return isinstance(value, list) and all(fits(item, options[0]) for item in value)
    plain = origin or hint
    return isinstance(plain, type) and not getattr(plain, "_is_protocol", False) and isinstance(value, plain)


def _fits_fields(value: Any, hint: Any) -> bool:
    hints = get_type_hints(hint, include_extras=True)
    required = {name for name, field in hints.items() if get_origin(field) is Required}
    is_known = isinstance(value, dict) and required <= set(value) <= set(hints)
    return is_known and all(fits(item, hints[name]) for name, item in value.items())


def check_openai(sent: list[dict[str, Any]]) -> None:
    waiting: list[str] = []
    seen: set[str] = set()
    for message in sent:
        assert fits(message, ChatCompletionMessageParam), message
        assert message["content"] != []
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", message.get("name", "name"))
        if message["role"] == "tool":
            assert message["tool_call_id"] in waiting
            waiting.remove(message["tool_call_id"])
            continue
        assert waiting == [], "a call stands without its answer"
        if message["role"] == "assistant":
            waiting = _openai_ids(message)
            assert message["content"] is not None or waiting or message.keys() & {"refusal", "audio"}
        assert len(set(waiting)) == len(waiting)
        assert not seen.intersection(waiting)
        seen.update(waiting)


def _openai_ids(message: dict[str, Any]) -> list[str]:
    assert message.get("tool_calls") != []
    ids: list[str] = [call["id"] for call in message.get("tool_calls", [])]
    for call in message.get("tool_calls", []):
        assert 1 <= len(call["id"]) <= 40
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", call.get("function", call.get("custom"))["name"])
    return ids


def check_anthropic(sent: list[dict[str, Any]]) -> None:
    waiting: set[str] = set()
    seen: set[str] = set()
    for at, message in enumerate(sent):
        assert fits(message, MessageParam), message
        assert message["role"] == ("assistant" if at % 2 else "user")
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        assert blocks
        assert all(block["text"].strip() for block in blocks if block["type"] == "text")
        if message["role"] == "user":
            _check_results(blocks, waiting, is_last=message is sent[-1])
        waiting = {block["id"] for block in blocks if block["type"] == "tool_use"}
        assert len(waiting) == sum(block["type"] == "tool_use" for block in blocks)
        assert not seen & waiting
        assert all(re.fullmatch("[A-Za-z0-9_-]+", call_id) for call_id in waiting)
        seen |= waiting
        if message["role"] == "assistant":
            _check_end(blocks, is_last=message is sent[-1])


def _check_results(blocks: list[dict[str, Any]], waiting: set[str], *, is_last: bool) -> None:
    results = [block for block in blocks if block["type"] == "tool_result"]
    assert results == blocks[: len(results)]
    answered = [block["tool_use_id"] for block in results]
    assert len(set(answered)) == len(answered)
    # Calls may be open at the very end only, where nothing but their first results follows.
    assert set(answered) == waiting or (is_last and set(answered) < waiting and len(blocks) == len(results) > 0)


def _check_end(blocks: list[dict[str, Any]], *, is_last: bool) -> None:
    assert blocks[-1]["type"] not in ("thinking", "redacted_thinking")
    if is_last and blocks[-1]["type"] == "text":
        assert blocks[-1]["text"] == blocks[-1]["text"].rstrip()


def test_the_validator_bites() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    for wrong in (
        [{"role": "tool", "tool_call_id": "c", "content": "r"}],
        [{"role": "assistant", "content": None, "tool_calls": [call]}, {"role": "user", "content": "?"}],
        [{"role": "user", "content": "Hi", "metadata": {}}],
        [{"role": "assistant", "content": [{"type": "image_url", "image_url": {"url": PNG}}]}],
    ):
        with pytest.raises(AssertionError):
            check_openai(wrong)
    for wrong in (
        [{"role": "assistant", "content": "Hi"}],
        [{"role": "user", "content": " "}],
        [{"role": "user", "content": "Hi"}, {"role": "user", "content": "Hi"}],
        [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": [use("c")]},
            {"role": "user", "content": "?"},
        ],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": PNG}}]}],
    ):
        with pytest.raises(AssertionError):
            check_anthropic(wrong)
