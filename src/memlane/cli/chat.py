"""`memlane chat`: a conversation at the terminal, or line by line through a pipe."""

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from memlane._version import __version__
from memlane.cli.exit_codes import ExitCode, exit_code
from memlane.cli.output import note, say_error
from memlane.cli.where import Where, for_talker
from memlane.errors import MemlaneError, ModelError, UsageError
from memlane.types.visible import one_line
from memlane.wiring.connecting import connected

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

    from memlane.cli.talk import Talk

_PROMPT = "you> "
_NO_MODEL = (
    "No chat model is configured: replies quote what memory holds. Name one with --model, for example "
    "--model anthropic:claude-sonnet-5-5; see “Using a model” in the README."
)


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command()(for_talker(chat))


def chat(
    where: Where,
    session: Annotated[
        str | None, typer.Option("--session", "-s", metavar="SESSION", help="Go on with this one; default: a new one.")
    ] = None,
) -> None:
    """Talk to Memlane; what you say is remembered.

    With --model a model replies, knowing what you said before; without one, replies quote it. Piped lines are answered
    one by one.
    """
    from memlane.cli.config import shown_place  # noqa: PLC0415 -- help must come fast
    from memlane.cli.talk import Talk  # noqa: PLC0415
    from memlane.wiring.remote import is_server  # noqa: PLC0415

    settings = where.settings()
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    with connected(settings) as memory:
        user = memory.user(where.user, tenant=where.tenant)
        url = settings.store.url
        model = "the server" if url is not None and is_server(url.reveal()) else settings.model.name
        has_model = model != "none"
        session_id = session or new_session_id()
        talk = Talk(user, session_id, new_session_id, is_terminal=is_terminal, has_model=has_model)
        _greet(where, talk, shown_place(settings), model)
        if is_terminal:
            _converse(talk, where)
        else:
            _answer_lines(talk)


def new_session_id() -> str:
    """Return the name of a new session: date, time in UTC and three random digits, as two may start in one second."""
    return f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}-{os.urandom(2).hex()[:3]}"


def _greet(where: Where, talk: "Talk", place: str, model: str) -> None:
    hint = " (--user NAME for another)" if where.user == "you" else ""
    note(f"Memlane {__version__}: user {one_line(where.user)}{hint}, session {one_line(talk.session_id)}.")
    note(f"{talk.remembered()} in {place}")
    note(_NO_MODEL if model == "none" else f"Replies come from {one_line(model)}.")
    note("/help lists the commands.\n")


def _converse(talk: "Talk", where: Where) -> None:
    prompt = _prompt(where)
    with suppress(EOFError):
        going = True
        while going:
            try:
                going = talk.hear(prompt.prompt(_PROMPT))
            except KeyboardInterrupt:
                note("(/quit or Ctrl-D leaves)")
            except MemlaneError as exc:
                say_error(exc)


def _prompt(where: Where) -> "PromptSession[str]":
    from prompt_toolkit import PromptSession  # noqa: PLC0415 -- help must come fast
    from prompt_toolkit.history import FileHistory, InMemoryHistory  # noqa: PLC0415

    from memlane.cli.history import history_file  # noqa: PLC0415

    try:
        return PromptSession(history=FileHistory(history_file(where.tenant, where.user)))
    except OSError as exc:
        note(f"what you type is not kept for the arrow keys: {exc.strerror}")
        return PromptSession(history=InMemoryHistory())


def _answer_lines(talk: "Talk") -> None:
    """Answer what comes through the pipe; a line that is refused does not stop the next."""
    reconfigure = getattr(sys.stdin, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="surrogateescape")  # a line that is not text is refused, not the whole input
    code = ExitCode.OK
    for line in sys.stdin:
        try:
            if not talk.hear(line.rstrip("\n")):
                break
        except (UsageError, ModelError) as exc:
            say_error(exc)
            code = exit_code(exc)
    if code:
        raise typer.Exit(code)
