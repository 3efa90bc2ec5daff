"""What a line that begins with a slash does in a chat."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from memlane.cli.lines import recalled_lines, session_lines
from memlane.cli.output import say

if TYPE_CHECKING:
    from memlane.cli.talk import Talk

QUIT = "/quit"
_FOUND = 10


class Command(msgspec.Struct, frozen=True):
    """A command: what may stand behind its name, what it is for, what it does."""

    argument: str
    about: str
    run: "Callable[[Talk, str], None]"


def _recall(talk: "Talk", text: str) -> None:
    if not text:
        say("/recall what? For example: /recall vegetarian")
        return
    found = talk.user.recall(text, limit=_FOUND)
    talk.note_once(found)
    for shown in recalled_lines(found, why=False):
        say(shown)
    if not found:
        say("Nothing found.")


def _instructions(talk: "Talk", text: str) -> None:
    session = talk.user.session(talk.session_id)
    if text == "-":
        session.instruct(None)
        say("The instructions of this session are removed.")
    elif text:
        session.instruct(text)
        say("The instructions of this session are set.")
    else:
        say(session.instructions() or "This session has no instructions; /instructions TEXT sets them.")


def _new(talk: "Talk", _: str) -> None:
    talk.session_id = talk.new_session_id()
    say(f"A new session: {talk.session_id}. What was said before stays remembered.")


def _sessions(talk: "Talk", _: str) -> None:
    found = talk.user.sessions()
    for shown in session_lines(found):
        say(shown)
    if not found:
        say("There is no live session.")


def _help(_: "Talk", __: str) -> None:
    for name, command in COMMANDS.items():
        say(f"  {f'{name} {command.argument}':<24} {command.about}")
    say(f"  {QUIT:<24} leave; so does Ctrl-D")


COMMANDS = {
    "/recall": Command("TEXT", "search in all that is remembered", _recall),
    "/instructions": Command("[TEXT|-]", "show, set or remove the instructions of this session", _instructions),
    "/new": Command("", "begin a new session", _new),
    "/sessions": Command("", "list the live sessions", _sessions),
    "/help": Command("", "show this", _help),
}
