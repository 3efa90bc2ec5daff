"""Answer questions from recalled memories with one model and judge the answers with another.

    python bench/qa.py --data PATH --task longmemeval_s --model NAME --judge NAME [--base-url URL] [--limit 20]
    python bench/qa.py --loopback

The models are asked through OpenAI's chat completions: `OPENAI_API_KEY`, and `OPENAI_BASE_URL` or `--base-url`, say
where. Answers must lie with the data: `"answer"` in questions.jsonl, or `answers.jsonl` beside it, a line
`{"question": id, "answer": text}` each. A question that has gold neither of messages nor of sessions, or whose kind
or id says so, is one to be declined. Prices are in dollars a million tokens; without them no cost is reckoned.

`--loopback` runs everything on made-up data with a pretended model, to prove that it works. Its figures mean nothing.
"""

import argparse
import asyncio
import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

import memlane
from loopback_model import LoopbackModel
from made_up_task import write_task
from qa_prompts import ABSTAIN, answering, judging, verdict
from report import Report, Table, run_script, versions
from retrieval_data import Question, answers, asked_conversations, gold, questions
from task_memory import asked_at, empty_memory

_AT_ONCE = 4
_LOOPBACK = "loopback"
_MILLION = 1_000_000


class Used(msgspec.Struct):
    """Tokens of one model, as the provider counts them."""

    prompt: int = 0
    completion: int = 0
    calls: int = 0

    def cost(self, prices: tuple[float, float] | None) -> float | None:
        """Return dollars; None where the prices are not known."""
        if prices is None:
            return None
        return (self.prompt * prices[0] + self.completion * prices[1]) / _MILLION


class Asked(msgspec.Struct):
    """One question, answered and judged; `right` is None where the judge said neither yes nor no."""

    question: str
    kind: str
    reference: str
    answer: str
    verdict: str
    right: bool | None


class Exam(NamedTuple):
    """The questions, the right answers by question id, and the questions that must be declined."""

    questions: list[Question]
    known: dict[str, str]
    to_decline: set[str]


class Model:
    """A chat model behind OpenAI's API; `used` adds up what it was sent and said."""

    def __init__(self, client: Any, name: str) -> None:
        """Ask `name` through `client`."""
        self._client, self.name, self.used = client, name, Used()

    async def reply(self, messages: list[dict[str, str]]) -> str:
        """Return what the model says."""
        made = await self._client.chat.completions.create(model=self.name, messages=messages)
        if made.usage:
            self.used.prompt += made.usage.prompt_tokens
            self.used.completion += made.usage.completion_tokens
        self.used.calls += 1
        return made.choices[0].message.content or ""


def measure(options: argparse.Namespace) -> Report:
    """Answer and judge, write a line a question, and report the share that is right."""
    with contextlib.ExitStack() as stack:
        if options.loopback:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            options.data, options.task = str(folder), write_task(folder)
            options.base_url = stack.enter_context(LoopbackModel()).base_url
            options.model = options.judge = _LOOPBACK
        _check(options)
        return asyncio.run(_measure(options, _exam(options)))


def _check(options: argparse.Namespace) -> None:
    for name in ("data", "model", "judge"):
        if not getattr(options, name):
            raise SystemExit(f"say --{name}, or --loopback to try the harness without data and models")
    if not options.loopback and not os.environ.get("OPENAI_API_KEY"):
        raise SystemExit("set OPENAI_API_KEY; a server that asks for none takes any")


def _exam(options: argparse.Namespace) -> Exam:
    data = Path(options.data)
    chosen = questions(data, options.task, int(options.limit))
    exam = Exam(chosen, answers(data, options.task, chosen), _to_decline(data, options.task, chosen))
    if missing := [q.id for q in chosen if q.id not in exam.known and q.id not in exam.to_decline]:
        raise SystemExit(f"{len(missing)} questions have no answer with them, the first is {missing[0]}; see --help")
    return exam


async def _measure(options: argparse.Namespace, exam: Exam) -> Report:
    from openai import AsyncOpenAI  # noqa: PLC0415 -- `--help` needs no SDK

    key = "none" if options.loopback else None
    async with AsyncOpenAI(base_url=options.base_url or None, api_key=key) as client:
        model, judge = Model(client, options.model), Model(client, options.judge)
        asked = await _ask_all(options, exam, model, judge)
    if options.out:
        path = Path(options.out) / f"{options.task}.qa.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in asked))
        print(f"answers and verdicts: {path}")
    return _report(options, asked, model, judge)


