"""Where settings come from, in which order, and what is refused."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from memlane.engine.plan import WorkPlan
from memlane.errors import SettingError
from memlane.wiring.settings import Settings, load_settings
from memlane.wiring.settings_entries import ENTRIES
from memlane.wiring.store_url import StoreUrl

Load = Callable[..., Settings]
SECRET = "s3cret-word"  # noqa: S105 -- made up


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load settings as a process with its own home and working directory would."""
    (tmp_path / "here").mkdir()

    def load(
        arguments: Mapping[str, object] | None = None,
        environment: Mapping[str, str] | None = None,
        config: Path | None = None,
    ) -> Settings:
        return load_settings(
            arguments or {}, environment or {}, config=config, directory=tmp_path / "here", home=tmp_path / "home"
        )

    return load


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_without_any_source_all_are_defaults(load: Load) -> None:
    settings = load()
    assert settings == Settings()
    assert {settings.origin(entry.name) for entry in ENTRIES} == {"default"}


def test_arguments_win_over_the_environment_which_wins_over_the_file_which_wins_over_defaults(
    load: Load, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "here" / "memlane.toml",
        '[embedder]\nname = "none"\n[tokens]\ncounter = "a"\n[store]\nurl = "sqlite:///f"',
    )
    settings = load(
        {"store.url": "sqlite:///a", "embedder.name": None},
        {"MEMLANE_STORE__URL": "sqlite:///e", "MEMLANE_EMBEDDER__NAME": "hashing"},
    )
    assert settings.store.url == StoreUrl("sqlite:///a")
    assert settings.embedder.name == "hashing"
    assert settings.tokens.counter == "a"
    assert settings.limits.embed_wait == timedelta(seconds=60)
    assert [
        settings.origin(name) for name in ("store.url", "embedder.name", "tokens.counter", "limits.embed_wait")
    ] == [
        "argument",
        "environment MEMLANE_EMBEDDER__NAME",
        f"file {file}",
        "default",
    ]


def test_the_named_file_stands_in_for_the_one_in_the_working_directory(load: Load, tmp_path: Path) -> None:
    write(tmp_path / "here" / "memlane.toml", '[embedder]\nname = "none"')
    named = write(tmp_path / "other.toml", '[embedder]\nname = "hashing"')
    assert load(config=named).embedder.name == "hashing"


@pytest.mark.parametrize(("place", "environment"), [("home/.config", {}), ("xdg", {"XDG_CONFIG_HOME": "{tmp}/xdg"})])
def test_the_users_configuration_applies_where_the_working_directory_has_none(
    load: Load, tmp_path: Path, place: str, environment: dict[str, str]
) -> None:
    write(tmp_path / place / "memlane" / "memlane.toml", '[embedder]\nname = "hashing"')
    named = {variable: value.format(tmp=tmp_path) for variable, value in environment.items()}
    assert load(environment=named).embedder.name == "hashing"


@pytest.mark.parametrize(
    ("variable", "meant"),
    [("MEMLANE_STOER__URL", "MEMLANE_STORE__URL"), ("MEMLANE_STORE_URL", "MEMLANE_STORE__URL")],
)
def test_an_unknown_variable_is_an_error_with_a_suggestion(load: Load, variable: str, meant: str) -> None:
    with pytest.raises(SettingError, match=f"{variable}.*did you mean {meant}"):
        load(environment={variable: "x"})


