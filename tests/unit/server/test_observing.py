"""What metrics and traces hold of what is done."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import memlane
from memlane.errors import StoreUnavailableError
from memlane.server.logs import REQUEST_ID, LogHandler, LogLines
from memlane.server.logs import said as said_line
from memlane.server.observing.metrics import Gauges, PrometheusObserver
from memlane.server.observing.spans import Both
from memlane.server.observing.traces import TracingObserver
from memlane.wiring.watching import Watched

TRACE = "0af7651916cd43dd8448eb211c80319c"


class Traced:
    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.observer = TracingObserver(self._exporter)

    async def spans(self) -> dict[str, ReadableSpan]:
        await self.observer.aclose()
        return {span.name: span for span in self._exporter.get_finished_spans()}


@pytest.fixture
def traced() -> Traced:
    return Traced()


async def test_a_trace_goes_from_the_caller_through_request_and_recall_to_the_store(traced: Traced) -> None:
    observer = traced.observer
    headers = {b"traceparent": f"00-{TRACE}-b7ad6b7169203331-01".encode()}
    with observer.continued(headers), observer.span("request", route="/v1/x"), observer.span("recall"):
        await called(observer)
    spans = await traced.spans()
    request, recall, store = spans["request"], spans["recall"], spans["memories.changes"]
    assert format(request.context.trace_id, "032x") == TRACE
    assert request.parent is not None
    assert format(request.parent.span_id, "016x") == "b7ad6b7169203331"
    assert recall.parent is not None
    assert recall.parent.span_id == request.context.span_id
    assert store.parent is not None
    assert store.parent.span_id == recall.context.span_id
    assert dict(store.attributes or {}) == {"memlane.backend": "sqlite"}


async def called(observer: TracingObserver) -> None:
    with observer.span("memories.changes", backend="sqlite"):
        await asyncio.sleep(0)


async def test_without_a_caller_a_trace_begins_here_and_a_broken_one_is_not_taken_over(traced: Traced) -> None:
    with traced.observer.continued({b"traceparent": b"nonsense"}), traced.observer.span("request", route="/"):
        pass
    assert (await traced.spans())["request"].parent is None


async def test_a_span_names_the_code_of_what_failed_and_not_its_text(traced: Traced) -> None:
    with pytest.raises(StoreUnavailableError), traced.observer.span("sessions.append", backend="redis"):
        raise StoreUnavailableError("planted")
    span = (await traced.spans())["sessions.append"]
    assert (span.attributes or {})["memlane.error"] == "store_unavailable"
    assert "planted" not in span.to_json()


async def test_a_stream_that_is_closed_by_another_task_leaves_its_span(traced: Traced) -> None:
    async def pieces() -> AsyncGenerator[int]:
        with traced.observer.span("model.stream", backend="openai"):
            yield 1
            yield 2

    stream = pieces()
    assert await anext(stream) == 1
    await asyncio.create_task(stream.aclose())
    span = (await traced.spans())["model.stream"]
    assert "memlane.error" not in (span.attributes or {})


@pytest.fixture
def metrics() -> PrometheusObserver:
    return PrometheusObserver()


def shown(metrics: PrometheusObserver) -> list[str]:
    return [line for line in metrics.exposition().decode().splitlines() if not line.startswith("#")]


def test_what_takes_time_is_a_histogram_and_what_fails_is_counted_by_its_code(metrics: PrometheusObserver) -> None:
    with metrics.span("request", route="/v1/users"):
        pass
    with pytest.raises(StoreUnavailableError), metrics.span("sessions.append", backend="redis"):
        raise StoreUnavailableError("planted")
    with pytest.raises(ZeroDivisionError), metrics.span("recall"):
        raise ZeroDivisionError
    lines = shown(metrics)
    assert 'memlane_request_seconds_count{route="/v1/users"} 1.0' in lines
    assert 'memlane_operation_seconds_count{backend="redis",operation="sessions.append"} 1.0' in lines
    assert 'memlane_errors_total{code="store_unavailable",operation="sessions.append"} 1.0' in lines
    assert 'memlane_errors_total{code="unexpected",operation="recall"} 1.0' in lines
    assert not any("planted" in line for line in lines)


def test_what_is_counted_has_its_name_and_labels_and_what_does_not_fit_does_no_harm(
    metrics: PrometheusObserver,
) -> None:
    for _ in range(2):
        metrics.count("tokens", 3, direction="input")
        metrics.count("usage.dropped")
    metrics.count("tokens", 5, other="label")
    lines = shown(metrics)
    assert 'memlane_tokens_total{direction="input"} 6.0' in lines
    assert "memlane_usage_dropped_total 2.0" in lines


async def test_how_full_the_cache_is_and_what_is_due(metrics: PrometheusObserver) -> None:
    async with memlane.connect_async("sqlite://", embedder="hashing", observer=metrics, work="off") as memory:
        await memory.user("ann").session("s").add("user", "I live in Bergen.")
        await memory.user("ann").recall("where?")
        gauges = Gauges(metrics.registry, Watched(memory))
        gauges.look_at_cache()
        await gauges.look_at_work()
    lines = shown(metrics)
    assert "memlane_cache_users 1.0" in lines
    assert "memlane_work_due 1.0" in lines
    assert 'memlane_operation_seconds_count{backend="",operation="recall"} 1.0' in lines
    assert 'memlane_operation_seconds_count{backend="sqlite",operation="sessions.append"} 1.0' in lines
    assert any('backend="hashing",operation="embedder.embed"' in line for line in lines)
    assert not any("ann" in line or "Bergen" in line for line in lines)


async def test_without_an_observer_nothing_is_put_around_anything() -> None:
    async with memlane.connect_async("sqlite://", embedder="hashing", work="off") as memory:
        core = memory._core
        assert type(core.sessions).__name__ == "SqliteSessionStore"
        assert type(core.memories).__name__ == "SqliteMemoryStore"


async def test_both_hear_of_everything(traced: Traced, metrics: PrometheusObserver) -> None:
    both = Both([metrics, traced.observer])
    with both.span("recall"):
        pass
    both.count("rate_limited")
    assert "recall" in await traced.spans()
    assert "memlane_rate_limited_total 1.0" in shown(metrics)


@pytest.fixture
def said() -> Iterator[list[str]]:
    written: list[str] = []
    handler = LogHandler(LogLines(written.append, "text"))
    loggers = [logging.getLogger(name) for name in ("memlane.test", "foreign.test")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
    yield written
    for logger in loggers:
        logger.removeHandler(handler)
        logger.propagate = True


def test_what_other_packages_say_is_written_only_as_far_as_it_is_fixed(said: list[str]) -> None:
    foreign, ours = logging.getLogger("foreign.test"), logging.getLogger("memlane.test")
    foreign.warning("refused %s", "planted")
    foreign.warning("refused planted")
    ours.warning("usage was not written down: %s", "store_unavailable")
    lines = "".join(said)
    assert "planted" not in lines
    assert "refused %s" in lines
    assert "store_unavailable" in lines


def test_of_an_exception_its_type_and_places_are_written_but_no_text(said: list[str]) -> None:
    token = REQUEST_ID.set("r-1")
    try:
        int("planted")
    except ValueError:
        logging.getLogger("memlane.test").exception("an unforeseen error")
    finally:
        REQUEST_ID.reset(token)
    (line,) = "".join(said).splitlines()
    assert "ValueError at test_observing.py:" in line
    assert "[r-1]" in line
    assert "planted" not in line


def test_control_characters_do_not_reach_a_terminal(said: list[str]) -> None:
    logging.getLogger("memlane.test").warning("a\x1b[31m\nb")
    assert "".join(said).count("\n") == 1
    assert "\x1b" not in "".join(said)


async def test_a_scrape_waits_for_a_process_that_is_just_beginning_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    begun = tmp_path / "counter_4711.db"
    begun.touch()
    scraping = asyncio.create_task(asyncio.to_thread(PrometheusObserver().exposition))
    await asyncio.sleep(0.1)
    begun.write_bytes(bytes(8))
    assert isinstance(await scraping, bytes)


def test_a_log_of_warnings_says_nothing_of_what_went_well() -> None:
    written: list[str] = []
    lines = LogLines(written.append, "warnings")
    for level in (logging.INFO, logging.WARNING):
        lines.add(said_line(logging.LogRecord("memlane.test", level, __file__, 1, "level %s", (level,), None)))
    assert len(written) == 1
    assert "WARNING memlane.test: level 30" in written[0]
