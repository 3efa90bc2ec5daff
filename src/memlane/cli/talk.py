"""What happens with each line of a chat: it is a turn of the session, or a command. Reading lines is `chat`'s part."""

import sys
import time
from collections.abc import Callable, Sequence

from memlane import User
from memlane.cli.commands import COMMANDS, QUIT
from memlane.cli.lines import plural
from memlane.cli.output import faint, note, say, say_styled
from memlane.sync.session import BlockingStream
from memlane.types.memory import MESSAGE, Recalled
from memlane.types.visible import one_line, visible

_MODEL_NOTE = "(from memory; no chat model)"
_LONGEST_STREAM_SECONDS = 0.6
_WORD_SECONDS = 0.012


class Talk:
    """One user's conversation, and the session it is kept in."""

    def __init__(
        self, user: User, session_id: str, new_session_id: Callable[[], str], *, is_terminal: bool, has_model: bool
    ) -> None:
        """Talk with `user` in the session `session_id`."""
        self.session_id = session_id
        self.user = user
        self.new_session_id = new_session_id
        self._is_terminal = is_terminal
        self._has_model = has_model
        self._notes: set[str] = set()

    def hear(self, line: str) -> bool:
        """Answer a line; return whether to go on.

        Raises:
            MemlaneError: as the calls of the interface; what was said before stays.
        """
        if line.startswith("/") and not line.startswith("//"):
            return self._command(line)
        if line.strip():
            self._answer(line.removeprefix("/") if line.startswith("//") else line)
        return True

    def remembered(self) -> str:
        """Return how much is remembered of earlier conversations."""
        earlier = {memory.session_id for memory in self.user.memories(kinds={MESSAGE})} - {None, self.session_id}
        return f"{plural(len(earlier), 'earlier conversation')} remembered"

    def _answer(self, line: str) -> None:
        with self.user.session(self.session_id).stream(line) as stream:
            if self._has_model:
                self._relay(stream)
            else:
                self._speak("".join(stream))
        if stream.reply is not None:
            self.note_once(stream.reply.context.memories)

    def note_once(self, found: Sequence[Recalled]) -> None:
        """Print how these were found, unless it was printed before."""
        for text in found[0].notes if found else []:
            if text not in self._notes:
                self._notes.add(text)
                note(text)

    def _relay(self, stream: BlockingStream) -> None:
        """Print a model's reply as it comes, or through a pipe when it is whole."""
        if not self._is_terminal:
            say("".join(stream))
            return
        for piece in stream:
            say(piece, newline=False)
            sys.stdout.flush()
        say("\n")

    def _speak(self, reply: str) -> None:
        """Print a reply that was made from memory, and that it was."""
        if not self._is_terminal:
            say(f"{reply} {_MODEL_NOTE}")
            return
        words = visible(reply).split(" ")
        pause = min(_WORD_SECONDS, _LONGEST_STREAM_SECONDS / len(words))
        for word in words:
            say(f"{word} ", newline=False)
            sys.stdout.flush()
            time.sleep(pause)
        say_styled(f"{faint(_MODEL_NOTE)}\n")

    def _command(self, line: str) -> bool:
        name, _, argument = line.partition(" ")
        if name == QUIT:
            return False
        known = COMMANDS.get(name)
        if known is None:
            say(f"There is no command {one_line(name, 40)}; /help lists them.")
            say("To say a line that begins with /, begin it with //.")
        else:
            known.run(self, argument.strip())
        return True
