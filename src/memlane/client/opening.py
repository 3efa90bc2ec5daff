"""How a connection to a server is put together."""

from memlane.client.caller import Caller, KeyTenant
from memlane.client.connection import RemoteMemlane
from memlane.client.transport import Transport


def open_connection(base_url: str, *, api_key: str | None, timeout: float) -> RemoteMemlane:
    """Return a connection to the server at `base_url`, which has no slash at its end; see `Transport`."""
    transport = Transport(base_url, api_key=api_key, timeout=timeout)
    return RemoteMemlane(Caller(transport, KeyTenant(transport)))
