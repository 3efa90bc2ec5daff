"""All of one user: erasing, exporting, importing, indexing, and what was used."""

from memlane.api.bodies import Body, Indexed, Restored, Stats
from memlane.server.v1.answers import Stream
from memlane.server.v1.calls import NoQuery, UserCall
from memlane.server.v1.importing import IMPORT_MEDIA, spooled
from memlane.server.v1.operations import Operations
from memlane.server.v1.stats import AskStats
from memlane.server.v1.streaming import NDJSON, Lines
from memlane.types.session import Receipt

operations = Operations("users", __doc__)
_U = "/users/{user}"


class AskImport(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of it.

    Attributes:
        conversation: Of a file of conversations, only the one with this id.
    """

    conversation: str | None = None


class _Seen:
    """The last that progress told."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0

    def note(self, done: int, total: int) -> None:
        """Take what progress tells."""
        self.done, self.total = done, total


@operations.at("DELETE", _U, scope="erase")
async def erase_user(call: UserCall[None, NoQuery]) -> Receipt:
    """Remove every trace of a user and return what was removed."""
    return await call.user.erase()


@operations.at("GET", f"{_U}/export", scope="read", media=NDJSON)
async def export_user(call: UserCall[None, NoQuery]) -> Stream:
    """Return everything of a user as JSON Lines, as they are read; `import` reads them back to an equal state."""
    return Lines(call.user.export_lines())


@operations.at("POST", f"{_U}/import", scope="write", reads=IMPORT_MEDIA)
async def import_user(call: UserCall[None, AskImport]) -> Restored:
    """Read an export back, or conversations in the neutral form; return how many records were new.

    What is there already is left alone, so repeating it is safe. A line that is not understood refuses the whole.
    """
    seen = _Seen()
    async with spooled(call.request, call.settings.server.max_import_bytes) as path:
        new = await call.user.restore(path, conversation=call.query.conversation, progress=seen.note)
    return Restored(new=new, records=seen.total)


@operations.at("GET", f"{_U}/stats", scope="read", optional=True)
async def get_user_stats(call: UserCall[None, AskStats]) -> Stats:
    """Return what a user used, over time."""
    asked = call.query
    points = await call.user.stats(step=asked.step, since=asked.since, until=asked.until)
    return Stats(step=asked.step, points=points)


@operations.at("POST", f"{_U}/index", scope="write", asks_model=True)
async def index_user(call: UserCall[None, NoQuery]) -> Indexed:
    """Give every memory its vector now, as after a bulk import; say whether all have one."""
    seen = _Seen()
    indexed = await call.user.index(progress=seen.note)
    return Indexed(indexed=indexed, embedded=seen.done, memories=seen.total)
