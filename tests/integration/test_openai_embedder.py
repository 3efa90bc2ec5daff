"""The OpenAI embedder against a loopback server that speaks the API and misbehaves."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import numpy as np
import pytest

from memlane.adapters.embedders.openai import AzureOpenAIServer, OpenAIEmbedder, OpenAIServer
from memlane.errors import ClosedError, EmbedderError, EmbedderUnavailableError, MemlaneError, SettingError
from memlane.testing.openai_server import Misbehaviour, OpenAIEmbeddingServer

PRIVATE = "the dentist said something private"


@pytest.fixture
def server() -> Iterator[OpenAIEmbeddingServer]:
    with OpenAIEmbeddingServer() as server:
        yield server


@asynccontextmanager
async def opened(
    server: OpenAIEmbeddingServer,
    *,
    key: str | None = None,
    model: str = "text-embedding-3-small",
    dimension: int | None = None,
    patience: timedelta = timedelta(seconds=10),
    max_retries: int = 0,
) -> AsyncIterator[OpenAIEmbedder]:
    access = OpenAIServer(
        api_key=key or server.key,
        base_url=server.base_url,
        timeout=patience,
        max_retries=max_retries,
    )
    embedder = OpenAIEmbedder(access, model=model, dimension=dimension)
    try:
        yield embedder
    finally:
        await embedder.aclose()


async def failure(embedder: OpenAIEmbedder) -> MemlaneError:
    with pytest.raises(MemlaneError) as caught:
        await embedder.embed([PRIVATE, "text"], purpose="document")
    message = str(caught.value)
    assert PRIVATE[:12] not in message
    assert "sk-" not in message
    return caught.value


async def test_vectors_have_unit_length_and_the_order_of_the_texts(server: OpenAIEmbeddingServer) -> None:
    texts = [f"text number {number}" for number in range(600)]
    async with opened(server) as embedder:
        vectors = await embedder.embed(texts, purpose="document")
        alone = await embedder.embed([texts[555]], purpose="query")
    assert vectors.shape == (600, 1_536)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert alone[0] @ vectors[555] == pytest.approx(1)
    assert sorted(len(request.body["input"]) for request in server.requests) == [1, 88, 256, 256]


async def test_no_texts_need_no_request(server: OpenAIEmbeddingServer) -> None:
    async with opened(server) as embedder:
        assert (await embedder.embed([], purpose="document")).shape == (0, 1_536)
    assert server.requests == []


@pytest.mark.parametrize("quirk", [Misbehaviour.REVERSED, Misbehaviour.PLAIN_FLOATS, Misbehaviour.NO_INDEX])
async def test_what_servers_do_differently_is_understood(quirk: Misbehaviour, server: OpenAIEmbeddingServer) -> None:
    async with opened(server) as embedder:
        expected = await embedder.embed(["one", "two", "three"], purpose="document")
        server.misbehave(quirk)
        assert await embedder.embed(["one", "two", "three"], purpose="document") == pytest.approx(expected)


async def test_a_shorter_dimension_is_asked_for_only_when_it_is_not_the_models_own(
    server: OpenAIEmbeddingServer,
) -> None:
    async with opened(server, dimension=256) as short, opened(server, dimension=1_536) as whole:
        assert (await short.embed(["text"], purpose="query")).shape == (1, 256)
        assert (await whole.embed(["text"], purpose="query")).shape == (1, 1_536)
    assert [request.body.get("dimensions") for request in server.requests] == [256, None]


async def test_a_model_of_another_maker_is_not_asked_for_a_dimension() -> None:
    with OpenAIEmbeddingServer(model="BAAI/bge-m3", dimension=1_024) as server:
        async with opened(server, model="BAAI/bge-m3", dimension=1_024) as embedder:
            assert (await embedder.embed(["text"], purpose="query")).shape == (1, 1_024)
    assert "dimensions" not in server.requests[0].body


@pytest.mark.parametrize("trouble", [Misbehaviour.RATE_LIMITED, Misbehaviour.FAILING, Misbehaviour.CUT])
async def test_passing_trouble_is_retried(trouble: Misbehaviour, server: OpenAIEmbeddingServer) -> None:
    server.misbehave(trouble)
    async with opened(server, max_retries=1) as embedder:
        assert (await embedder.embed(["text"], purpose="query")).shape == (1, 1_536)
    assert len(server.requests) == 2


@pytest.mark.parametrize("trouble", [Misbehaviour.RATE_LIMITED, Misbehaviour.FAILING, Misbehaviour.CUT])
async def test_lasting_trouble_is_reported_as_unavailable(trouble: Misbehaviour, server: OpenAIEmbeddingServer) -> None:
    server.misbehave(trouble)
    async with opened(server) as embedder:
        error = await failure(embedder)
        assert isinstance(error, EmbedderUnavailableError)
        assert error.retryable
        assert (await embedder.embed(["text"], purpose="query")).shape == (1, 1_536)


async def test_a_slow_server_is_given_up_after_the_timeout(server: OpenAIEmbeddingServer) -> None:
    server.misbehave(Misbehaviour.SLOW)
    async with opened(server, patience=timedelta(seconds=0.2)) as embedder:
        assert isinstance(await failure(embedder), EmbedderUnavailableError)


async def test_a_server_that_asks_for_a_long_pause_is_given_up_after_the_timeout(
    server: OpenAIEmbeddingServer,
) -> None:
    server.retry_after = "100"
    server.misbehave(Misbehaviour.RATE_LIMITED)
    async with opened(server, patience=timedelta(seconds=0.3), max_retries=1) as embedder:
        assert isinstance(await failure(embedder), EmbedderUnavailableError)


async def test_a_server_that_is_not_there_is_unavailable(server: OpenAIEmbeddingServer) -> None:
    access = OpenAIServer(api_key="k", base_url="http://127.0.0.1:1/v1", max_retries=0)
    embedder = OpenAIEmbedder(access)
    assert isinstance(await failure(embedder), EmbedderUnavailableError)
    await embedder.aclose()


@pytest.mark.parametrize(
    "trouble",
    [
        Misbehaviour.NOT_JSON,
        Misbehaviour.OTHER_JSON,
        Misbehaviour.BAD_BASE64,
        Misbehaviour.SHORT_VECTORS,
        Misbehaviour.ONE_MISSING,
        Misbehaviour.SAME_INDEX,
        Misbehaviour.ZERO_VECTOR,
        Misbehaviour.NAN_VECTOR,
    ],
)
async def test_an_unusable_answer_is_an_error_and_never_a_vector(
    trouble: Misbehaviour, server: OpenAIEmbeddingServer
) -> None:
    server.misbehave(trouble)
    async with opened(server, max_retries=2) as embedder:
        error = await failure(embedder)
    assert type(error) is EmbedderError
    assert len(server.requests) == 1


async def test_a_refused_key_is_a_matter_of_settings(server: OpenAIEmbeddingServer) -> None:
    async with opened(server, key="sk-wrong") as embedder:
        assert isinstance(await failure(embedder), SettingError)


async def test_a_forbidden_account_is_a_matter_of_settings(server: OpenAIEmbeddingServer) -> None:
    server.misbehave(Misbehaviour.FORBIDDEN)
    async with opened(server) as embedder:
        assert isinstance(await failure(embedder), SettingError)


async def test_an_unknown_model_is_a_matter_of_settings(server: OpenAIEmbeddingServer) -> None:
    async with opened(server, model="text-embedding-3-large") as embedder:
        assert isinstance(await failure(embedder), SettingError)


async def test_any_text_is_accepted(server: OpenAIEmbeddingServer) -> None:
    texts = ["", " ", "\0", "\ud800", "😀", "x" * 2**20, "日本" * 2**18, "plain"]
    async with opened(server) as embedder:
        vectors = await embedder.embed(texts, purpose="document")
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)


async def test_a_text_that_the_server_finds_too_long_is_cut_alone_and_the_same_in_any_batch(
    server: OpenAIEmbeddingServer,
) -> None:
    long = "ж" * 6_000  # 12,000 bytes: estimated to fit, and refused by this server
    async with opened(server) as embedder:
        mixed = await embedder.embed(["before", long, "after"], purpose="document")
        alone = await embedder.embed([long], purpose="query")
        plain = await embedder.embed(["after"], purpose="query")
    assert mixed[1] @ alone[0] == pytest.approx(1)
    assert mixed[2] @ plain[0] == pytest.approx(1)
    assert max(len(request.body["input"][0].encode()) for request in server.requests[-2:]) <= 8_191


async def test_a_refused_short_text_is_not_tried_again(server: OpenAIEmbeddingServer) -> None:
    server.longest_bytes = 3
    async with opened(server, max_retries=2) as embedder:
        assert type(await failure(embedder)) is EmbedderError
    assert len(server.requests) == 1


async def test_a_failed_batch_stops_the_others(server: OpenAIEmbeddingServer) -> None:
    server.misbehave(*[Misbehaviour.OTHER_JSON] * 4)
    async with opened(server) as embedder:
        with pytest.raises(EmbedderError):
            await embedder.embed(["text"] * 256 * 20, purpose="document")
    assert len(server.requests) < 10


async def test_a_cancelled_call_leaves_the_embedder_usable(server: OpenAIEmbeddingServer) -> None:
    server.misbehave(Misbehaviour.SLOW)
    async with opened(server) as embedder:
        call = asyncio.create_task(embedder.embed(["text"], purpose="query"))
        while not server.requests:
            await asyncio.sleep(0.005)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert (await embedder.embed(["text"], purpose="query")).shape == (1, 1_536)


async def test_nothing_is_sent_after_close(server: OpenAIEmbeddingServer) -> None:
    async with opened(server) as embedder:
        pass
    with pytest.raises(ClosedError):
        await embedder.embed(["text"], purpose="query")
    assert server.requests == []


def azure(server: OpenAIEmbeddingServer, **credential: object) -> OpenAIEmbedder:
    access = AzureOpenAIServer(endpoint=server.address, deployment="our-embedder", max_retries=0, **credential)
    return OpenAIEmbedder(access)


async def async_token() -> str:
    return "entra-token"


@pytest.mark.parametrize("provider", [async_token, lambda: "entra-token"])
async def test_azure_takes_a_token_of_entra_id(provider: object) -> None:
    with OpenAIEmbeddingServer(key="entra-token", model="our-embedder") as server:
        embedder = azure(server, token_provider=provider)
        assert (await embedder.embed(["text"], purpose="query")).shape == (1, 1_536)
        await embedder.aclose()
    assert embedder.identity == "openai:text-embedding-3-small/1536/8191"


async def test_azure_takes_a_key_and_is_told_the_version_of_its_api() -> None:
    with OpenAIEmbeddingServer(model="our-embedder") as server:
        embedder = azure(server, api_key=server.key)
        assert (await embedder.embed(["text"], purpose="query")).shape == (1, 1_536)
        await embedder.aclose()
    request = server.requests[0]
    assert request.path == "/openai/deployments/our-embedder/embeddings?api-version=2024-10-21"
    assert request.headers["api-key"] == server.key


async def test_azure_without_the_deployment_is_a_matter_of_settings(server: OpenAIEmbeddingServer) -> None:
    embedder = azure(server, api_key=server.key)
    assert isinstance(await failure(embedder), SettingError)
    await embedder.aclose()


async def test_a_token_provider_that_fails_makes_the_embedder_unavailable(server: OpenAIEmbeddingServer) -> None:
    def broken() -> str:
        raise RuntimeError("no identity on this machine: sk-secret")

    embedder = azure(server, token_provider=broken)
    assert isinstance(await failure(embedder), EmbedderUnavailableError)
    await embedder.aclose()
