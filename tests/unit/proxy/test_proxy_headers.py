"""Which headers go on, and which stay."""

import pytest

from memlane.access.credential import ANYONE, Credential
from memlane.errors import UsageError
from memlane.proxy.headers import Key, answer_headers, memory_headers, named_id, upstream_headers

NO_KEY = Key(b"authorization", b"")
OWN = Key(b"x-api-key", b"sk-own")
SOMEBODY, ANYBODY = Credential(id="k", tenant="t"), Credential(id=ANYONE, tenant="t")
MEMLANE = b"ml_" + b"a" * 16 + b"_" + b"A" * 43
Headers = list[tuple[bytes, bytes]]


def sent(headers: Headers, credential: Credential = SOMEBODY, key: Key = NO_KEY) -> dict[bytes, bytes]:
    return dict(upstream_headers(headers, credential, key, identity=False))


def test_what_belongs_to_one_connection_stays_here() -> None:
    headers: Headers = [
        (b"Host", b"here"),
        (b"Connection", b"close, X-Mine"),
        (b"X-Mine", b"1"),
        (b"TE", b"trailers"),
        (b"Content-Length", b"7"),
        (b"Cookie", b"a=b"),
        (b"X-Memlane-User", b"luke"),
        (b"OpenAI-Beta", b"v2"),
    ]
    assert sent(headers) == {b"openai-beta": b"v2"}


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ([(b"authorization", b"Bearer token")], {}),
        ([(b"Authorization", b"bearer token"), (b"X-Api-Key", b"sk")], {b"x-api-key": b"sk"}),
        ([(b"x-api-key", b"token")], {}),
        ([(b"authorization", b"Basic abc"), (b"x-api-key", b"token")], {b"authorization": b"Basic abc"}),
        ([(b"x-memlane-key", b"token"), (b"authorization", b"Bearer sk")], {b"authorization": b"Bearer sk"}),
        ([(b"x-memlane-key", b"token"), (b"authorization", b"Bearer " + MEMLANE)], {}),
        ([(b"authorization", b"Bearer token"), (b"x-api-key", MEMLANE)], {}),
        ([(b"authorization", b"Bearer one"), (b"authorization", b"Bearer two")], {}),
    ],
)
def test_what_the_caller_was_let_in_by_is_not_sent(headers: Headers, kept: dict[bytes, bytes]) -> None:
    assert sent(headers) == kept


def test_without_authentication_the_callers_key_passes() -> None:
    assert sent([(b"authorization", b"Bearer sk")], ANYBODY) == {b"authorization": b"Bearer sk"}
    assert sent([(b"authorization", b"Bearer " + MEMLANE)], ANYBODY) == {}


def test_the_servers_own_key_is_the_only_one() -> None:
    headers: Headers = [(b"x-memlane-key", b"k"), (b"authorization", b"Bearer sk"), (b"api-key", b"sk")]
    assert sent(headers, key=OWN) == {b"x-api-key": b"sk-own"}


def test_answers_lose_what_belongs_to_one_connection() -> None:
    headers: Headers = [(b"Transfer-Encoding", b"chunked"), (b"X-Request-Id", b"1"), (b"Keep-Alive", b"timeout=5")]
    assert answer_headers(headers) == [(b"x-request-id", b"1")]


def test_what_a_provider_says_of_its_own_address_stays_there() -> None:
    headers: Headers = [
        (b"Access-Control-Allow-Origin", b"*"),
        (b"Strict-Transport-Security", b"max-age=1; includeSubDomains"),
        (b"Alt-Svc", b'h3=":443"'),
        (b"X-Memlane-Memory", b"on"),
        (b"X-Odd", b"yes"),
    ]
    assert answer_headers(headers) == [(b"x-odd", b"yes")]


def test_ids_in_headers_are_percent_encoded() -> None:
    assert named_id([(b"X-Memlane-User", b"l%C3%BCke %25")], b"x-memlane-user", "user") == "lüke %"
    assert named_id([(b"x-memlane-user", "lüke".encode())], b"x-memlane-user", "user") == "lüke"
    assert named_id([], b"x-memlane-user", "user") is None
    with pytest.raises(UsageError):
        named_id([(b"x-memlane-user", b"")], b"x-memlane-user", "user")
    with pytest.raises(UsageError):
        named_id([(b"x-memlane-user", b"\xff")], b"x-memlane-user", "user")


def test_what_is_told_of_memory_is_ascii_and_short() -> None:
    told = dict(memory_headers(state="on", session="a/é\n", recalled=["é" * 500] * 30))
    assert told[b"x-memlane-session"] == b"a%2F%C3%A9%0A"
    assert told[b"x-memlane-recalled"].startswith(b"30; %C3%A9")
    assert len(told[b"x-memlane-recalled"]) < 5_000
    assert dict(memory_headers(state="off; no user", session=None, recalled=None)) == {
        b"x-memlane-memory": b"off; no user"
    }
    assert dict(memory_headers(state="on", session="s", recalled=[]))[b"x-memlane-recalled"] == b"0"
