"""What background work asks a model, and what it takes of the answer.

A long conversation is given in pieces that fit the model's context. Answers are checked by `memlane.prompts`; one that
is not what was asked for raises, and nothing is written.
"""

from collections.abc import Sequence
from typing import Final

from memlane.context.remembered import quoted
from memlane.derive.change import Statement
from memlane.derive.episode import Episode, participants
from memlane.derive.said import ATTRIBUTES, is_single
from memlane.engine.core import Core
from memlane.engine.lines import line_of
from memlane.engine.pressure import Pressure
from memlane.engine.usage import tokens_of
from memlane.errors import MalformedOutputError
from memlane.prompts import episode as episode_prompt
from memlane.prompts import extract as extract_prompt
from memlane.prompts import summarise as summarise_prompt
from memlane.prompts.request import Request
from memlane.protocols.chat_model import Prompt
from memlane.types.ids import SessionKey
from memlane.types.line import Line
from memlane.types.message import Message, make_message
from memlane.types.turn import Usage

_ANSWER_TOKENS: Final = 2_048
_SHARE: Final = 0.5
"""Which share of a model's context messages may take: the rest is for the prompt, the answer and a wrong estimate."""
_ATTRIBUTES: Final = {name: attribute.about for name, attribute in ATTRIBUTES.items()}


async def ask_summary(
    core: Core, model: Pressure, key: SessionKey, previous: str, lines: Sequence[Line]
) -> tuple[str, str]:
    """Return the summary of an earlier one and the messages behind it, and what made it; errors as `Pressure`."""
    text, most = previous, core.plan.summary_tokens
    for piece in _pieces(core, model, lines):
        request = summarise_prompt.build(text, piece, max_tokens=most, quote=quoted)
        text = summarise_prompt.read(await _ask(core, model, key, request), text, piece)
    return text, f"{summarise_prompt.NAME} {model.identity}"


async def ask_statements(core: Core, model: Pressure, key: SessionKey, messages: Sequence[Message]) -> list[Statement]:
    """Return the facts that a model finds in messages, with the messages they come from; errors as `Pressure`."""
    found: list[Statement] = []
    start = 0
    for piece in _pieces(core, model, [line_of(message) for message in messages]):
        request = extract_prompt.build(piece, attributes=_ATTRIBUTES, quote=quoted)
        answer = await _ask(core, model, key, request)
        sources = messages[start : start + len(piece)]
        facts = extract_prompt.read(answer, piece).facts
        found += [_statement(fact, [sources[number - 1] for number in fact.numbers], key, model) for fact in facts]
        start += len(piece)
    return found


async def ask_episode(core: Core, model: Pressure, key: SessionKey, lines: Sequence[Line]) -> tuple[Episode, str]:
    """Return the episode of a session, and what made it; of a long session the newest messages tell."""
    piece = _pieces(core, model, lines)[-1]
    draft = episode_prompt.read(await _ask(core, model, key, episode_prompt.build(piece, quote=quoted)), piece)
    episode = Episode(
        title=draft.title,
        summary=draft.summary,
        started_at=min(line.at for line in lines),
        ended_at=max(line.at for line in lines),
        participants=participants(lines),
        open_ends=draft.open_ends,
    )
    return episode, f"{episode_prompt.NAME} {model.identity}"


async def _ask(core: Core, model: Pressure, key: SessionKey, request: Request) -> str:
    began = core.usage.moment()
    message = make_message("user", request.user, id="1", created_at=core.stamps.next())
    prompt = Prompt(
        system=request.system,
        messages=[message],
        schema=request.schema,
        max_output_tokens=_ANSWER_TOKENS,
        temperature=0,
    )
    completion = await model.complete(prompt, tenant=key.partition.tenant)
    used = completion.usage or _estimated(core, request, completion.text)
    core.usage.note(key.partition, key.session, tokens_of(used), since=began)
    if completion.stop != "end":
        raise MalformedOutputError(f"{model.identity} did not finish its answer: {completion.stop}")
    return completion.text


def _estimated(core: Core, request: Request, answer: str) -> Usage:
    sent = core.counter.count(request.system) + core.counter.count(request.user)
    return Usage(input_tokens=sent, output_tokens=core.counter.count(answer), estimated=True)


def _pieces(core: Core, model: Pressure, lines: Sequence[Line]) -> list[list[Line]]:
    """Return messages in runs that fit a prompt; a message that alone is too long is a run of its own, cut."""
    room = max(1, int(core.context_tokens(model) * _SHARE))
    pieces: list[list[Line]] = [[]]
    taken = 0
    for line in lines:
        cost = core.counter.count(line.text) + _LINE_TOKENS
        if pieces[-1] and taken + cost > room:
            pieces.append([])
            taken = 0
        pieces[-1].append(line if cost <= room else _cut(line, room / cost))
        taken += cost
    return pieces


def _cut(line: Line, share: float) -> Line:
    return Line(speaker=line.speaker, at=line.at, text=line.text[: int(len(line.text) * share)], role=line.role)


def _statement(
    fact: extract_prompt.ExtractedFact, sources: Sequence[Message], key: SessionKey, model: Pressure
) -> Statement:
    return Statement(
        kind=fact.kind,
        subject=fact.subject,
        attribute=fact.attribute,
        value=fact.value,
        text=fact.text,
        single=_is_single(fact.attribute),
        ends=fact.ends,
        said_at=sources[-1].created_at,
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
        confidence=fact.confidence,
        session_id=key.session,
        message_ids=[source.id for source in sources],
        method=f"{extract_prompt.NAME} {model.identity}",
    )


def _is_single(attribute: str) -> bool:
    """Whether only one value can hold at a time; of attributes that a model names itself, several can."""
    return attribute.partition(":")[0] in ATTRIBUTES and is_single(attribute)


_LINE_TOKENS: Final = 40
"""What stands around a message in a prompt: number, date, weekday, speaker."""
