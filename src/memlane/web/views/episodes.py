"""Past conversations: what they were about, where they stand on the time line, and how alike they are."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

import msgspec

from memlane.types.memory import Memory, RecalledEpisode
from memlane.types.session import SessionInfo
from memlane.types.visible import one_line
from memlane.web.views.spoken import spoken
from memlane.web.views.topics import terms_of

MOST_ON_TIME_LINE: Final = 400
"""Of more conversations the time line shows the latest."""

_LEAST_LENGTH: Final = 0.006
_MOST_LENGTH: Final = 0.04
_GAP: Final = 0.006
_LABEL_ROOM: Final = 0.17
_FEW: Final = 60
_SHORTEST_RANGE: Final = timedelta(hours=1)
_LONGEST_QUERY: Final = 600
_LONGEST_NAME: Final = 90
_BRIEF_LINES: Final = 6
_SPARED_LINES: Final = 2


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A past conversation.

    Attributes:
        session_id: The session.
        title: What it was about; empty until its episode has been written.
        summary: What was said, in brief; likewise.
        open_ends: What it left open; likewise.
        participants: Who spoke; likewise.
        started_at: When its first message was said; aware UTC.
        ended_at: When its last was.
        messages: How many live messages it has; 0 when the session itself is gone.
        is_live: Whether the session is still there to be opened.
        is_written: Whether its episode has been written.
    """

    session_id: str
    title: str = ""
    summary: str = ""
    open_ends: list[str] = []
    participants: list[str] = []
    started_at: datetime
    ended_at: datetime
    messages: int = 0
    is_live: bool = False
    is_written: bool = False


class Mark(msgspec.Struct, frozen=True):
    """A conversation on the time line.

    Attributes:
        past: The conversation.
        lane: Which lane, from 0; within one nothing overlaps.
        begin: Where it begins, aware UTC.
        end: Where it ends; at least so long after `begin` as its messages are many.
        room: How much of the time line's width is free for its title, 0-1.
    """

    past: Past
    lane: int
    begin: datetime
    end: datetime
    room: float


def past_conversations(sessions: Sequence[SessionInfo], episodes: Sequence[Memory]) -> list[Past]:
    """Return the conversations there were, the latest first: live sessions, and those of which an episode tells."""
    live = {info.session_id: info for info in sessions}
    told = {episode.session_id: episode for episode in episodes if episode.session_id}
    found = [_told(episode, live.get(session)) for session, episode in told.items()]
    found += [_live(info) for session, info in live.items() if session not in told]
    return sorted(found, key=lambda past: (past.ended_at, past.session_id), reverse=True)


def time_line(pasts: Sequence[Past]) -> list[Mark]:
    """Return where conversations stand, the earliest first; of few conversations lanes leave room for their titles."""
    shown = sorted(pasts, key=lambda past: past.ended_at)[-MOST_ON_TIME_LINE:]
    if not shown:
        return []
    first, last = min(past.started_at for past in shown), max(past.ended_at for past in shown)
    whole = max(last - first, _SHORTEST_RANGE)
    longest = max(1, *(past.messages for past in shown))
    room = _LABEL_ROOM if len(shown) <= _FEW else _GAP
    lanes: list[list[Mark]] = []
    for past in sorted(shown, key=lambda past: (past.started_at, past.session_id)):
        least = whole * (_LEAST_LENGTH + (_MOST_LENGTH - _LEAST_LENGTH) * past.messages / longest)
        end = max(past.ended_at, past.started_at + least)
        lane = _free_lane(lanes, past.started_at, whole * room)
        lanes[lane].append(Mark(past, lane, past.started_at, end, 0.0))
    last = max(last, *(marks[-1].end for marks in lanes))
    marks = [mark for lane in lanes for mark in _with_room(lane, last + whole * room, whole)]
    return sorted(marks, key=lambda mark: (mark.begin, mark.past.session_id))


def rows_of(marks: Sequence[Mark], *, chosen: str | None, found: Collection[str] | None) -> list[dict[str, Any]]:
    """Return the time line as rows of a chart: `session`, `title`, `begin`, `end`, `lane`, `room`, `messages`, `state`.

    Args:
        marks: The conversations.
        chosen: The one that is open: its state is `chosen`.
        found: Those that a search found, whose state is `found`; the others' is then `other`. None for no search.
    """
    return [
        {
            "session": mark.past.session_id,
            "title": name_of(mark.past),
            "begin": mark.begin.isoformat(),
            "end": mark.end.isoformat(),
            "started": mark.past.started_at.isoformat(),
            "ended": mark.past.ended_at.isoformat(),
            "lane": mark.lane,
            "room": mark.room,
            "messages": mark.past.messages,
            "state": _state(mark.past.session_id, chosen, found),
        }
        for mark in marks
    ]


