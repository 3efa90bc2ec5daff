"""Metrics of a serving process, in Prometheus' words.

With several processes each writes its numbers to files that all share (`PROMETHEUS_MULTIPROC_DIR`), and whichever is
asked adds them up. Names and labels are Memlane's own, few and fixed.
"""

import asyncio
import os
import platform
import struct
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Final

import prometheus_client as prometheus
from prometheus_client import multiprocess

from memlane._version import __version__
from memlane.server.observing.spans import code_of
from memlane.wiring.watching import Due, Watched

DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the directory which processes share; read by prometheus_client when it is imported."""
CONTENT_TYPE: Final = prometheus.CONTENT_TYPE_LATEST
_PREFIX: Final = "memlane"
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)
_MOST_COUNTERS: Final = 100
_LOOKS: Final = 10
_BLINK_SECONDS: Final = 0.05
_ABOUT: Final = {
    "requests": "Requests answered, by route, method and status; 499: the client had gone.",
    "tokens": "Tokens sent to and received from models, as providers counted them.",
    "rate_limited": "Requests refused because a budget was spent.",
    "usage.dropped": "Counts of usage that were not written down.",
}


class PrometheusObserver:
    """Keeps histograms of what takes time, and counters."""

    def __init__(self) -> None:
        """Keep them in a registry of its own; see `DIRECTORY`."""
        prometheus.disable_created_metrics()
        self.registry = prometheus.CollectorRegistry()
        self._request = prometheus.Histogram(
            "memlane_request_seconds",
            "How long requests took, to the last byte out.",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._operation = prometheus.Histogram(
            "memlane_operation_seconds",
            "How long recall, contexts, calls of stores, embedder and models took.",
            ["operation", "backend"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._errors = prometheus.Counter(
            "memlane_errors",
            "What failed, by operation and the error's code.",
            ["operation", "code"],
            registry=self.registry,
        )
        self._counters: dict[str, prometheus.Counter] = {}
        self._children: dict[tuple[str, ...], Any] = {}
        self._build()

    def span(self, name: str, **labels: str) -> "_Timed":
        """Time a piece of work: a request by its `route`, anything else by its name and its `backend`."""
        return _Timed(self, name, labels.get("route") if name == "request" else labels.get("backend", ""))

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count something, as `memlane_<name>_total`."""
        key = ("count", name, *labels.values())
        child = self._children.get(key)
        if child is None:
            child = self._counted(key, name, labels)
        if child is not None:
            child.inc(amount)

    def took(self, name: str, label: str | None, seconds: float, error: BaseException | None) -> None:
        """Note how long something took, and what it failed with."""
        key = ("took", name, label or "")
        child = self._children.get(key)
        if child is None:
            child = self._request.labels(label) if name == "request" else self._operation.labels(name, label or "")
            self._children[key] = child
        child.observe(seconds)
        if code := code_of(error):
            self._errors.labels(name, code).inc()

    def exposition(self) -> bytes:
        """Return the numbers of all processes in Prometheus' text format."""
        if DIRECTORY not in os.environ:
            return prometheus.generate_latest(self.registry)
        together = prometheus.CollectorRegistry()
        multiprocess.MultiProcessCollector(together)
        for _ in range(_LOOKS - 1):
            with suppress(struct.error, ValueError, RuntimeError):
                return prometheus.generate_latest(together)
            time.sleep(_BLINK_SECONDS)  # a process was beginning its file just then
        return prometheus.generate_latest(together)

    def _counted(self, key: tuple[str, ...], name: str, labels: dict[str, str]) -> Any:
        """Return the counter of a name with these labels; None where they are not those it was first counted with."""
        counter = self._counters.get(name)
        if counter is None:
            if len(self._counters) >= _MOST_COUNTERS:
                return None
            about = _ABOUT.get(name, f"How often: {name}.")
            full = f"{_PREFIX}_{name.replace('.', '_').replace('-', '_')}"
            counter = self._counters[name] = prometheus.Counter(full, about, list(labels), registry=self.registry)
        try:
            child = counter.labels(**labels) if labels else counter
        except ValueError:
            return None
        self._children[key] = child
        return child

    def _build(self) -> None:
        build = prometheus.Gauge(
            "memlane_build_info",
            "The version that runs.",
            ["version", "python"],
            registry=self.registry,
            multiprocess_mode="livemax",
        )
        build.labels(__version__, platform.python_version()).set(1)


class _Timed:
    """Times one piece of work."""

    __slots__ = ("_began", "_label", "_name", "_observer")

    def __init__(self, observer: PrometheusObserver, name: str, label: str | None) -> None:
        self._observer = observer
        self._name = name
        self._label = label

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._observer.took(self._name, self._label, time.perf_counter() - self._began, error)


class Gauges:
    """How full a process is, and what work waits, looked at every few seconds."""

    def __init__(self, registry: prometheus.CollectorRegistry, watched: Watched) -> None:
        """Look at `watched`."""
        self._watched = watched
        own: dict[str, Any] = {"registry": registry, "multiprocess_mode": "livesum"}
        shared: dict[str, Any] = {"registry": registry, "multiprocess_mode": "livemostrecent"}
        self._partitions = prometheus.Gauge("memlane_cache_users", "Users whose memories are in the cache.", **own)
        self._bytes = prometheus.Gauge("memlane_cache_bytes", "How much of the cache is used.", **own)
        self._hits = prometheus.Gauge("memlane_cache_hits", "Recalls that found their user in the cache.", **own)
        self._misses = prometheus.Gauge("memlane_cache_misses", "Recalls that read their user first.", **own)
        self._due = prometheus.Gauge("memlane_work_due", "Sessions with background work that is due.", **shared)
        self._aside = prometheus.Gauge("memlane_work_set_aside", "Sessions whose work was given up.", **shared)

    def look_at_cache(self) -> None:
        """Note how full the cache is."""
        found = self._watched.residency
        self._partitions.set(found.partitions)
        self._bytes.set(found.size_bytes)
        self._hits.set(found.hits)
        self._misses.set(found.misses)

    async def look_at_work(self) -> None:
        """Note what work is due.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        found: Due | None = await self._watched.due()
        if found is not None:
            self._due.set(found.due)
            self._aside.set(found.set_aside)


async def exposition_of(observer: PrometheusObserver) -> tuple[bytes, str]:
    """Return the numbers and their content type; files are read beside the event loop."""
    return await asyncio.to_thread(observer.exposition), CONTENT_TYPE
