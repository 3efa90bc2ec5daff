"""Name to token counter: `estimate`, `tiktoken:<encoding>`."""

from memlane.errors import SettingError
from memlane.protocols.counter import TokenCounter


def open_counter(name: str | TokenCounter) -> TokenCounter:
    """Return the counter of that name; a counter is returned as it is.

    Raises:
        SettingError: the name is not understood, or its data are not at hand offline.
        MissingExtraError: its package is not installed.
    """
    if not isinstance(name, str):
        return name
    if name == "estimate":
        from memlane.adapters.counters.estimate import EstimateCounter  # noqa: PLC0415 -- loaded on use

        return EstimateCounter()
    kind, _, encoding = name.partition(":")
    if kind == "tiktoken" and encoding:
        from memlane.adapters.counters.tiktoken import TiktokenCounter  # noqa: PLC0415 -- loaded on use

        return TiktokenCounter(encoding)
    raise SettingError(f"no token counter is called {name!r}; there are: estimate, tiktoken:<encoding>")
