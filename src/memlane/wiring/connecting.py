"""A connection as the settings have it, for the programs that come with Memlane.

Importing this loads nothing, so that a command's help comes fast.
"""

from typing import TYPE_CHECKING

import memlane

if TYPE_CHECKING:
    from memlane.wiring.build import Connecting, Options
    from memlane.wiring.settings import Settings


def connected(settings: "Settings", *, in_process: bool | None = None) -> "memlane.Memlane":
    """Return a connection; close it.

    Args:
        settings: The settings tree.
        in_process: See `memlane.WorkPlan`.

    Raises:
        SettingError: a setting is not understood.
        MissingExtraError: a package is not installed; says the pip line.
    """
    url, memories, options = _connecting(settings, in_process=in_process)
    return memlane.connect(url, memories=memories, **options)


def connected_async(settings: "Settings") -> "Connecting":
    """Return a connection for asyncio; errors as `connected`."""
    url, memories, options = _connecting(settings, in_process=None)
    return memlane.connect_async(url, memories=memories, **options)


def _connecting(settings: "Settings", *, in_process: bool | None) -> "tuple[str | None, str | None, Options]":
    """Return both URLs and the options of `connect`.

    Of a server's own, only what this command names is passed on, so that it is refused.
    """
    from memlane.wiring.remote import is_server  # noqa: PLC0415 -- see above
    from memlane.wiring.settings import ARGUMENT  # noqa: PLC0415

    url, memories = (None if url is None else url.reveal() for url in (settings.store.url, settings.store.memories_url))
    if is_server(url):
        own: Options = {"api_key": settings.store.api_key or None}
        if settings.origin("embedder.name") == ARGUMENT:
            own["embedder"] = settings.embedder.name
        if settings.origin("model.name") == ARGUMENT:
            own["model"] = settings.model.name
        return url, memories, own
    options = settings.connect_options()
    options["work"] = settings.work.plan(in_process=in_process)
    return url, memories, options
