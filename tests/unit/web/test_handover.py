"""What the launcher tells the app: all of where memory is, nothing else, and a server's key."""

from pathlib import Path

import pytest

from memlane.web.handover import environment_for, environment_of, settings_of
from memlane.wiring.settings import Settings, load_settings

GIVEN: dict[str, object] = {
    "store.url": "redis://app:s3cret@cache/0?ssl_password=s3cret",
    "store.memories_url": "sqlite:///m.db",
    "store.session_ttl": "90 min",
    "store.memories_ttl": "never",
    "embedder.name": "none",
    "tokens.counter": "tiktoken:o200k_base",
    "model.name": "openai:gpt-x",
    "model.offered": "openai:gpt-x,anthropic:y",
    "model.context_tokens": "32000",
    "work.quiet": "2 min",
    "work.daily_tokens_per_tenant": "1000000",
    "limits.cache_bytes": "1 GiB",
    "limits.embed_wait": "250 ms",
}


def loaded(tmp_path: Path, **given: object) -> Settings:
    return load_settings(given, {}, directory=tmp_path, home=tmp_path)


@pytest.mark.parametrize("given", [{}, GIVEN])
def test_the_app_connects_as_the_launcher_would(tmp_path: Path, given: dict[str, object]) -> None:
    settings = loaded(tmp_path, **given)
    found = settings_of(environment_of(settings, {}))
    for section in ("store", "embedder", "tokens", "model", "work", "limits"):
        assert getattr(found, section) == getattr(settings, section)


def test_of_a_server_only_address_and_key_are_told(tmp_path: Path) -> None:
    settings = loaded(tmp_path, **{"store.url": "https://memory.example.com", "store.api_key": "ml_x"})
    told = environment_of(settings, {"MEMLANE_STORE__MEMORIES_URL": "sqlite://", "MEMLANE_MODEL__NAME": "openai:x"})
    assert told == {"MEMLANE_STORE__URL": "https://memory.example.com", "MEMLANE_STORE__API_KEY": "ml_x"}
    assert told == environment_for("https://memory.example.com", "ml_x", {})


def test_what_is_not_memlanes_stays(tmp_path: Path) -> None:
    told = environment_of(loaded(tmp_path), {"OPENAI_API_KEY": "sk", "MEMLANE_SERVER__PORT": "1", "PATH": "/bin"})
    assert told["OPENAI_API_KEY"] == "sk"
    assert told["PATH"] == "/bin"
    assert "MEMLANE_SERVER__PORT" not in told


def test_the_app_reads_no_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memlane.toml").write_text('[store]\nmemories_url = "sqlite:///other.db"\n')
    monkeypatch.chdir(tmp_path)
    assert settings_of(environment_for("http://127.0.0.1:1", "", {})).store.memories_url is None
