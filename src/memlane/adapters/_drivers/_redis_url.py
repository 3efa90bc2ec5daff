"""What a Redis URL says.

    redis://[user:password@]host[:port][/db]               one server; `rediss` for TLS
    unix://[user:password@]/path/to/socket[?db=0]
    redis+sentinel://[user:password@]h1[:p1],h2[:p2]/service[/db]    `rediss+sentinel` for TLS
    redis+cluster://[user:password@]h1[:p1],h2[:p2]                  `rediss+cluster` for TLS

Every option that redis-py understands in a URL is passed on to it; `timeout` is how long to wait for a free
connection. Of Sentinels, `sentinel_<option>` is the same for the connections to them (`sentinel_username`,
`sentinel_password`, …); time-outs and TLS options of the servers apply to the Sentinels too unless given. Memlane's
own: `prefix`, `wait_replicas`, `wait_timeout_ms`.

Owns the parsing; connects to nothing. Never puts a user name, a password or an option's value into an error.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from redis.asyncio.connection import URL_QUERY_ARGUMENT_PARSERS

from memlane.errors import SettingError

Mode = Literal["standalone", "sentinel", "cluster"]

_SCHEMES: dict[str, tuple[Mode, bool]] = {
    "redis": ("standalone", False),
    "rediss": ("standalone", True),
    "unix": ("standalone", False),
    "redis+sentinel": ("sentinel", False),
    "rediss+sentinel": ("sentinel", True),
    "redis+cluster": ("cluster", False),
    "rediss+cluster": ("cluster", True),
}
_DEFAULT_PORTS: dict[Mode, int] = {"standalone": 6379, "sentinel": 26379, "cluster": 6379}
_TEXT_OPTIONS = (
    "client_name",
    "encoding",
    "encoding_errors",
    "lib_name",
    "lib_version",
    "password",
    "ssl_ca_certs",
    "ssl_ca_data",
    "ssl_ca_path",
    "ssl_cert_reqs",
    "ssl_certfile",
    "ssl_ciphers",
    "ssl_keyfile",
    "ssl_password",
    "username",
)
_PARSERS: dict[str, Callable[[str], object]] = {
    **URL_QUERY_ARGUMENT_PARSERS,
    "protocol": int,  # older releases of redis-py know it too, but do not list it
    **dict.fromkeys(_TEXT_OPTIONS, str),
}
_NOT_IN_A_CLUSTER = frozenset({"db", "lib_name", "lib_version", "retry_on_timeout", "ssl_ca_path", "ssl_password"})
_PREFIX = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LIKE_SERVERS = ("socket_", "ssl")


@dataclass(frozen=True)
class OwnOptions:
    """What a URL says to Memlane rather than to redis-py.

    Attributes:
        prefix: What every key begins with.
        wait_replicas: How many replicas must hold a write before it is acknowledged.
        wait_timeout_ms: How long to wait for them.
    """

    prefix: str = "ml1"
    wait_replicas: int = 0
    wait_timeout_ms: int = 1_000

    def __post_init__(self) -> None:
        """Check them.

        Raises:
            SettingError: one is out of its range.
        """
        if not _PREFIX.fullmatch(self.prefix):
            raise SettingError("prefix must be 1-64 characters of A-Z, a-z, 0-9, '.', '_' and '-'")
        if self.wait_replicas < 0:
            raise SettingError("wait_replicas must not be negative")
        if self.wait_timeout_ms < 1:
            raise SettingError("wait_timeout_ms must be at least 1; WAIT would wait for ever")


@dataclass(frozen=True)
class RedisTarget:
    """Where to connect, and how.

    Attributes:
        mode: What stands there.
        nodes: Host and port of the server, of the Sentinels, or of nodes of the Cluster; none for a socket file.
        service: What the Sentinels call the primary.
        options: Arguments of redis-py for the servers.
        sentinel_options: Arguments of redis-py for the Sentinels.
        own: What concerns Memlane only.
    """

    mode: Mode
    nodes: list[tuple[str, int]]
    service: str = ""
    options: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    sentinel_options: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    own: OwnOptions = OwnOptions()

    @property
    def where(self) -> str:
        """The place, fit for an error message."""
        nodes = ",".join(f"{host}:{port}" for host, port in self.nodes) or str(self.options["path"])
        return f"{nodes}/{self.service}" if self.service else nodes


def parse_redis_url(url: str) -> RedisTarget:
    """Return what a URL says.

    Raises:
        SettingError: an unknown scheme or option, or a value that is not allowed.
    """
    scheme, _, _ = url.partition("://")
    if scheme not in _SCHEMES:
        raise SettingError(f"not a Redis URL; its scheme must be one of {', '.join(_SCHEMES)}")
    mode, is_tls = _SCHEMES[scheme]
    split = _split(url)
    login, _, hosts = split.netloc.rpartition("@")
    query = dict(parse_qsl(split.query, keep_blank_values=True))
    own = _take_own(query)
    sentinel = _take_sentinel(query) if mode == "sentinel" else {}
    options = {**_login(login), **_checked(query, "")}
    nodes = [] if scheme == "unix" else _nodes(hosts, mode)
    service = _place(scheme, split.path, options)
    if is_tls:
        options["ssl"] = True
    _refuse_misplaced(mode, options, is_tls=is_tls)
    shared = {name: value for name, value in options.items() if name.startswith(_LIKE_SERVERS)}
    return RedisTarget(mode, nodes, service, options, {**shared, **sentinel}, own)


def _split(url: str) -> SplitResult:
    try:
        split = urlsplit(url)
    except ValueError:
        # What urlsplit() says quotes the place with the password in it.
        raise SettingError("not a valid URL; percent-encode special characters of a password") from None
    if split.fragment:
        raise SettingError("a Redis URL has no fragment; write '#' in a password as %23")
    return split


def _take_own(query: dict[str, str]) -> OwnOptions:
    prefix = query.pop("prefix", OwnOptions.prefix)
    return OwnOptions(
        prefix,
        wait_replicas=_whole(query.pop("wait_replicas", "0"), "wait_replicas"),
        wait_timeout_ms=_whole(query.pop("wait_timeout_ms", str(OwnOptions.wait_timeout_ms)), "wait_timeout_ms"),
    )


def _take_sentinel(query: dict[str, str]) -> dict[str, Any]:
    names = [name for name in query if name.startswith("sentinel_")]
    return _checked({name.removeprefix("sentinel_"): query.pop(name) for name in names}, "sentinel_")


def _checked(query: Mapping[str, str], before: str) -> dict[str, Any]:
    return {name: _parsed(name, value, before + name) for name, value in query.items()}


def _parsed(name: str, value: str, shown: str) -> object:
    parser = _PARSERS.get(name)
    if parser is None:
        raise SettingError(_unknown(shown))
    try:
        return parser(value)
    except (TypeError, ValueError) as exc:
        raise SettingError(f"the option {shown} of a Redis URL has a value that is not understood") from exc


def _unknown(name: str) -> str:
    known = sorted({*_PARSERS, *OwnOptions.__dataclass_fields__})
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"unknown option {name[:64]!r} in a Redis URL.{hint} Known are: {', '.join(known)}"


def _login(login: str) -> dict[str, Any]:
    username, _, password = login.partition(":")
    given = {"username": unquote(username), "password": unquote(password)}
    return {name: value for name, value in given.items() if value}


def _nodes(hosts: str, mode: Mode) -> list[tuple[str, int]]:
    nodes = [_node(host, mode) for host in (hosts or "localhost").split(",")]
    if mode == "standalone" and len(nodes) > 1:
        raise SettingError("several hosts need redis+sentinel:// or redis+cluster://")
    return nodes


def _node(text: str, mode: Mode) -> tuple[str, int]:
    try:
        split = urlsplit(f"//{text}")
        host, port = split.hostname, split.port
    except ValueError as exc:
        raise SettingError("a host of the Redis URL has a port that is not a number of 1-65535") from exc
    if not host:
        raise SettingError("a host of the Redis URL is empty")
    return unquote(host), port or _DEFAULT_PORTS[mode]


def _place(scheme: str, path: str, options: dict[str, Any]) -> str:
    """Put database or socket file into `options`; return the service."""
    if scheme == "unix":
        if not path:
            raise SettingError("a unix:// URL needs the path of the socket")
        options["path"] = unquote(path)
        return ""
    service = ""
    rest = path.strip("/")
    if _SCHEMES[scheme][0] == "sentinel":
        service, _, rest = rest.partition("/")
        if not service:
            raise SettingError("a redis+sentinel:// URL names the service: redis+sentinel://host:26379/service")
    if rest and "db" not in options:
        options["db"] = _whole(rest, "the database of the URL")
    return unquote(service)


def _refuse_misplaced(mode: Mode, options: dict[str, Any], *, is_tls: bool) -> None:
    if not is_tls and (misplaced := [name for name in options if name.startswith("ssl")]):
        raise SettingError(f"the option {misplaced[0]} needs TLS; write rediss:// instead of redis://")
    if mode == "cluster":
        if options.get("db") == 0:
            del options["db"]
        if misplaced := [name for name in options if name in _NOT_IN_A_CLUSTER]:
            raise SettingError(f"the option {misplaced[0]} does not exist in a Redis Cluster")


def _whole(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise SettingError(f"{what} must be a whole number")
    return int(text)
