"""Names and URLs of chat models."""

import sys

import pytest

from memlane.adapters._drivers.anthropic import AnthropicServer
from memlane.errors import MissingExtraError, SettingError
from memlane.protocols.chat_model import ChatModel, CountsPrompts, Prompt
from memlane.testing.model_backend import ask
from memlane.testing.model_server import ModelServer
from memlane.testing.scripted_model import ScriptedModel
from memlane.wiring.models import open_model

VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def opened(name: str) -> ChatModel:
    model = open_model(name)
    assert model is not None
    return model


def test_none_is_no_model() -> None:
    assert open_model(None) is None
    assert open_model("none") is None


def test_a_model_is_returned_as_it_is() -> None:
    model = ScriptedModel("Hello.")
    assert open_model(model) is model


@pytest.mark.parametrize(
    ("name", "identity", "context_tokens"),
    [
        ("openai:gpt-4o", "openai:gpt-4o", 128_000),
        ("openai-responses:gpt-4o", "openai:gpt-4o", 128_000),
        ("anthropic:claude-sonnet-4-5", "anthropic:claude-sonnet-4-5", 200_000),
        ("openai+http://localhost:11434/v1#llama3", "openai-compatible:llama3", 8_192),
        ("openai+https://models.example/v1#org/name:8b", "openai-compatible:org/name:8b", None),
        ("openai-responses+http://[::1]:8000/v1#m", "openai-compatible:m", None),
        ("anthropic+http://localhost:11434#my%20model", "anthropic-compatible:my model", None),
    ],
)
def test_a_name_says_which_model(name: str, identity: str, context_tokens: int | None) -> None:
    model = opened(name)
    assert model.identity == identity
    assert model.context_tokens == context_tokens


def test_only_anthropic_counts_prompts() -> None:
    assert isinstance(opened("anthropic:claude-sonnet-4-5"), CountsPrompts)
    assert not isinstance(opened("openai:gpt-4o"), CountsPrompts)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "gpt-4o",
        "openai:",
        "azure:",
        "local:llama3",
        "openai+ftp://localhost/v1#m",
        "openai+http:",
        "openai+http://localhost/v1",
        "openai+http:///v1#m",
        "openai+http://localhost:port/v1#m",
        "openai+http://[::1/v1#m",
        "openai+http://localhost/v1?key=x#m",
        "azure+http://localhost#m",
        "openai:" + "m" * 200,
    ],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(SettingError):
        open_model(name)


@pytest.mark.parametrize("name", ["openai+http://me:secret@localhost/v1#m", "redis+http://me:secret@localhost"])
def test_a_password_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(SettingError) as caught:
        open_model(name)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["openai:gpt-4o", "openai-responses:gpt-4o", "anthropic:claude-sonnet-4-5"])
async def test_a_missing_key_shows_on_first_use(name: str) -> None:
    with pytest.raises(SettingError, match="API key"):
        await opened(name).complete(ask())


async def test_keys_and_addresses_come_from_the_providers_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer() as server:
        for name, url in (("OPENAI", server.base_url), ("ANTHROPIC", server.address)):
            monkeypatch.setenv(f"{name}_API_KEY", str(server.key))
            monkeypatch.setenv(f"{name}_BASE_URL", url)
        for name in ("openai:m", "openai-responses:m", "anthropic:m"):
            model = opened(name)
            assert (await model.complete(ask("Hi."))).text == "You said: Hi."
            await model.aclose()


async def test_a_url_is_never_sent_the_providers_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-provider")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-provider")
    with ModelServer(key=None) as server:
        for name in ("openai", "openai-responses"):
            model = opened(f"{name}+{server.base_url}#m")
            await model.complete(ask())
            await model.aclose()
        model = opened(f"anthropic+{server.address}#m")
        await model.complete(ask())
        await model.aclose()
        assert len(server.requests) == 3
        assert all("sk-provider" not in str(request.headers) for request in server.requests)


async def test_azure_is_opened_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingError, match="AZURE_OPENAI_ENDPOINT"):
        open_model("azure:ours")
    with ModelServer(model="ours") as server:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", server.address)
        monkeypatch.setenv("AZURE_OPENAI_API_KEY", str(server.key))
        model = opened("azure:ours")
        assert model.identity == "azure:ours"
        assert (await model.complete(ask("Hi."))).text == "You said: Hi."
        await model.aclose()


def test_azure_without_a_key_needs_the_package_for_entra_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://example.openai.azure.com")
    assert opened("azure:ours").identity == "azure:ours"
    monkeypatch.setitem(sys.modules, "azure.identity.aio", None)
    with pytest.raises(MissingExtraError, match=r"memlane\[azure\]"):
        open_model("azure:ours")


@pytest.mark.parametrize(
    ("name", "package"), [("openai:m", "openai"), ("openai-responses:m", "openai"), ("anthropic:m", "anthropic")]
)
async def test_a_missing_package_names_its_pip_line(name: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{package.upper()}_API_KEY", "sk-x")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"memlane\[{package}\]"):
        await opened(name).complete(Prompt(messages=[]))


def test_a_key_is_in_no_repr() -> None:
    assert "secret" not in f"{AnthropicServer(api_key='sk-secret')}"
