"""What goes wrong: which error tells of it, and what is tried again before it does."""

import asyncio
import time
from typing import Any

import pytest

from memlane.errors import (
    MalformedOutputError,
    MissingExtraError,
    ModelError,
    ModelRateLimitError,
    ModelUnavailableError,
    SettingError,
)
from memlane.protocols.chat_model import ChatModel, Prompt
from memlane.testing import model_backend
from memlane.testing.model_backend import ModelBackend, ask, both, collect, streamed
from memlane.testing.model_script import Answer, Misdeed, Trouble

PRIVATE = "the dentist said something private"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"capital": {"type": "string"}},
    "required": ["capital"],
    "additionalProperties": False,
}
_ERRORS: dict[Misdeed, type[Exception]] = {
    Misdeed.RATE_LIMITED: ModelRateLimitError,
    Misdeed.FAILING: ModelUnavailableError,
    Misdeed.OVERLOADED: ModelUnavailableError,
    Misdeed.FORBIDDEN: SettingError,
    Misdeed.NOT_JSON: MalformedOutputError,
    Misdeed.OTHER_JSON: MalformedOutputError,
}
_ERRORS_IN_STREAM: dict[Misdeed, type[Exception]] = {
    Misdeed.CUT: ModelUnavailableError,
    Misdeed.UNFINISHED: ModelUnavailableError,
    Misdeed.ERROR_IN_STREAM: ModelUnavailableError,
    Misdeed.NOT_JSON: MalformedOutputError,
    Misdeed.OTHER_JSON: MalformedOutputError,
}
_PASSING = (Misdeed.RATE_LIMITED, Misdeed.FAILING, Misdeed.OVERLOADED)


async def _failure(model: ChatModel, prompt: Prompt, backend: ModelBackend, *, streams: bool) -> Exception:
    """Return what was raised, which must not show anything private."""
    with pytest.raises((ModelError, SettingError, MissingExtraError)) as caught:
        await (streamed(model, prompt) if streams else model.complete(prompt))
    shown = f"{caught.value} {caught.value!r}"
    for private in (PRIVATE[:12], *backend.secrets):
        assert private not in shown
    return caught.value


class Failures:
    """C4: errors of ours, which show nothing private."""

    @pytest.mark.parametrize("streams", [False, True])
    @pytest.mark.parametrize("trouble", [*_PASSING, Misdeed.FORBIDDEN])
    async def test_a_refusal_is_told_by_its_error(
        self,
        backend: ModelBackend,
        trouble: Misdeed,
        streams: bool,  # noqa: FBT001 - a parameter of a test
    ) -> None:
        backend.provider.will(*[Trouble(trouble=trouble)] * backend.attempts)
        error = await _failure(backend.model, ask(PRIVATE), backend, streams=streams)
        assert isinstance(error, _ERRORS[trouble])

    @pytest.mark.parametrize("trouble", [Misdeed.NOT_JSON, Misdeed.OTHER_JSON])
    async def test_an_answer_that_is_not_understood_is_malformed(self, backend: ModelBackend, trouble: Misdeed) -> None:
        backend.provider.will(Trouble(trouble=trouble))
        error = await _failure(backend.model, ask(PRIVATE), backend, streams=False)
        assert isinstance(error, MalformedOutputError)

    @pytest.mark.parametrize("trouble", _ERRORS_IN_STREAM)
    async def test_a_stream_that_goes_wrong_raises_after_its_pieces(
        self, backend: ModelBackend, trouble: Misdeed
    ) -> None:
        backend.provider.will(Trouble(trouble=trouble, after=2, text=f"one two {PRIVATE}"))
        pieces: list[object] = []
        with pytest.raises(_ERRORS_IN_STREAM[trouble]) as caught:
            await collect(backend.model.stream(ask(PRIVATE)), pieces)
        assert pieces == ["one", " two"]
        assert PRIVATE[:12] not in str(caught.value)

    async def test_an_answer_that_breaks_off_is_unavailable(self, backend: ModelBackend) -> None:
        backend.provider.will(*[Trouble(trouble=Misdeed.CUT)] * backend.attempts)
        error = await _failure(backend.model, ask(PRIVATE), backend, streams=False)
        assert isinstance(error, ModelUnavailableError)

    async def test_a_provider_that_is_not_there_is_unavailable(self, backend: ModelBackend) -> None:
        for streams in (False, True):
            error = await _failure(backend.other(), ask(PRIVATE), backend, streams=streams)
            assert isinstance(error, ModelUnavailableError)

    async def test_an_empty_answer_is_malformed(self, backend: ModelBackend) -> None:
        for streams in (False, True):
            backend.provider.will(Answer())
            error = await _failure(backend.model, ask(PRIVATE), backend, streams=streams)
            assert isinstance(error, MalformedOutputError)

    async def test_a_limit_says_for_how_long(self, backend: ModelBackend) -> None:
        for said, expected in (("0.25", 0.25), ("7200", 7_200.0), ("", None)):
            attempts = 1 if expected == 7_200 else backend.attempts
            backend.provider.will(*[Trouble(trouble=Misdeed.RATE_LIMITED, retry_after=said)] * attempts)
            error = await _failure(backend.model, ask(PRIVATE), backend, streams=False)
            assert isinstance(error, ModelRateLimitError)
            assert error.retry_after == expected


