"""The app's own process: `python -m memlane.web.serving HOST PORT`, started by `launch`.

Standard input is the launcher's hold on it: when that is closed, by the launcher or by its death, the app stops. On
standard output it says one line, the port, once it answers. Where memory is stands in its environment.
"""

import os
import signal
import sys
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

_SCRIPT: Final = Path(__file__).with_name("script") / "main.py"
_STOP_SECONDS: Final = 5.0


def main() -> None:
    """Serve until the launcher lets go."""
    threading.Thread(target=_watch_launcher, daemon=True).start()
    with suppress(KeyboardInterrupt):
        _serve(sys.argv[1], int(sys.argv[2]))


def _serve(host: str, port: int) -> None:
    import streamlit  # noqa: PLC0415 -- a launcher that goes meanwhile is noticed
    from starlette.middleware import Middleware  # noqa: PLC0415 -- likewise
    from streamlit import file_util  # noqa: PLC0415 -- likewise

    from memlane.web.addresses import Addresses  # noqa: PLC0415 -- likewise
    from memlane.web.headers import Headers, content_policy  # noqa: PLC0415 -- likewise
    from memlane.web.options import options  # noqa: PLC0415 -- likewise

    page = Path(file_util.get_static_dir(), "index.html").read_text("utf-8")
    around = [Middleware(Headers, policy=content_policy(page)), Middleware(Addresses)]
    app = streamlit.App(_SCRIPT, lifespan=_begun, middleware=around)
    app.run(config=options(host, port))


@asynccontextmanager
async def _begun(_app: Any) -> AsyncGenerator[None]:
    """Tell the launcher the port: the socket accepts already, and is served from now on."""
    from streamlit import config  # noqa: PLC0415 -- loaded by now

    print(config.get_option("server.port"), flush=True)  # noqa: T201 -- the launcher reads it
    yield


def _watch_launcher() -> None:
    """Stop when standard input ends; what does not end in time is cut."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGINT)
    threading.Event().wait(_STOP_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
