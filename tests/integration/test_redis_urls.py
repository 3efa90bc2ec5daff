"""What a Redis URL may say, and what is said of one that is wrong. No server is needed."""

import pytest

from memlane.adapters._drivers._redis_url import parse_redis_url
from memlane.adapters._drivers.redis import RedisDriver
from memlane.errors import SettingError

SECRET = "s3cret-of-a-test"  # noqa: S105 -- the test looks for it


def test_every_option_of_a_url_reaches_the_driver() -> None:
    target = parse_redis_url(
        "rediss://me:p%40ss%2F@10.0.0.1:6390/3?ssl_ca_certs=%2Fca.pem&ssl_cert_reqs=required&ssl_check_hostname=no"
        "&socket_timeout=2.5&health_check_interval=30&protocol=3&client_name=web&max_connections=7"
    )
    assert target.mode == "standalone"
    assert target.nodes == [("10.0.0.1", 6390)]
    assert target.options == {
        "username": "me",
        "password": "p@ss/",
        "db": 3,
        "ssl": True,
        "ssl_ca_certs": "/ca.pem",
        "ssl_cert_reqs": "required",
        "ssl_check_hostname": False,
        "socket_timeout": 2.5,
        "health_check_interval": 30,
        "protocol": 3,
        "client_name": "web",
        "max_connections": 7,
    }


def test_sentinels_take_options_of_their_own_and_the_time_outs_and_tls_of_the_servers() -> None:
    target = parse_redis_url(
        "rediss+sentinel://me:pw@s1:1001,s2,[::1]:1003/mymaster/2?sentinel_username=watch&sentinel_password=dog"
        "&socket_timeout=3&ssl_ca_certs=ca.pem&sentinel_ssl_ca_certs=other.pem&wait_replicas=1&wait_timeout_ms=500"
    )
    assert (target.mode, target.service) == ("sentinel", "mymaster")
    assert target.nodes == [("s1", 1001), ("s2", 26379), ("::1", 1003)]
    assert target.options == {
        "username": "me",
        "password": "pw",
        "db": 2,
        "socket_timeout": 3.0,
        "ssl": True,
        "ssl_ca_certs": "ca.pem",
    }
    assert target.sentinel_options == {
        "username": "watch",
        "password": "dog",
        "socket_timeout": 3.0,
        "ssl": True,
        "ssl_ca_certs": "other.pem",
    }
    assert (target.own.wait_replicas, target.own.wait_timeout_ms) == (1, 500)


def test_a_cluster_names_several_nodes() -> None:
    target = parse_redis_url("redis+cluster://a:7000,b:7001,c?prefix=app-2")
    assert (target.mode, target.nodes) == ("cluster", [("a", 7000), ("b", 7001), ("c", 6379)])
    assert target.own.prefix == "app-2"


def test_a_socket_file_is_named_by_its_path() -> None:
    target = parse_redis_url("unix:///run/my%20redis.sock?db=1")
    assert target.options == {"path": "/run/my redis.sock", "db": 1}
    assert target.where == "/run/my redis.sock"


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("h?socket_timeot=1", "Did you mean socket_timeout"),
        ("h?wait_replica=1", "Did you mean wait_replicas"),
        ("h?socket_timeout=soon", "socket_timeout"),
        ("h?wait_replicas=-1", "whole number"),
        ("h?wait_replicas=1&wait_timeout_ms=9999", "less than socket_timeout"),
        ("h?wait_timeout_ms=0", "at least 1"),
        ("h?prefix=a{b}", "prefix"),
        ("h?prefix=", "prefix"),
        ("h?max_connections=0", "max_connections"),
        ("h:port", "port"),
        ("h:99999", "port"),
        ("h1,h2", "several hosts"),
        ("h/db", "database"),
        ("h?ssl_ca_certs=x", "rediss"),
        ("h#x", "fragment"),
        ("[h", "percent-encode"),
        ("h?socket_timeout=0", "more than 0"),
    ],
)
def test_a_wrong_url_is_refused_without_its_password(rest: str, said: str) -> None:
    with pytest.raises(SettingError, match=said) as caught:
        RedisDriver.from_url(f"redis://:{SECRET}@{rest}")
    assert SECRET not in str(caught.value)
    assert SECRET not in str(caught.value.__cause__)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://h", "redis\\+cluster"),
        ("redis+sentinel://h", "names the service"),
        ("redis+sentinel://h/s?sentinel_pasword=x", "sentinel_pasword"),
        ("redis+cluster://h/3", "db"),
        ("redis+cluster://h?retry_on_timeout=yes", "Cluster"),
        ("redis+cluster://h,,i", "empty"),
        ("unix://", "path"),
    ],
)
def test_what_a_scheme_does_not_allow_is_refused(url: str, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        RedisDriver.from_url(url)


async def test_a_driver_connects_to_nothing_until_it_is_used() -> None:
    for url in ("redis://127.0.0.1:1", "redis+cluster://127.0.0.1:1", "redis+sentinel://127.0.0.1:1/s"):
        driver = RedisDriver.from_url(url)
        await driver.aclose()
        await driver.aclose()
