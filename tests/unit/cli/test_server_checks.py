"""What doctor says of how a server would let callers in."""

from pathlib import Path

import pytest

from memlane.cli.server_checks import checked_server
from memlane.errors import SettingError
from memlane.wiring.settings import AuthSettings, ServerSettings, Settings, StoreSettings
from memlane.wiring.store_url import StoreUrl

ISSUER = AuthSettings(issuer="https://issuer.example", audience="memlane")


@pytest.fixture
def store(tmp_path: Path) -> StoreSettings:
    return StoreSettings(url=StoreUrl(f"sqlite:///{tmp_path}/m.db"))


def test_without_a_key_it_says_how_to_make_one(store: StoreSettings) -> None:
    assert checked_server(Settings(store=store)) == ("127.0.0.1:8765, 0 keys; memlane keys create makes one", [])


def test_tokens_of_an_issuer_are_enough(store: StoreSettings) -> None:
    told, warnings = checked_server(Settings(store=store, auth=ISSUER))
    assert (told, warnings) == ("127.0.0.1:8765, 0 keys, tokens of https://issuer.example", [])


def test_a_server_without_authentication_is_a_warning(store: StoreSettings) -> None:
    told, warnings = checked_server(Settings(store=store, server=ServerSettings(auth=False)))
    assert told == "127.0.0.1:8765, no authentication"
    assert [fix for _, fix in warnings] == ["set server.auth to on"]


@pytest.mark.parametrize(
    "settings",
    [
        Settings(server=ServerSettings(auth=False, host="192.0.2.1")),
        Settings(auth=AuthSettings(issuer="https://issuer.example")),
    ],
    ids=["open to others", "no audience"],
)
def test_what_would_not_start_is_a_fault(store: StoreSettings, settings: Settings) -> None:
    with pytest.raises(SettingError):
        checked_server(Settings(store=store, server=settings.server, auth=settings.auth))
