"""Compaction: the oldest messages of a window are summarised up to a position, and leave it.

Nothing is removed: the log keeps every message and memory finds it. What arrives meanwhile stands behind the position
and stays in the window. A summary that cannot be had changes nothing.
"""

import asyncio
from collections.abc import Sequence

import msgspec

from memlane.context.costs import Tally, group_cost
from memlane.context.groups import Group, find_groups
from memlane.derive.summary import METHOD, extractive_summary
from memlane.engine.asking_model import ask_summary
from memlane.engine.core import Core
from memlane.engine.lines import line_of, spoken
from memlane.engine.log import SessionLog
from memlane.engine.plan import WorkPlan
from memlane.engine.reading import SUMMARY, messages_of, summary_of
from memlane.errors import StoreUnavailableError
from memlane.protocols.counter import TokenCounter
from memlane.protocols.sessions import SessionState
from memlane.types.message import Message
from memlane.types.summary import Summary
from memlane.types.times import from_ms
from memlane.types.wire import encode_summary


async def compact(core: Core, log: SessionLog, state: SessionState) -> bool:
    """Summarise the oldest messages of a session's window if it has passed a limit; return whether that was done.

    Raises:
        ModelError: the model failed; nothing was changed.
        StoreUnavailableError: the store cannot be reached, or another summary was stored meanwhile.
    """
    old = summary_of(state)
    window = [message for message in messages_of(state) if message.position > (old.upto if old else 0)]
    leaving = leaving_messages(window, core.plan, core.counter)
    if not leaving:
        return False
    new = await _summary(core, log, old.text if old else "", leaving)
    if not new.text:
        return False
    if not await _store(core, log, state, new):
        raise StoreUnavailableError("another summary was stored meanwhile, or the session was removed")
    return True


def leaving_messages(window: Sequence[Message], plan: WorkPlan, counter: TokenCounter) -> list[Message]:
    """Return the oldest messages of a window that leave it, none while it is within the plan's limits.

    A tool call and its results leave together or not at all; the newest exchange stays.

    Args:
        window: The messages that no summary covers, oldest first.
        plan: Limits, and which share of them stays.
        counter: What counts tokens.
    """
    groups, tally = find_groups(window), Tally(counter)
    tokens = [group_cost(group, tally) for group in groups]
    if not _is_over(plan.compact_after_messages, len(window)) and not _is_over(plan.compact_after_tokens, sum(tokens)):
        return []
    start = _first_kept(groups, tokens, plan)
    return list(window[: _cut_before(groups, start)])


async def covered_ids(log: SessionLog, summary: Summary) -> Summary:
    """Return a summary with the ids of the messages it covers, those that the log still has."""
    messages = messages_of(await log.read(None, upto=summary.upto))
    return msgspec.structs.replace(summary, message_ids=[message.id for message in messages])


async def rebuild_summary(core: Core, log: SessionLog) -> Summary | None:
    """Make a session's summary anew from what it covers; see `AsyncSession.rebuild_summary`."""
    state = await log.read(None)
    old = summary_of(state)
    if old is None:
        return None
    covered = [message for message in messages_of(state) if message.position <= old.upto]
    new = await _summary(core, log, "", covered) if covered else old
    if new.text and new is not old:
        await _store(core, log, state, msgspec.structs.replace(new, upto=old.upto))
    stands = summary_of(await log.read(0))
    return None if stands is None else await covered_ids(log, stands)


async def _summary(core: Core, log: SessionLog, previous: str, leaving: list[Message]) -> Summary:
    lines = [line_of(message) for message in spoken(leaving)]
    most, method = core.plan.summary_tokens, METHOD
    if core.pressure is None:
        count = core.counter.count
        text = await asyncio.to_thread(extractive_summary, previous, lines, max_tokens=most, count=count)
    else:
        text, method = await ask_summary(core, core.pressure, log.key, previous, lines)
    upto = leaving[-1].position if leaving else 0
    return Summary(text=text, upto=upto, method=method, made_at=from_ms(core.clock.now_ms()))


async def _store(core: Core, log: SessionLog, seen: SessionState, new: Summary) -> bool:
    """Store a summary in place of the one that was seen; False when another was stored meanwhile."""
    return await core.sessions.swap_field(
        log.key,
        SUMMARY,
        seen.fields.get(SUMMARY),
        encode_summary(new),
        now_ms=core.clock.now_ms(),
        created_at_ms=seen.created_at_ms,
    )


def _is_over(limit: int | None, amount: int) -> bool:
    return limit is not None and amount > limit


def _first_kept(groups: Sequence[Group], tokens: Sequence[int], plan: WorkPlan) -> int:
    """Return the index of the first group that stays: the newest, and more while they are within what is kept."""
    most_messages = None if plan.compact_after_messages is None else int(plan.compact_after_messages * plan.keep)
    most_tokens = None if plan.compact_after_tokens is None else int(plan.compact_after_tokens * plan.keep)
    messages = spent = 0
    for index in range(len(groups) - 1, -1, -1):
        messages += len(groups[index].turns)
        spent += tokens[index]
        if index < len(groups) - 1 and (_is_over(most_messages, messages) or _is_over(most_tokens, spent)):
            return index + 1
    return 0


def _cut_before(groups: Sequence[Group], start: int) -> int:
    """Return how many of the oldest messages leave so that no group is parted."""
    kept = list(groups[start:])
    cut = min((group.places[0] for group in kept), default=0)
    while straddling := [group for group in groups if group.places[0] < cut <= group.places[-1]]:
        cut = min(group.places[0] for group in straddling)
    return cut
