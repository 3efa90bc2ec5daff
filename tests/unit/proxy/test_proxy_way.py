"""The way to a provider: what is sent, where an answer ends, and which connection may be used again."""

import asyncio
import gzip
import ipaddress
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

from memlane.errors import SettingError
from memlane.proxy.errors import Headers, UpstreamError
from memlane.proxy.headers import Key
from memlane.proxy.upstream import Place, Upstream
from memlane.proxy.way import Way

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Provider:
    """Answers each request that came with bytes; a number among them waits so many seconds; None hangs up.

    Attributes:
        seen: What came, by connection.
    """

    def __init__(self, *answer: bytes | float | None) -> None:
        self.answer = answer
        self.seen: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at = len(self.seen)
        self.seen.append(b"")
        try:
            while came := await reader.read(65_536):
                self.seen[at] += came
                if not came.endswith((b"\r\n\r\n", b"!")):
                    continue
                for said in self.answer:
                    if said is None:
                        return
                    if isinstance(said, bytes):
                        writer.write(said)
                        await writer.drain()
                    else:
                        await asyncio.sleep(said)
        except ConnectionError:
            return
        finally:
            writer.close()


@asynccontextmanager
async def serving(serve: Serve) -> AsyncGenerator[URL]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield URL(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def way_to(serve: Serve, seconds: float = 5.0) -> AsyncGenerator[Way]:
    async with serving(serve) as url:
        way = Way(url, seconds)
        try:
            yield way
        finally:
            await way.aclose()


async def ask(
    way: Way,
    content: bytes | AsyncIterator[bytes] | None = b"!",
    method: str = "POST",
    headers: Headers | None = None,
) -> bytes:
    reply = await way.send(method, b"/v1/x", headers or [], content)
    try:
        return b"".join([piece async for piece in reply.pieces()])
    finally:
        await reply.aclose()


async def in_pieces(*pieces: bytes) -> AsyncGenerator[bytes]:
    for piece in pieces:
        yield piece


OK = b"HTTP/1.1 200 OK\r\n"
FULL = OK + b"content-length: 2\r\n\r\nhi"


@pytest.mark.parametrize(
    "answer",
    [
        (FULL,),
        (FULL[:10], 0.01, FULL[10:]),
        (OK + b"transfer-encoding: chunked\r\n\r\n1\r\nh\r\n", 0.01, b"1\r\ni\r\n0\r\nodd: trailer\r\n\r\n"),
        (b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n", FULL),
    ],
)
async def test_a_connection_is_used_again_after_a_whole_answer(answer: tuple[bytes | float, ...]) -> None:
    provider = Provider(*answer)
    async with way_to(provider.serve) as way:
        assert [await ask(way), await ask(way)] == [b"hi", b"hi"]
    assert len(provider.seen) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (OK + b"\r\nhi", None),
        (OK + b"connection: close\r\ncontent-length: 2\r\n\r\nhi",),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi",),
        (FULL + FULL.replace(b"hi", b"no"),),
        (FULL[:-2], 0.02, b"hi" + FULL.replace(b"hi", b"no")),
        (FULL, 0.02, FULL.replace(b"hi", b"no")),
    ],
    ids=["without a length", "closing", "of HTTP/1.0", "with another", "with another behind it", "with another later"],
)
async def test_a_connection_is_not_used_again_after_an_answer(answer: tuple[bytes | float | None, ...]) -> None:
    provider = Provider(*answer)
    async with way_to(provider.serve) as way:
        for _ in range(3):
            assert await ask(way) == b"hi"
            await asyncio.sleep(0.05)
    assert len(provider.seen) == 3


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize(
    "answer",
    [
        (OK + b"content-length: 9\r\n\r\nhi", None),
        (OK + b"transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n", None),
        (OK + b"transfer-encoding: chunked\r\n\r\nzz\r\n",),
        (OK + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\nhi",),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",),
        (OK + b"x: " + b"y" * 300_000 + b"\r\n\r\n",),
        (b"what?\r\n\r\n",),
        (None,),
    ],
)
async def test_what_breaks_off_or_is_no_http_is_an_error_and_is_not_asked_again(
    answer: tuple[bytes | None, ...], method: str
) -> None:
    provider = Provider(*answer)
    async with way_to(provider.serve) as way:
        for _ in range(2):
            with pytest.raises(UpstreamError) as raised:
                await ask(way, method=method)
            assert raised.value.status == 502
    assert len(provider.seen) == 2