def test_an_unknown_variable_that_is_near_to_none_is_told_all_there_are(load: Load) -> None:
    with pytest.raises(SettingError, match=r"there are: .*MEMLANE_EMBEDDER__NAME"):
        load(environment={"MEMLANE_ZZZZZZZZZZZZZZZZZZZZZ": "x"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[stoer]\nurl = "x"', "did you mean store"),
        ('[store]\nulr = "x"', "did you mean store.url"),
        ("store = 3", "must be a section"),
        ("[store\n", "not valid TOML"),
        ("[store]\nurl = 3", "store.url in .* must be non-empty text"),
        ("[limits]\ncache_bytes = true", "number of bytes"),
    ],
)
def test_a_file_that_is_not_understood_is_an_error_that_says_why(
    load: Load, tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(SettingError, match=said):
        load(config=write(tmp_path / "bad.toml", text))


def test_a_named_file_that_is_not_there_is_an_error(load: Load, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot read"):
        load(config=tmp_path / "absent.toml")


def test_an_empty_variable_counts_as_absent(load: Load) -> None:
    assert load(environment={"MEMLANE_STORE__URL": ""}).origin("store.url") == "default"


def test_a_secret_may_come_from_a_file(load: Load, tmp_path: Path) -> None:
    file = write(tmp_path / "secret", f"redis://app:{SECRET}@cache/0\n")
    settings = load(environment={"MEMLANE_STORE__URL_FILE": str(file)})
    assert settings.store.url.reveal() == f"redis://app:{SECRET}@cache/0"
    assert settings.origin("store.url") == "environment MEMLANE_STORE__URL_FILE"


def test_only_secrets_come_from_files(load: Load, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="is not known"):
        load(environment={"MEMLANE_EMBEDDER__NAME_FILE": str(write(tmp_path / "name", "hashing"))})


def test_a_secret_that_is_given_twice_is_an_error(load: Load, tmp_path: Path) -> None:
    file = write(tmp_path / "secret", "redis://a")
    with pytest.raises(SettingError, match="both set"):
        load(environment={"MEMLANE_STORE__URL": "redis://b", "MEMLANE_STORE__URL_FILE": str(file)})


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_secret_file_that_cannot_be_read_is_an_error_without_its_content(
    load: Load, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingError, match="MEMLANE_STORE__URL_FILE"):
        load(environment={"MEMLANE_STORE__URL_FILE": str(file)})


def test_secrets_never_show(load: Load) -> None:
    settings = load({"store.url": f"redis://app:{SECRET}@cache/0?ssl_password={SECRET}"})
    assert SECRET not in repr(settings)
    assert SECRET not in f"{settings.store.url}"
    assert SECRET in settings.store.url.reveal()


def test_an_argument_with_an_unknown_name_is_an_error(load: Load) -> None:
    with pytest.raises(SettingError, match=r"did you mean store\.url"):
        load({"store.ulr": "x"})


def test_every_setting_has_a_place_in_the_tree_and_every_place_a_setting() -> None:
    places = {
        f"{section.name}.{field.name}"
        for section in msgspec.structs.fields(Settings)
        if section.name not in ("origins", "run_key_sha256")
        for field in msgspec.structs.fields(section.type)
    }
    assert places == {entry.name for entry in ENTRIES}


def test_what_is_passed_to_connect_are_the_values_of_the_tree(load: Load) -> None:
    environment = {
        "MEMLANE_STORE__SESSION_TTL": "never",
        "MEMLANE_STORE__MEMORIES_TTL": "30 d",
        "MEMLANE_EMBEDDER__NAME": "none",
        "MEMLANE_TOKENS__COUNTER": "tiktoken:o200k_base",
        "MEMLANE_LIMITS__MAX_MESSAGE_BYTES": "64 KiB",
        "MEMLANE_LIMITS__CACHE_BYTES": "1 GiB",
        "MEMLANE_LIMITS__EMBED_WAIT": "5",
        "MEMLANE_MODEL__NAME": "openai:gpt-x",
        "MEMLANE_MODEL__OFFERED": "openai:gpt-y, anthropic:claude-z",
        "MEMLANE_MODEL__CONTEXT_TOKENS": "32000",
        "MEMLANE_WORK__QUIET": "2 min",
        "MEMLANE_WORK__COMPACT_AFTER_TOKENS": "never",
        "MEMLANE_WORK__DAILY_TOKENS_PER_TENANT": "1000000",
    }
    assert load(environment=environment).connect_options() == {
        "embedder": "none",
        "counter": "tiktoken:o200k_base",
        "session_ttl": None,
        "memories_ttl": timedelta(days=30),
        "max_message_bytes": 65_536,
        "cache_bytes": 1024**3,
        "embed_wait": timedelta(seconds=5),
        "model": "openai:gpt-x",
        "offered_models": ("openai:gpt-y", "anthropic:claude-z"),
        "context_tokens": 32_000,
        "work": WorkPlan(quiet=timedelta(minutes=2), compact_after_tokens=None, daily_tokens_per_tenant=1_000_000),
    }
    assert load().connect_options()["session_ttl"] == "default"


def test_nothing_is_read_at_import(tmp_path: Path) -> None:
    (tmp_path / "memlane.toml").write_text("not TOML at all")
    done = subprocess.run(
        [sys.executable, "-c", "import memlane.wiring.settings, memlane.cli.application"],
        cwd=tmp_path,
        env={"MEMLANE_STOER__URL": "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
