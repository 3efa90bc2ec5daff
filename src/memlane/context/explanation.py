"""Why a context is what it is: what took room and what was left out.

Owns the reasons and their wording. It quotes nothing of what was said: ids and numbers only.
"""

from collections.abc import Sequence

import msgspec

from memlane.context.budget import Demand, Division
from memlane.context.groups import Group
from memlane.types.message import Message


class Part(msgspec.Struct, frozen=True):
    """One part of a context.

    Attributes:
        name: `instructions`, `summary`, `messages` or `memories`; in this order they were counted.
        count: How many.
        tokens: What they take.
        place: Where they stand, of those that stand in no place of their own.
    """

    name: str
    count: int
    tokens: int
    place: str = ""


class LeftOut(msgspec.Struct, frozen=True):
    """Something that a context does not show.

    Attributes:
        what: `message`, `memory` or `summary`.
        why: The reason, for a person to read.
        ids: The messages or memories; none for the summary.
    """

    what: str
    why: str
    ids: list[str] = []


def left_out_messages(demand: Demand, division: Division, covered: list[str], live: Sequence[Message]) -> list[LeftOut]:
    """Return the messages that are not shown, by reason.

    Args:
        demand: What wanted to be shown.
        division: What is shown.
        covered: Ids of the messages that the summary covers.
        live: The others, of which `demand.groups` holds all but results without a call.
    """
    allowed = len(demand.groups) - demand.most_groups
    chosen = len(demand.groups) - len(division.groups) - len(division.dead)
    reasons = {
        "the summary covers it": covered,
        "a tool result whose call is not there": _ungrouped(demand.groups, live),
        "beyond the number of last messages asked for": _ids(demand.groups[:allowed]),
        "no room": _ids(demand.groups[allowed : chosen - division.skipped]),
        "there is room, but the window begins later so that its beginning stays": _ids(
            demand.groups[chosen - division.skipped : chosen]
        ),
        "a tool call without a result, at the oldest end": _ids(division.dead),
    }
    return [LeftOut("message", why, found) for why, found in reasons.items() if found]


def left_out_others(demand: Demand, division: Division) -> list[LeftOut]:
    """Return the summary and the memories that are not shown, by reason."""
    reasons = {
        "the messages shown say it": division.in_window,
        "another memory has the same text": division.same,
        "no room": division.no_room,
    }
    memories = [LeftOut("memory", why, [item.memory.id for item in found]) for why, found in reasons.items() if found]
    if demand.summary and not division.summary:
        return [LeftOut("summary", "it would take too much of the budget"), *memories]
    return memories


def explain(total: str, parts: Sequence[Part], stable_tokens: int, left_out: Sequence[LeftOut]) -> str:
    """Return lines that say what took how many tokens, how many of them stay, and what was left out."""
    lines = [total, *(f"  {part.tokens:>8,}  {_counted(part)}" for part in parts)]
    if parts:
        lines.append(f"  {stable_tokens:>8,}  of these before what depends on the question")
    if left_out:
        lines += ["left out", *(f"  {_listed(item)}: {item.why}" for item in left_out)]
    return "\n".join(lines)


def _counted(part: Part) -> str:
    counted = part.name if part.name in ("instructions", "summary") else f"{part.name} ({part.count})"
    return f"{counted}, {part.place}" if part.place else counted


def _listed(item: LeftOut) -> str:
    if not item.ids:
        return item.what
    if item.what == "message":
        return f"{len(item.ids)} message{'s' if len(item.ids) > 1 else ''}"
    return f"{item.what} {', '.join(item.ids)}"


def _ungrouped(groups: Sequence[Group], live: Sequence[Message]) -> list[str]:
    grouped = {place for group in groups for place in group.places}
    if len(grouped) == len(live):
        return []
    return [message.id for place, message in enumerate(live) if place not in grouped]


def _ids(groups: Sequence[Group]) -> list[str]:
    return [turn.message.id for group in groups for turn in group.turns]
