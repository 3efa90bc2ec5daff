import pytest

from memlane.server.authentication import secret_of
from memlane.server.headers import Origins, is_from_here

PAGE = b"https://app.example"


def test_no_page_of_another_origin_may_read_answers_by_default() -> None:
    assert Origins(()).headers(PAGE) == []


def test_an_allowed_origin_is_named_and_another_is_not() -> None:
    origins = Origins(("https://app.example",))
    assert dict(origins.headers(PAGE))[b"access-control-allow-origin"] == PAGE
    assert dict(origins.headers(b"https://app.example.evil")) == {b"vary": b"Origin"}


def test_a_preflight_allows_the_headers_that_were_asked_for_and_nothing_that_is_no_name() -> None:
    asked = {b"origin": PAGE, b"access-control-request-method": b"POST"}
    origins = Origins(("https://app.example",))
    good = origins.preflight({**asked, b"access-control-request-headers": b"authorization, x-memlane-user"})
    bad = origins.preflight({**asked, b"access-control-request-headers": b"a\r\nset-cookie: b"})
    assert dict(good or ())[b"access-control-allow-headers"] == b"authorization, x-memlane-user"
    assert dict(bad or ())[b"access-control-allow-headers"] == b"content-type"


def test_a_preflight_of_a_stranger_allows_nothing_and_other_requests_are_none() -> None:
    asked = {b"origin": b"https://evil", b"access-control-request-method": b"POST"}
    assert Origins(()).preflight(asked) == [(b"vary", b"Origin")]
    assert Origins(()).preflight({b"origin": PAGE}) is None


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        (b"localhost:8765", None, True),
        (b"127.0.0.1", None, True),
        (b"[::1]:8765", None, True),
        (b"evil.example", None, False),
        (b"localhost.evil.example", None, False),
        (b"", None, False),
        (b"localhost:8765", b"http://localhost:8765", True),
        (b"localhost:8765", b"http://localhost:3000", False),
        (b"localhost:8765", b"null", False),
        (b"localhost:8765", PAGE, True),
    ],
)
def test_without_authentication_only_programs_here_may_call(
    host: bytes, origin: bytes | None, *, expected: bool
) -> None:
    headers = {b"host": host} | ({} if origin is None else {b"origin": origin})
    assert is_from_here(headers, Origins(("https://app.example",))) is expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({b"authorization": b"Bearer ml_a"}, "ml_a"),
        ({b"authorization": b"bearer  ml_a "}, "ml_a"),
        ({b"authorization": b"Basic dTpw"}, None),
        ({b"x-api-key": b"ml_a"}, "ml_a"),
        ({b"authorization": b"Bearer sk-other", b"x-memlane-key": b"ml_a"}, "ml_a"),
        ({b"authorization": b"Bearer ml_a", b"x-api-key": b"sk-other"}, "ml_a"),
        ({b"authorization": b"Bearer \xff\xfe"}, "\xff\xfe"),
    ],
)
def test_where_the_secret_of_a_request_stands(headers: dict[bytes, bytes], expected: str | None) -> None:
    assert secret_of(headers) == expected
