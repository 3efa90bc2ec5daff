"""How much of a prompt begins just as the last turn's did, which is what providers' prompt caches serve.

    python bench/prefix.py [--turns 300] [--budgets 4000,16000]

A made-up conversation is chatted through: a question, now and then a tool call and its result, an answer; five memories
are recalled anew each turn. Each turn's prompt is compared with the one before, as JSON of an OpenAI request, byte by
byte; tokens are those of the estimate. No model and no store are involved.

- before: what is remembered in the system text, before the messages; the window slides with each message
- after: what is remembered before the newest question; the window slides
- steady: the same, and the window's start moves in steps, as `session.chat` does it
"""

import argparse
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import msgspec

from made_up import BEGAN, Speech
from memlane.adapters.counters.estimate import EstimateCounter
from memlane.context.context import Context, build_context
from memlane.context.shapes import as_openai
from memlane.engine.counting import RememberingCounter
from memlane.protocols.counter import TokenCounter
from memlane.types.memory import Memory, Recalled
from memlane.types.message import Message, message_from_mapping
from report import Report, Table, run_script

_INSTRUCTIONS = "You are a helpful assistant. Answer briefly, and say so when you do not know. " * 5
_RECALLED = 5
_TOOL_EVERY = 7


class Served(msgspec.Struct):
    """What a run of prompts came to, the first one apart: of it nothing can be the same."""

    sent_bytes: int = 0
    same_bytes: int = 0
    sent_tokens: int = 0
    same_tokens: int = 0
    messages: list[int] = []
    moved: int = 0


def measure(options: argparse.Namespace) -> Report:
    """Chat through the conversation with each budget and layout."""
    turns = conversation(int(options.turns))
    rows = [
        _row(budget, name, serve(turns, layout, budget))
        for budget in (int(given) for given in str(options.budgets).split(","))
        for name, layout in LAYOUTS.items()
    ]
    header = ["budget", "layout", "bytes the same", "tokens the same", "tokens anew a turn", "messages shown", "moves"]
    return Report(
        title="Prompts: how much of them stays",
        about=f"{options.turns} turns; what begins each prompt exactly as the last one, of all that was sent. "
        "`before`: memories in the system text, sliding window; `after`: memories before the newest question; "
        "`steady`: and the window's start moves in steps, as in `session.chat`.",
        tables=[Table("Prompts of a long conversation", header, rows)],
    )


def _row(budget: int, name: str, served: Served) -> list[str]:
    return [
        f"{budget:,}",
        name,
        f"{served.same_bytes / served.sent_bytes:.1%}",
        f"{served.same_tokens / served.sent_tokens:.1%}",
        f"{(served.sent_tokens - served.same_tokens) / len(served.messages):,.0f}",
        f"{sum(served.messages) / len(served.messages):.0f}",
        str(served.moved),
    ]


class Asked(msgspec.Struct):
    """One turn: the log up to the question, and what was recalled for it."""

    log: list[Message]
    recalled: list[Recalled]


def conversation(turns: int, seed: int = 5) -> list[Asked]:
    """Return a made-up conversation as the model is asked, turn by turn."""
    speech, draw = Speech(seed), random.Random(seed)
    log: list[Message] = []
    asked: list[Asked] = []
    for turn in range(turns):
        _say(log, {"role": "user", "content": speech.text(draw.randint(40, 250))})
        recalled = [_recalled(at, speech.text(draw.randint(40, 250))) for at in draw.sample(range(10_000), _RECALLED)]
        asked.append(Asked(list(log), recalled))
        if turn % _TOOL_EVERY == _TOOL_EVERY - 1:
            call = {"id": f"call_{turn}", "type": "function", "function": {"name": "look", "arguments": '{"at": 1}'}}
            _say(log, {"role": "assistant", "content": None, "tool_calls": [call]})
            _say(log, {"role": "tool", "tool_call_id": f"call_{turn}", "content": speech.text(300)})
        _say(log, {"role": "assistant", "content": speech.text(draw.randint(80, 800))})
    return asked


def _say(log: list[Message], mapping: dict[str, Any]) -> None:
    position = len(log) + 1
    said = message_from_mapping(mapping, id=f"m{position}", created_at=BEGAN + timedelta(minutes=position))
    log.append(msgspec.structs.replace(said, position=position))


def _recalled(number: int, text: str) -> Recalled:
    memory = Memory(id=f"r{number}", text=text, kind="fact", created_at=BEGAN - timedelta(hours=number))
    return Recalled(memory=memory, score=1.0, why={})


def old_layout(context: Context) -> list[dict[str, Any]]:
    """Return the request with what is remembered in the system text."""
    return as_openai(context.messages, f"{context.system}\n\n{context.remembered}")


def new_layout(context: Context) -> list[dict[str, Any]]:
    """Return the request as it is sent."""
    return context.as_openai()


LAYOUTS: dict[str, tuple[Callable[[Context], list[dict[str, Any]]], bool]] = {
    "before": (old_layout, False),
    "after": (new_layout, False),
    "steady": (new_layout, True),
}


def serve(
    turns: Sequence[Asked], layout: tuple[Callable[[Context], list[dict[str, Any]]], bool], budget: int
) -> Served:
    """Return how much of each prompt began as the one before it."""
    write, steady = layout
    counter, served, last = RememberingCounter(EstimateCounter()), Served(), ""
    starts: list[str] = []
    for asked in turns:
        context = build_context(
            messages=asked.log,
            counter=counter,
            instructions=_INSTRUCTIONS,
            recalled=asked.recalled,
            max_tokens=budget,
            steady=steady,
        )
        sent = msgspec.json.encode(write(context)).decode()
        if last:
            _compare(served, last, sent, counter)
        served.messages.append(len(context.messages))
        starts.append(context.messages[0].id)
        last = sent
    served.moved = sum(one != other for one, other in pairwise(starts))
    return served


def _compare(served: Served, last: str, sent: str, counter: TokenCounter) -> None:
    same = last[: next((at for at, pair in enumerate(zip(last, sent, strict=False)) if pair[0] != pair[1]), len(last))]
    served.sent_bytes += len(sent.encode())
    served.same_bytes += len(same.encode())
    served.sent_tokens += counter.count(sent)
    served.same_tokens += counter.count(same)


if __name__ == "__main__":
    run_script("Compare prompts with the last turn's.", ["turns=300", "budgets=4000,16000"], measure)