class Schemas:
    """C4: what is no JSON object where a schema wants one is malformed."""

    async def test_an_answer_to_a_schema_is_its_json(self, backend: ModelBackend) -> None:
        backend.provider.will(*['{"capital": "Oslo"}'] * 2)
        for answer in await both(backend.model, ask(schema=SCHEMA)):
            assert answer.text == '{"capital": "Oslo"}'

    @pytest.mark.parametrize(
        "answer",
        [
            Answer(text="It is Oslo."),
            Answer(text='["Oslo"]'),
            Answer(text='"Oslo"'),
            Answer(text='{"capital": "Os', stop="length"),
            Answer(text=""),
        ],
    )
    async def test_anything_but_a_json_object_is_malformed(self, backend: ModelBackend, answer: Answer) -> None:
        for streams in (False, True):
            backend.provider.will(answer)
            error = await _failure(backend.model, ask(PRIVATE, schema=SCHEMA), backend, streams=streams)
            assert isinstance(error, MalformedOutputError)

    async def test_a_refusal_need_not_be_json(self, backend: ModelBackend) -> None:
        backend.provider.will(*[Answer(text="I cannot.", stop="refused")] * 2)
        for answer in await both(backend.model, ask(schema=SCHEMA)):
            assert answer.stop == "refused"


class Retries:
    """C5: what may pass is tried again, as slowly as the provider says, and a begun stream never."""

    @pytest.mark.parametrize("trouble", _PASSING)
    async def test_what_passes_is_not_seen(self, backend: ModelBackend, trouble: Misdeed) -> None:
        for _ in range(2):
            backend.provider.will(*[Trouble(trouble=trouble)] * (backend.attempts - 1), "Oslo.")
        whole, of_stream = await both(backend.model, ask())
        assert whole.text == of_stream.text == "Oslo."
        assert len(backend.provider.asked()) == 2 * backend.attempts

    async def test_another_attempt_waits_as_long_as_the_provider_says(self, backend: ModelBackend) -> None:
        await backend.model.complete(ask())  # what has to be loaded first may take its time
        troubles = [Trouble(trouble=Misdeed.RATE_LIMITED, retry_after="0.7")] * (backend.attempts - 1)
        backend.provider.will(*troubles, "Oslo.")
        begun = time.monotonic()
        assert (await backend.model.complete(ask())).text == "Oslo."
        assert time.monotonic() - begun >= 0.7 * len(troubles)

    async def test_a_wait_that_nobody_would_sit_out_is_raised_at_once(self, backend: ModelBackend) -> None:
        await backend.model.complete(ask())  # what has to be loaded first may take its time
        backend.provider.will(Trouble(trouble=Misdeed.RATE_LIMITED, retry_after="110"))
        async with asyncio.timeout(model_backend.SOON_S):
            with pytest.raises(ModelRateLimitError):
                await backend.model.complete(ask())
        assert len(backend.provider.asked()) == 2

    async def test_a_stream_that_has_begun_is_not_begun_again(self, backend: ModelBackend) -> None:
        backend.provider.will(Trouble(trouble=Misdeed.CUT, after=2))
        with pytest.raises(ModelUnavailableError):
            await streamed(backend.model, ask())
        assert len(backend.provider.asked()) == 1

    async def test_what_is_refused_is_not_tried_again(self, backend: ModelBackend) -> None:
        backend.provider.will(Trouble(trouble=Misdeed.FORBIDDEN))
        with pytest.raises(SettingError):
            await backend.model.complete(ask())
        assert len(backend.provider.asked()) == 1