@pytest.mark.parametrize(
    "answer", [OK + b"content-length: 9\r\n\r\nhi", OK + b"transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n"]
)
async def test_what_came_before_a_break_is_passed_on(answer: bytes) -> None:
    async with way_to(Provider(answer, None).serve) as way:
        reply = await way.send("POST", b"/", [], b"!")
        await asyncio.sleep(0.05)
        pieces = reply.pieces()
        assert await anext(pieces) == b"hi"
        with pytest.raises(UpstreamError):
            await anext(pieces)
        await reply.aclose()


async def test_a_request_over_a_connection_that_is_closed_meanwhile_is_not_sent_again() -> None:
    provider = Provider(FULL)
    async with way_to(provider.serve) as way:
        assert await ask(way, None, "GET") == b"hi"
        provider.answer = (None,)
        with pytest.raises(UpstreamError):
            await ask(way, None, "GET")
    assert len(provider.seen) == 1
    assert provider.seen[0].count(b"GET") == 2


@pytest.mark.parametrize("answer", [(), (OK + b"content-length: 2\r\n\r\nh",)])
async def test_a_provider_that_says_nothing_more_is_not_waited_for(answer: tuple[bytes, ...]) -> None:
    async with way_to(Provider(*answer).serve, seconds=0.1) as way:
        with pytest.raises(UpstreamError) as raised:
            await ask(way)
    assert raised.value.status == 504


