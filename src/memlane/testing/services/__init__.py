"""Real services for tests: started on free loopback ports, with nothing left behind.

    with redis_server() as server:  # or redis_with_time_series, redis_tls_server, redis_sentinel, redis_cluster
        memlane.connect(server.url)

A service that is not installed skips the test, but fails it in CI. This package installs nothing.
"""

from memlane.testing.services.appenders import Appenders
from memlane.testing.services.binaries import KINDS, absent, server_binary
from memlane.testing.services.cluster import RedisClusterServers, redis_cluster
from memlane.testing.services.redis import Pause, RedisServer, redis_server
from memlane.testing.services.sentinel import RedisSentinelServers, redis_sentinel
from memlane.testing.services.time_series import redis_with_time_series
from memlane.testing.services.tls import RedisTlsServer, redis_tls_server

__all__ = [
    "KINDS",
    "Appenders",
    "Pause",
    "RedisClusterServers",
    "RedisSentinelServers",
    "RedisServer",
    "RedisTlsServer",
    "absent",
    "redis_cluster",
    "redis_sentinel",
    "redis_server",
    "redis_tls_server",
    "redis_with_time_series",
    "server_binary",
]
