"""What happens with each line of a chat: it is kept, looked up in memory and answered; or it is a command.

No model is asked: the answer is what memory holds. Reading lines is `chat`'s part.
"""

import sys
import time
from collections.abc import Callable

from memlane import User
from memlane.cli.answer import answer, nothing_known
from memlane.cli.commands import COMMANDS, QUIT
from memlane.cli.lines import plural
from memlane.cli.output import faint, note, say, say_styled
from memlane.cli.relevance import relevant
from memlane.cli.visible import one_line, visible
from memlane.types.memory import MESSAGE, Recalled

_CANDIDATES = 30
_QUOTES = 3
_MODEL_NOTE = "(from memory; no chat model)"
_LONGEST_STREAM_SECONDS = 0.6
_WORD_SECONDS = 0.012


class Talk:
    """One user's conversation, and the session it is kept in."""

    def __init__(self, user: User, session_id: str, new_session_id: Callable[[], str], *, is_terminal: bool) -> None:
        """Talk with `user` in the session `session_id`."""
        self.session_id = session_id
        self.user = user
        self.new_session_id = new_session_id
        self._is_terminal = is_terminal
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
        session = self.user.session(self.session_id)
        said = session.add("user", line)
        found = self.user.recall(line, limit=_CANDIDATES)
        self.note_once(found)
        itself = next((recalled for recalled in found if self._is(recalled, said.id)), None)
        chosen = relevant(line, itself, [recalled for recalled in found if recalled is not itself])[:_QUOTES]
        reply = answer([recalled.memory for recalled in chosen], self.session_id) if chosen else nothing_known()
        # Kept in the session's window only: a quotation is not said anew, so it must not be recalled as if it were.
        self.user.session(self.session_id, remember=False).add("assistant", reply)
        self._speak(reply)

    def _is(self, recalled: Recalled, message_id: str) -> bool:
        return recalled.memory.session_id == self.session_id and message_id in recalled.memory.message_ids

    def note_once(self, found: list[Recalled]) -> None:
        """Print how these were found, unless it was printed before."""
        for text in found[0].notes if found else []:
            if text not in self._notes:
                self._notes.add(text)
                note(text)

    def _speak(self, reply: str) -> None:
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