@pytest.mark.parametrize("in_parts", [False, True])
async def test_a_provider_that_takes_nothing_more_is_not_waited_for(*, in_parts: bool) -> None:
    done, ended = asyncio.Event(), asyncio.Event()

    async def take_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.transport.abort()
        ended.set()

    size = 16 * 1024 * 1024
    async with way_to(take_nothing, seconds=0.2) as way:
        content = in_pieces(*[b"x" * 65_536] * (size // 65_536)) if in_parts else b"x" * size
        with pytest.raises(UpstreamError) as raised:
            await ask(way, content)
        done.set()
        await ended.wait()
    assert raised.value.status == 504


async def test_a_client_that_sends_slowly_is_waited_for() -> None:
    async def slowly() -> AsyncGenerator[bytes]:
        for piece in (b"hel", b"lo", b"!"):
            await asyncio.sleep(0.15)
            yield piece

    async with way_to(Provider(FULL).serve, seconds=0.1) as way:
        assert await ask(way, slowly(), headers=[(b"content-length", b"6")]) == b"hi"


async def test_an_answer_may_come_before_the_end_of_the_body_and_last_longer() -> None:
    may_end = asyncio.Event()

    async def long_body() -> AsyncGenerator[bytes]:
        yield b"!"
        await may_end.wait()
        yield b"."

    many = [piece for _ in range(8) for piece in (b"1\r\nx\r\n", 0.05)]
    provider = Provider(OK + b"transfer-encoding: chunked\r\n\r\n", *many, b"0\r\n\r\n")
    async with way_to(provider.serve, seconds=0.2) as way:
        reply = await way.send("POST", b"/", [(b"content-length", b"2")], long_body())
        may_end.set()
        assert b"".join([piece async for piece in reply.pieces()]) == b"x" * 8
        await reply.aclose()


async def test_no_body_is_waited_for_behind_the_answer_to_head() -> None:
    async with way_to(Provider(OK + b"content-length: 2\r\n\r\n").serve) as way:
        assert await ask(way, None, "HEAD") == b""


async def test_bodies_are_sent_with_their_length_or_in_chunks() -> None:
    provider = Provider(FULL)
    async with serving(provider.serve) as url:
        way = Way(url, 5.0)
        await ask(way, b"hello!", headers=[(b"x-odd", b"1"), (b"x-odd", "ä".encode())])
        await ask(way, in_pieces(b"hel", b"lo"))
        await ask(way, in_pieces(b"hel", b"lo!"), headers=[(b"content-length", b"6")])
        await ask(way, None, "GET")
        await way.aclose()
    host = url.authority.encode()
    whole = b"x-odd: 1\r\nx-odd: \xc3\xa4\r\nContent-Length: 6\r\n\r\nhello!"
    chunks = b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
    known = b"content-length: 6\r\n\r\nhello!"
    posted = b"".join(b"POST /v1/x HTTP/1.1\r\nHost: " + host + b"\r\n" + rest for rest in (whole, chunks, known))
    assert provider.seen == [posted + b"GET /v1/x HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"]


async def test_a_large_body_arrives_whole() -> None:
    body = bytes(range(256)) * 20_000 + b"!"
    provider = Provider(FULL)
    async with way_to(provider.serve) as way:
        provider.answer = ()
        sending = asyncio.ensure_future(ask(way, body))
        while not (provider.seen and provider.seen[0].endswith(body)):
            await asyncio.sleep(0.01)
        sending.cancel()
    assert b"\r\ncontent-length: %d\r\n" % len(body) in provider.seen[0]


async def test_an_answer_comes_as_it_is() -> None:
    packed = gzip.compress(b"hi")
    head = b"Set-Cookie: a=b\r\nset-cookie: c=d\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\nLocation: /y\r\n\r\n"
    provider = Provider(b"HTTP/1.1 307 Odd\r\n" + head % len(packed) + packed)
    async with way_to(provider.serve) as way:
        for _ in range(2):
            reply = await way.send("POST", b"/", [], b"!")
            assert (reply.status, [piece async for piece in reply.pieces()]) == (307, [packed])
            assert reply.headers[:3] == [
                (b"Set-Cookie", b"a=b"),
                (b"set-cookie", b"c=d"),
                (b"Content-Encoding", b"gzip"),
            ]
            await reply.aclose()
    assert b"ookie" not in provider.seen[0]


async def test_a_body_that_breaks_off_ends_its_connection() -> None:
    async def broken() -> AsyncGenerator[bytes]:
        yield b"hel"
        raise LookupError

    provider = Provider(FULL)
    async with way_to(provider.serve) as way:
        with pytest.raises(LookupError):
            await ask(way, broken())
        assert await ask(way) == b"hi"
    assert len(provider.seen) == 2


@pytest.mark.parametrize("length", [b"", b"content-length: 9\r\n"])
async def test_a_body_that_breaks_off_ends_an_answer_that_has_begun(length: bytes) -> None:
    async def broken() -> AsyncGenerator[bytes]:
        yield b"!"
        await has_begun.wait()
        raise LookupError

    has_begun = asyncio.Event()
    async with way_to(Provider(OK + length + b"\r\nhi").serve) as way:
        reply = await way.send("POST", b"/", [(b"content-length", b"9")], broken())
        has_begun.set()
        with pytest.raises(LookupError):
            [piece async for piece in reply.pieces()]
        await reply.aclose()


async def test_an_answer_that_is_not_read_ends_its_connection() -> None:
    provider = Provider(OK + b"content-length: 4\r\n\r\nhi")
    async with way_to(provider.serve) as way:
        reply = await way.send("POST", b"/", [], b"!")
        await reply.aclose()
        await reply.aclose()
        await (await way.send("POST", b"/", [], b"!")).aclose()
    assert len(provider.seen) == 2


async def test_a_call_that_is_cancelled_ends_its_connection() -> None:
    ended = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            pass
        ended.set()
        writer.close()

    async with way_to(wait) as way:
        calling = asyncio.ensure_future(ask(way))
        await asyncio.sleep(0.05)
        calling.cancel()
        await asyncio.wait_for(ended.wait(), 5)


async def test_a_connection_that_the_provider_has_closed_is_not_used_again() -> None:
    provider = Provider(FULL, None)
    async with way_to(provider.serve) as way:
        for _ in range(2):
            assert await ask(way) == b"hi"
            await asyncio.sleep(0.05)
    assert len(provider.seen) == 2


async def test_a_slow_reader_slows_the_provider_and_is_waited_for() -> None:
    size = 8 * 1024 * 1024
    provider = Provider(OK + b"content-length: %d\r\n\r\n" % size, b"x" * size)
    async with way_to(provider.serve, seconds=0.3) as way:
        reply = await way.send("POST", b"/", [], b"!")
        await asyncio.sleep(0.6)
        largest, total = 0, 0
        async for piece in reply.pieces():
            largest, total = max(largest, len(piece)), total + len(piece)
            await asyncio.sleep(0)
        await reply.aclose()
    assert total == size
    assert largest < 1024 * 1024


@pytest.mark.parametrize(
    "header",
    [
        (b"x", b"a\r\nhost: other"),
        (b"x\r\n", b"a"),
        (b"x: y", b"a"),
        (b"x", b"\x00"),
        (b"", b"a"),
        (b"x", b"\xe4"),
    ],
)
async def test_no_header_can_begin_another(header: tuple[bytes, bytes]) -> None:
    provider = Provider(FULL)
    async with way_to(provider.serve) as way:
        with pytest.raises(UpstreamError):
            await way.send("GET", b"/", [header], None)
    assert provider.seen == []


async def test_what_may_not_stand_in_a_target_is_percent_encoded() -> None:
    provider = Provider(FULL)
    async with way_to(provider.serve) as way:
        await (await way.send("GET", b"/a b?\xc3\xa4\r\n#", [], None)).aclose()
    assert provider.seen[0].startswith(b"GET /a%20b?%C3%A4%0D%0A%23 HTTP/1.1\r\nHost")


@pytest.mark.parametrize("target", [b"/a%2Fb/%7e?x=%20+&y=%C3%A4;[1]", b"//h/..%2f/./x//?", b"/?a=b?c=/../d"])
async def test_a_target_is_sent_as_it_is(target: bytes) -> None:
    provider = Provider(FULL)
    async with way_to(provider.serve) as way:
        await (await way.send("GET", target, [], None)).aclose()
    assert provider.seen[0].startswith(b"GET " + target.removesuffix(b"?") + b" HTTP/1.1\r\n")


async def test_a_provider_that_is_not_there() -> None:
    async with serving(Provider().serve) as url:
        pass
    way = Way(url, 5.0)
    with pytest.raises(UpstreamError) as raised:
        await ask(way)
    await way.aclose()
    assert raised.value.status == 502


def place(url: str) -> Place:
    return Place(url=url, prefix="/v1", key=Key(b"authorization", b""))


@pytest.mark.parametrize("proxy", ["http://u:p@{}", "{}"])
async def test_a_proxy_that_the_environment_names_is_gone_through(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    provider = Provider(FULL)
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    monkeypatch.setenv("http_proxy", proxy.format(f"127.0.0.1:{server.sockets[0].getsockname()[1]}"))
    async with server:
        upstream = Upstream(place("http://provider.invalid/v1"), timedelta(seconds=5))
        reply = await upstream.send("POST", "/v1/x", b"a=b", [(b"x-odd", b"yes")], b"!")
        assert (reply.status, [piece async for piece in reply.pieces()]) == (200, [b"hi"])
        await reply.aclose()
        await upstream.aclose()
    assert provider.seen[0].startswith(b"POST http://provider.invalid/v1/x?a=b HTTP/1.1\r\n")
    assert b"\r\nx-odd: yes\r\n" in provider.seen[0]
    assert (b"\r\nProxy-Authorization: Basic dTpw\r\n" in provider.seen[0]) == ("@" in proxy)


async def test_hosts_that_the_environment_excepts_are_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "http://nobody.invalid:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    async with way_to(Provider(FULL).serve) as way:
        assert await ask(way) == b"hi"


def test_a_proxy_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1")
    with pytest.raises(SettingError, match="HTTP proxies only"):
        Upstream(place("http://provider.invalid/v1"), timedelta(seconds=5))


@pytest.mark.parametrize(
    "url", ["provider/v1", "ftp://provider/v1", "http:///v1", "http://u:p@provider", "http://provider/?a=b", "http://["]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="openai_url"):
        Upstream(place(url), timedelta(seconds=5))


@pytest.fixture
def certified(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """What a provider at 127.0.0.1 shows, and its certificate, which its own key signed."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "t")])
    address, now = x509.IPAddress(ipaddress.ip_address("127.0.0.1")), datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    shown, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    shown.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    secret.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(shown, secret)
    return context, shown


async def test_a_provider_whose_certificate_nobody_trusts_is_told_nothing(
    certified: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = Provider(FULL)
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0, ssl=certified[0])
    port = server.sockets[0].getsockname()[1]
    asked = {}
    async with server:
        for case, trusted, host in (
            ("unknown", None, "127.0.0.1"),
            ("another host's", certified[1], "localhost"),
            ("trusted", certified[1], "127.0.0.1"),
        ):
            if trusted is not None:
                monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
            way = Way(URL(f"https://{host}:{port}"), 5.0)
            try:
                asked[case] = [await ask(way), await ask(way)]
            except UpstreamError as exc:
                assert provider.seen == []
                asked[case] = exc.status
            await way.aclose()
    assert asked == {"unknown": 502, "another host's": 502, "trusted": [b"hi", b"hi"]}
    assert len(provider.seen) == 1


async def test_tls_goes_through_a_proxy_unread(
    certified: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, asked = Provider(FULL), list[bytes]()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0, ssl=certified[0])
    port = server.sockets[0].getsockname()[1]

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            writer.write(piece)
        writer.close()

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(pass_on(reader, there_writer), pass_on(there_reader, writer))

    monkeypatch.setenv("SSL_CERT_FILE", str(certified[1]))
    proxy = await asyncio.start_server(tunnel, "127.0.0.1", 0)
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
    async with server, proxy:
        way = Way(URL(f"https://127.0.0.1:{port}"), 5.0)
        assert await ask(way, headers=[(b"authorization", b"Bearer secret")]) == b"hi"
        await way.aclose()
    assert asked[0].startswith(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n" % port)
    assert b"secret" not in asked[0]
    assert b"Bearer secret" in provider.seen[0]
