"""The suite every chat model passes.

A model's test file subclasses `ModelSuite` and overrides the `backend` fixture, with a provider on a loopback port or
in the process. pytest-asyncio must run in its `auto` mode.

    class TestOpenAI(ModelSuite):
        @pytest.fixture
        async def backend(self):
            with ModelServer(model="m") as server:
                backend = ModelBackend(make=…, unreachable=…, provider=ServedProvider(server), attempts=2)
                yield backend
                await backend.aclose()
"""

import pytest

from memlane.testing.model_backend import ModelBackend
from memlane.testing.models_answers import Counting, ToolUse, Untouched, WholeAndPieces
from memlane.testing.models_ends import Concurrency, GivingUp, Releasing
from memlane.testing.models_failures import Failures, Retries, Schemas


class ModelSuite(
    WholeAndPieces, ToolUse, Counting, Untouched, Failures, Schemas, Retries, Releasing, Concurrency, GivingUp
):
    """Checks the promises of `ChatModel`; subclass it and override `backend`."""

    @pytest.fixture
    def backend(self) -> ModelBackend:
        """Yield a model that has not been used yet and its provider, and close it; an override is asynchronous."""
        raise NotImplementedError("override the fixture `backend`")
