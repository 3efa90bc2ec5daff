"""The flow of a conversation as rows of charts. Pure; fields are data, none is a place to load from."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from memlane.types.visible import one_line
from memlane.web.views.flow import REPLY_LANE, TOOL_LANE, YOU_LANE, Flow

LANE: Final = 46.0
"""Pixels from one lane to the next."""
BAND: Final = 30.0
"""Pixels of a message's height."""
DEEP: Final = 96.0
"""Pixels from the lowest lane to the conversations that were recalled from."""
BY_HAND: Final = "Remembered by hand"

_LONGEST_NAME: Final = 60
_BEND: Final = 0.5


def lanes_of(flow: Flow) -> list[str]:
    """Return the lanes from above: people in the order in which they first speak, then replies, then tools."""
    used = list(dict.fromkeys(block.lane for block in flow.blocks))
    people = [lane for lane in used if lane not in (REPLY_LANE, TOOL_LANE)] or [YOU_LANE]
    replies = [REPLY_LANE] if REPLY_LANE in used or len(people) == 1 else []
    return [*people, *replies, *([TOOL_LANE] if TOOL_LANE in used else [])]


def height_of(flow: Flow) -> float:
    """Return the height of the picture in pixels."""
    return LANE * len(lanes_of(flow)) + (DEEP + BAND if flow.sources else 0)


def block_rows(flow: Flow) -> list[dict[str, Any]]:
    """Return the messages: `key`, `lane`, `begin`, `end`, `top`, `bottom`, and what is said of each."""
    lanes = lanes_of(flow)
    gap = flow.width * 0.0015
    return [
        {
            "key": f"m{block.position}",
            "lane": block.lane,
            "begin": block.begin,
            "end": max(block.begin + gap, block.end - gap),
            "top": LANE * lanes.index(block.lane) + (LANE - BAND) / 2,
            "bottom": LANE * lanes.index(block.lane) + (LANE + BAND) / 2,
            "number": block.position,
            "speaker": block.speaker,
            "said": block.snippet,
            "tokens": block.tokens,
            "at": block.at.isoformat(),
            "recalled": block.recalled,
        }
        for block in flow.blocks
    ]


def source_rows(flow: Flow, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what was recalled from: `key`, `x`, `y`, `title`, `count`, `room` (its share of the width)."""
    return [
        {
            "key": f"s{number}",
            "x": source.place,
            "y": height_of(flow) - BAND / 2,
            "title": _title(source.session_id, titles),
            "count": len(source.memories),
            "room": 1 / len(flow.sources),
        }
        for number, source in enumerate(flow.sources)
    ]


def link_rows(flow: Flow) -> list[dict[str, Any]]:
    """Return the curves from replies to what was recalled, by points: `link`, `order`, `x`, `y`, `reply`, `source`."""
    return [
        {"link": number, "order": order, "x": x, "y": y, "reply": f"m{link.position}", "source": f"s{link.source}"}
        for number, link in enumerate(flow.links)
        for order, (x, y) in enumerate(_curve(flow, link.position, link.source))
    ]


def cut_rows(flow: Flow) -> list[dict[str, Any]]:
    """Return the borders: `x`, `says`, `left` (whether the words stand on its left), `row`."""
    found = (
        (flow.summary_at, "summarised up to here"),
        (flow.window_at, "the last reply was sent from here"),
    )
    return [
        {"x": at, "says": says, "left": at > flow.width / 2, "row": row}
        for row, (at, says) in enumerate(found)
        if at is not None
    ]


def _curve(flow: Flow, position: int, source: int) -> Iterator[tuple[float, float]]:
    block = next(block for block in flow.blocks if block.position == position)
    lanes = lanes_of(flow)
    top = LANE * lanes.index(block.lane) + (LANE + BAND) / 2
    bottom = height_of(flow) - BAND / 2 - 7
    end = flow.sources[source].place
    half = top + (bottom - top) * _BEND
    yield from ((block.middle, top), (block.middle, half), (end, half), (end, bottom))


def _title(session: str | None, titles: Mapping[str, str]) -> str:
    return BY_HAND if session is None else one_line(titles.get(session) or session, _LONGEST_NAME)