async def _ask_all(options: argparse.Namespace, exam: Exam, model: Model, judge: Model) -> list[Asked]:
    harness = _Harness(model, judge, int(options.memories))
    asked: list[Asked] = []
    async with empty_memory(options.embedder, "none" if options.loopback else options.cache) as memory:
        for conversation, own in asked_conversations(Path(options.data), options.task, exam.questions):
            async with memory.user(conversation) as user:
                each = [harness.ask(user, q, exam.known.get(q.id), abstains=q.id in exam.to_decline) for q in own]
                asked += await asyncio.gather(*each)
    return asked


class _Harness:
    """Answers and judges, a few questions at a time."""

    def __init__(self, model: Model, judge: Model, memories: int) -> None:
        self._model, self._judge, self._memories = model, judge, memories
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def ask(self, user: memlane.AsyncUser, question: Question, known: str | None, *, abstains: bool) -> Asked:
        async with self._turn:
            recalled = await user.recall(question.question, limit=self._memories, at=asked_at(question))
            answer = await self._model.reply(answering(question.question, question.at, recalled))
            reference = ABSTAIN if abstains else known or ""
            prompt = judging(question.question, reference, answer, question.kind, abstains=abstains)
            said = await self._judge.reply(prompt)
        return Asked(question.id, question.kind, reference, answer, said, verdict(said))


def _to_decline(data: Path, task: str, chosen: list[Question]) -> set[str]:
    """Return the questions that nothing answers: by the marks of LongMemEval and LoCoMo, or without gold."""
    return {
        question["id"]
        for question in gold(data, task, chosen)
        if question["id"].endswith("_abs")
        or question["kind"] == "adversarial"
        or not (question["messages"] or question["sessions"])
    }


def _report(options: argparse.Namespace, asked: list[Asked], model: Model, judge: Model) -> Report:
    kinds = ["all", *dict.fromkeys(line.kind for line in asked)]
    rows = [_row(kind, [line for line in asked if kind in ("all", line.kind)]) for kind in kinds]
    models = [_spent("answers", model, _prices(options.price)), _spent("judges", judge, _prices(options.judge_price))]
    pretended = (
        "A pretended model and made-up data: these figures prove that the harness runs and nothing else."
        if options.loopback
        else "Another judge, another model or other prompts give other figures; see bench/README.md."
    )
    return Report(
        title=f"Questions answered: {options.task}",
        about=f"{len(asked):,} questions, each answered from {options.memories} recalled memories. {pretended}",
        tables=[
            Table("Right, by kind", ["", "questions", "right, percent", "not judged"], rows),
            Table("Models", ["", "model", "calls", "tokens in", "tokens out", "dollars"], models),
        ],
        remarks=["An answer that the judge did not decide on counts as wrong."],
        versions=versions("memlane", "openai"),
    )


def _row(kind: str, lines: list[Asked]) -> list[str]:
    right = sum(line.right is True for line in lines)
    undecided = sum(line.right is None for line in lines)
    return [kind, f"{len(lines):,}", f"{100 * right / max(1, len(lines)):.1f}", str(undecided)]


def _spent(what: str, model: Model, prices: tuple[float, float] | None) -> list[str]:
    used, cost = model.used, model.used.cost(prices)
    dollars = "no price given" if cost is None else f"{cost:.4f}"
    return [what, model.name, f"{used.calls:,}", f"{used.prompt:,}", f"{used.completion:,}", dollars]


def _prices(text: str) -> tuple[float, float] | None:
    """Read `IN,OUT`, dollars a million tokens."""
    if not text:
        return None
    try:
        first, second = (float(part) for part in text.split(","))
    except ValueError as exc:
        raise SystemExit(f"a price is IN,OUT in dollars a million tokens, e.g. 0.5,2; not {text}") from exc
    return first, second


if __name__ == "__main__":
    run_script(
        __doc__ or "",
        [
            "data=",
            "task=longmemeval_s",
            "limit=0",
            "model=",
            "judge=",
            "base-url=",
            "price=",
            "judge-price=",
            "memories=20",
            "embedder=local",
            "cache=default",
            "out=",
            "loopback=flag",
        ],
        measure,
    )