def name_of(past: Past) -> str:
    """Return what a conversation is called, on one line: its title, or its id until it has one."""
    return one_line(past.title or past.session_id, _LONGEST_NAME)


def when_held(past: Past, zone: tzinfo) -> str:
    """Return when a conversation was held: `22 Oct 2023, 09:55 to 10:20`, `22 Oct 2023 to 3 Nov 2023`."""
    begin, end = past.started_at.astimezone(zone), past.ended_at.astimezone(zone)
    if begin.date() != end.date():
        return f"{_day(begin)} to {_day(end)}"
    first, last = f"{begin:%H:%M}", f"{end:%H:%M}"
    return f"{_day(begin)}, {first}" + (f" to {last}" if last != first else "")


def in_brief(summary: str) -> tuple[str, str]:
    """Return the first lines of a summary and the rest; no rest where it is but a line or two."""
    lines = summary.strip().splitlines()
    if len(lines) <= _BRIEF_LINES + _SPARED_LINES:
        return "\n".join(lines), ""
    return "\n".join(lines[:_BRIEF_LINES]), "\n".join(lines[_BRIEF_LINES:])


def likeness_query(past: Past) -> str:
    """Return what is asked to find conversations like this one."""
    return " ".join(part for part in (past.title, past.summary) if part)[:_LONGEST_QUERY] or past.session_id


def others(found: Sequence[RecalledEpisode], than: str, most: int) -> list[RecalledEpisode]:
    """Return what was found besides one session, best first."""
    return [episode for episode in found if episode.session_id != than][:most]


def shared_words(one: Past, other: Past, most: int = 6) -> list[str]:
    """Return telling words that two conversations have in common, as the first has them, pairs of words first."""
    first, second = _words(one), _words(other)
    common = [form for term, form in first.items() if term in second]
    pairs = [form for form in common if " " in form]
    inside = {word for pair in pairs for word in pair.split()}
    return (pairs + [form for form in common if " " not in form and form not in inside])[:most]


def _words(past: Past) -> dict[str, str]:
    speakers = {name.casefold() for name in past.participants}
    found = terms_of(spoken(f"{past.title}\n{past.summary}"))
    return {term: form for term, form in found.items() if speakers.isdisjoint(form.split())}


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b} {moment.year}"


def _state(session: str, chosen: str | None, found: Collection[str] | None) -> str:
    if session == chosen:
        return "chosen"
    return "found" if found is None or session in found else "other"


def _free_lane(lanes: list[list[Mark]], begin: datetime, gap: timedelta) -> int:
    """Return the first lane that is free from a time on; a new one when none is."""
    for number, lane in enumerate(lanes):
        if lane[-1].end + gap <= begin:
            return number
    lanes.append([])
    return len(lanes) - 1


def _with_room(lane: Sequence[Mark], last: datetime, whole: timedelta) -> list[Mark]:
    ends = [*(mark.begin for mark in lane[1:]), last]
    return [
        msgspec.structs.replace(mark, room=max(0.0, (end - mark.end) / whole - _GAP))
        for mark, end in zip(lane, ends, strict=True)
    ]


def _told(episode: Memory, info: SessionInfo | None) -> Past:
    said = episode.metadata
    return Past(
        session_id=episode.session_id or "",
        title=str(said.get("title") or ""),
        summary=str(said.get("summary") or ""),
        open_ends=_texts(said.get("open_ends")),
        participants=_texts(said.get("participants")),
        started_at=_moment(said.get("started_at"), episode.created_at),
        ended_at=_moment(said.get("ended_at"), episode.created_at),
        messages=info.messages if info else 0,
        is_live=info is not None,
        is_written=True,
    )


def _live(info: SessionInfo) -> Past:
    return Past(
        session_id=info.session_id,
        started_at=info.created_at,
        ended_at=max(info.updated_at, info.created_at),
        messages=info.messages,
        is_live=True,
    )


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType] -- JSON


def _moment(value: Any, otherwise: datetime) -> datetime:
    """Return a time that metadata holds; imports may bring others."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return otherwise
    return found.astimezone(UTC) if found.tzinfo else otherwise
