import pytest

from memlane.server.places import UNKNOWN, place_of
from memlane.server.v1.catalogue import OPERATIONS


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/users/ann", "/v1/users/{user}"),
        ("/v1/users/sessions/sessions/memories/messages", "/v1/users/{user}/sessions/{session}/messages"),
        ("/v1/users/a%2Fb/memories/m/history", "/v1/users/{user}/memories/{memory}/history"),
        ("/v1/users/a/sessions/b/summary/rebuild", "/v1/users/{user}/sessions/{session}/summary/rebuild"),
        ("/v1/users", "/v1/users"),
        ("/openai/v1/chat/completions", "/openai/v1/chat/completions"),
        ("/openai/v1/files/secret-id", "/openai/…"),
        ("/mcp", "/mcp"),
    ],
)
def test_a_route_is_named_without_ids(path: str, name: str) -> None:
    assert place_of(path).name == name


@pytest.mark.parametrize(
    "path", ["/", "", "/v1/users/a/nonsense", "/v1/users/a/sessions/b/planted", "/v1/users/a/recall/planted", "/x/y"]
)
def test_a_path_that_is_no_route_has_no_name_of_its_own(path: str) -> None:
    assert place_of(path).name == UNKNOWN


def test_models_and_archives_have_more_time() -> None:
    assert place_of("/v1/users/a/sessions/b/chat").is_slow
    assert place_of("/openai/v1/chat/completions").is_slow
    assert place_of("/v1/users/a/import").is_import
    assert not place_of("/v1/users/chat/sessions/import/messages").is_slow


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS}))
def test_every_operation_has_its_name(path: str) -> None:
    assert place_of(path).name == path
