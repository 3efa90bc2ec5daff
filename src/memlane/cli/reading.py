"""The commands that look: recall, episodes, sessions, messages, memories."""

from typing import Annotated

import typer

from memlane.cli.arguments import read_time
from memlane.cli.lines import episode_lines, memory_lines, message_lines, recalled_lines, session_lines
from memlane.cli.output import note, say, say_json
from memlane.cli.where import Where, for_user
from memlane.errors import NotFoundError

_Query = Annotated[str, typer.Argument(metavar="QUESTION", help="What to look for, in ordinary words.")]
_Kinds = Annotated[list[str] | None, typer.Option("--kind", metavar="KIND", help="Only of this kind; may be repeated.")]
_Sessions = Annotated[
    list[str] | None, typer.Option("--session", metavar="SESSION", help="Only of this session; may be repeated.")
]
_At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="When the question is asked; default: now.")]


def register(application: typer.Typer) -> None:
    """Add these commands."""
    for command in (recall, episodes, sessions, messages, memories):
        application.command()(for_user(command))


def recall(  # noqa: PLR0917 -- typer passes all by name
    where: Where,
    question: _Query,
    limit: Annotated[int, typer.Option(help="At most this many.")] = 10,
    kind: _Kinds = None,
    session: _Sessions = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only what was said at or after it.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only what was said before it.")] = None,
    at: _At = None,
    why: Annotated[bool, typer.Option("--why", help="Show each signal's share of the score.")] = False,
) -> None:
    """Search in a user's memories, best first."""
    with where.person() as user:
        found = user.recall(
            question,
            limit=limit,
            kinds=kind or None,
            sessions=session or None,
            since=read_time(since, "--since"),
            until=read_time(until, "--until"),
            at=read_time(at, "--at"),
        )
    if where.json:
        return say_json(found)
    for line in recalled_lines(found, why=why):
        say(line)
    return _remark(found[0].notes if found else ["nothing found"])


def episodes(
    where: Where,
    question: _Query,
    limit: Annotated[int, typer.Option(help="At most this many.")] = 5,
    at: _At = None,
    why: Annotated[bool, typer.Option("--why", help="Show each signal's share of the score.")] = False,
) -> None:
    """Search among a user's past sessions, best first."""
    with where.person() as user:
        found = user.episodes(question, limit=limit, at=read_time(at, "--at"))
    if where.json:
        return say_json(found)
    for line in episode_lines(found, why=why):
        say(line)
    return _remark(found[0].notes if found else ["nothing found"])


def sessions(where: Where) -> None:
    """List a user's live sessions, newest first."""
    with where.person() as user:
        found = user.sessions()
    if where.json:
        return say_json(found)
    for line in session_lines(found):
        say(line)
    return _remark([] if found else ["no live session"])


def messages(
    where: Where,
    session: Annotated[str, typer.Option("--session", "-s", metavar="SESSION", help="Which session.")],
    last: Annotated[int | None, typer.Option(help="Only the newest so many.")] = None,
) -> None:
    """Show the messages of a session, oldest first."""
    with where.person() as user:
        found = user.session(session).messages(last)
        if not found and session not in {known.id for known in user.sessions()}:
            raise NotFoundError(f"this user has no live session {session!r}")
    if where.json:
        return say_json([message.as_mapping() for message in found])
    for line in message_lines(found):
        say(line)
    return None


def memories(where: Where, kind: _Kinds = None, session: _Sessions = None) -> None:
    """List what is remembered, oldest first."""
    with where.person() as user:
        found = user.memories(kinds=kind or None, sessions=session or None)
    if where.json:
        return say_json(found)
    for line in memory_lines(found):
        say(line)
    return _remark([] if found else ["nothing is remembered"])


def _remark(notes: list[str]) -> None:
    for text in notes:
        note(text)
