"""What Streamlit is told."""

import pytest
from streamlit import config

from memlane.web.options import options

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def test_streamlit_knows_every_option() -> None:
    for name in options("127.0.0.1", 0):
        config.get_option(name)


def test_nothing_is_reported_and_no_traceback_is_shown() -> None:
    told = options("127.0.0.1", 8501)
    assert told["browser.gatherUsageStats"] is False
    assert told["client.showErrorDetails"] == "none"
    assert told["server.fileWatcherType"] == "none"
    assert (told["server.enableXsrfProtection"], told["server.enableCORS"]) == (True, True)
    assert (told["server.address"], told["server.port"]) == ("127.0.0.1", 8501)


@pytest.mark.parametrize(("host", "names"), [("127.0.0.1", LOOPBACK), ("127.0.0.2", {*LOOPBACK, "127.0.0.2"})])
def test_on_loopback_it_answers_to_this_machines_names_only(host: str, names: set[str]) -> None:
    assert set(options(host, 0)["server.allowedHosts"]) == names  # type: ignore[call-overload]


def test_behind_a_proxy_it_answers_to_any_name() -> None:
    assert options("0.0.0.0", 0)["server.allowedHosts"] == []  # noqa: S104 -- what is meant
