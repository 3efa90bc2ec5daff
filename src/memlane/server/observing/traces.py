"""Traces for OpenTelemetry: request, recall, context, and the calls of stores, embedder and models in them.

A caller's trace goes on (W3C Trace Context, https://www.w3.org/TR/trace-context/). Where spans are sent, say the
`OTEL_…` variables. No attribute holds an id, a text or a key.
"""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from contextvars import Token
from types import TracebackType
from typing import Any, Final

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from memlane._version import __version__
from memlane.server.observing.spans import code_of

_PARENT: Final = b"traceparent"
_STATE: Final = b"tracestate"
_LONGEST_FLUSH_SECONDS: Final = 5.0


class TracingObserver:
    """Makes a span of each piece of work; counts nothing."""

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        """Send spans with `exporter`; None sends them by OTLP over HTTP."""
        about = Resource.create({SERVICE_NAME: "memlane", SERVICE_VERSION: __version__})
        self._provider = TracerProvider(resource=about, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("memlane", __version__)
        self._propagator = TraceContextTextMapPropagator()

    def span(self, name: str, **labels: str) -> "_Traced":
        """Make a span; what is called within one whose name has no dot becomes its child."""
        kind = SpanKind.SERVER if name == "request" else SpanKind.INTERNAL
        attributes = {f"memlane.{label}": value for label, value in labels.items()}
        return _Traced(self._tracer.start_span(name, kind=kind, attributes=attributes), is_parent="." not in name)

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count nothing: that is for metrics."""

    @contextmanager
    def continued(self, headers: Mapping[bytes, bytes]) -> Generator[None]:
        """Let what is done meanwhile belong to the trace that the headers of a request name, if they name one."""
        if _PARENT not in headers:
            yield
            return
        carrier = {name.decode(): headers[name].decode("latin-1") for name in (_PARENT, _STATE) if name in headers}
        token = context.attach(self._propagator.extract(carrier, context=context.Context()))
        try:
            yield
        finally:
            context.detach(token)

    async def aclose(self) -> None:
        """Send what waits, for at most five seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(self._provider.shutdown), _LONGEST_FLUSH_SECONDS)


class _Traced:
    """One span."""

    __slots__ = ("_is_parent", "_span", "_token")

    def __init__(self, span: Span, *, is_parent: bool) -> None:
        self._span = span
        self._is_parent = is_parent
        self._token: Token[Any] | None = None

    def __enter__(self) -> None:
        if self._is_parent:
            self._token = context.attach(trace.set_span_in_context(self._span))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace_back: TracebackType | None
    ) -> None:
        if self._token is not None:
            context.detach(self._token)
        if code := code_of(error):
            self._span.set_attribute("memlane.error", code)
            self._span.set_status(Status(StatusCode.ERROR, code))
        self._span.end()
